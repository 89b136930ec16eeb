"""Durations, sizes and counts as a tester writes them."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from simulator.history.bad_input import quote

_UNITS: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "ms": timedelta(milliseconds=1),
        "s": timedelta(seconds=1),
        "m": timedelta(minutes=1),
        "min": timedelta(minutes=1),
        "h": timedelta(hours=1),
        "d": timedelta(days=1),
        "w": timedelta(weeks=1),
    }
)
LONGEST: Final = timedelta(days=3660)
_PART: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|min|m|h|d|w)")
_BYTES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "": 1,
        "B": 1,
        "kB": 1000,
        "KB": 1000,
        "MB": 1000**2,
        "GB": 1000**3,
        "KiB": 1024,
        "MiB": 1024**2,
        "GiB": 1024**3,
    }
)
_SIZE: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([kKMG]i?B|B)?")
_COUNT: Final = re.compile(r"[0-9]{1,3}(?:_?[0-9]{3})*|[0-9]{1,12}")


def duration(text: str) -> timedelta:
    """Read a duration: `90s`, `15m`, `1h 30m`, `2d`.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    parts = list(_PART.finditer(text))
    rest = _PART.sub("", text).strip()
    if not parts or rest:
        raise ValueError(f"{quote(text)} is no duration: write it like 90s, 15m, 1h 30m or 2d")
    seconds = sum(float(part[1]) * _UNITS[part[2]].total_seconds() for part in parts)
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{quote(text)} is longer than any scenario: at most {LONGEST.days} days")
    return timedelta(seconds=seconds)


def size(text: str) -> int:
    """Read a size in bytes: `120 kB`, `35 MiB`, `4096`.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError(f"{quote(text)} is no size: write it like 120 kB, 2.5 MB or 35 MiB")
    return round(float(found[1]) * _BYTES[found[2] or ""])


def count(text: str) -> int:
    """Read a whole number that is not negative: `12`, `10_000`.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    if _COUNT.fullmatch(text) is None:
        raise ValueError(f"{quote(text)} is no whole number: write it like 12 or 10_000")
    return int(text.replace("_", ""))
