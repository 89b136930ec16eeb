"""Distributions give what they are named for, and streams depend on the seed and the name alone."""

from statistics import mean

import pytest

from simulator.scenario.chance import DELAY, Chooser
from simulator.scenario.nodes import Faults, tree_of
from simulator.world.streams import Streams, place_of

MINUTE = 60_000_000
SHARES = [(one + 0.5) / 10_000 for one in range(10_000)]


def delay(text: str):
    faults = Faults("f.yaml")
    tree = tree_of(text, faults)
    assert tree is not None
    read = DELAY.read(tree, faults)
    assert not faults.found
    return read


def test_a_duration_alone_is_always_the_same() -> None:
    assert {delay("5m").at(share) for share in SHARES} == {5 * MINUTE}
    assert delay("fixed: 5m") == delay("5m")


def test_an_exponential_has_its_mean() -> None:
    drawn = [delay("exponential: {mean: 10m}").at(share) for share in SHARES]
    assert mean(drawn) == pytest.approx(10 * MINUTE, rel=0.01)


def test_a_lognormal_has_its_median_and_its_95th_percentile() -> None:
    lognormal = delay("lognormal: {median: 10m, p95: 2h}")
    assert lognormal.at(0.5) == pytest.approx(10 * MINUTE, rel=1e-6)
    assert lognormal.at(0.95) == pytest.approx(120 * MINUTE, rel=1e-6)


def test_a_triangular_stays_within_its_bounds_with_its_mean() -> None:
    drawn = [delay("triangular: {least: 1m, likely: 2m, most: 12m}").at(one) for one in SHARES]
    assert min(drawn) >= MINUTE
    assert max(drawn) <= 12 * MINUTE
    assert mean(drawn) == pytest.approx(5 * MINUTE, rel=0.01)
    assert delay("triangular: {least: 3m, likely: 3m, most: 3m}").at(0.5) == 3 * MINUTE


def test_an_empirical_gives_what_was_observed_as_often() -> None:
    drawn = [delay("empirical: [2m, 1m, 2m, 9m]").at(share) for share in SHARES]
    assert [drawn.count(each * MINUTE) for each in (1, 2, 9)] == [2500, 5000, 2500]


@pytest.mark.parametrize(
    "text",
    [
        "exponential: {mean: 10m}",
        "lognormal: {median: 10m, p95: 2h}",
        "triangular: {least: 1m, likely: 2m, most: 12m}",
        "empirical: [2m, 1m]",
    ],
)
def test_a_larger_share_takes_longer(text: str) -> None:
    drawn = [delay(text).at(share) for share in SHARES]
    assert drawn == sorted(drawn)


def test_a_chooser_keeps_its_shares() -> None:
    chooser = Chooser.of({"a": 0.1, "b": 0.0, "c": 0.9})
    drawn = [chooser.at(share) for share in SHARES]
    assert [drawn.count(each) for each in "abc"] == [1000, 0, 9000]


def test_a_stream_depends_on_the_seed_and_its_name_alone() -> None:
    one, same, other = Streams(7), Streams(7), Streams(8)
    assert one.draws("a") == same.draws("a")
    assert one.draws("a") != one.draws("b")
    assert one.draws("a") != other.draws("a")
    drawn = [share for number in range(1000) for share in one.draws(str(number))]
    assert 0 < min(drawn) < max(drawn) < 1
    assert mean(drawn) == pytest.approx(0.5, abs=0.01)


def test_a_further_place_takes_few_from_the_others() -> None:
    before = [place_of(share, 50) for share in SHARES]
    after = [place_of(share, 51) for share in SHARES]
    moved = [new for old, new in zip(before, after, strict=True) if old != new]
    assert set(moved) == {50}
    assert len(moved) < 400
    assert set(before) == set(range(50))
