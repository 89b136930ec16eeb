"""Carries what waits in a side's outbox to the other side: at once, in order, until it is taken."""

import asyncio
import contextlib
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final

from attrs import Factory, define

from reference.domain.words import Transport
from reference.http.problems import Problem
from reference.link.peer import Peer, Unreachable
from reference.store.crash import reached
from reference.store.database import StorageError
from reference.store.link_content import Attached, attached_to, content_of
from reference.store.outbox import DELETE_PARCELS, Outgoing
from reference.store.side import Side
from reference.store.unit import Unit

#: How many parcels go together at most, and after how many characters no further one joins them.
PARCELS_MAX: Final = 500
CHARACTERS_MAX: Final = 2_000_000
#: More parcels than these are read from the outbox again: memory is not for what waits.
FRESH_MAX: Final = 1_000
#: Of so many parcels that were not taken the reason is remembered, so as to tell it once.
STUCK_MAX: Final = 1_000
#: A file that is missing again after it was brought so often is brought once in each pause.
BROUGHT_MAX: Final = 3
#: How long the next ones wait for company after several that went together: for each of these and
#: at most, in seconds. Where many are sent at a time, more of them share the other side's commit.
GATHER_S_EACH: Final = 0.0005
GATHER_S_MAX: Final = 0.02
#: How long to wait after a failure, in seconds: the first time, and at most.
RETRY_S_MIN: Final = 0.05
RETRY_S_MAX: Final = 1.0

Run = tuple[int, int]  # of parcels, by the first and the last number
log = logging.getLogger(__name__)


@define(eq=False)
class Carrier:
    """The only one who empties a side's outbox."""

    side: Side
    peer: Peer
    _woken: asyncio.Event = Factory(asyncio.Event)
    _resting: asyncio.Event = Factory(asyncio.Event)
    _hurried: asyncio.Event = Factory(asyncio.Event)  # somebody waits for the rest
    _gathers_until: float = 0.0  # in the loop's time
    _task: asyncio.Task[None] | None = None
    _bringing: asyncio.Task[None] | None = None  # of files that the other side lacks
    _again: bool = False  # what was not taken is to be tried now
    _down: str = ""  # why nothing can be handed over; told once
    _lost: set[str] = Factory(set[str])  # files that cannot be read here; told once
    _brought: Counter[str] = Factory(Counter[str])  # files, how often, until all is taken
    _stuck: dict[int, str] = Factory(dict[int, str])  # parcels not taken, and why; told once
    _after: int = 0  # the newest parcel that was handed over; its deletion may be under way
    _deletions: set[asyncio.Future[None]] = Factory(set["asyncio.Future[None]"])  # under way
    _undeleted: BaseException | None = None  # why a deletion failed
    _fresh: list[Outgoing] = Factory(list[Outgoing])  # all that were posted since the last look
    _look: bool = True  # into the outbox: not all that waits is at hand

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

    def carry(self, posted: Sequence[Outgoing]) -> None:
        """Take over what a commit left in the outbox, in the order of commits."""
        if len(self._fresh) > FRESH_MAX:
            self._look = True
        if self._look:
            self._fresh.clear()
        else:
            self._fresh += posted
        self._resting.clear()
        self._woken.set()

    def wake(self) -> None:
        """Look into the outbox, where something may wait."""
        self._look = True
        self._resting.clear()
        self._woken.set()

    def try_again(self) -> None:
        """Tell that what was not taken may be taken now."""
        self._again = True
        self.wake()

    async def rest(self) -> None:
        """Wait until everything is taken, or nothing can be done about it now."""
        if not self._resting.is_set():
            self._hurried.set()
        await self._resting.wait()
        while self._deletions:
            await self._deleted()
            await self._resting.wait()  # one that failed is tried again

    async def _deleted(self) -> None:
        """Wait until what was taken is out of the outbox."""
        if self._deletions:
            self.side.writer.hurry()
            await asyncio.wait(self._deletions)

    async def hand_over_waiting(self) -> bool:
        """Hand over what waits for a replication; say whether all of it was taken.

        Raises:
            Unreachable: when the other side gives no answer.
            StorageError: when the own store fails.
        """
        after, all_taken = 0, True
        while parcels := await self._waiting(Transport.REPLICATION, after):
            taken = await self._hand_over(parcels)
            await self.side.writer.do(partial(_delete, runs=taken, transport=Transport.REPLICATION))
            all_taken = all_taken and taken == [(parcels[0].number, parcels[-1].number)]
            after = parcels[-1].number
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
                self._after, self._look, self._again, again_at = 0, True, False, None
            if not await self._empties():
                pause = min(pause * 2, RETRY_S_MAX)
                again_at = again_at or loop.time() + pause
            elif again_at is None:
                pause = RETRY_S_MIN
                self._brought.clear()
            if not self._woken.is_set() and self._bringing is None:
                self._hurried.clear()
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
        """Tell that the link is down, once for each reason."""
        if self._down != str(error):
            log.warning("link_down", extra={"error": str(error)})
        self._down = str(error)

    def _works(self) -> None:
        if self._down:
            log.warning("link_up")
        self._down = ""

    async def _empty(self) -> bool:
        if self._undeleted is not None:
            error, self._undeleted = self._undeleted, None
            raise error
        all_taken, loop = True, asyncio.get_running_loop()
        try:
            while parcels := await self._next():
                gathers_s = min(GATHER_S_EACH * (len(parcels) - 1), GATHER_S_MAX)
                self._gathers_until = loop.time() + gathers_s
                taken = await self._hand_over(parcels)
                if taken:
                    self._delete(taken)
                all_taken = all_taken and taken == [(parcels[0].number, parcels[-1].number)]
                self._after = parcels[-1].number
        except BaseException:
            self._look = True  # for what was at hand and did not arrive
            raise
        return all_taken

    def _delete(self, taken: Sequence[Run]) -> None:
        """Let the next commit delete what was taken: a transaction of its own costs too much.

        Killed before it, we hand it over again, and the other side takes a duplicate for one.
        """
        work = partial(_delete, runs=taken, transport=Transport.AT_ONCE)
        deletion = self.side.writer.do_later(work)
        self._deletions.add(deletion)
        deletion.add_done_callback(self._ends)

    def _ends(self, deletion: asyncio.Future[None]) -> None:
        self._deletions.discard(deletion)
        error = deletion.exception()
        if error is not None:
            self._undeleted = error
            self.wake()

    async def _next(self) -> list[Outgoing]:
        """Give what goes together next: what is at hand, or what a look into the outbox shows."""
        if self._look:
            self._look = False  # what is posted from now on is at hand, and may be seen besides
            self._fresh.clear()
            await self._deleted()
            parcels = await self._waiting(Transport.AT_ONCE, self._after)
            self._look |= bool(parcels)  # there may be more
            if parcels:
                return parcels
        if self._fresh:
            await self._gather()
        fresh = [parcel for parcel in self._fresh if parcel.number > self._after]
        parcels = list(_together(fresh))
        self._fresh = fresh[len(parcels) :]
        return parcels

    async def _gather(self) -> None:
        """Let those join that come right after several others."""
        if asyncio.get_running_loop().time() < self._gathers_until:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._gathers_until):
                    await self._hurried.wait()

    async def _waiting(self, transport: Transport, after: int) -> list[Outgoing]:
        return await self.side.reader.look(partial(_next_rows, transport=transport, after=after))

    async def _hand_over(self, parcels: Sequence[Outgoing]) -> list[Run]:
        """Hand parcels over; give the numbers of those that were taken, first and last of a run."""
        reached("envelope.before")
        answers = await self.peer.hand_over(parcels)
        reached("envelope.after")
        if answers.count(None) == len(parcels):
            return [(parcels[0].number, parcels[-1].number)]
        taken: list[Run] = []
        missing: list[str] = []
        goes_on = False
        for parcel, answer in zip(parcels, answers, strict=True):
            if answer is None:
                first = taken.pop()[0] if goes_on else parcel.number
                taken.append((first, parcel.number))
            elif answer is Problem.FILES_MISSING:
                missing.append(parcel.text)
            else:
                self._sticks(parcel.number, answer.code)
            goes_on = answer is None
        if missing and self._bringing is None:
            self._bringing = asyncio.create_task(self._bring(missing))
        return taken

    def _sticks(self, number: int, code: str) -> None:
        """Tell that a parcel was not taken, once for each reason; it is tried again and again."""
        if self._stuck.get(number) == code:
            return
        log.warning("parcel_not_taken", extra={"parcel": number, "code": code})
        if len(self._stuck) >= STUCK_MAX:
            self._stuck.clear()
        self._stuck[number] = code

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
        """Hand over a file; say whether its parcel is likely to be taken now."""
        try:
            await self.peer.bring(self.side.files, file)
        except StorageError as error:  # its parcel waits, the others do not
            if file.sha256 not in self._lost:
                log.error("file_not_brought", extra={"sha256": file.sha256, "error": str(error)})  # noqa: TRY400
            self._lost.add(file.sha256)
            return False
        self._lost.discard(file.sha256)
        reached("file.brought")
        if len(self._brought) >= STUCK_MAX:
            self._brought.clear()
        self._brought[file.sha256] += 1
        times = self._brought[file.sha256]
        if times == BROUGHT_MAX:  # what watches the other side's disk may remove it
            log.warning("file_missing_again", extra={"sha256": file.sha256})
        return times < BROUGHT_MAX


def _next_rows(raw: sqlite3.Connection, transport: Transport, after: int) -> list[Outgoing]:
    """Give the parcels that go together next."""
    rows = raw.execute(
        "SELECT id, parcel FROM outbox WHERE id > ? AND transport = ? ORDER BY id LIMIT ?",
        (after, transport.value, PARCELS_MAX),
    )
    waiting = (Outgoing(None, transport, number=number, text=text) for number, text in rows)
    return list(_together(waiting))


def _together(parcels: Iterable[Outgoing]) -> Iterator[Outgoing]:
    """Give the first ones: as many as go together."""
    characters = 0
    for parcel in islice(parcels, PARCELS_MAX):
        yield parcel
        characters += len(parcel.text)
        if characters > CHARACTERS_MAX:
            break


def _delete(unit: Unit, runs: Sequence[Run], transport: Transport) -> None:
    for first, last in runs:
        unit.write("parcels taken", DELETE_PARCELS, (first, last, transport.value))
