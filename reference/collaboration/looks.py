"""What recipients see, read from the collaboration's store as it was committed last."""

import sqlite3
from datetime import datetime
from typing import Any, Final

from attrs import frozen

from reference.domain.mailbox import button, hint, may_write
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules
from reference.domain.words import CaseNumber
from reference.http.problems import Refused
from reference.store.codec import from_us, loads, structure
from reference.store.collaboration_tables import item_of, load_mailbox
from reference.store.link_content import Attached

#: How many messages the widget shows.
WIDGET_LINES: Final = 5


@frozen
class InboxLine:
    """A received message with the three facts of INB-11, and its hint (INB-6)."""

    message: str
    case: CaseNumber
    subject: str
    expects: str
    unread: bool
    hint: str | None
    opened: bool
    answered: bool
    received_at: datetime
    attachments: int


@frozen
class Inbox:
    """A page of the inbox with the number of unhandled messages (INB-1), oldest first."""

    unread: int
    messages: tuple[InboxLine, ...]
    next: int | None


@frozen
class Widget:
    """The inbox widget of the start page: the number, and the newest unread messages."""

    unread: int
    newest: tuple[InboxLine, ...]


@frozen
class FileView:
    """A file at a message."""

    name: str
    size: int


@frozen
class MessageView:
    """A message of a case, received or written by the recipient, who has read what they wrote."""

    message: str
    author: str | None
    at: datetime
    text: str
    files: tuple[FileView, ...]
    expects: str | None
    answers: str | None
    unread: bool
    hint: str | None


@frozen
class PortalCase:
    """A case as released to a recipient (ACC-4, REP-2); `author` null is the broker."""

    case: CaseNumber
    subject: str
    documents: tuple[str, ...]
    text: str | None
    button: str | None
    may_write: bool
    messages: tuple[MessageView, ...]


@frozen
class ReleasedCase:
    """A case in the list of those released to a recipient."""

    case: CaseNumber
    subject: str
    unread: int


@frozen
class ReleasedCases:
    """A page of the cases released to a recipient, by number; `next` asks for the following one."""

    cases: tuple[ReleasedCase, ...]
    next: CaseNumber | None


_LINE = """
    SELECT i.message, i.expects, i.read, i.opened, i.answered, i.number, b.subject, i.received_at,
           json_array_length(i.documents), i.id
    FROM items AS i JOIN mailboxes AS b ON b.recipient = i.recipient AND b.number = i.number
    WHERE i.recipient = ?
"""
_LINES = f"{_LINE} AND i.id > ? ORDER BY i.id LIMIT ?"
_NEWEST = f"{_LINE} AND (NOT i.read OR NOT ?) ORDER BY i.id DESC LIMIT ? OFFSET ?"


def inbox(
    connection: sqlite3.Connection, address: str, rules: Rules, after: int, limit: int
) -> Inbox:
    """Give a page of the inbox; the number counts all of it (INB-1)."""
    rows = connection.execute(_LINES, (address, after, limit + 1)).fetchall()
    lines = tuple(_line(row, rules) for row in rows[:limit])
    whole = after == 0 and len(rows) <= limit
    unread = sum(line.unread for line in lines) if whole else unread_count(connection, address)
    return Inbox(unread, lines, rows[limit - 1][9] if len(rows) > limit else None)


def unread_count(connection: sqlite3.Connection, address: str) -> int:
    """Give the number of unhandled messages (INB-1)."""
    found = connection.execute(
        "SELECT count(*) FROM items WHERE recipient = ? AND NOT read", (address,)
    )
    (count,) = found.fetchone()
    return int(count)


def _line(row: tuple[object, ...], rules: Rules) -> InboxLine:
    item = item_of(row)
    asks = hint(item, rules)
    return InboxLine(
        item.message,
        row[5],  # type: ignore[arg-type]  # a case's number, as stored
        str(row[6]),
        item.expects.value,
        not item.read,
        None if asks is None else asks.value,
        item.opened,
        item.answered,
        from_us(row[7]),  # type: ignore[arg-type]  # a moment, as stored
        row[8],  # type: ignore[arg-type]  # a count
    )


def newest_lines(
    connection: sqlite3.Connection,
    address: str,
    rules: Rules,
    limit: int,
    *,
    skip: int = 0,
    unread: bool = False,
) -> tuple[InboxLine, ...]:
    """Give messages of the inbox, or its unread ones, newest first, without the first `skip`."""
    rows = connection.execute(_NEWEST, (address, unread, limit, skip))
    return tuple(_line(row, rules) for row in rows)


def widget(connection: sqlite3.Connection, address: str, rules: Rules) -> Widget:
    """Give what the start page's widget shows."""
    lines = newest_lines(connection, address, rules, WIDGET_LINES, unread=True)
    return Widget(unread_count(connection, address), lines)


def released_cases(
    connection: sqlite3.Connection, address: str, after: CaseNumber | None, limit: int
) -> ReleasedCases:
    """Give the cases of which something was released to a recipient (ACC-4)."""
    rows = connection.execute(
        """
        SELECT b.number, b.subject, count(i.id) FROM mailboxes AS b
        LEFT JOIN items AS i ON i.recipient = b.recipient AND i.number = b.number AND NOT i.read
        WHERE b.recipient = ? AND b.number > ? GROUP BY b.number ORDER BY b.number LIMIT ?
        """,
        (address, -1 if after is None else after, limit + 1),  # names come after all numbers
    ).fetchall()
    cases = tuple(ReleasedCase(*row) for row in rows[:limit])
    return ReleasedCases(cases, cases[-1].case if len(rows) > limit else None)


def portal_case(
    connection: sqlite3.Connection, number: CaseNumber, address: str, rules: Rules
) -> PortalCase:
    """Give the page of a case (REP-2); a case that was not released is unknown (ACC-4)."""
    box = load_mailbox(connection, rules.mailbox_key(number, address))
    if box is None:
        raise Refused(Refusal.NOT_ADDRESSED)
    offered = button(box, rules)
    return PortalCase(
        box.case,
        box.subject,
        box.documents,
        box.text,
        None if offered is None else offered.value,
        may_write(box, rules),
        _messages(connection, number, address, rules),
    )


def _messages(
    connection: sqlite3.Connection, number: CaseNumber, address: str, rules: Rules
) -> tuple[MessageView, ...]:
    """Give what was said in a case to and by a recipient, in the order of time."""
    rows = connection.execute(
        """
        SELECT message, expects, read, opened, answered, NULL, received_at AS at, text, documents,
               NULL
        FROM items WHERE recipient = :recipient AND number = :number
        UNION ALL
        SELECT message, NULL, 1, 1, 1, recipient, written_at, text, files, answers
        FROM replies WHERE recipient = :recipient AND number = :number
        ORDER BY at
        """,
        {"recipient": address, "number": number},
    )
    return tuple(_message(row, rules) for row in rows)


def _message(row: tuple[Any, ...], rules: Rules) -> MessageView:
    message, expects, read, _, _, author, at, text, files, answers = row
    asks = None if expects is None else hint(item_of(row), rules)
    return MessageView(
        message,
        author,
        from_us(at),
        text,
        tuple(FileView(file["name"], file.get("size", 0)) for file in loads(files)),
        expects,
        answers,
        not read,
        None if asks is None else asks.value,
    )


def writing_allowed(
    connection: sqlite3.Connection, number: CaseNumber, address: str, rules: Rules
) -> None:
    """Refuse where a recipient cannot write anyway, before files come (REP-1, ACC-4)."""
    box = load_mailbox(connection, rules.mailbox_key(number, address))
    if box is None:
        raise Refused(Refusal.NOT_ADDRESSED)
    if not may_write(box, rules):
        raise Refused(Refusal.WRITING_WITHHELD)


def attached(
    connection: sqlite3.Connection, number: CaseNumber, address: str, message: str
) -> tuple[Attached, ...]:
    """Give the files of a message that a recipient received or wrote (ACC-4)."""
    row = connection.execute(
        """
        SELECT documents FROM items
        WHERE recipient = :recipient AND number = :number AND message = :message
        UNION ALL
        SELECT files FROM replies
        WHERE recipient = :recipient AND number = :number AND message = :message
        """,
        {"recipient": address, "number": number, "message": message},
    ).fetchone()
    if row is None:
        raise Refused(Refusal.UNKNOWN_MESSAGE)
    found: tuple[Attached, ...] = structure(loads(row[0]), tuple[Attached, ...])
    return found
