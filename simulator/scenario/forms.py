"""The forms that a value of a scenario file can have: each reads a node and describes itself.

What a form cannot read is noted as a mistake with its place; reading goes on, so that one look
shows all mistakes of a file.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

from attrs import field, frozen

from simulator.history.bad_input import quote, suggest
from simulator.scenario.german import meant
from simulator.scenario.nodes import Faults, Fields, Items, Node, Place, Text

Schema: TypeAlias = dict[str, Any]
#: What a field has whose value could not be read; the mistake is noted.
BAD: Final = object()


class Form(Protocol):
    """A form: what a value looks like, and how it is read."""

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the value, or BAD with the mistakes noted."""
        ...

    def schema(self) -> Schema:
        """Give the form as JSON Schema, for completion in editors."""
        ...


@frozen
class Scalar:
    """A single value, read by a function that says what would be right."""

    parse: Callable[[str], Any]
    title: str
    pattern: str | None = None
    types: tuple[str, ...] = ("string",)

    def read(self, node: Node, faults: Faults) -> Any:
        """Give what the function makes of the text."""
        if not isinstance(node, Text):
            faults.add(node.place, f"{self.title} is wanted here, not {kind_of(node)}")
            return BAD
        try:
            return self.parse(node.value)
        except ValueError as error:
            faults.add(node.place, str(error))
            return BAD

    def schema(self) -> Schema:
        """Give the types that the value may have in YAML."""
        schema: Schema = {"type": list(self.types), "title": self.title}
        return schema if self.pattern is None else {**schema, "pattern": self.pattern}


@frozen
class Word:
    """One of some words; a label of the product stands for its word."""

    words: tuple[str, ...]
    labels: Mapping[str, str] = field(factory=dict[str, str])
    what: str = "a word"

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the word."""
        if not isinstance(node, Text):
            faults.add(node.place, f"{self.what} is wanted here, not {kind_of(node)}")
            return BAD
        if node.value in self.words:
            return node.value
        if node.value in self.labels:
            return self.labels[node.value]
        known = (*self.words, *self.labels)
        several = "," in node.value and all(each.strip() in known for each in node.value.split(","))
        hint = f"several stand in brackets: [{node.value}]" if several else ""
        message = f"{quote(node.value)} is not {self.what}"
        faults.add(node.place, message, hint or suggest(node.value, known))
        return BAD

    def schema(self) -> Schema:
        """Give the words and labels."""
        return {"enum": [*self.words, *self.labels]}


@frozen
class Flag:
    """Yes or no."""

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the truth value of `true` and `false`; `yes` and `ja` are no such words."""
        if isinstance(node, Text) and not node.quoted and node.value in {"true", "false"}:
            return node.value == "true"
        faults.add(node.place, f"true or false is wanted here, not {shown(node)}")
        return BAD

    def schema(self) -> Schema:
        """Give a truth value."""
        return {"type": "boolean"}


@frozen
class Nullable:
    """A value, or `null` for none."""

    inner: Form

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the value, or None."""
        if isinstance(node, Text) and node.is_null:
            return None
        return self.inner.read(node, faults)

    def schema(self) -> Schema:
        """Give the inner schema or null."""
        return {"anyOf": [self.inner.schema(), {"type": "null"}]}


@frozen
class Listed:
    """A list; a single value stands for a list of one."""

    inner: Form
    least: int = 0

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the values, in order."""
        nodes = node.items if isinstance(node, Items) else (node,)
        if isinstance(node, Text) and node.is_null:
            nodes = ()
        values = [self.inner.read(item, faults) for item in nodes]
        if len(values) < self.least:
            faults.add(node.place, f"this list is empty: at least {self.least} is needed")
            return BAD
        return BAD if any(value is BAD for value in values) else tuple(values)

    def schema(self) -> Schema:
        """Give a list of the inner schema, or the inner schema alone."""
        inner = self.inner.schema()
        return {"anyOf": [{"type": "array", "items": inner}, inner]}


@frozen
class Named:
    """Names with what they stand for; where the rest has defaults, a list of names is enough."""

    name: Form
    inner: Form
    empty: Any = BAD  # what a name alone stands for

    def read(self, node: Node, faults: Faults) -> Any:
        """Give name -> value, in order."""
        if isinstance(node, Items | Text) and self.empty is not BAD:
            names = Listed(self.name).read(node, faults)
            return BAD if names is BAD else dict.fromkeys(names, self.empty)
        if not isinstance(node, Fields):
            faults.add(node.place, f"names with their values are wanted here, not {kind_of(node)}")
            return BAD
        values: dict[Any, Any] = {}
        for key, value_node in node.fields:
            name = self.name.read(key, faults)
            alone = isinstance(value_node, Text) and value_node.is_null and self.empty is not BAD
            value = self.empty if alone else self.inner.read(value_node, faults)
            if name is not BAD and value is not BAD:
                values[name] = value
        return values

    def schema(self) -> Schema:
        """Give an object with any names."""
        inner = self.inner.schema() if self.empty is BAD else Nullable(self.inner).schema()
        by_name: Schema = {"type": "object", "additionalProperties": inner}
        if self.empty is BAD:
            return by_name
        return {"anyOf": [by_name, Listed(self.name).schema()]}


@frozen
class Placed:
    """A value with its place, for what only the whole file shows of it."""

    inner: Form

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the place and the value."""
        value = self.inner.read(node, faults)
        return BAD if value is BAD else (node.place, value)

    def schema(self) -> Schema:
        """Give the inner schema."""
        return self.inner.schema()


@frozen
class Slot:
    """A field of a record."""

    name: str
    form: Form
    meaning: str
    required: bool = False
    default: Any = None


@frozen
class Record:
    """Fixed fields; `build` makes the value of them."""

    what: str
    slots: tuple[Slot, ...]
    build: Callable[[dict[str, Any], Place], Any]
    short: Form | None = None  # what can stand instead of the fields

    def read(self, node: Node, faults: Faults) -> Any:
        """Give what is built of the fields."""
        if not isinstance(node, Fields):
            if self.short is not None:
                return self.short.read(node, faults)
            faults.add(node.place, f"{self.what} has fields, like {self._example()}")
            return BAD
        values, good = read_fields(node, self.slots, self.what, faults)
        return self.build(values, node.place) if good else BAD

    def _example(self) -> str:
        return ", ".join(f"{slot.name}: …" for slot in self.slots[:2])

    def schema(self) -> Schema:
        """Give an object with these fields and no others, or what can stand instead."""
        fields: Schema = {
            "type": "object",
            "properties": {slot.name: described(slot) for slot in self.slots},
            "required": [slot.name for slot in self.slots if slot.required],
            "additionalProperties": False,
        }
        return fields if self.short is None else {"anyOf": [fields, self.short.schema()]}


@frozen
class Short:
    """A single value that stands for a record; `build` makes it."""

    form: Form
    build: Callable[[Any], Any]

    def read(self, node: Node, faults: Faults) -> Any:
        """Give what is built of the value."""
        value = self.form.read(node, faults)
        return BAD if value is BAD else self.build(value)

    def schema(self) -> Schema:
        """Give the value."""
        return self.form.schema()


@frozen
class Choice:
    """One of several forms, told apart by the name of the only field."""

    what: str
    choices: tuple[Slot, ...]
    short: Form | None = None  # what can stand instead of the field

    def read(self, node: Node, faults: Faults) -> Any:
        """Give what the form of the field makes of its value."""
        if not isinstance(node, Fields):
            if self.short is not None and isinstance(node, Text):
                return self.short.read(node, faults)
            faults.add(node.place, f"{self.what} has a field: {self._names()}")
            return BAD
        known = {slot.name: slot for slot in self.choices}
        for key, _ in node.fields:
            if key.value not in known:
                message = f"{self.what} has no field {quote(key.value)}"
                faults.add(key.place, message, meant(key.value, known))
                return BAD
        if len(node.fields) != 1:
            faults.add(node.place, f"{self.what} has exactly one field: {self._names()}")
            return BAD
        key, value = node.fields[0]
        return known[key.value].form.read(value, faults)

    def _names(self) -> str:
        return ", ".join(slot.name for slot in self.choices)

    def schema(self) -> Schema:
        """Give an object with exactly one of the fields, or what can stand instead."""
        fields: Schema = {
            "type": "object",
            "properties": {slot.name: described(slot) for slot in self.choices},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }
        return fields if self.short is None else {"anyOf": [fields, self.short.schema()]}


def described(slot: Slot) -> Schema:
    """Give the schema of a field with its meaning."""
    return {**slot.form.schema(), "description": slot.meaning}


#: Of a name without a value, as the rest of a text after a comma is one between braces.
_CUT_OFF: Final = "a text that has a comma stands in quotes, several values in brackets: [a, b]"


def read_fields(
    node: Fields, slots: tuple[Slot, ...], what: str, faults: Faults
) -> tuple[dict[str, Any], bool]:
    """Give the fields that are there and the defaults of the others, and whether all is right.

    A field that could not be read is BAD.
    """
    known = {slot.name: slot for slot in slots}
    values = {slot.name: slot.default for slot in slots}
    good = True
    for key, value_node in node.fields:
        slot = known.get(key.value)
        if slot is None:
            empty = isinstance(value_node, Text) and not (value_node.value or value_node.quoted)
            hint = _CUT_OFF if empty else meant(key.value, known)
            faults.add(key.place, f"{what} has no field {quote(key.value)}", hint)
            good = False
            continue
        values[slot.name] = slot.form.read(value_node, faults)
        good = good and values[slot.name] is not BAD
    for slot in slots:
        if slot.required and node.named(slot.name) is None:
            faults.add(node.place, f'{what} needs "{slot.name}": {slot.meaning}')
            good = False
    return values, good


def kind_of(node: Node) -> str:
    """Name what was written."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Fields):
        return "fields"
    return quote(node.value)


def shown(node: Node) -> str:
    """Show what was written."""
    return quote(node.value) if isinstance(node, Text) else kind_of(node)


def _name(value: str) -> str:
    if not value.strip():
        raise ValueError("a name is wanted here, and this is empty")
    return value


TEXT: Final = Scalar(str, "a text", types=("string", "number", "boolean"))
NAME: Final = Scalar(_name, "a name", types=("string", "number"))
