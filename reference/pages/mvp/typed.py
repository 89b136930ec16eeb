"""What people type in fields, and what is wrong with it."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Final

from reference.domain.addresses import is_address, normal_address
from reference.pages.visit import Visit

_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GERMAN_DAY: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def whole(text: str, otherwise: int = 0) -> int:
    """Give the whole number that a text says; what says none is as good as nothing."""
    fits = text.isascii() and text.isdigit() and 0 < len(text) < 16  # noqa: PLR2004
    return int(text) if fits else otherwise


def day_of(text: str) -> date | None:
    """Give the day that was typed, like 2024-02-19 or 19.02.2024; None if it is none."""
    with suppress(ValueError):
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
        if found := _GERMAN_DAY.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
    return None


def addresses_in(text: str) -> tuple[str, ...]:
    """Give the addresses in a field: one, or several between commas, semicolons or blanks."""
    return tuple(text.replace(",", " ").replace(";", " ").split())


def malformed(visit: Visit, addresses: Iterable[str]) -> str:
    """Say which addresses are malformed; nothing if none is."""
    wrong = [each for each in addresses if not is_address(normal_address(each))]
    shown = ", ".join(each[:60] for each in wrong[:5])
    return visit.text("mvp.malformed", addresses=shown) if wrong else ""
