"""What a server tells of its work, in the format of Prometheus."""

import sqlite3
from collections.abc import Iterator
from functools import partial
from typing import Final

from aiohttp import web
from attrs import define

from reference.app.requests import Requests
from reference.app.system import System
from reference.http.operations import TEXT_TYPE, Call, Operation, Who
from reference.store.codec import to_us
from reference.store.side import Side

#: What a store is asked: name of the metric, what it tells, and the query for one number.
_SHARED: Final = (
    (
        "collab_outbox_parcels",
        "What waits for the link, messages first of all",
        "SELECT count(*) FROM outbox",
    ),
    (
        "collab_outbox_oldest_seconds",
        "Age of what waits longest for the link; 0 if nothing does",
        "SELECT coalesce(CAST(strftime('%s', 'now') AS INTEGER) - min(queued_at), 0) FROM outbox",
    ),
)
_OF_MVP: Final = (
    (
        "collab_replication_marked",
        "Changed records that wait for a replication",
        "SELECT count(*) FROM marked",
    ),
    (
        "collab_replication_last_result",
        "Last replication: 0 all taken, 1 some failed, 2 a bundle failed, -1 broken off or none",
        "SELECT coalesce((SELECT result FROM runs ORDER BY id DESC LIMIT 1), -1)",
    ),
)
_OF_COLLABORATION: Final = (
    (
        "collab_mails_waiting",
        "Mails that are not sent yet; without a mail server, all that are kept",
        "SELECT count(*) FROM mails WHERE sent_at IS NULL AND given_up_at IS NULL",
    ),
    (
        "collab_mails_oldest_seconds",
        "Age of the mail that waits longest; 0 if none does",
        """
        SELECT coalesce((:now - min(queued_at)) / 1000000, 0)
        FROM mails WHERE sent_at IS NULL AND given_up_at IS NULL
        """,
    ),
)
Queries = tuple[tuple[str, str, str], ...]


@define(eq=False)
class MetricsApi:
    """The handler that tells them."""

    system: System
    requests: Requests

    async def show_metrics(self, call: Call) -> web.Response:
        """Show metrics in the format of Prometheus."""
        del call
        from reference.app.exposition import (  # noqa: PLC0415 - many a server is never asked
            CONTENT_TYPE,
            exposed,
        )

        told = {
            name: await side.reader.look(partial(_asked, queries=queries, now=to_us(side.now())))
            for name, side, queries in self._sides()
        }
        writers = {name: side.writer for name, side, _ in self._sides()}
        body = exposed(self.requests.of, writers, told)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    def _sides(self) -> Iterator[tuple[str, Side, Queries]]:
        if self.system.mvp is not None:
            yield "mvp", self.system.mvp, _SHARED + _OF_MVP
        if self.system.collaboration is not None:
            yield "collaboration", self.system.collaboration, _SHARED + _OF_COLLABORATION

    def operations(self) -> tuple[Operation, ...]:
        """Give the operation."""
        return (
            Operation(
                "GET",
                "/metrics",
                Who.HERE,
                "Show metrics",
                self.show_metrics,
                gives=TEXT_TYPE,
            ),
        )


def _asked(
    connection: sqlite3.Connection, queries: Queries, now: int
) -> list[tuple[str, str, float]]:
    return [
        (name, tells, float(connection.execute(query, {"now": now}).fetchone()[0]))
        for name, tells, query in queries
    ]
