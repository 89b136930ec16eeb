"""Requests that are sent until they are answered: an act is repeated under the same key."""

import asyncio
import secrets  # noqa: TID251 - a key that nobody else has is made where it is sent
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar, cast
from urllib.parse import quote

import aiohttp
import orjson
from attrs import define, evolve, frozen
from yarl import URL

from reference.http.operations import JSON_TYPE, MOMENT
from reference.http.parsing import faults_of
from reference.store.codec import MisfitError, structure, to_json

T = TypeVar("T")
Content = Callable[[], Any]  # gives the body anew for each try

_TRY_AGAIN: Final = frozenset({502, 503, 504})
_FAILED: Final = 500  # and above: not what was asked is wrong, but who should have done it
_SHOWN_BYTES_MAX: Final = 40  # of an answer that is none


class Outcome(StrEnum):
    """What came of an act."""

    OK = "ok"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@frozen
class Done(Generic[T]):
    """An act that was tried: what the server answered, when it happened, why it was refused."""

    outcome: Outcome
    value: T | None = None
    reason: str | None = None
    at: datetime | None = None
    problem: Mapping[str, Any] = {}


class NotSeen(Exception):  # noqa: N818 - the caller may well have expected it
    """A look was refused, or nothing could be seen; `reason` is the code."""

    def __init__(self, reason: str) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason


class Misread(Exception):  # noqa: N818 - it is the server that erred
    """An answer is none of the API: says to which request, and what is wrong with it."""


@frozen
class Patience:
    """How often something is tried, how long one try may take, how long to wait in between."""

    tries: int = 8
    try_s_max: float = 30.0
    wait_s: float = 0.05
    wait_s_max: float = 2.0

    def wait_after(self, tries: int) -> float:
        """Give the seconds to wait after so many tries."""
        wait: float = self.wait_s * 2 ** (tries - 1)
        return min(wait, self.wait_s_max)


@frozen
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """Give the problem document; where there is none, one with the status.

        Whoever fails, or stands in between, does not know what came of the request.
        """
        with suppress(orjson.JSONDecodeError):
            found: Any = orjson.loads(self.body)
            if isinstance(found, dict) and "code" in found:
                return cast("dict[str, Any]", found)
        return {"code": str(self.status), "definite": self.status < _FAILED}


@define(eq=False)
class Connection:
    """A server, and as whom to ask it."""

    url: str
    http: aiohttp.ClientSession
    token: str | None = None
    patience: Patience = Patience()
    key: str | None = None  # of each act; None: a new one for each

    def known_by(self, token: str | None) -> "Connection":
        """Give a connection to the same server as somebody else."""
        return evolve(self, token=token)

    async def act(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        answer: type[T] | None = None,
        content: Content | None = None,
    ) -> Done[T]:
        """Do something, once: each try has the same key.

        The outcome is unknown where a try had no answer, and no later one told what came of it.

        Raises:
            Misread: where the answer is none of the API.
        """
        request = f"{method} {path}"
        headers = {"Idempotency-Key": self.key or secrets.token_hex(16)}
        lost = False
        last: Reply | None = None
        for tried in range(1, self.patience.tries + 1):
            try:
                last = await self._try(method, path, body, headers, content)
            except aiohttp.ClientConnectorError:
                pass  # nothing was sent
            except (aiohttp.ClientError, TimeoutError):
                lost = True
            else:
                if last.status not in _TRY_AGAIN:
                    return _done(last, answer, request)
            if tried < self.patience.tries:
                await asyncio.sleep(self.patience.wait_after(tried))
        if lost:
            return Done(Outcome.UNKNOWN)
        if last is None:
            return Done(Outcome.REFUSED, reason="not_reachable")
        return _done(last, answer, request)

    async def look(self, path: str, kind: type[T], query: Mapping[str, object] = {}) -> T:
        """Look at something.

        Raises:
            NotSeen: with the code of the refusal, `not_reachable` where no answer came.
            Misread: where the answer is none of the API.
        """
        request = f"GET {path}"
        return fitting(json_of(await self.get(path, query), request), kind, request)

    async def get(self, path: str, query: Mapping[str, object] = {}, known: str = "") -> Reply:
        """Get something; with the tag of what is `known`, status 304 says that it is still so.

        Raises:
            NotSeen: as `look`.
        """
        given = {name: str(value) for name, value in query.items() if value is not None}
        headers = {"If-None-Match": known} if known else {}
        last: Reply | None = None
        for tried in range(1, self.patience.tries + 1):
            try:
                last = await self._try("GET", path, None, headers, None, given)
            except (aiohttp.ClientError, TimeoutError):
                last = None
            else:
                if last.status not in _TRY_AGAIN:
                    break
            if tried < self.patience.tries:
                await asyncio.sleep(self.patience.wait_after(tried))
        if last is None:
            raise NotSeen("not_reachable")
        if last.status >= 400:  # noqa: PLR2004
            raise NotSeen(str(last.problem["code"]))
        return last

    async def _try(
        self,
        method: str,
        path: str,
        body: object,
        headers: Mapping[str, str],
        content: Content | None,
        query: Mapping[str, str] = {},
    ) -> Reply:
        sent = dict(headers)
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        data: Any = None
        if content is not None:
            data = content()
        elif body is not None:
            sent["Content-Type"] = JSON_TYPE
            data = to_json(body)
        async with self.http.request(
            method,
            URL(self.url + path, encoded=True).update_query(query),
            data=data,
            headers=sent,
            timeout=aiohttp.ClientTimeout(total=self.patience.try_s_max),
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.read())


def json_of(reply: Reply, request: str) -> Any:  # noqa: ANN401 - what JSON gives
    """Give what the answer to a request says.

    Raises:
        Misread: where it is no JSON.
    """
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        begins = reply.body[:_SHOWN_BYTES_MAX].decode(errors="replace")
        said = f"{error}; it begins with {begins!r}" if begins else "it is empty"
        raise Misread(f"{request}: the answer is no JSON: {said}") from error


def fitting(value: object, kind: type[T], request: str) -> T:
    """Build what the answer to a request stands for; who answers may tell more than is asked for.

    Raises:
        Misread: where it does not fit.
    """
    try:
        built: T = structure(value, kind, more=True)
    except MisfitError as error:
        faults = map(_placed, faults_of(error, "the answer"))
        raise Misread(f"{request}: {'; '.join(faults)}") from error
    return built


def _placed(fault: str) -> str:
    """Name the place first, as everybody does who speaks of an answer."""
    what, at, place = fault.rpartition(" @ ")
    return f"{place}: {what}" if at else fault


def _done(reply: Reply, answer: type[T] | None, request: str) -> Done[T]:
    moment = reply.headers.get(MOMENT)
    at = None if moment is None else fitting(moment, datetime, f"{request}: {MOMENT}")
    if reply.status < 300:  # noqa: PLR2004
        value: T | None = None
        if answer is not None and reply.body:
            value = fitting(json_of(reply, request), answer, request)
        return Done(Outcome.OK, value, at=at)
    problem = reply.problem
    definite = problem.get("definite", True)
    outcome = Outcome.REFUSED if definite else Outcome.UNKNOWN
    return Done(outcome, None, str(problem["code"]), at, problem)


def part(value: object) -> str:
    """Give a value as a part of a path."""
    return quote(str(value), safe="")
