"""Whether what was seen is what a step expects, and which rule that is about."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from simulator.history.bad_input import quote

Record = Mapping[str, Any]

#: The clause that a field of an observation shows, where a step names none.
RULE_OF: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("case", "cloud_status"): "STA-6",
        ("case", "status_text"): "STA-2",
        ("case", "acknowledged_on"): "STA-5",
        ("case", "follow_up_on"): "REP-6",
        ("case", "under_way"): "DLV-4",
        ("case_list", "cases"): "STA-8",
        ("inbox", "unread"): "INB-1",
        ("inbox", "messages"): "DLV-2",
        ("message", "unread"): "INB-11",
        ("message", "hint"): "INB-6",
        ("message", "opened"): "INB-11",
        ("message", "answered"): "INB-11",
        ("portal_case", "subject"): "RPL-2",
        ("portal_case", "documents"): "RPL-2",
        ("portal_case", "text"): "REP-2",
        ("portal_case", "button"): "REP-2",
        ("activities", "entries"): "LOG-1",
        ("preset", "recipients"): "SEND-6",
        ("mail", "event"): "MAIL-1",
    }
)
_ABOUT: Final = frozenset({"see", "by", "case", "at"})
#: Lists of records, and the field that tells their entries apart.
_KEYS: Final = MappingProxyType({"messages": "message", "cases": "case"})


@frozen
class Miss:
    """The first thing that is not as expected: what was expected, what was seen, which clause."""

    rule: str
    expected: str
    seen: str
    entry: object = None  # the message or the case in a list that it is about


def miss(expected: Record, seen: Record | None) -> Miss | None:
    """Give what is not as expected; None where everything is. Fields not told are not compared."""
    see = expected["see"]
    if seen is None:
        who = f" for {expected['by']}" if "by" in expected else ""
        return Miss(about(expected), demanded(expected), f"nothing is there{who}")
    for name, value in expected.items():
        if name in _ABOUT:
            continue
        found = _field_miss(see, name, value, seen.get(name))
        if found is not None:
            return found
    return None


def demanded(expected: Record) -> str:
    """Word all that an expectation names; `something to see` where it names nothing."""
    named = [f"{name}: {quote(value)}" for name, value in expected.items() if name not in _ABOUT]
    return ", ".join(named) or "something to see"


def about(expected: Record) -> str:
    """Give the clause that an expectation is about, by the first field that it names."""
    see = expected["see"]
    names = [name for name in expected if (see, name) in RULE_OF]
    return RULE_OF[see, names[0]] if names else "ACC-4"


def _field_miss(see: str, name: str, value: Any, seen: Any) -> Miss | None:
    rule = RULE_OF.get((see, name), "ACC-4")
    if name in _KEYS:
        return _entries_miss(rule, _KEYS[name], value, seen or [])
    if name == "entries":
        return _in_order_miss(rule, value, seen or [])
    unordered = name in {"recipients", "documents"}
    same = set(value) == set(seen or []) if unordered else value == seen
    return None if same else Miss(rule, f"{name}: {quote(value)}", f"{name}: {quote(seen)}")


def _entries_miss(rule: str, key: str, expected: list[Record], seen: list[Record]) -> Miss | None:
    """Compare entries by their key; entries that are not expected may be there too."""
    found = {entry.get(key): entry for entry in seen}
    for entry in expected:
        name = entry.get(key)
        there = found.get(name)
        if there is None:
            return Miss(rule, f"{key} {name}", f"only {quote(list(found))}", name)
        for field, value in entry.items():
            if there.get(field) != value:
                about = RULE_OF.get((key, field), rule)
                return Miss(
                    about,
                    f"{key} {name}: {field}: {quote(value)}",
                    f"{key} {name}: {field}: {quote(there.get(field))}",
                    name,
                )
    return None


def _in_order_miss(rule: str, expected: list[Record], seen: list[Record]) -> Miss | None:
    """Find the expected entries in their order; others may stand between."""
    rest = iter(seen)
    for entry in expected:
        if not any(_fits(entry, there) for there in rest):
            return _entry_miss(rule, entry, seen)
    return None


def _fits(entry: Record, there: Record) -> bool:
    return all(there.get(name) == value for name, value in entry.items())


def _entry_miss(rule: str, entry: Record, seen: list[Record]) -> Miss:
    """Say what is otherwise at the entry of the same message, else that there is none."""
    if any(_fits(entry, there) for there in seen):
        return Miss(rule, f"an entry {quote(dict(entry))} after those above it", "it, before them")
    message = entry.get("message")
    for there in seen if message is not None else ():
        if there.get("message") == message:
            name = next(name for name in entry if there.get(name) != entry[name])
            shown = (f"entry {message}: {name}: {quote(one.get(name))}" for one in (entry, there))
            return Miss(rule, *shown)
    return Miss(rule, f"an entry {quote(dict(entry))}", f"{len(seen)} entries without it")
