"""Moments become days and stamps only with an offset."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reference.domain.calendar import stamp_of

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_stamp_shows_the_brokers_time():
    assert (
        stamp_of("cloudtransfer", datetime(2024, 2, 19, 11, 18, 16, tzinfo=UTC), BERLIN)
        == "cloudtransfer am 19.02.2024 12:18:16"
    )


def test_a_stamp_of_a_moment_without_an_offset_is_our_own_mistake():
    with pytest.raises(ValueError, match="2024-02-19T12:18:16 has no offset"):
        stamp_of("cloudtransfer", datetime(2024, 2, 19, 12, 18, 16), BERLIN)  # noqa: DTZ001
