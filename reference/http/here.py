"""Who is on the server's own machine."""

from typing import Final

from aiohttp import web

from reference.http.hosts import is_loopback

_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def is_from_here(request: web.Request) -> bool:
    """Say whether somebody on this machine asks: no proxy for another, and no foreign page."""
    host = request.host
    if not host.endswith("]"):
        host = host.rpartition(":")[0] or host
    return (
        is_loopback(request.remote or "")
        and is_loopback(host)
        and not any(name in request.headers for name in _FORWARDED)
        and request.headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}
    )
