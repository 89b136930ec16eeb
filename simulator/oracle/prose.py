"""How findings and explanations word values and facts."""

from collections.abc import Sequence
from typing import Final

from simulator.oracle.facts import RECEIVED, SILENT, UNTOLD, Case, unread
from simulator.oracle.rules.inbox import (
    ACKNOWLEDGE,
    ANSWERED,
    COVERED,
    EXPECTS_MASK,
    FILED,
    MARKED,
    OPENED,
    WITH_FILE,
)

ASKS: Final = ("asks to acknowledge", "asks for a reply", "asks for a reply with file")


def worded(value: str | None) -> str:
    """Word the value of a field: `hidden` for null, `empty` for "", or the value itself."""
    return "hidden" if value is None else value or "empty"


def worded_day(day: str | None) -> str:
    """Word a date: `empty` for none, `not known` for one that no line told."""
    return "not known" if day == UNTOLD else day or "empty"


def listed(names: Sequence[str]) -> str:
    """Word a list of names; `nobody` for an empty one."""
    return ", ".join(names) or "nobody"


def happened_to(bits: int, one: str) -> str:
    """Say what a recipient did with a message, and what was left undone."""
    done = [
        word for bit, word in ((OPENED, "opened it"), (MARKED, "marked it as read")) if bits & bit
    ]
    if bits & FILED:
        done.append("answered with a file")
    elif bits & ANSWERED:
        done.append(
            "answered without a file" if bits & EXPECTS_MASK == WITH_FILE else "answered it"
        )
    elif bits & EXPECTS_MASK != ACKNOWLEDGE:
        done.append("has not answered")
    elif not done:
        done.append("has neither opened it nor answered")
    said = f"{one} {' and '.join(done)}"
    if bits & COVERED:
        said += "; an answer to another message of the case settled it"
    return said


def why_unread(bits: int, message: str, one: str) -> str:
    """Say why the message counts as it does."""
    counts = "unread" if unread(bits) else "read"
    asks = ASKS[bits & EXPECTS_MASK]
    return f"{message} {asks}; {happened_to(bits, one)}: it must count as {counts}"


def last_communication(case: Case, read_on: Sequence[tuple[str, str]]) -> str:
    """Say what the case's fields follow from; `read_on` are the readers with their days."""
    if case.kind == SILENT and case.told:
        return f"case {case.number} never communicated"
    if case.kind == SILENT:
        return f"what case {case.number} communicated last is not known"
    name = case.message or "the last message"
    if case.kind == RECEIVED:
        said = f"{name} came from a recipient"
    else:
        said = f"{name} was sent last and {ASKS[case.kind]}"
    for one, day in read_on:
        said += f"; {one} read it {day}"
    if case.given_date == UNTOLD and case.seen_date is None:
        said += "; its date is not known, as no line told or showed it"
    return said
