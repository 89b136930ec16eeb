"""Ids of messages: unlike any other, and rising, so that an index grows at its end."""

from collections.abc import Callable
from itertools import count


def id_source(started_us: int, distinct: str) -> Callable[[], str]:
    """Give ids of one run of the program: its start, what tells it from others, and a number."""
    numbers = count()
    return lambda: f"{started_us:013x}-{distinct}-{next(numbers):08x}"
