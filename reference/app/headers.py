"""What every answer tells the browser, so that it does no more with it than show it."""

from typing import Final

from aiohttp import web
from multidict import CIMultiDict, istr

#: The policy of all that is not a page: nothing is loaded, run, framed or sent from it.
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS: Final = CIMultiDict(
    {
        istr("Cross-Origin-Resource-Policy"): "same-origin",
        istr("X-Content-Type-Options"): "nosniff",
    }
)
#: What is told where an answer says nothing else.
UNLESS_SAID: Final = {
    istr("Content-Security-Policy"): NOTHING,
    istr("Referrer-Policy"): "no-referrer",
    istr("Cache-Control"): "no-store",
}


def secured(response: web.StreamResponse) -> None:
    """Add the headers to an answer.

    A page can have a policy of its own. Nothing is kept by caches unless the answer says so, as
    everything here is somebody's.
    """
    headers = response.headers
    headers.update(HEADERS)
    for name, value in UNLESS_SAID.items():
        headers.setdefault(name, value)
