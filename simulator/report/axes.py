"""Axes of plots: where a value lies, and which values are written beside the axis."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from math import ceil, floor, log10
from typing import Final, Protocol

from attrs import frozen

from simulator.history.moments import moment
from simulator.measures.formats import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    digits,
    duration,
)

Tick = tuple[float, str]
_STEPS: Final = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(step * SECOND_MS for step in (1, 2, 5, 10, 15, 30)),
    *(step * MINUTE_MS for step in (1, 2, 5, 10, 15, 30)),
    *(step * HOUR_MS for step in (1, 2, 3, 6, 12)),
    *(step * DAY_MS for step in (1, 2, 7, 14, 28, 56, 112, 224, 448)),
)
#: Durations that are written beside a logarithmic axis.
_DECADES: Final = (
    *(1, 10, 100),
    *(SECOND_MS, 10 * SECOND_MS, MINUTE_MS, 10 * MINUTE_MS),
    *(HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS, 28 * DAY_MS, 365 * DAY_MS),
)
_TICKS: Final = 5
_MS_US: Final = 1000


class Axis(Protocol):
    """An axis: places from 0 to 1."""

    def place(self, value: float) -> float:
        """Say where a value lies."""
        ...

    def ticks(self) -> Sequence[Tick]:
        """Give the values that are written, each with its text."""
        ...


@frozen
class Linear:
    """Counts from 0 on."""

    top: float

    def place(self, value: float) -> float:
        """Say where a value lies."""
        return min(value / self.top, 1.0) if self.top else 0.0

    def ticks(self) -> Sequence[Tick]:
        """Give round values."""
        if self.top <= 0:
            return [(0.0, "0")]
        power = 10.0 ** floor(log10(self.top / _TICKS))
        step = next(power * each for each in (1, 2, 5, 10) if power * each * _TICKS >= self.top)
        return [(each, digits(each)) for each in _multiples(max(step, 1.0), self.top)]


@frozen
class Share:
    """Shares from none to all."""

    def place(self, value: float) -> float:
        """Say where a share lies."""
        return value

    def ticks(self) -> Sequence[Tick]:
        """Give quarters."""
        return [(0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")]


@frozen
class Durations:
    """Durations in milliseconds from 0 on."""

    top: float

    def place(self, value: float) -> float:
        """Say where a duration lies."""
        return min(value / self.top, 1.0) if self.top else 0.0

    def ticks(self) -> Sequence[Tick]:
        """Give round durations."""
        step = next((each for each in _STEPS if each * _TICKS >= self.top), self.top or 1.0)
        return [(each, duration(each)) for each in _multiples(step, self.top)]


@frozen
class LogDurations:
    """Durations in milliseconds, each decade as wide as the next; nothing is below `low`."""

    low: float
    top: float

    @classmethod
    def over(cls, low: float, top: float) -> "LogDurations":
        """Give the axis that holds these durations, between round ones."""
        below = max((each for each in _DECADES if each <= low), default=_DECADES[0])
        above = min((each for each in _DECADES if each >= top), default=top)
        return cls(below, above if above > below else below * 10)

    def place(self, value: float) -> float:
        """Say where a duration lies; what is shorter than all lies at the beginning."""
        value = min(max(value, self.low), self.top)
        return log10(value / self.low) / log10(self.top / self.low)

    def ticks(self) -> Sequence[Tick]:
        """Give round durations."""
        return [(each, duration(each)) for each in _DECADES if self.low <= each <= self.top]


@frozen
class Times:
    """Moments of a run, in microseconds since 1970, as the clocks of a zone show them."""

    begin_us: int
    end_us: int
    zone: tzinfo

    def place(self, value: float) -> float:
        """Say where a moment lies."""
        length = self.end_us - self.begin_us
        return min(max((value - self.begin_us) / length, 0.0), 1.0) if length else 0.0

    def ticks(self) -> Sequence[Tick]:
        """Give round times of day, or days."""
        length_ms = (self.end_us - self.begin_us) / _MS_US
        steps = [each for each in _STEPS if each >= SECOND_MS]
        step = next((each for each in steps if each * _TICKS >= length_ms), steps[-1])
        begin = moment(self.begin_us, self.zone)
        midnight = datetime.combine(begin.date(), datetime.min.time(), self.zone)
        form = "%d.%m." if step >= DAY_MS else "%H:%M" if step >= MINUTE_MS else "%H:%M:%S"
        first = ceil((begin - midnight) / timedelta(milliseconds=step))
        last = floor((moment(self.end_us, self.zone) - midnight) / timedelta(milliseconds=step))
        marks = [midnight + timedelta(milliseconds=step) * each for each in range(first, last + 1)]
        midnights = {at for at in marks if at.time() == datetime.min.time()}
        return [
            (at.timestamp() * 1e6, f"{at:%d.%m.}" if at in midnights else f"{at:{form}}")
            for at in marks
        ]


def _multiples(step: float, top: float) -> Iterator[float]:
    """Give 0 and the multiples of a step up to the top."""
    return (step * number for number in range(floor(top / step + 1e-9) + 1))
