"""What is seen of a case in the MVP: fields, the list of cases, preset recipients (STA, SEND-6)."""

from operator import itemgetter
from typing import Final

from simulator.history.vocabulary import ROLES
from simulator.oracle.acts import preset_of, role_of
from simulator.oracle.facts import MESSAGE, RECEIVED, SILENT, UNTOLD, UP, Case
from simulator.oracle.prose import last_communication, listed, worded, worded_day
from simulator.oracle.rules.inbox import ACKNOWLEDGE
from simulator.oracle.rules.sending import a_note_changes_nothing_outside_the_log
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
from simulator.oracle.world import COUNTED, INDEX, Record, World, address, together, utc_day

RPL_3: Final = INDEX["RPL-3"]
SEND_2: Final = INDEX["SEND-2"]
STA_7: Final = INDEX["STA-7"]
STA_8: Final = INDEX["STA-8"]
PRESET: Final = together("SEND-6", "SEND-7", "SEND-12")
FIELDS_OF_CASE: Final = itemgetter(
    "cloud_status", "status_text", "acknowledged_on", "follow_up_on", "under_way"
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
    if case.given_date is not None and not (
        case.reads and case.kind == ACKNOWLEDGE and w.readings["several_acknowledge"] == "latest"
    ):
        return case.given_date
    moment = moment_of_date(w, case)
    return None if moment is None else w.day(moment)


def reason_of_fields(w: World, case: Case) -> str:
    """Say in prose what the case's fields follow from."""
    reads = [(one, w.day(moment)) for one, moment in sorted(case.reads.items())]
    return last_communication(case, reads)


def since_replication(w: World, rule: str) -> str:
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


def replicated_since_listed(w: World, case: Case, shown: int) -> bool:
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
            reason_of_fields(w, case) + since_replication(w, rule),
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
        because = reason_of_fields(w, case) + since_replication(w, rule) + _zone(w, rule)
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
    why += since_replication(w, rule) + _zone(w, rule)
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
