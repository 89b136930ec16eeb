"""LOG, DLV, ACC-4 and RPL: what arrives, when, in what order, and what the log keeps."""

from typing import Final

from simulator.oracle.rules.registry import promise

BUNDLE_MAX: Final = 6000


@promise("DLV-1", "inbox")
def a_sent_message_is_there_at_once() -> bool:
    """A sent message is in the inbox of each recipient within the limit."""
    return True


@promise("DLV-2", "inbox")
def a_message_is_there_exactly_once() -> bool:
    """A message is in an inbox once, and stays there."""
    return True


@promise("DLV-3", "inbox")
def messages_of_a_case_arrive_in_order() -> bool:
    """No message of a case is there before one that was sent earlier."""
    return True


@promise("DLV-4", "send", "inbox", "case")
def an_outage_delays_and_never_refuses() -> bool:
    """A message sent in an outage is accepted, shown under way, and there once it is over."""
    return True


@promise("DLV-5", "arrival", "activities", "case")
def a_reply_arrives_at_once_once_and_in_order() -> bool:
    """A recipient's message comes into the case within the limit, once, and in order."""
    return True


@promise("LOG-1", "activities")
def a_sent_message_leaves_its_entry() -> bool:
    """The entry of a sent message shows who, when, text, recipients, action and documents."""
    return True


@promise("LOG-2", "activities")
def a_received_message_leaves_its_entry() -> bool:
    """The entry of a received message shows its writer, moment, text, files and the carrier."""
    return True


@promise("LOG-3", "activities")
def entries_stay_in_order_and_single() -> bool:
    """Entries are in order, never changed, lost or doubled."""
    return True


@promise("ACC-1", "send")
def no_account_is_needed_beforehand() -> bool:
    """Sending to an unknown address is accepted and creates its account."""
    return True


@promise("ACC-2", "mail", "register", "open")
def a_link_serves_once_and_its_account_is_set_up_before_use() -> bool:
    """A link serves once, for the address it was mailed to; a new account registers first."""
    return True


@promise("ACC-3", "open", "mark_read")
def a_recipient_sees_the_message_without_a_release() -> bool:
    """A recipient may open every case of which a message was sent to them."""
    return True


@promise("ACC-4", "open", "reply", "inbox", "portal_case", "mark_read")
def a_recipient_sees_only_what_was_addressed_to_them() -> bool:
    """A recipient sees messages addressed to them, and of a case what was shared with them."""
    return True


@promise("RGT-2", "reply")
def the_right_stays_as_it_was_set() -> bool:
    """The right to write stays as set, whatever is sent afterwards."""
    return True


@promise("RPL-2", "portal_case")
def the_portal_is_as_old_as_the_last_run_or_message() -> bool:
    """Subject and documents are those of the last successful run or of a message since."""
    return True


@promise("RPL-4", "replicate")
def a_bundle_has_a_bounded_size_and_an_answer(records: int) -> bool:
    """A bundle holds at most 6000 records and is answered with 0, 1 or 2."""
    return records <= BUNDLE_MAX


@promise("RPL-6", "replicate", "portal_case")
def a_failed_run_loses_nothing() -> bool:
    """What a failed run did not carry is carried by the next successful one."""
    return True


@promise("RGT-3", "set_role")
def an_administrator_sets_the_roles() -> bool:
    """A role that is set with no actor named is accepted; who did it is not judged."""
    return True


@promise("RPL-5", "portal_case")
def repeating_a_bundle_changes_nothing() -> bool:
    """A run that repeats an earlier one leaves the portal as it was."""
    return True
