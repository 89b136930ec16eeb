"""Why it came as a step did not expect, for who has to find what is wrong."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from reference.domain.refusals import Refusal
from simulator.oracle import Oracle, why_case, why_inbox, why_message

#: How many messages of an inbox are explained.
_MESSAGES_MAX: Final = 3
_REFUSALS: Final = {each.code: each for each in Refusal}
_OF_CASE: Final = frozenset({"case", "case_list"})


def because(reason: str, *, kept: bool) -> str:
    """Say why it is so, and, where all rules are `kept`, that it is no fault of theirs."""
    if not kept:
        return reason
    agreed = "no rule is broken, so that it may be the expectation that is wrong"
    return f"{reason}; {agreed}" if reason else agreed


def rule_of_refusal(code: str | None) -> str | None:
    """Give the clause under which an act is refused with this code; None for what is none."""
    refusal = _REFUSALS.get(code or "")
    return None if refusal is None else refusal.rule


def why_refused(code: str | None) -> str:
    """Say why an act is refused with this code, and what would be right."""
    refusal = _REFUSALS.get(code or "")
    return "" if refusal is None else refusal.value.english


def demanded_by(oracle: Oracle, expected: Mapping[str, Any], entry: object) -> str:
    """Say what the rules demand where somebody looks; empty where they tell nothing of it.

    `entry` is the message or the case in a list that the step is about, if any.
    """
    see = expected.get("see")
    if see == "inbox":
        if entry is not None:
            return why_message(oracle, str(entry), expected["by"])
        return "; ".join(islice(why_inbox(oracle, expected["by"]), _MESSAGES_MAX))
    number = entry if see == "case_list" else expected.get("case")
    if see in _OF_CASE and isinstance(number, int | str):
        return why_case(oracle, number)
    return ""
