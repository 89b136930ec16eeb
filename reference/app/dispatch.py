"""From an HTTP request to an operation and back: who calls, what is asked, what is answered."""

import secrets
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from types import NoneType
from typing import Any

import orjson
import structlog
from aiohttp import web
from cattrs import BaseValidationError, transform_error

from reference.http.operations import Answer, Call, Operation, Who
from reference.http.problems import PROBLEM_TYPE, Fault, Problem, Refused
from reference.store.codec import structure
from reference.store.writer import StorageError

Identify = Callable[[web.Request, Who], Awaitable[str]]
log = structlog.get_logger(__name__)


def handler(
    operation: Operation, identify: Identify
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Give the function that aiohttp calls for an operation."""

    async def handle(request: web.Request) -> web.Response:
        try:
            actor = await identify(request, operation.who)
            call = await _call(operation, request, actor)
            answer = await operation.handle(call)
        except Refused as refused:
            return problem(refused)
        except StorageError as error:
            log.error("storage", error=str(error))
            return problem(Refused(Problem.STORAGE))
        return _response(request, answer)

    return handle


async def _call(operation: Operation, request: web.Request, actor: str) -> Call:
    raw = b""
    body = None
    if operation.body is not None and not operation.upload:
        if request.content_type != "application/json":
            raise Refused(Problem.MEDIA_TYPE)
        raw = await request.read()
        body = parsed(raw, operation.body)
    query = None if operation.query is None else _query(request, operation.query)
    key = request.headers.get("Idempotency-Key") if operation.act else None
    fingerprint = ""
    if key is not None:
        fingerprint = blake2b(
            b"\n".join((request.method.encode(), request.raw_path.encode(), raw)), digest_size=16
        ).hexdigest()
    return Call(actor, request.match_info, query, body, key, fingerprint, request)


def parsed(raw: bytes, kind: type) -> Any:  # noqa: ANN401 - what the operation asks for
    """Give a body as the operation wants it.

    Raises:
        Refused: with each place that does not fit.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(
            Problem.BROKEN, Fault(f"line {error.lineno}, column {error.colno}", error.msg)
        ) from error
    try:
        return structure(value, kind)
    except BaseValidationError as error:
        raise Refused(Problem.INVALID, *map(_fault, transform_error(error, path="body"))) from error


def _fault(text: str) -> Fault:
    what, _, where = text.rpartition(" @ ")
    return Fault(where, what)


def _query(request: web.Request, kind: type) -> Any:  # noqa: ANN401 - what the operation asks for
    """Give the query; numbers are written in digits."""
    values: dict[str, object] = {}
    for name, value in request.query.items():
        field = {each.name: each for each in kind.__attrs_attrs__}.get(name)  # type: ignore[attr-defined]
        if field is None:
            raise Refused(Problem.INVALID, Fault(f"query.{name}", "no such parameter"))
        if field.type is int:
            if not (value.isascii() and value.isdigit() and len(value) < 16):  # noqa: PLR2004
                raise Refused(Problem.INVALID, Fault(f"query.{name}", "a whole number is wanted"))
            values[name] = int(value)
        else:
            values[name] = value
    return kind(**values)


def problem(refused: Refused) -> web.Response:
    """Give a problem document."""
    return web.Response(
        status=refused.status,
        body=refused.body(),
        content_type=PROBLEM_TYPE,
        headers=refused.headers,
    )


def _response(request: web.Request, answer: Answer) -> web.Response:
    headers = dict(answer.headers)
    if request.method == "GET":
        tag = f'"{blake2b(answer.body, digest_size=12).hexdigest()}"'
        headers["ETag"] = tag
        headers["Cache-Control"] = "private, no-cache"
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
    if answer.status == 204:  # noqa: PLR2004
        return web.Response(status=204, headers=headers)
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type, headers=headers
    )


def new_token() -> str:
    """Give a random secret."""
    return secrets.token_urlsafe(24)


__all__ = ["NoneType", "handler", "new_token", "parsed", "problem"]
