"""How far exploration is from its limit: a bare search over tuples in the same world."""

import gc
from collections.abc import Callable
from time import perf_counter

from benchmarks.bare_search import bare_search
from simulator.explore.search import Found, Settings, search
from simulator.explore.worlds import OPENING

MESSAGES = 3
ROUNDS = 5
RATIO_MIN = 0.01  # a guard against getting slower; what is wanted is 0.1


def _explored() -> Found:
    settings = Settings(OPENING, {}, MESSAGES)
    *_, found = search(settings, settings.rules())
    return found


def _rate(work: Callable[[], int]) -> float:
    """Give the transitions per second of one run."""
    gc.collect()
    gc.disable()
    start = perf_counter()
    transitions = work()
    seconds = perf_counter() - start
    gc.enable()
    return transitions / seconds


def _bare() -> int:
    states, transitions = bare_search(MESSAGES)
    assert (states, transitions) == (681, 9859)
    return transitions


def _both_sides() -> int:
    found = _explored()
    assert found.counterexample is None
    assert found.decisive["INB-4"] > 0
    assert found.states == 974
    return found.transitions


def test_exploration_against_a_bare_search_over_tuples(benchmark, capsys) -> None:
    _both_sides()
    rates = [(_rate(_both_sides), _rate(_bare)) for _ in range(ROUNDS)]
    benchmark.pedantic(_both_sides, rounds=1)
    best, bare = (max(column) for column in zip(*rates, strict=True))
    benchmark.extra_info["ratio"] = best / bare
    with capsys.disabled():
        print(f"\nexploration: {best:,.0f}/s, bare search: {bare:,.0f}/s, ratio {best / bare:.3f}")
    assert best / bare > RATIO_MIN
