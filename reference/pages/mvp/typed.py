"""What people type in fields, and what is wrong with it."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from reference.domain.addresses import is_address, normal_address
from reference.pages.visit import Visit


def whole(text: str, otherwise: int = 0) -> int:
    """Give the whole number that a text says; what says none is as good as nothing."""
    fits = text.isascii() and text.isdigit() and 0 < len(text) < 16  # noqa: PLR2004
    return int(text) if fits else otherwise


def day_of(text: str) -> date | None:
    """Give the day that was typed, like 2024-02-19 or 19.02.2024; None if it is none."""
    day, month, year = (*text.split("."), "", "")[:3]
    written = text if "-" in text else f"{year:0>4}-{month:0>2}-{day:0>2}"
    with suppress(ValueError):
        return date.fromisoformat(written) if len(written) == len("2024-02-19") else None
    return None


def addresses_in(text: str) -> tuple[str, ...]:
    """Give the addresses in a field: one, or several between commas, semicolons or blanks."""
    return tuple(text.replace(",", " ").replace(";", " ").split())


def malformed(visit: Visit, addresses: Iterable[str]) -> str:
    """Say which addresses are malformed; nothing if none is."""
    wrong = [each for each in addresses if not is_address(normal_address(each))]
    shown = ", ".join(each[:60] for each in wrong[:5])
    return visit.text("mvp.malformed", addresses=shown) if wrong else ""
