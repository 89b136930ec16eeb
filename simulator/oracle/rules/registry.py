"""The register of promises: which function states which rule, and which lines it judges."""

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen


@frozen
class Promise:
    """One registered promise: its rule id, its name, its meaning, and the words it judges."""

    rule: str
    name: str
    meaning: str
    judges: tuple[str, ...]


REGISTRY: Final[list[Promise]] = []


def promise(states: Callable[..., Any], rule: str, *judges: str) -> None:
    """Register the function as the promise of `rule`, shown by the acts and observations named."""
    REGISTRY.append(Promise(rule, states.__name__, states.__doc__ or "", judges))
