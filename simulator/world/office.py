"""When the caseworkers of a population are at work, and how busy they are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from simulator.history.moments import MICROSECOND
from simulator.scenario.population import WEEKDAYS, Office, Sending

_HOUR_US: Final = 3_600_000_000
#: A stretch of time (from, to: microseconds since the beginning) and its rate a microsecond.
Stretch = tuple[int, int, float]


class Rate:
    """The rate at which a caseworker sends, over the time of a scenario."""

    def __init__(self, sending: Sending, begins: datetime, ends: datetime, zone: ZoneInfo) -> None:
        """Lay it out in stretches in which it stays the same."""
        self._stretches = list(_stretches(sending, begins, ends, zone))

    def arrivals(self) -> "Arrivals":
        """Give the arrivals of one caseworker, who has sent nothing yet."""
        return Arrivals(self._stretches)


class Arrivals:
    """Moments at which one caseworker begins to write."""

    __slots__ = ("_index", "_now", "_stretches")

    def __init__(self, stretches: list[Stretch]) -> None:
        """Begin with the scenario."""
        self._stretches = stretches
        self._index = 0
        self._now = stretches[0][0] if stretches else 0

    def after(self, wait: float) -> int | None:
        """Give the moment when so much has come together since the last one: 1 is the mean.

        None after the end of the scenario.
        """
        stretches = self._stretches
        while self._index < len(stretches):
            begin, end, rate = stretches[self._index]
            start = max(self._now, begin)
            gained = (end - start) * rate
            if wait < gained:
                self._now = start + int(wait / rate)
                return self._now
            wait -= gained
            self._index += 1
        return None


def _stretches(
    sending: Sending, begins: datetime, ends: datetime, zone: ZoneInfo
) -> Iterator[Stretch]:
    each = sending.each_per_hour / _HOUR_US
    for start, end, hour, day in _open_hours(sending.office_hours, begins, ends, zone):
        busy = sending.by_hour.get(hour, 1.0) * sending.by_day.get(day, 1.0)
        if each * busy > 0:
            yield start, end, each * busy


def _open_hours(
    office: Office, begins: datetime, ends: datetime, zone: ZoneInfo
) -> Iterator[tuple[int, int, int, str]]:
    """Give the stretches of hours in which the office is open, cut to the scenario."""
    day = begins.astimezone(zone).date()
    last = ends.astimezone(zone).date()
    while day <= last:
        name = WEEKDAYS[day.weekday()]
        if name in office.days and day.isoformat() not in office.holidays:
            for opens, closes in _hours(office, day, zone):
                start = max(opens, begins)
                end = min(closes, ends)
                if start < end:
                    hour = opens.astimezone(zone).hour
                    yield _since(begins, start), _since(begins, end), hour, name
        day += timedelta(days=1)


def _hours(office: Office, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Give the open hours of a day, each with its moments."""
    opens = datetime.combine(day, office.opens, zone).astimezone(UTC)
    if office.closes == time.max:
        closes = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    else:
        closes = datetime.combine(day, office.closes, zone).astimezone(UTC)
    while opens < closes:
        local = opens.astimezone(zone)
        full = opens + timedelta(minutes=60 - local.minute, seconds=-local.second)
        yield opens, min(full, closes)
        opens = full


def _since(begins: datetime, moment: datetime) -> int:
    return (moment - begins) // MICROSECOND
