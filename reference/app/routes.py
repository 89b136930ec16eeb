"""Which operations stand at a path: a tree of the path's parts, walked once for each request."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from attrs import Factory, define, frozen

T = TypeVar("T")


@frozen(eq=False)
class Route(Generic[T]):
    """What stands at a path: something for each method; parameters by their places in the path."""

    methods: Mapping[str, T]
    parameters: tuple[tuple[str, int], ...]

    def values(self, parts: Sequence[str]) -> dict[str, str]:
        """Give the values of the parameters in a path that leads here."""
        return {name: parts[place] for name, place in self.parameters}


@define(eq=False)
class _Node(Generic[T]):
    """A place in the tree: where words lead, where anything else leads, and what stands here."""

    words: dict[str, "_Node[T]"] = Factory(dict[str, "_Node[T]"])
    anything: "_Node[T] | None" = None
    route: Route[T] | None = None

    def grow(self, parts: Sequence[str], route: Route[T]) -> None:
        """Let parts lead to a route; a parameter may also be any of the words that are there."""
        if not parts:
            self.route = self.route or route
            return
        first, rest = parts[0], parts[1:]
        if not first.startswith("{"):
            self.words.setdefault(first, _Node()).grow(rest, route)
            return
        self.anything = self.anything or _Node()
        for node in (self.anything, *self.words.values()):
            node.grow(rest, route)


@define(eq=False)
class Routes(Generic[T]):
    """The routes of all paths."""

    _root: _Node[T] = Factory(_Node[T])

    def find(self, parts: Sequence[str]) -> Route[T] | None:
        """Give the route at a path that was cut at its slashes; a word goes before a parameter."""
        node = self._root
        for part in parts:
            following = node.words.get(part) or (node.anything if part else None)
            if following is None:
                return None
            node = following
        return node.route


def routes_of(paths: Iterable[tuple[str, Mapping[str, T]]]) -> Routes[T]:
    """Give the routes of paths like `/cases/{case}`, each with something for its methods."""
    root: _Node[T] = _Node()
    for path, methods in sorted(paths, key=lambda each: each[0]):  # "{" comes after all words
        parts = path.split("/")
        parameters = tuple(
            (part[1:-1], place) for place, part in enumerate(parts) if part.startswith("{")
        )
        root.grow(parts, Route(methods, parameters))
    return Routes(root)
