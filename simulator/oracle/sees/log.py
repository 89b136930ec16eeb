"""What is seen of the activity list, and when what a recipient wrote arrives in it (LOG, DLV)."""

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from simulator.history.moments import known_moment_us
from simulator.oracle.entries import (
    AUTHOR,
    DIGEST,
    FILES,
    KIND,
    LINE,
    NAME,
    NOTE,
    RECEIVED_WORD,
    SECOND,
    TEXT,
    TO,
    WORDS,
    Words,
    digest,
)
from simulator.oracle.facts import ANSWER, UP, Case, Flight, arrive
from simulator.oracle.rules.delivery import (
    a_received_message_leaves_its_entry,
    a_reply_arrives_at_once,
    a_reply_arrives_once,
    a_sent_message_leaves_its_entry,
    entries_stay_in_order_and_single,
    replies_arrive_in_order,
)
from simulator.oracle.rules.sending import (
    a_refused_send_reaches_nobody,
    nothing_leaves_without_being_sent,
)
from simulator.oracle.world import (
    INDEX,
    SHOWN_YET_TRAVELS,
    Record,
    World,
    address,
    together,
    utc_day,
)

LOG_1 = INDEX["LOG-1"]
SECOND_US: Final = 1_000_000


def see_activities(w: World, line: int, at: int, record: Record) -> None:
    """Judge the Aktivitätenliste: complete, in order, each entry as it was written (LOG)."""
    home = w.home
    for entry in record["entries"]:
        message = entry.get("message")
        if message not in home and message is not None and w.home_of(message) is None:
            if message in w.refused:
                continue
            raise w.unmentioned(line, "message", message)
    w.judge(record["case"], _see_log, UP, line, at, record["entries"], "")


def _see_log(w: World, case: Case, line: int, at: int, entries: list[Record], outcome: str) -> None:
    if not case.whole_log:
        return
    counts = w.counts
    counts[LOG_DECIDED] += 1
    if case.other_logs:
        _find_order(w, case, entries)
    if not _same_sequence(w, case, line, entries):
        return
    written = case.log.tolist()
    end = 0
    for entry in entries:
        end += WORDS
        words = written[end - WORDS : end]
        counts[ENTRY_DECIDED.get(words[KIND], LOG_1)] += 1
        if not _is_whole_and_right(w, words, entry):
            _judge_entry(w, case, line, (end // WORDS, words, entry))


def _is_whole_and_right(w: World, words: list[int], entry: Record) -> bool:
    """Tell whether an entry with all its fields writes the same words once more."""
    try:
        author, carrier, text, to, expects, files, at, stamp = FIELDS_OF_LOG(entry)
    except KeyError:
        return False
    kind = words[KIND]
    if kind == RECEIVED_WORD:
        if expects is not None:
            return False
        author, to_word = address(author), words[TO]
    else:
        if EXPECTS_WORD[expects] != kind:
            return False
        to_word = hash(tuple(sorted(map(address, to)))) & DIGEST or 1
    shown = [
        words[NAME],
        hash(text) & DIGEST or 1,
        hash(author) & DIGEST or 1,
        to_word,
        hash(tuple(sorted(files))) & DIGEST or 1,
        (known_moment_us(at) or 0) // 1_000_000 & DIGEST,
        kind,
        words[LINE],
    ]
    if kind == RECEIVED_WORD:
        right = a_received_message_leaves_its_entry(shown, words, carrier, w.carrier)
    else:
        right = a_sent_message_leaves_its_entry(shown, words)
    return right and _is_stamp(w, words, stamp)


def _judge_entry(w: World, case: Case, line: int, shown: tuple[int, list[int], Record]) -> None:
    place, words, entry = shown
    field = _wrong_field(w, words, entry)
    if field is None:
        return
    message = entry.get("message")
    name = f"the entry of {message}" if message else f"entry {place}"
    must, because = "as on that line", f"line {words[LINE]} wrote this entry"
    if field == "carried_by":
        must, because = w.carrier, "it stands for the transfer of what recipients write"
    elif field == "stamp":
        must = f"somebody's name, then{_form_of(w, words)}"
    key = f"{case.number} {message or name} {field}"
    said = f"{field} {_worded_value(entry[field])} in {name}"
    w.report(ENTRY_RULE.get(words[KIND], "LOG-1"), key, line, said, must, because)


def _wrong_field(w: World, words: Words, entry: Record) -> str | None:
    """Name the first field of an entry that is not as it was written; None if all are."""
    for field, value in entry.items():
        states = STATES_OF_ENTRY.get(field)
        if states is not None and not states(w, words, value):
            return field
    return None


def _worded_value(value: list[str] | str | None) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return value or "empty"


ENTRY_RULE: Final = {RECEIVED_WORD: "LOG-2", NOTE: "SEND-2"}


ENTRY_DECIDED: Final = {kind: INDEX[rule] for kind, rule in ENTRY_RULE.items()}


FIELDS_OF_LOG: Final = itemgetter(
    "author", "carried_by", "text", "to", "expects", "files", "at", "stamp"
)


LOG_DECIDED: Final = together("LOG-3", "SEND-10", "DLV-5")


EXPECTS_WORD: Final = {None: 0, "acknowledge": 2, "reply": 3, "reply_with_file": 4}


def _names(entries: list[Record], known: list[int]) -> list[int]:
    """Give the digests of the messages that are shown; where a line leaves one out, as known."""
    try:
        return [hash(entry["message"]) & DIGEST or 1 for entry in entries]
    except KeyError:
        known = [*known, *[0] * len(entries)]
        return [
            digest(entry["message"]) if "message" in entry else known[i]
            for i, entry in enumerate(entries)
        ]


def _find_order(w: World, case: Case, entries: list[Record]) -> None:
    """Keep of the orders in which the entries may stand those that are shown, if any is."""
    named: set[bytes] = set()
    for log in case.logs():
        demanded = array("I", log)[::WORDS].tolist()
        if entries_stay_in_order_and_single(_names(entries, demanded), demanded):
            named.add(log)
    right = {log for log in named if _are_as_written(w, array("I", log), entries)}
    if named:
        case.stands_as(frozenset(right or named))


def _are_as_written(w: World, log: Words, entries: list[Record]) -> bool:
    """Tell whether all entries that are shown are as one order of the log has them."""
    starts = range(0, len(log), WORDS)
    return all(
        _wrong_field(w, log[start : start + WORDS], entry) is None
        for start, entry in zip(starts, entries, strict=True)
    )


def _same_sequence(w: World, case: Case, line: int, entries: list[Record]) -> bool:
    """Compare which entries there are, and report the first that is missing, doubled or strange."""
    demanded = case.log[::WORDS].tolist()
    seen = _names(entries, demanded)
    if entries_stay_in_order_and_single(seen, demanded):
        return True
    names = [str(entry.get("message") or "a note") for entry in entries]
    key = f"{case.number} log"
    written, shown = Counter(demanded), Counter(seen)
    for digested, name in zip(seen, names, strict=True):
        times = written[digested]
        if shown[digested] > times:
            sent = nothing_leaves_without_being_sent(times)
            refused = not a_refused_send_reaches_nobody(name, w.refused)
            rule = "LOG-3" if sent else "SEND-13" if refused else "SEND-10"
            if any(f.kind == ANSWER and f.message == name for f in case.flights):
                key, rule = SHOWN_YET_TRAVELS, "DLV-5"
            said = f"{name} {shown[digested]} times in the Aktivitätenliste"
            must = f"{times} times" if times > 1 else "once" if sent else "not there"
            why = "no entry is ever doubled" if sent else f"no line put {name} into this case"
            if refused:
                why = f"the send of {name} was refused, and leaves nothing"
            w.report(rule, key, line, said, must, why)
            return False
    for index, digested in enumerate(demanded):
        if shown[digested] < written[digested]:
            newest = index >= len(seen)
            kind, wrote = case.log[index * WORDS + KIND], case.log[index * WORDS + LINE]
            rule = "LOG-3"
            if newest:
                rule = "DLV-5" if kind == RECEIVED_WORD else ENTRY_RULE.get(kind, "LOG-1")
            said = f"{len(seen)} of {len(demanded)} entries; the one of line {wrote} is missing"
            because = f"line {wrote} wrote it, and no entry is ever lost"
            w.report(rule, key, line, said, "all entries", because)
            return False
    said = f"the entries {', '.join(names)}"
    w.report(
        "LOG-3", key, line, said, "another order", "entries stand in the order of what happened"
    )
    return False


def _is_text(w: World, words: Words, text: str) -> bool:
    return not words[TEXT] or digest(text) == words[TEXT]


def _is_author(w: World, words: Words, author: str) -> bool:
    name = address(author) if words[KIND] == RECEIVED_WORD else author
    return digest(name) == words[AUTHOR]


def _is_carrier(w: World, words: Words, carrier: str | None) -> bool:
    return words[KIND] != RECEIVED_WORD or carrier == w.carrier


def _is_to(w: World, words: Words, to: list[str]) -> bool:
    kind = words[KIND]
    if kind == RECEIVED_WORD or (kind == NOTE and not to):
        return True
    return digest(tuple(sorted([address(one) for one in to]))) == words[TO]


def _are_files(w: World, words: Words, files: list[str]) -> bool:
    return not words[FILES] or digest(tuple(sorted(files))) == words[FILES]


def _is_expected(w: World, words: Words, expects: str | None) -> bool:
    kind = words[KIND]
    return EXPECTS_WORD[expects] == (0 if kind in (RECEIVED_WORD, NOTE) else kind)


def _is_moment(w: World, words: Words, at: str) -> bool:
    return (known_moment_us(at) or 0) // 1_000_000 & DIGEST == words[SECOND]


@lru_cache(4096)
def _form(second: int) -> str:
    """Give the end of a head line; the moment is a second of local time."""
    year, month, day = utc_day(second * SECOND_US).split("-")
    clock = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f" am {day}.{month}.{year} {clock}"


def _form_of(w: World, words: Words) -> str:
    return _form(w.local(words[SECOND] * 1_000_000) // 1_000_000)


def _is_stamp(w: World, words: Words, stamp: str) -> bool:
    """Tell whether the head line has the form `cloudtransfer am 19.02.2024 12:18:16` (LOG-1)."""
    form = _form_of(w, words)
    return stamp.endswith(form) and len(stamp) > len(form)


#: Whether a field of an entry is as it was written.
STATES_OF_ENTRY: Final[dict[str, Callable[[World, Words, Any], bool]]] = {
    "text": _is_text,
    "author": _is_author,
    "carried_by": _is_carrier,
    "to": _is_to,
    "files": _are_files,
    "expects": _is_expected,
    "at": _is_moment,
    "stamp": _is_stamp,
}


def see_arrival(w: World, line: int, at: int, record: Record) -> None:
    """Fold that a recipient's message came into its case at this moment (DLV-5)."""
    message = record["message"]
    if w.home_of(message) is None:
        raise w.unmentioned(line, "message", message)
    case = w.case(record["case"], line)
    split = case.split
    states = w.doubt.pop(case.number) if split else [case]
    kept = [state for state in states if a_reply_arrives_once(message, _replies(state.flights))]
    w.decide("DLV-5")
    if not kept and case.whole_log:
        because = f"{message} is in case {case.number} already, or was never written to it"
        w.report("DLV-5", f"{message} arrival", line, f"{message} arrives", "arrives once", because)
    for state in kept:
        _let_arrive(w, state, line, at, message)
    if split:
        w.keep(case.number, kept or states, line)


def _replies(flights: Sequence[Flight], *writer: str) -> list[str]:
    """Name the replies under way, of all or of one writer."""
    return [
        flight.message
        for flight in flights
        if flight.kind == ANSWER and (not writer or flight.recipient in writer)
    ]


def _let_arrive(w: World, case: Case, line: int, at: int, message: str) -> None:
    flight = next(one for one in case.flights if one.kind == ANSWER and one.message == message)
    if not a_reply_arrives_at_once(at, w.deadline(flight.at)):
        because = f"line {flight.line} wrote {message}, and no outage delayed it so long"
        said = f"{message} arrives after {(at - flight.at) / SECOND_US:g} s"
        w.report("DLV-5", f"{message} late", line, said, "at once", because)
    writer = flight.recipient
    for earlier in replies_arrive_in_order(message, _replies(case.flights, writer)):
        because = f"{writer} wrote {earlier} before {message}"
        said = f"{message} arrives before {earlier}"
        w.report("DLV-5", f"{message} order", line, said, "in the order of writing", because)
    stay: list[Flight] = []
    ahead = True
    for one in case.flights:
        if one is flight:
            ahead = False
            arrive(case, one, at, at, w.readings)
        elif ahead and one.way == UP and one.recipient == writer:
            arrive(case, one, one.at, at, w.readings)
        else:
            stay.append(one)
    case.flights = tuple(stay)
