"""What a server tells of its work, in the format of Prometheus.

Requests are counted in plain numbers by the loop alone, which costs less than a counter with a
lock; they become metrics when somebody asks.
"""

import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from aiohttp import web
from attrs import Factory, define, field
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from reference.app.system import System
from reference.http.operations import TEXT_TYPE, Call, Operation, Who
from reference.store.codec import to_us
from reference.store.side import Side

#: Upper bounds of the durations, in seconds.
BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
Observe = Callable[[int, float], None]


@define(eq=False)
class _Requests:
    """The requests of one operation."""

    by_status: Counter[int] = Factory(Counter[int])
    by_duration: list[int] = field(factory=lambda: [0] * (len(BOUNDS_S) + 1))
    seconds: float = 0.0

    def observe(self, status: int, seconds: float) -> None:
        """Count a request with its answer's status and how long that took."""
        self.by_status[status] += 1
        self.by_duration[bisect_left(BOUNDS_S, seconds)] += 1
        self.seconds += seconds


@define(eq=False)
class Requests:
    """The requests that were answered, by operation."""

    _of: dict[str, _Requests] = Factory(dict[str, _Requests])

    def observer(self, operation: str) -> Observe:
        """Give what counts a request of an operation."""
        return self._of.setdefault(operation, _Requests()).observe

    def collect(self) -> Iterator[Metric]:
        """Give the metrics."""
        count = CounterMetricFamily(
            "collab_requests", "Requests by operation and status", labels=["operation", "status"]
        )
        duration = HistogramMetricFamily(
            "collab_request_seconds", "Time to the answer", labels=["operation"]
        )
        for name, requests in self._of.items():
            for status, number in requests.by_status.items():
                count.add_metric([name, str(status)], number)
            if requests.by_status:
                duration.add_metric([name], _cumulated(requests.by_duration), requests.seconds)
        yield count
        yield duration


def _cumulated(numbers: list[int]) -> list[tuple[str, float]]:
    total, buckets = 0, list[tuple[str, float]]()
    for bound, number in zip((*map(str, BOUNDS_S), "+Inf"), numbers, strict=True):
        total += number
        buckets.append((bound, total))
    return buckets


#: What a store is asked: name of the metric, what it tells, and the query for one number.
_SHARED: Final = (
    ("collab_outbox_parcels", "Parcels that wait for the link", "SELECT count(*) FROM outbox"),
    (
        "collab_outbox_oldest_seconds",
        "Age of the parcel that waits longest",
        "SELECT coalesce(CAST(strftime('%s', 'now') AS INTEGER) - min(queued_at), 0) FROM outbox",
    ),
)
_OF_MVP: Final = (
    ("collab_replication_marked", "Changed records", "SELECT count(*) FROM marked"),
    (
        "collab_replication_last_result",
        "Answer to the last replication; -1 where it broke off, or there was none",
        "SELECT coalesce((SELECT result FROM runs ORDER BY id DESC LIMIT 1), -1)",
    ),
)
_OF_COLLABORATION: Final = (
    (
        "collab_mails_waiting",
        "Mails that are not sent yet",
        "SELECT count(*) FROM mails WHERE sent_at IS NULL AND given_up_at IS NULL",
    ),
    (
        "collab_mails_oldest_seconds",
        "Age of the mail that waits longest",
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
        families: dict[str, GaugeMetricFamily] = {}
        for name, side, queries in self._sides():
            told = await side.reader.look(partial(_asked, queries=queries, now=to_us(side.now())))
            for metric, tells, number in told:
                family = families.get(metric)
                if family is None:
                    family = families[metric] = GaugeMetricFamily(metric, tells, labels=["side"])
                family.add_metric([name], number)
        metrics = (*self.requests.collect(), *self._batches(), *families.values())
        body = generate_latest(_registry(metrics))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _sides(self) -> Iterator[tuple[str, Side, Queries]]:
        if self.system.mvp is not None:
            yield "mvp", self.system.mvp, _SHARED + _OF_MVP
        if self.system.collaboration is not None:
            yield "collaboration", self.system.collaboration, _SHARED + _OF_COLLABORATION

    def _batches(self) -> Iterator[Metric]:
        works = CounterMetricFamily(
            "collab_works", "Works that the writer of a store did", labels=["side"]
        )
        commits = CounterMetricFamily(
            "collab_commits", "Transactions that they shared", labels=["side"]
        )
        for name, side, _ in self._sides():
            works.add_metric([name], side.writer.works)
            commits.add_metric([name], side.writer.commits)
        yield works
        yield commits

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


def _registry(metrics: tuple[Metric, ...]) -> CollectorRegistry:
    class Told(Collector):
        def collect(self) -> tuple[Metric, ...]:
            return metrics

    registry = CollectorRegistry()
    registry.register(Told())
    return registry
