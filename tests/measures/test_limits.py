"""Limits of scenario files: what they say, and what a mistake in one is told."""

import re

import pytest

from simulator.measures.limits import Checked
from simulator.measures.registry import MEASURES
from simulator.scenario.limits import PATTERN, limit


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("delivery p99 <= 2s", ("delivery", "p99", "", "<=", 2000.0)),
        ("delivery_p99", None),
        ("settled >= 80%", ("settled", "", "", ">=", 0.8)),
        ("answer p50 of Antwort mit Datei < 1h 30m", ("answer", "p50", "reply_with_file", "<", 5_400_000.0)),
        ("read mean of eilige Kunden > 5m", ("read", "mean", "eilige Kunden", ">", 300_000.0)),
        ("delivery count >= 1_000", ("delivery", "count", "", ">=", 1000)),
        ("unread max <= 500", ("unread", "max", "", "<=", 500)),
        ("settled of reply >= 99.5%", ("settled", "", "reply", ">=", 0.995)),
        ("mail p99.9<=2s", ("mail", "p99.9", "", "<=", 2000.0)),
    ],
)  # fmt: skip
def test_a_limit_names_measure_statistic_group_and_bound(text: str, read) -> None:
    if read is None:
        with pytest.raises(ValueError, match="is no limit"):
            limit(text)
        return
    one = limit(text)
    measure, statistic, group, comparison, bound = read
    assert (one.measure.name, one.statistic, one.group) == (measure, statistic, group)
    assert (one.comparison, one.bound, one.text) == (comparison, pytest.approx(bound), text)
    assert re.match(PATTERN, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("delivry p99 <= 2s", 'did you mean "delivery"?'),
        ("delivery <= 2s", "a statistic is missing for delivery: use count, min, mean, max, a percentile"),
        ("delivery p100 <= 2s", '"p100" cannot be asked of delivery'),
        ("unread p95 <= 10", '"p95" cannot be asked of unread: use max, mean, last'),
        ("settled mean >= 80%", 'settled is one number: leave "mean" out'),
        ("delivery p99 <= 2", "is no duration"),
        ("settled >= 120%", "is more than the whole: at most 100 %"),
        ("settled >= 0.8", "is no share"),
        ("delivery count >= 80%", "is no whole number"),
        ("delivery p99 = 2s", "write it like delivery p99 <= 2s"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_limit_says_what_would_be_right(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        limit(text)


def test_a_limit_without_a_sample_is_undecided() -> None:
    one = limit("delivery p99 <= 2s")
    assert [Checked(one, value).kept for value in (None, 2000.0, 2000.5)] == [None, True, False]


def test_a_measures_key_ends_with_its_unit() -> None:
    assert [MEASURES[name].key for name in ("delivery", "settled", "unread")] == [
        "delivery_ms",
        "settled_share",
        "unread",
    ]
