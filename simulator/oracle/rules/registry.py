"""The register of promises: which function states which rule, and which lines it judges."""

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from attrs import frozen

P = ParamSpec("P")
R = TypeVar("R")


@frozen
class Promise:
    """One registered promise: its rule id, its name, its meaning, and the words it judges."""

    rule: str
    name: str
    meaning: str
    judges: tuple[str, ...]


REGISTRY: Final[list[Promise]] = []


def promise(rule: str, *judges: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register the function as the promise of `rule`, shown by the acts and observations named."""

    def register(function: Callable[P, R]) -> Callable[P, R]:
        meaning = (function.__doc__ or "").split("\n", 1)[0]
        REGISTRY.append(Promise(rule, function.__name__, meaning, judges))
        return function

    return register
