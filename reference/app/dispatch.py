"""From an HTTP request to an operation and back: who calls, what is asked, what is answered."""

import asyncio
import re
import traceback
from collections.abc import Awaitable, Callable, Iterable
from hashlib import blake2b
from itertools import groupby
from time import perf_counter
from typing import Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from reference.app.metrics import Requests
from reference.http.operations import (
    JSON_TYPE,
    Answer,
    Call,
    Operation,
    Refuse,
    Who,
    fingerprint,
)
from reference.http.parsing import fits_in_path, parsed, queried
from reference.http.problems import PROBLEM_TYPE, Fault, Problem, Refused
from reference.http.uploads import go_on
from reference.store.crash import ARMED, reached
from reference.store.writer import StorageError

#: The longest body of JSON, in bytes, and how long it may take to arrive.
BODY_MAX: Final = 2**20
BODY_S_MAX: Final = 30
KEY_LENGTH_MAX: Final = 200
_PARAMETER: Final = re.compile(r"\{(\w+)\}")

Identify = Callable[[web.Request, Who], Awaitable[str]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger(__name__)


def add_routes(
    app: web.Application,
    operations: Iterable[Operation],
    identify: Identify,
    requests: Requests,
    refuse: Refuse,
) -> None:
    """Let an application answer for operations, and `refuse` everything else."""
    operations = tuple(operations)
    often = {operation.path for operation in operations if operation.often}
    by_path = sorted(
        operations, key=lambda operation: (operation.path not in often, operation.path)
    )
    for path, group in groupby(by_path, lambda operation: operation.path):
        pattern = _PARAMETER.sub(r"{\1:[^/]+}", path)  # by itself it would take no braces
        methods = {
            operation.method: _counted(handler(operation, identify), operation.name, requests)
            for operation in group
        }
        if "GET" in methods:
            methods["HEAD"] = methods["GET"]
        for method, handle in methods.items():
            app.router.add_route(method, pattern, handle, expect_handler=_expect)
        allowed = ", ".join(sorted({*methods, "OPTIONS"}))
        app.router.add_route("*", pattern, _other_method(allowed, refuse))
    app.router.add_route("*", "/{path:.*}", _nowhere(refuse))


def handler(operation: Operation, identify: Identify) -> Handler:
    """Give the function that aiohttp calls for an operation."""
    refuse = operation.refused or problem

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            actor = await identify(request, operation.who)
            call = await _call(operation, request, actor)
            answer = await operation.handle(call)
        except Refused as refused:
            answer = refuse(request, refused)
            if operation.upload and not request.content.is_eof():
                answer.force_close()  # what comes next may be the body, or another request
            return answer
        except StorageError as error:
            log.error("storage", operation=operation.name, error=str(error))  # noqa: TRY400 - no defect
            return refuse(request, Refused(Problem.STORAGE))
        except web.HTTPRequestEntityTooLarge:
            return refuse(request, Refused(Problem.TOO_LONG))
        except (HttpProcessingError, web.RequestPayloadError):
            return refuse(request, Refused(Problem.BROKEN))
        except Exception as error:  # noqa: BLE001 - whoever asks gets an answer
            _report(operation, error)
            return refuse(request, Refused(Problem.INTERNAL))
        return answer if isinstance(answer, web.StreamResponse) else _response(request, answer)

    return _with_crash_points(handle) if ARMED and operation.method != "GET" else handle


def _counted(handle: Handler, operation: str, requests: Requests) -> Handler:
    observe = requests.observer(operation)
    debug = log.bind(operation=operation).debug

    async def count(request: web.Request) -> web.StreamResponse:
        began = perf_counter()
        answer = await handle(request)
        took = perf_counter() - began
        observe(answer.status, took)
        debug("request", status=answer.status, ms=round(took * 1000, 2))
        return answer

    return count


def _with_crash_points(handle: Handler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await handle(request)
        reached("answer.before")
        await response.prepare(request)
        await response.write_eof()
        reached("answer.after")
        return response

    return answer


async def _expect(request: web.Request) -> None:
    """Leave it to uploads to say that the body is wanted."""
    if request.content_type == JSON_TYPE:
        await go_on(request)


def _report(operation: Operation, error: Exception) -> None:
    """Log a defect without its message, which may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("defect", operation=operation.name, error=type(error).__name__, at=places)


async def _call(operation: Operation, request: web.Request, actor: str) -> Call:
    if not fits_in_path(request.match_info):
        raise Refused(Problem.NOT_FOUND)
    key = _key(request, operation) if operation.act else None
    query = None if operation.query is None else queried(request.query, operation.query)
    raw = b""
    body = None
    if operation.body is not None and not (operation.upload and request.content_type != JSON_TYPE):
        raw = await _raw(request)
        body = parsed(raw, operation.body)
    mark = "" if key is None else fingerprint(request, raw)
    return Call(actor, request.match_info, query, body, key, mark, request)


def _key(request: web.Request, operation: Operation) -> str | None:
    """Give the Idempotency-Key; those of recipients are apart from those of caseworkers."""
    keys = request.headers.getall("Idempotency-Key", ())
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
    if request.content_type != "application/json":
        raise Refused(Problem.MEDIA_TYPE)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        what = "send the body as it is"
        raise Refused(Problem.MEDIA_TYPE, Fault("header Content-Encoding", what))
    if (request.content_length or 0) > BODY_MAX:
        raise Refused(Problem.TOO_LONG)
    if request.content.is_eof():  # it came with the head: nothing to wait for
        return await request.read()
    try:
        async with asyncio.timeout(BODY_S_MAX):
            return await request.read()
    except TimeoutError:
        raise Refused(Problem.TIMEOUT) from None


def problem(request: web.Request, refused: Refused) -> web.Response:
    """Give a problem document."""
    del request
    return web.Response(
        status=refused.status,
        body=refused.body(),
        content_type=PROBLEM_TYPE,
        headers=refused.headers,
    )


def _response(request: web.Request, answer: Answer) -> web.Response:
    headers = dict(answer.headers)
    if request.method in {"GET", "HEAD"} and answer.status == 200:  # noqa: PLR2004
        tag = f'"{blake2b(answer.body, digest_size=12).hexdigest()}"'
        headers["ETag"] = tag
        headers.setdefault("Cache-Control", "private, no-cache")
        wanted = request.headers.get("If-None-Match", "")
        if tag in wanted or wanted.strip() == "*":  # a list of tags, some of them weak
            return web.Response(status=304, headers=headers)
    if not answer.body:
        return web.Response(status=answer.status, headers=headers)
    text = answer.content_type.startswith("text/")
    return web.Response(
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        charset="utf-8" if text else None,
        headers=headers,
    )


def _other_method(allowed: str, refuse: Refuse) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(status=204, headers={"Allow": allowed})
        return refuse(request, Refused(Problem.METHOD, headers={"Allow": allowed}))

    return answer


def _nowhere(refuse: Refuse) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return refuse(request, Refused(Problem.NOT_FOUND))

    return answer
