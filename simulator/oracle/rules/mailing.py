"""MAIL and ACC: which mails are due, to whom, and what they may say."""

from collections.abc import Container, Sized
from functools import lru_cache
from typing import Final

from simulator.oracle.rules.registry import promise


def each_recipient_is_told_at_once(at: int, latest: int) -> bool:
    """Each recipient of a message gets a notice within the limit."""
    return at <= latest


promise(each_recipient_is_told_at_once, "MAIL-1", "mail")


def each_recipient_is_told_once(*, told_before: bool) -> bool:
    """Each recipient of a message gets no second notice of it."""
    return not told_before


promise(each_recipient_is_told_once, "MAIL-1", "mail")


def an_event_switched_off_sends_no_mail(event: str, events_off: Container[str]) -> bool:
    """An event that is switched off sends no mail."""
    return event in events_off


promise(an_event_switched_off_sends_no_mail, "MAIL-2", "mail")


#: From this length on, in characters, a single word is nobody else's.
TELLING_WORD: Final = 16
#: What any notice may say of itself: a message of such words alone is no proof when found there.
_COMMON: Final = """
guten tag morgen abend hallo moin liebe lieber sehr geehrte geehrter damen und herren frau herr
mit freundlichen vielen viele dank danke grüße grüßen gruß bitte melden sie sich an um zu lesen
im vorgang wartet eine neue nachricht für ihre ihrem ist da liegt bereit good morning dear hello
please log in a new message is waiting for you your thank kind regards
"""
COMMON_WORDS: Final = frozenset(("", *_COMMON.split()))


@lru_cache(16)  # a message is told to each of its recipients, one soon after the other
def is_telling(text: str, wording: str) -> bool:
    """Whether a text, found in a mail, must come from the message: not words of any mail.

    `wording` is what mails were set to say: what stands in it comes from there.
    """
    if text.strip() in wording:
        return False
    words = text.split()
    if len(words) == 1:
        return len(_bare(words[0])) >= TELLING_WORD
    return not COMMON_WORDS.issuperset(map(_bare, words))


def _bare(word: str) -> str:
    return word.strip(".,;:!?").lower()


def mail_carries_no_message_text(body: str, text: str) -> bool:
    """The body of a notice does not contain the text of the message."""
    return text.strip() in body


promise(mail_carries_no_message_text, "MAIL-3", "mail")


def an_outage_delays_the_notice_and_doubles_none(outages: Sized) -> bool:
    """A mail server that is down delays notices; each is sent once."""
    return len(outages) > 0


promise(an_outage_delays_the_notice_and_doubles_none, "MAIL-4", "mail")


def a_new_account_gets_a_registration_mail(
    address: str, accounts: Container[str], caseworkers: Container[str]
) -> bool:
    """The account that a send created gets a registration mail; a known one gets none."""
    return address not in accounts and not a_caseworker_gets_no_registration_mail(
        address, caseworkers
    )


promise(a_new_account_gets_a_registration_mail, "ACC-2", "mail")


def a_caseworker_gets_no_registration_mail(address: str, caseworkers: Container[str]) -> bool:
    """An address of a caseworker has its account already."""
    return address in caseworkers


promise(a_caseworker_gets_no_registration_mail, "ACC-5", "mail")
