"""What is seen of an inbox: which messages are there, and how each counts (INB, DLV)."""

from collections import Counter
from operator import itemgetter
from typing import Final, cast

from simulator.oracle.entries import LINE
from simulator.oracle.facts import MESSAGE, Case, unread
from simulator.oracle.prose import happened_to, why_unread
from simulator.oracle.rules.delivery import (
    a_message_is_there_exactly_once,
    messages_of_a_case_arrive_in_order,
)
from simulator.oracle.rules.inbox import (
    ANSWERED,
    COVERED,
    ENTRIES,
    EXPECTS_MASK,
    FACTS,
    FILED,
    LISTED,
    MARKED,
    NOTICED,
    OPENED,
    SEEN_READ,
    SEEN_UNREAD,
    Entry,
    number_shown_is_that_of_unread_messages,
    read_message_stays_read,
    reading_by_one_changes_no_other_inbox,
    reloaded_inbox_is_right,
)
from simulator.oracle.rules.sending import (
    a_note_changes_nothing_outside_the_log,
    a_refused_send_reaches_nobody,
)
from simulator.oracle.sees.case import LEAVE_ALL, replicated_since_listed, since_replication
from simulator.oracle.world import INDEX, SHOWN_YET_TRAVELS, Record, World, address, together

INB_1: Final = INDEX["INB-1"]
INB_9: Final = INDEX["INB-9"]
RPL_3: Final = INDEX["RPL-3"]
SEND_2: Final = INDEX["SEND-2"]
SEEN: Final = SEEN_READ | SEEN_UNREAD
ENTRY_RULES: Final = tuple(INDEX[entry.rule] for entry in ENTRIES)
INBOX: Final = together("DLV-1", "DLV-2", "ACC-4", "INB-7", "SEND-13")
IN_OUTAGES: Final = together("DLV-3", "DLV-4")
FIELDS_OF_ENTRY: Final = itemgetter("unread", "hint", "opened", "answered")
#: What a whole entry decides, by the facts, and by whether it was shown as read before.
WHOLE_ENTRY: Final = {
    again: [together(entry.rule, "INB-6", "INB-11", *also) for entry in ENTRIES]
    for again, also in ((0, ()), (SEEN_READ, ("INB-8",)))
}
#: By the bits of a message: what its whole entry shows, what that decides, and its bits then.
SHOWN: Final = [
    (
        (entry.unread, entry.hint, entry.opened, entry.answered),
        WHOLE_ENTRY[bits & SEEN_READ][bits & FACTS],
        bits | LISTED | (SEEN_UNREAD if entry.unread else SEEN_READ),
    )
    for bits in range(2 * LISTED)
    for entry in (ENTRIES[bits & FACTS],)
]


def see_inbox(w: World, line: int, at: int, record: Record) -> None:
    """Judge a recipient's inbox: which messages, and how each counts (INB, DLV, ACC-4)."""
    one = address(record["by"])
    numbers = w.boxes_of.get(one, ())
    entries = record.get("messages")
    if entries is None:
        if "unread" in record:
            _see_number(w, line, at, record["unread"], one)
        return
    if _is_right(w, at, record, one):
        return
    groups: dict[int | str, list[Record]] = {number: [] for number in numbers}
    for entry in entries:
        number = w.home_of(entry["message"])
        if number is None:
            refused_message(w, line, entry["message"], f"in the inbox of {one}")
            continue
        groups.setdefault(number, []).append(entry)
    for number, group in groups.items():
        w.judge(number, _see_entries, one, line, at, (group, one), "")
    if "unread" in record:
        _see_shown_number(w, line, at, record, one)


def _is_right(w: World, at: int, record: Record, one: str) -> bool:  # noqa: C901 - calls would cost a third
    """Look for a deviation only where there may be one: whether all is as it must be, plainly."""
    bits_of: dict[str, int] = {}
    boxes = shared = after_notes = 0
    numbers, token, known = w.boxes_of.get(one, ()), w.token, w.cases
    unsure = bool(w.beyond)
    for number in numbers:
        case = known.get(number)
        if case is None or case.token is not token or case.split:
            return False
        if case.flights and not w.calm(case, one, at):
            return False
        box = case.boxes.get(one)
        if box is not None:
            if unsure and not box.known:
                return False
            bits_of.update(box.items)
            boxes += 1
            if len(case.boxes) > 1:
                shared += len(box.items)
            if case.last in LEAVE_ALL:
                after_notes += 1
    if not _are_entries_right(w, record, one, bits_of):
        return False
    counts = w.counts
    counts[INBOX] += len(numbers)
    counts[INB_9] += shared
    counts[SEND_2] += after_notes
    if "unread" in record:
        counts[INB_1] += 1
    if w.outages:
        counts[IN_OUTAGES] += boxes
    if w.rep_line:
        counts[RPL_3] += boxes
    return True


def _are_entries_right(w: World, record: Record, one: str, bits_of: dict[str, int]) -> bool:
    """Tell whether the messages and their number are right; remember how each was seen."""
    entries = record["messages"]
    if len(entries) != len(bits_of):
        return False
    number = 0
    fresh: list[tuple[str, int]] = []
    decided: list[int] = []
    try:
        for entry in entries:
            message = entry["message"]
            bits = bits_of.pop(message)
            must, rules, after = SHOWN[bits]
            if FIELDS_OF_ENTRY(entry) != must:
                return False
            number += must[0]
            decided.append(rules)
            if bits != after:
                fresh.append((message, after))
    except KeyError:
        return False
    if record.get("unread", number) != number:
        return False
    for message, bits in fresh:
        case = cast("Case", w.find(w.home_of(message)))  # there, as all cases of the inbox are
        case.own_box(one).items[message] = bits
    counts = w.counts
    for rules in decided:
        counts[rules] += 1
    return True


def refused_message(w: World, line: int, message: str, where: str) -> None:
    """Judge a message shown that was never sent: refused sends reach nobody (SEND-13)."""
    if a_refused_send_reaches_nobody(message, w.refused):
        raise w.unmentioned(line, "message", message)
    because = f"the send of {message} was refused, and reaches nobody"
    w.report("SEND-13", f"{message} refused", line, f"{message} {where}", "nowhere", because)


def _see_shown_number(w: World, line: int, at: int, record: Record, one: str) -> None:
    entries = record["messages"]
    if not all("unread" in entry for entry in entries):
        _see_number(w, line, at, record["unread"], one)
        return
    # A message that is shown twice is a fault of its own, however the number counts it.
    shown = {entry["message"]: entry["unread"] for entry in entries}
    number = number_shown_is_that_of_unread_messages(shown.values())
    w.decide("INB-1")
    twice = number_shown_is_that_of_unread_messages(entry["unread"] for entry in entries)
    if record["unread"] not in (number, twice):
        _wrong_number(w, line, record["unread"], number, one)


def _wrong_number(w: World, line: int, seen: int, demanded: int, one: str) -> None:
    count = "1 message of {} counts" if demanded == 1 else f"{demanded} messages of {{}} count"
    because = f"{count.format(one)} as unread"
    w.report("INB-1", f"{one} number", line, f"unread {seen}", f"{demanded}", because)


def _see_number(w: World, line: int, at: int, seen: int, one: str) -> None:
    """Judge a number that is shown without its messages."""
    numbers = w.boxes_of.get(one, ())
    possible = {0}
    most, several = 0, False
    for number in numbers:
        case = w.case(number, line)
        states: list[Case] = []
        for state in w.come_to_rest(case, line, at):
            states += w.arrivals(state, one, at)
        if not all(_is_known(state, one) for state in states):
            return
        counts = {_unread_in(state, one) for state in states}
        possible = {before + count for before in possible for count in counts}
        most, several = most + max(counts), len(counts) > 1
    w.decide("INB-1")
    if seen not in possible:
        _wrong_number(w, line, seen, most, one)
    elif len(numbers) == 1 and several:
        w.judge(numbers[0], _see_count, one, line, at, (seen, one), "")


def _is_known(case: Case, one: str) -> bool:
    box = case.boxes.get(one)
    return box is None or box.known


def _unread_in(case: Case, one: str) -> int:
    box = case.boxes.get(one)
    items = _NO_ITEMS if box is None else box.items
    return number_shown_is_that_of_unread_messages(unread(bits) for bits in items.values())


def _see_count(
    w: World, case: Case, line: int, at: int, data: tuple[int, str], outcome: str
) -> None:
    if _unread_in(case, data[1]) != data[0]:
        _wrong_number(w, line, data[0], _unread_in(case, data[1]), data[1])


_NO_ITEMS: Final[dict[str, int]] = {}


def _see_entries(
    w: World, case: Case, line: int, at: int, data: tuple[list[Record], str], outcome: str
) -> None:
    entries, one = data
    box = case.boxes.get(one)
    items = _NO_ITEMS if box is None else box.items
    counts = w.counts
    counts[INBOX] += 1
    if w.outages:
        counts[IN_OUTAGES] += 1
    if w.rep_line:
        w.decide("RPL-3")
    if a_note_changes_nothing_outside_the_log(case.last):
        w.decide("SEND-2")
    if box is not None and not box.known:
        _get_to_know(w, case, line, one, entries)
        return
    seen = [entry["message"] for entry in entries]
    if len(seen) != len(items) or items.keys() != set(seen):
        _wrong_set(w, case, line, seen, one)
    for entry in entries:
        message = entry["message"]
        bits = items.get(message)
        if bits is None:
            _stranger(w, case, line, message, one)
            continue
        flag = _see_entry(w, case, line, (message, one, bits), entry)
        if bits & flag != flag:
            items = case.own_box(one).items
            items[message] = bits | flag


def _get_to_know(w: World, case: Case, line: int, one: str, entries: list[Record]) -> None:
    """Take over what is shown of a mailbox that was not known, where all of it is shown."""
    coming = any(f.kind == MESSAGE and f.recipient == one for f in case.flights)
    if coming or not all(entry.keys() >= FACTS_SHOWN for entry in entries):
        return
    box = case.own_box(one)
    before, box.items, box.known = box.items, {}, True
    for entry in entries:
        message = entry["message"]
        if message in before:
            box.items[message] = facts_shown(before[message], entry)
        else:
            _stranger(w, case, line, message, one)


def facts_shown(bits: int, entry: Record) -> int:
    """Give the facts that an inbox entry shows of a message with this expected action."""
    bits &= EXPECTS_MASK | NOTICED
    bits |= LISTED | (SEEN_UNREAD if entry["unread"] else SEEN_READ)
    bits |= (OPENED if entry["opened"] else 0) | (ANSWERED if entry["answered"] else 0)
    if unread(bits) and not entry["unread"]:
        by_answer = FILED if entry["answered"] else COVERED
        bits |= by_answer if bits & EXPECTS_MASK else MARKED
    return bits


FACTS_SHOWN: Final = frozenset({"unread", "opened", "answered"})


def _see_entry(w: World, case: Case, line: int, what: tuple[str, str, int], entry: Record) -> int:
    """Judge one message in an inbox; give the bits of how it was seen, none where it is wrong."""
    bits = what[2]
    must = ENTRIES[bits & FACTS]
    w.counts[ENTRY_RULES[bits & FACTS]] += 1
    flag = LISTED
    if "unread" in entry:
        seen = entry["unread"]
        if read_message_stays_read(bits):
            w.decide("INB-8")
        if len(case.boxes) > 1:
            w.decide("INB-9")
        if not reloaded_inbox_is_right(must, seen):
            _wrong_unread(w, case, line, what, must)
            return 0
        flag = SEEN_UNREAD | LISTED if seen else SEEN_READ | LISTED
    _see_details(w, line, what, entry, must)
    return flag


def _see_details(
    w: World, line: int, what: tuple[str, str, int], entry: Record, must: Entry
) -> None:
    if "hint" in entry:
        w.decide("INB-6")
        if entry["hint"] != must.hint:
            _wrong_hint(w, line, entry["hint"], must, what)
    if "opened" in entry or "answered" in entry:
        w.decide("INB-11")
        if entry.get("opened", must.opened) != must.opened:
            _wrong_fact(w, line, "opened", what, must=must.opened)
        if entry.get("answered", must.answered) != must.answered:
            _wrong_fact(w, line, "answered", what, must=must.answered)


def _stranger(w: World, case: Case, line: int, message: str, one: str) -> None:
    coming = [f.message for f in case.flights if f.kind == MESSAGE and f.recipient == one]
    if message in coming:
        if message == coming[0]:
            because = _sent(case, message, one) + ", and nothing arrived since"
            said = f"{message} in the inbox of {one}"
            w.report("DLV-3", SHOWN_YET_TRAVELS, line, said, "not there yet", because)
            return
        because = _sent(case, coming[0], one) + f", before {message}"
        said = f"{message} in the inbox of {one} without {coming[0]}"
        w.report("DLV-3", f"{message} {one}", line, said, "in the order of sending", because)
        return
    because = f"{message} was not addressed to {one}"
    w.report(
        "ACC-4", f"{message} {one}", line, f"{message} in the inbox of {one}", "not there", because
    )


def _sent(case: Case, message: str, one: str, how: str = "") -> str:
    """Say that a message was sent to a recipient, and on which line where a line tells of it."""
    words = case.first_use(message)
    return f"{message} was sent to {one}{how}" + (f" on line {words[LINE]}" if words else "")


def _wrong_set(w: World, case: Case, line: int, seen: list[str], one: str) -> None:
    box = case.boxes.get(one)
    items = _NO_ITEMS if box is None else box.items
    times = Counter(seen)
    for message, count in times.items() if len(times) < len(seen) else ():
        if not a_message_is_there_exactly_once(count):
            said = f"{message} {count} times in the inbox of {one}"
            shown = items.get(message, 0) & LISTED
            rule = "RPL-3" if replicated_since_listed(w, case, shown) else "DLV-2"
            because = _sent(case, message, one, " once") + since_replication(w, rule)
            w.report(rule, f"{message} {one} twice", line, said, "once", because)
    overtaken: frozenset[str] = frozenset()
    if w.trial is not None:
        overtaken = messages_of_a_case_arrive_in_order(tuple(items), times)
    for message, bits in items.items():
        if message not in times:
            _missing(w, case, line, (message, one, bits), later=message in overtaken)


def _missing(w: World, case: Case, line: int, what: tuple[str, str, int], *, later: bool) -> None:
    message, one, bits = what
    if bits & LISTED:
        rule = "RPL-3" if replicated_since_listed(w, case, bits) else "DLV-2"
    elif later:
        rule = "DLV-3"
    elif w.outages:
        rule = "DLV-4"
    else:
        rule = "DLV-1"
    because = _sent(case, message, one) + since_replication(w, rule)
    w.report(
        rule,
        f"{message} {one} missing",
        line,
        f"no {message} in the inbox of {one}",
        "there",
        because,
    )


def _wrong_unread(w: World, case: Case, line: int, what: tuple[str, str, int], must: Entry) -> None:
    message, one, bits = what
    rule = _blame_unread(w, case, what, must)
    said = f"{message} counts as {'read' if must.unread else 'unread'} for {one}"
    demanded = "unread" if must.unread else "read"
    because = why_unread(bits, message, one) + since_replication(w, rule)
    if rule in ALSO_SAID:
        because += f"; {ALSO_SAID[rule]}"
    w.report(rule, f"{message} {one} unread", line, said, demanded, because)


ALSO_SAID: Final = {
    "INB-8": "it was shown as read before",
    "INB-9": "what another recipient did to it does not count",
}


def _blame_unread(w: World, case: Case, what: tuple[str, str, int], must: Entry) -> str:
    message, one, bits = what
    if replicated_since_listed(w, case, bits & SEEN):
        return "RPL-3"
    if not must.unread:
        if read_message_stays_read(bits):
            return "INB-8"
        box = case.boxes[one]
        return (
            "INB-10"
            if bits & ANSWERED and not bits & FILED and message != box.newest()
            else must.rule
        )
    if bits & (OPENED | MARKED | ANSWERED):
        return must.rule
    others = [box.items.get(message) for name, box in case.boxes.items() if name != one]
    replied = case.last in ("reply", "older reply", "older")
    by_another = any(other is not None and other & ANSWERED for other in others) and not any(
        each & ANSWERED for each in case.boxes[one].items.values()
    )
    if replied and not by_another:
        return "INB-10"
    others_read = sum(other is not None and not unread(other) for other in others)
    if reading_by_one_changes_no_other_inbox(others_read):
        return "INB-9"
    return must.rule


def _wrong_hint(w: World, line: int, seen: object, must: Entry, what: tuple[str, str, int]) -> None:
    message, one, bits = what
    why = why_unread(bits, message, one)
    said = f"hint {seen or 'empty'} at {message} for {one}"
    w.report("INB-6", f"{message} {one} hint", line, said, f"hint {must.hint or 'empty'}", why)


def _wrong_fact(w: World, line: int, field: str, what: tuple[str, str, int], *, must: bool) -> None:
    message, one, bits = what
    said, demanded = (f"not {field}", field) if must else (field, f"not {field}")
    because = happened_to(bits, one)
    if field == "opened" and not must:
        because = f"{one} has not opened it"
        if bits & (ANSWERED | MARKED):
            because += "; neither an answer nor a mark opens a message"
    w.report(
        "INB-11",
        f"{message} {one} {field}",
        line,
        f"{message} shown as {said} for {one}",
        demanded,
        because,
    )
