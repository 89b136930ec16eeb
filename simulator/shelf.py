"""Many small pieces of bytes that look alike: each is pressed on its own and laid in a file."""

import os
from collections.abc import Iterable
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final
from weakref import finalize
from zlib import DEFLATED, compressobj, decompressobj

_SAMPLES: Final = 8  # so many pieces show what all look like
_LEVEL, _MEMORY = 6, 4
_WINDOW: Final = -12  # bits; no header and no checksum
_GRAIN: Final = 64  # bytes; pieces begin at multiples of it
_LENGTH_BITS: Final = 32


class Shelf:
    """Keeps pieces that share most of their bytes with a few samples.

    The file is gone afterwards; of a piece, memory keeps a number, which tells where it lies.
    """

    __slots__ = ("__weakref__", "_compressor", "_decompressor", "_end", "_file", "_free", "_reuses")

    def __init__(self, samples: Iterable[bytes]) -> None:
        """Prepare for pieces that look like these.

        Raises:
            OSError: when there is no room for the file; so does laying a piece down.
        """
        dictionary = b"".join(islice(samples, _SAMPLES))
        self._compressor = compressobj(_LEVEL, DEFLATED, _WINDOW, _MEMORY, zdict=dictionary)
        self._decompressor = decompressobj(_WINDOW, zdict=dictionary)
        file: IO[bytes] = TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as the shelf
        finalize(self, file.close)
        self._file = file.fileno()
        self._end = 0  # in grains
        self._free: dict[int, list[int]] = {}  # by length: where pieces were taken away
        self._reuses = True

    def put(self, piece: bytes) -> int:
        """Lay a piece down; give where it lies."""
        compressor = self._compressor.copy()
        pressed = compressor.compress(piece) + compressor.flush()
        length = len(pressed)
        grains = -(-length // _GRAIN)
        free = self._free.get(grains)
        if free:
            begin = free.pop()
        else:
            begin = self._end
            self._end += grains
        os.pwrite(self._file, pressed, begin * _GRAIN)
        return begin << _LENGTH_BITS | length

    def look(self, place: int) -> bytes:
        """Give the piece that lies there, and let it lie."""
        begin, length = place >> _LENGTH_BITS, place & ((1 << _LENGTH_BITS) - 1)
        pressed = os.pread(self._file, length, begin * _GRAIN)
        return self._decompressor.copy().decompress(pressed)

    def take(self, place: int) -> bytes:
        """Give the piece that lies there, and take it away."""
        piece = self.look(place)
        if self._reuses:
            grains = -(-(place & ((1 << _LENGTH_BITS) - 1)) // _GRAIN)
            self._free.setdefault(grains, []).append(place >> _LENGTH_BITS)
        return piece

    def share(self) -> None:
        """Let all pieces lie from now on: somebody else may look for those that are taken."""
        self._reuses = False
