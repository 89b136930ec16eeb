"""Moments and days as a trace writes them."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

_MINUTE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):", re.ASCII)
_OFFSET: Final = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_EPOCH: Final = date(1970, 1, 1).toordinal()
#: Years whose moments have a calendar day in every time zone.
_YEARS: Final = range(1970, 9999)

_SECOND_US: Final = 1_000_000
_MINUTE_US: Final = 60 * _SECOND_US
_HOUR_US: Final = 60 * _MINUTE_US
_DAY_US: Final = 24 * _HOUR_US
_SECONDS: Final = {f"{second:02}": second * _SECOND_US for second in range(60)}
_MICRO: Final = 6  # digits of a fraction that count
_NANO: Final = 9  # digits that it may have


def moment_us(text: str) -> int | None:
    """Microseconds since 1970 (UTC) of a moment with an offset; None if it is no such moment.

    Digits beyond the microsecond are dropped.
    """
    tail = -1 if text[-1:] == "Z" else -6
    minute = _minute_us(text[:17], text[tail:])
    shown = text[17:tail]
    second = _SECONDS.get(shown)
    if second is None:
        second = _fraction_us(shown)
    return None if minute is None or second is None else minute + second


def _fraction_us(shown: str) -> int | None:
    second, digits = _SECONDS.get(shown[:2]), shown[3:]
    if second is None or shown[2:3] != "." or not (digits.isdecimal() and digits.isascii()):
        return None
    if len(digits) == _MICRO:
        return second + int(digits)
    return second + int(digits[:_MICRO].ljust(_MICRO, "0")) if len(digits) <= _NANO else None


@lru_cache(maxsize=4096)
def _minute_us(minute: str, offset: str) -> int | None:
    parts, shift = _MINUTE.fullmatch(minute), _offset_us(offset)
    if parts is None or shift is None:
        return None
    day = _day_number(int(parts[1]), int(parts[2]), int(parts[3]))
    if day is None:
        return None
    return day * _DAY_US + int(parts[4]) * _HOUR_US + int(parts[5]) * _MINUTE_US - shift


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
    parts = _DAY.fullmatch(text)
    return (
        parts is not None and _day_number(int(parts[1]), int(parts[2]), int(parts[3])) is not None
    )
