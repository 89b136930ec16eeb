"""Why the rules demand what a step did not expect, for who has to find what is wrong."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from simulator.oracle import Oracle, why_case, why_inbox, why_message

#: How many messages of an inbox are explained.
_MESSAGES_MAX: Final = 3
_OF_CASE: Final = frozenset({"case", "case_list"})


def because(oracle: Oracle, expected: Mapping[str, Any], entry: object, *, kept: bool) -> str:
    """Say what the rules demand there, and, where they are `kept`, that it is no fault of theirs.

    `entry` is the message or the case in a list that the step is about, if any.
    """
    reason = _reason(oracle, expected, entry)
    if not kept:
        return reason
    agreed = "no rule is broken, so that it may be the expectation that is wrong"
    return f"{reason}; {agreed}" if reason else agreed


def _reason(oracle: Oracle, expected: Mapping[str, Any], entry: object) -> str:
    see = expected.get("see")
    if see == "inbox":
        if entry is not None:
            return why_message(oracle, str(entry), expected["by"])
        return "; ".join(islice(why_inbox(oracle, expected["by"]), _MESSAGES_MAX))
    number = entry if see == "case_list" else expected.get("case")
    if see in _OF_CASE and isinstance(number, int | str):
        return why_case(oracle, number)
    return ""
