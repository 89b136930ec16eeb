"""A mapping that folds up into a few bytes what was not asked for for long."""

from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar, cast

from simulator.press import Press

Key = TypeVar("Key")
Value = TypeVar("Value")

#: So many values asked for lately are not worth folding.
AWAKE_MIN: Final = 8192


class Folding(Generic[Key, Value]):
    """Keeps values by key, in the order in which they came; those of long ago as bytes.

    Values are replaced, never changed. Those asked for last are kept as they are: at least
    `awake` of them, at most twice as many.
    """

    __slots__ = ("_awake", "_before", "_lately", "_press", "_read", "_spell", "_values")

    def __init__(
        self,
        spell: Callable[[Value], bytes],
        read: Callable[[bytes], Value],
        awake: int = AWAKE_MIN,
    ) -> None:
        """Begin with none; `spell` makes bytes of a value, and `read` makes it of them again."""
        self._spell, self._read, self._awake = spell, read, awake
        self._values: dict[Key, Value | bytes] = {}
        self._lately: set[Key] = set()
        self._before: set[Key] = set()
        self._press: Press | None = None

    def copy(self) -> "Folding[Key, Value]":
        """Give a copy that goes its own way, and folds up only what it is asked for itself."""
        new = Folding[Key, Value](self._spell, self._read, self._awake)
        new._press = self._press
        new._values = self._values.copy()
        return new

    def get(self, key: Key) -> Value | None:
        """Give a value; None if there is none."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, bytes):
            value = self._values[key] = self._unfolded(value)
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
            yield self._unfolded(value) if isinstance(value, bytes) else value

    def _ask(self, key: Key) -> None:
        lately = self._lately
        lately.add(key)
        if len(lately) >= self._awake:
            if old := self._before - lately:
                self._fold(old)
            self._before, self._lately = lately, set()

    def _fold(self, keys: set[Key]) -> None:
        spelt = [(key, self._spell(cast("Value", self._values[key]))) for key in keys]
        if self._press is None:
            self._press = Press(one for _, one in spelt)
        for key, one in spelt:
            self._values[key] = self._press.press(one)

    def _unfolded(self, value: bytes) -> Value:
        press = cast("Press", self._press)  # it pressed the value
        return self._read(press.unpress(value))
