"""The requests that were answered, counted.

The loop alone counts them, in plain numbers, which costs less than a counter with a lock; they
become metrics when somebody asks.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from typing import Final

from attrs import Factory, define, field

#: Upper bounds of the durations, in seconds.
BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
Observe = Callable[[int, float], None]


@define(eq=False)
class Counted:
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

    of: dict[str, Counted] = Factory(dict[str, Counted])

    def observer(self, operation: str) -> Observe:
        """Give what counts a request of an operation."""
        return self.of.setdefault(operation, Counted()).observe
