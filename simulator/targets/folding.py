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

    Values are replaced, never changed. Those asked for last are kept as they are: at least `awake`
    of them, at most twice as many.
    """

    __slots__ = ("_awake", "_before", "_lately", "_places", "_read", "_shelf", "_spell")

    def __init__(
        self,
        spell: Callable[[Value], bytes],
        read: Callable[[bytes], Value],
        awake: int = AWAKE_MIN,
    ) -> None:
        """Begin with none; `spell` makes bytes of a value, and `read` makes it of them again."""
        self._spell, self._read, self._awake = spell, read, awake
        self._places: dict[Key, int | None] = {}  # on the shelf; None: it is awake
        self._lately: dict[Key, Value] = {}
        self._before: dict[Key, Value] = {}  # lately has the newer value where both have one
        self._shelf: Shelf | None = None

    def copy(self) -> "Folding[Key, Value]":
        """Give a copy that goes its own way."""
        new: Folding[Key, Value] = Folding(self._spell, self._read, self._awake)
        if self._shelf is not None:
            self._shelf.share()
            new._shelf = self._shelf
        new._places = self._places.copy()
        new._lately = self._lately.copy()
        new._before = self._before.copy()
        return new

    def get(self, key: Key) -> Value | None:
        """Give a value; None if there is none."""
        value = self._lately.get(key)
        if value is None and key in self._places:
            value = self._awoken(key)
            self._ask(key, value)
        return value

    def __setitem__(self, key: Key, value: Value) -> None:
        """Keep a value in the place of the one before."""
        if key in self._lately:
            self._lately[key] = value
        else:
            self._places[key] = None
            self._ask(key, value)

    def values(self) -> Iterator[Value]:
        """Give all values; what is folded stays so."""
        lately, before = self._lately, self._before
        for key, place in self._places.items():
            if place is not None:
                yield self._read(self._shelved.look(place))
            else:
                yield lately[key] if key in lately else before[key]

    def _awoken(self, key: Key) -> Value:
        place = self._places[key]
        if place is None:
            return self._before[key]
        self._places[key] = None
        return self._read(self._shelved.take(place))

    def _ask(self, key: Key, value: Value) -> None:
        lately = self._lately
        lately[key] = value
        if len(lately) >= self._awake:
            if old := self._before.keys() - lately.keys():
                self._fold(old)
            self._before, self._lately = lately, {}

    def _fold(self, keys: set[Key]) -> None:
        spelt = [(key, self._spell(self._before[key])) for key in keys]
        if self._shelf is None:
            self._shelf = InFile(one for _, one in spelt)
        for key, one in spelt:
            self._places[key] = self._shelf.put(one)

    @property
    def _shelved(self) -> Shelf:
        return cast("Shelf", self._shelf)  # where there is a place, there is a shelf
