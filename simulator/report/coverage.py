"""What came up in the runs: rules that decided, cells of the tables of effects and of status."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from reference.domain.rules import CASE_CHANGES, EFFECTS, SENDING
from reference.domain.words import CaseEvent, Deed, Effect, ExpectedAction
from simulator.history.clauses import CLAUSES, Shown
from simulator.measures.statuses import STATUSES
from simulator.report.measurements import ACTIONS
from simulator.world.result import Ran

_DEEDS: Final = {
    Deed.OPEN_WIDGET: "opens the case in the widget",
    Deed.OPEN_CASE: "clicks the case",
    Deed.OPEN_ATTACHMENTS: "clicks the attachments",
    Deed.OPEN_MESSAGE: "clicks the message",
    Deed.OPEN_REPLY: "clicks the reply function",
    Deed.MARK_READ: "Gelesen markieren",
    Deed.REPLY: "replies without a file",
    Deed.REPLY_WITH_FILE: "replies with a file",
    Deed.NEW_MESSAGE: "writes a new message (Neue Nachricht)",
}
_EFFECTS: Final = {Effect.READ: "read", Effect.UNREAD: "stays unread", Effect.REFUSED: "refused"}


def rules_decided(ran: Sequence[Ran]) -> list[tuple[str, str, int]]:
    """Give each rule that a trace can show or a run showed, its promise, how often it decided."""
    decided: Counter[str] = Counter()
    for one in ran:
        decided.update(one.decisive)
    return [
        (rule, clause.promise, decided[rule])
        for rule, clause in CLAUSES.items()
        if clause.shown is Shown.TRACE or decided[rule]
    ]


def effects_met(ran: Sequence[Ran]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Give for each deed what it does to an unread message, and how often it came up."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in ran:
        for action, deeds in one.measured.effects.items() if one.measured else ():
            for deed, count in deeds.items():
                counts[action, deed] += count
    return [
        (
            told,
            [
                (_EFFECTS[EFFECTS[action][deed]], counts[action.value, deed.value])
                for action in ExpectedAction
            ],
        )
        for deed, told in _DEEDS.items()
    ]


def moves_met(ran: Sequence[Ran]) -> dict[str, Any]:
    """Give for each cloud status and event the status that follows, and how often it came up."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in ran:
        for before, met in one.measured.moves.items() if one.measured else ():
            for event, count in met.items():
                counts[before, event] += count
    events = [*(action.value for action in ExpectedAction), "came_back"]
    after = [CASE_CHANGES[SENDING[action]].status for action in ExpectedAction]
    after.append(CASE_CHANGES[CaseEvent.CAME_BACK].status)
    return {
        "heads": [*(f"sent: {ACTIONS[event]}" for event in events[:-1]), "a message came back"],
        "after": [status.value if status else "" for status in after],
        "rows": [
            (before or "none yet", [counts[before, event] for event in events])
            for before in ("", *STATUSES)
        ],
    }
