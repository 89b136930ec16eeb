"""Why a message counts as it does, and why a case shows what it shows."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attrs import frozen

from simulator.oracle.facts import Case
from simulator.oracle.oracle import Oracle
from simulator.oracle.prose import ASKS, why_unread, worded, worded_day
from simulator.oracle.rules.inbox import ANSWERED, COVERED, ENTRIES, FACTS, FILED, MARKED, OPENED
from simulator.oracle.sees.case import SETS_STATUS, date_of, reason_of_fields, status_of
from simulator.oracle.world import NEVER, address

Record = dict[str, Any]
STEPS = (
    (OPENED, "{} opened {}", "INB-2"),
    (MARKED, "{} marked {} as read", "INB-5"),
    (ANSWERED, "{} answered {}", "INB-10"),
    (FILED, "{} answered {} with a file", "INB-4"),
    (COVERED, "{} answered another message of the case, which settled {}", "INB-10"),
)


@frozen
class Reason:
    """One link of a chain: the line it comes from (0: the conclusion), what it says, the rule."""

    line: int
    says: str
    rule: str


def explain_message(
    lines: Iterable[tuple[int, int, Record]], oracle: Oracle, message: str, recipient: str
) -> tuple[Reason, ...]:
    """Give the facts, and last the rule, that make the message count as it does for a recipient.

    The chain is empty where the message never reached the recipient. Raises BadLine.
    """
    one = address(recipient)
    chain: list[Reason] = []
    before: int | None = None
    for line, at, record in lines:
        oracle.take(line, at, record)
        number = oracle.world.home_of(message)
        case = oracle.world.find(number)
        if case is None:
            continue
        box = _arrived(oracle, case).boxes.get(one)
        now = None if box is None else box.items.get(message)
        if now is not None:
            chain += _changes(line, message, one, before, now)
            before = now
    case = oracle.world.find(oracle.world.home_of(message))
    if case is None:
        return ()

    def counts(state: Case) -> tuple[str, str]:
        box = state.boxes.get(one)
        bits = None if box is None else box.items.get(message)
        if bits is None:
            return f"{message} never reached {one}", "DLV-1"
        return why_unread(bits, message, one), ENTRIES[bits & FACTS].rule

    concluded = tuple(_conclusions(oracle, case, counts))
    return (*chain, *concluded) if chain or len(concluded) > 1 else ()


def _conclusions(
    oracle: Oracle, case: Case, conclude: Callable[[Case], tuple[str, str]]
) -> Iterator[Reason]:
    """Say what follows; where acts of unknown outcome leave it open, what if they happened."""
    open_lines = {line for line, (of, _) in oracle.world.unknown.items() if of == case.number}
    if_so: dict[tuple[str, str], list[int]] = {}
    for state in oracle.world.doubt.get(case.number, [case]):
        happened = sorted(state.happened & open_lines)
        if_so.setdefault(conclude(_arrived(oracle, state)), happened)
    for (says, rule), happened in sorted(if_so.items(), key=lambda one: not one[1]):
        acts = " and ".join(f"line {line}" for line in happened)
        other = "otherwise" if open_lines else "perhaps"
        when = f"if what {acts} tried happened: " if acts else f"{other}: "
        yield Reason(0, says if len(if_so) == 1 else when + says, rule)


def recipients_of(oracle: Oracle, message: str) -> tuple[str, ...]:
    """Give to whom a message went by now; none where it is not known."""
    case = oracle.world.find(oracle.world.home_of(message))
    boxes = {} if case is None else _arrived(oracle, case).boxes
    return tuple(sorted(one for one, box in boxes.items() if message in box.items))


def why_message(oracle: Oracle, message: str, recipient: str) -> str:
    """Say why the message counts as it does for a recipient by now; empty where it is not known."""
    one = address(recipient)
    case = oracle.world.find(oracle.world.home_of(message))
    box = None if case is None else _arrived(oracle, case).boxes.get(one)
    bits = None if box is None else box.items.get(message)
    return "" if bits is None else why_unread(bits, message, one)


def why_inbox(oracle: Oracle, recipient: str) -> Iterator[str]:
    """Say of each message in a recipient's inbox why it counts as it does by now."""
    one = address(recipient)
    for number in oracle.world.boxes_of.get(one, ()):
        case = oracle.world.find(number)
        box = None if case is None else _arrived(oracle, case).boxes.get(one)
        for message, bits in () if box is None else box.items.items():
            yield why_unread(bits, message, one)


def why_case(oracle: Oracle, number: int | str) -> str:
    """Say what the cloud status and the date of a case follow from by now; empty if unknown."""
    case = oracle.world.find(number)
    return "" if case is None else reason_of_fields(oracle.world, _arrived(oracle, case))


def _arrived(oracle: Oracle, case: Case) -> Case:
    """Give the case as it is once all that travels has arrived."""
    if case.flights:
        case = case.copy(None)
        oracle.world.settle(case, NEVER)
    return case


def _changes(line: int, message: str, one: str, before: int | None, now: int) -> list[Reason]:
    reasons: list[Reason] = []
    if before is None:
        reasons.append(Reason(line, f"{message} {ASKS[now & 3]} and goes to {one}", "DLV-1"))
    for bit, says, rule in STEPS:
        if now & bit and not (before or 0) & bit:
            reasons.append(Reason(line, says.format(one, message), rule))
    return reasons


def explain_case(
    lines: Iterable[tuple[int, int, Record]], oracle: Oracle, name: str
) -> tuple[Reason, ...]:
    """Give the lines that changed a case's cloud status and date, and last what it shows.

    The name is that of a case with this number, or with this text as its number. The chain is
    empty where the case was never mentioned. Raises BadLine.
    """
    numbers = (int(name), name) if name.isascii() and name.isdigit() else (name,)
    chain: list[Reason] = []
    before: tuple[str | None, str | None] | None = None
    case: Case | None = None
    for line, at, record in lines:
        oracle.take(line, at, record)
        told = next(filter(None, map(oracle.world.find, numbers)), None)
        if told is None:
            continue
        case = _arrived(oracle, told)
        now = status_of(case), date_of(oracle.world, case)
        if now != before:
            word = record.get("act") or record.get("see") or record.get("given")
            status = "not known" if now[0] is None else worded(now[0])
            says = f"{word}: cloud status {status}, acknowledged on {worded_day(now[1])}"
            chain.append(Reason(line, says, _rule(case)))
            before = now
    if case is not None:
        chain += _conclusions(oracle, case, lambda state: _shows(oracle, state))
    return tuple(chain)


def _shows(oracle: Oracle, case: Case) -> tuple[str, str]:
    return reason_of_fields(oracle.world, case), _rule(case)


def _rule(case: Case) -> str:
    return "STA-4" if case.reads else SETS_STATUS[case.kind]
