"""Accounts of the collaboration, their registration links, and the mails that tell of messages."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from reference.domain.facts import (
    AccountCreated,
    AccountRegistered,
    Decision,
    Fact,
    LinkIssued,
    Mail,
    MessageReceived,
)
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules, Template
from reference.domain.values import frozen
from reference.domain.words import CaseNumber, CloudRole, MailEvent, Standing

_PLACEHOLDER: Final = re.compile(r"\$([A-Za-z_]+)")


@frozen
class Link:
    """A registration link: it serves once, until it runs out (ACC-2)."""

    token: str
    expires_at: datetime
    used: bool = False


@frozen
class Account:
    """A user of the collaboration; a caseworker's needs no registration (ACC-5)."""

    address: str
    registered: bool = False
    caseworker: bool = False
    link: Link | None = None


def standing_of(account: Account | None) -> Standing:
    """Say what is known of an address (ACC-1, ACC-2, ACC-5)."""
    if account is None:
        return Standing.UNKNOWN
    return Standing.CASEWORKER if account.caseworker else Standing.KNOWN


def caseworker_account(account: Account | None, address: str) -> Account:
    """Give the account of an address that belongs to a caseworker from now on (ACC-5)."""
    link = None if account is None else account.link
    return Account(address, registered=True, caseworker=True, link=link)


def role_of(word: str) -> CloudRole | Refusal:
    """Read a cloud role (RGT-3)."""
    return CloudRole(word) if word in set(CloudRole) else Refusal.UNKNOWN_ROLE


def announce(
    account: Account | None,
    received: MessageReceived,
    token: str,
    now: datetime,
    rules: Rules,
    template_of: Callable[[MailEvent], Template],
) -> Decision[Account]:
    """Tell a recipient of a message; an unknown one gets an account first (ACC-1, ACC-2, MAIL-1).

    `token` is the secret of the link, should one be made; `template_of` gives the wording of a
    mail as it is now.
    """
    facts: list[Fact] = []
    mails: list[Mail] = []
    address = received.recipient
    events = rules.mails[standing_of(account)]
    if account is None:
        facts.append(AccountCreated(address))
        account = Account(address)
    for event in events:
        link = None
        if event is MailEvent.REGISTRATION:
            account, issued = _with_link(account, token, now, rules)
            facts.append(issued)
            link = token
        template = template_of(event)
        mails += _mail(event, address, received.case, received, link, template, rules.portal)
    return Decision(account, tuple(facts), (), tuple(mails))


def request_link(
    account: Account | None,
    token: str,
    now: datetime,
    rules: Rules,
    template: Template,
) -> Decision[Account] | Refusal:
    """Ask for a new registration link, which replaces the one before (ACC-2)."""
    if account is None:
        return Refusal.UNKNOWN_ACCOUNT
    if account.registered:
        return Refusal.ALREADY_REGISTERED
    linked, issued = _with_link(account, token, now, rules)
    mails = _mail(MailEvent.REGISTRATION, account.address, "", None, token, template, rules.portal)
    return Decision(linked, (issued,), (), mails)


def register(account: Account | None, token: str, now: datetime) -> Decision[Account] | Refusal:
    """Set a password through a link: once, before it runs out (ACC-2)."""
    if account is None:
        return Refusal.UNKNOWN_ACCOUNT
    link = account.link
    if link is None or link.token != token:
        return Refusal.UNKNOWN_LINK
    if link.used:
        return Refusal.LINK_USED
    if now >= link.expires_at:
        return Refusal.LINK_EXPIRED
    used = Link(token, link.expires_at, used=True)
    registered = Account(account.address, True, account.caseworker, used)  # noqa: FBT003
    return Decision(registered, (AccountRegistered(account.address, now),))


def _with_link(
    account: Account, token: str, now: datetime, rules: Rules
) -> tuple[Account, LinkIssued]:
    link = Link(token, now + rules.link_lifetime)
    linked = Account(account.address, account.registered, account.caseworker, link)
    return linked, LinkIssued(account.address, token, link.expires_at)


def _mail(
    event: MailEvent,
    address: str,
    case: CaseNumber,
    received: MessageReceived | None,
    link: str | None,
    template: Template,
    portal: str,
) -> tuple[Mail, ...]:
    """Write a mail, none where its event is switched off (MAIL-2)."""
    if not template.enabled:
        return ()
    values = {"recipient": address, "case": str(case), "link": link or "", "portal": portal}
    if received is not None:
        values |= {"text": received.text, "documents": ", ".join(received.documents)}
    told = received.message if received is not None and link is None else None
    return (
        Mail(
            address,
            event,
            told,
            f"{event}.{told if link is None else _public(link)}.{address}",
            filled(template.subject, values),
            filled(template.body, values),
            link,
        ),
    )


def _public(secret: str) -> str:
    """Give a name for a link that may stand where others read it: the secret cannot be told."""
    return sha256(secret.encode()).hexdigest()[:16]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values in the places of a template; what has none stays empty."""
    frame, names = _frame(text)
    return frame % (values if values.keys() >= names else dict.fromkeys(names, "") | {**values})


@lru_cache(maxsize=1_000)
def _frame(text: str) -> tuple[str, frozenset[str]]:
    """Give a template as `%` takes it, with the names of its places."""
    frame = _PLACEHOLDER.sub(r"%(\1)s", text.replace("%", "%%"))
    return frame, frozenset(_PLACEHOLDER.findall(text))


def set_template(
    templates: Mapping[str, Template],
    event: str,
    template: Template,
    rules: Rules,
) -> Mapping[str, Template] | Refusal:
    """Change the wording of a mail, or switch its event off (MAIL-2); no content in it (MAIL-3)."""
    if event not in set(MailEvent):
        return Refusal.UNKNOWN_MAIL_EVENT
    word = MailEvent(event)
    named = _PLACEHOLDER.findall(template.subject) + _PLACEHOLDER.findall(template.body)
    if not rules.template_fields[word].issuperset(named):
        return Refusal.TEMPLATE_FIELD
    return {**templates, word: template}
