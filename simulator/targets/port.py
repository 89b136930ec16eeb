"""What a target is: whatever can be acted on and looked at in the words of a trace."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import orjson

from reference.domain.values import frozen

Record = dict[str, Any]


class TargetError(OSError):
    """A target cannot be used, or is no longer there: says what is wrong and what to do."""


class Hitch(StrEnum):
    """What goes wrong with a request on its way."""

    DOUBLED = "doubled"  # it comes twice; once is to be done
    LOST = "lost"  # it is done, and the answer is lost: the same act again repeats the request


@frozen
class Outcome:
    """What came of an act: `ok`, `refused` with the code of the refusal, or `unknown`."""

    word: str
    reason: str | None = None
    told: Mapping[str, Any] = {}  # what the line of the act tells besides
    at: datetime | None = None  # when it happened, where the target told

    def __str__(self) -> str:
        """Give it in words."""
        if self.word == "unknown":
            return f"unknown ({self.reason or 'no answer came'})"
        return self.word if self.reason is None else f"{self.word} ({self.reason})"


#: What came of most acts.
DONE: Final = Outcome("ok")


@frozen
class Difference:
    """Where a target does otherwise than the model, to which the same was done."""

    what: str  # the act, or what was looked at
    model: str
    target: str


@frozen
class Delivery:
    """A message that came into the mailbox of a recipient; `to` is None: into the case."""

    case: int | str
    message: str
    to: str | None
    at: datetime


def arrival(came: Delivery) -> Record:
    """Tell of a delivery into a case, as a line of a trace that tells no moment."""
    return {"see": "arrival", "case": came.case, "message": came.message}


class Target(Protocol):
    """A system under test; its clock is moved by who drives it."""

    def cannot(self, record: Mapping[str, Any]) -> str | None:
        """Say why this target cannot do an act, which is then skipped; None where it can."""
        ...

    def act(
        self, records: Sequence[Record], at: datetime, hitches: Sequence[Hitch | None] = ()
    ) -> Sequence[Outcome]:
        """Do the acts of one moment and let everything come to rest; the outcomes are in order.

        Acts of one person or in one case are done in order, others may be under way together.
        `hitches` are those of the requests; the outcome of one whose answer is lost is unknown,
        and the same record again is the same request again.
        """
        ...

    def look(self, records: Sequence[Mapping[str, Any]], at: datetime) -> Sequence[Record | None]:
        """Give what is seen; None where nothing answers or nothing is there for who looks.

        What tells no moment was seen at that of the look.
        """
        ...

    def advance(self, to: datetime) -> None:
        """Move the clock; returns when everything that falls due on the way has come to rest."""
        ...

    def news(self) -> Sequence[Record]:
        """Give what arrived since this was asked last: mails, and messages that came into cases.

        What tells no moment arrived at the one of the act, or of the advance.
        """
        ...

    def deliveries(self) -> Sequence[Delivery]:
        """Give what came into mailboxes and cases since this was asked last, as it came."""
        ...

    def differences(self) -> Sequence[Difference]:
        """Give where it did otherwise than the model beside it since this was asked last."""
        ...

    @property
    def is_the_model(self) -> bool:
        """Whether nothing can differ from the model, and a line is of the moment it is told."""
        ...

    @property
    def real_time(self) -> bool:
        """Whether time passes by itself, so that the scenario's days and hours are others there."""
        ...

    def moment(self, at: datetime) -> datetime:
        """Give the moment at which a line of the trace stands; in virtual time the same."""
        ...

    def close(self) -> None:
        """End it."""
        ...


def not_the_api(why: object) -> TargetError:
    """Say that what answers is not the API."""
    return TargetError(f"what answers is not the API: {why}")


def key_of(record: Mapping[str, Any]) -> bytes:
    """Give what tells an act from any other: its whole record."""
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


def described(record: Mapping[str, Any]) -> str:
    """Say in a few words what an act does, or what is looked at."""
    word = record.get("act") or record["see"]
    about = record.get("message") or record.get("recipient") or record.get("caseworker")
    parts = [word, about, f"case {record['case']}" if "case" in record else None]
    parts += [record.get("what"), record.get("state"), record.get("event")]
    who = f" by {record['by']}" if record.get("by") else ""
    return " ".join(str(part) for part in parts if part) + who
