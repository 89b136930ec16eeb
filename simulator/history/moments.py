"""Moments and days as a trace writes them, and as microseconds since 1970 (UTC)."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
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
#: The milliseconds with which most programs begin a fraction of a second.
_MILLISECONDS: Final = {f".{ms:03}": ms * 1000 for ms in range(1000)}
_MICRO: Final = 6  # digits of a fraction that count
_NANO: Final = 9  # digits that it may have
#: How far the offsets that a moment ends with are ahead of UTC.
_OFFSETS: Final = {"Z": 0} | {
    f"{sign}{clock[:-1]}": ahead if sign == "+" else -ahead
    for clock, ahead in _MINUTES.items()
    for sign in "+-"
}
#: The minutes of late, as they stand in a moment: "2024-02-19T12:18:".
_LATE: Final[dict[str, int]] = {}
#: What of late followed the milliseconds, and what it adds to them: "+01:00", "457Z".
_TAILS: Final[dict[str, int]] = {}
_MOST_LATE: Final = 4096


def microseconds(at: datetime) -> int:
    """Give a moment in microseconds since 1970 (UTC)."""
    return (at - EPOCH) // MICROSECOND


def moment(at_us: int, zone: tzinfo) -> datetime:
    """Give a moment in a time zone."""
    return (EPOCH + timedelta(microseconds=at_us)).astimezone(zone)


def moment_us(text: str) -> int | None:
    """Microseconds since 1970 (UTC) of a moment with an offset; None if it is no such moment.

    Digits beyond the microsecond are dropped.
    """
    try:
        if text[19:20] == ".":
            return (
                _LATE[text[:17]]
                + _SECONDS[text[17:19]]
                + _MILLISECONDS[text[19:23]]
                + _TAILS[text[23:]]
            )
        return _LATE[text[:17]] + _SECONDS[text[17:19]] - _OFFSETS[text[19:]]
    except KeyError:
        return _moment_us(text)


#: The same, remembered: for moments that are told again and again.
known_moment_us: Final = lru_cache(maxsize=16_384)(moment_us)


def _moment_us(text: str) -> int | None:
    end = -1 if text[-1:] == "Z" else -6
    begins, second = _minute_us(text[:17]), _SECONDS.get(text[17:19])
    part, ahead = _fraction_us(text[19:end]), _OFFSETS.get(text[end:])
    if begins is None or second is None or part is None or ahead is None:
        return None
    _remember(_LATE, text[:17], begins)
    milliseconds = _MILLISECONDS.get(text[19:23])
    if milliseconds is not None:
        _remember(_TAILS, text[23:], part - milliseconds - ahead)
    return begins + second + part - ahead


def _remember(late: dict[str, int], part: str, us: int) -> None:
    if len(late) >= _MOST_LATE:
        late.clear()
    late[part] = us


def _minute_us(minute: str) -> int | None:
    day, clock = _day_us(minute[:10]), _MINUTES.get(minute[11:])
    return None if day is None or clock is None or minute[10:11] != "T" else day + clock


def _fraction_us(fraction: str) -> int | None:
    digits = fraction[1:]
    if not fraction:
        return 0
    if fraction[0] != "." or len(digits) > _NANO or not (digits.isdecimal() and digits.isascii()):
        return None
    return int(digits[:_MICRO].ljust(_MICRO, "0"))


@lru_cache(maxsize=4096)
def _day_us(day: str) -> int | None:
    parts = _DAY.fullmatch(day)
    number = None if parts is None else _day_number(int(parts[1]), int(parts[2]), int(parts[3]))
    return None if number is None else number * _DAY_US


def _day_number(year: int, month: int, day: int) -> int | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day).toordinal() - EPOCH.toordinal()
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Whether it is a calendar day: 2024-02-19."""
    return _day_us(text) is not None
