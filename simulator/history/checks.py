"""Whether values are what the vocabulary says.

A check is a predicate on a value whose type is known already; `check_for` names the one that a
field and a type leave to do. The reader runs them; `fault_in` words what is wrong once one failed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeGuard
from zoneinfo import ZoneInfo

from simulator.history.bad_input import Fault, Path, quote, suggest
from simulator.history.moments import is_day, moment_us
from simulator.history.vocabulary import READINGS, Field, Kind

#: What JSON gives us; a value's type is known by the time that a check sees it.
Value: TypeAlias = Any
Record: TypeAlias = dict[str, Value]
Check: TypeAlias = Callable[[Value], bool]
Checks: TypeAlias = tuple[tuple[str, Check], ...]

#: Plans remembered at most, so that a log of ever new shapes cannot fill the memory.
MOST_SHAPES: Final = 4096


def is_object(value: Value) -> TypeGuard[Record]:
    """Whether a JSON value is an object."""
    return type(value) is dict


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Whether a JSON value is a list."""
    return type(value) is list


def _always(_value: Value) -> bool:
    return True


def _not_empty(value: str) -> bool:
    return bool(value)


def _not_negative(value: int) -> bool:
    return value >= 0


def _is_moment(value: str) -> bool:
    return moment_us(value) is not None


def _all_names(values: Sequence[Value]) -> bool:
    for value in values:  # noqa: SIM110 - all() with a generator takes three times as long
        if type(value) is not str or not value:
            return False
    return True


def _all_rights(rights: Mapping[str, Value]) -> bool:
    return all(name and type(right) is bool for name, right in rights.items())


def _all_readings(readings: Mapping[str, Value]) -> bool:
    return all(value in READINGS.get(name, ()) for name, value in readings.items())


def _any(check: Check) -> Callable[[Field], Check]:
    return lambda _field: check


def _one_of_the_words(field: Field) -> Check:
    return frozenset(field.words).__contains__


def _records_of(field: Field) -> Check:
    return records_check(field.fields)


_CHECKS: Final[Mapping[tuple[Kind, type], Callable[[Field], Check]]] = {
    (Kind.MOMENT, str): _any(_is_moment),
    (Kind.DATE, str): _any(is_day),
    (Kind.TEXT, str): _any(_always),
    (Kind.NAME, str): _any(_not_empty),
    (Kind.CASE, int): _any(_always),
    (Kind.CASE, str): _any(_not_empty),
    (Kind.COUNT, int): _any(_not_negative),
    (Kind.FLAG, bool): _any(_always),
    (Kind.WORD, str): _one_of_the_words,
    (Kind.NAMES, list): _any(_all_names),
    (Kind.RECORDS, list): _records_of,
    (Kind.RIGHTS, dict): _any(_all_rights),
    (Kind.READINGS, dict): _any(_all_readings),
}

#: How a message names what a field has to be.
_PROSE: Final[Mapping[Kind, str]] = {
    Kind.MOMENT: "a moment with an offset",
    Kind.DATE: "a calendar day",
    Kind.TEXT: "a string",
    Kind.NAME: "a string that is not empty",
    Kind.CASE: "a case's number: an integer, or a string that is not empty",
    Kind.COUNT: "an integer that is not negative",
    Kind.FLAG: "true or false",
    Kind.WORD: "one of its words",
    Kind.NAMES: "a list of strings that are not empty",
    Kind.RECORDS: "a list of objects",
    Kind.RIGHTS: "an object: recipient -> true or false",
    Kind.READINGS: "an object: reading -> value",
}

_HINTS: Final[Mapping[Kind, str]] = {
    Kind.MOMENT: "like 2024-02-19T12:18:16+01:00, from 1970 to 9998",
    Kind.DATE: "like 2024-02-19, from 1970 to 9998",
}


def check_for(field: Field, value: Value) -> Check | None:
    """Give what a value's type leaves to check of a field; None if the type is wrong."""
    if value is None:
        return _always if field.nullable else None
    make = _CHECKS.get((field.kind, value.__class__))
    return None if make is None else make(field)


def checks_for(fields: Mapping[str, Field], record: Record) -> Checks | None:
    """Give the checks that a record's values still need; None if names or types are wrong."""
    if any(field.required and field.name not in record for field in fields.values()):
        return None
    checks: list[tuple[str, Check]] = []
    for name, value in record.items():
        field = fields.get(name)
        check = None if field is None else check_for(field, value)
        if check is None:
            return None
        if check is not _always:
            checks.append((name, check))
    return tuple(checks)


def records_check(fields: Iterable[Field]) -> Check:
    """Give the check of a list of objects; it remembers the shapes that it has seen."""
    by_name = {field.name: field for field in fields}
    shapes: dict[tuple[object, ...], Checks] = {}

    def holds(records: Sequence[Value]) -> bool:
        for record in records:
            if record.__class__ is not dict:
                return False
            shape = (*record, *map(type, record.values()))
            checks = shapes.get(shape)
            if checks is None:
                checks = checks_for(by_name, record)
                if checks is None:
                    return False
                if len(shapes) >= MOST_SHAPES:
                    shapes.clear()
                shapes[shape] = checks
            for name, check in checks:
                if not check(record[name]):
                    return False
        return True

    return holds


def names_check(field: Field) -> Check:
    """Give the check that the objects of a list have known names, whatever their values."""
    known = {inner.name for inner in field.fields}

    def holds(values: Sequence[Value]) -> bool:
        return all(known >= value.keys() for value in values if is_object(value))

    return holds


def fault_in(fields: Iterable[Field], record: Record, what: str, path: Path = ()) -> Fault | None:
    """Word the first thing that is wrong with a record, in the order of the line."""
    by_name = {field.name: field for field in fields}
    for name, value in record.items():
        field = by_name.get(name)
        if field is None:
            hint = suggest(name, by_name)
            return Fault((*path, name), f"{what} has no field {quote(name)}", hint, in_name=True)
        fault = value_fault(field, value, (*path, name))
        if fault is not None:
            return fault
    for field in by_name.values():
        if field.required and field.name not in record:
            return Fault(path, f'{what} needs the field "{field.name}"', field.meaning)
    return None


def name_fault_in(fields: Iterable[Field], record: Record, what: str) -> Fault | None:
    """Word the first unknown name in a record or in the objects of its lists."""
    by_name = {field.name: field for field in fields}
    for name, value in record.items():
        field = by_name.get(name)
        if field is None:
            hint = suggest(name, by_name)
            return Fault((name,), f"{what} has no field {quote(name)}", hint, in_name=True)
        if field.kind is Kind.RECORDS and is_list(value):
            for index, inner in enumerate(value):
                fault = _inner_name_fault(field, inner, (name, index))
                if fault is not None:
                    return fault
    return None


def _inner_name_fault(field: Field, record: Value, path: Path) -> Fault | None:
    known = [inner.name for inner in field.fields]
    for name in record if is_object(record) else ():
        if name not in known:
            message = f'"{field.name}" has no field {quote(name)}'
            return Fault((*path, name), message, suggest(name, known), in_name=True)
    return None


def value_fault(field: Field, value: Value, path: Path) -> Fault | None:
    """Word what is wrong with a field's value, if anything is."""
    check = check_for(field, value)
    if check is not None and check(value):
        return None
    if field.kind is Kind.RECORDS and is_list(value):
        return _records_fault(field, value, path)
    if field.kind is Kind.READINGS and is_object(value):
        return readings_fault(value, path)
    if field.kind is Kind.WORD and type(value) is str:
        message, hint = f'"{field.name}" has no word {quote(value)}', suggest(value, field.words)
    else:
        or_null = " or null" if field.nullable else ""
        message = f'"{field.name}" must be {_PROSE[field.kind]}{or_null}, not {quote(value)}'
        hint = _HINTS.get(field.kind, suggest(None, field.words))
    return Fault(path, message, hint)


def _records_fault(field: Field, values: Sequence[Value], path: Path) -> Fault | None:
    for index, value in enumerate(values):
        where = (*path, index)
        if not is_object(value):
            return Fault(where, f'"{field.name}" is a list of objects, not {quote(value)}')
        fault = fault_in(field.fields, value, f'"{field.name}"', where)
        if fault is not None:
            return fault
    return None


def readings_fault(readings: Mapping[str, Value], path: Path = ()) -> Fault | None:
    """Word the first reading or value that is unknown."""
    for name, value in readings.items():
        if name not in READINGS:
            hint = suggest(name, READINGS)
            return Fault((*path, name), f"unknown reading {quote(name)}", hint, in_name=True)
        if value not in READINGS[name]:
            message = f'the reading "{name}" has no value {quote(value)}'
            return Fault((*path, name), message, suggest(value, READINGS[name]))
    return None


def time_zone_fault(name: str) -> Fault | None:
    """Word that a time zone is unknown, if it is."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a folder, a path that leads out, none of the name
        return Fault(("time_zone",), f"unknown time zone {quote(name)}", "like Europe/Berlin")
    return None
