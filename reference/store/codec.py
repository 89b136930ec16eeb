"""How values of the domain are written in rows and on the link: JSON, moments in microseconds."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, Final, get_args

import orjson
from attrs import fields, has
from cattrs.preconf.orjson import make_converter
from cattrs.strategies import configure_tagged_union

from reference.domain.words import CaseNumber

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TAGGED_UNIONS: Final[list[Any]] = []
_TAGGED: Final[set[type]] = set()


def to_us(moment: datetime) -> int:
    """Give a moment in microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """Give the moment of so many microseconds since 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=us)


def to_day(day: date | None) -> str | None:
    """Give a calendar day as it is stored."""
    return None if day is None else day.isoformat()


def from_day(text: str | None) -> date | None:
    """Give a stored calendar day."""
    return None if text is None else date.fromisoformat(text)


def _number(value: object, _: object) -> CaseNumber:
    if isinstance(value, int | str) and not isinstance(value, bool):
        return value
    raise ValueError(f"a case has a number or a name, not {value!r}")


@cache
def _converter(*, detailed: bool) -> Any:  # noqa: ANN401 - cattrs gives what the type asks for
    """Give the converter: strict, as cattrs by itself turns 5 into "5"."""
    converter = make_converter(forbid_extra_keys=True, detailed_validation=detailed)

    def strict(kind: type) -> None:
        def check(value: object, _: object) -> object:
            if type(value) is not kind:
                raise ValueError(f"expected {kind.__name__}, not {value!r}")
            return value

        converter.register_structure_hook_func(lambda asked: asked is kind, check)

    for kind in (str, bool, int):
        strict(kind)
    converter.register_structure_hook_func(lambda kind: kind == CaseNumber, _number)
    for union in _TAGGED_UNIONS:
        configure_tagged_union(union, converter, tag_name="kind", tag_generator=_tag)
    return converter


def tagged(union: Any) -> None:  # noqa: ANN401 - a union of classes
    """Let the values of a union carry the name of their class as `kind`."""
    _TAGGED_UNIONS.append(union)
    _TAGGED.update(get_args(union))


def _tag(kind: type) -> str:
    return kind.__name__


def structure(value: object, kind: object) -> Any:  # noqa: ANN401 - a value of the kind
    """Build a value of a type from what JSON gives; strict.

    Raises:
        cattrs.BaseValidationError: when it does not fit, with the places that do not.
    """
    try:
        return _converter(detailed=False).structure(value, kind)
    except Exception:  # noqa: BLE001 - whatever it was, the detailed one words it
        return _converter(detailed=True).structure(value, kind)


@cache
def _reader_of(kind: type) -> Callable[[object], dict[str, object]]:
    """Give the function that reads the fields of an attrs class."""
    if not has(kind):
        raise TypeError(f"{kind.__name__} has no place in JSON")
    tag = {"kind": _tag(kind)} if kind in _TAGGED else {}
    names = tuple(field.name for field in fields(kind))
    read = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
    return lambda value: {**tag, **dict(zip(names, read(value), strict=True))}


def _plain(value: object) -> dict[str, object]:
    kind: type = type(value)
    return _reader_of(kind)(value)


def to_json(value: object) -> bytes:
    """Give a value as JSON: attrs classes by their fields, words, days and moments as text."""
    return orjson.dumps(value, default=_plain)


def dumps(value: object) -> str:
    """Give a value as a line of JSON."""
    return to_json(value).decode()


loads = orjson.loads
