"""How values of the domain are written in rows and on the link: JSON, moments in microseconds."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final, Union, cast, get_args, get_origin

import orjson
from attrs import fields, has
from cattrs import BaseValidationError, ForbiddenExtraKeysError
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn
from cattrs.preconf.orjson import make_converter
from cattrs.strategies import configure_tagged_union

from reference.domain.words import CaseNumber, Word
from reference.store.shapes import NAME, WHOLE_MAX, Absent, TextShape, WholeShape

#: How long a list may be, so that telling what does not fit takes no time; bundles are shorter.
LIST_MAX: Final = 10_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TAGGED_UNIONS: Final[list[Any]] = []
_TAGGED: Final[set[type]] = set()


@lru_cache(maxsize=100)  # a transaction has one moment, which stands in most of its rows
def to_us(moment: datetime) -> int:
    """Give a moment in UTC in microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """Give the moment of so many microseconds since 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=us)


def to_day(day: date | None) -> str | None:
    """Give a calendar day as it is stored."""
    return None if day is None else day.isoformat()


def day_or_blank(day: date | None) -> str:
    """Give a calendar day as a statement takes it that has `nullif` for it."""
    return "" if day is None else day.isoformat()


def from_day(text: str | None) -> date | None:
    """Give a stored calendar day."""
    return None if text is None else date.fromisoformat(text)


def case_number(text: str) -> CaseNumber:
    """Give the number of a case as text has it: what looks like a whole number is one."""
    if text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) <= 16:  # noqa: PLR2004
        return int(text)
    return text


def _whole(value: object, _: object = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"a whole number is wanted, not {_called(value)}")  # noqa: TRY004 - input
    if int(value) != value or abs(value) > WHOLE_MAX:  # 5.0 is a whole number to JSON
        raise ValueError(f"a whole number is wanted, of at most {WHOLE_MAX}")
    return int(value)


def _number(value: object, _: object) -> CaseNumber:
    if not isinstance(value, str):
        number = _whole(value)
        if number < 0:
            raise ValueError("a case's number is not negative")
        return number
    if not NAME.fits(value):
        raise ValueError(f"a case has a number, or a name of {NAME.wanted}")
    if case_number(value) != value:
        raise ValueError("a number is written without quotes")
    return value


def _text(value: object, _: object = None) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"a text is wanted, not {_called(value)}")


def _flag(value: object, _: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"true or false is wanted, not {_called(value)}")


def _day(value: object, _: object) -> date:
    if isinstance(value, str) and len(value) == len("2024-02-19"):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("a day is wanted, like 2024-02-19")


_CALLED: Final[dict[type, str]] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    type(None): "null",
}


def _called(value: object) -> str:
    return _CALLED.get(type(value), "true or false" if isinstance(value, bool) else "a number")


def shape_of(kind: object) -> TextShape | WholeShape | None:
    """Give the shape that a type asks for."""
    found = (each for each in getattr(kind, "__metadata__", ()))
    return next((each for each in found if isinstance(each, TextShape | WholeShape)), None)


def _shaped(kind: Any) -> Callable[[object, object], object]:  # noqa: ANN401 - an Annotated
    shape = shape_of(kind)

    def check(value: object, _: object) -> object:
        if isinstance(shape, TextShape):
            fits = shape.fits(_text(value))
        else:
            value = _whole(value)
            fits = isinstance(shape, WholeShape) and shape.fits(value)
        if not fits:
            raise ValueError(f"wanted: {shape and shape.wanted}")
        return value

    return check


@cache
def _words(kind: type[Word]) -> dict[object, Word]:
    return {word.value: word for word in kind}


def _word(value: object, kind: type[Word]) -> Word:
    word = _words(kind).get(value) if isinstance(value, str) else None
    if word is not None:
        return word
    words = ", ".join(each or '""' for each in kind)
    raise ValueError(f"one of these is wanted: {words}")


def _is_list(kind: object) -> bool:
    origin: object = get_origin(kind)
    return origin is tuple


def _list_of(kind: Any, converter: Any) -> Callable[[object, object], object]:  # noqa: ANN401
    base = homogenous_tuple_structure_factory(kind, converter)

    def check(value: object, asked: object) -> object:
        if not isinstance(value, list):
            raise ValueError(f"a list is wanted, not {_called(value)}")  # noqa: TRY004 - input
        if len(cast("list[object]", value)) > LIST_MAX:
            raise ValueError(f"a list has at most {LIST_MAX} elements")
        return base(value, asked)

    return check


def _object_of(kind: Any, converter: Any) -> Callable[[object, object], object]:  # noqa: ANN401
    strict = converter.forbid_extra_keys
    base = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=strict)

    def check(value: object, asked: object) -> object:
        if isinstance(value, dict):
            return base(cast("dict[str, Any]", value), asked)
        raise ValueError(f"an object is wanted, not {_called(value)}")  # input, not a slip

    return check


def _may_lack(kind: object) -> bool:
    """Say whether a union has a member that is no value, besides one or several that are."""
    members = get_args(kind)
    return Absent in members or (type(None) in members and len(members) > 2)  # noqa: PLR2004


def _or_none(kind: Any, converter: Any) -> Callable[[object, object], object]:  # noqa: ANN401
    members = get_args(kind)
    nullable = type(None) in members
    rest: Any = Union[tuple(each for each in members if each not in (Absent, type(None)))]  # noqa: UP007

    def check(value: object, _: object) -> object:
        return None if value is None and nullable else converter.structure(value, rest)

    return check


@cache
def _converter(*, detailed: bool, more: bool) -> Any:  # noqa: ANN401 - cattrs gives what the type asks for
    """Give the converter: strict, as cattrs by itself turns 5 into "5"."""
    converter = make_converter(forbid_extra_keys=not more, detailed_validation=detailed)

    def factory(fits: Callable[[Any], bool], check_of: Callable[[Any], Any]) -> None:
        converter.register_structure_hook_factory(fits, check_of)

    for kind, check in ((str, _text), (bool, _flag), (date, _day), (Word, _word), (int, _whole)):
        converter.register_structure_hook(kind, check)
    factory(has, lambda kind: _object_of(kind, converter))
    factory(_is_list, lambda kind: _list_of(kind, converter))
    factory(lambda kind: shape_of(kind) is not None, _shaped)
    factory(_may_lack, lambda kind: _or_none(kind, converter))
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


class MisfitError(ValueError):
    """A value is not what was asked for; `error` is what cattrs says of it."""

    def __init__(self, error: Exception) -> None:
        """Take what cattrs says."""
        super().__init__("it does not fit")
        self.error = error


def structure(value: object, kind: object, *, more: bool = False) -> Any:  # noqa: ANN401 - a value of the kind
    """Build a value of a type from what JSON gives; strict, but that objects may hold `more`.

    Raises:
        MisfitError: with the places that do not.
    """
    try:
        return _converter(detailed=False, more=more).structure(value, kind)
    except Exception:  # noqa: BLE001 - whatever it was, the detailed one words it
        try:
            return _converter(detailed=True, more=more).structure(value, kind)
        except (BaseValidationError, ForbiddenExtraKeysError, ValueError) as error:
            raise MisfitError(error) from error


@cache
def _fields_of(kind: type) -> tuple[tuple[str, ...], Callable[[object], Any]]:
    """Give the names of an attrs class in JSON, and what gives their values, if several."""
    if not has(kind):
        raise TypeError(f"{kind.__name__} has no place in JSON")
    names = tuple(field.name for field in fields(kind))
    if kind in _TAGGED:
        return ("kind", *names), attrgetter("__class__.__name__", *names)
    return names, attrgetter(*names) if names else lambda _: ()


def _plain(value: object) -> dict[str, object]:
    kind: type = type(value)
    names, values_of = _fields_of(kind)
    values = values_of(value)
    return {names[0]: values} if len(names) == 1 else dict(zip(names, values, strict=True))


def to_json(value: object) -> bytes:
    """Give a value as JSON: attrs classes by their fields, words, days and moments as text."""
    return orjson.dumps(value, default=_plain)


def dumps(value: object) -> str:
    """Give a value as a line of JSON."""
    return orjson.dumps(value, default=_plain).decode()


loads = orjson.loads
