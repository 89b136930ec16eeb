"""What can be varied: `replicate_every=1m,15m,never`, `delivery=immediate,with_replication`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, frozen

from simulator.history.bad_input import quote, suggest
from simulator.scenario.file import DELIVERIES, Scenario, interval

Setting = tuple[str, str]


def _delivery(text: str) -> str:
    if text not in DELIVERIES:
        raise ValueError(f"{quote(text)} is no way of delivery ({suggest(text, DELIVERIES)})")
    return text


#: The slots of a scenario that can be varied, and how a value of each is read.
SLOTS: Final[Mapping[str, Callable[[str], Any]]] = MappingProxyType(
    {"replicate_every": interval, "delivery": _delivery}
)


@frozen
class Change:
    """Sets slots of a scenario; it goes with a run into another process."""

    settings: tuple[Setting, ...]

    def __call__(self, scenario: Scenario) -> Scenario:
        """Give the scenario with these settings."""
        return evolve(scenario, **{slot: SLOTS[slot](text) for slot, text in self.settings})


def changes(varied: Iterable[str]) -> Iterator[Change]:
    """Give every combination of what `--vary` names.

    Raises:
        ValueError: for a slot that cannot be varied or a value that it cannot have.
    """
    slots: dict[str, list[Setting]] = {}
    for text in varied:
        slot, equals, values = text.partition("=")
        slot = slot.strip()
        if not equals:
            raise ValueError(f"{quote(text)}: write it like replicate_every=1m,15m,never")
        if slot not in SLOTS:
            raise ValueError(f"{quote(slot)} cannot be varied ({suggest(slot, SLOTS)})")
        if slot in slots:
            raise ValueError(f"{slot} is varied twice: name all its values at once")
        named = [value.strip() for value in values.split(",")]
        for value in named:
            SLOTS[slot](value)
        slots[slot] = [(slot, value) for value in dict.fromkeys(named)]
    return (Change(settings) for settings in product(*slots.values()))
