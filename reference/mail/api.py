"""The mails that were written, for who operates the server; without a mail server, to be read."""

import sqlite3
from datetime import datetime

from attrs import define, frozen

from reference.http.operations import Answer, Call, Operation, Page, Who, shown
from reference.mail.wordings import text_of
from reference.store.codec import from_us
from reference.store.side import Side
from reference.store.unit import Row


@frozen
class MailView:
    """A mail; `body` is empty where it has a link that is none of the operator's business."""

    to: str
    event: str
    message: str | None
    message_id: str
    subject: str
    body: str
    queued_at: datetime
    attempts: int
    sent_at: datetime | None
    given_up_at: datetime | None
    failure: str | None


@frozen
class Mails:
    """A page of mails, oldest first."""

    mails: tuple[MailView, ...]
    next: int | None


@define(eq=False)
class MailsApi:
    """The handler that shows mails; `open_here` to all on this machine, else to operators.

    Mails with `links` are shown whole where nobody else sends them.
    """

    side: Side
    public_url: str
    open_here: bool
    links: bool

    async def list_mails(self, call: Call) -> Answer:
        """List the mails that were written."""
        page: Page = call.query

        def look(connection: sqlite3.Connection) -> Mails:
            return _mails(connection, page, self.public_url, links=self.links)

        return await shown(self.side, look)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operation."""
        return (
            Operation(
                "GET",
                "/mails",
                Who.HERE if self.open_here else Who.ADMINISTRATOR,
                "List mails",
                self.list_mails,
                query=Page,
                answer=Mails,
            ),
        )


def newest_mails(
    connection: sqlite3.Connection, count: int, public_url: str
) -> tuple[MailView, ...]:
    """Give the mails that were written last, whole, the newest first."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM mails").fetchone()
    page = Page(after=max(0, last - count), limit=count)
    return _mails(connection, page, public_url, links=True).mails[::-1]


def _mails(connection: sqlite3.Connection, page: Page, public_url: str, *, links: bool) -> Mails:
    rows = connection.execute(
        "SELECT id, recipient, event, message, message_id, subject, body, link, queued_at, "
        "attempts, sent_at, given_up_at, failure FROM mails WHERE id > ? ORDER BY id LIMIT ?",
        (page.after, page.limit + 1),
    ).fetchall()
    views = tuple(_view(row, public_url, links=links) for row in rows[: page.limit])
    following = int(rows[page.limit - 1][0]) if len(rows) > page.limit else None
    return Mails(views, following)


def _view(row: Row, public_url: str, *, links: bool) -> MailView:
    _, to, event, message, message_id, subject, body, link, queued_at, attempts, *rest = row
    sent_at, given_up_at, failure = rest
    text = text_of(body, link, public_url) if links or link is None else ""
    return MailView(
        to,
        event,
        message,
        message_id,
        subject,
        text,
        from_us(queued_at),
        attempts,
        None if sent_at is None else from_us(sent_at),
        None if given_up_at is None else from_us(given_up_at),
        failure,
    )
