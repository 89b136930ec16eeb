"""From an HTTP request to an operation and back: who calls, what is asked, what is answered."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from itertools import groupby
from time import perf_counter
from typing import Any, Final, cast
from urllib.parse import unquote

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from attrs import define
from multidict import istr

from reference.app.broken import Served
from reference.app.front import LateFront
from reference.app.headers import secured
from reference.app.replies import Reply, head_of, reply
from reference.app.requests import Observe, Requests
from reference.app.routes import Route, Routes, routes_of
from reference.http.operations import (
    JSON_TYPE,
    Answer,
    Call,
    Operation,
    Response,
    Who,
    check_plain,
    fingerprint,
    media_type,
)
from reference.http.parsing import fits_in_path, parsed, queried
from reference.http.problems import PROBLEM_TYPE, Fault, Problem, Refused, too_long
from reference.http.uploads import go_on
from reference.store.crash import ARMED, reached
from reference.store.database import StorageError

#: The longest body of JSON, in bytes, and how long it may take to arrive.
BODY_MAX: Final = 2**20
BODY_S_MAX: Final = 30
KEY_LENGTH_MAX: Final = 200
_API: Final = "/api/"
_IDEMPOTENCY_KEY: Final = istr("Idempotency-Key")  # found in half the time, as those of `hdrs` are
#: How many different queries of an operation are remembered as they were read.
QUERIES_MAX: Final = 1_000

Identify = Callable[[web.Request, Who], Awaitable[str]]
#: What answers a request, given the values in its path.
Handler = Callable[[web.Request, Mapping[str, str]], Awaitable[Response]]
log = logging.getLogger(__name__)


def server_of(
    operations: Iterable[Operation],
    front: LateFront,
    identify: Identify,
    requests: Requests,
    idle_time_max: timedelta,
) -> web.Server:
    """Give the server that answers for the operations of the API, and behind them for a front.

    A connection on which no whole request comes for `idle_time_max` is closed.
    """
    loop = asyncio.get_running_loop()
    routes = partial(_routes, identify=identify, requests=requests)
    return Served(
        cast("Any", Dispatch(routes(operations), front, routes)),
        # What an application's requests have besides, nothing of ours asks for.
        request_factory=cast("Any", partial(web.BaseRequest, loop=loop, client_max_size=BODY_MAX)),
        auto_decompress=False,
        keepalive_timeout=idle_time_max.total_seconds(),  # counts from the first byte on
        access_log=None,
    )


def _routes(
    operations: Iterable[Operation], identify: Identify, requests: Requests
) -> Routes[Handler]:
    paths: list[tuple[str, Mapping[str, Handler]]] = []
    by_path = sorted(operations, key=lambda operation: operation.path)
    for path, group in groupby(by_path, lambda operation: operation.path):
        methods = {
            operation.method: handler(operation, identify, requests.observer(operation.name))
            for operation in group
        }
        if "GET" in methods:
            methods["HEAD"] = methods["GET"]
        paths.append((path, methods))
    return routes_of(paths)


@define(eq=False)
class Dispatch:
    """What aiohttp calls with each request; pages get their routes when the first one is wanted."""

    api: Routes[Handler]
    front: LateFront
    routes: Callable[[Iterable[Operation]], Routes[Handler]]
    _pages: Routes[Handler] | None = None

    async def __call__(self, request: web.Request) -> Response:
        """Answer a request."""
        path = request.rel_url.raw_path
        parts = path.split("/") if "%" not in path else _read(path)
        route = self.api.find(parts) or await self._page(path, parts)
        if route is None:
            answer = await self._refused(request, Refused(Problem.NOT_FOUND))
        elif (handle := route.methods.get(request.method)) is None:
            answer = await self._other_method(request, route.methods)
        else:
            answer = await handle(request, route.values(parts))
        if not isinstance(answer, Reply):  # it says all this itself
            secured(cast("web.StreamResponse", answer))
        return answer

    async def _page(self, path: str, parts: list[str]) -> Route[Handler] | None:
        if path.startswith(_API):
            return None
        if self._pages is None:
            self._pages = self.routes((await self.front.soon()).operations)
        return self._pages.find(parts)

    async def _other_method(self, request: web.Request, methods: Iterable[str]) -> Response:
        headers = {"Allow": ", ".join(sorted({*methods, "OPTIONS"}))}
        if request.method == "OPTIONS":
            return reply(request, Answer(204, b"", headers=headers))
        return await self._refused(request, Refused(Problem.METHOD, headers=headers))

    async def _refused(self, request: web.Request, refused: Refused) -> Response:
        """Refuse what is no operation: to browsers by a page."""
        if request.path.startswith(_API):
            return problem(request, refused)
        return (await self.front.soon()).refuse(request, refused)


def _read(path: str) -> list[str]:
    """Cut a path at its slashes, then read what is written in bytes; nothing if it is no text."""
    try:
        return [unquote(part, errors="strict") for part in path.split("/")]
    except UnicodeDecodeError:
        return []


def handler(operation: Operation, identify: Identify, observe: Observe) -> Handler:
    """Give the function that answers requests for an operation, and lets them be counted."""
    queries: dict[str, Any] = {}
    logged = log.isEnabledFor(logging.DEBUG)

    async def handle(request: web.Request, values: Mapping[str, str]) -> Response:
        began = perf_counter()
        answer: Response
        try:
            if hdrs.EXPECT in request.headers:
                await _expect(request)
            actor = await identify(request, operation.who)
            call = await _call(operation, request, actor, values, queries)
            given = await operation.handle(call)
            answer = _reply(request, given) if isinstance(given, Answer) else given
        except Exception as error:  # noqa: BLE001 - whoever asks gets an answer
            answer = _failed(operation, request, error)
        took = perf_counter() - began
        observe(answer.status, took)
        if logged:
            what = {"operation": operation.name, "status": answer.status}
            log.debug("request", extra=what | {"ms": round(took * 1000, 2)})
        return answer

    return _with_crash_points(handle) if ARMED and operation.method != "GET" else handle


def _failed(operation: Operation, request: web.Request, error: Exception) -> Response:
    """Answer a request that came to nothing."""
    refuse = operation.refused or problem
    match error:
        case Refused():
            answer = refuse(request, error)
            if operation.upload and not request.content.is_eof():
                answer.force_close()  # what comes next may be the body, or another request
            return answer
        case StorageError():
            log.error("storage", extra={"operation": operation.name, "error": str(error)})
            return refuse(request, Refused(Problem.STORAGE))
        case web.HTTPRequestEntityTooLarge():
            return refuse(request, too_long(BODY_MAX))
        case HttpProcessingError() | web.RequestPayloadError():
            return refuse(request, Refused(Problem.BROKEN))
        case _:
            _report(operation, error)
            return refuse(request, Refused(Problem.INTERNAL))


def _with_crash_points(handle: Handler) -> Handler:
    async def answer(request: web.Request, values: Mapping[str, str]) -> Response:
        response = await handle(request, values)
        reached("answer.before")
        await response.prepare(request)
        await response.write_eof()
        reached("answer.after")
        return response

    return answer


async def _expect(request: web.Request) -> None:
    """Leave it to uploads to say that the body is wanted."""
    if media_type(request) == JSON_TYPE:
        await go_on(request)


def _report(operation: Operation, error: Exception) -> None:
    """Log a defect without its message, which may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error(
        "defect", extra={"operation": operation.name, "error": type(error).__name__, "at": places}
    )


async def _call(
    operation: Operation,
    request: web.Request,
    actor: str,
    values: Mapping[str, str],
    queries: dict[str, Any],
) -> Call:
    if not fits_in_path(values):
        raise Refused(Problem.NOT_FOUND)
    keyed = operation.act and _IDEMPOTENCY_KEY in request.headers
    key = _key(request, operation) if keyed else None
    query = None if operation.query is None else _query(request, operation.query, queries)
    raw = b""
    body = None
    if operation.body is not None and not (operation.upload and media_type(request) != JSON_TYPE):
        raw = await _raw(request)
        body = parsed(raw, operation.body)
    mark = "" if key is None else fingerprint(request, raw)
    return Call(actor, values, query, body, key, mark, request)


def _query(request: web.Request, kind: type, known: dict[str, Any]) -> Any:  # noqa: ANN401
    """Give the query as the operation wants it; one that was read before is known."""
    text = request.rel_url.raw_query_string
    query = known.get(text)
    if query is None:
        query = queried(request.query, kind)
        if len(known) < QUERIES_MAX:
            known[text] = query
    return query


def _key(request: web.Request, operation: Operation) -> str | None:
    """Give the Idempotency-Key; those of recipients are apart from those of caseworkers."""
    keys = request.headers.getall(_IDEMPOTENCY_KEY, ())
    if not keys:
        return None
    key = keys[0]
    if len(keys) > 1 or not (
        0 < len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()
    ):
        what = f"wanted: one key of 1 to {KEY_LENGTH_MAX} visible characters of ASCII"
        raise Refused(Problem.INVALID, Fault("header Idempotency-Key", what))
    return f"recipient {key}" if operation.who is Who.RECIPIENT else key


async def _raw(request: web.Request) -> bytes:
    headers = request.headers
    if headers.get(hdrs.CONTENT_TYPE) != JSON_TYPE and media_type(request) != JSON_TYPE:
        raise Refused(Problem.MEDIA_TYPE)
    check_plain(request)
    if (request.content_length or 0) > BODY_MAX:
        raise too_long(BODY_MAX)
    if request.content.is_eof():  # it came with the head: nothing to wait for
        return request.content.read_nowait()
    try:
        async with asyncio.timeout(BODY_S_MAX):
            return await request.read()
    except TimeoutError:
        raise Refused(Problem.TIMEOUT) from None


def problem(request: web.Request, refused: Refused) -> Reply:
    """Answer with a problem document."""
    answer = Answer(refused.status, refused.body(), PROBLEM_TYPE, refused.headers)
    return reply(request, answer)


def _reply(request: web.Request, answer: Answer) -> Reply:
    if answer.status != 200 or request.method not in {"GET", "HEAD"}:  # noqa: PLR2004
        return reply(request, answer)
    tag = answer.headers.get("ETag")
    if tag is None:  # else it was given before
        tag = f'"{blake2b(answer.body, digest_size=12).hexdigest()}"'
        answer.headers = {"Cache-Control": "private, no-cache", **answer.headers, "ETag": tag}
        answer.head = head_of(answer)
    wanted = request.headers.get("If-None-Match", "")
    if tag in wanted or wanted.strip() == "*":  # a list of tags, some of them weak
        return reply(request, Answer(304, b"", headers=answer.headers))
    return reply(request, answer)
