"""What a value of JSON has to look like beyond its type; the API's description says the same."""

import re
from enum import Enum
from typing import Annotated, Final, Literal, TypeAlias, get_args

from attrs import frozen

#: What a JSON number keeps exactly everywhere.
WHOLE_MAX: Final = 2**53 - 1


class Absence(Enum):
    """What stands for a field that was not given, where null means something else."""

    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT
Absent: TypeAlias = Literal[Absence.ABSENT]


@frozen
class TextShape:
    """A text that fits a pattern as a whole; `wanted` words it."""

    pattern: str
    wanted: str
    length_max: int

    def fits(self, text: str) -> bool:
        """Say whether a text has this shape."""
        return len(text) <= self.length_max and re.fullmatch(self.pattern, text) is not None


@frozen
class WholeShape:
    """A whole number within bounds, both included."""

    smallest: int
    largest: int

    @property
    def wanted(self) -> str:
        """Say what is wanted."""
        return f"a whole number from {self.smallest} to {self.largest}"

    def fits(self, number: int) -> bool:
        """Say whether a number has this shape."""
        return self.smallest <= number <= self.largest


#: What steers something or ends a line, as the inside of a class of characters.
CONTROLS: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
#: An id or a name that can stand in a path.
NAME: Final = TextShape(
    rf"[^{CONTROLS}.][^{CONTROLS}]*",
    "1 to 200 characters, no control characters, no dot at the start",
    200,
)
Name: TypeAlias = Annotated[str, NAME]
#: What stands in one line of a case: its subject, its customer.
SUBJECT: Final = TextShape(rf"[^{CONTROLS}]*", "at most 500 characters in one line", 500)
Subject: TypeAlias = Annotated[str, SUBJECT]
#: The languages of pages and mails; the first one is used for who has chosen none.
LanguageCode: TypeAlias = Literal["de", "en"]
LANGUAGES: Final[tuple[LanguageCode, ...]] = get_args(LanguageCode)
Cursor: TypeAlias = Annotated[int, WholeShape(0, WHOLE_MAX)]
Limit: TypeAlias = Annotated[int, WholeShape(1, 500)]
