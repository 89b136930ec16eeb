"""Pieces that are laid aside by key: of each, a few bytes stay in memory."""

from array import array
from collections.abc import Hashable
from typing import Final

from simulator.press import Shelf

_BUCKETS: Final = 1 << 14
_DIGEST: Final = (1 << 64) - 1
_DIGEST_BYTES: Final = 8
_ENTRY_BYTES: Final = 12  # a digest, and a number
_TAKEN: Final = -1


class Index:
    """Finds whole numbers by keys, of which only digests are kept: twelve bytes for each."""

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        """Begin empty."""
        self._buckets: dict[int, bytes] = {}

    def copy(self) -> "Index":
        """Give a copy that goes its own way."""
        new = Index()
        new._buckets = self._buckets.copy()
        return new

    def add(self, key: Hashable, number: int) -> None:
        """Add a key that is not there, with a number that can be found by it."""
        digest = _digest(key)
        entry = digest.to_bytes(_DIGEST_BYTES, "little")
        entry += number.to_bytes(_ENTRY_BYTES - _DIGEST_BYTES, "little")
        bucket = digest % _BUCKETS
        self._buckets[bucket] = self._buckets.get(bucket, b"") + entry

    def find(self, key: Hashable) -> int | None:
        """Give the number of a key; None if the key is not there."""
        digest = _digest(key)
        entries = self._buckets.get(digest % _BUCKETS, b"")
        wanted = digest.to_bytes(_DIGEST_BYTES, "little")
        start = entries.find(wanted)
        while start > 0 and start % _ENTRY_BYTES:
            start = entries.find(wanted, start + 1)
        if start < 0:
            return None
        return int.from_bytes(entries[start + _DIGEST_BYTES : start + _ENTRY_BYTES], "little")


def _digest(key: Hashable) -> int:
    return hash((key,)) & _DIGEST  # a whole number alone would be its own hash


class Cabinet:
    """Keeps a piece for each key on a shelf."""

    __slots__ = ("_index", "_places", "_shelf")

    def __init__(self, shelf: Shelf) -> None:
        """Begin empty."""
        self._shelf = shelf
        self._index = Index()
        self._places = array("q")  # on the shelf, in the order in which keys first came

    def copy(self) -> "Cabinet":
        """Give a copy that goes its own way; both let lie what they take."""
        self._shelf.share()
        new = Cabinet(self._shelf)
        new._index, new._places = self._index.copy(), self._places[:]
        return new

    def share(self) -> None:
        """Expect that a copy is made later: let lie what is taken."""
        self._shelf.share()

    def put(self, key: Hashable, piece: bytes) -> int:
        """Lay down the piece of a key that has none; give which key it is, counted from 0."""
        number = self._index.find(key)
        if number is None:
            number = len(self._places)
            self._index.add(key, number)
            self._places.append(_TAKEN)
        self._places[number] = self._shelf.put(piece)
        return number

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether the piece of a key lies here."""
        number = self._index.find(key)
        return number is not None and self._places[number] != _TAKEN

    def look(self, key: Hashable) -> bytes | None:
        """Give the piece of a key, and let it lie; None if there is none."""
        number = self._index.find(key)
        if number is None or self._places[number] == _TAKEN:
            return None
        return self._shelf.look(self._places[number])

    def take(self, key: Hashable) -> bytes | None:
        """Give the piece of a key, and take it away; None if there is none."""
        number = self._index.find(key)
        if number is None or self._places[number] == _TAKEN:
            return None
        place, self._places[number] = self._places[number], _TAKEN
        return self._shelf.take(place)
