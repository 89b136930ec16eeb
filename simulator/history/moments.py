"""Moments and days as a trace writes them."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

_OFFSET: Final = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_EPOCH: Final = date(1970, 1, 1).toordinal()
#: Years whose moments have a calendar day in every time zone.
_YEARS: Final = range(1970, 9999)

_SECOND_US: Final = 1_000_000
_MINUTE_US: Final = 60 * _SECOND_US
_HOUR_US: Final = 60 * _MINUTE_US
_DAY_US: Final = 24 * _HOUR_US
#: The time of day to the minute, as it stands in a moment: "12:18:".
_MINUTES: Final = {
    f"{hour:02}:{minute:02}:": hour * _HOUR_US + minute * _MINUTE_US
    for hour in range(24)
    for minute in range(60)
}
_SECONDS: Final = {f"{second:02}": second * _SECOND_US for second in range(60)}
#: The first digits of a fraction of a second, as most programs write it, and its last ones.
_MILLISECONDS: Final = {"": 0} | {f".{ms:03}": ms * 1000 for ms in range(1000)}
_MICROSECONDS: Final = {"": 0} | {f"{us:03}": us for us in range(1000)}
_MICRO: Final = 6  # digits of a fraction that count
_NANO: Final = 9  # digits that it may have


def moment_us(text: str) -> int | None:
    """Microseconds since 1970 (UTC) of a moment with an offset; None if it is no such moment.

    Digits beyond the microsecond are dropped.
    """
    tail = -1 if text[-1:] == "Z" else -6
    try:
        second = _minute_us(text[:17], text[tail:]) + _SECONDS[text[17:19]]
    except KeyError:
        return None
    shown = text[19:tail]
    try:
        return second + _MILLISECONDS[shown[:4]] + _MICROSECONDS[shown[4:]]
    except KeyError:
        fraction = _fraction_us(shown)
    return None if fraction is None else second + fraction


def _fraction_us(shown: str) -> int | None:
    digits = shown[1:]
    if shown[:1] != "." or len(digits) > _NANO or not (digits.isdecimal() and digits.isascii()):
        return None
    return int(digits[:_MICRO].ljust(_MICRO, "0"))


@lru_cache(maxsize=4096)
def _minute_us(minute: str, offset: str) -> int:
    """Give the beginning of a minute: "2024-02-19T12:18:"; raises KeyError where it is none."""
    day = _day_us(minute[:10])
    shift = _offset_us(offset)
    if day is None or shift is None or minute[10:11] != "T":
        raise KeyError(minute, offset)
    return day + _MINUTES[minute[11:]] - shift


def _day_us(day: str) -> int | None:
    parts = _DAY.fullmatch(day)
    number = None if parts is None else _day_number(int(parts[1]), int(parts[2]), int(parts[3]))
    return None if number is None else number * _DAY_US


def _offset_us(offset: str) -> int | None:
    if offset == "Z":
        return 0
    parts = _OFFSET.fullmatch(offset)
    if parts is None:
        return None
    ahead = int(parts[2]) * _HOUR_US + int(parts[3]) * _MINUTE_US
    return -ahead if parts[1] == "-" else ahead


def _day_number(year: int, month: int, day: int) -> int | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether it is a calendar day: 2024-02-19."""
    return _day_us(text) is not None
