"""INB: when a message counts as unread, and what its entry shows.

The facts about one message in one mailbox are bits of a small integer. The promises are evaluated
once for every combination of the bits; a line of a trace then only looks its verdict up.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from simulator.oracle.rules.registry import promise

ACKNOWLEDGE: Final = 0
REPLY: Final = 1
WITH_FILE: Final = 2
EXPECTS: Final = {"acknowledge": ACKNOWLEDGE, "reply": REPLY, "reply_with_file": WITH_FILE}
EXPECTS_MASK: Final = 3
OPENED: Final = 4
MARKED: Final = 8
ANSWERED: Final = 16
FILED: Final = 32
COVERED: Final = 64  # by an answer to another message of the case (reading `reply_scope`)
FACTS: Final = 127
SEEN_READ: Final = 128
SEEN_UNREAD: Final = 256
NOTICED: Final = 512
LISTED: Final = 1024


class Facts(NamedTuple):
    """What happened to one message in one mailbox."""

    expects: int
    opened: bool
    marked: bool
    answered: bool
    filed: bool
    covered: bool


class Entry(NamedTuple):
    """How an inbox entry has to look, and the rule that decides whether it is unread."""

    unread: bool
    hint: str | None
    opened: bool
    answered: bool
    rule: str
    markable: bool


def answering_settles_whatever_was_asked_but_a_file(facts: Facts) -> bool | None:
    """An answered message that did not ask for a file counts as read."""
    return False if facts.answered and facts.expects != WITH_FILE else None


promise(answering_settles_whatever_was_asked_but_a_file, "INB-10", "inbox")


def answer_settles_the_whole_case_where_agreed(facts: Facts) -> bool | None:
    """A message counts as read if an answer to another one of its case settled it too."""
    return False if facts.covered else None


promise(answer_settles_the_whole_case_where_agreed, "INB-10", "inbox")


def file_request_stays_unread_until_a_file_came(facts: Facts) -> bool | None:
    """A message that asks for a reply with file counts as unread until one with a file came."""
    return not facts.filed if facts.expects == WITH_FILE else None


promise(file_request_stays_unread_until_a_file_came, "INB-4", "inbox")


def reply_request_stays_unread_until_answered(facts: Facts) -> bool | None:
    """A message that asks for a reply counts as unread, whatever is opened, until answered."""
    return not facts.answered if facts.expects == REPLY else None


promise(reply_request_stays_unread_until_answered, "INB-3", "inbox")


def information_is_unread_until_opened_or_marked(facts: Facts) -> bool | None:
    """A message to acknowledge counts as unread until it was opened or marked as read."""
    return not (facts.opened or facts.marked) if facts.expects == ACKNOWLEDGE else None


promise(information_is_unread_until_opened_or_marked, "INB-2", "inbox")


def unread_request_carries_its_hint(facts: Facts, *, unread: bool) -> str | None:
    """An unread request carries a hint: `reply`, or `documents` where a file is asked for."""
    if not unread or facts.expects == ACKNOWLEDGE:
        return None
    return "reply" if facts.expects == REPLY else "documents"


promise(unread_request_carries_its_hint, "INB-6", "inbox")


def only_what_asks_for_no_reply_or_is_read_can_be_marked(facts: Facts, *, unread: bool) -> bool:
    """An unread request cannot be marked as read; all else can."""
    return facts.expects == ACKNOWLEDGE or not unread


promise(only_what_asks_for_no_reply_or_is_read_can_be_marked, "INB-5", "mark_read")


def number_shown_is_that_of_unread_messages(unread: Iterable[bool]) -> int:
    """The number that the inbox shows is how many of its messages count as unread."""
    return sum(unread)


promise(number_shown_is_that_of_unread_messages, "INB-1", "inbox")


def opened_and_answered_are_facts_of_their_own(facts: Facts) -> tuple[bool, bool]:
    """Opened and answered are shown as they happened, whether the message is unread or not."""
    return facts.opened, facts.answered


promise(opened_and_answered_are_facts_of_their_own, "INB-11", "inbox")


def reloaded_inbox_is_right(entry: Entry, seen: object) -> bool:
    """Each line that shows an inbox is a fresh load and has to be right."""
    return entry.unread == seen


promise(reloaded_inbox_is_right, "INB-7", "inbox")


def read_message_stays_read(bits: int) -> bool:
    """A message that was seen read, and is read by its facts, is not unread again."""
    return bool(bits & SEEN_READ)


promise(read_message_stays_read, "INB-8", "inbox")


def reading_by_one_changes_no_other_inbox(others_read: int) -> bool:
    """What another recipient did to the message leaves this recipient's entry alone."""
    return others_read > 0


promise(reading_by_one_changes_no_other_inbox, "INB-9", "inbox")


UNREAD_PROMISES: Final = (
    ("INB-10", answer_settles_the_whole_case_where_agreed),
    ("INB-4", file_request_stays_unread_until_a_file_came),
    ("INB-3", reply_request_stays_unread_until_answered),
    ("INB-10", answering_settles_whatever_was_asked_but_a_file),
    ("INB-2", information_is_unread_until_opened_or_marked),
)


def facts_of(bits: int) -> Facts:
    """Spell the bits out."""
    return Facts(
        bits & EXPECTS_MASK,
        bool(bits & OPENED),
        bool(bits & MARKED),
        bool(bits & ANSWERED),
        bool(bits & FILED),
        bool(bits & COVERED),
    )


def _entry(bits: int) -> Entry:
    facts = facts_of(bits)
    for rule, states in UNREAD_PROMISES:
        unread = states(facts)
        if unread is not None:
            opened, answered = opened_and_answered_are_facts_of_their_own(facts)
            markable = only_what_asks_for_no_reply_or_is_read_can_be_marked(facts, unread=unread)
            hint = unread_request_carries_its_hint(facts, unread=unread)
            return Entry(unread, hint, opened, answered, rule, markable)
    # expects 3: no message has it
    return Entry(unread=False, hint=None, opened=False, answered=False, rule="INB-2", markable=True)


#: The entry for every combination of facts.
ENTRIES: Final[tuple[Entry, ...]] = tuple(_entry(bits) for bits in range(FACTS + 1))
