"""Walks through what was seen, and changes its texts."""

from collections.abc import Callable
from typing import Any, cast


def with_texts(value: Any, change: Callable[[str, str], Any], name: str = "") -> Any:
    """Give a value of JSON in which each text is changed, knowing the field that it stands in."""
    if isinstance(value, str):
        return change(name, value)
    if isinstance(value, list):
        return [with_texts(each, change, name) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        told = cast("dict[str, Any]", value)
        return {field: with_texts(each, change, field) for field, each in told.items()}
    return value
