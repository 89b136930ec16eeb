"""What came into mailboxes and cases, for a harness: it need not look into every inbox."""

import sqlite3
from datetime import datetime
from typing import Final

from attrs import define, frozen

from reference.app.system import System
from reference.domain.words import CaseNumber
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.store.codec import from_us
from reference.store.shapes import Cursor, Limit

_RECEIVED: Final = """
    SELECT id, number, message, recipient, received_at FROM items WHERE id > ? ORDER BY id LIMIT ?
"""
_CAME_BACK: Final = """
    SELECT id, number, message FROM entries
    WHERE id > ? AND carried_by IS NOT NULL ORDER BY id LIMIT ?
"""


@frozen
class Since:
    """After which arrivals: the numbers are those of the answer before."""

    mailboxes_after: Cursor = 0
    cases_after: Cursor = 0
    limit: Limit = 500


@frozen
class Arrival:
    """A message that came into a recipient's mailbox; into its case, where `recipient` is null."""

    case: CaseNumber
    message: str
    recipient: str | None
    at: datetime | None


@frozen
class Arrivals:
    """What arrived, on each side in order; `more` may follow after these numbers."""

    arrivals: tuple[Arrival, ...]
    mailboxes_after: int
    cases_after: int
    more: bool


@define(eq=False)
class ArrivalsApi:
    """The handler that tells what arrived."""

    system: System

    async def list_arrivals(self, call: Call) -> Answer:
        """List what came into mailboxes and cases; in virtual time, when all is at rest."""
        since: Since = call.query
        system = self.system
        if system.faults is not None:
            await system.rest()
        received: list[tuple[int, Arrival]] = []
        came_back: list[tuple[int, Arrival]] = []
        if system.collaboration is not None:
            received = await system.collaboration.reader.look(lambda raw: _received(raw, since))
        if system.mvp is not None:
            came_back = await system.mvp.reader.look(lambda raw: _came_back(raw, since))
        return given(
            Arrivals(
                tuple(arrival for _, arrival in (*received, *came_back)),
                received[-1][0] if received else since.mailboxes_after,
                came_back[-1][0] if came_back else since.cases_after,
                max(len(received), len(came_back)) == since.limit,
            )
        )

    def operations(self) -> tuple[Operation, ...]:
        """Give the operation."""
        return (
            Operation(
                "GET",
                "/api/arrivals",
                Who.ADMINISTRATOR,
                "List what arrived",
                self.list_arrivals,
                query=Since,
                answer=Arrivals,
            ),
        )


def _received(connection: sqlite3.Connection, since: Since) -> list[tuple[int, Arrival]]:
    rows = connection.execute(_RECEIVED, (since.mailboxes_after, since.limit))
    return [
        (number, Arrival(case, message, to, from_us(at))) for number, case, message, to, at in rows
    ]


def _came_back(connection: sqlite3.Connection, since: Since) -> list[tuple[int, Arrival]]:
    rows = connection.execute(_CAME_BACK, (since.cases_after, since.limit))
    return [(number, Arrival(case, message, None, None)) for number, case, message in rows]
