"""What every answer tells the browser, so that it does no more with it than show it."""

from types import MappingProxyType
from typing import Final

from aiohttp import web

#: The policy of all that is not a page: nothing is loaded, run, framed or sent from it.
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": NOTHING,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)


async def secured(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers to an answer; what a page said of itself stays.

    Without another word nothing is kept by caches, as everything here is somebody's.
    """
    del request
    headers = response.headers
    for name, value in HEADERS.items():
        if name not in headers:
            headers[name] = value
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
