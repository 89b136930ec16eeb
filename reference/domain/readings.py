"""The ten readings: what the rules leave open, each a named switch, the default first."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal, get_args

from attrs import fields, frozen


class ReadingError(ValueError):
    """A reading, or a value of one, that does not exist."""


@frozen
class Readings:
    """One value for each switch; the order of a `Literal` is that of the rules, default first."""

    fileless_reply: Literal["ok", "unchanged"] = "ok"
    acknowledge_on_open: Literal["never", "first_open"] = "never"
    several_acknowledge: Literal["first", "latest", "all"] = "first"
    reply_scope: Literal["message", "case"] = "message"
    open_scope: Literal["case", "message"] = "case"
    preset_recipients: Literal["last", "all"] = "last"
    reply_right: Literal["unless_withheld", "if_granted"] = "unless_withheld"
    megabyte: Literal["binary", "decimal"] = "binary"
    last_communication: Literal["newest", "last_sent"] = "newest"
    receipt_transport: Literal["immediate", "replication"] = "immediate"


#: Switch -> its values, the default first.
READING_VALUES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {field.name: get_args(field.type) for field in fields(Readings)}
)


def readings_from(chosen: Mapping[str, object]) -> Readings:
    """Build readings from texts; a switch that is absent keeps its default.

    Raises:
        ReadingError: for an unknown switch or value; the text says what would be right.
    """
    for name, value in chosen.items():
        if name not in READING_VALUES:
            raise ReadingError(_unknown("reading", name, tuple(READING_VALUES)))
        if value not in READING_VALUES[name]:
            raise ReadingError(_unknown(f"value of {name}", value, READING_VALUES[name]))
    return Readings(**chosen)  # type: ignore[arg-type]  # every value was checked just above


def _unknown(what: str, given: object, known: tuple[str, ...]) -> str:
    close = get_close_matches(str(given), known)
    hint = f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(known)}"
    return f"unknown {what} {given!r}: {hint}"
