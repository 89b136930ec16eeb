"""Many possible states of a case folded into few that know less.

What the states agree on stays known. What tells them apart is forgotten and not judged, until it is
seen again: the fields of the case at once, a mailbox when its inbox is shown as a whole.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from simulator.oracle.facts import ANSWER, Case, Flight
from simulator.oracle.rules.inbox import EXPECTS_MASK

UNSURE: Final = (-1, -1, 0, None)  # a version whose subject no line told


def blur(states: Sequence[Case], tell_apart: Callable[[Case], Hashable]) -> list[Case]:
    """Fold all states into one, or into one for each value of what must not be forgotten."""
    groups: dict[Hashable, list[Case]] = {}
    for state in states:
        groups.setdefault(tell_apart(state), []).append(state)
    return [_folded(group) for group in groups.values()]


def _folded(states: list[Case]) -> Case:
    new = states[0].copy(states[0].token)
    new.flights = _that_may_travel(states)
    new.forget_fields()
    new.whole_log = False
    new.other_logs = frozenset()
    new.happened = frozenset()
    if any(state.versions != new.versions for state in states):
        new.versions = (UNSURE,)
    for state in states:
        if new.documents is None or state.documents is None:
            new.documents = None
            break
        new.perhaps |= state.perhaps | (new.documents ^ state.documents)
    recipients = [one for state in states for one in state.boxes]
    recipients += [flight.recipient for flight in new.flights]
    for one in dict.fromkeys(recipients):
        _forget_mailbox(new, one, states)
    return new


def _that_may_travel(states: list[Case]) -> tuple[Flight, ...]:
    """Give all that is under way in any state; of a reply only that it may come."""
    flights: dict[Hashable, Flight] = {}
    for state in states:
        for flight in state.flights:
            kept = flight._replace(letter=None) if flight.kind == ANSWER else flight
            flights.setdefault(kept[1:5], kept)
    return tuple(sorted(flights.values(), key=lambda flight: flight.at))


def _forget_mailbox(case: Case, one: str, states: list[Case]) -> None:
    box = case.own_box(one)
    boxes = [state.boxes[one] for state in states if one in state.boxes]
    items: dict[str, int] = {}
    for other in boxes:
        for message, bits in other.items.items():
            items[message] = items.get(message, bits) & (bits | EXPECTS_MASK)
    box.items, box.known = items, False
    box.text = box.own_text = 0
    box.documents = None
    box.version = min([other.version for other in boxes], default=-1)
