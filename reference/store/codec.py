"""How values of the domain are written in rows and on the link: JSON, moments in microseconds."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import orjson
from cattrs.preconf.orjson import make_converter
from cattrs.strategies import configure_tagged_union

from reference.domain.facts import Message, ReadMark, Release, Reply
from reference.domain.words import CaseNumber, Word

Content = Message | Release | Reply | ReadMark

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


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


@lru_cache(maxsize=1)
def _converter() -> Any:  # noqa: ANN401 - cattrs gives what the type asks for
    """Give the converter: strict, as cattrs by itself turns 5 into "5"."""
    converter = make_converter(forbid_extra_keys=True, detailed_validation=True)

    def strict(kind: type) -> None:
        def check(value: object, _: object) -> object:
            if type(value) is not kind:
                raise ValueError(f"expected {kind.__name__}, not {value!r}")
            return value

        converter.register_structure_hook_func(lambda asked: asked is kind, check)

    for kind in (str, bool, int):
        strict(kind)
    converter.register_structure_hook_func(lambda kind: kind == CaseNumber, _number)
    converter.register_unstructure_hook_func(lambda kind: kind == CaseNumber, lambda value: value)
    converter.register_unstructure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, Word), lambda word: word.value
    )
    configure_tagged_union(Content, converter, tag_name="kind", tag_generator=_tag)
    return converter


def tagged(union: object) -> None:
    """Let the values of a union carry the name of their class as `kind`."""
    configure_tagged_union(union, _converter(), tag_name="kind", tag_generator=_tag)


def _tag(kind: type) -> str:
    return kind.__name__


def structure(value: object, kind: object) -> Any:  # noqa: ANN401 - a value of the kind
    """Build a value of a type from what JSON gives; strict.

    Raises:
        cattrs.BaseValidationError: when it does not fit, with the places that do not.
    """
    return _converter().structure(value, kind)


def plain(value: object, kind: object | None = None) -> Any:  # noqa: ANN401 - what JSON can say
    """Give a value as JSON can say it."""
    return _converter().unstructure(value, unstructure_as=kind)


def dumps(value: object) -> str:
    """Give a plain value as a line of JSON."""
    return orjson.dumps(value).decode()


loads = orjson.loads
