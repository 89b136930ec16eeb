"""The case: what the MVP decides about one Vorgang."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from attrs import evolve, field

from reference.domain.acts import (
    AddDocument,
    CaseAct,
    CreateCase,
    EditCase,
    SendMessage,
    SetRelease,
    WriteNote,
)
from reference.domain.calendar import stamp_of
from reference.domain.facts import (
    CaseChanged,
    CaseCreated,
    Decision,
    DocumentFiled,
    Downward,
    Entry,
    EntryLogged,
    Envelope,
    Fact,
    Message,
    MessageArrived,
    ReadMark,
    Release,
    ReleaseSet,
    Reply,
)
from reference.domain.refusals import Refusal
from reference.domain.rules import CaseChange, Rules
from reference.domain.values import frozen
from reference.domain.words import (
    CaseEvent,
    CaseNumber,
    CloudRole,
    CloudStatus,
    Day,
    EntryKind,
    ExpectedAction,
    Right,
    Taking,
    Transport,
)

#: The expected actions by their word; a missing one is the refusal (SEND-3).
EXPECTED_ACTIONS: Final[Mapping[str, ExpectedAction]] = MappingProxyType(
    {action.value: action for action in ExpectedAction}
)


@frozen(cache_hash=True)
class Shown:
    """The sent message whose status the case fields show, and who of them has seen it."""

    message: str
    expects: ExpectedAction
    waiting: frozenset[str] = frozenset()  # who has yet to read it, where the date waits for all
    seen_on: date | None = None


@frozen
class Channel:
    """How far the two-way traffic with one recipient has come, in envelopes."""

    sent: int = 0
    taken: int = 0


_UNUSED: Final = Channel()
_NOBODY: Final[frozenset[str]] = frozenset()
NO_CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType({})


@frozen(cache_hash=True)
class Case:
    """The state of one case; its activity list is made of facts and kept elsewhere.

    `channels` count traffic, `revision` tells edits apart. They make no difference to what a case
    is and do not compare.
    """

    number: CaseNumber
    subject: str = ""
    follow_up_on: date | None = None
    status: CloudStatus = CloudStatus.NONE
    acknowledged_on: date | None = None
    shown: Shown | None = None
    last_sent: str | None = None
    preset: tuple[str, ...] = ()
    documents: frozenset[str] = frozenset()
    channels: Mapping[str, Channel] = field(default=NO_CHANNELS, eq=False)
    revision: int = field(default=0, eq=False)


def create_case(
    existing: Case | None, act: CreateCase, now: datetime, rules: Rules
) -> Decision[Case] | Refusal:
    """Create a case; `existing` is what has this number already, which refuses (SEND-1)."""
    del now, rules  # nothing about a new case depends on them
    if existing is not None:
        return Refusal.CASE_EXISTS
    case = Case(act.case, act.subject, act.follow_up_on)
    changed = CaseChanged(case.number, case.subject, case.follow_up_on)
    return Decision(case, (CaseCreated(case.number, act.by), changed))


def create_case_with_message(
    existing: Case | None, act: CreateCase, message: SendMessage, now: datetime, rules: Rules
) -> Decision[Case] | Refusal:
    """Save a new case with a message: both come into being, or neither (SEND-1)."""
    created = create_case(existing, act, now, rules)
    if isinstance(created, Refusal):
        return created
    sent = send_message(created.state, message, now, rules)
    if isinstance(sent, Refusal):
        return sent
    return Decision(sent.state, created.facts + sent.facts, sent.envelopes)


def decide_case(
    case: Case | None, act: CaseAct, now: datetime, rules: Rules
) -> Decision[Case] | Refusal:
    """Decide any act on a case; None is a case that does not exist."""
    if case is None:
        return Refusal.UNKNOWN_CASE
    match act:
        case SendMessage():
            return send_message(case, act, now, rules)
        case SetRelease():
            return set_release(case, act, rules)
        case EditCase():
            return edit_case(case, act, now)
        case AddDocument():
            return add_document(case, act)
        case _:
            return write_note(case, act, now, rules)


def edit_case(case: Case, act: EditCase, now: datetime) -> Decision[Case]:
    """Change the data of a case; replication carries it (RPL-2).

    Revisions rise, and count the seconds since 1970 if they can: what is edited after going on
    from a backup is newer than what the portal has of the time that was lost.
    """
    revision = max(case.revision + 1, int(now.timestamp()))
    edited = evolve(case, subject=act.subject, follow_up_on=act.follow_up_on, revision=revision)
    changed = CaseChanged(case.number, act.subject, act.follow_up_on, edited.revision)
    return Decision(edited, (changed,))


def add_document(case: Case, act: AddDocument) -> Decision[Case]:
    """File a document under the case, so that it can be shared (SEND-9)."""
    filed = DocumentFiled(case.number, act.document, act.size, None)
    return Decision(evolve(case, documents=case.documents | {act.document}), (filed,))


def write_note(case: Case, act: WriteNote, now: datetime, rules: Rules) -> Decision[Case] | Refusal:
    """Save a text as an internal activity: nothing leaves, no status changes (SEND-2)."""
    if not act.text.strip():
        return Refusal.BLANK_TEXT
    entry = Entry(
        act.by, None, now, stamp_of(act.by, now, rules.zone), None, act.text, (), None, ()
    )
    return Decision(case, _entries(case, EntryKind.NOTE, entry, rules))


def send_message(
    case: Case, act: SendMessage, now: datetime, rules: Rules
) -> Decision[Case] | Refusal:
    """Share a text with recipients: all of them or none (SEND-3 to SEND-13, STA-2, LOG-1)."""
    expects = expected_action(act, rules)
    if isinstance(expects, Refusal):
        return expects
    recipients = _recipients(case, act, rules)
    if isinstance(recipients, Refusal):
        return recipients
    if not case.documents.issuperset(act.documents):
        return Refusal.FOREIGN_DOCUMENT
    documents = tuple(dict.fromkeys(act.documents))
    message = Message(act.message, act.text, expects, case.subject, documents, case.revision)
    channels, envelopes = _post(case, recipients, message, rules)
    change = rules.case_changes[rules.sending[expects]]
    waiting = recipients if rules.receipts[expects].waits_for_all else ()
    sent = Case(
        case.number,
        case.subject,
        _day(change.follow_up_on, case.follow_up_on, now, now, rules),
        case.status if change.status is None else change.status,
        _day(change.acknowledged_on, case.acknowledged_on, now, now, rules),
        Shown(act.message, expects, frozenset(waiting) if waiting else _NOBODY),
        act.message,
        rules.next_preset(case.preset, recipients),
        case.documents,
        channels,
        case.revision,
    )
    entry = Entry(
        act.by,
        None,
        now,
        stamp_of(act.by, now, rules.zone),
        act.message,
        act.text,
        recipients,
        expects,
        documents,
    )
    return Decision(sent, _entries(case, EntryKind.SENT, entry, rules), envelopes)


def expected_action(act: SendMessage, rules: Rules) -> ExpectedAction | Refusal:
    """Give the expected action, or what forbids the send whoever the recipients are."""
    if Right.SEND not in rules.rights[act.role]:
        return Refusal.ROLE_MISSING
    if act.expects is None:
        return Refusal.NO_EXPECTED_ACTION
    expects = EXPECTED_ACTIONS.get(act.expects)
    if expects is None:
        return Refusal.UNKNOWN_EXPECTED_ACTION
    return expects if act.text.strip() else Refusal.BLANK_TEXT


def _recipients(case: Case, act: SendMessage, rules: Rules) -> tuple[str, ...] | Refusal:
    if act.to is not None:
        return rules.recipients_of(act.to, rules.normal_address)
    return case.preset or Refusal.NO_RECIPIENT


def set_release(case: Case, act: SetRelease, rules: Rules) -> Decision[Case] | Refusal:
    """Give or withhold the right to create messages; it travels like a message (RGT-2)."""
    if Right.SET_RELEASE not in rules.rights[act.role]:
        return Refusal.ROLE_MISSING
    recipients = rules.recipients_of((act.recipient,), rules.normal_address)
    if isinstance(recipients, Refusal):
        return recipients
    release = Release(act.create_messages, case.subject, case.revision)
    channels, envelopes = _post(case, recipients, release, rules)
    released = ReleaseSet(case.number, recipients[0], act.create_messages, act.by)
    return Decision(_with_channels(case, channels), (released,), envelopes)


def _with_channels(case: Case, channels: Mapping[str, Channel]) -> Case:
    return Case(
        case.number,
        case.subject,
        case.follow_up_on,
        case.status,
        case.acknowledged_on,
        case.shown,
        case.last_sent,
        case.preset,
        case.documents,
        channels,
        case.revision,
    )


def _post(
    case: Case, recipients: tuple[str, ...], content: Downward, rules: Rules
) -> tuple[Mapping[str, Channel], tuple[Envelope, ...]]:
    """Address the content to each recipient, with the next number of each channel."""
    if rules.transports[type(content)] is Transport.REPLICATION:
        return case.channels, tuple(
            Envelope(case.number, recipient, 0, content) for recipient in recipients
        )
    channels = dict(case.channels)
    envelopes: list[Envelope] = []
    for recipient in recipients:
        before = channels.get(recipient, _UNUSED)
        channels[recipient] = Channel(before.sent + 1, before.taken)
        envelopes.append(Envelope(case.number, recipient, before.sent + 1, content))
    return channels, tuple(envelopes)


def take_into_case(
    case: Case,
    envelope: Envelope,
    now: datetime,
    rules: Rules,
    logged: Callable[[str], bool] = lambda _: True,
) -> Decision[Case] | Refusal:
    """Take what a mailbox sent, exactly once and in order; a duplicate changes nothing (DLV-5).

    `now` is the moment of arrival; `logged` says whether the activity list has a reply, by its id.
    One that is not there is no duplicate, whatever its number: the sender went on from a backup.
    A read mark that comes twice changes nothing by itself.
    """
    channels, content = case.channels, envelope.content
    if envelope.number:
        channel = channels.get(envelope.recipient, _UNUSED)
        taking = rules.taking(envelope.number, channel.taken)
        if taking is Taking.GAP:
            return Refusal.ENVELOPE_GAP
        if taking is Taking.DUPLICATE and isinstance(content, Reply) and logged(content.message):
            return Decision(case)
        taken = Channel(channel.sent, max(envelope.number, channel.taken))
        channels = {**channels, envelope.recipient: taken}
    match content:
        case Reply():
            return _take_reply(case, channels, envelope.recipient, content, now, rules)
        case ReadMark():
            return _take_read_mark(case, channels, envelope.recipient, content, now, rules)
        case _:
            return Refusal.MISDIRECTED


def _take_reply(
    case: Case,
    channels: Mapping[str, Channel],
    author: str,
    reply: Reply,
    now: datetime,
    rules: Rules,
) -> Decision[Case]:
    """Let a recipient's message arrive: entry, files, fields (LOG-2, REP-5, REP-6, STA-3)."""
    asked_for_file = reply.asked is ExpectedAction.REPLY_WITH_FILE
    fileless = asked_for_file and not reply.files
    change = rules.case_changes[
        CaseEvent.CAME_BACK_WITHOUT_FILE if fileless else CaseEvent.CAME_BACK
    ]
    shows = rules.shows(reply.answers, case.last_sent)
    status, acknowledged_on, shown = case.status, case.acknowledged_on, case.shown
    if shows:
        acknowledged_on = _day(
            change.acknowledged_on, acknowledged_on, reply.written_at, now, rules
        )
    if shows and change.status is not None:
        status, shown = change.status, None
    names = tuple([file.name for file in reply.files])
    follow_up_on = _day(change.follow_up_on, case.follow_up_on, reply.written_at, now, rules)
    arrived = Case(
        case.number,
        case.subject,
        follow_up_on,
        status,
        acknowledged_on,
        shown,
        case.last_sent,
        case.preset,
        case.documents.union(names) if names else case.documents,
        channels,
        case.revision,
    )
    stamp = stamp_of(rules.carrier, reply.written_at, rules.zone)
    entry = Entry(
        author, rules.carrier, reply.written_at, stamp, reply.message, reply.text, (), None, names
    )
    facts: list[Fact] = [MessageArrived(case.number, reply.message, now)]
    facts += _entries(case, EntryKind.CAME_BACK, entry, rules)
    facts += [DocumentFiled(case.number, f.name, f.size, reply.message) for f in reply.files]
    if follow_up_on != case.follow_up_on:
        facts.append(CaseChanged(case.number, case.subject, follow_up_on, case.revision))
    return Decision(arrived, tuple(facts))


def _take_read_mark(
    case: Case,
    channels: Mapping[str, Channel],
    reader: str,
    mark: ReadMark,
    now: datetime,
    rules: Rules,
) -> Decision[Case]:
    """Set the date of the shown message that was seen; older ones do not show (STA-4, STA-6)."""
    shown = case.shown
    if shown is None or shown.message != mark.message:
        same = channels is case.channels
        return Decision(case if same else _with_channels(case, channels))
    receipt = rules.receipts[shown.expects]
    change = rules.case_changes[CaseEvent.SEEN]
    seen_on = rules.day_of(mark.seen_at, rules.zone)
    if shown.seen_on is not None:
        seen_on = receipt.pick(shown.seen_on, seen_on)
    waiting = shown.waiting - {reader}
    acknowledged_on = case.acknowledged_on
    if change.acknowledged_on is Day.SEEN:
        acknowledged_on = None if waiting else seen_on
    elif change.acknowledged_on is Day.CLEARED:
        acknowledged_on = None
    status = case.status if change.status is None else change.status
    seen = Case(
        case.number,
        case.subject,
        _day(change.follow_up_on, case.follow_up_on, mark.seen_at, now, rules),
        status,
        acknowledged_on,
        Shown(shown.message, shown.expects, waiting, seen_on),
        case.last_sent,
        case.preset,
        case.documents,
        channels,
        case.revision,
    )
    return Decision(seen)


def replication_changes_cases(rules: Rules) -> bool:
    """Say whether a case can be another one after its record was replicated: not so (RPL-3)."""
    return rules.case_changes[CaseEvent.REPLICATED] != CaseChange(None, Day.KEPT, Day.KEPT)


def replicated(case: Case, now: datetime, rules: Rules) -> Case:
    """Give the case after its record was replicated: its fields are as before (RPL-3)."""
    change = rules.case_changes[CaseEvent.REPLICATED]
    follow_up_on = _day(change.follow_up_on, case.follow_up_on, now, now, rules)
    acknowledged_on = _day(change.acknowledged_on, case.acknowledged_on, now, now, rules)
    status = case.status if change.status is None else change.status
    if (follow_up_on, acknowledged_on, status) == (
        case.follow_up_on,
        case.acknowledged_on,
        case.status,
    ):
        return case
    return evolve(case, follow_up_on=follow_up_on, acknowledged_on=acknowledged_on, status=status)


def _day(
    day: Day, before: date | None, written_at: datetime, arrived_at: datetime, rules: Rules
) -> date | None:
    """Give the value of a date field after an event."""
    match day:
        case Day.KEPT:
            return before
        case Day.CLEARED:
            return None
        case Day.ARRIVED:
            return rules.day_of(arrived_at, rules.zone)
        case _:
            return rules.day_of(written_at, rules.zone)


def _entries(case: Case, kind: EntryKind, entry: Entry, rules: Rules) -> tuple[EntryLogged, ...]:
    """Log what the table says an event leaves, with the fields that it says are shown."""
    return tuple([EntryLogged(case.number, _shown(entry, f)) for f in rules.entries[kind]])


def _shown(entry: Entry, fields: frozenset[str]) -> Entry:
    return Entry(
        entry.author,
        entry.carried_by if "carried_by" in fields else None,
        entry.at,
        entry.stamp,
        entry.message if "message" in fields else None,
        entry.text if "text" in fields else "",
        entry.to if "to" in fields else (),
        entry.expects if "expects" in fields else None,
        entry.files if "files" in fields else (),
    )


@frozen
class CaseFields:
    """The status fields as a caseworker sees them; None where they are hidden (STA-7)."""

    cloud_status: CloudStatus | None
    acknowledged_on: date | None


def fields_for(case: Case, role: CloudRole, rules: Rules) -> CaseFields:
    """Give the status fields of a case for a viewer with this role (STA-7)."""
    if Right.SEE_STATUS not in rules.rights[role]:
        return CaseFields(None, None)
    return CaseFields(case.status, case.acknowledged_on)


def listed_for(case: Case, role: CloudRole, rules: Rules) -> CloudStatus | None:
    """Give the status of a case in the case list for a viewer with this role (STA-7, STA-8)."""
    status = fields_for(case, role, rules).cloud_status
    return None if status is None else rules.listed_status(status)
