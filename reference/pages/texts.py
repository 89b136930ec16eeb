"""What pages say: one catalogue for each language, with the same keys in both."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from markupsafe import Markup, escape

from reference.domain.refusals import Refusal
from reference.http.problems import Problem
from reference.store.shapes import LANGUAGES


@cache
def catalogue(language: str) -> dict[str, str]:
    """Give the texts of a language by their keys, like `inbox.title`."""
    return dict(_flat("", _read(f"{language}.toml")))


@cache
def _refusals(language: str) -> dict[str, str]:
    return _read(f"refusals_{language}.toml")


def _read(name: str) -> dict[str, Any]:
    source = files("reference.pages").joinpath("texts", name)
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _flat(prefix: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flat(f"{prefix}{name}.", cast("dict[str, Any]", value))
        else:
            found.append((prefix + name, value))
    return found


def text(language: str, key: str, **values: object) -> str:
    """Give a text; with `n` given, the one for that number where it makes a difference.

    Raises:
        KeyError: when there is no such text, or it wants a value that is not given.
    """
    return _found(language, key, values).format_map(values)


def markup(language: str, key: str, **values: object) -> Markup:
    """Give a text as part of a page: everything is escaped but values that are parts of pages."""
    return escape(_found(language, key, values)).format_map(values)


def _found(language: str, key: str, values: Mapping[str, object]) -> str:
    texts = catalogue(language)
    if "n" in values:
        numbered = f"{key}.{'one' if values['n'] == 1 else 'other'}"
        key = numbered if numbered in texts else key
    return texts[key]


def worded(language: str, why: Refusal | Problem) -> str:
    """Give the text of a refusal for people; the German one is registered with it."""
    if language == LANGUAGES[0]:
        return str(why.value.german)
    return _refusals(language)[why.code]
