"""What was judged once is not judged again: outcomes, remembered by what they depend on.

A thing (the domain in memory, an oracle) is kept as *cells*: small values, each under a path such
as `("cases", 53, "kind")`. A state is a tuple of small numbers, one for each cell that has ever
differed; equal values of a cell have equal numbers. Work is done on a thing whose attributes are
loaded from the cells when they are first asked for, so that it is known what was read:

- What a work comes to is a `Leaf`: its result, and the cells that it left changed.
- The leaves of a work hang in a tree. A node names the cell that the work reads next, its branches
  are the values of that cell. On a state, the branches of the state's cells are followed. If they
  end in a leaf, the same work was done on cells that do not differ in anything that was read, so
  it would come to the same. Else it is done, and a branch is added.

Nothing is declared about what depends on what, so nothing can be forgotten. This is sound as long
as a work is a function of the thing alone: time, chance and ids are arguments on both sides. A cell
that never differed has no place in a state; when it gets another value for the first time, all
trees are cut down, as they do not ask for it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, MutableMapping
from datetime import date
from functools import cache
from operator import itemgetter, methodcaller
from typing import Any, Final, Protocol, cast

from attrs import define, fields, frozen

Path = tuple[Any, ...]
State = tuple[int, ...]
Work = Callable[[Any], Any]

set_now: Final = object.__setattr__  # without noting that it was changed


@define(eq=False)
class Leaf:
    """What a work came to, where all it read had certain values."""

    result: Any
    writes: tuple[tuple[int, int], ...]  # place and number of each cell that was set
    appends: tuple[tuple[int, tuple[Any, ...]], ...]  # place of each log, and what it got
    telling: bool  # whether a cell was set that a fingerprint depends on
    hits: int = 0


@define(eq=False)
class Batch:
    """The leaves of several works that were each done on the same state."""

    leaves: list[Leaf]
    hits: int = 0
    note: Any = None  # what the caller makes of the results, once


#: A leaf, or the place of a cell and what follows each of its values.
Tree = Leaf | Batch | tuple[int, dict[int, "Tree"]]


class Memo:
    """The cells of one thing in all its states, and what works on them came to."""

    def __init__(
        self, thing: Any, load: Callable[["Keeper"], Any], forms: Mapping[type, "Form"]
    ) -> None:
        """Keep a thing, whose present state is `()`; `load` makes one that reads its cells."""
        self.forms = forms
        self.leaves: list[Leaf] = []
        self.batches: list[Batch] = []
        self._load = load
        self._places: dict[Path, int] = {}
        self._values: list[list[Any]] = []  # by place and number
        self._numbers: list[dict[Hashable, int]] = []
        self._fixed: dict[Path, Any] = {}  # cells that never differed
        self._trees: dict[Hashable, Tree] = {}
        self._joined: dict[Hashable, int] = {}
        self._told: set[Path] = set()  # the cells that fingerprints depend on,
        self._telling: frozenset[int] = frozenset()  # their places,
        self._pick: Callable[[State], Hashable] | None = None  # and how to get their numbers
        self._keys: dict[Hashable, int] = {}
        self._serials: dict[Hashable, int] = {}
        keeper = Keeper(self, ())
        keeper.save_object((), thing)
        self._fixed.update(keeper.written)

    # Doing work

    def leaf(self, key: Hashable, state: State, work: Work) -> Leaf:
        """Do a work, known by its key, on a state, unless it is known what it comes to."""
        if len(state) < len(self._values):
            state = self.whole(state)
        leaf = self._found(key, state)
        if not isinstance(leaf, Leaf):
            leaf = self._done(key, state, work, {})
        leaf.hits += 1
        return leaf

    def batch(
        self, key: Hashable, state: State, works: Callable[[], Iterable[tuple[Hashable, Work]]]
    ) -> Batch:
        """Do several works, each on this state, unless it is known what they all come to."""
        if len(state) < len(self._values):
            state = self.whole(state)
        batch = self._found(key, state)
        if not isinstance(batch, Batch):
            batch = self._all_done(key, state, works())
        batch.hits += 1
        return batch

    def _found(self, key: Hashable, state: State) -> Leaf | Batch | None:
        node = self._trees.get(key)
        while isinstance(node, tuple):
            node = node[1].get(state[node[0]])
        return node

    def after(self, state: State, leaf: Leaf) -> State:
        """Give the state that a work leaves behind."""
        if not (leaf.writes or leaf.appends):
            return state
        cells = list(state if len(state) == len(self._values) else self.whole(state))
        for place, number in leaf.writes:
            cells[place] = number
        for place, more in leaf.appends:
            cells[place] = self._joint(place, cells[place], more)
        return tuple(cells)

    def whole(self, state: State) -> State:
        """Give a state with all the places that there are by now."""
        return state + (0,) * (len(self._values) - len(state))

    def _all_done(
        self, key: Hashable, state: State, works: Iterable[tuple[Hashable, Work]]
    ) -> Batch:
        places = len(self._values)
        read: dict[int, int] = {}
        leaves: list[Leaf] = []
        for one, work in works:
            state = self.whole(state)
            node = self._trees.get(one)
            while isinstance(node, tuple):
                place, branches = node
                number = read[place] = state[place]
                node = branches.get(number)
            leaves.append(node if isinstance(node, Leaf) else self._done(one, state, work, read))
        batch = Batch(leaves)
        self.batches.append(batch)
        if places == len(self._values):
            self._grow(key, read, batch)
        return batch

    def _done(self, key: Hashable, state: State, work: Work, read: dict[int, int]) -> Leaf:
        """Do a work, and remember what it read and what came of it."""
        places = len(self._values)
        keeper = Keeper(self, state)
        result = work(self._load(keeper))
        keeper.save()
        writes = tuple(self._changes(keeper))
        appends = tuple((self._place(path), more) for path, more in keeper.appended.items())
        telling = any(place in self._telling for place, _ in writes)
        leaf = Leaf(result, writes, appends, telling)
        self.leaves.append(leaf)
        if places == len(self._values):
            self._grow(key, keeper.read, leaf)
        read |= keeper.read
        return leaf

    def _changes(self, keeper: "Keeper") -> Iterator[tuple[int, int]]:
        """Give what was set; a cell that was read and set to the same did not change."""
        for path, value in keeper.written.items():
            if path not in self._places and frozen_of(value) == frozen_of(self._fixed.get(path)):
                continue
            place = self._place(path)
            number = self._number(place, value)
            if keeper.read.get(place) != number:
                yield place, number

    def _grow(self, key: Hashable, read: Mapping[int, int], leaf: Leaf | Batch) -> None:
        """Hang a leaf into the tree of its work."""
        reads = list(read.items())
        branches: dict[Any, Tree] = self._trees  # pyright: ignore[reportAssignmentType] - by key
        at: Any = key
        for place, number in reads:
            node = branches.setdefault(at, (place, {}))
            if not isinstance(node, tuple):
                raise TypeError(f"{key} is no function of the cells that it reads")
            branches, at = node[1], number
        branches[at] = leaf

    # Cells

    def cell(self, path: Path, keeper: "Keeper") -> Any:
        """Give the value of a cell and note that it was read; None where there is no such cell."""
        keeper.asked.add(path)
        place = self._places.get(path)
        if place is None:
            return self._fixed.get(path)
        number = keeper.read[place] = keeper.state[place]
        return self._values[place][number]

    def _place(self, path: Path) -> int:
        """Give the place of a cell that differs; no tree asks for one that is new."""
        place = self._places.get(path)
        if place is None:
            place = self._places[path] = len(self._values)
            before = self._fixed.get(path)
            self._values.append([before])
            self._numbers.append({frozen_of(before): 0})
            self._cut_down()
        return place

    def _number(self, place: int, value: Any) -> int:
        numbers, values = self._numbers[place], self._values[place]
        number = numbers.setdefault(frozen_of(value), len(values))
        if number == len(values):
            values.append(value)
        return number

    def _joint(self, place: int, number: int, more: tuple[Any, ...]) -> int:
        key = place, number, more
        joint = self._joined.get(key)
        if joint is None:
            before = self._values[place][number] or ()
            joint = self._joined[key] = self._number(place, before + more)
        return joint

    def _cut_down(self) -> None:
        self._trees.clear()
        self._keys.clear()
        self._telling = frozenset(self._places[path] for path in self._told & self._places.keys())
        self._pick = itemgetter(*self._telling) if self._telling else None

    # Fingerprints

    def key(self, state: State) -> int:
        """Give a number that states share if their fingerprints are equal.

        The parts of a fingerprint are works like any others. What they read tells which cells make
        a difference at all: states that agree on these are not asked one by one.
        """
        if len(state) < len(self._values):
            state = self.whole(state)
        known = None if self._pick is None else self._keys.get(self._pick(state))
        return self._key(state) if known is None else known

    def _key(self, state: State) -> int:
        names = self._told_by(("parts",), state, methodcaller("parts"))
        pairs = [
            pair
            for name in names
            for pair in self._told_by(("part", name), state, methodcaller("part", name))
        ]
        numbers = tuple([self._serial(pair) for pair in pairs])
        key = self._serial(numbers)
        if self._pick is not None:
            self._keys[self._pick(self.whole(state))] = key
        return key

    def _serial(self, value: Hashable) -> int:
        return self._serials.setdefault(value, len(self._serials))

    def _told_by(self, key: Hashable, state: State, work: Work) -> Any:
        """Give a part of a fingerprint; new cells that it depends on make old leaves void."""

        def asking(thing: Any) -> Any:
            result = work(thing)
            asked = thing.keeper.asked - self._told
            if asked:
                self._told |= asked
                self._cut_down()
            return result

        return self.leaf(key, state, asking).result


# Taking apart and putting together


class Part(Protocol):
    """How an entry of a mapping is kept that consists of several cells."""

    @staticmethod
    def load(keeper: "Keeper", path: Path) -> Any:
        """Make the entry; None if the cell of its path has nothing, as there is none."""

    @staticmethod
    def save(keeper: "Keeper", path: Path, entry: Any) -> None:
        """Set the cell of its path, and those that changed, or all if it came from elsewhere."""


@frozen
class Form:
    """How objects of a class are kept: by their attributes, but for those that are `given`.

    `mappings` have cells or parts for each entry; `logs` grow at their end, and are made whole
    only if somebody reads them.
    """

    names: Callable[[Any], Iterable[str]]
    given: frozenset[str]
    mappings: Mapping[str, type[Part] | None] = {}
    logs: Mapping[str, Callable[[tuple[Any, ...]], Any]] = {}


class Loaded:
    """An object that gets its attributes from cells, and notes which were changed."""

    __slots__ = ()
    keeper: "Keeper"
    path: Path
    changed: dict[str, None]

    def __getattr__(self, name: str) -> Any:
        """Load an attribute when it is first asked for."""
        keeper = self.keeper
        path = (*self.path, name)
        form = keeper.memo.forms[self.__class__]
        if name in form.mappings:
            value: Any = Entries(keeper, path, form.mappings[name])
            self.changed[name] = None
        elif name in form.logs:
            value = Log(keeper, path, form.logs[name])
            self.changed[name] = None
        else:
            value = keeper.memo.cell(path, keeper)
            copy = kind_of(value.__class__).copy
            if copy is not None:
                value = copy(value)
                self.changed[name] = None
        set_now(self, name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, and note that it may have changed."""
        self.changed[name] = None
        set_now(self, name, value)


def loaded(kind: type[Any], keeper: "Keeper", path: Path, **constants: Any) -> Any:
    """Make an object that gets all but some constant attributes from the cells under a path."""
    thing: Any = object.__new__(kind)
    set_now(thing, "keeper", keeper)
    set_now(thing, "path", path)
    set_now(thing, "changed", {})
    for name, value in constants.items():
        set_now(thing, name, value)
    return thing


class Keeper:
    """What one work reads and sets."""

    __slots__ = ("appended", "asked", "memo", "read", "state", "top", "written")

    def __init__(self, memo: Memo, state: State) -> None:
        """Begin with a state of which nothing was read."""
        self.memo = memo
        self.state = state
        self.asked: set[Path] = set()
        self.read: dict[int, int] = {}
        self.written: dict[Path, Any] = {}
        self.appended: dict[Path, tuple[Any, ...]] = {}
        self.top: Any = None

    def load(self, path: Path) -> Any:
        """Give the value of a cell, None where there is none."""
        return self.memo.cell(path, self)

    def save(self) -> None:
        """Set all cells that the work changed."""
        self.save_object((), self.top)

    def save_object(self, path: Path, thing: Any) -> None:
        """Set what changed of an object that was loaded from this path, all of any other."""
        if isinstance(thing, Loaded) and thing.path == path:
            names: Iterable[str] = thing.changed
        else:
            names = self.memo.forms[thing.__class__].names(thing)
        self._save_attributes(path, thing, names)

    def _save_attributes(self, path: Path, thing: Any, names: Iterable[str]) -> None:
        form = self.memo.forms[thing.__class__]
        for name in names:
            if name in form.given:
                continue
            here = (*path, name)
            value: Any = getattr(thing, name)
            if isinstance(value, Entries | Log) and value.path == here:
                value.save()
            elif name in form.mappings:
                self._save_mapping(here, cast("Mapping[Any, Any]", value), form.mappings[name])
            else:
                self.written[here] = tuple(value) if name in form.logs else value

    def _save_mapping(self, path: Path, value: Mapping[Any, Any], part: type[Part] | None) -> None:
        self.written |= {(*path, key): None for key in self.load(path) or () if key not in value}
        self.written[path] = tuple(value)
        for key, one in value.items():
            self.save_entry((*path, key), one, part)

    def save_entry(self, path: Path, value: Any, part: type[Part] | None) -> None:
        """Set the cells of an entry of a mapping."""
        if part is None:
            self.written[path] = value
        else:
            part.save(self, path, value)


class Entries(MutableMapping[Any, Any]):
    """A mapping whose entries are loaded one by one; the cell of its own path has their order."""

    __slots__ = ("_held", "_keeper", "_order", "_part", "_reordered", "path")

    def __init__(self, keeper: Keeper, path: Path, part: type[Part] | None) -> None:
        """Begin with nothing loaded."""
        self._keeper, self.path, self._part = keeper, path, part
        self._held: dict[Any, Any] = {}  # None: there is no such entry
        self._order: dict[Any, None] | None = None
        self._reordered = False

    def _keys(self) -> dict[Any, None]:
        if self._order is None:
            self._order = dict.fromkeys(self._keeper.load(self.path) or ())
        return self._order

    def __getitem__(self, key: Any) -> Any:
        """Give an entry, loaded when it is first asked for."""
        if key not in self._held:
            path, part = (*self.path, key), self._part
            load = self._keeper.load
            self._held[key] = load(path) if part is None else part.load(self._keeper, path)
        value = self._held[key]
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        """Set an entry, behind the others if it is new."""
        if self._held.get(key) is None and key not in self._keys():
            self._keys()[key] = None
            self._reordered = True
        self._held[key] = value

    def __delitem__(self, key: Any) -> None:
        """Take an entry out."""
        del self._keys()[key]
        self._reordered = True
        self._held[key] = None

    def __iter__(self) -> Iterator[Any]:
        """Give the keys in their order."""
        return iter(self._keys())

    def __reversed__(self) -> Iterator[Any]:
        """Give the keys from the last to the first."""
        return reversed(self._keys().keys())

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._keys())

    def copy(self) -> dict[Any, Any]:
        """Give a plain mapping of the same entries."""
        return dict(self)

    @property
    def untouched(self) -> bool:
        """Whether no entry was loaded or set."""
        return not (self._held or self._reordered)

    def save(self) -> None:
        """Set the cells of what was loaded or set, and of the order if it changed."""
        if self._reordered:
            self._keeper.written[self.path] = tuple(self._keys())
        for key, value in self._held.items():
            if value is not None:
                self._keeper.save_entry((*self.path, key), value, self._part)
            else:
                self._keeper.written[*self.path, key] = None


class Log:
    """A log that is mostly added to: what it had before is loaded only if somebody reads it."""

    __slots__ = ("_added", "_keeper", "_make", "path")

    def __init__(self, keeper: Keeper, path: Path, make: Callable[[tuple[Any, ...]], Any]) -> None:
        """Begin with nothing added; `make` makes a whole log of all its entries."""
        self._keeper, self.path, self._make = keeper, path, make
        self._added: list[Any] = []

    def append(self, one: Any) -> None:
        """Add one entry."""
        self._added.append(one)

    def extend(self, more: Iterable[Any]) -> None:
        """Add some entries."""
        self._added.extend(more)

    def whole(self) -> Any:
        """Give the log with all that it had before."""
        return self._make((self._keeper.load(self.path) or ()) + tuple(self._added))

    def __getattr__(self, name: str) -> Any:
        """Give what only the whole log can answer."""
        return getattr(self.whole(), name)

    def __getitem__(self, key: Any) -> Any:
        """Give an entry, or some."""
        return self.whole()[key]

    def __iter__(self) -> Iterator[Any]:
        """Give all entries."""
        return iter(self.whole())

    def __len__(self) -> int:
        """Count all entries."""
        return len(self.whole())

    def __bytes__(self) -> bytes:
        """Give the bytes of the whole log."""
        return bytes(self.whole())

    def save(self) -> None:
        """Note what was added."""
        if self._added:
            self._keeper.appended[self.path] = tuple(self._added)


@frozen
class Kind:
    """How values of a class are compared, and copied if they can be changed in place."""

    freeze: Callable[[Any], Hashable] | None = None  # None: they can be hashed, and are told apart
    copy: Callable[[Any], Any] | None = None


def frozen_of(value: Any) -> Hashable:
    """Give a value that can be hashed and is equal only where two values are the same in all."""
    freeze = kind_of(value.__class__).freeze
    return value if freeze is None else freeze(value)


def copy_of(value: Any) -> Any:
    """Copy what can be changed in place."""
    copy = kind_of(value.__class__).copy
    return value if copy is None else copy(value)


@cache
def kind_of(kind: type[Any]) -> Kind:
    """Say how values of a class are compared and copied.

    Raises:
        TypeError: for a class of which nothing is known; it may change unnoticed.
    """
    make: Any = kind
    if issubclass(kind, dict):
        return Kind(_frozen_items, lambda one: make([(k, copy_of(v)) for k, v in one.items()]))
    if issubclass(kind, Mapping):
        return Kind(_frozen_items)
    if issubclass(kind, set):
        return Kind(frozenset, make)
    if hasattr(kind, "__attrs_attrs__"):
        ignored = [one.name for one in fields(kind) if not one.eq]
        if ignored:
            return Kind(lambda one: (one, *[frozen_of(getattr(one, name)) for name in ignored]))
        return Kind()
    if issubclass(kind, _NEVER_CHANGES):
        return Kind()
    raise TypeError(f"{kind} cannot be kept in a cell: say in `kind_of` how to copy it")


def _frozen_items(value: Mapping[Any, Any]) -> Hashable:
    return tuple([(key, frozen_of(one)) for key, one in value.items()])


_NEVER_CHANGES: Final = (int, str, bytes, tuple, frozenset, date, type(None))
