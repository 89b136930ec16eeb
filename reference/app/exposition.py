"""Numbers in the format of Prometheus."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from reference.app.requests import BOUNDS_S, Counted
from reference.store.writer import Writer

CONTENT_TYPE = CONTENT_TYPE_LATEST
#: Side -> what its store told: the name of a metric, what that tells, the number.
Told = Mapping[str, Iterable[tuple[str, str, float]]]


def exposed(requests: Mapping[str, Counted], writers: Mapping[str, Writer], told: Told) -> bytes:
    """Give the text: requests by operation, work by side, and what the stores told."""
    registry = CollectorRegistry()
    registry.register(_Told((*_requests(requests), *_batches(writers), *_gauges(told))))
    return generate_latest(registry)


class _Told(Collector):
    """Metrics that are known already."""

    def __init__(self, metrics: tuple[Metric, ...]) -> None:
        self._metrics = metrics

    def collect(self) -> tuple[Metric, ...]:
        return self._metrics


def _requests(requests: Mapping[str, Counted]) -> Iterator[Metric]:
    count = CounterMetricFamily(
        "collab_requests",
        "Requests that were answered, by operation and status",
        labels=["operation", "status"],
    )
    duration = HistogramMetricFamily(
        "collab_request_seconds",
        "Time from a request to its answer, by operation",
        labels=["operation"],
    )
    for name, counted in requests.items():
        for status, number in counted.by_status.items():
            count.add_metric([name, str(status)], number)
        if counted.by_status:
            duration.add_metric([name], _cumulated(counted.by_duration), counted.seconds)
    yield count
    yield duration


def _cumulated(numbers: list[int]) -> list[tuple[str, float]]:
    total, buckets = 0, list[tuple[str, float]]()
    for bound, number in zip((*map(str, BOUNDS_S), "+Inf"), numbers, strict=True):
        total += number
        buckets.append((bound, total))
    return buckets


def _batches(writers: Mapping[str, Writer]) -> Iterator[Metric]:
    works = CounterMetricFamily(
        "collab_works", "Pieces of work that a store was asked to write", labels=["side"]
    )
    commits = CounterMetricFamily(
        "collab_commits",
        "Transactions of a store: pieces of work that come together share one",
        labels=["side"],
    )
    for name, writer in writers.items():
        works.add_metric([name], writer.works)
        commits.add_metric([name], writer.commits)
    yield works
    yield commits


def _gauges(told: Told) -> Iterable[Metric]:
    families: dict[str, GaugeMetricFamily] = {}
    for side, metrics in told.items():
        for metric, tells, number in metrics:
            if metric not in families:
                families[metric] = GaugeMetricFamily(metric, tells, labels=["side"])
            families[metric].add_metric([side], number)
    return families.values()
