"""How a server is operated: whether it lives, whether it is ready, and what time it is to be."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from attrs import Factory, define, frozen

from reference.app.system import System
from reference.clock import UNSET, ManualClock
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.http.problems import Fault, Problem, Refused
from reference.store.codec import to_us
from reference.store.database import StorageError
from reference.store.shared_tables import SETTINGS
from reference.store.unit import Unit

#: How long a store may take to say that it can be written, in seconds.
PROBE_S_MAX: Final = 2.0
#: How long the answer of a probe is good, in seconds: nobody keeps a disk busy by asking.
PROBE_S_GOOD: Final = 0.5
#: How far the clock is moved at once; replications run on the way.
JUMP_MAX: Final = timedelta(days=366)
_TOO_FAR: Final = "not back, and at most a year at once"
log = logging.getLogger(__name__)


@frozen
class Health:
    """The process answers."""

    status: str = "ok"


@frozen
class Readiness:
    """Whether acts can be done; where not, what is wrong."""

    ready: bool
    problems: tuple[str, ...]


@frozen
class Moment:
    """What time it is."""

    now: datetime


@frozen
class Move:
    """How the clock is moved: to a moment, or by so many seconds."""

    to: datetime | None = None
    by_s: int | None = None


@define(eq=False)
class OperatingApi:
    """The handlers of health and readiness."""

    system: System
    _probed_at: float = -PROBE_S_GOOD
    _problems: tuple[str, ...] = ()
    _one: asyncio.Lock = Factory(asyncio.Lock)

    async def show_health(self, call: Call) -> Answer:
        """Say that the process answers."""
        del call
        return given(Health())

    async def show_readiness(self, call: Call) -> Answer:
        """Say whether acts can be done: each store is written to, to know it."""
        del call
        async with self._one:
            now = asyncio.get_running_loop().time()
            if now - self._probed_at >= PROBE_S_GOOD:
                self._problems = await self._probe()
                self._probed_at = asyncio.get_running_loop().time()
        ready = not self._problems
        return given(Readiness(ready, self._problems), 200 if ready else 503)

    async def _probe(self) -> tuple[str, ...]:
        problems: list[str] = []
        for name, side in (("mvp", self.system.mvp), ("collaboration", self.system.collaboration)):
            if side is None:
                continue
            at = str(to_us(side.now()))

            def work(unit: Unit, at: str = at) -> None:
                unit.put(SETTINGS, "probed_at", ("probed_at", at))

            try:
                async with asyncio.timeout(PROBE_S_MAX):
                    await side.writer.do(work)
            except TimeoutError:
                problems.append(f"{name}: the store does not answer")
            except StorageError as error:
                problems.append(f"{name}: the store cannot be written")
                log.warning("not_ready", extra={"error": str(error)})
        return tuple(problems)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations."""
        return (
            Operation(
                "GET", "/health", Who.ANYBODY, "Say that it lives", self.show_health, answer=Health
            ),
            Operation(
                "GET",
                "/ready",
                Who.ANYBODY,
                "Say whether it is ready",
                self.show_readiness,
                answer=Readiness,
            ),
        )


@define(eq=False)
class ClockApi:
    """The handlers of virtual time; moving it returns when all that fell due has come to rest."""

    clock: ManualClock
    system: System
    _one: asyncio.Lock = Factory(asyncio.Lock)

    async def show_clock(self, call: Call) -> Answer:
        """Show what time it is."""
        del call
        return given(Moment(self.clock()))

    async def move_clock(self, call: Call) -> Answer:
        """Move on, through all that falls due on the way."""
        move: Move = call.body
        async with self._one:
            await self._move_to(self._target(move))
            return given(Moment(self.clock()))

    def _target(self, move: Move) -> datetime:
        now = self.clock()
        if (move.to is None) is (move.by_s is None):
            raise Refused(Problem.INVALID, Fault("body", "give either to or by_s"))
        if move.by_s is not None:
            if not 0 <= move.by_s <= JUMP_MAX.total_seconds():
                raise Refused(Problem.INVALID, Fault("body.by_s", _TOO_FAR))
            return now + timedelta(seconds=move.by_s)
        if move.to is None or move.to.tzinfo is None:
            raise Refused(Problem.INVALID, Fault("body.to", "write it as 2024-02-19T12:18:16Z"))
        if move.to < now:
            what = f"it is {now.isoformat()} already: time does not go back"
            raise Refused(Problem.INVALID, Fault("body.to", what))
        if now != UNSET and move.to - now > JUMP_MAX:
            raise Refused(Problem.INVALID, Fault("body.to", _TOO_FAR))
        return move.to

    async def _move_to(self, target: datetime) -> None:
        if self.clock() == UNSET:  # virtual time begins now: nothing fell due before
            self.clock.move_to(target)
            self.system.begin()
        await self.system.turn(self.clock())
        while True:
            due = self.system.due
            # What is due now had its turn: what still waits cannot be helped by waiting.
            if due is None or not self.clock() < due <= target:
                break
            self.clock.move_to(due)
            await self.system.turn(due)
        self.clock.move_to(target)
        await self.system.turn(target)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations."""
        path, who = "/api/clock", Who.ADMINISTRATOR
        return (
            Operation("GET", path, who, "Show the clock", self.show_clock, answer=Moment),
            Operation(
                "POST",
                path,
                who,
                "Move the clock",
                self.move_clock,
                body=Move,
                answer=Moment,
                example={"by_s": 60},
            ),
        )
