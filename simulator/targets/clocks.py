"""What time it is for a target: as it is told, or as it really is."""

import asyncio
import re
from datetime import date, datetime, timedelta
from typing import Final

from attrs import define, evolve, field

from reference.client.client import Client
from reference.client.connection import NotSeen, Patience
from reference.clock import Now, SystemClock
from simulator.targets.port import Record, TargetError
from simulator.targets.texts import with_texts

_DAYS: Final = frozenset({"acknowledged_on", "follow_up_on"})
#: Moving a clock through weeks takes as long as all that falls due on the way.
_MOVING: Final = Patience(tries=1, try_s_max=600.0)
_STAMPED_DAY: Final = re.compile(r"\b(\d{2})\.(\d{2})\.(\d{4})\b")


@define(eq=False)
class Virtual:
    """A clock that stands still until it is moved; it shows the scenario's time plus `later`."""

    client: Client
    later: timedelta = timedelta()

    async def move(self, to: datetime) -> None:
        """Move it; all that falls due on the way comes to rest."""
        connection = evolve(self.client.connection, patience=_MOVING)
        try:
            await Client(connection).move_clock(to=to + self.later)
        except NotSeen as error:
            raise TargetError(
                f"the target's clock cannot be moved to {to + self.later:%Y-%m-%d %H:%M:%S} UTC: "
                f"{error.reason}; it serves one run at a time: has another one moved it on?"
            ) from error

    def moment(self, at: datetime) -> datetime:
        """Give the same moment: what the target tells is put back to it."""
        return at

    def out(self, record: Record) -> Record:
        """Give a record with days as the target is to get them."""
        day = record.get("follow_up_on")
        if not self.later or day is None:
            return record
        return {**record, "follow_up_on": (date.fromisoformat(day) + self.later).isoformat()}

    def back(self, line: Record) -> Record:
        """Give what the target told with days and moments of the scenario."""
        told: Record = with_texts(line, self._put_back) if self.later else line
        return told

    def _put_back(self, field: str, text: str) -> str:
        if field in _DAYS:
            return (date.fromisoformat(text) - self.later).isoformat()
        if field == "at":
            return (datetime.fromisoformat(text) - self.later).isoformat()
        return _STAMPED_DAY.sub(self._stamp, text) if field == "stamp" else text

    def _stamp(self, found: re.Match[str]) -> str:
        day, month, year = map(int, found.groups())
        try:
            was = date(year, month, day) - self.later
        except ValueError:  # no day after all
            return found[0]
        return f"{was:%d.%m.%Y}"


@define(eq=False)
class Real:
    """Time as it passes; waiting in a scenario passes `speed` times as fast."""

    speed: float = 1.0
    now: Now = field(factory=SystemClock)
    _at: datetime | None = None

    async def move(self, to: datetime) -> None:
        """Wait."""
        before, self._at = self._at, to
        if before is not None and to > before:
            await asyncio.sleep((to - before).total_seconds() / self.speed)

    def moment(self, at: datetime) -> datetime:
        """Give what time it is."""
        del at
        return self.now()

    def out(self, record: Record) -> Record:
        """Give the record: days are those of the calendar."""
        return record

    def back(self, line: Record) -> Record:
        """Give what the target told."""
        return line
