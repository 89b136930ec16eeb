"""Days, moments and sizes as people of a language write them."""

from datetime import date, datetime, tzinfo
from typing import Final

from markupsafe import Markup

_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_UNITS: Final = ("KB", "MB", "GB")


def day(value: date, language: str) -> str:
    """Give a day: 19.02.2024, or 19 Feb 2024."""
    if language == "de":
        return f"{value:%d.%m.%Y}"
    return f"{value.day} {_MONTHS.split()[value.month - 1]} {value.year}"


def moment(value: datetime, zone: tzinfo, language: str) -> Markup:
    """Give a moment to the minute in a time zone, with the exact one for machines."""
    local = value.astimezone(zone)
    shown = f"{day(local, language)}{' ' if language == 'de' else ', '}{local:%H:%M}"
    stamp = local.isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(stamp, shown)


def size(count: int, unit: int, language: str) -> str:
    """Give a number of bytes, where `unit` bytes are a kilobyte: 1,5 MB, or 1.5 MB."""
    if count < unit:
        return f"{count} Byte" if language == "de" else f"{count} bytes"
    value, power = count / unit, 0
    while value >= unit and power < len(_UNITS) - 1:
        value, power = value / unit, power + 1
    shown = f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004
    return f"{shown.replace('.', ',') if language == 'de' else shown} {_UNITS[power]}"
