"""What time it is: the system's, or one that a harness moves by hand."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from attrs import define

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: What a manual clock of a new server shows until it is set for the first time.
UNSET: Final = datetime(2000, 1, 1, tzinfo=UTC)
Now = Callable[[], datetime]


#: A system's clock that is behind by less stands for one that was asked a moment ago.
BLINK: Final = timedelta(seconds=1)
log = logging.getLogger(__name__)


def wall_clock() -> datetime:
    """Give the system's time as it is, whatever it was before."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


@define(eq=False)
class SystemClock:
    """The system's time, which never goes back while the program runs.

    If the system's clock jumps back, time goes on at half its pace until it is caught up: what is
    due later comes later, but it comes. `ticks` count seconds whatever the time is.
    """

    _newest: datetime = EPOCH
    _wall: Now = wall_clock
    _ticks: Callable[[], float] = monotonic
    _behind_at: float | None = None  # in ticks; None as long as the system's clock is right

    def __call__(self) -> datetime:
        """Give the moment in UTC."""
        now = self._wall()
        if now >= self._newest:
            self._newest, self._behind_at = now, None
        elif self._newest - now > BLINK:
            self._go_slowly(now)
        return self._newest

    def _go_slowly(self, now: datetime) -> None:
        ticks = self._ticks()
        if self._behind_at is None:
            behind_s = round((self._newest - now).total_seconds())
            log.warning("clock_behind", extra={"seconds": behind_s})
        else:
            self._newest += timedelta(seconds=(ticks - self._behind_at) / 2)
        self._behind_at = ticks


@define(eq=False)
class ManualClock:
    """A time that stands still until it is moved."""

    moment: datetime

    def __call__(self) -> datetime:
        """Give the moment in UTC."""
        return self.moment

    def move_to(self, moment: datetime) -> None:
        """Move on to a moment.

        Raises:
            ValueError: for a moment that is past already.
        """
        if moment < self.moment:
            raise ValueError(f"it is {self.moment.isoformat()} already: time does not go back")
        self.moment = moment.astimezone(UTC)

    def move_by(self, duration: timedelta) -> None:
        """Move on by a duration."""
        self.move_to(self.moment + duration)
