"""Points at which a test lets the process die as by a power cut; off, they cost nothing.

The environment names a point, and which time it is reached: `REFERENCE_CRASH_AT=envelope.before:3`.
"""

import os
import signal
from collections.abc import Callable
from typing import Final

#: Where the process can die, and what has happened by then.
POINTS: Final = {
    "commit.before": "all rows of a transaction are written, none is committed",
    "commit.after": "a transaction is on disk, nobody knows yet",
    "file.placed": "a file is in its place, and no row names it yet",
    "file.brought": "a file is on the other side, and its envelope is not",
    "envelope.before": "envelopes wait in the outbox and were not handed over",
    "envelope.after": "envelopes were taken and wait in the outbox all the same",
    "bundle.before": "a replication bundle was not handed over",
    "bundle.after": "a replication bundle was answered, its records are marked all the same",
    "answer.before": "an act is done, its answer was not sent",
    "answer.after": "an answer was handed to the network",
    "mail.before": "a mail is queued and was not handed to the mail server",
    "mail.after": "the mail server took a mail, which waits in the store all the same",
}
VARIABLE: Final = "REFERENCE_CRASH_AT"


def _armed(asked: str) -> Callable[[str], None]:
    point, _, times = asked.partition(":")
    if point not in POINTS:
        raise ValueError(f"{VARIABLE}: no point {point!r}: use one of {', '.join(POINTS)}")
    left = int(times or 1)

    def die_there(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return die_there


def _pass(name: str) -> None:
    """Go on."""


#: Whether some point is asked for.
ARMED: Final = VARIABLE in os.environ
#: Say that a point is reached.
reached: Final = _armed(os.environ[VARIABLE]) if ARMED else _pass
