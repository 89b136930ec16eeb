"""SEND and RGT: what may leave the MVP, who may send, and to whom it goes."""

import re
from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any, Final

from simulator.oracle.rules.registry import promise

ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_ATOM: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
PLAIN_ADDRESS: Final = re.compile(
    rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+"
)
WRITING_ROLES: Final = ("Benutzer", "Administrator")


def addresses_differ_by_more_than_case_and_blanks(address: str) -> str:
    """Addresses are compared without regard to case and surrounding blanks."""
    return address.strip().lower()


promise(addresses_differ_by_more_than_case_and_blanks, "SEND-12", "send")


def malformed_address_is_refused(address: str) -> bool:
    """A malformed address refuses the whole act."""
    return ADDRESS.fullmatch(address) is None


promise(malformed_address_is_refused, "SEND-12", "send", "set_release")


def an_odd_address_may_be_refused(address: str) -> bool:
    """What makes an address malformed is left open: only a plain one has to be accepted."""
    return PLAIN_ADDRESS.fullmatch(address) is None


promise(an_odd_address_may_be_refused, "SEND-12", "send", "set_release")


def writing_needs_a_cloud_role(role: str | None) -> bool:
    """Who sends holds the role Benutzer or Administrator; a role never told is not judged."""
    return role is not None and role not in WRITING_ROLES


promise(writing_needs_a_cloud_role, "RGT-1", "send", "set_release")


def the_right_is_set_by_a_caseworker_with_a_role(role: str | None) -> bool:
    """Setting a release takes the same role as sending."""
    return writing_needs_a_cloud_role(role)


promise(the_right_is_set_by_a_caseworker_with_a_role, "RGT-2", "set_release")


def exactly_one_known_action_is_expected(expects: object) -> bool:
    """A shared message expects one of the three actions; there is no default."""
    return expects not in ("acknowledge", "reply", "reply_with_file")


promise(exactly_one_known_action_is_expected, "SEND-3", "send")


def blank_text_is_not_sent(text: str | None) -> bool:
    """An empty or blank text is refused; a text that the line leaves out is not judged."""
    return text is not None and not text.strip()


promise(blank_text_is_not_sent, "SEND-4", "send")


def somebody_receives_it(recipients: Collection[str] | None) -> bool:
    """A message needs at least one recipient, chosen or preset."""
    return recipients is not None and not recipients


promise(somebody_receives_it, "SEND-5", "send")


def only_documents_of_the_case_are_shared(
    documents: Sequence[str], filed: Collection[str] | None, perhaps: Collection[str]
) -> tuple[str, ...]:
    """Each shared document is filed under the case; documents never told of are not judged."""
    if filed is None:
        return ()
    return tuple([name for name in documents if name not in filed and name not in perhaps])


promise(only_documents_of_the_case_are_shared, "SEND-9", "send")


def preset_is_what_was_chosen_before(
    last: tuple[str, ...], chosen: tuple[str, ...], reading: str
) -> tuple[str, ...]:
    """Preset are the recipients of the last message, or all ever chosen (`preset_recipients`)."""
    return chosen if reading == "all" else last


promise(preset_is_what_was_chosen_before, "SEND-6", "preset", "send")


def choosing_replaces_the_preset(to: Sequence[str]) -> tuple[str, ...]:
    """Recipients chosen for a message become the preset of the case."""
    return tuple(dict.fromkeys(to))


promise(choosing_replaces_the_preset, "SEND-7", "send", "preset")


def a_legal_message_is_saved_with_its_case(record: Mapping[str, Any]) -> bool:
    """A message written in a new or an existing case, each field as it must be, is sent."""
    return (
        isinstance(record.get("case"), int | str)
        and isinstance(record.get("message", ""), str)
        and isinstance(record.get("text", ""), str)
        and _is_list_of_texts(record.get("to", []))
        and _is_list_of_texts(record.get("documents", []))
    )


promise(a_legal_message_is_saved_with_its_case, "SEND-1", "send")


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)  # pyright: ignore[reportUnknownVariableType]


def a_note_changes_nothing_outside_the_log(last: str) -> bool:
    """Text saved without sharing is an entry of the log only."""
    return last == "note"


promise(a_note_changes_nothing_outside_the_log, "SEND-2", "note", "case", "inbox")


def a_refused_send_reaches_nobody(message: str, refused: Container[str]) -> bool:
    """A send reaches all of its recipients or none; a refused one leaves no trace."""
    return message not in refused


promise(a_refused_send_reaches_nobody, "SEND-13", "inbox", "send")


def nothing_leaves_without_being_sent(times: int) -> bool:
    """A message that no act sent is nowhere."""
    return times > 0


promise(nothing_leaves_without_being_sent, "SEND-10", "activities", "inbox")
