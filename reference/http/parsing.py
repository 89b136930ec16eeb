"""What a request says, as an operation wants it, or each place that does not fit."""

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args, get_origin

import orjson
from attrs import fields_dict
from cattrs import ForbiddenExtraKeysError, transform_error
from multidict import MultiMapping

from reference.http.problems import Fault, Problem, Refused
from reference.http.quick import quickly_read
from reference.store.codec import MisfitError, structure

_FAULTS_MAX = 20  # of one request that are told
_WHOLE = re.compile(r"-?[0-9]{1,40}")


def parsed(raw: bytes, kind: type) -> Any:  # noqa: ANN401 - what the operation asks for
    """Give a body of JSON as the operation wants it.

    Raises:
        Refused: with each place that does not fit.
    """
    fields = quickly_read(raw, kind)
    if fields is not None:
        return kind(**fields)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        place = Fault(f"line {error.lineno}, column {error.colno}", error.msg)
        raise Refused(Problem.BROKEN, place) from error
    fitting = _structured(value, kind, "body")  # from here on it is not deep
    if b"\\u0000" in raw and _has_nul(value):
        raise Refused(Problem.INVALID, Fault("body", "a text cannot hold the character U+0000"))
    if raw.count(b":") != _names(value):  # in texts there are others, or a name is given twice
        _refuse_names_given_twice(raw)
    return fitting


def queried(query: MultiMapping[str], kind: type) -> Any:  # noqa: ANN401 - see above
    """Give the query as the operation wants it; numbers are written in digits.

    Raises:
        Refused: with each place that does not fit.
    """
    kinds = _kinds(kind)
    values: dict[str, object] = {}
    for name, text in query.items():
        if name in values:
            raise Refused(Problem.INVALID, Fault(f"query.{name}", "it is given twice"))
        if "\0" in text:
            raise Refused(Problem.INVALID, Fault(f"query.{name}", "it holds the character U+0000"))
        values[name] = _value(text, kinds.get(name, str))
    return _structured(values, kind, "query")


def fits_in_path(values: Mapping[str, str]) -> bool:
    """Say whether the parts of a path can name anything: they hold no control characters."""
    for value in values.values():
        if not (value.isprintable() or all(" " <= letter != "\x7f" for letter in value)):
            return False
    return True


@cache
def _kinds(kind: type) -> dict[str, type]:
    """Give the plain type of each parameter."""
    found: dict[str, type] = {}
    for name, field in fields_dict(kind).items():
        members = {field.type, *get_args(field.type)}
        found[name] = next((plain for plain in (int, bool) if plain in members), str)
    return found


def _value(text: str, kind: type) -> object:
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    if kind is int and _WHOLE.fullmatch(text):
        return int(text)
    return text


def _structured(value: object, kind: type, where: str) -> Any:  # noqa: ANN401 - see above
    try:
        return structure(value, kind)
    except MisfitError as error:
        faults = faults_of(error, where)[:_FAULTS_MAX]
        raise Refused(Problem.INVALID, *map(_fault, faults)) from error


def faults_of(misfit: MisfitError, where: str) -> list[str]:
    """Say what does not fit, and at which place: `wanted: a whole number @ body.size`."""
    faults: list[str] = transform_error(misfit.error, where, _worded)
    return faults


def _worded(error: BaseException, kind: object) -> str:
    match error:
        case KeyError():
            return "it is required, and missing"
        case ForbiddenExtraKeysError():
            known = list(fields_dict(error.cl))
            return "; ".join(_unknown(name, known) for name in sorted(error.extra_fields)[:5])
        case ValueError():
            return str(error)
        case _ if get_origin(kind) is Literal:
            return f"wanted: one of {', '.join(map(str, get_args(kind)))}"
        case _:
            return f"it does not fit {kind}"


def _unknown(name: str, known: list[str]) -> str:
    meant = get_close_matches(name[:50], known, 1)
    advice = f"did you mean {meant[0]!r}?" if meant else f"there is {', '.join(known)}"
    return f"{name[:50]!r} is unknown: {advice}"


def _fault(text: str) -> Fault:
    what, _, where = text.rpartition(" @ ")
    return Fault(where, what)


def _names(value: Any) -> int:  # noqa: ANN401 - what JSON gives
    """Count the names in a value."""
    match value:
        case dict():
            return len(value) + sum(map(_names, value.values()))  # pyright: ignore[reportUnknownArgumentType]
        case list():
            return sum(map(_names, value))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return 0


def _refuse_names_given_twice(raw: bytes) -> None:
    """Refuse an object that says two things of one name: whoever reads it may take either."""

    def once(pairs: list[tuple[str, object]]) -> None:
        names: set[str] = set()
        for name, _ in pairs:
            if name in names:
                raise Refused(Problem.INVALID, Fault("body", f"{name[:50]!r} is given twice"))
            names.add(name)

    json.loads(raw, object_pairs_hook=once)


def _has_nul(value: Any) -> bool:  # noqa: ANN401 - what JSON gives
    match value:
        case str():
            return "\0" in value
        case list():
            return any(map(_has_nul, value))  # pyright: ignore[reportUnknownArgumentType] - JSON
        case dict():
            return any(map(_has_nul, value.values()))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return False
