"""The outbox of a side: what waits there until the other side has taken it."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from attrs import define

from reference.clock import wall_clock
from reference.domain.words import CaseNumber, Transport
from reference.store.bulk import write_all
from reference.store.link_content import LinkContent, written

INSERT_PARCEL: Final = """
    INSERT INTO outbox (number, recipient, message, transport, parcel, queued_at)
    VALUES (?, ?, ?, ?, ?, ?)
"""
#: Deletes what was taken from one number to another.
DELETE_PARCELS: Final = "DELETE FROM outbox WHERE id BETWEEN ? AND ? AND transport = ?"


@define(eq=False)
class Outgoing:
    """A content for the other side, with the case, recipient and message it is about.

    `number` and `text` are those that it has in the outbox. What was read from there has no more
    than these.
    """

    content: LinkContent | None
    transport: Transport
    case: CaseNumber | None = None
    recipient: str | None = None
    message: str | None = None
    number: int = 0
    text: str = ""


def put(connection: sqlite3.Connection, contents: Sequence[Outgoing]) -> None:
    """Put contents into the outbox, and number them as they stand there."""
    rows: list[tuple[object, ...]] = []
    now_s = int(wall_clock().timestamp())  # how long it waits is told in real time
    for each in contents:
        assert each.content is not None  # noqa: S101 - it is not there yet
        each.text = written(each.content)
        rows.append(
            (each.case, each.recipient, each.message, str(each.transport), each.text, now_s)
        )
    write_all(connection, INSERT_PARCEL, rows)
    ((last,),) = connection.execute("SELECT last_insert_rowid()")
    for number, each in enumerate(contents, start=last - len(contents) + 1):
        each.number = number  # they rise by one, as nobody else writes
