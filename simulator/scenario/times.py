"""When something happens in a scenario: `09:00`, `+5m`, `day 2 10:00`, a date with a time."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from attrs import frozen

from simulator.history.bad_input import quote
from simulator.scenario.quantities import duration

_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DAY: Final = re.compile(r"day ([0-9]{1,4})(?: (.+))?")
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](.+))?")
FIRST_YEAR, LAST_YEAR = 1971, 2100
RIGHT: Final = "write it like 09:00, +5m, day 2 10:00 or 2024-02-20 10:00"


@frozen
class When:
    """A moment as it was written: after the step before, or at a time of a day."""

    text: str
    after: timedelta | None = None
    day: int | None = None  # of the scenario, from 1; None: the day that is
    on: date | None = None
    at: time | None = None


def when(text: str) -> When:
    """Read a moment.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    if text.startswith("+"):
        return When(text, after=duration(text[1:].strip()))
    day = _DAY.fullmatch(text)
    if day is not None:
        if int(day[1]) < 1:
            raise ValueError("days count from 1")
        return When(text, day=int(day[1]), at=clock(day[2] or "00:00"))
    dated = _DATE.fullmatch(text)
    if dated is not None:
        return When(text, on=calendar_day(dated[1]), at=clock(dated[2] or "00:00"))
    return When(text, at=clock(text))


def clock(text: str) -> time:
    """Read a time of day.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    found = _CLOCK.fullmatch(text)
    if found is not None and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60:  # noqa: PLR2004
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    raise ValueError(f"{quote(text)} is no time: {RIGHT}")


def calendar_day(text: str) -> date:
    """Read a calendar day.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{quote(text)} is no day: write it like 2024-02-20") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{quote(text)} is out of reach: {FIRST_YEAR} to {LAST_YEAR}")
    return day


def moment_of(
    asked: When,
    before: datetime,
    begins: datetime,
    zone: tzinfo,
    above: str = "the step above",
) -> datetime:
    """Give the moment (UTC) of what is asked for after a moment, in a scenario that begins then.

    `above` names what that moment is.

    Raises:
        ValueError: for a time that the clocks leave out, or that lies before.
    """
    if asked.after is not None:
        return before + asked.after
    day = before.astimezone(zone).date()
    if asked.day is not None:
        day = begins.astimezone(zone).date() + timedelta(days=asked.day - 1)
    elif asked.on is not None:
        day = asked.on
    local = datetime.combine(day, asked.at or time(), zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(f"the clocks leave out {asked.text} on {day}: choose another time")
    if moment < before:
        earlier = before.astimezone(zone)
        next_day = (earlier.date() - begins.astimezone(zone).date()).days + 2
        raise ValueError(
            f"{asked.text} lies before {above} ({earlier:%Y-%m-%d %H:%M:%S}): "
            f"for the next day write day {next_day} …"
        )
    return moment
