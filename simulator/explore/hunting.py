"""Looking for known flaws: the shortest trace that shows each, over all worlds."""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from reference.domain.rules import Rules, rules_for
from simulator.explore.replay import trace_of
from simulator.explore.search import Counterexample, Settings, search
from simulator.explore.worlds import WORLDS, Record
from simulator.flaws import FLAWS, Flaw, cell_flaws
from simulator.oracle import Finding

#: Levels that are searched before a flaw counts as missed: every one that is caught needs fewer.
DEPTH_MAX: Final = 7

#: Changed cells that make no difference to anybody, and why.
HARMLESS: Final[Mapping[str, str]] = {}


@frozen
class Caught:
    """How a flaw was caught: in which world, by which trace, as which finding."""

    world: str
    trace: tuple[Record, ...]
    finding: Finding

    @property
    def acts(self) -> int:
        """How many acts the trace has, the beginning of the world included."""
        return sum("act" in record for record in self.trace)


def flaw_named(name: str) -> Flaw:
    """Give a flaw of the list, or a changed cell; raises KeyError for an unknown one."""
    if name in FLAWS:
        return FLAWS[name]
    return {flaw.name: flaw for flaw in cell_flaws(rules_for())}[name]


def hunt(flaw: Flaw, worlds: Iterator[str] | None = None) -> Caught | None:
    """Search all worlds level by level under the default readings; None if nothing was found."""
    rules = flaw.change(rules_for())
    names = list(WORLDS if worlds is None else worlds)
    settings = [Settings(WORLDS[name], {}, WORLDS[name].messages) for name in names]
    searches = [(one, search(one, rules)) for one in settings]
    for _ in range(DEPTH_MAX):
        for one, levels in searches:
            found = next(levels, None)
            if found is not None and found.counterexample is not None:
                return _caught(one, rules, found.counterexample)
    return None


def _caught(settings: Settings, rules: Rules, example: Counterexample) -> Caught:
    lines, finding = trace_of(settings, rules, example)
    return Caught(settings.world.name, tuple(lines), finding)
