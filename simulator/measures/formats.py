"""How people are told numbers, durations and moments."""

from typing import Final

from simulator.measures.registry import Unit

SECOND_MS: Final = 1000.0
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
#: From how much on a duration is told in a unit.
_UNITS: Final = (
    (2 * DAY_MS, DAY_MS, "d"),
    (2 * HOUR_MS, HOUR_MS, "h"),
    (2 * MINUTE_MS, MINUTE_MS, "min"),
    (SECOND_MS, SECOND_MS, "s"),
    (0.0, 1.0, "ms"),
)
_THREE_DIGITS: Final = 100
_TWO_DIGITS: Final = 10


def duration(ms: float) -> str:
    """Write a duration with three digits that count: `2.5 s`, `7.5 min`."""
    unit_ms, unit = next(one[1:] for one in _UNITS if ms >= one[0])
    return f"{digits(ms / unit_ms)} {unit}"


def digits(value: float) -> str:
    """Write a number with three digits that count, without needless zeros."""
    if value >= _THREE_DIGITS or value == int(value):
        return f"{value:,.0f}"
    text = f"{value:.1f}" if value >= _TWO_DIGITS else f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def share(value: float) -> str:
    """Write a share in per cent."""
    return f"{digits(100 * value)} %"


def in_unit(unit: Unit, value: float, statistic: str = "") -> str:
    """Write a figure in the unit of its measure; a count of samples has none."""
    if unit is Unit.SHARE and statistic != "count":
        return share(value)
    if unit is Unit.MS and statistic != "count":
        return duration(value)
    return digits(value)
