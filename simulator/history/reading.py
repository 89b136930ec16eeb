"""Reads a trace: JSON Lines as a stream, each line checked against the vocabulary.

Lines repeat few shapes (names in their order, and the types of the values). What a shape leaves to
check is worked out once and remembered; a line then costs one parse, one look-up and those checks.
Columns and suggestions are worked out only for the line that is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Final, NoReturn, Protocol, TypeAlias

import orjson
from attrs import Factory, define, evolve, frozen

from simulator.history.bad_input import (
    BadInput,
    Fault,
    Path,
    column_of,
    quote,
    repeated_name,
    suggest,
)
from simulator.history.checks import (
    MOST_SHAPES,
    Checks,
    Record,
    Value,
    checks_for,
    fault_in,
    is_list,
    is_object,
    name_fault_in,
    names_check,
    time_zone_fault,
)
from simulator.history.moments import moment_us
from simulator.history.vocabulary import (
    ACTS,
    ACTS_OF_NOBODY,
    AT,
    BY,
    GIVENS,
    HEADER,
    OUTCOME,
    REASON,
    SEES,
    Field,
    Kind,
)

#: One line: its number from 1, microseconds since 1970 (UTC), its fields.
Line: TypeAlias = tuple[int, int, Record]

_CHUNK_BYTES: Final = 1 << 18
_LONGEST_LINE_BYTES: Final = 1 << 23
_VERSION: Final = 1
_BOM: Final = b"\xef\xbb\xbf"
#: The lines that are no header: the field that tells what they are, its words, their fields.
KINDS: Final[Mapping[str, Mapping[str, tuple[Field, ...]]]] = {
    "act": ACTS,
    "see": SEES,
    "given": GIVENS,
}
_ALL_NAMES: Final = frozenset(
    field.name
    for words in KINDS.values()
    for fields in words.values()
    for field in (AT, BY, OUTCOME, REASON, *fields)
)


class Readable(Protocol):
    """What a trace is read from."""

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; none at the end."""
        ...


@frozen
class Header:
    """What the first line of a trace says of the whole."""

    time_zone: str = "Europe/Berlin"
    readings: Mapping[str, str] = Factory(dict[str, str])
    carrier: str = "cloudtransfer"


@frozen
class Plan:
    """What the shape of a line leaves to do: values to check, fields whose names are to count."""

    checks: Checks
    nested: tuple[tuple[str, Callable[[Value], int]], ...]


@define
class _Shape:
    """The plans of the lines that have the same names in the same order and the same types."""

    kind: str
    plans: dict[str, Plan] = Factory(dict[str, Plan])
    #: Of refused acts; None where a line has no outcome.
    refused: dict[str, Plan] | None = None


@cache
def fields_of(kind: str, word: str) -> tuple[Field, ...]:
    """All fields that a line of this act, observation or `given` may have, in their order.

    Raises KeyError for a word that the vocabulary does not know.
    """
    own = KINDS[kind][word]
    head = (AT, Field(kind, Kind.WORD, "what the line tells", required=True, words=(word,)))
    if kind != "act":
        return (*head, *own)
    by = evolve(BY, required=word not in ACTS_OF_NOBODY)
    return (*head, by, *own, OUTCOME, REASON)


@cache
def strict_fields_of(word: str) -> tuple[Field, ...]:
    """Give the fields whose values are checked even in a refused act."""
    own = {field.name for field in ACTS[word]}
    return tuple(field for field in fields_of("act", word) if field.name not in own)


def plan_for(record: Record) -> Plan | Fault:
    """Work out what the shape of a line leaves to check, or what is wrong with the line."""
    kinds = [kind for kind in KINDS if kind in record]
    if len(kinds) != 1:
        return _kind_fault(record, kinds)
    kind = kinds[0]
    word: Value = record[kind]
    if type(word) is not str or word not in KINDS[kind]:
        return Fault((kind,), f'"{kind}" has no word {quote(word)}', suggest(word, KINDS[kind]))
    if kind == "act" and record.get("outcome") == "refused":
        return _refused_plan(record, word)
    fields = {field.name: field for field in fields_of(kind, word)}
    fault = fault_in(fields.values(), record, f"{kind} {word}")
    if fault is not None:
        return fault
    nested = tuple(
        (name, _names_in_records if fields[name].kind is Kind.RECORDS else len)
        for name in record
        if fields[name].kind in {Kind.RECORDS, Kind.RIGHTS}
    )
    return Plan(_remaining(fields, record, kind), nested)


def _refused_plan(record: Record, word: str) -> Plan | Fault:
    """Plan a refused act: it may hold any values, they may be why it was refused; names count."""
    what = f"act {word}"
    fault = name_fault_in(fields_of("act", word), record, what)
    if fault is not None:
        return fault
    strict = {field.name: field for field in strict_fields_of(word)}
    told = {name: value for name, value in record.items() if name in strict}
    fault = fault_in(strict.values(), told, what)
    if fault is not None:
        return fault
    own = {field.name: field for field in ACTS[word]}
    inner = tuple(
        (name, names_check(own[name]))
        for name, value in record.items()
        if name in own and own[name].kind is Kind.RECORDS and type(value) is list
    )
    nested = tuple(
        (name, names_within) for name, value in record.items() if type(value) in {list, dict}
    )
    return Plan(_remaining(strict, told, "act") + inner, nested)


def _remaining(fields: Mapping[str, Field], record: Record, kind: str) -> Checks:
    """Give the checks that the shape leaves; the moment and the word are looked at anyway."""
    checks = checks_for(fields, record)
    if checks is None:
        raise AssertionError(f"found no fault, and no plan: {record}")
    return tuple((name, check) for name, check in checks if name not in {AT.name, kind})


def _kind_fault(record: Record, kinds: list[str]) -> Fault:
    if kinds:
        return Fault((kinds[1],), f"a line has only one of {', '.join(kinds)}", in_name=True)
    if "trace" in record:
        return Fault(("trace",), "the header must be the first line", in_name=True)
    for name in sorted(record.keys() - _ALL_NAMES):
        hint = suggest(name, KINDS)
        if hint.startswith("did"):
            return Fault((name,), f"a line has no field {quote(name)}", hint, in_name=True)
    return Fault((), "a line needs one of the fields act, see, given")


def _names_in_records(records: list[Record]) -> int:
    return sum(map(len, records))


def names_within(value: Value) -> int:
    """Count the names in a value however deep; it does not recurse."""
    count, waiting = 0, [value]
    while waiting:
        inner = waiting.pop()
        if is_object(inner):
            count += len(inner)
            waiting.extend(inner.values())
        elif is_list(inner):
            waiting.extend(inner)
    return count


@define
class Trace:
    """The lines of one trace, read once, in their order.

    Iterating gives each `Line` and raises `BadInput` at the first that is none. `header` is None
    where the trace has no header line.
    """

    stream: Readable
    name: str
    header: Header | None = None
    _batches: Iterator[list[bytes]] = Factory(lambda: iter(()))
    _batch: list[bytes] = Factory(list[bytes])
    _first: int = 1  # the number of the batch's first line
    _gaps: bool = False
    _cut_off: bool = False
    _shapes: dict[tuple[object, ...], _Shape] = Factory(dict[tuple[object, ...], _Shape])

    @classmethod
    def open(cls, stream: Readable, name: str) -> "Trace":
        """Read the header; raises BadInput for a bad one, OSError where the stream fails."""
        trace = cls(stream, name)
        batches = trace._read_batches()
        first = next(batches, None)
        if first is not None:
            trace._batch = first
            trace._batches = chain([first], batches)
            trace._read_header(first[0])
        return trace

    def __iter__(self) -> Iterator[Line]:  # noqa: C901, PLR0912 - calls would cost half of a line's time
        latest = 0
        number = 0
        shapes = self._shapes
        for batch in self._batches:
            self._batch, self._first = batch, number + 1
            for raw in batch:
                number += 1
                if number == 1 and self.header is not None:
                    continue
                try:
                    record: Record = orjson.loads(raw)
                except orjson.JSONDecodeError as error:
                    self._refuse_json(number, raw, error)
                if record.__class__ is not dict:
                    self.refuse(number, Fault((), f"a line is an object, not {quote(record)}"))
                shape = shapes.get((*record, *map(type, record.values())))
                if shape is None:
                    shape = self._learn(number, record)
                refused = shape.refused
                plans = (
                    refused
                    if refused is not None and record["outcome"] == "refused"
                    else shape.plans
                )
                plan = plans.get(record[shape.kind])
                if plan is None:
                    plan = self._plan(number, record, plans)
                for name, check in plan.checks:
                    if not check(record[name]):
                        self._refuse_record(number, record)
                at = moment_us(record["at"])
                if at is None:
                    self._refuse_record(number, record)
                if at < latest:
                    self._refuse_order(number)
                latest = at
                names = len(record)
                for name, count in plan.nested:
                    names += count(record[name])
                if raw.count(b'":') != names or (self._gaps and _has_gap(raw)):
                    self._refuse_repeated(number, raw)
                yield number, at, record

    def refuse(self, line: int, fault: Fault) -> NoReturn:
        """Raise BadInput for a line that was just read, with the column of what is at fault."""
        text = self._batch[line - self._first].decode(errors="replace")
        column = column_of(text, fault.path, in_name=fault.in_name)
        raise BadInput(self.name, line, column, fault.message, fault.hint)

    def refuse_value(self, line: int, name: str, value: object, fault: Fault) -> NoReturn:
        """Raise BadInput where the field of this name has this value, however deep in the line."""
        text = self._batch[line - self._first].decode()
        for path, held in _values_within(orjson.loads(text)):
            names = [step for step in path if isinstance(step, str)]
            if names[-1:] == [name] and held == value:
                self.refuse(line, evolve(fault, path=path))
        self.refuse(line, fault)

    def _read_batches(self) -> Iterator[list[bytes]]:
        rest, number = b"", 1
        while chunk := self.stream.read(_CHUNK_BYTES):
            data = rest + chunk
            lines = data.split(b"\n")
            rest = lines.pop()
            number += len(lines)
            if lines:
                self._gaps = _has_gap(data)
                yield lines
            if len(rest) > _LONGEST_LINE_BYTES:
                hint = "a trace has one JSON object on each line"
                raise BadInput(self.name, number, 1, "the line is longer than 8 MiB", hint)
        if rest:
            self._gaps, self._cut_off = True, True
            yield [rest]

    def _read_header(self, raw: bytes) -> None:
        if raw.startswith(_BOM):
            message, hint = "the file begins with a byte order mark", "save it as UTF-8 without one"
            raise BadInput(self.name, 1, 1, message, hint)
        try:
            record: Value = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            self._refuse_json(1, raw, error)
        if not is_object(record) or "trace" not in record:
            return
        header = record
        fault = fault_in(HEADER, header, "the header") or _header_fault(header)
        if fault is not None:
            self.refuse(1, fault)
        self._refuse_repeated(1, raw)
        told = {name: value for name, value in header.items() if name != "trace"}
        self.header = Header(**told)

    def _learn(self, number: int, record: Record) -> _Shape:
        kinds = [kind for kind in KINDS if kind in record]
        if len(kinds) != 1 or type(record[kinds[0]]) is not str:
            self._refuse_record(number, record)
        if len(self._shapes) >= MOST_SHAPES:
            self._shapes.clear()
        shape = _Shape(kinds[0], refused={} if "outcome" in record else None)
        self._shapes[(*record, *map(type, record.values()))] = shape
        return shape

    def _plan(self, number: int, record: Record, plans: dict[str, Plan]) -> Plan:
        plan = plan_for(record)
        if isinstance(plan, Fault):
            self.refuse(number, plan)
        (kind,) = (kind for kind in KINDS if kind in record)
        plans[record[kind]] = plan
        return plan

    def _refuse_record(self, number: int, record: Record) -> NoReturn:
        fault = plan_for(record)
        if isinstance(fault, Fault):
            self.refuse(number, fault)
        raise AssertionError(f"a check failed, and no fault is found: {record}")

    def _refuse_order(self, number: int) -> NoReturn:
        message = f'"at" is earlier than that of line {number - 1}'
        self.refuse(number, Fault(("at",), message, "lines stand in the order of their moments"))

    def _refuse_repeated(self, number: int, raw: bytes) -> None:
        place = repeated_name(raw.decode())
        if place is not None:
            message = f"the field {quote(place.path[-1])} stands twice in the same object"
            raise BadInput(self.name, number, place.name, message)

    def _refuse_json(self, number: int, raw: bytes, error: orjson.JSONDecodeError) -> NoReturn:
        message, column, hint = json_fault(raw, error)
        if self._cut_off and raw is self._batch[-1] and column > len(raw.decode(errors="ignore")):
            hint = "the last line is cut off"
        raise BadInput(self.name, number, column, message, hint)


def json_fault(raw: bytes, error: orjson.JSONDecodeError) -> tuple[str, int, str]:
    """Word what is wrong with a line that is no JSON: message, column from 1, hint."""
    try:
        raw.decode()
    except UnicodeDecodeError as fault:
        column = len(raw[: fault.start].decode()) + 1
        return "the line is not valid UTF-8", column, f"byte {raw[fault.start]:#04x}"
    if not raw.strip():
        return "the line is empty", 1, "a trace has one JSON object on each line"
    return f"broken JSON: {error.msg}", error.colno, ""


def _values_within(record: Record) -> Iterator[tuple[Path, Value]]:
    waiting: list[tuple[Path, Value]] = [((), record)]
    while waiting:
        path, value = waiting.pop(0)
        yield path, value
        if is_object(value):
            waiting.extend(((*path, name), held) for name, held in value.items())
        elif is_list(value):
            waiting.extend(((*path, index), held) for index, held in enumerate(value))


def _has_gap(raw: bytes) -> bool:
    """Tell whether a blank may stand between a name and its colon: `":` counts no names then.

    Tabs and returns are looked for alone first, which is fast.
    """
    return b" :" in raw or (b"\t" in raw and b"\t:" in raw) or (b"\r" in raw and b"\r:" in raw)


def _header_fault(header: Record) -> Fault | None:
    if header["trace"] != _VERSION:
        return Fault(
            ("trace",), f"unknown version of the format: {quote(header['trace'])}", "known: 1"
        )
    return time_zone_fault(header["time_zone"]) if "time_zone" in header else None
