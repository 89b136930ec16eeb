"""How far exploration is from its limit: a bare search over tuples in the same world.

Both make every move of the world at every state, until no state is new. In `opening` there is one
recipient; in `two` there are two, who do as much each, so that what one does was mostly judged
before, in states that differ only in what the other did.
"""

import gc
from collections.abc import Callable
from time import perf_counter

import pytest

from benchmarks.bare_search import bare_search
from simulator.explore.search import Settings, search
from simulator.explore.worlds import WORLDS

MESSAGES = 3
ROUNDS = 3


def _rate(work: Callable[[], int]) -> float:
    """Give the transitions per second of one run."""
    gc.collect()
    gc.disable()
    start = perf_counter()
    transitions = work()
    seconds = perf_counter() - start
    gc.enable()
    return transitions / seconds


@pytest.mark.parametrize(
    ("world", "people", "sizes", "ratio_min"),
    [
        ("opening", 1, (995, (681, 9859)), 0.005),
        ("two", 2, (11629, (7047, 199589)), 0.03),
    ],
)
def test_exploration_against_a_bare_search_over_tuples(
    world, people, sizes, ratio_min, benchmark, capsys
) -> None:
    """A guard against getting slower; what is wanted is 0.1."""
    settings = Settings(WORLDS[world], {}, MESSAGES)

    def bare() -> int:
        states, transitions = bare_search(MESSAGES, people)
        assert (states, transitions) == sizes[1]
        return transitions

    def both_sides() -> int:
        *_, found = search(settings, settings.rules())
        assert found.counterexample is None
        assert found.decisive["INB-4"] > 0
        assert found.states == sizes[0]
        return found.transitions

    rates = [(_rate(both_sides), _rate(bare)) for _ in range(ROUNDS)]
    benchmark.pedantic(both_sides, rounds=1)
    best, limit = (max(column) for column in zip(*rates, strict=True))
    benchmark.extra_info["ratio"] = best / limit
    with capsys.disabled():
        print(f"\n{world}: {best:,.0f}/s, bare search: {limit:,.0f}/s, ratio {best / limit:.3f}")
    assert best / limit > ratio_min
