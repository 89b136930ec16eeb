"""Python's collector of cycles, kept from walking what has none."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_COLLECT_AFTER: Final = 100_000  # new objects more than were let go, instead of Python's 700


@contextmanager
def rare_collections() -> Generator[None, None, None]:
    """Look for cycles rarely: lines are let go one by one, and the facts that stay have none."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
