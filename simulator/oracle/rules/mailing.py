"""MAIL and ACC: which mails are due, to whom, and what they may say."""

from simulator.oracle.rules.registry import promise


@promise("MAIL-1", "mail")
def each_recipient_is_told_once_and_at_once() -> bool:
    """Each recipient of a message gets one notice, within the limit."""
    return True


@promise("MAIL-2", "mail")
def an_event_switched_off_sends_no_mail() -> bool:
    """An event that is switched off sends no mail."""
    return True


@promise("MAIL-3", "mail")
def mail_carries_no_message_text(body: str, text: str) -> bool:
    """The body of a notice does not contain the text of the message."""
    return text.strip() in body


@promise("MAIL-4", "mail")
def an_outage_delays_the_notice_and_doubles_none() -> bool:
    """A mail server that is down delays notices; each is sent once."""
    return True


@promise("ACC-2", "mail")
def a_new_account_gets_a_registration_mail() -> bool:
    """The account that a send created gets a registration mail; a known one gets none."""
    return True


@promise("ACC-5", "mail")
def a_caseworker_gets_no_registration_mail() -> bool:
    """An address of a caseworker has its account already."""
    return True
