"""Chance by name: every draw is a function of the seed and the name of what it is for.

Nothing is drawn in turn, so who comes along changes nothing for anybody else, and a run on another
target, or with another setting, has the same people do the same.
"""

from hashlib import blake2b
from struct import Struct
from typing import Final

_COUNT: Final = 16
_WORDS: Final = [Struct(f"<{count}I") for count in range(_COUNT + 1)]
_STEP: Final = 2.0**-32
_JUMP: Final = 2862933555777941757
_MASK: Final = 2**64 - 1


class Streams:
    """The streams of a seed."""

    __slots__ = ("_begun",)

    def __init__(self, seed: int) -> None:
        """Take the seed; any whole number is one."""
        key = blake2b(str(seed).encode(), digest_size=32).digest()
        self._begun = blake2b(key=key, digest_size=64)

    def draws(self, name: str, count: int = _COUNT) -> tuple[float, ...]:
        """Give the first of 16 shares, each above 0 and below 1, that belong to a name."""
        drawn = self._begun.copy()
        drawn.update(name.encode())
        words = _WORDS[count].unpack_from(drawn.digest())
        return tuple([(word + 0.5) * _STEP for word in words])


def place_of(share: float, places: int) -> int:
    """Give one of so many places for a share, so that a further place moves few to itself."""
    key = int(share * 2**32) * 0x9E3779B97F4A7C15 & _MASK
    chosen, jump = -1, 0
    while jump < places:
        chosen = jump
        key = (key * _JUMP + 1) & _MASK
        jump = int((chosen + 1) * (2.0**31 / ((key >> 33) + 1)))
    return chosen
