"""A mapping that lays aside what was not asked for for long."""

from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

from simulator.cabinet import Cabinet
from simulator.shelf import InFile

Key = TypeVar("Key")
Value = TypeVar("Value")

#: So many values asked for lately are not worth folding.
AWAKE_MIN: Final = 4096


class Folding(Generic[Key, Value]):
    """Keeps values by key, in the order in which they came; those of long ago on a shelf.

    Values are replaced, never changed. Those asked for last are kept as they are: at least `awake`
    of them, at most twice as many.
    """

    __slots__ = ("_awake", "_before", "_folded", "_keys", "_lately", "_read", "_spell")

    def __init__(
        self,
        spell: Callable[[Value], bytes],
        read: Callable[[bytes], Value],
        awake: int = AWAKE_MIN,
    ) -> None:
        """Begin with none; `spell` makes bytes of a value, and `read` makes it of them again."""
        self._spell, self._read, self._awake = spell, read, awake
        self._keys: list[Key] = []
        self._lately: dict[Key, Value] = {}
        self._before: dict[Key, Value] = {}  # lately has the newer value where both have one
        self._folded: Cabinet | None = None

    def copy(self) -> "Folding[Key, Value]":
        """Give a copy that goes its own way."""
        new: Folding[Key, Value] = Folding(self._spell, self._read, self._awake)
        new._keys = self._keys.copy()
        new._lately = self._lately.copy()
        new._before = self._before.copy()
        new._folded = None if self._folded is None else self._folded.copy()
        return new

    def get(self, key: Key) -> Value | None:
        """Give a value; None if there is none."""
        value = self._lately.get(key)
        if value is None:
            value = self._awoken(key)
            if value is not None:
                self._ask(key, value)
        return value

    def __setitem__(self, key: Key, value: Value) -> None:
        """Keep a value in the place of the one before."""
        if key in self._lately:
            self._lately[key] = value
        else:
            if self._awoken(key) is None:
                self._keys.append(key)
            self._ask(key, value)

    def values(self) -> Iterator[Value]:
        """Give all values; what is folded stays so."""
        lately, before = self._lately, self._before
        for key in self._keys:
            if key in lately:
                yield lately[key]
            elif key in before:
                yield before[key]
            elif self._folded is not None and (spelt := self._folded.look(key)) is not None:
                yield self._read(spelt)

    def _awoken(self, key: Key) -> Value | None:
        """Give a value of before, taken from where it was laid if it was folded."""
        value = self._before.get(key)
        if value is None and self._folded is not None:
            spelt = self._folded.take(key)
            value = None if spelt is None else self._read(spelt)
        return value

    def _ask(self, key: Key, value: Value) -> None:
        lately = self._lately
        lately[key] = value
        if len(lately) >= self._awake:
            if old := self._before.keys() - lately.keys():
                self._fold(old)
            self._before, self._lately = lately, {}

    def _fold(self, keys: set[Key]) -> None:
        spelt = [(key, self._spell(self._before[key])) for key in keys]
        if self._folded is None:
            self._folded = Cabinet(InFile(one for _, one in spelt))
        for key, one in spelt:
            self._folded.put(key, one)
