"""What caseworkers do: each act is the work of one transaction on the MVP's store."""

from datetime import datetime

from attrs import evolve

from reference.domain.accounts import role_of
from reference.domain.acts import (
    AddDocument,
    CreateCase,
    EditCase,
    SendMessage,
    SetRelease,
    WriteNote,
)
from reference.domain.case import (
    Case,
    create_case,
    create_case_with_message,
    decide_case,
    take_into_case,
)
from reference.domain.facts import (
    Decision,
    DocumentFiled,
    EntryLogged,
    Fact,
    Message,
    ReleaseSet,
    Reply,
)
from reference.domain.refusals import Refusal
from reference.domain.replication import Record, address_record, record_of
from reference.domain.rules import Rules
from reference.domain.words import CaseNumber, CloudRole, Transport
from reference.http.operations import accepted
from reference.http.problems import Fault, Problem, Refused
from reference.store.codec import dumps, to_us
from reference.store.files import name_content
from reference.store.link_content import Attached, CaseworkerAddress, LinkContent, Parcel
from reference.store.mvp_tables import (
    CASES,
    CASEWORKERS,
    DELETE_DRAFT,
    DRAFTS,
    INSERT_DOCUMENT,
    INSERT_ENTRY,
    MARK,
    MESSAGE_CASES,
    NEXT_NUMBER,
    REPLIES_OF,
    SET_RELEASE,
    Caseworker,
    Draft,
    entry_row,
)
from reference.store.outbox import Outgoing
from reference.store.unit import Row, Unit


def role_held(unit: Unit, name: str) -> CloudRole:
    """Give the cloud role that a caseworker holds now (RGT-1)."""
    caseworker = unit.get(CASEWORKERS, name)
    return CloudRole.NONE if caseworker is None else caseworker.role


def known_case(unit: Unit, number: CaseNumber) -> Case:
    """Give a case; refuse where there is none."""
    case = unit.get(CASES, number)
    if case is None:
        raise Refused(Refusal.UNKNOWN_CASE)
    return case


def create(unit: Unit, act: CreateCase, customer: str, now: datetime, rules: Rules) -> Case:
    """Create a case without a message."""
    decision = accepted(create_case(unit.get(CASES, act.case), act, now, rules))
    _keep(unit, decision, act.by, now, rules)
    _belongs_to(unit, act.case, customer)
    return decision.state


def create_with_message(
    unit: Unit, act: CreateCase, customer: str, message: SendMessage, now: datetime, rules: Rules
) -> Case:
    """Save a new case with a message: both, or neither (SEND-1)."""
    existing = unit.get(CASES, act.case)
    decision = accepted(create_case_with_message(existing, act, message, now, rules))
    _unused(unit, message.message)
    attached = _attached(unit, act.case, message)
    _keep(unit, decision, act.by, now, rules, attached)
    unit.hold(MESSAGE_CASES, message.message, act.case)
    _belongs_to(unit, act.case, customer)
    return decision.state


def next_number(unit: Unit) -> int:
    """Give the number of the next case where none is asked for."""
    ((number,),) = unit.select(NEXT_NUMBER)
    return int(number)


def send(
    unit: Unit,
    number: CaseNumber,
    act: SendMessage,
    now: datetime,
    rules: Rules,
    *,
    chosen: bool = True,
) -> Case:
    """Share a text with recipients (SEND); an id that the caller has chosen may be in use."""
    attached = _attached(unit, number, act) if act.documents else ()
    decision = accepted(decide_case(unit.get(CASES, number), act, now, rules))
    if chosen:  # told to those alone who may send
        _unused(unit, act.message)
        unit.hold(MESSAGE_CASES, act.message, number)
    _keep(unit, decision, act.by, now, rules, attached)
    return decision.state


def change(
    unit: Unit,
    number: CaseNumber,
    act: EditCase | WriteNote | SetRelease,
    now: datetime,
    rules: Rules,
) -> None:
    """Edit a case, note something, or set a release."""
    decision = accepted(decide_case(unit.get(CASES, number), act, now, rules))
    _keep(unit, decision, act.by, now, rules)


def file_document(
    unit: Unit, number: CaseNumber, act: AddDocument, sha256: str, now: datetime, rules: Rules
) -> None:
    """File an uploaded document under a case."""
    decision = accepted(decide_case(unit.get(CASES, number), act, now, rules))
    attached = (Attached(act.document, sha256, act.size),)
    _keep(unit, decision, act.by, now, rules, attached)


def keep_draft(unit: Unit, by: str, number: CaseNumber, draft: Draft) -> None:
    """Keep what a caseworker has typed in a case, or with `NO_CASE` for a new one (SEND-10)."""
    place = (by, number)
    if draft != Draft():
        unit.put(DRAFTS, place, (place, draft))
    elif unit.get(DRAFTS, place) is not None:
        unit.drop(DRAFTS, place, DELETE_DRAFT, place)


def set_role(unit: Unit, name: str, word: str, email: str | None, rules: Rules) -> Caseworker:
    """Give a caseworker a cloud role; their address has an account from now on (RGT-3, ACC-5)."""
    if name == rules.carrier:
        what = f"{name!r} stands for the transfer in the activity lists (LOG-2): take another name"
        raise Refused(Problem.INVALID, Fault("path.name", what))
    role = role_of(word)
    if not isinstance(role, CloudRole):
        raise Refused(role)
    before = unit.get(CASEWORKERS, name) or Caseworker(name)
    address = before.email if email is None else rules.normal_address(email)
    after = evolve(before, role=role, email=address)
    unit.put(CASEWORKERS, name, after)
    if address and address != before.email:
        tell(unit, CaseworkerAddress(address))
    return after


def set_case_addresses(
    unit: Unit, number: CaseNumber, chosen: tuple[str, ...], rules: Rules
) -> tuple[str, ...]:
    """Say which addresses belong to a case; replication carries them (SEND-8, RPL-2)."""
    known_case(unit, number)
    addresses = _well_formed(chosen, rules)
    unit.write("case_addresses", "DELETE FROM case_addresses WHERE number = ?", (number,))
    for place, address in enumerate(addresses):
        unit.write(
            "case_addresses",
            "INSERT INTO case_addresses (number, place, address) VALUES (?, ?, ?)",
            (number, place, address),
        )
    _mark(unit, address_record(number, addresses))
    return addresses


def set_customer_addresses(
    unit: Unit, customer: str, chosen: tuple[str, ...], rules: Rules
) -> tuple[str, ...]:
    """Say which addresses belong to a customer (SEND-8)."""
    addresses = _well_formed(chosen, rules)
    unit.write(
        "customer_addresses", "DELETE FROM customer_addresses WHERE customer = ?", (customer,)
    )
    for place, address in enumerate(addresses):
        unit.write(
            "customer_addresses",
            "INSERT INTO customer_addresses (customer, place, address) VALUES (?, ?, ?)",
            (customer, place, address),
        )
    return addresses


def tell(unit: Unit, content: LinkContent) -> None:
    """Hand something to the link that belongs to no case."""
    unit.post(Outgoing(content, Transport.AT_ONCE))


def take(unit: Unit, content: LinkContent, now: datetime, rules: Rules) -> Refusal | None:
    """Take what a recipient's mailbox sent; a duplicate changes nothing (DLV-5)."""
    if not isinstance(content, Parcel):
        return Refusal.MISDIRECTED
    envelope = content.envelope
    case = unit.get(CASES, envelope.case)
    if case is None:
        return Refusal.UNKNOWN_CASE
    number, reply = case.number, envelope.content

    def logged(message: str) -> bool:
        return unit.get(REPLIES_OF, (number, message)) is not None

    decision = take_into_case(case, envelope, now, rules, logged)
    if isinstance(decision, Refusal):
        return decision
    _keep(unit, decision, envelope.recipient, now, rules, content.attached)
    if isinstance(reply, Reply):
        unit.hold(REPLIES_OF, (number, reply.message), reply.message)
    return None


def _keep(
    unit: Unit,
    decision: Decision[Case],
    by: str,
    now: datetime,
    rules: Rules,
    attached: tuple[Attached, ...] = (),
) -> None:
    """Write what was decided: the state, the facts, and the envelopes that it caused."""
    case = decision.state
    unit.put(CASES, case.number, case)
    left = list(attached)
    for fact in decision.facts:
        _keep_fact(unit, fact, by, now, left)
    for envelope in decision.envelopes:
        content = envelope.content
        message = content.message if isinstance(content, Message) else None
        transport = rules.transports[type(content)]
        parcel = Parcel(envelope, attached)
        unit.post(Outgoing(parcel, transport, case.number, envelope.recipient, message))


def _keep_fact(unit: Unit, fact: Fact, by: str, now: datetime, left: list[Attached]) -> None:
    match fact:
        case EntryLogged():
            unit.write("entries", INSERT_ENTRY, entry_row(fact.case, fact.entry))
            return
        case ReleaseSet():
            row: Row = (fact.case, fact.recipient, fact.create_messages, fact.by, to_us(now))
            unit.write("releases", SET_RELEASE, row)
        case DocumentFiled():
            sha256 = _content(unit, fact.document, left)
            row = (fact.case, fact.document, fact.size, sha256, fact.message, by, to_us(now))
            unit.write("documents", INSERT_DOCUMENT, row)
        case _:
            pass
    record = record_of(fact)
    if record is not None:
        _mark(unit, record)


def _content(unit: Unit, document: str, left: list[Attached]) -> str | None:
    """Give the content of a document; two files of one message may have the same name."""
    content = next((each for each in left if each.name == document), None)
    if content is None:
        return None
    left.remove(content)
    name_content(unit, content.sha256, content.size)
    return content.sha256


def _mark(unit: Unit, record: Record) -> None:
    row = (
        record.kind.value,
        record.case,
        record.name,
        dumps(record.fields),
        record.revision,
    )
    unit.write("marked", MARK, row)


def _unused(unit: Unit, message: str) -> None:
    if unit.get(MESSAGE_CASES, message) is not None:
        raise Refused(Problem.MESSAGE_EXISTS)


def _attached(unit: Unit, number: CaseNumber, act: SendMessage) -> tuple[Attached, ...]:
    """Give the newest content of each document to be shared; the domain refuses foreign ones."""
    found: list[Attached] = []
    for name in dict.fromkeys(act.documents):
        newest = next(
            unit.select(
                "SELECT name, sha256, size FROM documents WHERE number = ? AND name = ? "
                "AND sha256 IS NOT NULL ORDER BY id DESC LIMIT 1",
                (number, name),
            ),
            None,
        )
        if newest is not None:
            found.append(Attached(*newest))
    return tuple(found)


def _belongs_to(unit: Unit, number: CaseNumber, customer: str) -> None:
    if customer:
        unit.write("cases", "UPDATE cases SET customer = ? WHERE number = ?", (customer, number))


def _well_formed(chosen: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    if not chosen:
        return ()
    addresses = rules.recipients_of(chosen, rules.normal_address)
    if isinstance(addresses, Refusal):
        raise Refused(addresses)
    return addresses
