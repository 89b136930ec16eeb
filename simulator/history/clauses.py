"""Which clause of RULES.md is shown where.

A clause is shown by fields of a trace (`act.field`, `see.field`), or it needs a test of the server
or of the pages because no line of a trace can show it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen


class Shown(StrEnum):
    """Where a clause can be seen to hold."""

    TRACE = "trace"
    SERVER_TEST = "server test"
    PAGE_TEST = "page test"


@frozen
class Clause:
    """One clause: its promise in a few words, and what shows it."""

    id: str
    promise: str
    shown: Shown
    fields: tuple[str, ...] = ()


def _trace(promise: str, *fields: str) -> tuple[str, Shown, tuple[str, ...]]:
    return promise, Shown.TRACE, fields


def _server(promise: str) -> tuple[str, Shown, tuple[str, ...]]:
    return promise, Shown.SERVER_TEST, ()


def _page(promise: str) -> tuple[str, Shown, tuple[str, ...]]:
    return promise, Shown.PAGE_TEST, ()


_TABLE: Final = {
    "SEND-1": _trace(
        "a message is written in a new or an existing case",
        "create_case.case",
        "send.case",
        "activities.entries.message",
    ),
    "SEND-2": _trace(
        "a text saved without sharing stays inside",
        "note.case",
        "case.cloud_status",
        "activities.entries.message",
        "inbox.messages.message",
    ),
    "SEND-3": _trace(
        "exactly one expected action is chosen", "send.expects", "inbox.messages.hint"
    ),
    "SEND-4": _trace("a blank text is refused", "send.text"),
    "SEND-5": _trace("the first message needs a recipient", "send.to"),
    "SEND-6": _trace("the earlier recipients are preset", "preset.recipients", "send.to"),
    "SEND-7": _trace("what is chosen becomes the preset", "send.to", "preset.recipients"),
    "SEND-8": _server("the address selection proposes by scope, any address can be added"),
    "SEND-9": _trace(
        "only documents of the case can be shared", "send.documents", "add_document.document"
    ),
    "SEND-10": _page("the message leaves with Freischaltung; leaving the dialog loses nothing"),
    "SEND-11": _server("text blocks are pre-filtered to the catalogue COLLABORATION"),
    "SEND-12": _trace(
        "addresses are compared without case and blanks; a malformed one refuses the send",
        "send.to",
        "inbox.by",
        "preset.recipients",
    ),
    "SEND-13": _trace("a send reaches all recipients or none", "send.to", "inbox.messages.message"),
    "LOG-1": _trace(
        "a sent message leaves an entry with all its particulars",
        "activities.entries.author",
        "activities.entries.at",
        "activities.entries.stamp",
        "activities.entries.text",
        "activities.entries.to",
        "activities.entries.expects",
        "activities.entries.files",
    ),
    "LOG-2": _trace(
        "a recipient's message leaves an entry with writer and carrier",
        "activities.entries.author",
        "activities.entries.carried_by",
        "activities.entries.files",
    ),
    "LOG-3": _trace(
        "entries are in order, never changed, lost or doubled", "activities.entries.message"
    ),
    "DLV-1": _trace("a sent message is in each inbox at once", "send.to", "inbox.messages.message"),
    "DLV-2": _trace(
        "each message reaches each recipient exactly once", "inbox.messages.message", "fault.state"
    ),
    "DLV-3": _trace(
        "messages of a case arrive in the order of sending", "inbox.messages.message", "fault.state"
    ),
    "DLV-4": _trace(
        "an outage delays a message and loses none; it shows as under way",
        "case.under_way",
        "fault.state",
        "inbox.messages.message",
    ),
    "DLV-5": _trace(
        "a reply is in the case at once, exactly once, in order of arrival",
        "reply.message",
        "arrival.message",
        "case.cloud_status",
        "activities.entries.message",
    ),
    "ACC-1": _trace("sending to an unknown address creates its account", "send.to", "register.by"),
    "ACC-2": _trace(
        "a new account gets one registration mail; its link serves once",
        "mail.event",
        "mail.link",
        "register.link",
        "request_link.by",
    ),
    "ACC-3": _trace(
        "who logs in sees the message without any release", "register.by", "inbox.messages.message"
    ),
    "ACC-4": _trace(
        "a recipient sees only what is addressed or released to them",
        "inbox.messages.message",
        "open.case",
        "portal_case.text",
        "portal_case.documents",
    ),
    "ACC-5": _trace(
        "a caseworker's address gets no registration mail", "set_role.email", "mail.event"
    ),
    "MAIL-1": _trace("each recipient gets a notice at once", "mail.to", "mail.message"),
    "MAIL-2": _trace("the notice can be worded and switched off", "set_mail.enabled", "mail.event"),
    "MAIL-3": _trace("a mail carries no text and no document", "mail.body", "send.text"),
    "MAIL-4": _trace(
        "a mail server that is down delays the notice only", "fault.what", "mail.message_id"
    ),
    "INB-1": _trace("the inbox shows how many messages are unread", "inbox.unread"),
    "INB-2": _trace(
        "a message to acknowledge is unread until opened or marked",
        "open.via",
        "mark_read.message",
        "inbox.messages.unread",
    ),
    "INB-3": _trace(
        "a message that asks for a reply is unread until answered",
        "reply.answers",
        "inbox.messages.unread",
    ),
    "INB-4": _trace(
        "a file request is unread until answered with a file",
        "reply.files",
        "inbox.messages.unread",
    ),
    "INB-5": _trace(
        "Gelesen markieren is refused while an answer is expected", "mark_read.message"
    ),
    "INB-6": _trace("an unread request carries a hint", "inbox.messages.hint"),
    "INB-7": _page("a displayed inbox is a snapshot; loaded again, it is right"),
    "INB-8": _trace("once read stays read", "inbox.messages.unread"),
    "INB-9": _trace("one recipient's reading changes nothing for another", "inbox.messages.unread"),
    "INB-10": _trace(
        "any message may be answered; a new message settles nothing",
        "reply.answers",
        "inbox.messages.unread",
    ),
    "INB-11": _trace(
        "unread, opened and answered are separate facts",
        "inbox.messages.opened",
        "inbox.messages.answered",
    ),
    "STA-1": _trace("no communication, no cloud status", "case.cloud_status", "case.status_text"),
    "STA-2": _trace(
        "sending sets the status and clears the date", "case.cloud_status", "case.acknowledged_on"
    ),
    "STA-3": _trace(
        "a recipient's message sets OK and the date it was written",
        "case.cloud_status",
        "case.acknowledged_on",
    ),
    "STA-4": _trace("reading an Info message sets the date", "case.acknowledged_on"),
    "STA-5": _trace("the date belongs to the current status", "case.acknowledged_on"),
    "STA-6": _trace("the case shows the last communication", "case.cloud_status"),
    "STA-7": _trace(
        "the fields are for caseworkers with a cloud role", "case.by", "case.cloud_status"
    ),
    "STA-8": _trace("the case list shows the case's status", "case_list.cases.cloud_status"),
    "STA-9": _trace("dates are days in the broker's time zone", "case.acknowledged_on"),
    "REP-1": _trace(
        "writing needs the right to create messages", "reply.case", "set_release.create_messages"
    ),
    "REP-2": _trace(
        "the page shows the newest text and the right button",
        "portal_case.text",
        "portal_case.button",
    ),
    "REP-3": _trace("a reply needs a text", "reply.text"),
    "REP-4": _trace("at most 20 files and 35 MB", "reply.files"),
    "REP-5": _trace(
        "a reply's files are filed under the case",
        "reply.files",
        "send.documents",
        "activities.entries.files",
    ),
    "REP-6": _trace("a reply's arrival sets the follow-up date", "case.follow_up_on"),
    "RGT-1": _trace("sending needs a cloud role", "set_role.role", "send.by"),
    "RGT-2": _trace(
        "the right to write is set per release, at once and for good",
        "set_release.create_messages",
        "reply.case",
    ),
    "RGT-3": _trace("cloud roles are set by an administrator", "set_role.role"),
    "RPL-1": _server("replication runs every N minutes and by hand"),
    "RPL-2": _trace(
        "case data in the portal is as old as the last run",
        "edit_case.subject",
        "replicate.result",
        "portal_case.subject",
        "portal_case.documents",
    ),
    "RPL-3": _trace(
        "replication touches no message, read mark, status or date",
        "replicate.result",
        "inbox.messages.message",
        "case.acknowledged_on",
    ),
    "RPL-4": _trace(
        "records travel by kind, at most 6000 a bundle", "replicate.bundles", "replicate.failed"
    ),
    "RPL-5": _trace(
        "repeating a bundle changes nothing", "replicate.result", "portal_case.subject"
    ),
    "RPL-6": _trace("a failed run loses nothing", "replicate.result", "portal_case.subject"),
}

#: Every clause of RULES.md, in its order.
CLAUSES: Final[Mapping[str, Clause]] = MappingProxyType(
    {id_: Clause(id_, *clause) for id_, clause in _TABLE.items()}
)
