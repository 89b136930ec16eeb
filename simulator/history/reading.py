"""Reads a trace: JSON Lines as a stream, each line checked against the vocabulary.

A well-formed line costs one call of the decoder that is made for its word. What a decoder does not
take is read again, field by field: most of it is bad, and refused with a column and a suggestion.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import chain, islice
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
    Record,
    Value,
    fault_in,
    is_list,
    is_object,
    name_fault_in,
    time_zone_fault,
)
from simulator.history.decoding import Decoder, decoders, has_gap, takes_nothing
from simulator.history.moments import moment_us
from simulator.history.vocabulary import (
    AT,
    BY,
    HEADER,
    KINDS,
    OUTCOME,
    REASON,
    fields_of,
    strict_fields_of,
)

#: One line: its number from 1, microseconds since 1970 (UTC), its fields.
Line: TypeAlias = tuple[int, int, Record]

_CHUNK_BYTES: Final = 1 << 18
_LONGEST_LINE_BYTES: Final = 1 << 23
#: How far a trace is read on below its first bad line, to tell what else is wrong.
FURTHER_LINES: Final = 10_000
_VERSION: Final = 1
_BOM: Final = b"\xef\xbb\xbf"
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


def _decoder_of(raw: bytes) -> Decoder:
    """Give the decoder of the word that a line tells, wherever it stands."""
    start = max(raw.find(b'"see":'), raw.find(b'"act":'))
    return decoders().get(raw[start : raw.find(b",", start)], takes_nothing)


def line_fault(record: Record) -> Fault | None:
    """Word what is wrong with a line that is no header."""
    kinds = [kind for kind in KINDS if kind in record]
    if len(kinds) != 1:
        return _kind_fault(record, kinds)
    kind = kinds[0]
    word: Value = record[kind]
    if type(word) is not str or word not in KINDS[kind]:
        return Fault((kind,), f'"{kind}" has no word {quote(word)}', suggest(word, KINDS[kind]))
    what = f"{kind} {word}"
    if kind == "act" and record.get("outcome") == "refused":
        return _refused_fault(record, word, what)
    return fault_in(fields_of(kind, word), record, what)


def _refused_fault(record: Record, word: str, what: str) -> Fault | None:
    """Word what is wrong with a refused act: any values may be why it was refused; names count."""
    fault = name_fault_in(fields_of("act", word), record, what)
    if fault is not None:
        return fault
    strict = strict_fields_of(word)
    names = {field.name for field in strict}
    told = {name: value for name, value in record.items() if name in names}
    return fault_in(strict, told, what)


def _kind_fault(record: Record, kinds: list[str]) -> Fault:
    if kinds:
        return Fault((kinds[1],), f"a line has only one of {', '.join(kinds)}", in_name=True)
    if "trace" in record:
        hint = "two traces are two files"
        return Fault(("trace",), "the header must be the first line", hint, in_name=True)
    for name in sorted(record.keys() - _ALL_NAMES):
        hint = suggest(name, KINDS)
        if hint.startswith("did"):
            return Fault((name,), f"a line has no field {quote(name)}", hint, in_name=True)
    return Fault((), "a line needs one of the fields act, see, given")


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
    _cut_off: bool = False

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

    def __iter__(self) -> Iterator[Line]:
        latest, begin = 0, 1
        known = decoders()
        for batch in self._batches:
            self._batch, self._first = batch, begin
            header = int(begin == 1 and self.header is not None)
            begin += len(batch)
            for number, raw in enumerate(islice(batch, header, None), self._first + header):
                try:  # most programs tell the moment, and then the word
                    decoder = known.get(raw.split(b",", 2)[1]) or _decoder_of(raw)
                except IndexError:
                    decoder = takes_nothing
                at, record = decoder(raw) or self._read_exactly(number, raw)
                if at < latest:
                    self._refuse_order(number)
                latest = at
                yield number, at, record

    def read_on(self, after: int) -> Iterator[BadInput]:
        """Give what is wrong in itself with the `FURTHER_LINES` below a bad line."""
        begin, at_end = after - self._first + 1, list[bytes]()
        while self._batch:
            for number, raw in enumerate(self._batch[begin:], self._first + begin):
                if number > after + FURTHER_LINES:
                    return
                try:
                    self._read_exactly(number, raw)
                except BadInput as error:
                    yield error
            self._first, self._batch = self._first + len(self._batch), next(self._batches, at_end)
            begin = 0

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
            lines = BytesIO(rest + chunk).readlines()
            rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
            number += len(lines)
            if lines:
                yield lines
            if len(rest) > _LONGEST_LINE_BYTES:
                hint = "a trace has one JSON object on each line"
                raise BadInput(self.name, number, 1, "the line is longer than 8 MiB", hint)
        if rest:
            self._cut_off = True
            yield [rest]

    def _read_header(self, raw: bytes) -> None:
        if raw.startswith(_BOM):
            message, hint = "the file begins with a byte order mark", "save it as UTF-8 without one"
            raise BadInput(self.name, 1, 1, message, hint)
        record = self._parsed(1, raw)
        if not is_object(record) or "trace" not in record:
            return
        header = record
        fault = fault_in(HEADER, header, "the header") or _header_fault(header)
        if fault is not None:
            self.refuse(1, fault)
        self._refuse_repeated(1, raw)
        told = {name: value for name, value in header.items() if name != "trace"}
        self.header = Header(**told)

    def _read_exactly(self, number: int, raw: bytes) -> tuple[int, Record]:
        """Read a line field by field; it is most probably bad."""
        record = self._parsed(number, raw)
        if not is_object(record):
            self.refuse(number, Fault((), f"a line is an object, not {quote(record)}"))
        fault = line_fault(record)
        if fault is not None:
            self.refuse(number, fault)
        if raw.count(b'":') != names_within(record) or has_gap(raw):
            self._refuse_repeated(number, raw)
        at = moment_us(record["at"])
        if at is None:
            raise AssertionError(f"found no fault, and no moment: {record}")
        return at, record

    def _refuse_order(self, number: int) -> NoReturn:
        message = f'"at" is earlier than that of line {number - 1}'
        self.refuse(number, Fault(("at",), message, "lines stand in the order of their moments"))

    def _refuse_repeated(self, number: int, raw: bytes) -> None:
        place = repeated_name(raw.decode())
        if place is not None:
            message = f"the field {quote(place.path[-1])} stands twice in the same object"
            raise BadInput(self.name, number, place.name, message)

    def _parsed(self, number: int, raw: bytes) -> Value:
        line = raw.rstrip(b"\n")
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError as error:
            message, column, hint = json_fault(line, error)
            is_last = self._cut_off and raw is self._batch[-1]
            if is_last and column > len(line.decode(errors="ignore")):
                hint = "the last line is cut off"
            raise BadInput(self.name, number, column, message, hint) from None


#: How files begin that are something else, and what to do with them.
_OTHER_FILES: Final = {
    b"\x1f\x8b": ("the file is packed with gzip", "zcat FILE | collab-simulator check -"),
    b"\x28\xb5\x2f\xfd": (
        "the file is packed with zstd",
        "zstdcat FILE | collab-simulator check -",
    ),
    b"\xff\xfe": ("the file is in UTF-16", "save it as UTF-8"),
    b"\xfe\xff": ("the file is in UTF-16", "save it as UTF-8"),
    b"[{": ("the line is a list", "each object stands on a line of its own, as jq -c '.[]' writes"),
}
#: What to do about what the parser says.
_JSON_HINTS: Final = {
    "unexpected end of data": "a whole object stands on one line, as jq -c . writes",
    "unexpected content after document": "one object on each line, and nothing after it",
}


def json_fault(raw: bytes, error: orjson.JSONDecodeError) -> tuple[str, int, str]:
    """Word what is wrong with a line that is no JSON: message, column from 1, hint."""
    for begins, (message, hint) in _OTHER_FILES.items():
        if raw.startswith(begins):
            return message, 1, hint
    try:
        raw.decode()
    except UnicodeDecodeError as fault:
        column = len(raw[: fault.start].decode()) + 1
        return "the line is not valid UTF-8", column, f"byte {raw[fault.start]:#04x}"
    if not raw.strip():
        return "the line is empty", 1, "a trace has one JSON object on each line"
    return f"broken JSON: {error.msg}", error.colno, _JSON_HINTS.get(error.msg, "")


def _values_within(record: Record) -> Iterator[tuple[Path, Value]]:
    waiting: list[tuple[Path, Value]] = [((), record)]
    while waiting:
        path, value = waiting.pop(0)
        yield path, value
        if is_object(value):
            waiting.extend(((*path, name), held) for name, held in value.items())
        elif is_list(value):
            waiting.extend(((*path, index), held) for index, held in enumerate(value))


def _header_fault(header: Record) -> Fault | None:
    if header["trace"] != _VERSION:
        return Fault(
            ("trace",), f"unknown version of the format: {quote(header['trace'])}", "known: 1"
        )
    return time_zone_fault(header["time_zone"]) if "time_zone" in header else None
