"""The words of the domain: German where the screen shows it, English where only code does."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

CaseNumber: TypeAlias = int | str  # what an MVP numbers its cases with: 53


class Word(StrEnum):
    """A word that equals and hashes as its text, so that a text finds it in a table."""

    __hash__ = str.__hash__


class ExpectedAction(Word):
    """Nächste Aktion: what the sender expects of the recipient."""

    ACKNOWLEDGE = "acknowledge"
    REPLY = "reply"
    REPLY_WITH_FILE = "reply_with_file"


class CloudRole(Word):
    """Rolle in der cloud, of a caseworker."""

    NONE = "none"
    USER = "Benutzer"
    ADMINISTRATOR = "Administrator"


class Right(Word):
    """What a cloud role allows."""

    SEND = "send"
    SET_RELEASE = "set_release"
    SEE_STATUS = "see_status"


class CloudStatus(Word):
    """KCloud Status: whose move it is in a case."""

    NONE = ""
    OK = "OK"
    INFO = "Info"
    REPLY = "Antwort"
    FILE = "Datei"


#: The text of the field "assfinet cloud" by status (table of STA).
STATUS_TEXTS: Final = MappingProxyType(
    {
        CloudStatus.NONE: "",
        CloudStatus.OK: "Vorgang liegt beim Makler",
        CloudStatus.INFO: "Warten auf Lesebestätigung des Empfängers",
        CloudStatus.REPLY: "Wartet auf Antwort des Empfängers",
        CloudStatus.FILE: "Wartet auf Unterlagen des Empfängers",
    }
)


class Deed(Word):
    """What can happen to a received message; the first five are the ways of opening."""

    OPEN_WIDGET = "widget"
    OPEN_CASE = "case"
    OPEN_ATTACHMENTS = "attachments"
    OPEN_MESSAGE = "message"
    OPEN_REPLY = "reply"
    MARK_READ = "mark_read"
    REPLY = "reply_without_file"
    REPLY_WITH_FILE = "reply_with_file"
    NEW_MESSAGE = "new_message"
    REPLICATION = "replication"


class Via(Word):
    """What a recipient clicked to open; its text is that of the deed."""

    WIDGET = "widget"
    CASE = "case"
    ATTACHMENTS = "attachments"
    MESSAGE = "message"
    REPLY = "reply"


class Effect(Word):
    """What a message counts as after a deed, or that the deed is refused."""

    READ = "read"
    UNREAD = "unread"
    REFUSED = "refused"


class Reach(Word):
    """The messages of a mailbox that a deed touches."""

    ENTRY = "entry"
    NEWEST = "newest"
    ALL = "all"


class CaseEvent(Word):
    """What can happen to the status fields of a case."""

    SENT_TO_ACKNOWLEDGE = "sent_to_acknowledge"
    SENT_FOR_REPLY = "sent_for_reply"
    SENT_FOR_REPLY_WITH_FILE = "sent_for_reply_with_file"
    CAME_BACK = "came_back"
    CAME_BACK_WITHOUT_FILE = "came_back_without_file"
    SEEN = "seen"
    REPLICATED = "replicated"


class Day(Word):
    """The day that a date field takes when something happens."""

    KEPT = "kept"
    CLEARED = "cleared"
    WRITTEN = "written"
    ARRIVED = "arrived"
    SEEN = "seen"


class SeenWhen(Word):
    """What sends a read mark of a message to its case."""

    READ = "read"
    OPENED = "opened"
    NEVER = "never"


class Transport(Word):
    """How an envelope travels."""

    AT_ONCE = "at_once"
    REPLICATION = "replication"


class Taking(Word):
    """What a receiver does with an envelope by its number."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    GAP = "gap"


class Hint(Word):
    """What the hint at an unread message asks for."""

    REPLY = "reply"
    DOCUMENTS = "documents"


class Button(Word):
    """The button on the page of a case: "Antworten" or "Neue Nachricht"."""

    REPLY = "reply"
    NEW_MESSAGE = "new_message"


class EntryKind(Word):
    """The kinds of entry in an activity list."""

    NOTE = "note"
    SENT = "sent"
    CAME_BACK = "came_back"


class Standing(Word):
    """What the collaboration knows of an address when a message comes for it."""

    UNKNOWN = "unknown"
    KNOWN = "known"
    CASEWORKER = "caseworker"


class MailEvent(Word):
    """What a mail is about; `NEW_MESSAGE` is "Neue Nachricht am Vorgang"."""

    NEW_MESSAGE = "new_message"
    REGISTRATION = "registration"


class RecordKind(Word):
    """The kinds of record that replication bundles."""

    CASE = "case"
    DOCUMENT = "document"
    ADDRESS = "address"


class AddressScope(Word):
    """The three buttons of the address selection."""

    CASE = "case"
    CUSTOMER = "customer"
    ALL = "all"
