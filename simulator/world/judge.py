"""Every act and observation of a run, in order: written to the trace, judged, and measured."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO, Final

import orjson
from attrs import Factory, define, field

from simulator.history.moments import EPOCH, microseconds
from simulator.measures.collector import Collector
from simulator.oracle import Oracle
from simulator.scenario.goals import Goals
from simulator.targets.port import Delivery
from simulator.world.deliveries import Deliveries
from simulator.world.witness import Spool

Record = dict[str, Any]
#: How many lines are kept for a picture: more would not be looked at.
KEPT_MAX: Final = 300
#: What a run brings is told right after it; what is done then waits for the next one.
_COMES: Final = frozenset({"mail", "arrival"})
_FAILED: Final = 2  # the result of a run that brought nothing


@define(eq=False)
class Judge:
    """Hands each line to the oracle and the collector as it happens; `trace` gets the same."""

    oracle: Oracle
    collector: Collector
    goals: Goals = Factory(Goals)
    trace: BinaryIO | None = None
    keeps: bool = False
    deliveries: Deliveries | None = None
    spool: Spool | None = None  # keeps all lines, for pictures of findings
    waits: bool = False  # messages wait for the replication (`delivery: with_replication`)
    lines: int = 0
    findings: int = 0
    origin: dict[int, int] = Factory(dict[int, int])  # line of the trace -> line of the scenario
    kept: list[Record] = Factory(list[Record])  # the first lines, for a picture
    counts: dict[str, int] = Factory(dict[str, int])
    _newest: datetime = field(default=EPOCH, init=False)
    _newest_us: int = field(default=0, init=False)
    _stamp: str | None = field(default=None, init=False)  # of the newest, once it was written
    _link: str = field(default="up", init=False)
    _link_us: int = field(default=0, init=False)

    def begin(self, header: Mapping[str, Any]) -> None:
        """Write the header, which is the first line of a trace."""
        self.lines = 1
        if self.trace is not None:
            self.trace.write(orjson.dumps(header) + b"\n")

    def take(
        self, at: datetime, record: Record, step: int = 0, meant: datetime | None = None
    ) -> None:
        """Judge a line, which is kept.

        A line that tells no moment is of the moment `at`. `step` is the line of the scenario whose
        step it belongs to, 0 where there is none; `meant` is when who acts meant to, where earlier.
        """
        told = record.get("at")
        moment = at if told is None else datetime.fromisoformat(told)
        # What happens together is told one after the other; lines stand in the order of time.
        if moment is not self._newest and moment > self._newest:
            self._newest, self._newest_us = moment, microseconds(moment)
            self._stamp = None
        at_us = self._newest_us
        word: str = record.get("act") or record["see"]
        self.counts[word] = self.counts.get(word, 0) + 1
        if word in self.goals.words:
            self.goals.take(word, record)
        if word in self.collector.words:
            meant_us = at_us if meant is None else microseconds(meant)
            self.collector.take(word, record, at_us, meant_us)
        if self.waits:
            if word == "fault" and record["what"] == "link":
                return
            self._link_for(record, at_us)
        self._put(record, at_us, step)

    def _put(self, record: Record, at_us: int, step: int = 0) -> None:
        """Add a line to the trace, and judge it."""
        self.lines += 1
        if step:
            self.origin[self.lines] = step
        if self.trace is not None or self.spool is not None or self.keeps:
            self._write(record)
        self.findings += len(self.oracle.take(self.lines, at_us, record))

    def _write(self, record: Record) -> None:
        """Write and keep a line, with its moment as a text."""
        if self._stamp is None:
            self._stamp = self._newest.isoformat()
        line = {"at": "", **record} if "see" in record else dict(record)  # a look begins with it
        line["at"] = self._stamp
        if self.keeps and len(self.kept) < KEPT_MAX:
            self.kept.append(line)
        if self.trace is not None or self.spool is not None:
            written = orjson.dumps(line)
            if self.trace is not None:
                self.trace.write(written + b"\n")
            if self.spool is not None:
                self.spool.add(written)

    def _link_for(self, line: Record, at_us: int) -> None:
        """Tell the oracle, and the trace, that the link is up at moments of successful runs only.

        Where messages wait for a run, that is what the rules demand to be seen.
        """
        ran = line.get("act") == "replicate" and line["outcome"] == "ok"
        run = ran and line["result"] != _FAILED
        comes = line.get("see") in _COMES and at_us == self._link_us
        state = "up" if run or (self._link == "up" and comes) else "down"
        if state != self._link:
            self._link = state
            self._put({"act": "fault", "what": "link", "state": state, "outcome": "ok"}, at_us)
        if run:
            self._link_us = at_us

    def deliver(self, came: Delivery) -> None:
        """Measure what came into a mailbox or a case."""
        at_us = self._newest_us if came.at is self._newest else microseconds(came.at)
        self.collector.deliver(at_us, came.case, came.message, came.to)
        if self.deliveries is not None:
            self.deliveries.take(at_us, came)
