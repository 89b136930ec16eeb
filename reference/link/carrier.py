"""Carries what waits in a side's outbox to the other side: at once, in order, until it is taken."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

import structlog
from attrs import Factory, define

from reference.domain.refusals import Refusal
from reference.domain.words import Transport
from reference.store.link_content import LinkContent, content_of
from reference.store.shared_tables import DELETE_PARCEL
from reference.store.side import Side
from reference.store.unit import Unit
from reference.store.writer import StorageError

#: How many parcels go together.
PARCELS_MAX: Final = 500
#: How long to wait after a failure, in seconds: the first time, and at most.
RETRY_S_MIN: Final = 0.1
RETRY_S_MAX: Final = 5.0

Row = tuple[int, str]
log = structlog.get_logger(__name__)


class Unreachable(Exception):  # noqa: N818 - a state of the link
    """The other side could not be reached, or gave no answer: what was sent may have been taken."""


class Peer(Protocol):
    """The other side, as the link sees it."""

    async def take(self, contents: Sequence[LinkContent]) -> Sequence[Refusal | None]:
        """Hand contents over, in order; None for what is taken, now or before.

        Raises:
            Unreachable: when there is no answer.
        """
        ...


@define(eq=False)
class Carrier:
    """The only one who empties a side's outbox."""

    side: Side
    peer: Peer
    _woken: asyncio.Event = Factory(asyncio.Event)
    _resting: asyncio.Event = Factory(asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _after: int = 0  # the newest parcel that was taken; its deletion may be under way

    def start(self) -> None:
        """Begin to carry."""
        self._woken.set()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what was not taken waits in the outbox."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Tell that something new may be in the outbox."""
        self._resting.clear()
        self._woken.set()

    async def rest(self) -> None:
        """Wait until everything is taken, or nothing can be done about it now."""
        await self._resting.wait()

    async def _run(self) -> None:
        pause = RETRY_S_MIN
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                stuck = await self._empty()
            except (Unreachable, StorageError) as error:
                log.warning("link_down", error=str(error), retry_s=pause)
                stuck = True
            if not stuck:
                pause = RETRY_S_MIN
                if not self._woken.is_set():
                    self._resting.set()
                continue
            self._after = 0
            self._resting.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause)
            self._woken.set()
            pause = min(pause * 2, RETRY_S_MAX)

    async def _empty(self) -> bool:
        """Hand over all that waits; say whether something was not taken."""
        stuck = False
        after = self._after
        while rows := await self.side.reader.look(partial(_waiting, after=after)):
            answers = await self.peer.take([_content(row) for row in rows])
            after = rows[-1][0]
            taken = [row[0] for row, answer in zip(rows, answers, strict=True) if answer is None]
            if len(taken) < len(rows):
                stuck = True
                log.warning("link_refused", refused=len(rows) - len(taken))
            deleted = asyncio.ensure_future(self.side.writer.do(partial(_delete, taken=taken)))
            if stuck or len(rows) < PARCELS_MAX:
                await deleted
            self._after = after
        return stuck


def _waiting(raw: sqlite3.Connection, after: int) -> list[Row]:
    return raw.execute(
        "SELECT id, parcel FROM outbox WHERE id > ? AND transport = ? ORDER BY id LIMIT ?",
        (after, Transport.AT_ONCE.value, PARCELS_MAX),
    ).fetchall()


def _content(row: Row) -> LinkContent:
    return content_of(row[1])


def _delete(unit: Unit, taken: Sequence[int]) -> None:
    for number in taken:
        unit.write("outbox", DELETE_PARCEL, (number,))
