"""The exit codes that every command shares."""

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says."""

    KEPT = 0  # every rule that was exercised held
    VIOLATED = 1  # a rule or a limit is violated
    BAD_INPUT = 2  # bad usage or bad input
    UNDECIDED = 3  # nothing was exercised, or no sample decides it
    ENVIRONMENT = 4  # the environment failed: unreadable file, no disk, no server
