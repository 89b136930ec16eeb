"""What is printed: nothing that a terminal would obey."""

import re
from typing import Final

#: Characters that a terminal would obey, or that XML cannot hold.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Write control characters as escapes, so that a trace cannot steer a terminal or break XML."""
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)
