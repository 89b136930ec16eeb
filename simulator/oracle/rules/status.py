"""STA: what the case shows of its last communication."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from simulator.oracle.rules.inbox import ACKNOWLEDGE, REPLY, WITH_FILE
from simulator.oracle.rules.registry import promise
from simulator.oracle.rules.sending import WRITING_ROLES

STATUS_OF: Final = {ACKNOWLEDGE: "Info", REPLY: "Antwort", WITH_FILE: "Datei"}
TEXT_OF: Final = {
    "OK": "Vorgang liegt beim Makler",
    "Info": "Warten auf Lesebestätigung des Empfängers",
    "Antwort": "Wartet auf Antwort des Empfängers",
    "Datei": "Wartet auf Unterlagen des Empfängers",
    "": "",
}


def a_case_without_communication_has_no_status() -> str:
    """A case that never communicated shows no status."""
    return ""


promise(a_case_without_communication_has_no_status, "STA-1", "case")


def sending_sets_the_status_of_the_table(expects: int) -> str:
    """Sending sets the status that belongs to the expected action and clears the date."""
    return STATUS_OF[expects]


promise(sending_sets_the_status_of_the_table, "STA-2", "case")


def a_message_from_a_recipient_sets_ok() -> str:
    """A recipient's message sets OK, and the date to the day on which it was written."""
    return "OK"


promise(a_message_from_a_recipient_sets_ok, "STA-3", "case")


def a_reply_without_file_counts(
    answered_expects: int | None, reading: str, *, has_file: bool
) -> bool:
    """Under `fileless_reply` unchanged, an answer without file to a file request sets nothing."""
    return reading == "ok" or has_file or answered_expects != WITH_FILE


promise(a_reply_without_file_counts, "STA-3", "case")


def the_last_communication_decides(
    answers: str | None, last_sent: str | None, reading: str
) -> bool:
    """A recipient's message shows; under `last_sent` not where it answers an older one."""
    return reading == "newest" or answers is None or last_sent is None or answers == last_sent


promise(the_last_communication_decides, "STA-6", "case")


def reading_sets_the_date(
    expects: int, reads: Mapping[str, int], recipients: int, on_open: str, several: str
) -> int | None:
    """A read Info message sets the date; the readings say for requests and several readers."""
    if not reads or (expects != ACKNOWLEDGE and on_open == "never"):
        return None
    if expects != ACKNOWLEDGE or several == "first":
        return min(reads.values())
    if several == "latest" or len(reads) == recipients:
        return max(reads.values())
    return None


promise(reading_sets_the_date, "STA-4", "case")


def the_date_belongs_to_the_current_status(last: str, *, communicated: bool) -> bool:
    """When the status is set anew, the date is cleared or replaced; without one there is none."""
    return last == "send" if communicated else last != "note"


promise(the_date_belongs_to_the_current_status, "STA-5", "case")


def fields_are_hidden_without_a_role(role: str | None) -> bool:
    """Only caseworkers with a cloud role see the fields; a role never told is not judged."""
    return role is not None and role not in WRITING_ROLES


promise(fields_are_hidden_without_a_role, "STA-7", "case", "case_list")


def the_case_list_shows_the_status_of_the_case(listed: str | None, status: str) -> bool:
    """The case list shows the same status as the case."""
    return listed == status


promise(the_case_list_shows_the_status_of_the_case, "STA-8", "case_list")


def days_are_those_of_the_time_zone(second: int, zone: tzinfo) -> int:
    """Dates are calendar days in the broker's time zone: so many microseconds ahead of UTC."""
    shown = datetime.fromtimestamp(second, zone).replace(tzinfo=UTC)
    return (int(shown.timestamp()) - second) * 1_000_000


promise(days_are_those_of_the_time_zone, "STA-9", "case")


def arrival_of_a_reply_moves_the_follow_up(seen: str | None, first: str, last: str) -> bool:
    """The follow-up date is the day on which the last reply arrived, or the day set since."""
    return seen is not None and first <= seen <= last


promise(arrival_of_a_reply_moves_the_follow_up, "REP-6", "case")


def a_replication_changes_no_message_and_no_status(
    ran: int, happened: int, *, shown_before: bool
) -> bool:
    """A replication delivers, doubles, removes no message and changes no mark and no status."""
    return shown_before and ran > happened


promise(a_replication_changes_no_message_and_no_status, "RPL-3", "case", "inbox", "activities")
