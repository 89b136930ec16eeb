"""The measures that there are: name, unit, what is counted, and which figures can be asked of it.

The limits of scenario files, the outputs and the report take their words from here.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen

from simulator.history.bad_input import quote, suggest


class Unit(StrEnum):
    """What a value is counted in; a figure's name ends with it: `delivery_ms`."""

    MS = "ms"
    COUNT = "count"
    SHARE = "share"


class Kind(StrEnum):
    """How a measure comes about, which decides what can be asked of it."""

    SAMPLES = "samples"  # one value for each thing that happened
    LEVEL = "level"  # how many there are at a time, from the beginning to the end
    TOTAL = "total"  # one value for the whole run


@frozen
class Measure:
    """One measure."""

    name: str
    kind: Kind
    unit: Unit
    meaning: str

    @property
    def key(self) -> str:
        """The name with its unit last, as outputs have it."""
        return self.name if self.unit is Unit.COUNT else f"{self.name}_{self.unit}"


_SAMPLED: Final = (Kind.SAMPLES, Unit.MS)
_LEVEL: Final = (Kind.LEVEL, Unit.COUNT)
_TOTAL: Final = (Kind.TOTAL, Unit.COUNT)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            Measure(
                "delivery",
                *_SAMPLED,
                "from the moment at which somebody meant to send a message until it is in the"
                " recipient's inbox (DLV-1); for each recipient",
            ),
            Measure(
                "reply_delivery",
                *_SAMPLED,
                "from the moment at which a recipient meant to write until the message is in the"
                " case (DLV-5)",
            ),
            Measure(
                "mail",
                *_SAMPLED,
                "from the moment at which somebody meant to send a message until the mail that"
                " tells of it has arrived (MAIL-1)",
            ),
            Measure(
                "read",
                *_SAMPLED,
                "from a message's arrival in the inbox until its recipient opens it, marks it as"
                " read or answers it (INB-2)",
            ),
            Measure(
                "answer",
                *_SAMPLED,
                "from the arrival of a message that asks for a reply in the inbox until its"
                " recipient answers it (INB-10)",
            ),
            Measure(
                "settle",
                *_SAMPLED,
                "from a message's arrival in the inbox until it no longer counts as unread (INB-1)",
            ),
            Measure(
                "staleness",
                *_SAMPLED,
                "from a change of case data until the portal has it by a run or a message (RPL-2)",
            ),
            Measure(
                "catch_up",
                *_SAMPLED,
                "from the end of an outage of portal, link or server until no message waits any"
                " more (DLV-4)",
            ),
            Measure(
                "data_catch_up",
                *_SAMPLED,
                "from the end of an outage until a run has brought the case data that changed"
                " during it (RPL-6)",
            ),
            Measure(
                "run_records",
                Kind.SAMPLES,
                Unit.COUNT,
                "records that a run of the replication carried (RPL-4)",
            ),
            Measure(
                "bundle_records",
                Kind.SAMPLES,
                Unit.COUNT,
                "records in a bundle (RPL-4)",
            ),
            Measure("unread", *_LEVEL, "messages that count as unread (INB-1)"),
            Measure(
                "under_way",
                *_LEVEL,
                "messages of either direction that are written and have not arrived yet (DLV-4)",
            ),
            Measure(
                "outdated",
                *_LEVEL,
                "changes of case data that the portal does not have yet (RPL-2)",
            ),
            Measure("messages", *_TOTAL, "messages sent; one for each recipient"),
            Measure("replies", *_TOTAL, "messages that recipients wrote"),
            Measure("mails", *_TOTAL, "mails that arrived"),
            Measure("runs", *_TOTAL, "runs of the replication (RPL-1)"),
            Measure(
                "retries",
                *_TOTAL,
                "acts and mails that came again under the same id",
            ),
            Measure(
                "settled",
                Kind.TOTAL,
                Unit.SHARE,
                "share of the messages in inboxes that do not count as unread at the end",
            ),
        )
    }
)

#: What can be asked of a measure besides percentiles.
STATISTICS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.SAMPLES: ("count", "min", "mean", "max"),
        Kind.LEVEL: ("max", "mean", "last"),
        Kind.TOTAL: (),
    }
)
_PERCENTILE: Final = re.compile(r"p(\d{1,2}(?:\.\d{1,3})?)")


def names() -> tuple[str, ...]:
    """Give the names of all measures, in the order in which they are shown."""
    return tuple(MEASURES)


def measures_table() -> str:
    """Give the measures as a table in Markdown."""
    rows = [f"| `{one.name}` | {one.kind} | {one.meaning} |" for one in MEASURES.values()]
    return "\n".join(["| measure | kind | what it is |", "|---|---|---|", *rows])


def percentile(statistic: str) -> float | None:
    """Give the percentile that `p95` or `p99.9` asks for, between 0 and 100; else None."""
    found = _PERCENTILE.fullmatch(statistic)
    return float(found[1]) if found and float(found[1]) > 0 else None


def measure_named(name: str) -> Measure:
    """Give the measure of a name.

    Raises:
        ValueError: where there is none; the text says which is meant, or which there are.
    """
    if name not in MEASURES:
        raise ValueError(f"{quote(name)} is no measure ({suggest(name, MEASURES)})")
    return MEASURES[name]


def check_statistic(measure: Measure, statistic: str) -> None:
    """See that a statistic can be asked of a measure; none stands for a total's only value.

    Raises:
        ValueError: where it cannot; the text says what can.
    """
    allowed = STATISTICS[measure.kind]
    if measure.kind is Kind.TOTAL:
        if statistic:
            raise ValueError(f"{measure.name} is one number: leave {quote(statistic)} out")
        return
    sampled = measure.kind is Kind.SAMPLES
    if statistic in allowed or (sampled and percentile(statistic) is not None):
        return
    said = f"{quote(statistic)} cannot be asked of" if statistic else "a statistic is missing for"
    also = ", a percentile like p95 or p99.9" if sampled else ""
    raise ValueError(f"{said} {measure.name}: use {', '.join(allowed)}{also}")
