"""Replication: what immediate delivery does not carry goes in bundles, now and then (RPL)."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from attrs import Factory, define, evolve, frozen

from reference.domain.case import replicated, replication_changes_cases
from reference.domain.refusals import Refusal
from reference.domain.replication import Answer, Bundle, Record, answer_of, bundles, settle
from reference.domain.words import RecordKind
from reference.http.problems import Refused
from reference.link.carrier import Carrier
from reference.link.parts import parts_of
from reference.link.peer import BundleAnswer, Peer, Unreachable
from reference.store.codec import dumps, from_us, loads, structure, to_us
from reference.store.crash import reached
from reference.store.database import StorageError
from reference.store.mvp_tables import CASES, FORGET_RUNS, INSERT_RUN, UNMARK
from reference.store.side import Side
from reference.store.unit import Unit

#: How many runs are remembered.
RUNS_KEPT: Final = 100

log = logging.getLogger(__name__)


@frozen
class Marked:
    """A record as it was read: `place` is that of its mark, `version` new whenever it changes."""

    place: int
    version: int
    record: Record


@frozen
class BundleView:
    """A bundle of a run: how many records it held, the receiver's answer, how many failed."""

    kind: str
    records: int
    result: int
    failed: int


@frozen
class Run:
    """A replication: `result` is the worst answer to its bundles, null where it broke off."""

    at: datetime
    result: int | None
    bundles: tuple[BundleView, ...]


@frozen
class ReplicationState:
    """When the next run is due, how many changed records wait, and the runs, newest first."""

    due_at: datetime | None
    marked: int
    runs: tuple[Run, ...]


@frozen
class Start:
    """What the receiver is to answer to each bundle (RPL-4); with 1 the last records fail."""

    result: int = 0
    failed: int = 0


@define(eq=False)
class Replicator:
    """Runs replications, one at a time; nothing that is delivered at once waits for them."""

    side: Side
    peer: Peer
    carrier: Carrier
    every: timedelta | None
    due_at: datetime | None = Factory(lambda self: self.next_due(), takes_self=True)
    _one: asyncio.Lock = Factory(asyncio.Lock)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to run every so often, by the system's time."""
        if self.every is not None:
            self._task = asyncio.create_task(self._run_for_ever(self.every))

    async def stop(self) -> None:
        """Stop; what was not carried stays marked."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def state(self) -> ReplicationState:
        """Give what waits for the next run, and the last ones."""
        return await self.side.reader.look(partial(_state, due_at=self.due_at))

    def next_due(self) -> datetime | None:
        """Give the moment of the run after one that begins now (RPL-1)."""
        return None if self.every is None else self.side.now() + self.every

    async def run_due(self) -> None:
        """Run because it is time to; what fails waits for the next time (RPL-6)."""
        self.due_at = self.next_due()
        try:
            await self.run()
        except (Refused, StorageError) as error:
            log.warning("replication_failed", extra={"error": str(error)})
        except Exception:  # the next run must not wait for ever
            log.exception("replication_defect")

    async def _run_for_ever(self, every: timedelta) -> None:
        while True:
            await asyncio.sleep(every.total_seconds())
            await self.run_due()

    async def run(self, start: Start | None = None) -> Run:
        """Carry all that is marked now, as it is when its turn comes (RPL-4).

        A record that changes after it was read stays marked, and goes again with the next run.

        Raises:
            Refused: when the other side cannot be reached, or answers what there is not.
            StorageError: when the own store fails.
        """
        wanted = Start() if start is None else start
        _answer(wanted.result)
        async with self._one:
            at, done = self.side.now(), list[BundleView]()
            try:
                result = await self._carry_all(wanted, done)
            except (Refused, Unreachable) as error:
                await self.side.writer.do(partial(_log_run, run=Run(at, None, tuple(done))))
                if isinstance(error, Refused):
                    raise
                log.warning("replication_broke_off", extra={"error": str(error)})
                raise Refused(Refusal.REPLICATION_FAILED) from error
            run = Run(at, result, tuple(done))
            await self.side.writer.do(partial(_log_run, run=run))
            return run

    async def _carry_all(self, wanted: Start, done: list[BundleView]) -> int:
        """Carry records, then what else waits; give the worst answer."""
        newest, count = await self.side.reader.look(_extent)
        take = self.peer.take_bundle
        if wanted.result:
            take = _Failing(self.peer, wanted.result, count - wanted.failed).take_bundle
        for kind in RecordKind:
            after = 0
            while marked := await self.side.reader.look(
                partial(
                    _page,
                    kind=kind,
                    after=after,
                    newest=newest,
                    limit=self.side.rules.bundle_records_max,
                )
            ):
                for bundle in bundles(tuple(each.record for each in marked), self.side.rules):
                    reached("bundle.before")
                    answered = await take(bundle)
                    reached("bundle.after")
                    done.append(await self._settle(bundle, answered, marked))
                after = marked[-1].place
        result = max((bundle.result for bundle in done), default=wanted.result)
        if result != int(Answer.FAILED):
            await self.carrier.hand_over_waiting()
            await self.peer.turn()
        return result

    async def _settle(
        self, bundle: Bundle, answered: BundleAnswer, marked: Sequence[Marked]
    ) -> BundleView:
        """Unmark what was taken (RPL-4); what failed stays marked, and is logged."""
        answer = _answer(answered.number)
        settlement = settle(bundle, answer, answered.failed)
        for record in settlement.logged:
            log.warning("record_again", extra={"kind": record.kind.value, "case": record.case})
        marks = {each.record: each for each in marked}
        taken = [marks[record] for record in settlement.taken]
        async for part in parts_of(taken, self.side.writer):
            await self.side.writer.do(partial(self._keep_taken, taken=part))
        failed = len(settlement.logged)
        return BundleView(bundle.kind.value, len(bundle.records), answered.number, failed)

    def _keep_taken(self, unit: Unit, taken: Sequence[Marked]) -> None:
        touched = replication_changes_cases(self.side.rules)
        for mark in taken:
            case = unit.get(CASES, mark.record.case) if touched else None
            if case is not None:
                after = replicated(case, self.side.now(), self.side.rules)
                unit.put(CASES, case.number, after)
            unit.write("marked", UNMARK, (mark.place, mark.version))


@define(eq=False)
class _Failing:
    """A receiver for a harness: it takes so many records of a run, and no further one."""

    peer: Peer
    number: int
    left: int

    async def take_bundle(self, bundle: Bundle) -> BundleAnswer:
        """Take what may be taken."""
        if self.number == int(Answer.FAILED):
            return BundleAnswer(self.number)
        records = bundle.records[: max(self.left, 0)]
        self.left -= len(records)
        if records:
            await self.peer.take_bundle(evolve(bundle, records=records))
        return BundleAnswer(self.number, frozenset(bundle.records[len(records) :]))


def _answer(number: int) -> Answer:
    answer = answer_of(number)
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer


def _extent(raw: sqlite3.Connection) -> tuple[int, int]:
    """Give the newest mark, and how many there are."""
    newest, count = raw.execute("SELECT coalesce(max(id), 0), count(*) FROM marked").fetchone()
    return newest, count


def _page(
    raw: sqlite3.Connection, kind: RecordKind, after: int, newest: int, limit: int
) -> list[Marked]:
    """Give the next marked records of a kind, in the order of marking."""
    rows = raw.execute(
        "SELECT id, version, number, name, fields, revision FROM marked "
        "WHERE kind = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?",
        (kind.value, after, newest, limit),
    )
    return [
        Marked(
            place, version, Record(kind, number, name, tuple(map(tuple, loads(fields))), revision)
        )
        for place, version, number, name, fields, revision in rows
    ]


def _log_run(unit: Unit, run: Run) -> None:
    """Remember a run, and forget old ones."""
    unit.write("runs", INSERT_RUN, (to_us(run.at), run.result, dumps(run.bundles)))
    unit.write("runs", FORGET_RUNS, (RUNS_KEPT,))


def _state(raw: sqlite3.Connection, due_at: datetime | None) -> ReplicationState:
    """Give what is to be seen of replication."""
    rows = raw.execute("SELECT at, result, bundles FROM runs ORDER BY id DESC LIMIT 20")
    runs = tuple(
        Run(from_us(at), result, structure(loads(held), tuple[BundleView, ...]))
        for at, result, held in rows
    )
    return ReplicationState(due_at, _extent(raw)[1], runs)
