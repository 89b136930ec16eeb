"""Every reachable state of the small worlds."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from attrs import evolve

from reference.domain.refusals import Refusal
from reference.domain.rules import EFFECTS, rules_for
from reference.domain.words import Deed, Effect, ExpectedAction
from simulator.explore.goals import GOALS
from simulator.explore.replay import trace_of
from simulator.explore.search import Found, Settings, search, settings_of
from simulator.explore.worlds import WORLDS
from simulator.flaws import FLAWS
from simulator.history.clauses import CLAUSES, Shown
from simulator.oracle import Oracle

#: World, and the readings that it varies -> states, transitions, depth.
PINNED = {}


def whole(settings: Settings, rules=None) -> Found:
    found = Found()
    for found in search(settings, rules or settings.rules()):
        pass
    return found


def test_placeholder():
    assert PINNED == {}
