"""The JSON Schema (2020-12) of one line of a trace, and the field tables of the documentation.

Both are generated from the vocabulary. What a schema cannot say, the reader alone checks: the order
of the lines, days that are in no calendar, names that stand twice, known time zones.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from simulator.history.vocabulary import (
    ACTS,
    HEADER,
    KINDS,
    READ_AS,
    READINGS,
    Field,
    Kind,
    fields_of,
    strict_fields_of,
)

#: A JSON value, as a schema is made of.
Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
Schema: TypeAlias = dict[str, Json]

_YEAR: Final = "(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])"
_DAY: Final = f"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
#: What the parser keeps as an integer; a larger one becomes a fraction.
_LEAST, _LARGEST = -(2**63), 2**64 - 1


_NUMBER: Final[Schema] = {"type": "integer", "minimum": _LEAST, "maximum": _LARGEST}
_NAME: Final[Schema] = {"type": "string", "minLength": 1}
_READINGS: Final[Schema] = {name: {"enum": [*values]} for name, values in READINGS.items()}
_MOMENT: Final = rf"^{_DAY}T{_CLOCK}:[0-5][0-9](\.[0-9]{{1,9}})?(Z|[+-]{_CLOCK})$"

#: The values of the kinds that need to know nothing of their field.
_PLAIN: Final[Mapping[Kind, Schema]] = {
    Kind.MOMENT: {"type": "string", "format": "date-time", "pattern": _MOMENT},
    Kind.DATE: {"type": "string", "format": "date", "pattern": f"^{_DAY}$"},
    Kind.TEXT: {"type": "string"},
    Kind.NAME: _NAME,
    Kind.CASE: {"anyOf": [_NUMBER, _NAME]},
    Kind.COUNT: {**_NUMBER, "minimum": 0},
    Kind.FLAG: {"type": "boolean"},
    Kind.NAMES: {"type": "array", "items": _NAME},
    Kind.RIGHTS: {
        "type": "object",
        "propertyNames": {"minLength": 1},
        "additionalProperties": {"type": "boolean"},
    },
    Kind.READINGS: {
        "type": "object",
        "properties": _READINGS,
        "additionalProperties": False,
    },
}


def _values(field: Field) -> Schema:
    if field.kind is Kind.WORD:
        return {"enum": [*field.words]}
    if field.kind is Kind.RECORDS:
        return {"type": "array", "items": _object(field.fields)}
    return _PLAIN[field.kind]


def _value(field: Field) -> Schema:
    values: Schema = _values(field)
    if field.nullable:
        values = {"anyOf": [values, {"type": "null"}]}
    return {"description": field.meaning, **values}


def _object(fields: Iterable[Field]) -> Schema:
    listed = tuple(fields)
    properties: Schema = {field.name: _value(field) for field in listed}
    required: Json = [field.name for field in listed if field.required]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _any_value(field: Field) -> Schema:
    """Allow any value in a refused act, but known names only in the objects of its lists."""
    if field.kind is not Kind.RECORDS:
        return {"description": field.meaning}
    names: Json = [inner.name for inner in field.fields]
    items: Schema = {"if": {"type": "object"}, "then": {"propertyNames": {"enum": names}}}
    return {"description": field.meaning, "if": {"type": "array"}, "then": {"items": items}}


def _act(word: str) -> Schema:
    own = {field.name for field in ACTS[word]}
    taken = _object(fields_of("act", word))
    refused = _object(strict_fields_of(word))
    properties: Schema = {
        field.name: _any_value(field) if field.name in own else _value(field)
        for field in fields_of("act", word)
    }
    is_refused: Schema = {"properties": {"outcome": {"const": "refused"}}, "required": ["outcome"]}
    return {"if": is_refused, "then": {**refused, "properties": properties}, "else": taken}


def line_schema() -> Schema:
    """Give the JSON Schema of one line; the header may stand on the first only."""
    definitions: Schema = {"header": _header()}
    chosen: list[Json] = [_when("trace", None, "header")]
    for kind, words in KINDS.items():
        for word in words:
            name = f"{kind}_{word}"
            definitions[name] = _act(word) if kind == "act" else _object(fields_of(kind, word))
            chosen.append(_when(kind, word, name))
        known: Schema = {kind: {"enum": [*words]}}
        chosen.append({"properties": known})
    heads: list[Json] = [{"required": [name]} for name in ("trace", *KINDS)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a trace",
        "type": "object",
        "oneOf": heads,
        "allOf": chosen,
        "$defs": definitions,
    }


def _header() -> Schema:
    header = _object(HEADER)
    version: Schema = {"trace": {"description": HEADER[0].meaning, "const": 1}}
    return {**header, "properties": {**_properties(header), **version}}


def _properties(schema: Schema) -> Schema:
    properties = schema["properties"]
    return properties if isinstance(properties, dict) else {}


def _when(name: str, word: str | None, definition: str) -> Schema:
    condition: Schema = {"required": [name]}
    if word is not None:
        condition["properties"] = {name: {"const": word}}
    return {"if": condition, "then": {"$ref": f"#/$defs/{definition}"}}


_SHOWN: Final[Mapping[Kind, str]] = {
    Kind.MOMENT: "moment with offset",
    Kind.DATE: "day",
    Kind.TEXT: "string",
    Kind.NAME: "string, not empty",
    Kind.CASE: "integer or string",
    Kind.COUNT: "integer ≥ 0",
    Kind.FLAG: "true, false",
    Kind.NAMES: "list of strings",
    Kind.RECORDS: "list of objects",
    Kind.RIGHTS: "object: recipient → true, false",
    Kind.READINGS: "object: reading → value",
}


def table(kind: str) -> str:
    """Give the Markdown table of all acts, observations or `given` lines with their fields."""
    rows = [f"| {kind} | field | value | meaning |", "|---|---|---|---|"]
    for word in KINDS[kind]:
        fields = [field for field in fields_of(kind, word) if field.name not in {"at", kind}]
        if kind == "act":
            fields = [field for field in fields if field.name not in {"outcome", "reason"}]
        first = f"`{word}`"
        for field, depth in _flat(fields):
            rows.append(f"| {first} | {_field_cells(field, depth)} |")
            first = ""
    return "\n".join(rows)


def header_table() -> str:
    """Give the Markdown table of the header's fields."""
    rows = ["| field | value | meaning |", "|---|---|---|"]
    return "\n".join([*rows, *(f"| {_field_cells(field, 0)} |" for field in HEADER)])


def readings_table() -> str:
    """Give the Markdown table of the readings and their values, the default first."""
    rows = ["| reading | value (default first) | what it says |", "|---|---|---|"]
    for name, values in READ_AS.items():
        names = (f"`{name}`", *[""] * (len(values) - 1))
        cells = zip(names, values.items(), strict=True)
        rows += [f"| {first} | `{value}` | {says} |" for first, (value, says) in cells]
    return "\n".join(rows)


def _flat(fields: Iterable[Field], depth: int = 0) -> Iterator[tuple[Field, int]]:
    for field in fields:
        yield field, depth
        yield from _flat(field.fields, depth + 1)


def _field_cells(field: Field, depth: int) -> str:
    name = "· " * depth + f"`{field.name}`" + ("" if field.required else "?")
    values = [f"`{word}`" if word else '`""`' for word in field.words] or [_SHOWN[field.kind]]
    if field.nullable:
        values.append("null")
    return f"{name} | {', '.join(values)} | {field.meaning}"
