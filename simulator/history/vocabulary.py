"""The words of a trace: every act, observation and `given` line with its fields.

These tables are the one place that says what a trace may contain. The reader checks lines against
them, the JSON Schema and the field tables in the documentation are generated from them.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from attrs import evolve, frozen


class Kind(StrEnum):
    """What a field's value has to be."""

    MOMENT = "moment"  # ISO 8601 with an offset: 2024-02-19T12:18:16+01:00
    DATE = "date"  # a calendar day: 2024-02-19
    TEXT = "text"  # any string
    NAME = "name"  # a non-empty string: a user, an address, a file, a message id
    CASE = "case"  # a case's number: an integer, or a non-empty string
    COUNT = "count"  # an integer >= 0
    FLAG = "flag"  # true or false
    WORD = "word"  # one of the field's words
    NAMES = "names"  # a list of names
    RECORDS = "records"  # a list of objects with the field's own fields
    RIGHTS = "rights"  # an object: recipient -> true or false
    READINGS = "readings"  # an object: reading -> one of its values


@frozen
class Field:
    """One field of a line: its name, what its value is, and what it means."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    nullable: bool = False
    words: tuple[str, ...] = ()
    fields: tuple["Field", ...] = ()


EXPECTED_ACTIONS: Final = ("acknowledge", "reply", "reply_with_file")
ROLES: Final = ("none", "Benutzer", "Administrator")
STATUSES: Final = ("OK", "Info", "Antwort", "Datei", "")
VIAS: Final = ("widget", "case", "attachments", "message", "reply")
#: The ways of opening that name a case; the others name the message of an entry (INB-2).
VIAS_OF_CASE: Final = ("widget", "case")
HINTS: Final = ("reply", "documents")
BUTTONS: Final = ("reply", "new_message")
EVENTS: Final = ("new_message", "registration")
FAULTS: Final = ("portal", "mail", "replication", "link", "server")
#: What has to be up for messages to get through, and for a run of the replication.
CARRIES: Final = frozenset({"portal", "link", "server"})
RUNS: Final = CARRIES | {"replication"}
FAULT_STATES: Final = ("down", "slow", "up")
OUTCOMES: Final = ("ok", "refused", "unknown")
RECORD_KINDS: Final = ("case", "document", "address")

#: What the rules leave open: the values of each reading with what they say, the default first.
READ_AS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "fileless_reply": {
            "ok": "a reply without the file that was asked for sets status OK and the date",
            "unchanged": "a reply without the file that was asked for leaves status and date",
        },
        "acknowledge_on_open": {
            "never": "to open a message that asks for a reply sets no date",
            "first_open": 'who first opens a message that asks for a reply sets "acknowledged on"',
        },
        "several_acknowledge": {
            "first": "of the recipients of an Info message, the first one who reads sets the date",
            "latest": "each recipient of an Info message who reads sets the date anew, once",
            "all": "the date of an Info message is set when the last of its recipients has read it",
        },
        "reply_scope": {
            "message": "an answer settles the message that it answers",
            "case": "an answer settles all of the case, file requests only if it has a file",
        },
        "open_scope": {
            "case": "to open a case opens all its messages",
            "message": "to open a case opens its newest message",
        },
        "preset_recipients": {
            "last": "preset are the recipients of the case's last message",
            "all": "preset are all recipients that the case ever had",
        },
        "reply_right": {
            "unless_withheld": "recipients may write, unless a release withholds it",
            "if_granted": "recipients may write if a release grants it",
        },
        "megabyte": {
            "binary": "35 MB are 35 · 1024² bytes",
            "decimal": "35 MB are 35 · 1000² bytes",
        },
        "last_communication": {
            "newest": "the newest message of the case, sent or received, decides its fields",
            "last_sent": "the last message sent and the answers to it decide the case's fields",
        },
        "receipt_transport": {
            "immediate": "that a message was read is known in the case at once",
            "replication": "that a message was read is known in the case after the next run",
        },
    }
)
#: The values of each reading, the default first.
READINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name: tuple(values) for name, values in READ_AS.items()}
)


def _name(name: str, meaning: str, *, required: bool = True, nullable: bool = False) -> Field:
    return Field(name, Kind.NAME, meaning, required, nullable)


AT: Final = Field("at", Kind.MOMENT, "when it happened or was seen", required=True)
BY: Final = _name("by", "who acted or looked: a caseworker's name or a recipient's address")
OUTCOME: Final = Field("outcome", Kind.WORD, "what came of it", required=True, words=OUTCOMES)
REASON: Final = Field(
    "reason", Kind.TEXT, "the code of the refusal, where known; not judged", nullable=True
)
CASE: Final = Field("case", Kind.CASE, "the case's number", required=True)
MESSAGE: Final = _name("message", "the message's id, unique in the trace")
SUBJECT: Final = Field("subject", Kind.TEXT, "the case's subject")
FOLLOW_UP: Final = Field("follow_up_on", Kind.DATE, "Wiedervorlage", nullable=True)
TEXT: Final = Field("text", Kind.TEXT, "the text")
DOCUMENTS: Final = Field("documents", Kind.NAMES, "names of shared documents")
EXPECTS: Final = Field(
    "expects",
    Kind.WORD,
    "the expected action",
    required=True,
    nullable=True,
    words=EXPECTED_ACTIONS,
)
FILES: Final = Field(
    "files",
    Kind.RECORDS,
    "the files of a reply",
    fields=(
        _name("name", "the file's name"),
        Field("size", Kind.COUNT, "its size in bytes", required=True),
    ),
)

#: Fields of each act besides `at`, `by`, `outcome` and `reason`. Only the identifying ones are
#: required; in a refused act every field may be absent or hold any value.
ACTS: Final[Mapping[str, tuple[Field, ...]]] = MappingProxyType(
    {
        "set_role": (
            _name("caseworker", "whose role is set"),
            Field("role", Kind.WORD, "the cloud role", required=True, words=ROLES),
            _name("email", "the caseworker's address", required=False, nullable=True),
        ),
        "create_case": (CASE, SUBJECT, FOLLOW_UP),
        "edit_case": (CASE, SUBJECT, FOLLOW_UP),
        "add_document": (
            CASE,
            _name("document", "the document's name in the case"),
            Field("size", Kind.COUNT, "its size in bytes"),
        ),
        "note": (CASE, TEXT),
        "send": (
            CASE,
            MESSAGE,
            TEXT,
            EXPECTS,
            Field("to", Kind.NAMES, "addresses chosen; absent: the preset"),
            DOCUMENTS,
        ),
        "set_release": (
            CASE,
            _name("recipient", "the recipient of the release"),
            Field("create_messages", Kind.FLAG, "the right to write", required=True),
        ),
        "set_mail": (
            Field("event", Kind.WORD, "the mail's event", required=True, words=EVENTS),
            Field("enabled", Kind.FLAG, "whether the event sends mails"),
            Field("subject", Kind.TEXT, "the subject's template"),
            Field("body", Kind.TEXT, "the body's template"),
        ),
        "register": (_name("link", "the mailed link that was used", required=False),),
        "request_link": (),
        "open": (
            CASE,
            Field("via", Kind.WORD, "what was clicked", required=True, words=VIAS),
            _name("message", "the entry's message (not via widget or case)", required=False),
        ),
        "mark_read": (MESSAGE,),
        "reply": (
            CASE,
            MESSAGE,
            Field(
                "answers",
                Kind.NAME,
                "the message that it answers; null: a new message",
                required=True,
                nullable=True,
            ),
            TEXT,
            FILES,
        ),
        "replicate": (
            Field(
                "result", Kind.COUNT, "0 all taken, 1 some records failed, 2 failed", required=True
            ),
            Field("failed", Kind.COUNT, "records that failed, with result 1"),
            Field(
                "bundles",
                Kind.RECORDS,
                "the bundles of the run, in order",
                fields=(
                    Field(
                        "kind", Kind.WORD, "the kind of record", required=True, words=RECORD_KINDS
                    ),
                    Field("records", Kind.COUNT, "how many records it held", required=True),
                    Field("result", Kind.COUNT, "the receiver's answer: 0, 1 or 2"),
                ),
            ),
        ),
        "fault": (
            Field("what", Kind.WORD, "what is at fault", required=True, words=FAULTS),
            Field("state", Kind.WORD, "its state from now on", required=True, words=FAULT_STATES),
        ),
    }
)

#: Acts that nobody in particular does: `by` may be absent.
ACTS_OF_NOBODY: Final = frozenset({"replicate", "fault", "set_role", "set_mail"})

#: Fields of each observation besides `at`.
SEES: Final[Mapping[str, tuple[Field, ...]]] = MappingProxyType(
    {
        "case": (
            BY,
            CASE,
            Field("cloud_status", Kind.WORD, "KCloud Status", nullable=True, words=STATUSES),
            Field("status_text", Kind.TEXT, 'the field "assfinet cloud"', nullable=True),
            Field("acknowledged_on", Kind.DATE, "Kenntnisnahme am", nullable=True),
            FOLLOW_UP,
            Field("under_way", Kind.NAMES, "messages not delivered to all their recipients yet"),
        ),
        "case_list": (
            BY,
            Field(
                "cases",
                Kind.RECORDS,
                "the Vorgangsliste; cases may be left out",
                required=True,
                fields=(
                    CASE,
                    Field(
                        "cloud_status", Kind.WORD, "KCloud Status", nullable=True, words=STATUSES
                    ),
                ),
            ),
        ),
        "inbox": (
            BY,
            Field("unread", Kind.COUNT, "the number shown"),
            Field(
                "messages",
                Kind.RECORDS,
                "all messages received; complete, in any order",
                fields=(
                    MESSAGE,
                    Field("unread", Kind.FLAG, "counts as unread"),
                    Field("hint", Kind.WORD, "what the hint asks for", nullable=True, words=HINTS),
                    Field("opened", Kind.FLAG, "was opened"),
                    Field("answered", Kind.FLAG, "was answered"),
                ),
            ),
        ),
        "portal_case": (
            BY,
            CASE,
            SUBJECT,
            DOCUMENTS,
            Field("text", Kind.TEXT, "the text of the newest message", nullable=True),
            Field("button", Kind.WORD, "the button offered", nullable=True, words=BUTTONS),
        ),
        "activities": (
            BY,
            CASE,
            Field(
                "entries",
                Kind.RECORDS,
                "the Aktivitätenliste, oldest first; complete",
                required=True,
                fields=(
                    _name("author", "who wrote it", required=False),
                    _name(
                        "carried_by",
                        "the MVP user who stands for it",
                        required=False,
                        nullable=True,
                    ),
                    Field("at", Kind.MOMENT, "when it was written"),
                    Field("stamp", Kind.TEXT, "the head line: a name, then am 19.02.2024 12:18:16"),
                    _name("message", "its message; null for a note", required=False, nullable=True),
                    TEXT,
                    Field("to", Kind.NAMES, "the recipients' addresses"),
                    Field(
                        "expects",
                        Kind.WORD,
                        "the expected action",
                        nullable=True,
                        words=EXPECTED_ACTIONS,
                    ),
                    Field("files", Kind.NAMES, "names of shared documents or of the reply's files"),
                ),
            ),
        ),
        "preset": (
            BY,
            CASE,
            Field("recipients", Kind.NAMES, "the preset recipients", required=True),
        ),
        "arrival": (CASE, MESSAGE),
        "mail": (
            _name("to", "the address it came to"),
            Field("event", Kind.WORD, "what it is about", required=True, words=EVENTS),
            _name("message", "the message it tells of", required=False, nullable=True),
            _name("message_id", "the mail's Message-ID", required=False),
            Field("body", Kind.TEXT, "its text"),
            _name("link", "the registration link in it", required=False),
        ),
    }
)

#: What a log that begins in mid-life tells of the time before.
GIVENS: Final[Mapping[str, tuple[Field, ...]]] = MappingProxyType(
    {
        "case": (
            CASE,
            SUBJECT,
            FOLLOW_UP,
            Field("cloud_status", Kind.WORD, "KCloud Status", words=STATUSES),
            Field("acknowledged_on", Kind.DATE, "Kenntnisnahme am", nullable=True),
            DOCUMENTS,
            Field("preset", Kind.NAMES, "the preset recipients"),
            Field("chosen", Kind.NAMES, "all recipients ever chosen"),
            Field("releases", Kind.RIGHTS, "recipient -> the right to write"),
        ),
        "message": (
            CASE,
            MESSAGE,
            _name("by", "who wrote it"),
            Field(
                "expects", Kind.WORD, "the expected action", nullable=True, words=EXPECTED_ACTIONS
            ),
            Field("to", Kind.NAMES, "its recipients; absent in a reply"),
            Field("answers", Kind.NAME, "the message that a reply answers", nullable=True),
            TEXT,
        ),
        "mailbox": (
            CASE,
            _name("recipient", "whose mailbox"),
            Field(
                "messages",
                Kind.RECORDS,
                "what had happened to the messages in it",
                required=True,
                fields=(
                    MESSAGE,
                    Field("opened", Kind.FLAG, "was opened", required=True),
                    Field("marked", Kind.FLAG, "was marked read"),
                    Field("answered", Kind.FLAG, "was answered", required=True),
                    Field("answered_with_file", Kind.FLAG, "with at least one file"),
                ),
            ),
        ),
    }
)

#: The lines that are no header: the field that tells what they are, its words, their fields.
KINDS: Final[Mapping[str, Mapping[str, tuple[Field, ...]]]] = MappingProxyType(
    {"act": ACTS, "see": SEES, "given": GIVENS}
)

#: The optional first line.
HEADER: Final = (
    Field("trace", Kind.COUNT, "the version of the format: 1", required=True),
    Field("time_zone", Kind.NAME, "the broker's time zone; Europe/Berlin unless set"),
    Field("readings", Kind.READINGS, "reading -> value; the default where absent"),
    Field("carrier", Kind.NAME, "the MVP user who stands for transfers; cloudtransfer unless set"),
)


@cache
def fields_of(kind: str, word: str) -> tuple[Field, ...]:
    """All fields that a line of this act, observation or `given` may have, in their order.

    Raises KeyError for a word that the vocabulary does not know.
    """
    own = KINDS[kind][word]
    head = (AT, Field(kind, Kind.WORD, "what the line tells", required=True, words=(word,)))
    if kind != "act":
        return (*head, *own)
    by = evolve(BY, required=word not in ACTS_OF_NOBODY)
    return (*head, by, *own, OUTCOME, REASON)


@cache
def strict_fields_of(word: str) -> tuple[Field, ...]:
    """Give the fields whose values are checked even in a refused act."""
    own = {field.name for field in ACTS[word]}
    return tuple(field for field in fields_of("act", word) if field.name not in own)


#: The product's own labels, and the words that they stand for.
LABELS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "expects": MappingProxyType(
            {
                "Kenntnisnahme": "acknowledge",
                "Antwort": "reply",
                "Antwort mit Datei": "reply_with_file",
            }
        ),
        "role": MappingProxyType({"keine": "none"}),
        "event": MappingProxyType({"Neue Nachricht am Vorgang": "new_message"}),
        "hint": MappingProxyType({"Antwort erwartet": "reply", "Unterlagen erwartet": "documents"}),
        "button": MappingProxyType({"Antworten": "reply", "Neue Nachricht": "new_message"}),
        "cloud_status": MappingProxyType(
            {
                "leer": "",
                "Vorgang liegt beim Makler": "OK",
                "Warten auf Lesebestätigung des Empfängers": "Info",
                "Wartet auf Antwort des Empfängers": "Antwort",
                "Wartet auf Unterlagen des Empfängers": "Datei",
            }
        ),
        "act": MappingProxyType({"Antworten": "reply", "Gelesen markieren": "mark_read"}),
        "see": MappingProxyType(
            {
                "Vorgang": "case",
                "Vorgangsliste": "case_list",
                "Posteingang": "inbox",
                "Aktivitätenliste": "activities",
            }
        ),
    }
)
