"""Cases of which long nothing was told: laid aside with all that is known of them.

Of their messages only digests are kept in memory.
"""

import marshal
from array import array
from collections.abc import Sequence
from typing import Final, cast

from simulator.cabinet import Cabinet, Index
from simulator.oracle.facts import Box, Case
from simulator.press import MakeShelf

_ELSEWHERE: Final = {"boxes", "log", "number"}
_PASSING: Final = {"cached", "flights", "receipts", "serial", "split", "token"}
#: What a folded case keeps beside its mailboxes and its log.
_KEPT: Final = sorted({*Case.__slots__} - _ELSEWHERE - _PASSING)
#: What it keeps of a mailbox.
_BOX: Final = sorted({*Box.__slots__} - {"cached", "owner"})


class Settled:
    """Lays cases aside and brings them back, and knows to which of them a message belongs."""

    __slots__ = ("_cases", "_make_shelf", "_messages", "_numbers")

    def __init__(self, make_shelf: MakeShelf) -> None:
        """Begin with none."""
        self._make_shelf = make_shelf
        self._cases: Cabinet | None = None
        self._messages = Index()
        self._numbers: list[int | str] = []  # of the cases that were folded, as the cabinet counts

    def copy(self) -> "Settled":
        """Give a copy that goes its own way."""
        new = Settled(self._make_shelf)
        if self._cases is not None:
            new._cases = self._cases.copy()
            new._messages, new._numbers = self._messages.copy(), self._numbers.copy()
        return new

    def share(self) -> None:
        """Expect that somebody else brings back the same cases."""
        if self._cases is not None:
            self._cases.share()

    @property
    def numbers(self) -> Sequence[int | str]:
        """Give the numbers of all cases that ever were folded."""
        return self._numbers

    def __contains__(self, number: int | str) -> bool:
        """Tell whether the case of this number is folded."""
        return self._cases is not None and number in self._cases

    def fold(self, cases: Sequence[tuple[Case, Sequence[str]]]) -> None:
        """Lay cases aside, to which nothing travels and of which there is one state only.

        Each comes with its messages that were not folded before.
        """
        if self._cases is None:
            self._cases = Cabinet(self._make_shelf(_spell(case) for case, _ in cases))
        for case, messages in cases:
            place = self._cases.put(case.number, _spell(case))
            if place == len(self._numbers):
                self._numbers.append(case.number)
            for message in messages:
                self._messages.add(message, place)

    def unfold(self, number: int | str, token: object) -> Case:
        """Bring a case that is folded back as it was, owned by the holder of the token."""
        spelt = cast("Cabinet", self._cases).take(number)
        return _read(Case(number, token), cast("bytes", spelt))

    def home_of(self, message: str) -> int | str | None:
        """Give the case that a message of a folded case belongs to."""
        if self._cases is None:
            return None
        place = self._messages.find(message)
        return None if place is None else self._numbers[place]


def _spell(case: Case) -> bytes:
    boxes = [(one, [getattr(box, name) for name in _BOX]) for one, box in case.boxes.items()]
    return marshal.dumps((boxes, case.log.tobytes(), [getattr(case, name) for name in _KEPT]))


def _read(case: Case, spelt: bytes) -> Case:
    boxes, log, kept = marshal.loads(spelt)  # noqa: S302 - our own bytes
    for name, value in zip(_KEPT, kept, strict=True):
        setattr(case, name, value)
    case.log = array("I", log)
    for one, values in boxes:
        box = case.boxes[one] = Box(case.serial)
        for name, value in zip(_BOX, values, strict=True):
            setattr(box, name, value)
    return case
