"""Looking for known flaws: the shortest trace that shows each, over all worlds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from reference.domain.rules import Rules, rules_for
from simulator.explore.replay import trace_of
from simulator.explore.search import Counterexample, Found, Settings, search
from simulator.explore.worlds import WORLDS, Record
from simulator.flaws import FLAWS, Flaw, cell_flaws
from simulator.oracle import Finding

#: Levels that are searched before a flaw counts as missed: every one that is caught needs fewer.
DEPTH_MAX: Final = 7

#: Changed cells that make no difference to anybody, and why.
_TOUCHES_NOTHING: Final = "this deed leaves every message as it is, whichever it reaches"
_WRITTEN: Final = "for a reply the moments of writing and of seeing are one"
HARMLESS: Final[Mapping[str, str]] = {
    "reach[new_message] = entry": _TOUCHES_NOTHING,
    "reach[new_message] = newest": _TOUCHES_NOTHING,
    "reach[replication] = entry": _TOUCHES_NOTHING,
    "reach[replication] = newest": _TOUCHES_NOTHING,
    "case_changes[came_back, acknowledged_on] = seen": _WRITTEN,
    "case_changes[came_back_without_file, acknowledged_on] = seen": _WRITTEN,
}

#: Readings under which worlds are searched besides the defaults: there some cells are used at all.
_DEFAULTS: Final[Mapping[str, str]] = {}
_ALSO: Final[tuple[tuple[str, Mapping[str, str]], ...]] = (
    ("rights", {"reply_right": "if_granted"}),
    ("recipients", {"acknowledge_on_open": "first_open"}),
)


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


def hunt(flaw: Flaw, worlds: Iterable[str] = WORLDS) -> Caught | None:
    """Search the worlds side by side, level by level; None if no level shows the flaw."""
    worlds = tuple(worlds)
    settings: list[tuple[str, Mapping[str, str]]] = [(name, _DEFAULTS) for name in worlds]
    settings += [one for one in _ALSO if one[0] in worlds]
    searches: list[tuple[Settings, Rules, Iterator[Found]]] = []
    for name, readings in settings:
        one = Settings(WORLDS[name], readings, WORLDS[name].messages)
        rules = flaw.change(one.rules())
        searches.append((one, rules, search(one, rules)))
    for _ in range(DEPTH_MAX + 1):
        for one, rules, levels in searches:
            found = next(levels, None)
            if found is not None and found.counterexample is not None:
                return _caught(one, rules, found.counterexample)
    return None


def _caught(settings: Settings, rules: Rules, example: Counterexample) -> Caught:
    lines, finding = trace_of(settings, rules, example)
    return Caught(settings.world.name, tuple(lines), finding)
