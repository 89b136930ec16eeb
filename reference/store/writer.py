"""One writer per store: requests that come at the same moment share a transaction and its commit.

A lone request does not wait for company, and reads have connections of their own.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar, cast

from attrs import Factory, define, field

from reference.clock import Now
from reference.store.crash import reached
from reference.store.database import Database, said
from reference.store.unit import Memory, Unit, forget_some

#: How long a work may wait for others to share their commit, in seconds, if it is one that can.
LATE_S: Final = 0.05
#: So many that wait need not look whether others come.
GATHERED_MAX: Final = 256

T = TypeVar("T")
Work = Callable[[Unit], T]
Look = Callable[[sqlite3.Connection], T]
Tell = Callable[[Unit], None]
_Outcome = tuple[Any, BaseException | None]
_Asked = tuple[Any, asyncio.Future[Any]]  # a Work or a Look, and its outcome


def _settle(future: asyncio.Future[Any], outcome: _Outcome) -> None:
    if future.done():
        return  # who asked has gone
    value, error = outcome
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


def _nothing() -> None:
    """Do nothing."""


@define(eq=False)
class _Queue:
    """Requests that wait for a connection; all that wait at once go together.

    What is asked for `later` goes with the next ones, or by itself when its time has come.
    """

    _database: Database
    _together: Callable[..., list[_Outcome]]  # a connection, and `works`
    _after: Callable[[], None] = _nothing  # called before anybody is answered
    _waiting: list[_Asked] = Factory(list[_Asked])
    _later: list[_Asked] = Factory(list[_Asked])
    _timer: asyncio.TimerHandle | None = None  # runs while something waits for others
    _running: asyncio.Task[None] | None = None

    def ask(self, work: Any) -> asyncio.Future[Any]:  # noqa: ANN401 - a Work or a Look
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        self._go()
        return future

    def ask_later(self, work: Any) -> asyncio.Future[Any]:  # noqa: ANN401 - see above
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._later.append((work, future))
        if self._timer is None:
            self._timer = loop.call_later(LATE_S, self.hurry)
        return future

    def hurry(self) -> None:
        """Let what waits for others go now."""
        self._waiting = self._batch()
        self._go()

    def _go(self) -> None:
        if self._running is None and self._waiting:
            self._running = asyncio.create_task(self._run())

    def _batch(self) -> list[_Asked]:
        """Take all that waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch = self._later + self._waiting
        self._later, self._waiting = [], []
        return batch

    async def _gather(self) -> None:
        """Let those join who come right now: as long as each turn of the loop brings another one.

        For a lone request that is one turn, in which nothing is waited for.
        """
        count = 0
        while count < len(self._waiting) < GATHERED_MAX:
            count = len(self._waiting)
            await asyncio.sleep(0)

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                batch = self._batch()
                works = [work for work, _ in batch]
                try:
                    outcomes = await self._database.run(partial(self._together, works=works))
                except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
                    outcomes = [(None, error)] * len(batch)
                self._after()
                for (_, future), outcome in zip(batch, outcomes, strict=True):
                    _settle(future, outcome)
        finally:
            self._running = None

    async def rest(self) -> None:
        """Wait until nothing waits any more."""
        self.hurry()
        while self._running is not None:
            await self._running


@define(eq=False)
class Writer:
    """The only one who writes to a store; it counts its works and the commits that they shared.

    `before` are told of a transaction that is about to be committed, in the writer's thread and
    before anybody can see it; `after` of one that has ended, before its acts are answered: if it
    failed, nothing is posted.
    """

    _database: Database
    _now: Now
    before: list[Tell] = field(factory=list[Tell], init=False)
    after: list[Tell] = field(factory=list[Tell], init=False)
    _ended: list[Unit] = field(factory=list[Unit], init=False)
    works: int = field(default=0, init=False)
    commits: int = field(default=0, init=False)
    _memory: Memory = Factory(Memory)
    _queue: _Queue = Factory(
        lambda self: _Queue(self._database, self._together, self._tell), takes_self=True
    )

    def _tell(self) -> None:
        ended, self._ended = self._ended, []
        for unit in ended:
            for tell in self.after:
                tell(unit)

    def do(self, work: Work[T]) -> asyncio.Future[T]:
        """Do a request's work in a transaction; it is on disk when this returns.

        Raises:
            StorageError: when the disk or the database failed; nothing was changed.
        """
        # A caller that goes away does not take its work back: nobody waits for the answer then.
        return self._queue.ask(work)

    def do_later(self, work: Work[T]) -> asyncio.Future[T]:
        """Do a work in the next transaction, or after `LATE_S` in one of its own.

        Raises:
            StorageError: as `do`.
        """
        return self._queue.ask_later(work)

    def hurry(self) -> None:
        """Let what is to be done later be done now."""
        self._queue.hurry()

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        try:
            await self._queue.rest()
        finally:
            await self._database.close()

    def _together(self, raw: sqlite3.Connection, works: Sequence[Work[Any]]) -> list[_Outcome]:
        """Do several works in one transaction; if it fails, each in one of its own."""
        try:
            return self._transaction(raw, works)
        except Exception as error:  # noqa: BLE001 - whatever it is, it may be of one of them alone
            if len(works) == 1:
                if isinstance(error, sqlite3.Error | OSError):
                    return [(None, said(self._database.path, error))]
                return [(None, error)]
        return [outcome for work in works for outcome in self._together(raw, [work])]

    def _transaction(self, raw: sqlite3.Connection, works: Sequence[Work[Any]]) -> list[_Outcome]:
        raw.execute("BEGIN IMMEDIATE")
        unit = Unit(raw, self._now(), self._memory)
        try:
            outcomes = [_turn(unit, work) for work in works]
            unit.flush()
            for tell in self.before:
                tell(unit)
            reached("commit.before")
            raw.execute("COMMIT")
            reached("commit.after")
            self.works += len(works)
            self.commits += 1
        except BaseException:
            self._memory.clear()
            unit.posted.clear()
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
        finally:
            self._ended.append(unit)
        forget_some(self._memory)
        return outcomes


def _turn(unit: Unit, work: Work[Any]) -> _Outcome:
    try:
        value = work(unit)
    except (sqlite3.Error, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - it is the request's own: the others go on
        unit.take_back()
        return None, error
    unit.done()
    return value, None


@define(eq=False)
class Reader:
    """Reads from a store as it was committed last, without waiting for its writer."""

    _database: Database
    _queue: _Queue = Factory(lambda self: _Queue(self._database, self._together), takes_self=True)

    async def look(self, look: Look[T]) -> T:
        """Read in a snapshot; what waits at the same moment shares it.

        Raises:
            StorageError: when the disk or the database failed.
        """
        return cast("T", await self._queue.ask(look))

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        try:
            await self._queue.rest()
        finally:
            await self._database.close()

    def _together(self, raw: sqlite3.Connection, works: Sequence[Look[Any]]) -> list[_Outcome]:
        try:
            raw.execute("BEGIN")
            try:
                return [self._look(raw, look) for look in works]
            finally:
                raw.execute("COMMIT")
        except sqlite3.Error as error:
            return [(None, said(self._database.path, error))] * len(works)

    def _look(self, raw: sqlite3.Connection, look: Look[Any]) -> _Outcome:
        try:
            return look(raw), None
        except sqlite3.Error as error:
            return None, said(self._database.path, error)
        except Exception as error:  # noqa: BLE001 - it is the request's own: the others go on
            return None, error
