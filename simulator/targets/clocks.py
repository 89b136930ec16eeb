"""What time it is for a target: as it is told, or as it really is."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field

from reference.client.client import Client
from reference.client.connection import NotSeen
from reference.clock import Now, SystemClock
from simulator.targets.port import TargetError

#: Waiting up to this is never shortened: it may be for something to arrive.
UNSCALED: Final = timedelta(seconds=5)


@define(eq=False)
class Virtual:
    """A clock that stands still until it is moved; it shows the scenario's time plus `later`."""

    client: Client
    later: timedelta = timedelta()

    async def move(self, to: datetime) -> None:
        """Move it; all that falls due on the way comes to rest."""
        try:
            await self.client.move_clock(to=to + self.later)
        except NotSeen as error:
            raise TargetError(
                f"the target's clock cannot be moved to {to + self.later:%Y-%m-%d %H:%M:%S} UTC: "
                f"{error.reason}"
            ) from error

    def moment(self, at: datetime) -> datetime:
        """Give the moment."""
        return at + self.later


@define(eq=False)
class Real:
    """Time as it passes; what is long in a scenario passes `speed` times as fast."""

    speed: float = 1.0
    now: Now = field(factory=SystemClock)
    _at: datetime | None = None

    async def move(self, to: datetime) -> None:
        """Wait."""
        before, self._at = self._at, to
        if before is not None and to > before:
            await asyncio.sleep(real(to - before, self.speed).total_seconds())

    def moment(self, at: datetime) -> datetime:
        """Give what time it is."""
        del at
        return self.now()


def real(wait: timedelta, speed: float) -> timedelta:
    """Give how long a wait of a scenario takes in real time."""
    return max(min(wait, UNSCALED), wait / speed)
