"""Ids of messages: unlike any other, and rising, so that an index grows at its end."""

from collections.abc import Callable
from itertools import count


def id_source(started_us: int, chance: Callable[[], str]) -> Callable[[], str]:
    """Give ids of one run of the program: its start, a number, and what nobody can foresee.

    Who could foresee the ids of others might use them up.
    """
    numbers = count()
    return lambda: f"{started_us:013x}-{next(numbers):08x}-{chance()}"
