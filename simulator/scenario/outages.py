"""Faults of a scenario: from when to when, at which rate, or for a share of requests."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from simulator.history.vocabulary import FAULTS
from simulator.scenario.chance import DELAY, SHARE, Delay
from simulator.scenario.forms import BAD, Record, Schema, Slot, Word
from simulator.scenario.nodes import Faults, Node, Place
from simulator.scenario.steps import WHEN
from simulator.scenario.times import When

#: What can happen to single requests.
REQUESTS: Final = ("doubled_requests", "lost_answers")
_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {"Replikation": "replication", "Portal": "portal", "Server": "server"}
)


@frozen
class Outage:
    """Something that is down or slow: once from when to when, or again and again."""

    place: Place
    what: str
    state: str
    start: When | None
    until: When | None
    every: Delay | None
    lasts: Delay | None


@frozen
class Unreliable:
    """A share of the requests that come twice, or whose answer gets lost."""

    what: str
    share: float


@frozen
class Span:
    """An outage that begins at a moment; it ends at one, or lasts as long as is drawn."""

    outage: Outage
    begins: datetime
    ends: datetime | None


def outage_of(one: Span | Outage) -> Outage:
    """Give the outage, whether its moment is known or drawn."""
    return one.outage if isinstance(one, Span) else one


FIELDS: Final = (
    Slot("what", Word((*FAULTS, *REQUESTS), _LABELS, "a fault"), "what breaks", required=True),
    Slot("state", Word(("down", "slow"), what="down or slow"), "how", default="down"),
    Slot("from", WHEN, "when it begins: day 2 10:00"),
    Slot("until", WHEN, "when it is over"),
    Slot("every", DELAY, "or: the time from the end of one to the next"),
    Slot("lasts", DELAY, "how long it lasts"),
    Slot("share", SHARE, "of doubled_requests and lost_answers: the share of requests"),
)
_ROW: Final = Record("a fault", FIELDS, lambda values, place: (values, place))


@frozen
class _FaultForm:
    """A fault; which fields it has follows from what breaks and how often."""

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the outage, or the share of requests."""
        read = _ROW.read(node, faults)
        if read is BAD:
            return BAD
        values, place = read
        given = {name for name in ("from", "until", "every", "lasts", "share") if values[name]}
        if values["share"] is not None:
            given.add("share")
        what = values["what"]
        if what in REQUESTS:
            if given != {"share"}:
                faults.add(place, f'{what} has a "share" and nothing else', "share: 1 %")
                return BAD
            return Unreliable(what, values["share"])
        if given not in ({"from", "until"}, {"from", "lasts"}, {"every", "lasts"}):
            faults.add(
                place,
                f"{what} needs to know when",
                '"from" with "until" or "lasts", else "every" with "lasts"',
            )
            return BAD
        return Outage(
            place,
            what,
            values["state"],
            values["from"],
            values["until"],
            values["every"],
            values["lasts"],
        )

    def schema(self) -> Schema:
        """Give the fields."""
        return _ROW.schema()


FAULT: Final = _FaultForm()
