"""The observations: what each has to show by the facts, and which rule a deviation breaks."""

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, cast

from simulator.history.moments import known_moment_us
from simulator.history.vocabulary import ROLES
from simulator.oracle.acts import preset_of, role_of
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
    digest_of_text,
)
from simulator.oracle.facts import (
    ANSWER,
    MESSAGE,
    RECEIVED,
    SILENT,
    UNTOLD,
    UP,
    Box,
    Case,
    Flight,
    Raw,
    arrive,
    unread,
)
from simulator.oracle.prose import (
    ASKS,
    happened_to,
    last_communication,
    listed,
    why_unread,
    worded,
    worded_day,
)
from simulator.oracle.rules.delivery import (
    a_failed_run_loses_nothing,
    a_message_is_there_exactly_once,
    a_received_message_leaves_its_entry,
    a_recipient_sees_only_what_was_addressed_to_them,
    a_reply_arrives_at_once,
    a_reply_arrives_once,
    a_sent_message_leaves_its_entry,
    entries_stay_in_order_and_single,
    messages_of_a_case_arrive_in_order,
    repeating_a_bundle_changes_nothing,
    replies_arrive_in_order,
    the_portal_is_as_old_as_the_last_run_or_message,
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
from simulator.oracle.rules.mailing import (
    a_caseworker_gets_no_registration_mail,
    an_event_switched_off_sends_no_mail,
    an_outage_delays_the_notice_and_doubles_none,
    each_recipient_is_told_once,
    is_telling,
    mail_carries_no_message_text,
)
from simulator.oracle.rules.replying import (
    button_names_what_is_still_expected,
    writing_needs_the_right,
)
from simulator.oracle.rules.sending import (
    a_note_changes_nothing_outside_the_log,
    a_refused_send_reaches_nobody,
    nothing_leaves_without_being_sent,
)
from simulator.oracle.rules.status import (
    TEXT_OF,
    a_case_without_communication_has_no_status,
    a_message_from_a_recipient_sets_ok,
    a_replication_changes_no_message_and_no_status,
    arrival_of_a_reply_moves_the_follow_up,
    fields_are_hidden_without_a_role,
    reading_sets_the_date,
    sending_sets_the_status_of_the_table,
    the_case_list_shows_the_status_of_the_case,
    the_date_belongs_to_the_current_status,
)
from simulator.oracle.world import (
    COUNTED,
    INDEX,
    MAIL_IDS_MAX,
    NEVER,
    UNSEEN_US,
    Due,
    Record,
    World,
    address,
    together,
    utc_day,
)

SEEN: Final = SEEN_READ | SEEN_UNREAD
ENTRY_RULES: Final = tuple(INDEX[entry.rule] for entry in ENTRIES)
INBOX: Final = together("DLV-1", "DLV-2", "ACC-4", "INB-7", "SEND-13")
NOTICE: Final = together("MAIL-1", "MAIL-2")
PRESET: Final = together("SEND-6", "SEND-7", "SEND-12")
IN_OUTAGES: Final = together("DLV-3", "DLV-4")
INB_1, INB_8, INB_9 = INDEX["INB-1"], INDEX["INB-8"], INDEX["INB-9"]
LOG_1 = INDEX["LOG-1"]
RPL_2, RPL_3, RPL_5, RPL_6 = INDEX["RPL-2"], INDEX["RPL-3"], INDEX["RPL-5"], INDEX["RPL-6"]
SEND_2, STA_7 = INDEX["SEND-2"], INDEX["STA-7"]
ACC_4, MAIL_3, REP_2, STA_8 = INDEX["ACC-4"], INDEX["MAIL-3"], INDEX["REP-2"], INDEX["STA-8"]
FIELDS_OF_ENTRY: Final = itemgetter("unread", "hint", "opened", "answered")
FIELDS_OF_CASE: Final = itemgetter(
    "cloud_status", "status_text", "acknowledged_on", "follow_up_on", "under_way"
)
#: What is looked up of a message in an inbox: its facts, and whether it was shown as read before.
REMEMBERED: Final = FACTS | SEEN_READ
#: For each of that: what a whole entry shows, what that decides, and how the message was seen then.
SHOWN: Final = tuple(
    (
        (entry.unread, entry.hint, entry.opened, entry.answered),
        together(entry.rule, "INB-6", "INB-11", *(["INB-8"] if again else [])),
        LISTED | (SEEN_UNREAD if entry.unread else SEEN_READ),
    )
    for again in (False, True)
    for entry in ENTRIES
)
#: The cloud status by the kind of the last communication.
STATUS: Final = {
    SILENT: a_case_without_communication_has_no_status(),
    RECEIVED: a_message_from_a_recipient_sets_ok(),
} | {kind: sending_sets_the_status_of_the_table(kind) for kind in range(RECEIVED)}
HIDDEN: Final = {role: fields_are_hidden_without_a_role(role) for role in (None, *ROLES)}
SETS_STATUS: Final = {SILENT: "STA-1", 0: "STA-2", 1: "STA-2", 2: "STA-2", RECEIVED: "STA-3"}
STATUS_DECIDED: Final = {kind: together("STA-6", rule) for kind, rule in SETS_STATUS.items()}
#: What an "acknowledged on" decides by the kind of the last communication, unread and read.
DATE_DECIDED: Final = {
    kind: together("STA-6", "STA-5", rule) for kind, rule in SETS_STATUS.items()
} | {
    SILENT: INDEX["STA-6"],
    RECEIVED: together("STA-6", "STA-5", "STA-3", "STA-9"),
}
READ_DATE_DECIDED: Final = DATE_DECIDED | dict.fromkeys(
    range(RECEIVED), together("STA-6", "STA-5", "STA-2", "STA-9", "STA-4")
)
HELD_BACK_MAX: Final = 100  # missing mails that are kept one by one before the first mail
SECOND_US: Final = 1_000_000
#: What all fields together decide by the kind of the last communication, whether it was read, and
#: whether a reply moved the follow-up date.
CASE_DECIDED: Final = {
    (kind, read, moved): together(
        "STA-7",
        *COUNTED[STATUS_DECIDED[kind]],
        *COUNTED[(READ_DATE_DECIDED if read else DATE_DECIDED)[kind]],
        "DLV-4",
        *(["REP-6"] if moved else []),
    )
    for kind in SETS_STATUS
    for read in (False, True)
    for moved in (False, True)
}
SHORT_TEXT: Final = 4  # characters; a shorter text may stand in a mail by chance
LAST_RULE: Final = {
    "send": "STA-2",
    "note": "SEND-2",
    "open": "STA-4",
    "mark": "STA-4",
    "open older": "STA-6",
    "reply": "STA-3",
    "older reply": "STA-6",
    "older": "STA-6",
    "fileless": "STA-3",
}
#: What leaves all outside the log as it was, of all that can happen last.
LEAVE_ALL: Final = frozenset(
    filter(a_note_changes_nothing_outside_the_log, (*LAST_RULE, "create", "edit", "release"))
)


# The case in the MVP


def status_of(case: Case) -> str | None:
    """Give the cloud status that the case must show; None if no line told of it."""
    if case.seen_status is not None:
        return case.seen_status
    return None if case.kind == SILENT and not case.told else STATUS[case.kind]


def moment_of_date(w: World, case: Case) -> int | None:
    """Give the moment whose day "acknowledged on" shows; None for no date."""
    if case.kind == RECEIVED:
        return case.moment
    if case.kind == SILENT:
        return None
    return reading_sets_the_date(
        case.kind,
        case.reads,
        case.recipients,
        w.readings["acknowledge_on_open"],
        w.readings["several_acknowledge"],
    )


def date_of(w: World, case: Case) -> str | None:
    """Give the date that "acknowledged on" must show."""
    if case.seen_date is not None:
        return case.seen_date[0]
    if case.kind == RECEIVED and case.given_date is None:
        return w.day(case.moment)
    if case.given_date is not None and (
        not case.reads or w.readings["several_acknowledge"] != "latest"
    ):
        return case.given_date
    moment = moment_of_date(w, case)
    return None if moment is None else w.day(moment)


def reason_of_fields(w: World, case: Case) -> str:
    """Say in prose what the case's fields follow from."""
    reads = [(one, w.day(moment)) for one, moment in sorted(case.reads.items())]
    return last_communication(case, reads)


def _since_replication(w: World, rule: str) -> str:
    """Add to a reason that nothing but a replication can have caused the deviation."""
    ran = f"; since it was seen last, only the replication of line {w.rep_line} ran"
    return ran if rule == "RPL-3" else ""


def _zone(w: World, rule: str) -> str:
    """Add to a reason that the day is that of UTC, and whose it has to be."""
    return f"; what is shown is the day in UTC, not in {w.zone.key}" if rule == "STA-9" else ""


def see_case(w: World, line: int, at: int, record: Record) -> None:
    """Judge the fields of a case as a caseworker sees them (STA)."""
    if record.get("under_way") is not None:
        w.deliver(record["case"], record["under_way"], line, at)
    w.judge(record["case"], _see_case, UP, line, at, record, "")


def _see_case(w: World, case: Case, line: int, at: int, record: Record, outcome: str) -> None:
    if not _are_fields_right(w, case, record):
        _judge_fields(w, case, line, at, record)
    case.seen = line


def _are_fields_right(w: World, case: Case, record: Record) -> bool:
    """Look for a deviation only where there may be one: whether all is shown as it must be."""
    try:
        status, text, day, follow_up, under_way = FIELDS_OF_CASE(record)
    except KeyError:
        return False
    role, told = w.roles.get(record["by"]), case.follow_up
    if role is None or HIDDEN[role] or status is None:
        return False
    if under_way or (case.flights and _messages_under_way(case)):
        return False
    if status != status_of(case) or text != TEXT_OF[status] or day != date_of(w, case):
        return False
    moved = told.__class__ is tuple
    if not _is_follow_up(w, told, follow_up):
        return False
    counts = w.counts
    counts[CASE_DECIDED[case.kind, bool(case.reads), moved]] += 1
    if w.rep_line:
        counts[RPL_3] += 1
    if case.last in LEAVE_ALL:
        counts[SEND_2] += 1
    return True


def _is_follow_up(w: World, told: tuple[int, int] | str | None, seen: str | None) -> bool:
    if isinstance(told, tuple):
        first = w.day(told[0])
        return first == seen or arrival_of_a_reply_moves_the_follow_up(seen, first, w.day(told[1]))
    return told == seen


def _judge_fields(w: World, case: Case, line: int, at: int, record: Record) -> None:
    role = role_of(w, record["by"])
    if HIDDEN[role]:
        _hidden(w, case, line, record)
    elif role is not None and record.get("cloud_status", "") is None:
        because = f"{record['by']} holds the cloud role {role}"
        key = f"{case.number} {record['by']} shown"
        w.report(
            "STA-7",
            key,
            line,
            "cloud_status hidden",
            f"cloud_status {worded(status_of(case))}",
            because,
        )
    elif not (role is None and record.get("cloud_status", "") is None):
        if "cloud_status" in record or "status_text" in record:
            w.counts[STA_7] += role is not None
            _see_status(w, case, line, record)
        if "acknowledged_on" in record:
            _see_date(w, case, line, record["acknowledged_on"])
    if "follow_up_on" in record:
        _see_follow_up(w, case, line, record["follow_up_on"])
    if "under_way" in record:
        _see_under_way(w, case, line, at, record["under_way"])


def _hidden(w: World, case: Case, line: int, record: Record) -> None:
    w.decide("STA-7")
    for field in ("cloud_status", "status_text", "acknowledged_on"):
        value = record.get(field)
        if value is not None:
            because = f"{record['by']} holds no cloud role"
            key = f"{case.number} {record['by']} hidden"
            w.report("STA-7", key, line, f"{field} {worded(value)}", f"{field} hidden", because)


def _replicated_since_seen(w: World, case: Case) -> bool:
    """Tell whether nothing but a replication happened since the fields were last seen."""
    return a_replication_changes_no_message_and_no_status(
        w.rep_line, case.last_line, shown_before=0 < case.seen < w.rep_line
    )


def _replicated_since_listed(w: World, case: Case, shown: int) -> bool:
    """Tell the same of a message in an inbox, of which bits say whether it was shown before."""
    return a_replication_changes_no_message_and_no_status(
        w.rep_line, case.last_line, shown_before=bool(shown)
    )


def _blame(w: World, case: Case) -> str:
    """Name the rule that a wrong status breaks: that of the last thing that happened."""
    if _replicated_since_seen(w, case):
        return "RPL-3"
    if case.kind == SILENT:
        return "SEND-2" if a_note_changes_nothing_outside_the_log(case.last) else "STA-1"
    fallback = "STA-3" if case.kind == RECEIVED else "STA-2"
    return LAST_RULE.get(case.last, fallback)


def _see_status(w: World, case: Case, line: int, record: Record) -> None:
    demanded = status_of(case)
    seen = record.get("cloud_status", demanded)
    if demanded is None:
        case.seen_status = seen
        return
    w.counts[STATUS_DECIDED[case.kind]] += 1
    if w.rep_line:
        w.decide("RPL-3")
    if a_note_changes_nothing_outside_the_log(case.last):
        w.decide("SEND-2")
    if seen != demanded:
        rule = _blame(w, case)
        w.report(
            rule,
            f"{case.number} status",
            line,
            f"cloud_status {worded(seen)}",
            worded(demanded),
            reason_of_fields(w, case) + _since_replication(w, rule),
        )
        case.seen_status = seen
    if "status_text" in record:
        text = TEXT_OF.get(seen or "", "")
        if record["status_text"] != text:
            because = f"the cloud status is {worded(seen)}"
            seen_text = f"status_text {worded(record['status_text'])}"
            w.report(
                SETS_STATUS[case.kind],
                f"{case.number} text",
                line,
                seen_text,
                worded(text),
                because,
            )


def _blame_date(w: World, case: Case, seen: str | None, demanded: str | None) -> str:
    moment = moment_of_date(w, case)
    if _replicated_since_seen(w, case):
        return "RPL-3"
    if seen is not None and demanded is not None and moment is not None and seen == utc_day(moment):
        return "STA-9"
    communicated = case.kind != SILENT
    if the_date_belongs_to_the_current_status(case.last, communicated=communicated):
        return "STA-5"
    if not communicated:
        return "SEND-2"
    if case.last in ("older", "open older"):
        return "STA-6"
    if case.kind == RECEIVED:
        return "STA-3"
    if case.last in ("fileless", "note"):
        return LAST_RULE[case.last]
    return "STA-4"


def _see_date(w: World, case: Case, line: int, seen: str | None) -> None:
    if case.kind == SILENT and not case.told:
        return
    demanded = date_of(w, case)
    if demanded == UNTOLD:
        case.seen_date = (seen,)
        return
    decided = READ_DATE_DECIDED if case.reads else DATE_DECIDED
    w.counts[decided[case.kind]] += 1
    if seen != demanded:
        rule = _blame_date(w, case, seen, demanded)
        said = f"acknowledged_on {worded_day(seen)}"
        because = reason_of_fields(w, case) + _since_replication(w, rule) + _zone(w, rule)
        w.report(rule, f"{case.number} date", line, said, worded_day(demanded), because)
        case.seen_date = (seen,)


def _see_follow_up(w: World, case: Case, line: int, seen: str | None) -> None:
    told = case.follow_up
    if isinstance(told, tuple):
        w.decide("REP-6")
        first, last = w.day(told[0]), w.day(told[1])
        if arrival_of_a_reply_moves_the_follow_up(seen, first, last):
            return
        rule = "STA-9" if seen == utc_day(told[0]) else "REP-6"
        demanded, why = (
            first if first == last else f"{first} to {last}",
            "the last reply arrived then",
        )
    else:
        if told in (UNTOLD, seen):
            case.follow_up = seen
            return
        rule = "RPL-3" if _replicated_since_seen(w, case) else "REP-6"
        demanded, why = worded_day(told), "no reply arrived since it was set"
    said = f"follow_up_on {worded_day(seen)}"
    why += _since_replication(w, rule) + _zone(w, rule)
    w.report(rule, f"{case.number} follow-up", line, said, demanded, why)
    case.follow_up = seen


def _see_under_way(w: World, case: Case, line: int, at: int, seen: list[str]) -> None:
    w.decide("DLV-4")
    if not (seen or case.flights) or not all(box.known for box in case.boxes.values()):
        return
    flying = _messages_under_way(case)
    for message in dict.fromkeys([*sorted(flying), *seen]):
        if (message in flying) == (message in seen):
            continue
        said, must = "delivered", "under way"
        because = f"{message} cannot have reached each of its recipients in this outage"
        if message in seen:
            # The case learns that a message is there by a receipt, which has to travel back.
            delivered = case.receipts.get(message)
            if delivered is not None and not w.is_over(delivered, at):
                continue
            said, must = must, said
            because = f"no outage delays {message} any more"
        w.report("DLV-4", f"{message} under way", line, f"{message} {said}", must, because)


def _messages_under_way(case: Case) -> set[str]:
    return {flight.message for flight in case.flights if flight.kind == MESSAGE}


def see_case_list(w: World, line: int, at: int, record: Record) -> None:
    """Judge that the case list shows what the cases show (STA-8, STA-7)."""
    for entry in record["cases"]:
        if "cloud_status" in entry:
            w.judge(entry["case"], _see_list, UP, line, at, (entry, record["by"]), "")
        elif not w.knows(entry["case"]):
            raise w.unmentioned(line, "case", entry["case"])


def _see_list(
    w: World, case: Case, line: int, at: int, data: tuple[Record, str], outcome: str
) -> None:
    entry, by = data
    seen, demanded = entry["cloud_status"], status_of(case)
    role = role_of(w, by)
    if HIDDEN[role]:
        _hidden(w, case, line, {**entry, "by": by})
    elif demanded is None:
        case.seen_status = seen
    elif not (seen is None and role is None):
        w.counts[STA_8] += 1
        if not the_case_list_shows_the_status_of_the_case(seen, demanded):
            said = f"cloud_status {worded(seen)} in the case list"
            why = f"the case itself has {worded(demanded)}: {reason_of_fields(w, case)}"
            w.report("STA-8", f"{case.number} list", line, said, worded(demanded), why)


def see_preset(w: World, line: int, at: int, record: Record) -> None:
    """Judge which recipients are preset (SEND-6, SEND-7)."""
    w.judge(record["case"], _see_preset, "", line, at, record, "")


def _see_preset(w: World, case: Case, line: int, at: int, record: Record, outcome: str) -> None:
    demanded = preset_of(w, case)
    seen = [address(one) for one in record["recipients"]]
    if demanded is None:
        case.preset = case.chosen = tuple(dict.fromkeys(seen))
        return
    w.counts[PRESET] += 1
    if len(set(seen)) != len(seen):
        because = "the same address twice is one recipient"
        w.report(
            "SEND-12", f"{case.number} preset", line, f"preset {listed(seen)}", "each once", because
        )
    elif set(seen) != set(demanded):
        rule = (
            "SEND-7"
            if case.chosen != case.preset and set(seen) < set(case.chosen or ())
            else "SEND-6"
        )
        last, ever = listed(case.preset or ()), listed(case.chosen or ())
        because = f"chosen last: {last}; ever chosen: {ever}"
        said = f"preset {listed(seen)}"
        w.report(rule, f"{case.number} preset", line, said, listed(demanded), because)


# The log


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
        _find_order(case, entries)
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
    rule = ENTRY_RULE.get(words[KIND], "LOG-1")
    for field, value in entry.items():
        states = STATES_OF_ENTRY.get(field)
        if states is not None and not states(w, words, value):
            message = entry.get("message")
            name = f"the entry of {message}" if message else f"entry {place}"
            must, because = "as on that line", f"line {words[LINE]} wrote this entry"
            if field == "carried_by":
                must, because = w.carrier, "it stands for the transfer of what recipients write"
            elif field == "stamp":
                must = f"somebody's name, then{_form_of(w, words)}"
            key = f"{case.number} {message or name} {field}"
            said = f"{field} {_worded_value(value)} in {name}"
            w.report(rule, key, line, said, must, because)
            return


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


def _find_order(case: Case, entries: list[Record]) -> None:
    """Keep of the orders in which the entries may stand those that are shown, if any is."""
    fitting: set[bytes] = set()
    for log in case.logs():
        demanded = array("I", log)[::WORDS].tolist()
        if entries_stay_in_order_and_single(_names(entries, demanded), demanded):
            fitting.add(log)
    if fitting:
        case.stands_as(frozenset(fitting))


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


# The collaboration


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
            _refused_message(w, line, entry["message"], f"in the inbox of {one}")
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
            must, rules, seen_as = SHOWN[bits & REMEMBERED]
            if FIELDS_OF_ENTRY(entry) != must:
                return False
            number += must[0]
            decided.append(rules)
            if bits & seen_as != seen_as:
                fresh.append((message, bits | seen_as))
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


def _refused_message(w: World, line: int, message: str, where: str) -> None:
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
            rule = "RPL-3" if _replicated_since_listed(w, case, shown) else "DLV-2"
            because = _sent(case, message, one, " once") + _since_replication(w, rule)
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
        rule = "RPL-3" if _replicated_since_listed(w, case, bits) else "DLV-2"
    elif later:
        rule = "DLV-3"
    elif w.outages:
        rule = "DLV-4"
    else:
        rule = "DLV-1"
    because = _sent(case, message, one) + _since_replication(w, rule)
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
    because = why_unread(bits, message, one) + _since_replication(w, rule)
    if rule in ALSO_SAID:
        because += f"; {ALSO_SAID[rule]}"
    w.report(rule, f"{message} {one} unread", line, said, demanded, because)


ALSO_SAID: Final = {
    "INB-8": "it was shown as read before",
    "INB-9": "what another recipient did to it does not count",
}


def _blame_unread(w: World, case: Case, what: tuple[str, str, int], must: Entry) -> str:
    message, one, bits = what
    if _replicated_since_listed(w, case, bits & SEEN):
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


def see_portal_case(w: World, line: int, at: int, record: Record) -> None:
    """Judge the page of a case as a recipient sees it (REP-2, RPL-2, ACC-4)."""
    one = address(record["by"])
    w.judge(record["case"], _see_page, one, line, at, (record, one), "")


def _see_page(
    w: World, case: Case, line: int, at: int, data: tuple[Record, str], outcome: str
) -> None:
    record, one = data
    box = case.boxes.get(one)
    if box is not None and not box.known:
        return
    if box is None or not box.items:
        w.decide("ACC-4")
        shown = [field for field in ("text", "subject", "documents") if record.get(field)]
        if shown and (box is None or ("text" in shown and not box.own_text)):
            because = f"no message of case {case.number} was addressed to {one}"
            key = f"{case.number} {one}"
            w.report("ACC-4", key, line, f"{shown[0]} of case {case.number}", "hidden", because)
        return
    page = (case.number, one)
    if "text" in record and box.text:
        w.counts[REP_2] += 1
        seen = digest_of_text(record["text"])
        if seen not in (box.text, box.own_text or box.text):
            because = f"{box.newest()} is the newest message of the case for {one}"
            w.report(
                "REP-2",
                f"{case.number} {one} text",
                line,
                f"text {record['text'] or 'empty'}",
                "that of the newest message",
                because,
            )
    if "button" in record:
        _see_button(w, line, record["button"], box, page)
    if "subject" in record:
        _see_subject(w, case, line, record["subject"], box, page)
    if "documents" in record and box.documents is not None:
        _see_documents(w, line, record["documents"], box, page)


def _see_button(w: World, line: int, seen: str | None, box: Box, of: tuple[object, str]) -> None:
    newest = box.newest()
    bits = box.items[newest]
    demanded = button_names_what_is_still_expected(unread=unread(bits), asks=bits & 3 != 0)
    w.counts[REP_2] += 1
    if seen is None and writing_needs_the_right(w.readings["reply_right"], right=box.right):
        return
    if seen != demanded:
        state = "is still unread" if unread(bits) else "is read"
        because = f"{newest} is the newest message, {ASKS[bits & 3]} and {state}"
        w.report(
            "REP-2",
            f"{of[0]} {of[1]} button",
            line,
            f"button {seen or 'missing'}",
            demanded,
            because,
        )


def _see_subject(
    w: World, case: Case, line: int, seen: str | None, box: Box, of: tuple[object, str]
) -> None:
    """Judge the subject: at least as new as the last full run or message, not newer than a run."""
    full, partial = w.full_runs, w.partial_runs
    w.counts[RPL_2] += 1
    if full:
        w.counts[RPL_5] += 1
    if w.failed:
        w.counts[RPL_6] += 1
    if len(case.versions) == 1 and case.versions[0][3] == seen:
        return  # there is no other subject to show
    sure, latest = the_portal_is_as_old_as_the_last_run_or_message(
        case.versions, box.version, full, partial
    )
    allowed = [subject for *_, subject in case.versions[sure : latest + 1]]
    if seen not in allowed and None not in allowed:
        before_full, _, before_failed, _ = case.versions[sure]
        rule = "RPL-2"
        if a_failed_run_loses_nothing(full - before_full, w.failed - before_failed):
            rule = "RPL-6"
        elif repeating_a_bundle_changes_nothing(full - before_full):
            rule = "RPL-5"
        because = "the portal shows it as of the last successful replication, or of a message since"
        w.report(
            rule,
            f"{of[0]} {of[1]} subject",
            line,
            f"subject {worded(seen)}",
            worded(allowed[0]),
            because,
        )


def _see_documents(w: World, line: int, seen: list[str], box: Box, of: tuple[object, str]) -> None:
    shared = box.documents or frozenset[str]()
    w.counts[ACC_4] += 1
    if shared.issuperset(seen) and len(set(seen)) == len(shared):
        return
    strange = a_recipient_sees_only_what_was_addressed_to_them(seen, shared | box.own_documents)
    missing = sorted(shared - set(seen))
    if strange:
        because = f"{strange[0]} was shared with no message to this recipient"
        w.report(
            "ACC-4", f"{of[0]} {of[1]} documents", line, f"document {strange[0]}", "hidden", because
        )
    elif missing:
        because = f"{missing[0]} was shared with a message to this recipient"
        w.report(
            "RPL-2",
            f"{of[0]} {of[1]} documents",
            line,
            f"no document {missing[0]}",
            "shown",
            because,
        )


# Mail


def see_mail(w: World, line: int, at: int, record: Record) -> None:
    """Judge a mail that arrived: due, at once, once, and without content (MAIL, ACC-2, ACC-5)."""
    w.change_common()
    one = address(record["to"])
    message, event = record.get("message"), record["event"]
    mail = (event, "" if event == "registration" else message or "", one)
    due = w.due.pop(mail, None)
    if message in w.tries:
        w.early.add(mail)
    if not w.mails_seen:
        _first_mail(w, line, at)
    if due is not None and w.is_over(due.at, at, mail=True):
        w.report(*_late_mail(w, mail, due, line, at))
    number = None if message is None else w.home_of(message)
    if message is not None and number is None:
        _refused_message(w, line, message, f"told of to {one}")
    elif _is_repeated(w, line, record, mail):
        return
    elif event == "registration":
        _registration_mail(w, line, one, record, due)
    elif message is not None:
        w.judge(number, _notice, UP, line, at, (record, one, due), "")


def _is_repeated(w: World, line: int, record: Record, mail: tuple[str, str, str]) -> bool:
    """Tell whether this very mail came before, as it may after a fault."""
    mail_id = record.get("message_id")
    if mail_id is None:
        return False
    if w.mail_ids.get(mail_id) == mail:
        w.decide("MAIL-4")
        if not an_outage_delays_the_notice_and_doubles_none(w.mail_outages):
            because = f"{mail_id} came before, and no fault explains that it was sent again"
            said = f"mail {mail_id} to {mail[2]} again"
            w.report("MAIL-1", f"again {mail_id}", line, said, "one", because)
        return True
    w.mail_ids[mail_id] = mail
    if len(w.mail_ids) > MAIL_IDS_MAX:
        w.mail_ids.popitem(last=False)
    return False


def _first_mail(w: World, line: int, at: int) -> None:
    """Report what was due before the first mail that the trace shows."""
    overdue(w, at, line)
    w.mails_seen = True
    w.next_due = at if w.due else NEVER
    for raw, times in w.held_back.items():
        for _ in range(times):
            w.report(*raw)
    w.held_back = {}


def _registration_mail(w: World, line: int, one: str, record: Record, due: Due | None) -> None:
    link = record.get("link")
    if link is not None:
        w.links[link] = one
        w.used_links.discard(link)
    asked = due is None and w.asked.get(one, 0) > 0
    if asked:
        w.asked[one] -= 1
    said = f"a registration mail to {one}"
    if due is not None or asked:
        w.decide("ACC-2")
    elif one in w.perhaps_new:
        w.perhaps_new.discard(one)
        w.accounts[one] = True
        w.decide("ACC-2")
    elif a_caseworker_gets_no_registration_mail(one, w.emails):
        because = f"{one} belongs to a caseworker, who has a cloud account"
        w.report("ACC-5", f"registration {one}", line, said, "none", because)
    elif an_event_switched_off_sends_no_mail("registration", w.events_off):
        w.report("MAIL-2", f"registration {one}", line, said, "none", "the event is switched off")
    elif not w.given:
        known = one in w.accounts
        because = (
            f"the account of {one} was there already" if known else f"nothing was sent to {one}"
        )
        rule = "ACC-2" if record["to"] == one else "SEND-12"
        w.report(rule, f"registration {one}", line, said, "none", because)


def _notice(
    w: World, case: Case, line: int, at: int, data: tuple[Record, str, Due | None], outcome: str
) -> None:
    record, one, due = data
    message = record["message"]
    box = case.boxes.get(one)
    bits = None if box is None else box.items.get(message)
    if bits is None and (message, one) not in [
        (flight.message, flight.recipient) for flight in case.flights if flight.kind == MESSAGE
    ]:
        because = f"{message} was not addressed to {one}"
        _wrong_notice(w, line, record, "ACC-4", _notice_of(record, one), "none", because)
        return
    if due is not None:
        _content(w, line, record, due)
    noticed = (message, one) in case.notices if bits is None else bool(bits & NOTICED)
    w.counts[NOTICE] += 1
    if w.mail_outages:
        w.decide("MAIL-4")
    if a_caseworker_gets_no_registration_mail(one, w.emails):
        w.decide("ACC-5")
    if not each_recipient_is_told_once(told_before=noticed):
        because = f"{one} was told of {message} before"
        delayed = an_outage_delays_the_notice_and_doubles_none(w.mail_outages)
        rule, said = "MAIL-4" if delayed else "MAIL-1", f"{_notice_of(record, one)} again"
        _wrong_notice(w, line, record, rule, said, "one", because)
    elif (
        due is None
        and not w.given
        and an_event_switched_off_sends_no_mail("new_message", w.events_off)
    ):
        because = "the event was switched off when it was sent"
        _wrong_notice(w, line, record, "MAIL-2", _notice_of(record, one), "none", because)
    if bits is None or box is None:
        case.notices |= {(message, one)}
    else:
        case.own_box(one).items[message] = bits | NOTICED


def _notice_of(record: Record, one: str) -> str:
    return f"a notice of {record['message']} to {one}"


def _wrong_notice(
    w: World, line: int, record: Record, rule: str, said: str, demanded: str, because: str
) -> None:
    key = f"notice {record['message']} {address(record['to'])}"
    w.report(rule, key, line, said, demanded, because)


def _content(w: World, line: int, record: Record, due: Due) -> None:
    body = record.get("body")
    if body is None:
        return
    because = "a notice says that a message waits, and nothing of what it says"
    for name in due.documents:
        w.counts[MAIL_3] += 1
        if len(name) >= SHORT_TEXT and name in body and name not in w.wording:
            said = f"the document {name} in the mail"
            _wrong_notice(w, line, record, "MAIL-3", said, "no content", because)
    text = due.text
    if text is None or not is_telling(text, w.wording):
        return
    w.counts[MAIL_3] += 1
    if mail_carries_no_message_text(body, text):
        said = "the text of the message in the mail"
        _wrong_notice(w, line, record, "MAIL-3", said, "no content", because)


def overdue(w: World, at: int, line: int) -> None:
    """Report mails that were due and did not come; kept back while no mail was ever seen."""
    w.next_due = NEVER
    while w.due:
        mail, due = next(iter(w.due.items()))
        if not w.is_over(due.at, at, mail=True):
            latest = at if w.mail_active else w.deadline(due.at, mail=True)
            w.next_due = max(latest, at) if w.mails_seen else at + UNSEEN_US
            break
        w.change_common()
        del w.due[mail]
        if mail[0] == "registration":
            w.perhaps_new.add(mail[2])  # it may still come: that it is missed is told once
        raw = _late_mail(w, mail, due, line, None)
        if w.mails_seen:
            w.report(*raw)
        else:
            _hold_back(w, raw)


def _hold_back(w: World, raw: Raw) -> None:
    """Keep what is missing until the trace shows a mail: each one, or the first with a count."""
    if len(w.held_back) >= HELD_BACK_MAX:
        raw = next((one for one in w.held_back if one[0] == raw[0]), raw)
    w.held_back[raw] = w.held_back.get(raw, 0) + 1


def _late_mail(w: World, mail: tuple[str, str, str], due: Due, line: int, came: int | None) -> Raw:
    """Word what is wrong with a mail that came too late, or not at all by now."""
    event, message, one = mail
    if event == "registration":
        rule, key, name = "ACC-2", f"due registration {one}", f"registration mail to {one}"
        because = f"the message of line {due.line} was the first to {one} and created the account"
    else:
        delayed = w.deadline(due.at, mail=True) > due.at + w.limit
        rule = "MAIL-4" if delayed else "MAIL-1"
        key, name = f"due {message} {one}", f"notice of {message} to {one}"
        because = f"{message} was sent to {one} on line {due.line}"
    if came is None:
        return rule, key, line, f"no {name}", "one, at once", because
    seconds = (came - due.at) / SECOND_US
    return rule, key, line, f"the {name} after {seconds:g} s", "at once", because


SEES: Final[dict[str, Callable[[World, int, int, Record], None]]] = {
    "case": see_case,
    "case_list": see_case_list,
    "inbox": see_inbox,
    "portal_case": see_portal_case,
    "activities": see_activities,
    "preset": see_preset,
    "arrival": see_arrival,
    "mail": see_mail,
}
