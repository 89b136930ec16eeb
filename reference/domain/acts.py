"""What people ask for. Texts come as they were given; the decisions refuse."""

from datetime import date

from reference.domain.values import frozen
from reference.domain.words import CaseNumber, CloudRole


@frozen
class File:
    """A file of a reply, by name and size in bytes."""

    name: str
    size: int


@frozen
class CreateCase:
    """A caseworker creates a case."""

    case: CaseNumber
    by: str
    subject: str = ""
    follow_up_on: date | None = None


@frozen
class EditCase:
    """A caseworker changes the data of a case; it is given whole."""

    by: str
    subject: str
    follow_up_on: date | None


@frozen
class AddDocument:
    """A caseworker files a document under a case; the same name again replaces it."""

    by: str
    document: str
    size: int = 0


@frozen
class WriteNote:
    """A caseworker saves a text without sharing it (SEND-2)."""

    by: str
    text: str


@frozen
class SendMessage:
    """A caseworker shares a text; `to` is None where the preset recipients serve (SEND-6)."""

    by: str
    role: CloudRole
    message: str
    text: str
    expects: str | None
    to: tuple[str, ...] | None = None
    documents: tuple[str, ...] = ()


@frozen
class SetRelease:
    """A caseworker gives or withholds the right to create messages (RGT-2)."""

    by: str
    role: CloudRole
    recipient: str
    create_messages: bool


@frozen
class Open:
    """A recipient opens; `message` is the entry's, and not used via widget or case (INB-2)."""

    via: str
    message: str | None = None


@frozen
class MarkRead:
    """A recipient clicks "Gelesen markieren" at an entry (INB-5)."""

    message: str


@frozen
class WriteReply:
    """A recipient writes; `answers` is None for "Neue Nachricht" (INB-10)."""

    message: str
    answers: str | None
    text: str
    files: tuple[File, ...] = ()


CaseAct = EditCase | AddDocument | WriteNote | SendMessage | SetRelease
MailboxAct = Open | MarkRead | WriteReply
