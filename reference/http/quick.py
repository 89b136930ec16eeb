"""Bodies that are as they should be, read at once; all others are for who words what is wrong.

What checks while it decodes takes a fifth of the time, and knows neither our wordings nor names
that are given twice.
"""

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypedDict, Union, get_args, get_origin

import msgspec
from attrs import NOTHING, fields

from reference.store.codec import LIST_MAX, shape_of
from reference.store.shapes import TextShape

Fields = dict[str, Any]
_Decode = Callable[[bytes], Fields]
_TYPED_DICT: Final[Any] = TypedDict  # of fields that are known when the program runs
_PLAIN: Final = (str, bool, NoneType)


def quickly_read(raw: bytes, kind: type) -> Fields | None:
    """Give the fields of a flat object as a kind wants them; None where a closer look is needed."""
    found = _decoder(kind)
    if found is None or b"\\u" in raw:  # it may be U+0000, or half a character
        return None
    decode, required = found
    try:
        values = decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    names = raw.count(b":")
    if names != len(values):
        names -= sum(value.count(":") for value in values.values() if isinstance(value, str))
    # Of an unknown name, or one that is given twice, there is a colon and no value.
    return values if names == len(values) and values.keys() >= required else None


@cache
def _decoder(kind: type) -> tuple[_Decode, frozenset[str]] | None:
    """Give what decodes a flat attrs class, and the fields that must be there."""
    kinds = {field.name: _checked(field.type) for field in fields(kind)}
    if None in kinds.values():
        return None
    required = frozenset(field.name for field in fields(kind) if field.default is NOTHING)
    shape: Any = _TYPED_DICT(kind.__name__, kinds, total=False)
    return msgspec.json.Decoder(shape).decode, required


def _checked(kind: Any) -> Any:  # noqa: ANN401 - a type
    """Give a type that is checked while decoding as strictly as ours; None if there is none."""
    shape = shape_of(kind)
    if isinstance(shape, TextShape):
        pattern = rf"\A(?:{shape.pattern})\Z"
        return Annotated[str, msgspec.Meta(pattern=pattern, max_length=shape.length_max)]
    if kind in _PLAIN:
        return kind
    if get_origin(kind) is tuple and get_args(kind) == (str, ...):
        return Annotated[kind, msgspec.Meta(max_length=LIST_MAX)]
    if get_origin(kind) in (Union, UnionType):
        members = [_checked(member) for member in get_args(kind)]
        return None if None in members else Union[tuple(members)]  # noqa: UP007 - made here
    return None
