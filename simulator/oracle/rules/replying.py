"""REP: who may write back, and what a reply may carry."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from simulator.oracle.rules.registry import promise

FILES_MAX: Final = 20
SIZE_MAX: Final = {"binary": 35 * 1024 * 1024, "decimal": 35 * 1000 * 1000}


def writing_needs_the_right(reading: str, *, right: bool | None) -> bool:
    """Writing is refused where a release withholds it, or grants it not (`reply_right`)."""
    return right is not True if reading == "if_granted" else right is False


promise(writing_needs_the_right, "REP-1", "reply")


def a_reply_has_a_text(text: str | None) -> bool:
    """A blank text is refused; a text that the line leaves out is not judged."""
    return text is not None and not text.strip()


promise(a_reply_has_a_text, "REP-3", "reply")


def files_are_at_most_twenty_and_35_mb(count: int, size: int, reading: str) -> bool:
    """More than 20 files, or more than 35 MB together (`megabyte`), refuse the whole message."""
    return count > FILES_MAX or size > SIZE_MAX[reading]


promise(files_are_at_most_twenty_and_35_mb, "REP-4", "reply")


def button_names_what_is_still_expected(*, unread: bool, asks: bool) -> str:
    """The page offers to answer while the newest message waits for one, else a new message."""
    return "reply" if unread and asks else "new_message"


promise(button_names_what_is_still_expected, "REP-2", "portal_case")


def files_of_a_reply_are_filed_under_the_case(
    documents: Iterable[str], sent: AbstractSet[str]
) -> bool:
    """Files that came with a reply can be shared from the case afterwards."""
    return not sent.isdisjoint(documents)


promise(files_of_a_reply_are_filed_under_the_case, "REP-5", "send")
