"""Samples and the exact figures of them: nothing is estimated.

A sample takes eight bytes; one of 0, as most deliveries in virtual time are, takes none.
"""

from array import array
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import chain, repeat
from math import ceil, fsum
from typing import Final

from attrs import frozen

from simulator.measures.registry import percentile

#: The percentiles that every table shows.
SHOWN: Final = (50.0, 90.0, 95.0, 99.0)
_WHOLE: Final = 100.0
#: Steps of a curve: percentiles from 0 to 100, half a percent apart.
CURVE_STEPS: Final = 200
#: More samples than this, as numbers of Python, would take more memory than a few megabytes.
SORTED_AT_ONCE_MAX: Final = 100_000


class Samples:
    """The samples of a measure."""

    __slots__ = ("_others", "_zeros")

    def __init__(self) -> None:
        """Begin with none."""
        self._zeros = 0
        self._others = array("d")

    def append(self, sample: float) -> None:
        """Take a sample, in the unit of the measure."""
        if sample:
            self._others.append(sample)
        else:
            self._zeros += 1

    def __len__(self) -> int:
        """Say how many there are."""
        return self._zeros + len(self._others)

    def __iter__(self) -> Iterator[float]:
        """Give all of them, in no order."""
        return chain(repeat(0.0, self._zeros), self._others)


@frozen
class Figures:
    """What samples come to, in the unit of their measure; percentiles are samples themselves."""

    count: int
    min: float
    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float


def ranked(ordered: Sequence[float], share: float) -> float:
    """Give the smallest sample that at least `share` per cent of all do not exceed."""
    return ordered[max(ceil(share * len(ordered) / _WHOLE - 1e-9) - 1, 0)]


def figures(ordered: Sequence[float]) -> Figures:
    """Give the figures of samples that are in order; there has to be one."""
    p50, p90, p95, p99 = (ranked(ordered, share) for share in SHOWN)
    mean = fsum(ordered) / len(ordered)
    return Figures(len(ordered), ordered[0], mean, p50, p90, p95, p99, ordered[-1])


def statistic(ordered: Sequence[float], name: str) -> float | None:
    """Give one figure of samples that are in order; None where there are none to ask."""
    if name == "count":
        return len(ordered)
    if not ordered:
        return None
    share = percentile(name)
    if share is not None:
        return ranked(ordered, share)
    return fsum(ordered) / len(ordered) if name == "mean" else ordered[-1 if name == "max" else 0]


def curve(ordered: Sequence[float]) -> tuple[float, ...]:
    """Give the percentiles from 0 to 100, half a percent apart, for a plot."""
    steps = range(CURVE_STEPS + 1)
    return tuple(ranked(ordered, _WHOLE * step / CURVE_STEPS) for step in steps)


def in_order(parts: Sequence[Samples]) -> "array[float]":
    """Put samples together and in order; of many, never are all numbers of Python at once."""
    if sum(map(len, parts)) <= SORTED_AT_ONCE_MAX:
        return array("d", sorted(chain.from_iterable(parts)))
    return array("d", merge(*[array("d", sorted(part)) for part in parts]))
