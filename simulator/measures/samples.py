"""Samples and the exact figures of them: nothing is estimated.

A sample takes eight bytes; one of 0, as most deliveries in virtual time are, takes none.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, islice, repeat
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

    def in_order(self) -> Iterator[float]:
        """Give all of them in order; they are put in order where they lie."""
        others = self._others = array("d", sorted(self._others))
        below = bisect_left(others, 0.0)
        zeros = repeat(0.0, self._zeros)
        return chain(islice(others, below), zeros, islice(others, below, None))


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


def ranked(parts: Sequence[Samples], shares: Iterable[float]) -> list[float]:
    """Give, for rising shares, the smallest sample that at least so many per cent do not exceed.

    Samples of all parts count as one row, which is walked once and never laid out: it may be long.
    """
    count = sum(map(len, parts))
    row, walked = _in_order(parts, count), 0
    found: list[float] = []
    for share in shares:
        rank = max(ceil(share * count / _WHOLE - 1e-9), 1)
        found.append(next(islice(row, rank - walked - 1, None)) if rank > walked else found[-1])
        walked = rank
    return found


def _in_order(parts: Sequence[Samples], count: int) -> Iterator[float]:
    if count <= SORTED_AT_ONCE_MAX:
        return iter(sorted(chain.from_iterable(parts)))
    return merge(*[part.in_order() for part in parts])


def _mean(parts: Sequence[Samples]) -> float:
    return fsum(chain.from_iterable(parts)) / sum(map(len, parts))


def figures(parts: Sequence[Samples]) -> Figures | None:
    """Give the figures of all samples together; None where there are none."""
    count = sum(map(len, parts))
    if not count:
        return None
    least, p50, p90, p95, p99, most = ranked(parts, (0.0, *SHOWN, _WHOLE))
    return Figures(count, least, _mean(parts), p50, p90, p95, p99, most)


def statistic(parts: Sequence[Samples], name: str) -> float | None:
    """Give one figure of all samples together; None where there are none to ask."""
    count = sum(map(len, parts))
    if name == "count":
        return count
    if not count:
        return None
    if name == "mean":
        return _mean(parts)
    share = percentile(name)
    if share is None:
        share = _WHOLE if name == "max" else 0.0
    return ranked(parts, [share])[0]


def curve(parts: Sequence[Samples]) -> tuple[float, ...]:
    """Give the percentiles from 0 to 100, half a percent apart, for a plot."""
    steps = range(CURVE_STEPS + 1)
    return tuple(ranked(parts, [_WHOLE * step / CURVE_STEPS for step in steps]))
