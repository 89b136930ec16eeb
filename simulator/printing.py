"""What is printed: nothing that a terminal would obey."""

import re
import sys
from pathlib import Path
from typing import Final

#: Characters that a terminal would obey, or that XML cannot hold.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

#: What stands for the standard output where a file is asked for.
STDOUT: Final = Path("-")


def write_document(place: Path, content: bytes) -> None:
    """Write a result to a file, or to the standard output for `-`.

    Raises:
        OSError: when it cannot be written.
    """
    if place == STDOUT:
        sys.stdout.buffer.write(content)
    else:
        place.write_bytes(content)


def printable(text: str) -> str:
    """Write control characters as escapes, so that a trace cannot steer a terminal or break XML."""
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)
