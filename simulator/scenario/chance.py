"""Shares and distributions as a tester writes them: `40 %`, `5m`, `exponential: {mean: 30m}`.

A distribution gives the value that a share of all values stays below. Who draws a share (a number
between 0 and 1) from a named stream gets the same value for it on every target.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any, Final, Protocol

from attrs import frozen

from simulator.history.bad_input import quote
from simulator.history.moments import MICROSECOND
from simulator.scenario.forms import (
    BAD,
    Choice,
    Form,
    Listed,
    Record,
    Scalar,
    Schema,
    Short,
    Slot,
)
from simulator.scenario.nodes import Faults, Fields, Node, Place
from simulator.scenario.quantities import duration

_NORMAL: Final = NormalDist()
_P95: Final = _NORMAL.inv_cdf(0.95)
_PER_CENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_HUNDRED: Final = 100.0
#: How far shares that make up a whole may be from it, for what rounding takes away.
_ROUNDED: Final = 1e-6


class Delay(Protocol):
    """How long something takes."""

    def at(self, share: float) -> int:
        """Give the microseconds that this share (above 0, below 1) of all cases stays below."""
        ...


@frozen
class Fixed:
    """Always the same."""

    us: int

    def at(self, share: float) -> int:  # noqa: ARG002 - there is nothing to choose
        """Give it."""
        return self.us


@frozen
class Exponential:
    """As long as it takes until something happens that can happen at any moment."""

    mean_us: int

    def at(self, share: float) -> int:
        """Give the value at a share."""
        return int(-self.mean_us * log(1.0 - share))


@frozen
class Lognormal:
    """Mostly short, sometimes very long: as people are."""

    log_median: float
    sigma: float

    def at(self, share: float) -> int:
        """Give the value at a share."""
        return int(exp(self.log_median + self.sigma * _NORMAL.inv_cdf(share)))


@frozen
class Triangular:
    """Between two bounds, most often near a third value."""

    least_us: int
    likely_us: int
    most_us: int

    def at(self, share: float) -> int:
        """Give the value at a share."""
        width, rise = self.most_us - self.least_us, self.likely_us - self.least_us
        if share * width <= rise:
            return self.least_us + int(sqrt(share * width * rise))
        return self.most_us - int(sqrt((1.0 - share) * width * (width - rise)))


@frozen
class Empirical:
    """Values that were observed, each as likely as it stands in the list."""

    values_us: tuple[int, ...]

    def at(self, share: float) -> int:
        """Give the value at a share."""
        return self.values_us[int(share * len(self.values_us))]


def _us(text: str) -> int:
    return duration(text) // MICROSECOND


def per_cent(text: str) -> float:
    """Read a share: `40 %`, `0.5%`.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    found = _PER_CENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{quote(text)} is no share: write it like 40 % or 0.5 %")
    if float(found[1]) > _HUNDRED:
        raise ValueError(f"{quote(text)} is more than the whole: at most 100 %")
    return float(found[1]) / _HUNDRED


SHARE: Final = Scalar(per_cent, "a share", "%$")
_US: Final = Scalar(_us, "a duration")


@frozen
class _Ordered:
    """A record whose durations have to rise in the order of its fields."""

    inner: Record
    strictly: bool

    def read(self, node: Node, faults: Faults) -> Any:
        """Give what is built of the durations."""
        values = self.inner.read(node, faults)
        if values is BAD:
            return BAD
        names = [slot.name for slot in self.inner.slots]
        for low, high in pairwise(names):
            if values[low] > values[high] or (self.strictly and values[low] == values[high]):
                faults.add(node.place, f'"{high}" has to be longer than "{low}"')
                return BAD
        return values

    def schema(self) -> Schema:
        """Give the fields."""
        return self.inner.schema()


def _durations(what: str, strictly: bool, **meanings: str) -> _Ordered:  # noqa: FBT001 - of two
    slots = tuple(Slot(name, _US, text, required=True) for name, text in meanings.items())
    return _Ordered(Record(what, slots, lambda values, _: values), strictly)


def _lognormal(values: Mapping[str, int]) -> Lognormal:
    median = max(values["median"], 1)
    return Lognormal(log(median), log(values["p95"] / median) / _P95)


def _triangular(values: Mapping[str, int]) -> Triangular:
    return Triangular(values["least"], values["likely"], values["most"])


def _exponential(values: Mapping[str, int]) -> Exponential:
    return Exponential(values["mean"])


_FIXED: Final = Short(_US, Fixed)
#: How long something takes; a duration alone is always the same.
DELAY: Final = Choice(
    "a distribution",
    (
        Slot("fixed", _FIXED, "always the same: 5m"),
        Slot(
            "exponential",
            Short(_durations("exponential", False, mean="its mean"), _exponential),  # noqa: FBT003
            "at any moment, with this mean: {mean: 30m}",
        ),
        Slot(
            "lognormal",
            Short(
                _durations(
                    "lognormal",
                    True,  # noqa: FBT003
                    median="half of all stay below it",
                    p95="19 of 20 stay below it",
                ),
                _lognormal,
            ),
            "mostly short, sometimes long: {median: 10m, p95: 2h}",
        ),
        Slot(
            "triangular",
            Short(
                _durations(
                    "triangular",
                    False,  # noqa: FBT003
                    least="the shortest",
                    likely="the most likely",
                    most="the longest",
                ),
                _triangular,
            ),
            "between two bounds: {least: 1m, likely: 3m, most: 20m}",
        ),
        Slot(
            "empirical",
            Short(Listed(_US, least=1), lambda values: Empirical(tuple(sorted(values)))),
            "observed values, each as likely: [2m, 2m, 5m, 1h]",
        ),
    ),
    _FIXED,
)


@frozen
class Shares:
    """What there is, each with its share; together they are the whole."""

    name: Form
    what: str

    def read(self, node: Node, faults: Faults) -> Any:
        """Give value -> share, in the order of the file; a value alone is the whole."""
        if not isinstance(node, Fields):
            value = self.name.read(node, faults)
            return BAD if value is BAD else {value: 1.0}
        shares: dict[Any, float] = {}
        good = True
        for key, value_node in node.fields:
            value, share = self.name.read(key, faults), SHARE.read(value_node, faults)
            if value is BAD or share is BAD:
                good = False
            elif value in shares:
                faults.add(key.place, f"{self.what} {quote(value)} stands here twice")
                good = False
            else:
                shares[value] = share
        return shares if good and whole(shares.values(), node.place, faults) else BAD

    def schema(self) -> Schema:
        """Give an object of shares, or a value alone."""
        share = SHARE.schema()
        return {
            "anyOf": [{"type": "object", "additionalProperties": share}, self.name.schema()],
        }


def whole(shares: Any, place: Place, faults: Faults) -> bool:
    """See that shares make up a whole; note where they do not."""
    total = sum(shares)
    if abs(total - 1.0) <= _ROUNDED:
        return True
    faults.add(place, f"the shares come to {total * _HUNDRED:g} %", "together they are 100 %")
    return False


@frozen
class Chooser:
    """Chooses one of several values by their shares."""

    values: tuple[Any, ...]
    bounds: tuple[float, ...]

    @classmethod
    def of(cls, shares: Mapping[Any, float]) -> "Chooser":
        """Make one; the last value takes what rounding leaves."""
        bounds: list[float] = []
        for share in shares.values():
            bounds.append(share + (bounds[-1] if bounds else 0.0))
        return cls(tuple(shares), tuple(bounds[:-1]))

    def at(self, share: float) -> Any:
        """Give the value at a share."""
        return self.values[bisect_right(self.bounds, share)]
