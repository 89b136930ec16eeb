"""What happened: facts to be stored, envelopes to be carried to the other side, and mails."""

from datetime import date, datetime
from typing import Generic, TypeVar

from attrs import field

from reference.domain.acts import File
from reference.domain.values import frozen
from reference.domain.words import CaseNumber, ExpectedAction, MailEvent

State_co = TypeVar("State_co", covariant=True)


@frozen
class Entry:
    """A line of the activity list; what an entry of its kind does not show is None or empty."""

    author: str
    carried_by: str | None
    at: datetime
    stamp: str
    message: str | None
    text: str
    to: tuple[str, ...]
    expects: ExpectedAction | None
    files: tuple[str, ...]


@frozen
class CaseCreated:
    """A case came into being."""

    case: CaseNumber
    by: str


@frozen
class CaseChanged:
    """Case data changed that replication carries (RPL-2)."""

    case: CaseNumber
    subject: str
    follow_up_on: date | None
    revision: int = field(default=0, eq=False)


@frozen
class DocumentFiled:
    """A document came to the case documents; `message` is the reply that brought it."""

    case: CaseNumber
    document: str
    size: int
    message: str | None


@frozen
class EntryLogged:
    """The activity list of a case got its next entry (LOG-3)."""

    case: CaseNumber
    entry: Entry


@frozen
class ReleaseSet:
    """A caseworker gave or withheld the right to create messages (RGT-2)."""

    case: CaseNumber
    recipient: str
    create_messages: bool
    by: str


@frozen
class MessageArrived:
    """A recipient's message came into its case (DLV-5)."""

    case: CaseNumber
    message: str
    at: datetime


@frozen
class MessageReceived:
    """A message came into a recipient's mailbox; its notice is due (MAIL-1)."""

    case: CaseNumber
    recipient: str
    message: str
    text: str
    expects: ExpectedAction
    documents: tuple[str, ...]


@frozen
class MessageMarked:
    """What one message counts as for its recipient has changed."""

    case: CaseNumber
    recipient: str
    message: str
    read: bool
    opened: bool
    answered: bool
    at: datetime


@frozen
class ReplyWritten:
    """A recipient wrote a message."""

    case: CaseNumber
    recipient: str
    message: str
    answers: str | None
    text: str
    files: tuple[File, ...]
    at: datetime


@frozen
class AccountCreated:
    """An address got an account, not registered yet (ACC-1)."""

    address: str


@frozen
class LinkIssued:
    """A registration link was made; it serves once and runs out (ACC-2)."""

    address: str
    token: str
    expires_at: datetime


@frozen
class AccountRegistered:
    """A recipient set a password."""

    address: str
    at: datetime


@frozen
class Mail:
    """A mail to be sent once; the same `message_id` marks a repetition (MAIL-4)."""

    to: str
    event: MailEvent
    message: str | None
    message_id: str
    subject: str
    body: str
    link: str | None


Fact = (
    CaseCreated
    | CaseChanged
    | DocumentFiled
    | EntryLogged
    | ReleaseSet
    | MessageArrived
    | MessageReceived
    | MessageMarked
    | ReplyWritten
    | AccountCreated
    | LinkIssued
    | AccountRegistered
)


@frozen
class Message:
    """A message on its way to one recipient, with the subject and documents as of sending.

    `revision` is that of the subject, here and elsewhere: one that has a smaller number is older.
    """

    message: str
    text: str
    expects: ExpectedAction
    subject: str
    documents: tuple[str, ...]
    revision: int = field(default=0, eq=False)


@frozen
class Release:
    """A right on its way to one recipient; the subject serves where the case is not known yet."""

    create_messages: bool
    subject: str
    revision: int = field(default=0, eq=False)


@frozen
class Reply:
    """A recipient's message on its way to the case; `asked` is what the answered one expects."""

    message: str
    answers: str | None
    asked: ExpectedAction | None
    text: str
    files: tuple[File, ...]
    written_at: datetime


@frozen
class ReadMark:
    """The news that a recipient has seen a message, on its way to the case."""

    message: str
    seen_at: datetime


Downward = Message | Release
Upward = Reply | ReadMark


@frozen
class Envelope:
    """What the link carries between a case and the mailbox of one recipient.

    `number` counts the envelopes of one direction from 1. It is 0 where replication carries the
    content, which is taken by its meaning: a read mark that comes twice changes nothing.
    """

    case: CaseNumber
    recipient: str
    number: int
    content: Downward | Upward


@frozen
class Decision(Generic[State_co]):
    """What an act comes to: the new state, what to store, what to carry and what to mail."""

    state: State_co
    facts: tuple[Fact, ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    mails: tuple[Mail, ...] = ()
