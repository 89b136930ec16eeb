"""Whole answers on their way out: one head, one write."""

from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter
from typing import Final

from aiohttp import web
from attrs import define

from reference.app.headers import HEADERS, UNLESS_SAID
from reference.http.operations import Answer

#: How many bytes may wait for a slow reader before the next answer waits too.
WAITING_BYTES_MAX: Final = 2**16
_STATUS: Final = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n" for each in HTTPStatus}
_FIXED: Final = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
_UNLESS_SAID: Final = {str(name): f"{name}: {value}\r\n" for name, value in UNLESS_SAID.items()}
_BODILESS: Final = frozenset({204, 304})


@define(eq=False)
class Reply:
    """A whole answer; aiohttp asks of it what it asks of its own responses.

    The connection stays open if whoever asked wants it to, and nobody forced it to close.
    """

    status: int
    keep_alive: bool
    _head: str
    _body: bytes
    _written: bool = False

    def force_close(self) -> None:
        """Close the connection after the answer."""
        self.keep_alive = False

    async def prepare(self, request: web.Request) -> None:
        """Write the answer, once.

        Raises:
            ConnectionResetError: when nobody is there to read it.
        """
        if self._written:
            return
        self._written = True
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("whoever asked has gone")
        connection = "keep-alive" if self.keep_alive else "close"
        head = f"{self._head}{_dates.line()}Connection: {connection}\r\n\r\n"
        transport.write(head.encode() + self._body)
        if transport.get_write_buffer_size() > WAITING_BYTES_MAX:
            await request.writer.drain()

    async def write_eof(self) -> None:
        """End the answer: nothing is left to write."""


def reply(request: web.Request, answer: Answer) -> Reply:
    """Give an answer as it goes to who sent a request."""
    bodiless = answer.status in _BODILESS or request.method == "HEAD"
    body = b"" if bodiless else answer.body
    return Reply(answer.status, request.keep_alive, answer.head or head_of(answer), body)


def head_of(answer: Answer) -> str:
    """Give the head of an answer but for what belongs to the moment and to the connection.

    Raises:
        ValueError: when a header would end before its end.
    """
    headers = answer.headers
    size = len(answer.body)
    head = _beginning(answer.status, answer.content_type if size else None, tuple(headers))
    for name, value in headers.items():
        if not value.isprintable():
            raise ValueError(f"header {name}: no control characters may stand there")
        head += f"{name}: {value}\r\n"
    return head if answer.status in _BODILESS else f"{head}Content-Length: {size}\r\n"


@lru_cache(maxsize=1_000)
def _beginning(status: int, content_type: str | None, said: tuple[str, ...]) -> str:
    """Give what all answers of a kind begin with, by the headers that they have besides."""
    lines = [_STATUS[status], _FIXED]
    lines += [line for name, line in _UNLESS_SAID.items() if name not in said]
    if content_type is not None and status not in _BODILESS:
        charset = "; charset=utf-8" if content_type.startswith("text/") else ""
        lines.append(f"Content-Type: {content_type}{charset}\r\n")
    return "".join(lines)


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
