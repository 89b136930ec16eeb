"""Calendar days and stamps in the broker's time zone (STA-9, LOG-1)."""

from datetime import date, datetime, tzinfo
from functools import lru_cache


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Give the calendar day of a moment in a time zone (STA-9).

    Raises:
        ValueError: for a moment without an offset, which belongs to no day.
    """
    return _local(moment, zone).date()


def stamp_of(user: str, moment: datetime, zone: tzinfo) -> str:
    """Give the head line of an activity: `cloudtransfer am 19.02.2024 12:18:16` (LOG-1).

    Raises:
        ValueError: for a moment without an offset.
    """
    return f"{user} am {_written(moment, moment.fold, zone)}"


@lru_cache(maxsize=1_000)
def _written(moment: datetime, fold: int, zone: tzinfo) -> str:  # noqa: ARG001 - see below
    """Write a moment; its `fold` tells it from the one an hour before, equal to Python."""
    iso = _local(moment, zone).isoformat()  # takes a third of the time of strftime
    return f"{iso[8:10]}.{iso[5:7]}.{iso[:4]} {iso[11:19]}"


def _local(moment: datetime, zone: tzinfo) -> datetime:
    if moment.tzinfo is None:
        text = f"{moment.isoformat()} has no offset: write it as {moment.isoformat()}+01:00"
        raise ValueError(text)
    return moment.astimezone(zone)
