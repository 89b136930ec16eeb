"""A mapping that lays aside what was not asked for for long."""

from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar, cast

from simulator.press import Shelf
from simulator.shelf import InFile

Key = TypeVar("Key")
Value = TypeVar("Value")

#: So many values asked for lately are not worth folding.
AWAKE_MIN: Final = 4096


class Folding(Generic[Key, Value]):
    """Keeps values by key, in the order in which they came; those of long ago on a shelf.

    Values are replaced, never changed, and are no numbers. Those asked for last are kept as they
    are: at least `awake` of them, at most twice as many.
    """

    __slots__ = ("_awake", "_before", "_lately", "_read", "_shelf", "_spell", "_values")

    def __init__(
        self,
        spell: Callable[[Value], bytes],
        read: Callable[[bytes], Value],
        awake: int = AWAKE_MIN,
    ) -> None:
        """Begin with none; `spell` makes bytes of a value, and `read` makes it of them again."""
        self._spell, self._read, self._awake = spell, read, awake
        self._values: dict[Key, Value | int] = {}
        self._lately: set[Key] = set()
        self._before: set[Key] = set()
        self._shelf: Shelf | None = None

    def copy(self) -> "Folding[Key, Value]":
        """Give a copy that goes its own way, and folds up only what it is asked for itself."""
        new: Folding[Key, Value] = Folding(self._spell, self._read, self._awake)
        if self._shelf is not None:
            self._shelf.share()
            new._shelf = self._shelf
        new._values = self._values.copy()
        return new

    def get(self, key: Key) -> Value | None:
        """Give a value; None if there is none."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, int):
            value = self._values[key] = self._read(self._shelved.take(value))
        if key not in self._lately:
            self._ask(key)
        return value

    def __setitem__(self, key: Key, value: Value) -> None:
        """Keep a value in the place of the one before."""
        self._values[key] = value
        if key not in self._lately:
            self._ask(key)

    def values(self) -> Iterator[Value]:
        """Give all values; what is folded stays so."""
        for value in self._values.values():
            yield self._read(self._shelved.look(value)) if isinstance(value, int) else value

    def _ask(self, key: Key) -> None:
        lately = self._lately
        lately.add(key)
        if len(lately) >= self._awake:
            if old := self._before - lately:
                self._fold(old)
            self._before, self._lately = lately, set()

    def _fold(self, keys: set[Key]) -> None:
        spelt = [(key, self._spell(cast("Value", self._values[key]))) for key in keys]
        if self._shelf is None:
            self._shelf = InFile(one for _, one in spelt)
        for key, one in spelt:
            self._values[key] = self._shelf.put(one)

    @property
    def _shelved(self) -> Shelf:
        return cast("Shelf", self._shelf)  # where there is a place, there is a shelf
