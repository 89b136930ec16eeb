"""Pressing many small pieces of bytes that look alike, each on its own."""

from collections.abc import Iterable
from itertools import islice
from typing import Final
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
