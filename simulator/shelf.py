"""A shelf in a file: what lies there takes no memory."""

import os
from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO, Final
from weakref import finalize

from simulator.press import Press

_GRAIN: Final = 64  # bytes; pieces begin at multiples of it
_LENGTH_BITS: Final = 32
_TAIL_MAX: Final = 1 << 16  # bytes at the end of the file that are written together


class InFile:
    """Keeps pieces in a file that is gone afterwards; the number of a piece tells where it lies."""

    __slots__ = ("__weakref__", "_file", "_free", "_press", "_shared", "_tail", "_written")

    def __init__(self, samples: Iterable[bytes]) -> None:
        """Begin empty.

        Raises:
            OSError: when there is no room for the file; so does laying a piece down.
        """
        self._press = Press(samples)
        file: IO[bytes] = TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as the shelf
        finalize(self, file.close)
        self._file = file.fileno()
        self._written = 0  # in grains; what was put behind them is in the tail
        self._tail = bytearray()
        self._free: dict[int, list[int]] = {}  # by length: where pieces were taken away
        self._shared = False

    def put(self, piece: bytes) -> int:
        """Lay a piece down; give where it lies."""
        pressed = self._press.press(piece)
        length = len(pressed)
        grains = -(-length // _GRAIN)
        free = self._free.get(grains)
        begin = free.pop() if free else self._written + len(self._tail) // _GRAIN
        if begin < self._written:
            os.pwrite(self._file, pressed, begin * _GRAIN)
        else:
            start = (begin - self._written) * _GRAIN
            self._tail[start : start + grains * _GRAIN] = pressed.ljust(grains * _GRAIN, b"\0")
            if len(self._tail) >= _TAIL_MAX:
                os.pwrite(self._file, self._tail, self._written * _GRAIN)
                self._written += len(self._tail) // _GRAIN
                self._tail.clear()
        return begin << _LENGTH_BITS | length

    def look(self, place: int) -> bytes:
        """Give the piece that lies there, and let it lie."""
        begin, length = place >> _LENGTH_BITS, place & ((1 << _LENGTH_BITS) - 1)
        if begin < self._written:
            return self._press.unpress(os.pread(self._file, length, begin * _GRAIN))
        start = (begin - self._written) * _GRAIN
        return self._press.unpress(bytes(self._tail[start : start + length]))

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
