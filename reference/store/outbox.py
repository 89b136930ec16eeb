"""The outbox of a side: what waits there until the other side has taken it."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from attrs import define

from reference.domain.words import CaseNumber, Transport
from reference.store.bulk import write_all
from reference.store.link_content import LinkContent, written

INSERT_PARCEL: Final = """
    INSERT INTO outbox (number, recipient, message, transport, parcel) VALUES (?, ?, ?, ?, ?)
"""
#: Deletes what was taken from one number to another.
DELETE_PARCELS: Final = "DELETE FROM outbox WHERE id BETWEEN ? AND ? AND transport = ?"


@define(eq=False)
class Posting:
    """A content to be put into the outbox, with the case, recipient and message it is about."""

    content: LinkContent
    transport: Transport
    case: CaseNumber | None = None
    recipient: str | None = None
    message: str | None = None


@define(eq=False)
class Outgoing:
    """A content in the outbox: its number there, its text, and itself where it is at hand."""

    number: int
    text: str
    content: LinkContent | None = None


def put(connection: sqlite3.Connection, postings: Sequence[Posting]) -> list[Outgoing]:
    """Put contents into the outbox; give those that are to go at once."""
    texts = [written(posting.content) for posting in postings]
    rows = [
        (each.case, each.recipient, each.message, str(each.transport), text)
        for each, text in zip(postings, texts, strict=True)
    ]
    write_all(connection, INSERT_PARCEL, rows)
    ((last,),) = connection.execute("SELECT last_insert_rowid()")
    return [  # numbers rise by one, as nobody else writes
        Outgoing(number, text, each.content)
        for number, (each, text) in enumerate(
            zip(postings, texts, strict=True), start=last - len(postings) + 1
        )
        if each.transport is Transport.AT_ONCE
    ]
