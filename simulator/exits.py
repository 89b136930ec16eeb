"""The exit codes that every command shares."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """What a command's exit code says."""

    KEPT = 0  # every rule that was exercised held
    VIOLATED = 1  # a rule or a limit is violated
    BAD_INPUT = 2  # bad usage or bad input
    UNDECIDED = 3  # nothing was exercised, or no sample decides it
    ENVIRONMENT = 4  # the environment failed: unreadable file, no disk, no server


#: The worst first: one of these hides what comes after it.
WORST_FIRST: Final = (
    Exit.ENVIRONMENT,
    Exit.BAD_INPUT,
    Exit.VIOLATED,
    Exit.UNDECIDED,
    Exit.KEPT,
)


def worst_of(exits: Iterable[Exit]) -> Exit:
    """Give the exit code that stands for several."""
    return min(exits, key=WORST_FIRST.index, default=Exit.KEPT)
