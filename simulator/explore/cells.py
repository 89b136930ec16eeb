"""How the domain in memory and an oracle are kept in cells: see `memo`."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from reference.domain.mailbox import Mailbox
from reference.domain.mailbox_item import Item
from simulator.explore.memo import Entries, Form, Keeper, Loaded, Memo, Path, loaded, set_now
from simulator.oracle import Oracle
from simulator.oracle.facts import Box, Case, telling
from simulator.oracle.world import World
from simulator.targets.model import Model

# The domain

_GIVEN_TO_MODEL: Final = frozenset({"rules", "registration", "run", "_mails", "_arrivals"})


class _Model(Loaded, Model):
    __slots__ = ("changed", "keeper", "path")


class _Item(Loaded, Item):
    """A message of which only the name is known before it is loaded."""

    __slots__ = ("keeper", "path")

    def __getattr__(self, name: str) -> Any:
        item: Item = self.keeper.load(self.path)
        for one in ("expects", "read", "opened", "answered"):
            set_now(self, one, getattr(item, one))
        return getattr(item, name)


class _Mailboxes:
    """A mailbox: one cell with the names of its messages and all else, one for each message."""

    @staticmethod
    def load(keeper: Keeper, path: Path) -> Mailbox | None:
        head = keeper.load(path)
        if head is None:
            return None
        case, recipient, subject, documents, names, *rest = head
        items: list[Item] = []
        for place, name in enumerate(names):
            item = _Item.__new__(_Item)
            set_now(item, "keeper", keeper)
            set_now(item, "path", (*path, place))
            set_now(item, "message", name)
            items.append(item)
        return Mailbox(case, recipient, subject, documents, tuple(items), *rest)

    @staticmethod
    def save(keeper: Keeper, path: Path, entry: Mailbox) -> None:
        names = tuple([item.message for item in entry.items])
        head = entry.case, entry.recipient, entry.subject, entry.documents
        rest = entry.text, entry.release, entry.taken, entry.sent
        keeper.written[path] = (*head, names, *rest)
        for place, item in enumerate(entry.items):
            here = (*path, place)
            if not isinstance(item, _Item):
                keeper.written[here] = item
            elif item.path != here:
                whole = Item(item.message, item.expects, item.read, item.opened, item.answered)
                keeper.written[here] = whole


def memo_of_model(model: Model) -> Memo:
    """Keep the domain; its mails and arrivals are those of one work."""

    def load(keeper: Keeper) -> Model:
        given = {"rules": model.rules, "registration": model.registration, "run": ()}
        new: Model = loaded(_Model, keeper, (), **given, _mails=[], _arrivals=[])
        keeper.top = new
        return new

    return Memo(model, load, _FORMS)


# The oracle

#: What is the same in all states, or no part of a state.
_GIVEN_TO_WORLD: Final = frozenset(
    {
        *("readings", "holds", "zone", "carrier", "limit", "registers", "settled"),
        *("days", "dates", "awake", "awake_max", "token", "borrows"),
        *("counts", "out", "trial", "common", "epoch", "keeper", "path", "changed"),
    }
)
_GIVEN_TO_CASE: Final = frozenset({"number", "token", "serial", "cached"})
_TOKEN: Final = object()


class _World(Loaded, World):
    pass


class _Oracle(Oracle):
    __slots__ = ("keeper",)
    keeper: Keeper


class _Case(Loaded, Case):
    __slots__ = ("changed", "keeper", "path")


class _Box(Loaded, Box):
    __slots__ = ("changed", "keeper", "path")

    def facts(self) -> list[tuple[str, int]]:
        """Give the telling facts without asking how each message was last seen."""
        items: object = self.items
        if isinstance(items, Entries) and items.untouched:
            load, path = self.keeper.load, items.path
            return [(name, load((*path, name, "facts"))) for name in items]
        return super().facts()


class _Cases:
    """A case; where it has several possible states, they are kept instead."""

    @staticmethod
    def load(keeper: Keeper, path: Path) -> Case | None:
        if keeper.load(path) is None:
            return None
        case = _case(keeper, path)
        return list[Case](keeper.top.doubt[path[1]])[0] if case.split else case

    @staticmethod
    def save(keeper: Keeper, path: Path, entry: Case) -> None:
        keeper.written[path] = True
        if entry.split:
            keeper.written[*path, "split"] = True
        else:
            keeper.save_object(path, entry)


class _States:
    """The possible states of a case."""

    @staticmethod
    def load(keeper: Keeper, path: Path) -> list[Case] | None:
        count = keeper.load(path)
        return count and [_case(keeper, (*path, place)) for place in range(count)]

    @staticmethod
    def save(keeper: Keeper, path: Path, entry: list[Case]) -> None:
        keeper.written[path] = len(entry)
        for place, state in enumerate(entry):
            keeper.save_object((*path, place), state)


class _Boxes:
    """A mailbox, as the oracle knows it."""

    @staticmethod
    def load(keeper: Keeper, path: Path) -> Box | None:
        if keeper.load(path) is None:
            return None
        box: Box = loaded(_Box, keeper, path, owner=0, cached=None)
        return box

    @staticmethod
    def save(keeper: Keeper, path: Path, entry: Box) -> None:
        keeper.written[path] = True
        keeper.save_object(path, entry)


class _Bits:
    """The facts about a message; beside them, those of them that make a difference."""

    @staticmethod
    def load(keeper: Keeper, path: Path) -> int | None:
        bits: int | None = keeper.load(path)
        return bits

    @staticmethod
    def save(keeper: Keeper, path: Path, entry: int) -> None:
        keeper.written[path] = entry
        keeper.written[*path, "facts"] = telling(entry)


def _case(keeper: Keeper, path: Path) -> Case:
    case: Case = loaded(_Case, keeper, path, number=path[1], token=_TOKEN, serial=0, cached=None)
    return case


def memo_of_oracle(oracle: Oracle) -> Memo:
    """Keep an oracle; its counts and findings are those of one work."""
    given = {**vars(oracle.world), "token": _TOKEN, "borrows": False, "path": ()}
    given = {name: value for name, value in given.items() if name in _GIVEN_TO_WORLD}

    def load(keeper: Keeper) -> Oracle:
        world = _World.__new__(_World)
        vars(world).update(given, keeper=keeper, changed={}, awake=[], out=[])
        vars(world)["counts"] = defaultdict[int, int](int)
        keeper.top = world
        new = _Oracle.__new__(_Oracle)
        new.keeper, new.world = keeper, world
        return new

    return Memo(oracle.world, load, _FORMS)


def counted(oracle: Oracle) -> tuple[tuple[int, int], ...]:
    """Give how often sets of rules decided, of an oracle that one work was done on."""
    counts = cast("dict[int, int]", oracle.world.counts)
    return tuple(counts.items())


def _slots(kind: type[Any]) -> Callable[[Any], Iterable[str]]:
    names = tuple(name for name in kind.__slots__ if name != "__weakref__")
    return lambda _: names


def _words(words: tuple[Any, ...]) -> "array[int]":
    return array("I", words)


_MODEL: Final = Form(
    _slots(Model),
    _GIVEN_TO_MODEL,
    {"_cases": None, "_mailboxes": _Mailboxes, "_accounts": None, "_roles": None},
    {"_log": list},
)
_WORLD: Final = Form(vars, _GIVEN_TO_WORLD, {"cases": _Cases, "doubt": _States})
_CASE: Final = Form(_slots(Case), _GIVEN_TO_CASE, {"boxes": _Boxes}, {"log": _words})
_BOX: Final = Form(_slots(Box), frozenset({"owner", "cached"}), {"items": _Bits})
_FORMS: Final[dict[type, Form]] = {
    Model: _MODEL,
    _Model: _MODEL,
    World: _WORLD,
    _World: _WORLD,
    Case: _CASE,
    _Case: _CASE,
    Box: _BOX,
    _Box: _BOX,
}
