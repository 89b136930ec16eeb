"""Connections: requests are answered in order, whatever else comes while one is under way."""

import asyncio
import contextlib
import threading

import orjson
import pytest

KUNDE = "k@example.org"


@pytest.fixture
def held(serve):
    """Give a server with case 53 whose writer stands still until it is let go."""

    @contextlib.asynccontextmanager
    async def start():
        async with serve() as server:
            anna = await server.caseworker()
            await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz"})
            go = threading.Event()
            server.system.mvp.writer.do(lambda _: go.wait(10))
            yield server, anna, go

    return start


def send(anna, message, more=b""):
    body = orjson.dumps({"text": message, "expects": "reply", "message": message, "to": [KUNDE]})
    return (
        b"POST /api/mvp/cases/53/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"
        % (anna.token.encode(), len(body), more, body)
    )


def seen(anna):
    return b"GET /api/mvp/cases/53 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n" % (
        anna.token.encode()
    )


async def opened(server):
    host, port = server.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def read(reader):
    """Give the status and the body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    return head.split()[1], await reader.readexactly(size)


async def settled():
    """Let the server read what was sent."""
    await asyncio.sleep(0.1)


async def texts(anna):
    entries = (await anna.get("/api/mvp/cases/53/activities")).json["entries"]
    return [entry["text"] for entry in entries]


async def test_what_comes_while_a_send_is_under_way_is_answered_after_it(held):
    async with held() as (server, anna, go):
        reader, writer = await opened(server)
        for one in (send(anna, "m1"), seen(anna), send(anna, "m2") + send(anna, "m3")):
            writer.write(one)
            await settled()
        go.set()
        answers = [await read(reader) for _ in range(4)]
        assert [status for status, _ in answers] == [b"201", b"200", b"201", b"201"]
        told = [orjson.loads(body) for _, body in answers]
        assert [one.get("message") for one in told] == ["m1", None, "m2", "m3"]
        assert told[1]["status_text"] == "Wartet auf Antwort des Empfängers"
        writer.write(send(anna, "m4"))  # and the connection serves on
        assert (await read(reader))[0] == b"201"
        writer.close()


@pytest.mark.parametrize("cut", [1, 60, -1])
async def test_a_send_may_come_in_pieces(held, cut):
    async with held() as (server, anna, go):
        go.set()
        reader, writer = await opened(server)
        for _ in range(2):
            whole = send(anna, "m1")
            writer.write(whole[:cut])
            await settled()
            writer.write(whole[cut:])
            status, _ = await read(reader)
        assert status == b"409"  # the id is in use
        assert await texts(anna) == ["m1"]
        writer.close()


async def test_who_wants_the_connection_closed_after_a_send_gets_the_answer_first(held):
    async with held() as (server, anna, go):
        reader, writer = await opened(server)
        writer.write(send(anna, "m1", b"Connection: close\r\n"))
        await settled()
        go.set()
        assert (await read(reader))[0] == b"201"
        assert await reader.read() == b""
        writer.close()


async def test_who_goes_away_while_a_send_is_under_way_has_sent_it(held):
    async with held() as (server, anna, go):
        _, writer = await opened(server)
        writer.write(send(anna, "m1"))
        await settled()
        writer.transport.abort()
        await settled()
        go.set()
        await server.system.mvp.writer.do(lambda _: None)  # what comes after it
        assert await texts(anna) == ["m1"]


async def test_a_send_that_is_under_way_is_answered_before_the_server_stops(held):
    async with held() as (server, anna, go):
        reader, writer = await opened(server)
        writer.write(send(anna, "m1"))
        await settled()
        asyncio.get_running_loop().call_later(0.3, go.set)
    assert (await read(reader))[0] == b"201"
    assert await reader.read() == b""
    writer.close()
