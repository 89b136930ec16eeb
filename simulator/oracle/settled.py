"""Cases of which long nothing was told: laid aside with all that is known of them.

Of their messages only digests are kept in memory.
"""

import marshal
from array import array
from collections.abc import Sequence
from typing import Final, cast

from simulator.oracle.facts import Box, Case
from simulator.press import MakeShelf, Shelf

_ELSEWHERE: Final = {"boxes", "log", "number"}
_PASSING: Final = {"cached", "flights", "receipts", "serial", "split", "token"}
#: What a folded case keeps beside its mailboxes and its log.
_KEPT: Final = sorted({*Case.__slots__} - _ELSEWHERE - _PASSING)
#: What it keeps of a mailbox.
_BOX: Final = sorted({*Box.__slots__} - {"cached", "owner"})
_BUCKETS: Final = 1 << 16
_DIGEST: Final = (1 << 64) - 1
_DIGEST_BYTES: Final = 8
_ENTRY_BYTES: Final = 12  # a digest, and the place of the case's number


class Settled:
    """Lays cases aside and brings them back, and knows to which of them a message belongs."""

    __slots__ = ("digests", "make_shelf", "numbers", "shelf")

    def __init__(self, make_shelf: MakeShelf, samples: Sequence[Case] = ()) -> None:
        """Begin with none; the cases to come look like these."""
        self.make_shelf = make_shelf
        self.shelf = make_shelf(map(_spell, samples)) if samples else None
        self.digests = [b""] * _BUCKETS if samples else []
        self.numbers: list[int | str] = []

    def __bool__(self) -> bool:
        """Tell whether it has samples, and so may have folded cases."""
        return bool(self.digests)

    def copy(self) -> "Settled":
        """Give a copy that goes its own way."""
        new = Settled.__new__(Settled)
        new.make_shelf, new.shelf = self.make_shelf, self.shelf
        new.digests, new.numbers = self.digests.copy(), self.numbers.copy()
        return new

    def share(self) -> None:
        """Expect that somebody else brings back the same cases."""
        if self.shelf is not None:
            self.shelf.share()

    def fold(self, case: Case, messages: Sequence[str]) -> int:
        """Lay a case aside, to which nothing travels and of which there is one state only."""
        place = len(self.numbers).to_bytes(_ENTRY_BYTES - _DIGEST_BYTES, "little")
        if messages:
            self.numbers.append(case.number)
        for message in messages:
            digest = hash(message) & _DIGEST
            self.digests[digest % _BUCKETS] += digest.to_bytes(_DIGEST_BYTES, "little") + place
        return self._shelved.put(_spell(case))

    def unfold(self, number: int | str, folded: int, token: object) -> Case:
        """Bring the case of this number back as it was, owned by the holder of the token."""
        return _read(Case(number, token), self._shelved.take(folded))

    @property
    def _shelved(self) -> Shelf:
        return cast("Shelf", self.shelf)  # with the first case there was one

    def home_of(self, message: str) -> int | str | None:
        """Give the case that a message of a folded case belongs to."""
        if not self.digests:
            return None
        digest = hash(message) & _DIGEST
        entries, wanted = self.digests[digest % _BUCKETS], digest.to_bytes(_DIGEST_BYTES, "little")
        start = entries.find(wanted)
        while start > 0 and start % _ENTRY_BYTES:
            start = entries.find(wanted, start + 1)
        if start < 0:
            return None
        place = entries[start + _DIGEST_BYTES : start + _ENTRY_BYTES]
        return self.numbers[int.from_bytes(place, "little")]


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
