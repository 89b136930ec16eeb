"""What every answer tells the browser, so that it does no more with it than show it."""

from typing import Final

from aiohttp import hdrs, web
from multidict import CIMultiDict, istr

#: The policy of all that is not a page: nothing is loaded, run, framed or sent from it.
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS: Final = CIMultiDict(
    {
        istr("Cross-Origin-Resource-Policy"): "same-origin",
        istr("X-Content-Type-Options"): "nosniff",
    }
)
_POLICY: Final = istr("Content-Security-Policy")
_REFERRER: Final = istr("Referrer-Policy")


async def secured(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers to an answer.

    A page can have a policy of its own. Nothing is kept by caches unless the answer says so, as
    everything here is somebody's.
    """
    del request
    headers = response.headers
    headers.update(HEADERS)
    headers.setdefault(_POLICY, NOTHING)
    headers.setdefault(_REFERRER, "no-referrer")
    headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
