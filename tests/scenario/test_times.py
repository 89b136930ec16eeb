"""When things happen in a scenario, and how long they take."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator.scenario.quantities import count, duration, size
from simulator.scenario.times import moment_of, when

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2024, 2, 19, 7, 0, tzinfo=UTC)  # 08:00 in Berlin


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("09:00", "2024-02-19T08:00:00+00:00"),
        ("9:00:30", "2024-02-19T08:00:30+00:00"),
        ("+5m", "2024-02-19T07:05:00+00:00"),
        ("+1h 30m", "2024-02-19T08:30:00+00:00"),
        ("day 2 10:00", "2024-02-20T09:00:00+00:00"),
        ("day 2", "2024-02-19T23:00:00+00:00"),
        ("2024-07-01 10:00", "2024-07-01T08:00:00+00:00"),
    ],
)
def test_a_moment_is_that_of_the_broker(text: str, moment: str) -> None:
    assert moment_of(when(text), BEGIN, BEGIN, BERLIN).isoformat() == moment


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("1.5h", 5400),
        ("1h 30m", 5400),
        ("250ms", 0.25),
        ("2d", 172800),
        ("1w", 604800),
    ],
)
def test_durations_have_units(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "5 minutes", "-5m", "5m later", "1e3s", "٥m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        duration(text)


def test_sizes_and_counts_are_read() -> None:
    assert [size(text) for text in ("120 kB", "35 MiB", "4096", "1.5MB")] == [
        120_000,
        36_700_160,
        4096,
        1_500_000,
    ]
    assert count("10_000") == 10_000


@pytest.mark.parametrize(
    ("read", "text"),
    [(size, "5 XB"), (count, "1.5")],
)
def test_what_is_no_quantity_is_refused(read, text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        read(text)
