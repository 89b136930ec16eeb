"""A YAML file as a tree in which every name and value knows its place.

Values stay as they were written: what `10:30` or `no` means is decided by who asks for it.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import yaml
from attrs import define, field, frozen

from simulator.history.bad_input import BadInput

#: Deeper than any scenario; a file that nests further is an attack or a slip.
DEPTH_MAX: Final = 20
SIZE_MAX: Final = 4_000_000  # characters of a file


@frozen
class Place:
    """Where something stands in the file, from 1."""

    line: int
    column: int


@frozen
class Text:
    """A single value as it was written; quoted, it is never taken for nothing."""

    place: Place
    value: str
    quoted: bool = False

    @property
    def is_null(self) -> bool:
        """Whether nothing, `~` or `null` was written."""
        return not self.quoted and self.value in {"", "~", "null", "Null", "NULL"}


@frozen
class Items:
    """A list."""

    place: Place
    items: tuple["Node", ...]


@frozen
class Fields:
    """Names with their values, in order; each name knows its own place."""

    place: Place
    fields: tuple[tuple[Text, "Node"], ...]
    last_line: int

    def named(self, name: str) -> "Node | None":
        """Give the value of a field."""
        return next((value for key, value in self.fields if key.value == name), None)


Node: TypeAlias = Text | Items | Fields


def texts(node: Node) -> Iterator[str]:
    """Give every single value, names of fields left out."""
    if isinstance(node, Text):
        yield node.value
    inside = node.items if isinstance(node, Items) else ()
    for each in [value for _, value in node.fields] if isinstance(node, Fields) else inside:
        yield from texts(each)


@define
class Faults:
    """Every mistake of a file, in the order of the file."""

    file: str
    found: list[BadInput] = field(factory=list[BadInput])

    def add(self, place: Place, message: str, hint: str = "") -> None:
        """Note a mistake."""
        self.found.append(BadInput(self.file, place.line, place.column, message, hint))

    def __iter__(self) -> Iterator[BadInput]:
        return iter(sorted(self.found, key=lambda fault: (fault.line, fault.column)))


def tree_of(text: str, faults: Faults) -> Node | None:
    """Read a YAML text; None, with the mistake noted, where it is no YAML or not one document."""
    start = Place(1, 1)
    if len(text) > SIZE_MAX:
        faults.add(start, f"the file has more than {SIZE_MAX:,} characters")
        return None
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)  # the tree only: nothing is constructed
    except yaml.MarkedYAMLError as error:
        # A quote that is never closed is told where it begins, not where the file ends.
        unclosed = "scanning a quoted scalar" in str(error.context)
        mark = error.context_mark if unclosed else error.problem_mark or error.context_mark
        place = start if mark is None else Place(mark.line + 1, mark.column + 1)
        problem = str(error.context if unclosed else error.problem or error.context)
        faults.add(place, f"this is no YAML: {problem}", _hint(text, place, problem))
        return None
    except yaml.YAMLError as error:
        faults.add(start, f"this is no YAML: {error}")
        return None
    except RecursionError:
        faults.add(start, "the file is nested too deeply")
        return None
    if root is None:
        faults.add(start, "the file is empty", 'begin with "scenario: …"')
        return None
    return _node(root, faults, 0, set())


_QUOTES: Final = "put a text that has a colon, a bracket or a # into quotes"
_COLUMNS: Final = "fields that belong together begin in the same column"
#: What is mostly meant by a part of what the parser says.
_HINTS: Final = {
    "expected '-' indicator": (
        "the lines of a list begin in the same column, each with -; "
        "the fields of a step under its first one"
    ),
    "expected ',' or '}'": f"a step that begins with {{ ends with }}; {_QUOTES}",
    "mapping values are not allowed": (
        f"{_QUOTES}; several fields in a line stand in braces: {{at: 09:00, by: anna}}"
    ),
    "another document": "a file is one scenario: leave --- out, and make two files of it",
    "scanning a quoted scalar": "the quote that begins here is not closed",
    "escape character": "between \" and \" a \\ is written twice, between ' and ' once",
}
_NO_BLANK: Final = re.compile(r"[ -]*\w+:[^\s/]")
_FIELD: Final = re.compile(r"([ -]*)\w+: +\S")


def _hint(text: str, place: Place, problem: str) -> str:
    lines = ["", *text.splitlines(), ""]
    at = min(place.line, len(lines) - 1)
    line, above = lines[at], next(filter(str.strip, reversed(lines[:at])), "")
    if "\t" in line:
        return "indent with blanks, not with tabs"
    if not line[: len(line) - len(line.lstrip())].isascii():
        return "the line begins with a blank that is none, as copied from a page: type it anew"
    if "mapping values" in problem:
        if _NO_BLANK.match(above):
            return f"after the colon of a field comes a blank, as in {_spaced(above)}"
        field = _FIELD.match(above)
        if field is not None and len(line) - len(line.lstrip()) > len(field[1]):
            return f"{_COLUMNS}; {_QUOTES}"
    return next((hint for part, hint in _HINTS.items() if part in problem), _QUOTES)


def _spaced(line: str) -> str:
    name, _, value = line.strip(" -").partition(":")
    return f'"{name}: {value[:20]}"'


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _node(node: yaml.Node, faults: Faults, depth: int, open_: set[int]) -> Node | None:
    place = _place(node)
    if depth > DEPTH_MAX or id(node) in open_:
        faults.add(place, "the file is nested too deeply")
        return None
    if isinstance(node, yaml.ScalarNode):
        return Text(place, node.value, bool(node.style))
    inside = open_ | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        items = [_node(item, faults, depth + 1, inside) for item in node.value]
        return Items(place, tuple(item for item in items if item is not None))
    assert isinstance(node, yaml.MappingNode)  # noqa: S101 - there is no fourth kind of node
    return _fields(node, faults, depth, inside)


def _fields(node: yaml.MappingNode, faults: Faults, depth: int, inside: set[int]) -> Fields:
    fields: dict[str, tuple[Text, Node]] = {}
    for key_node, value_node in node.value:
        key = _node(key_node, faults, depth + 1, inside)
        value = _node(value_node, faults, depth + 1, inside)
        if not isinstance(key, Text):
            faults.add(_place(key_node), "a name is a single word, not a list")
        elif key.value in fields:
            first = fields[key.value][0].place.line
            faults.add(
                key.place, f'"{key.value}" stands here twice', f"the first is in line {first}"
            )
        elif value is not None:
            fields[key.value] = (key, value)
    # Without braces the parser is at the first line after them when it knows that they are over.
    last_line = node.end_mark.line + (1 if node.flow_style else 0)
    return Fields(_place(node), tuple(fields.values()), last_line)
