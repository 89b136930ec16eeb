"""What recipients do, and what comes to them: each the work of one transaction on the store."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from attrs import evolve

from reference.collaboration.links import link_to
from reference.domain.accounts import (
    Account,
    announce,
    caseworker_account,
    standing_of,
)
from reference.domain.acts import MailboxAct, WriteReply
from reference.domain.facts import (
    Decision,
    Fact,
    Mail,
    MessageMarked,
    MessageReceived,
    Reply,
    ReplyWritten,
)
from reference.domain.mailbox import (
    Mailbox,
    decide_mailbox,
    replicated_mailbox,
    take_into_mailbox,
)
from reference.domain.refusals import Refusal
from reference.domain.replication import Record
from reference.domain.rules import Rules, Template
from reference.domain.words import CaseNumber, MailEvent
from reference.http.operations import accepted
from reference.http.problems import Problem, Refused
from reference.mail.wordings import wording
from reference.store.codec import dumps, to_us
from reference.store.collaboration_tables import (
    INSERT_ITEM,
    INSERT_MAIL,
    LOGINS,
    MAILBOXES,
    MARK_ITEM,
    REPLIES,
    Login,
)
from reference.store.files import name_content
from reference.store.link_content import (
    Attached,
    CaseworkerAddress,
    LinkContent,
    Parcel,
    Wording,
)
from reference.store.outbox import Outgoing
from reference.store.secrets import hashed
from reference.store.shapes import LANGUAGES
from reference.store.shared_tables import WORDINGS
from reference.store.unit import Row, Unit


def act_on_mailbox(
    unit: Unit,
    number: CaseNumber,
    address: str,
    act: MailboxAct,
    now: datetime,
    rules: Rules,
    attached: tuple[Attached, ...] = (),
) -> Mailbox:
    """Let a recipient open, mark read, or write (INB, REP)."""
    key = rules.mailbox_key(number, address)
    decision = accepted(decide_mailbox(unit.get(MAILBOXES, key), act, now, rules))
    if isinstance(act, WriteReply):  # told to those alone who may write
        _unused(unit, address, act.message)
    _keep(unit, decision, now, rules, attached)
    return decision.state


def case_of(unit: Unit, address: str, message: str) -> CaseNumber:
    """Give the case of a received message.

    Raises:
        Refused: when this recipient has not received it (ACC-4).
    """
    row = next(
        unit.select(
            "SELECT number FROM items WHERE recipient = ? AND message = ?", (address, message)
        ),
        None,
    )
    if row is None:
        raise Refused(Refusal.UNKNOWN_MESSAGE)
    number: CaseNumber = row[0]
    return number


def take(
    unit: Unit, content: LinkContent, secret: Callable[[], str], now: datetime, rules: Rules
) -> Refusal | None:
    """Take what the MVP sent; a duplicate changes nothing (DLV-2, DLV-3).

    `secret` gives what makes a registration link one of its kind, should an account be made.
    """
    match content:
        case Parcel():
            return _take_parcel(unit, content, secret, now, rules)
        case CaseworkerAddress():
            login = unit.get(LOGINS, content.address)
            before = None if login is None else login.account
            account = caseworker_account(before, content.address)
            keep_account(unit, account)
        case Wording():
            unit.put(WORDINGS, (content.event, content.language), content)
    return None


def take_records(unit: Unit, records: Sequence[Record], now: datetime, rules: Rules) -> None:
    """Take replicated records; the same ones again change nothing (RPL-2, RPL-3, RPL-5)."""
    of_case: dict[CaseNumber, list[str]] = {}
    for record in records:
        if record.case not in of_case:
            known = "SELECT recipient FROM mailboxes WHERE number = ?"
            of_case[record.case] = [one for (one,) in unit.select(known, (record.case,))]
    for record in records:
        for recipient in of_case[record.case]:
            box = unit.get(MAILBOXES, (record.case, recipient))
            assert box is not None  # noqa: S101 - found in the same transaction
            decision = replicated_mailbox(box, record, now, rules)
            if decision.state is not box:
                _keep(unit, decision, now, rules, ())


def _take_parcel(
    unit: Unit, parcel: Parcel, secret: Callable[[], str], now: datetime, rules: Rules
) -> Refusal | None:
    envelope = parcel.envelope
    key = rules.mailbox_key(envelope.case, envelope.recipient)
    decision = take_into_mailbox(unit.get(MAILBOXES, key), envelope, now, rules)
    if isinstance(decision, Refusal):
        return decision
    _keep(unit, decision, now, rules, parcel.attached)
    for fact in decision.facts:
        if isinstance(fact, MessageReceived):
            _announce(unit, fact, secret, now, rules)
    return None


def _announce(
    unit: Unit, received: MessageReceived, secret: Callable[[], str], now: datetime, rules: Rules
) -> None:
    login = unit.get(LOGINS, received.recipient)
    language = LANGUAGES[0] if login is None else login.language
    account = None if login is None else login.account
    wordings = partial(wording_now, unit, language=language, rules=rules)
    linked = MailEvent.REGISTRATION in rules.mails[standing_of(account)]
    token = link_to(unit, received.recipient, secret()) if linked else ""
    decision = announce(account, received, token, now, rules, wordings)
    if decision.facts:
        keep_account(unit, decision.state, token)
    queue_mails(unit, decision.mails, now)


def wording_now(unit: Unit, event: str, language: str, rules: Rules) -> Template:
    """Give the wording of a mail in a language, as it was changed last (MAIL-2)."""
    changed = unit.get(WORDINGS, (event, language))
    if changed is None:
        return wording(event, language, rules)
    return Template(changed.subject, changed.body, changed.enabled)


def keep_account(unit: Unit, account: Account, token: str | None = None) -> None:
    """Keep an account; of a new link's token only the hash."""
    login = unit.get(LOGINS, account.address) or Login(account)
    if token is not None and account.link is not None and account.link.token == token:
        account = evolve(account, link=evolve(account.link, token=hashed(token)))
    unit.put(LOGINS, account.address, evolve(login, account=account))


def queue_mails(unit: Unit, mails: tuple[Mail, ...], now: datetime) -> None:
    """Let mails be sent."""
    at = to_us(now)
    for mail in mails:
        row = (
            mail.to,
            str(mail.event),
            mail.message or "",
            mail.message_id,
            mail.subject,
            mail.body,
            mail.link or "",
            at,
            at,
        )
        unit.write("mails", INSERT_MAIL, row)


def _keep(
    unit: Unit,
    decision: Decision[Mailbox],
    now: datetime,
    rules: Rules,
    attached: tuple[Attached, ...],
) -> None:
    """Write what was decided: the state, the facts, and the envelopes that it caused."""
    box = decision.state
    unit.put(MAILBOXES, (box.case, box.recipient), box)
    for fact in decision.facts:
        _keep_fact(unit, fact, now, attached)
    for envelope in decision.envelopes:
        transport = rules.transports[type(envelope.content)]
        brings = attached if isinstance(envelope.content, Reply) else ()
        unit.post(Outgoing(Parcel(envelope, brings), transport, box.case, box.recipient))


def _keep_fact(unit: Unit, fact: Fact, now: datetime, attached: tuple[Attached, ...]) -> None:
    match fact:
        case MessageReceived():
            item: Row = (
                fact.recipient,
                fact.case,
                fact.message,
                str(fact.expects),
                fact.text,
                _documents(unit, fact.documents, attached) if fact.documents else "[]",
                to_us(now),
            )
            unit.write("items", INSERT_ITEM, item)
        case MessageMarked():
            flags = (fact.read, fact.opened, fact.answered)
            unit.write("items", MARK_ITEM, (*flags, fact.recipient, fact.case, fact.message))
        case ReplyWritten():
            _name_contents(unit, attached)
            reply: Row = (
                fact.message,
                fact.case,
                fact.recipient,
                fact.answers,
                fact.text,
                dumps(attached),
                to_us(fact.at),
            )
            unit.put(REPLIES, fact.message, reply)
        case _:
            pass


def _documents(unit: Unit, names: tuple[str, ...], attached: tuple[Attached, ...]) -> str:
    """Keep the files of a message; a document of which no file came has a name alone."""
    _name_contents(unit, attached)
    found = {each.name: each for each in attached}
    return dumps([found.get(name) or Attached(name, "", 0) for name in names])


def _name_contents(unit: Unit, attached: tuple[Attached, ...]) -> None:
    for each in attached:
        name_content(unit, each.sha256, each.size)


def _unused(unit: Unit, address: str, message: str) -> None:
    received = unit.select(
        "SELECT 1 FROM items WHERE recipient = ? AND message = ?", (address, message)
    )
    if next(received, None) is not None or unit.get(REPLIES, message) is not None:
        raise Refused(Problem.MESSAGE_EXISTS)
