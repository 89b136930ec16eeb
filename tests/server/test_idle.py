"""Connections that are held and not used: nobody keeps the server busy by doing nothing."""

import asyncio
import contextlib
import socket
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.server.processes import served

WHOLE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "begun", [b"", b"GET /health HT", WHOLE, WHOLE + b"GET /health HTTP/1.1\r\n"]
)
async def test_a_connection_on_which_no_whole_request_comes_is_closed(serve, begun):
    async with serve(idle_time_max=timedelta(milliseconds=300)) as server:
        place = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(begun)
        said = await reader.read()  # to the end, which the server makes
        assert said.count(b"HTTP/1.1 200") == begun.count(WHOLE)
        writer.close()


async def test_an_answer_that_takes_longer_is_waited_for(serve):
    async with serve(idle_time_max=timedelta(milliseconds=300)) as server:
        place = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        token = server.operator.token
        writer.write(
            b"PUT /api/mvp/caseworkers/anna HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
            b"\r\nAuthorization: Bearer %b\r\nContent-Length: 22\r\n\r\n" % token.encode()
        )
        for byte in b'{"role": "Benutzer"}  ':
            writer.write(bytes([byte]))
            await asyncio.sleep(0.03)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot tell a reader's silence")
def test_a_reader_who_takes_nothing_is_let_go(tmp_path):
    with served(tmp_path, "--idle-time-max", "300ms") as server, contextlib.ExitStack() as stack:
        place = urlsplit(server.url)
        open_files = Path("/proc", str(server.process.pid), "fd")
        before = len(list(open_files.iterdir()))
        for _ in range(5):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((place.hostname, place.port))
            client.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        assert server.ask("GET", "/health").status == 200
        while len(list(open_files.iterdir())) > before:
            time.sleep(0.05)  # the test's own limit of time ends this
