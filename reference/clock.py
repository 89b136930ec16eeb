"""What time it is: the system's, or one that a harness moves by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import define

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: What a manual clock of a new server shows until it is set for the first time.
UNSET: Final = datetime(2000, 1, 1, tzinfo=UTC)
Now = Callable[[], datetime]


@define(eq=False)
class SystemClock:
    """The system's time, which never goes back while the program runs."""

    _newest: datetime = EPOCH

    def __call__(self) -> datetime:
        """Give the moment in UTC; while the system's clock lags behind, the last one given."""
        self._newest = max(self._newest, datetime.now(UTC))  # noqa: TID251 - the one place
        return self._newest


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
