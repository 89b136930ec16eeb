"""Answers as they go over the wire: whole, with the headers of all, whoever reads them."""

import asyncio

import pytest

from reference.app.replies import head_of
from reference.http.operations import Answer


async def _exchanged(url: str, sent: bytes) -> bytes:
    """Send bytes to a server; give all that comes until it closes."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


@pytest.mark.parametrize("asked", [b"HTTP/1.0\r\n", b"HTTP/1.1\r\nConnection: close\r\n"])
async def test_who_wants_the_connection_closed_is_answered_once_and_it_is_closed(serve, asked):
    async with serve() as server:
        answer = await _exchanged(server.url, b"GET /health " + asked + b"Host: a\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Connection: close" in head
        assert b"Content-Length: %d\r\n" % len(body) in head
        for name in (b"Date", b"Content-Security-Policy", b"X-Content-Type-Options", b"ETag"):
            assert head.count(b"\r\n%s: " % name) == 1


async def test_requests_sent_at_once_are_answered_in_order(serve):
    async with serve() as server:
        sent = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\nHEAD /health HTTP/1.1\r\nHost: a\r\n\r\n"
        sent += b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        answer = await _exchanged(server.url, sent)
        statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
        assert statuses == [b"200", b"200", b"404"]
        assert answer.split(b"HTTP/1.1 ")[2].endswith(b"\r\n\r\n")  # a head alone


async def test_a_path_that_is_no_text_is_nowhere(serve):
    async with serve() as server:
        anna = await server.caseworker()
        head = b"GET /api/mvp/cases/%FF HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        token = b"Authorization: Bearer " + anna.token.encode()
        assert (await _exchanged(server.url, head + token + b"\r\n\r\n")).split()[1] == b"404"


def test_a_header_cannot_begin_another_one():
    with pytest.raises(ValueError, match="Location"):
        head_of(Answer(303, b"", headers={"Location": "/a\r\nSet-Cookie: b"}))
