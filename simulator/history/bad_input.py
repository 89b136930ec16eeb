"""What is wrong with a line of a trace, and where in it."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final, TypeAlias

import orjson
from attrs import define, frozen

Path: TypeAlias = tuple[str | int, ...]

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LONGEST_QUOTE: Final = 60
_MOST_NAMED: Final = 40


@define(eq=False)
class BadInput(Exception):  # noqa: N818 - it is the input that is bad, we did not fail
    """A line that is no line of a trace: where (line and column from 1), what, and what to do."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


@frozen
class Fault:
    """What is wrong with a record: the path to it, and whether its name or value is at fault."""

    path: Path
    message: str
    hint: str = ""
    in_name: bool = False


@frozen
class Place:
    """Where a field stands in a line: columns from 1 of its name and of its value."""

    path: Path
    name: int
    value: int


def quote(value: object) -> str:
    """Show a value as JSON, shortened to a readable length."""
    try:
        shown = orjson.dumps(value).decode()
    except TypeError:
        shown = str(value)
    return shown if len(shown) <= _LONGEST_QUOTE else shown[: _LONGEST_QUOTE - 1] + "…"


def suggest(word: object, known: Iterable[int | str]) -> str:
    """Word a hint: the known word that is meant, or those there are."""
    words = list(known)
    if isinstance(word, str):
        lowered = {one.lower(): one for one in words if isinstance(one, str)}
        close = get_close_matches(word[:_LONGEST_QUOTE].lower(), lowered, n=1)
        if close:
            return f'did you mean "{lowered[close[0]]}"?'
    if not words:
        return ""
    named = ", ".join(map(quote, words[:_MOST_NAMED]))
    return f"known: {named}{', …' if len(words) > _MOST_NAMED else ''}"


@define
class _Level:
    """One object or list that the scan is inside of."""

    in_list: bool
    key: str | int
    name_column: int
    expects_name: bool


def places(line: str) -> Iterator[Place]:
    """Walk a line of valid JSON and give the place of each field and list item, in order.

    It does not recurse: a line may nest as deeply as it likes.
    """
    levels: list[_Level] = []
    for token in _TOKEN.finditer(line):
        text, column = token[0], token.start() + 1
        level = levels[-1] if levels else None
        if text in "]}":
            levels.pop()
        elif text == ",":
            _next_item(levels[-1])
        elif level is not None and level.expects_name and text != ":":
            level.key, level.name_column, level.expects_name = orjson.loads(text), column, False
        elif text != ":":
            if level is not None:
                yield Place(tuple(outer.key for outer in levels), level.name_column, column)
            if text in "[{":
                levels.append(_Level(text == "[", 0, column + 1, expects_name=text == "{"))


def _next_item(level: _Level) -> None:
    if isinstance(level.key, int) and level.in_list:
        level.key += 1
    else:
        level.expects_name = True


def column_of(line: str, path: Path, *, in_name: bool = False) -> int:
    """Find the column (from 1) of a field's value or name; 1 where it is not in the line."""
    found = 1
    for place in places(line):
        if place.path == path:
            found = place.name if in_name else place.value
    return found


def repeated_name(line: str) -> Place | None:
    """Find the first field whose name stands a second time in the same object."""
    seen: set[Path] = set()
    for place in places(line):
        if place.path in seen:
            return place
        seen.add(place.path)
    return None
