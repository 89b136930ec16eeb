"""A shelf in a file: what lies there takes no memory."""

import os
from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO, Final
from weakref import finalize

from simulator.press import Press

_GRAIN: Final = 64  # bytes; pieces begin at multiples of it
_LENGTH_BITS: Final = 32


class InFile:
    """Keeps pieces in a file that is gone afterwards; the number of a piece tells where it lies."""

    __slots__ = ("__weakref__", "_end", "_file", "_free", "_press", "_shared")

    def __init__(self, samples: Iterable[bytes]) -> None:
        """Begin empty.

        Raises:
            OSError: when there is no room for the file; so does laying a piece down.
        """
        self._press = Press(samples)
        file: IO[bytes] = TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as the shelf
        finalize(self, file.close)
        self._file = file.fileno()
        self._end = 0  # in grains
        self._free: dict[int, list[int]] = {}  # by length: where pieces were taken away
        self._shared = False

    def put(self, piece: bytes) -> int:
        """Lay a piece down; give where it lies."""
        pressed = self._press.press(piece)
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
        return self._press.unpress(os.pread(self._file, length, begin * _GRAIN))

    def take(self, place: int) -> bytes:
        """Give the piece that lies there, and take it away."""
        piece = self.look(place)
        if not self._shared:
            grains = -(-(place & ((1 << _LENGTH_BITS) - 1)) // _GRAIN)
            self._free.setdefault(grains, []).append(place >> _LENGTH_BITS)
        return piece

    def share(self) -> None:
        """Let all pieces lie from now on."""
        self._shared = True
