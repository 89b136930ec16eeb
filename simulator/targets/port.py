"""What a target is: whatever can be acted on and looked at in the words of a trace."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from attrs import frozen

Record = dict[str, Any]


@frozen
class Outcome:
    """What came of an act: `ok`, `refused` with the code of the refusal, or `unknown`."""

    word: str
    reason: str | None = None
    told: Mapping[str, Any] = {}  # what the line of the act tells besides


@frozen
class Delivery:
    """A message that came into the mailbox of a recipient; `to` is None: into the case."""

    case: int | str
    message: str
    to: str | None
    at: datetime


class Target(Protocol):
    """A system under test; its clock is moved by who drives it."""

    #: Acts and kinds of fault that this target cannot do; they are skipped, and said to be.
    cannot: frozenset[str]

    def act(self, records: Sequence[Record], at: datetime) -> Sequence[Outcome]:
        """Do the acts of one moment and let everything come to rest; the outcomes are in order.

        Acts of one person or in one case are done in order, others may be under way together.
        """
        ...

    def look(self, records: Sequence[Mapping[str, Any]], at: datetime) -> Sequence[Record | None]:
        """Give what is seen; None where nothing answers or nothing is there for who looks."""
        ...

    def advance(self, to: datetime) -> None:
        """Move the clock; returns when everything that falls due on the way has come to rest."""
        ...

    def news(self) -> Iterable[Record]:
        """Give what arrived since this was asked last: mails, and messages that came late."""
        ...

    def deliveries(self) -> Iterable[Delivery]:
        """Give what came into mailboxes and cases since this was asked last, as it came."""
        ...

    def close(self) -> None:
        """End it."""
        ...
