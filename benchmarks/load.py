"""Load from a second process: connections that send their next request when the answer is there.

A client library costs more than the server that it loads; this one writes ready-made bytes and
reads just what it needs of the answers.
"""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import cast

Request = bytes


def request(method: str, path: str, body: bytes = b"", **headers: str) -> Request:
    """Give a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Connection(asyncio.Protocol):
    """One connection; it takes the next request from those that all share."""

    def __init__(
        self, requests: Iterator[Request], status: bytes, done: asyncio.Future[None]
    ) -> None:
        self.requests = requests
        self.expected = b"HTTP/1.1 " + status
        self.done = done
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._next()

    def _next(self) -> None:
        following = next(self.requests, None)
        if following is None:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
        else:
            self.transport.write(following)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return
        length = self.received.find(b"Content-Length: ")
        size = int(self.received[length + 16 : self.received.find(b"\r\n", length)])
        if len(self.received) < head + 4 + size:
            return
        if not self.received.startswith(self.expected):
            self.done.set_exception(AssertionError(self.received.decode()))
            return
        self.received = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


async def answered(port: int, connections: int, requests: Sequence[Request], status: int) -> float:
    """Send all requests over so many connections; give the seconds until all are answered."""
    loop = asyncio.get_running_loop()
    remaining = iter(requests)
    waiting: list[asyncio.Future[None]] = []
    start = perf_counter()
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        await loop.create_connection(
            partial(_Connection, remaining, str(status).encode(), done), "127.0.0.1", port
        )
    await asyncio.gather(*waiting)
    return perf_counter() - start
