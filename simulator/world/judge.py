"""Every act and observation of a run, in order: written to the trace, judged by the oracle."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import orjson
from attrs import Factory, define, field

from simulator.history.moments import moment_us
from simulator.oracle import Finding, Oracle

Record = dict[str, Any]
#: How many lines are kept for a picture: more would not be looked at.
KEPT_MAX: Final = 300


@define(eq=False)
class Judge:
    """Hands each line to the oracle as it happens; `trace` gets the same lines."""

    oracle: Oracle
    trace: BinaryIO | None = None
    keeps: bool = False
    lines: int = 0
    kept: list[Record] = Factory(list[Record])  # the first lines, for a picture
    counts: dict[str, int] = Factory(dict[str, int])
    _newest: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    def begin(self, header: Mapping[str, Any]) -> None:
        """Write the header, which is the first line of a trace."""
        self.lines = 1
        if self.trace is not None:
            self.trace.write(orjson.dumps(header) + b"\n")

    def take(self, at: datetime, record: Record) -> Sequence[Finding]:
        """Judge a line; the new findings."""
        self.lines += 1
        told = record.get("at")
        # What happens together is told one after the other; lines stand in the order of time.
        self._newest = max(self._newest, at if told is None else datetime.fromisoformat(told))
        line = {**record, "at": self._newest.isoformat()}
        word: str = line.get("act") or line["see"]
        self.counts[word] = self.counts.get(word, 0) + 1
        if self.trace is not None:
            self.trace.write(orjson.dumps(line) + b"\n")
        if self.keeps and len(self.kept) < KEPT_MAX:
            self.kept.append(line)
        at_us = moment_us(line["at"])
        assert at_us is not None  # noqa: S101 - we wrote it
        return self.oracle.take(self.lines, at_us, line)
