"""An operation of the API: one entry says its path, who may call it, what it takes and gives.

Routes, the checks of who calls, the OpenAPI document and the walk of the tests come from it.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache, partial
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

from aiohttp import hdrs, web
from attrs import define, field, frozen

from reference.domain.facts import Decision
from reference.domain.refusals import Refusal
from reference.domain.words import CaseNumber
from reference.http.problems import PROBLEM_TYPE, Fault, Problem, Refused
from reference.store.codec import case_number, from_us, to_json, to_us
from reference.store.shapes import Cursor, Limit
from reference.store.shared_tables import ANSWERS, PURGE_ANSWERS, Given
from reference.store.side import Side
from reference.store.unit import Unit
from reference.store.writer import Look

S = TypeVar("S")
JSON_TYPE: Final = "application/json"
FORM_TYPE: Final = "multipart/form-data"
BYTES_TYPE: Final = "application/octet-stream"
#: What is told in it is new each time.
TEXT_TYPE: Final = "text/plain"
HTML_TYPE: Final = "text/html"

#: The header that tells when an act happened.
MOMENT: Final = "Moment"

#: How long the answer to an Idempotency-Key is kept.
KEYS_KEPT: Final = timedelta(hours=24)
_KEPT_US: Final = KEYS_KEPT // timedelta(microseconds=1)


class Who(Enum):
    """Who may call an operation."""

    ANYBODY = "anybody"
    CASEWORKER = "caseworker"
    #: A caseworker, or the operator.
    STAFF = "staff"
    ADMINISTRATOR = "administrator"
    RECIPIENT = "recipient"
    PEER = "peer"
    #: Somebody on this machine, or the operator.
    HERE = "here"


@frozen
class Page:
    """Which part of a list: at most `limit` of what follows `after`, the `next` of a page."""

    after: Cursor = 0
    limit: Limit = 100


@frozen
class NamesPage:
    """Which part of a list by name: at most `limit` of what follows `after`, a page's `next`."""

    after: str = ""
    limit: Limit = 100


@define(eq=False)
class Answer:
    """What an operation answers: a status, and JSON as bytes.

    One that is given again and again keeps its `head` as it is written.
    """

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = {}
    head: str | None = field(default=None, init=False)


@define(eq=False)
class Call:
    """One request: who calls, what the path, the query and the body say."""

    actor: str
    path: Mapping[str, str]
    query: Any
    body: Any
    key: str | None
    fingerprint: str
    request: web.Request

    @property
    def case(self) -> CaseNumber:
        """Give the number of the case in the path."""
        return case_number(self.path["case"])

    async def act(self, side: Side, work: Callable[[Unit], object], *, status: int = 200) -> Answer:
        """Do an act in a transaction that also keeps its answer, once for each key.

        The same key and body again give the first answer, and nothing happens.
        """
        return await side.writer.do(partial(self._once, work=work, status=status))

    def _once(self, unit: Unit, work: Callable[[Unit], object], status: int) -> Answer:
        if self.key is None:
            return _happened(given(work(unit), status), unit.moment)
        at = to_us(unit.moment)
        place = (self.actor, self.key)
        oldest = at - _KEPT_US
        before = unit.get(ANSWERS, place)
        if before is not None and before.at >= oldest:
            if before.fingerprint != self.fingerprint:
                raise Refused(Problem.KEY_REUSED)
            kind = JSON_TYPE if before.status < 400 else PROBLEM_TYPE  # noqa: PLR2004
            answer = Answer(before.status, before.body, kind, {"Idempotent-Replay": "true"})
            return _happened(answer, from_us(before.at))
        try:
            answer = given(work(unit), status)
        except Refused as refused:
            unit.take_back()
            answer = Answer(refused.status, refused.body(), PROBLEM_TYPE)
        kept = Given(self.actor, self.key, self.fingerprint, answer.status, answer.body, at)
        unit.put(ANSWERS, place, kept)
        if self.fingerprint.startswith("00"):  # one act in 256 cleans up after all
            unit.write("answers", PURGE_ANSWERS, (oldest,))
        return _happened(answer, unit.moment)


def _happened(answer: Answer, at: datetime) -> Answer:
    """Let an answer tell when the act happened, to the microsecond."""
    moment = _moment(at)
    answer.headers = {**answer.headers, **moment} if answer.headers else moment
    return answer


@lru_cache(maxsize=100)  # the acts of a transaction have one moment
def _moment(at: datetime) -> Mapping[str, str]:
    return MappingProxyType({MOMENT: at.isoformat()})


class Response(Protocol):
    """What goes out: a response of aiohttp, or what the server makes of an `Answer`."""

    @property
    def status(self) -> int:
        """Give the HTTP status."""
        ...

    def force_close(self) -> None:
        """Close the connection afterwards."""
        ...

    async def prepare(self, request: web.Request) -> object:
        """Write the head."""
        ...

    async def write_eof(self) -> None:
        """Write what is left."""
        ...


Refuse = Callable[[web.Request, Refused], Response]
Handle = Callable[[Call], Awaitable[Answer | web.StreamResponse]]


@frozen(eq=False)
class Operation:
    """One method at one path.

    A `body` is parsed as JSON, unless the operation reads its `upload` itself; `media` tells what
    else than JSON, or bytes in an upload, it takes. `example` is a body where the examples of the
    fields do not fit together. `refused` answers what is refused, if not as a problem document.
    """

    method: str
    path: str
    who: Who
    summary: str
    handle: Handle
    body: type | None = None
    answer: Any = None
    status: int = 200
    query: type | None = None
    act: bool = False
    upload: bool = False
    refusals: tuple[Refusal | Problem, ...] = ()
    example: object = None
    media: tuple[str, ...] = ()
    gives: str = JSON_TYPE
    refused: Refuse | None = None

    @property
    def name(self) -> str:
        """Give a name that is unique: that of the function which handles it."""
        return self.handle.__name__

    @property
    def takes(self) -> tuple[str, ...]:
        """Give the types that a body can have; none where there is no body."""
        if self.media or (self.body is None and not self.upload):
            return self.media
        return (BYTES_TYPE,) if self.upload else (JSON_TYPE,)


def media_type(request: web.Request) -> str:
    """Give the type of a body without its parameters, whatever form these may have."""
    return request.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower()


def check_plain(request: web.Request) -> None:
    """See that a body comes as it is: nobody unpacks one here.

    Raises:
        Refused: when it is compressed.
    """
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        what = "send the body as it is"
        raise Refused(Problem.MEDIA_TYPE, Fault("header Content-Encoding", what))


def fingerprint(request: web.Request, content: bytes) -> str:
    """Give what tells a request from any other one with the same Idempotency-Key."""
    what = b"\n".join((request.method.encode(), request.raw_path.encode(), content))
    return blake2b(what, digest_size=16).hexdigest()


def given(value: object, status: int = 200) -> Answer:
    """Give a value as the answer."""
    if value is None:
        return Answer(204 if status == 200 else status, b"")  # noqa: PLR2004
    return Answer(status, to_json(value))


async def shown(side: Side, look: Look[object]) -> Answer:
    """Answer with what a look into a side's store shows."""
    return given(await side.reader.look(look))


def accepted(decision: Decision[S] | Refusal) -> Decision[S]:
    """Give a decision, unless it is a refusal.

    Raises:
        Refused: by the refusal.
    """
    if isinstance(decision, Refusal):
        raise Refused(decision)
    return decision
