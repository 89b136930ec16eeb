"""Decoders made of the vocabulary, one for each act and observation.

They take a well-formed line in one go, and tell of any other only that it is none.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Annotated, Any, Final, Literal, NotRequired, Required, TypeAlias, TypedDict

import msgspec
import orjson
from msgspec import Meta

from simulator.history.checks import Record
from simulator.history.moments import is_day, known_moment_us, moment_us
from simulator.history.vocabulary import ACTS, SEES, Field, Kind, fields_of

#: Gives the moment (microseconds since 1970 UTC) and the fields of a line; None if it is not good.
Decoder: TypeAlias = Callable[[bytes], tuple[int, Record] | None]

_Name: TypeAlias = Annotated[str, Meta(min_length=1)]
_LINE: Final = orjson.OPT_APPEND_NEWLINE
_LARGEST: Final = 2**63 - 1  # more than that is left to those who look twice
_TYPES: Final[Mapping[Kind, Any]] = {
    Kind.MOMENT: str,
    Kind.DATE: str,
    Kind.TEXT: str,
    Kind.NAME: _Name,
    Kind.CASE: Annotated[int, Meta(ge=-_LARGEST, le=_LARGEST)] | _Name,
    Kind.COUNT: Annotated[int, Meta(ge=0, le=_LARGEST)],
    Kind.FLAG: bool,
    Kind.NAMES: list[_Name],
}
# Types that are made of values, which type checkers do not follow:
_LITERAL: Final[Any] = Literal
_OBJECT: Final[Any] = TypedDict
_LIST: Final[Any] = list


@cache
def decoders() -> Mapping[bytes, Decoder]:
    """Give the decoder of each word by how a line tells it, with blanks after comma and colon."""
    return {
        f'{gap}"{kind}":{blank}"{word}"'.encode(): decoder
        for kind, words in (("act", ACTS), ("see", SEES))
        for word in words
        for decoder in [_decoder(kind, word)]
        for gap in ("", " ")
        for blank in ("", " ")
    }


def takes_nothing(_raw: bytes) -> None:
    """Take no line: the decoder of a word that is unknown."""


def _decoder(kind: str, word: str) -> Decoder:
    fields = fields_of(kind, word)
    decode = msgspec.json.Decoder(_object(f"{kind} {word}", fields)).decode
    days = tuple(field.name for field in fields if field.kind is Kind.DATE)
    records = tuple(field.name for field in fields if field.kind is Kind.RECORDS)
    dated = tuple(
        field.name for field in fields if any(one.kind is Kind.MOMENT for one in field.fields)
    )

    def take(raw: bytes) -> tuple[int, Record] | None:
        try:
            record: Record = decode(raw)
        except (ValueError, RecursionError):
            return None
        at = moment_us(record["at"])
        if at is None:
            return None
        for name in days:
            day = record.get(name)
            if day is not None and not _is_day(day):
                return None
        for name in dated:
            if not _have_moments(record.get(name, ())):
                return None
        # What is written back as the same bytes has lost nothing; others may write it otherwise.
        again = orjson.dumps(record, option=_LINE)
        if again != raw and not _has_all_names(raw, record, records):
            return None
        return at, record

    return take


def _has_all_names(raw: bytes, record: Record, records: Sequence[str]) -> bool:
    """Tell whether no name of a line is missing: the decoder drops unknown and repeated ones."""
    names = len(record) + sum(len(entry) for name in records for entry in record.get(name, ()))
    return raw.count(b'":') == names and not has_gap(raw)


def has_gap(raw: bytes) -> bool:
    """Tell whether a blank may stand between a name and its colon: `":` counts no names then.

    Tabs and returns are looked for alone first, which is fast.
    """
    return b" :" in raw or (b"\t" in raw and b"\t:" in raw) or (b"\r" in raw and b"\r:" in raw)


def _object(name: str, fields: Sequence[Field]) -> Any:
    return _OBJECT(name, {field.name: _member(field) for field in fields})


def _member(field: Field) -> Any:
    if field.kind is Kind.WORD:
        value: Any = _LITERAL[field.words]
    elif field.kind is Kind.RECORDS:
        value = _LIST[_object(field.name, field.fields)]
    else:
        value = _TYPES[field.kind]
    if field.nullable:
        value |= None
    return Required[value] if field.required else NotRequired[value]


_is_day: Final = lru_cache(4096)(is_day)


def _have_moments(entries: Sequence[Record]) -> bool:
    for entry in entries:  # noqa: SIM110 - all() with a generator takes twice as long
        if "at" in entry and known_moment_us(entry["at"]) is None:
            return False
    return True
