"""Many small pieces of bytes that look alike: each is pressed on its own, and kept by a number."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, Protocol
from zlib import DEFLATED, compressobj, decompressobj

_SAMPLES: Final = 8  # so many pieces show what all look like
_LEVEL, _MEMORY = 6, 4
_WINDOW: Final = -12  # bits; no header and no checksum


class Press:
    """Presses pieces that share most of their bytes with a few samples."""

    __slots__ = ("_compressor", "_decompressor")

    def __init__(self, samples: Iterable[bytes]) -> None:
        """Prepare for pieces that look like these."""
        dictionary = b"".join(islice(samples, _SAMPLES))
        self._compressor = compressobj(_LEVEL, DEFLATED, _WINDOW, _MEMORY, zdict=dictionary)
        self._decompressor = decompressobj(_WINDOW, zdict=dictionary)

    def press(self, piece: bytes) -> bytes:
        """Make a piece small."""
        compressor = self._compressor.copy()
        return compressor.compress(piece) + compressor.flush()

    def unpress(self, pressed: bytes) -> bytes:
        """Give the piece as it was."""
        return self._decompressor.copy().decompress(pressed)


class Shelf(Protocol):
    """Keeps pieces; each has a number."""

    def put(self, piece: bytes) -> int:
        """Lay a piece down; give its number."""
        ...

    def look(self, place: int) -> bytes:
        """Give a piece, and let it lie."""
        ...

    def take(self, place: int) -> bytes:
        """Give a piece, and take it away."""
        ...

    def share(self) -> None:
        """Let all pieces lie from now on: somebody else may look for those that are taken."""
        ...


#: Makes a shelf for pieces that look like some samples.
MakeShelf = Callable[[Iterable[bytes]], Shelf]


class InMemory:
    """A shelf in memory."""

    __slots__ = ("_number", "_pieces", "_press", "_shared")

    def __init__(self, samples: Iterable[bytes]) -> None:
        """Begin empty."""
        self._press = Press(samples)
        self._pieces: dict[int, bytes] = {}
        self._number = 0
        self._shared = False

    def put(self, piece: bytes) -> int:
        """Lay a piece down; give its number."""
        self._number += 1
        self._pieces[self._number] = self._press.press(piece)
        return self._number

    def look(self, place: int) -> bytes:
        """Give a piece, and let it lie."""
        return self._press.unpress(self._pieces[place])

    def take(self, place: int) -> bytes:
        """Give a piece, and take it away."""
        piece = self.look(place)
        if not self._shared:
            del self._pieces[place]
        return piece

    def share(self) -> None:
        """Let all pieces lie from now on."""
        self._shared = True
