"""LOG, DLV, ACC, RGT and RPL: what arrives, when, in what order, and what the log keeps."""

from collections.abc import Collection, Container, Iterable, Mapping, Reversible, Sequence
from itertools import takewhile
from typing import Final

from simulator.oracle.rules.registry import promise

BUNDLE_MAX: Final = 6000
ANSWERS: Final = (0, 1, 2)  # taken, some records failed, failed
NOT_ALL_TAKEN: Final = frozenset(ANSWERS[1:])
Version = tuple[int, int, int, str | None]  # runs before it: full, partial, failed; the subject


def a_sent_message_is_there_at_once(at: int, latest: int, limit: int) -> bool:
    """A sent message is in the inbox of each recipient within the limit."""
    return at > latest or (limit == 0 and at == latest)


promise(a_sent_message_is_there_at_once, "DLV-1", "inbox")


def a_message_is_there_exactly_once(times: int) -> bool:
    """A message is in an inbox once, and stays there."""
    return times == 1


promise(a_message_is_there_exactly_once, "DLV-2", "inbox")


def messages_of_a_case_arrive_in_order(
    sent: Reversible[str], seen: Container[str]
) -> frozenset[str]:
    """No message of a case is there before one that was sent earlier."""
    overtaken: list[str] = []
    later = False
    for message in reversed(sent):
        if message in seen:
            later = True
        elif later:
            overtaken.append(message)
    return frozenset(overtaken)


promise(messages_of_a_case_arrive_in_order, "DLV-3", "inbox")


def an_outage_delays_and_never_refuses(
    sent: int, limit: int, outages: Iterable[tuple[int, int]]
) -> int:
    """A message sent in an outage is accepted, shown under way, and there once it is over."""
    latest = sent + limit
    for begin, end in outages:
        if begin <= latest:
            latest = max(latest, end + limit)
    return latest


promise(an_outage_delays_and_never_refuses, "DLV-4", "send", "inbox", "case")


def what_is_sent_while_all_is_down_waits(sent: int, down_from: int) -> bool:
    """A message that was sent while the portal could not be reached is under way until it can."""
    return sent >= down_from


promise(what_is_sent_while_all_is_down_waits, "DLV-4", "case")


def a_reply_arrives_at_once(at: int, latest: int) -> bool:
    """A recipient's message comes into the case within the limit."""
    return at <= latest


promise(a_reply_arrives_at_once, "DLV-5", "arrival", "activities", "case")


def a_reply_arrives_once(message: str, waiting: Container[str]) -> bool:
    """A recipient's message comes into the case that it was written to, and only once."""
    return message in waiting


promise(a_reply_arrives_once, "DLV-5", "arrival", "activities", "case")


def replies_arrive_in_order(message: str, waiting: Iterable[str]) -> tuple[str, ...]:
    """What one recipient writes in a case arrives in the order in which it was written."""
    return tuple(takewhile(lambda one: one != message, waiting))


promise(replies_arrive_in_order, "DLV-5", "arrival", "activities")


def a_sent_message_leaves_its_entry(shown: Sequence[int], written: Sequence[int]) -> bool:
    """The entry of a sent message shows who, when, text, recipients, action and documents."""
    return shown == written


promise(a_sent_message_leaves_its_entry, "LOG-1", "activities")


def a_received_message_leaves_its_entry(
    shown: Sequence[int], written: Sequence[int], carrier: str | None, carries: str
) -> bool:
    """The entry of a received message shows its writer, moment, text, files and the carrier."""
    return carrier == carries and shown == written


promise(a_received_message_leaves_its_entry, "LOG-2", "activities")


def entries_stay_in_order_and_single(shown: Sequence[int], written: Sequence[int]) -> bool:
    """Entries are in order, never changed, lost or doubled."""
    return shown == written


promise(entries_stay_in_order_and_single, "LOG-3", "activities")


def no_account_is_needed_beforehand(address: str, accounts: Container[str]) -> bool:
    """Sending to an unknown address is accepted and creates its account."""
    return address not in accounts


promise(no_account_is_needed_beforehand, "ACC-1", "send", "register")


def a_link_serves_once_and_its_own_address(address: str, owner: str, *, used: bool) -> bool:
    """A link serves once, for the address it was mailed to."""
    return not used and owner == address


promise(a_link_serves_once_and_its_own_address, "ACC-2", "register")


def a_new_account_is_set_up_before_use(
    address: str, created: Mapping[str, bool], registered: Container[str]
) -> bool:
    """An account that a send created registers before it is used; an older one did so before."""
    return address in registered or not created.get(address)


promise(a_new_account_is_set_up_before_use, "ACC-2", "open", "mark_read", "reply")


def a_recipient_sees_the_message_without_a_release(
    message: str | None, addressed: Collection[str], *, whole_case: bool
) -> bool:
    """A recipient may open every message sent to them, and every case that has one."""
    return bool(addressed) if whole_case else message in addressed


promise(a_recipient_sees_the_message_without_a_release, "ACC-3", "open")


def a_recipient_sees_only_what_was_addressed_to_them(
    shown: Iterable[str], addressed: Container[str]
) -> list[str]:
    """A recipient sees messages addressed to them, and of a case what was shared with them."""
    return sorted([one for one in shown if one not in addressed])


promise(
    a_recipient_sees_only_what_was_addressed_to_them,
    "ACC-4",
    "open",
    "reply",
    "inbox",
    "portal_case",
    "mark_read",
)


def the_right_stays_as_it_was_set(last: str, *, right: bool | None) -> bool:
    """A right that was withheld is not given back by what is sent afterwards."""
    return right is False and last == "send"


promise(the_right_stays_as_it_was_set, "RGT-2", "reply")


def an_administrator_sets_the_roles(by: object) -> bool:
    """A role that is set with no actor named is accepted; who did it is not judged."""
    return by is None


promise(an_administrator_sets_the_roles, "RGT-3", "set_role")


def the_portal_is_as_old_as_the_last_run_or_message(
    versions: Iterable[Version], brought: int, full_runs: int, partial_runs: int
) -> tuple[int, int]:
    """Subject and documents are those of the last successful run or of a message since."""
    oldest, newest = max(brought, 0), 0
    for index, (before_full, before_partial, _, _) in enumerate(versions):
        if before_full < full_runs:
            oldest = max(oldest, index)
        if before_partial < partial_runs:
            newest = index
    return oldest, max(oldest, newest)


promise(the_portal_is_as_old_as_the_last_run_or_message, "RPL-2", "portal_case")


def a_bundle_has_a_bounded_size(records: int) -> bool:
    """A bundle holds at most 6000 records."""
    return records <= BUNDLE_MAX


promise(a_bundle_has_a_bounded_size, "RPL-4", "replicate")


def a_bundle_has_an_answer(answer: object) -> bool:
    """A bundle, and a run, is answered with 0, 1 or 2."""
    return answer in ANSWERS


promise(a_bundle_has_an_answer, "RPL-4", "replicate")


def a_run_is_taken_if_all_of_it_was(result: object, answers: Iterable[int], failed: int) -> bool:
    """A run is answered with 0 only if each of its bundles was, and no record failed."""
    return result != 0 or (failed == 0 and NOT_ALL_TAKEN.isdisjoint(answers))


promise(a_run_is_taken_if_all_of_it_was, "RPL-4", "replicate")


def repeating_a_bundle_changes_nothing(runs_since: int) -> bool:
    """A run that repeats an earlier one leaves the portal as it was."""
    return runs_since > 1


promise(repeating_a_bundle_changes_nothing, "RPL-5", "portal_case")


def a_failed_run_loses_nothing(runs_since: int, failed_since: int) -> bool:
    """What a failed run did not carry is carried by the next successful one."""
    return runs_since > 0 and failed_since > 0


promise(a_failed_run_loses_nothing, "RPL-6", "replicate", "portal_case")
