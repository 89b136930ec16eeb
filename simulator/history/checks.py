"""Whether values are what the vocabulary says, and in which words they are not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeGuard
from zoneinfo import ZoneInfo

from simulator.history.bad_input import Fault, Path, quote, suggest
from simulator.history.moments import is_day, moment_us
from simulator.history.vocabulary import LABELS, READINGS, Field, Kind

#: What JSON gives us.
Value: TypeAlias = Any
Record: TypeAlias = dict[str, Value]


def is_object(value: Value) -> TypeGuard[Record]:
    """Whether a JSON value is an object."""
    return type(value) is dict


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Whether a JSON value is a list."""
    return type(value) is list


def _always(_field: Field, _value: Value) -> bool:
    return True


def _is_moment(_field: Field, value: str) -> bool:
    return moment_us(value) is not None


def _is_day(_field: Field, value: str) -> bool:
    return is_day(value)


def _not_empty(_field: Field, value: str) -> bool:
    return bool(value)


def _not_negative(_field: Field, value: int) -> bool:
    return value >= 0


def _is_word(field: Field, value: str) -> bool:
    return value in field.words


def _all_names(_field: Field, values: Sequence[Value]) -> bool:
    return all(type(value) is str and value for value in values)


def _all_records(field: Field, values: Sequence[Value]) -> bool:
    return _records_fault(field, values, ()) is None


def _all_rights(_field: Field, rights: Mapping[str, Value]) -> bool:
    return all(name and type(right) is bool for name, right in rights.items())


def _all_readings(_field: Field, readings: Mapping[str, Value]) -> bool:
    return readings_fault(readings) is None


#: What is left to check of a value by the field's kind and the value's type; no other type fits.
_CHECKS: Final[Mapping[tuple[Kind, type], Callable[[Field, Value], bool]]] = {
    (Kind.MOMENT, str): _is_moment,
    (Kind.DATE, str): _is_day,
    (Kind.TEXT, str): _always,
    (Kind.NAME, str): _not_empty,
    (Kind.CASE, int): _always,
    (Kind.CASE, str): _not_empty,
    (Kind.COUNT, int): _not_negative,
    (Kind.FLAG, bool): _always,
    (Kind.WORD, str): _is_word,
    (Kind.NAMES, list): _all_names,
    (Kind.RECORDS, list): _all_records,
    (Kind.RIGHTS, dict): _all_rights,
    (Kind.READINGS, dict): _all_readings,
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
    Kind.CASE: 'like 53 or "2024-53", and not 53.0',
    Kind.COUNT: "like 3, and neither 3.0 nor in quotes",
}


def _fits(field: Field, value: Value) -> bool:
    if value is None:
        return field.nullable
    check = _CHECKS.get((field.kind, value.__class__))
    return check is not None and check(field, value)


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
    if _fits(field, value):
        return None
    if field.kind is Kind.RECORDS and is_list(value):
        return _records_fault(field, value, path)
    if field.kind is Kind.READINGS and is_object(value):
        return readings_fault(value, path)
    if field.kind is Kind.WORD and type(value) is str:
        message = f'"{field.name}" has no word {quote(value)}'
        label = LABELS.get(field.name, {}).get(value)
        hint = suggest(value, field.words) if label is None else f'in a trace it is "{label}"'
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
    except (OSError, ValueError, LookupError, RecursionError):
        # a folder, a path that leads out, none of the name, a path of a thousand folders
        return Fault(("time_zone",), f"unknown time zone {quote(name)}", "like Europe/Berlin")
    return None
