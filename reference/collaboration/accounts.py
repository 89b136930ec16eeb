"""What happens to recipients' accounts: links, passwords; each the work of one transaction."""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from reference.collaboration.acts import keep_account, queue_mails, wording_now
from reference.collaboration.links import link_to
from reference.domain.accounts import Link, filled, register, request_link
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules
from reference.domain.words import MailEvent
from reference.http.operations import accepted
from reference.http.problems import Refused
from reference.mail.wordings import PASSWORD_RESET
from reference.store.codec import to_us
from reference.store.collaboration_tables import INSERT_MAIL, LOGINS, Login
from reference.store.secrets import hashed
from reference.store.shared_tables import SETTINGS
from reference.store.unit import Unit

#: How long a link serves that sets another password; one to register serves longer.
RESET_LIFETIME: Final = timedelta(days=1)


def send_registration_link(
    unit: Unit, address: str, secret: str, now: datetime, rules: Rules
) -> None:
    """Send a new registration link, which replaces the one before (ACC-2).

    Raises:
        Refused: when there is no such account, or it has a password already.
    """
    login = unit.get(LOGINS, address)
    if login is None:
        raise Refused(Refusal.UNKNOWN_ACCOUNT)
    token = link_to(unit, address, secret)
    template = wording_now(unit, MailEvent.REGISTRATION, login.language, rules)
    decision = accepted(request_link(login.account, token, now, rules, template))
    keep_account(unit, decision.state, token)
    queue_mails(unit, decision.mails, now)


def send_link(unit: Unit, address: str, secret: str, now: datetime, rules: Rules) -> None:
    """Send the link that lets an address log in: to register, or to set another password.

    Nothing tells whether the address is known: for an unknown one too something is written,
    so that it takes as long.
    """
    unit.put(SETTINGS, "link_asked_at", ("link_asked_at", now.isoformat()))
    login = unit.get(LOGINS, address)
    if login is None:
        return
    if login.account.registered:
        _send_reset_link(unit, login, secret, now, rules)
    else:
        send_registration_link(unit, address, secret, now, rules)


def _send_reset_link(unit: Unit, login: Login, secret: str, now: datetime, rules: Rules) -> None:
    address = login.account.address
    token = link_to(unit, address, secret)
    link = Link(token, now + min(RESET_LIFETIME, rules.link_lifetime))
    keep_account(unit, evolve(login.account, link=link), token)
    template = wording_now(unit, PASSWORD_RESET, login.language, rules)
    if not template.enabled:
        return
    message_id = f"{PASSWORD_RESET}.{hashed(token)[:16]}.{address}"
    values = {"recipient": address, "link": token}
    subject, body = filled(template.subject, values), filled(template.body, values)
    at = to_us(now)
    row = (address, PASSWORD_RESET, "", message_id, subject, body, token, at, at)
    unit.write("mails", INSERT_MAIL, row)


def set_password(unit: Unit, address: str, token: str, password: str, now: datetime) -> None:
    """Set a password through a link; `password` is its hash (ACC-2).

    Raises:
        Refused: when the link is another's, an older one, used, or has run out.
    """
    login = unit.get(LOGINS, address)
    account = None if login is None else login.account
    decision = accepted(register(account, hashed(token), now))
    unit.put(LOGINS, address, evolve(login or Login(decision.state), password=password))
    keep_account(unit, decision.state)
