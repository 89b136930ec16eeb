"""Carries what waits in a side's outbox to the other side: at once, in order, until it is taken."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog
from attrs import Factory, define

from reference.domain.words import Transport
from reference.http.problems import Problem
from reference.link.peer import Peer, Unreachable
from reference.store.crash import reached
from reference.store.link_content import Attached, attached_to, content_of
from reference.store.shared_tables import DELETE_PARCEL
from reference.store.side import Side
from reference.store.unit import Unit
from reference.store.writer import StorageError

#: How many parcels go together at most, and after how many characters no further one joins them.
PARCELS_MAX: Final = 500
CHARACTERS_MAX: Final = 2_000_000
#: How long to wait after a failure, in seconds: the first time, and at most.
RETRY_S_MIN: Final = 0.05
RETRY_S_MAX: Final = 1.0

Row = tuple[int, str]
log = structlog.get_logger(__name__)


@define(eq=False)
class Carrier:
    """The only one who empties a side's outbox."""

    side: Side
    peer: Peer
    _woken: asyncio.Event = Factory(asyncio.Event)
    _resting: asyncio.Event = Factory(asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _bringing: asyncio.Task[None] | None = None  # of files that the other side lacks
    _again: bool = False  # what was not taken is to be tried now
    _down: bool = False  # the other side gave no answer; told once
    _lost: set[str] = Factory(set[str])  # files that cannot be read here; told once
    _after: int = 0  # the newest parcel that was handed over; its deletion may be under way

    def start(self) -> None:
        """Begin to carry."""
        self._woken.set()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what was not taken waits in the outbox."""
        for task in (self._task, self._bringing):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def wake(self) -> None:
        """Tell that something new may be in the outbox."""
        self._resting.clear()
        self._woken.set()

    def try_again(self) -> None:
        """Tell that what was not taken may be taken now."""
        self._again = True
        self.wake()

    async def rest(self) -> None:
        """Wait until everything is taken, or nothing can be done about it now."""
        await self._resting.wait()

    async def hand_over_waiting(self) -> bool:
        """Hand over what waits for a replication; say whether all of it was taken.

        Raises:
            Unreachable: when the other side gives no answer.
            StorageError: when the own store fails.
        """
        after, all_taken = 0, True
        while rows := await self._waiting(Transport.REPLICATION, after):
            taken = await self._hand_over(rows)
            await self.side.writer.do(partial(_delete, taken=taken))
            all_taken = all_taken and len(taken) == len(rows)
            after = rows[-1][0]
        return all_taken

    async def _run(self) -> None:
        """Carry for ever.

        New parcels go at once also while older ones are stuck; those are tried again after a
        pause, which grows.
        """
        loop = asyncio.get_running_loop()
        pause, again_at = RETRY_S_MIN, None
        while True:
            await self._wait_until(again_at)
            if self._again or (again_at is not None and loop.time() >= again_at):
                self._after, self._again, again_at = 0, False, None
            if not await self._empties():
                pause = min(pause * 2, RETRY_S_MAX)
                again_at = again_at or loop.time() + pause
            elif again_at is None:
                pause = RETRY_S_MIN
            if not self._woken.is_set() and self._bringing is None:
                self._resting.set()

    async def _wait_until(self, moment: float | None) -> None:
        """Wait until there is something new, or a moment of the loop's time has come."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(moment):
                await self._woken.wait()
        self._woken.clear()

    async def _empties(self) -> bool:
        """Hand over what is new; say whether all of it was taken."""
        try:
            all_taken = await self._empty()
        except (Unreachable, StorageError) as error:
            self._fails(error)
        except Exception:  # what waits here must not wait for ever
            log.exception("link_defect")
        else:
            self._works()
            return all_taken
        return False

    def _fails(self, error: Exception) -> None:
        """Tell that the link is down, once for each time that it goes down."""
        if not self._down:
            log.warning("link_down", error=str(error))
        self._down = True

    def _works(self) -> None:
        if self._down:
            log.warning("link_up")
        self._down = False

    async def _empty(self) -> bool:
        all_taken = True
        deletion: asyncio.Future[None] | None = None
        try:
            while rows := await self._waiting(Transport.AT_ONCE, self._after):
                taken = await self._hand_over(rows)
                if deletion is not None:
                    await deletion
                deletion = asyncio.ensure_future(self.side.writer.do(partial(_delete, taken=taken)))
                all_taken = all_taken and len(taken) == len(rows)
                self._after = rows[-1][0]
        finally:
            if deletion is not None:
                await deletion
        return all_taken

    async def _waiting(self, transport: Transport, after: int) -> list[Row]:
        return await self.side.reader.look(partial(_next_rows, transport=transport, after=after))

    async def _hand_over(self, rows: Sequence[Row]) -> list[int]:
        """Hand parcels over; give the ids of those that were taken."""
        reached("envelope.before")
        answers = await self.peer.take([parcel for _, parcel in rows])
        reached("envelope.after")
        taken: list[int] = []
        missing: list[str] = []
        for (number, parcel), answer in zip(rows, answers, strict=True):
            if answer is None:
                taken.append(number)
            elif answer is Problem.FILES_MISSING:
                missing.append(parcel)
            else:
                log.warning("parcel_not_taken", parcel=number, code=answer.code)
        if missing and self._bringing is None:
            self._bringing = asyncio.create_task(self._bring(missing))
        return taken

    async def _bring(self, parcels: Sequence[str]) -> None:
        """Hand over the files of parcels, then let these try again; others go on meanwhile."""
        files = {file.sha256: file for each in parcels for file in attached_to(content_of(each))}
        brought = 0
        try:
            for file in files.values():
                brought += await self._brings(file)
        except Unreachable as error:
            self._fails(error)
        finally:
            self._bringing = None
            if brought:
                self.try_again()
            else:
                self.wake()

    async def _brings(self, file: Attached) -> bool:
        try:
            await self.peer.bring(self.side.files, file)
        except StorageError as error:  # its parcel waits, the others do not
            if file.sha256 not in self._lost:
                log.error("file_not_brought", sha256=file.sha256, error=str(error))  # noqa: TRY400
            self._lost.add(file.sha256)
            return False
        self._lost.discard(file.sha256)
        reached("file.brought")
        return True


def _next_rows(raw: sqlite3.Connection, transport: Transport, after: int) -> list[Row]:
    """Give the parcels that go together next."""
    rows: list[Row] = []
    characters = 0
    for row in raw.execute(
        "SELECT id, parcel FROM outbox WHERE id > ? AND transport = ? ORDER BY id LIMIT ?",
        (after, transport.value, PARCELS_MAX),
    ):
        rows.append(row)
        characters += len(row[1])
        if characters > CHARACTERS_MAX:
            break
    return rows


def _delete(unit: Unit, taken: Sequence[int]) -> None:
    for number in taken:
        unit.write("outbox", DELETE_PARCEL, (number,))
