"""Whole answers on their way out: one head, one write."""

from email.utils import formatdate
from http import HTTPStatus
from time import perf_counter
from typing import Final

from aiohttp import web
from attrs import define

from reference.app.headers import HEADERS, NOTHING
from reference.http.operations import Answer

#: How many bytes may wait for a slow reader before the next answer waits too.
WAITING_BYTES_MAX: Final = 2**16
_STATUS: Final = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n" for each in HTTPStatus}
_FIXED: Final = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
_BODILESS: Final = frozenset({204, 304})


@define(eq=False)
class Reply:
    """A whole answer; aiohttp asks of it what it asks of its own responses."""

    status: int
    keep_alive: bool | None
    _wire: bytes | None

    async def prepare(self, request: web.Request) -> None:
        """Write the answer, once.

        Raises:
            ConnectionResetError: when nobody is there to read it.
        """
        if self._wire is None:
            return
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("whoever asked has gone")
        transport.write(self._wire)
        self._wire = None
        if transport.get_write_buffer_size() > WAITING_BYTES_MAX:
            await request.writer.drain()

    async def write_eof(self) -> None:
        """End the answer: nothing is left to write."""


def reply(request: web.Request, answer: Answer, *, close: bool = False) -> Reply:
    """Give an answer as it goes to who sent a request; the connection stays open unless asked."""
    keep_alive = request.keep_alive and not close
    body = answer.body
    tail = "Connection: keep-alive\r\n\r\n" if keep_alive else "Connection: close\r\n\r\n"
    head = f"{answer.head or head_of(answer)}{_dates.line()}{tail}".encode()
    wire = head if request.method == "HEAD" or answer.status in _BODILESS else head + body
    return Reply(answer.status, keep_alive, wire)


def head_of(answer: Answer) -> str:
    """Give the head of an answer but for what belongs to the moment and to the connection.

    Raises:
        ValueError: when a header would end before its end.
    """
    status, headers = answer.status, answer.headers
    lines = [_STATUS[status], _FIXED]
    for name, value in headers.items():
        if not value.isprintable():
            raise ValueError(f"header {name}: no control characters may stand there")
        lines.append(f"{name}: {value}\r\n")
    if "Content-Security-Policy" not in headers:
        lines.append(_POLICY)
    if "Cache-Control" not in headers:
        lines.append("Cache-Control: no-store\r\n")
    if status not in _BODILESS:
        size = len(answer.body)
        if size:
            kind = answer.content_type
            charset = "; charset=utf-8" if kind.startswith("text/") else ""
            lines.append(f"Content-Type: {kind}{charset}\r\n")
        lines.append(f"Content-Length: {size}\r\n")
    return "".join(lines)


_POLICY: Final = f"Content-Security-Policy: {NOTHING}\r\n"


@define(eq=False)
class _Dates:
    """The header that dates an answer, written anew when a second has passed."""

    _until: float = 0.0
    _line: str = ""

    def line(self) -> str:
        now = perf_counter()
        if now >= self._until:
            self._until = now + 1
            self._line = f"Date: {formatdate(usegmt=True)}\r\n"
        return self._line


_dates: Final = _Dates()
