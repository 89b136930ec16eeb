"""Limits on what is measured: `delivery p99 <= 2s`, `answer p50 of Antwort <= 4h`."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from simulator.measures.formats import in_unit
from simulator.measures.registry import Measure

COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = MappingProxyType(
    {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}
)


@frozen
class Limit:
    """One limit; `bound` is in the measure's unit, `text` is how it was written.

    `group` is an expected action or a profile that it is about; empty: everything.
    """

    measure: Measure
    statistic: str
    group: str
    comparison: str
    bound: float
    text: str


@frozen
class Checked:
    """A limit with what was measured; without a sample it is undecided, never kept."""

    limit: Limit
    value: float | None

    def __str__(self) -> str:
        """Say in a line what was measured: `delivery p99 <= 2s: 31.3 min`."""
        return f"{self.limit.text}: {self.told}"

    @property
    def told(self) -> str:
        """Give what was measured in words."""
        if self.value is None:
            return "no sample"
        return in_unit(self.limit.measure.unit, self.value, self.limit.statistic)

    @property
    def kept(self) -> bool | None:
        """Whether it holds; None: there is no sample."""
        if self.value is None:
            return None
        return COMPARISONS[self.limit.comparison](self.value, self.limit.bound)
