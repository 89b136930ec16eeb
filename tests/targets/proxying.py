"""A proxy in front of a server that changes some of its answers: an implementation with a flaw."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from io import BytesIO

import aiohttp
import orjson
from aiohttp import web

#: Takes method, path, status and what was answered; gives the status and what to answer instead,
#: as bytes where that is no JSON.
Change = Callable[[str, str, int, object], tuple[int, object]]
#: Takes the body of a request; gives the code of a refusal.
Refuses = Callable[[bytes], str | None]
_KEPT = ("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match")
_GIVEN = ("ETag", "Moment", "Date", "Content-Type")


@contextlib.contextmanager
def proxied(url: str, change: Change, refuses: Refuses = lambda _: None) -> Iterator[str]:
    """Give the address of a proxy in front of a server, until the end of the block."""
    ready, ended = threading.Event(), asyncio.Event()
    place: list[str] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with aiohttp.ClientSession() as http:

            async def pass_on(request: web.Request) -> web.Response:
                headers = {k: request.headers[k] for k in _KEPT if k in request.headers}
                body = await request.read()
                code = refuses(body)
                if code is not None:
                    said = orjson.dumps({"code": code, "definite": True})
                    return web.Response(body=said, status=413, content_type="application/json")
                asked = http.request(
                    request.method,
                    url + request.raw_path,
                    data=BytesIO(body) if body else None,
                    headers=headers,
                )
                async with asked as answer:
                    raw, status = await answer.read(), answer.status
                    given = {k: answer.headers[k] for k in _GIVEN if k in answer.headers}
                if "json" in given.get("Content-Type", "") and raw:
                    said = orjson.loads(raw)
                    status, said = change(request.method, request.path, status, said)
                    raw = said if isinstance(said, bytes) else orjson.dumps(said)
                return web.Response(body=raw, status=status, headers=given)

            app = web.Application(client_max_size=2**27)
            app.router.add_route("*", "/{path:.*}", pass_on)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            place.append(f"http://{host}:{port}")
            ready.set()
            await ended.wait()
            await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield place[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()
