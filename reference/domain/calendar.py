"""Calendar days and stamps in the broker's time zone (STA-9, LOG-1)."""

from datetime import date, datetime, tzinfo


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
    iso = _local(moment, zone).isoformat()  # takes a third of the time of strftime
    return f"{user} am {iso[8:10]}.{iso[5:7]}.{iso[:4]} {iso[11:19]}"


def _local(moment: datetime, zone: tzinfo) -> datetime:
    if moment.tzinfo is None:
        text = f"{moment.isoformat()} has no offset: write it as {moment.isoformat()}+01:00"
        raise ValueError(text)
    return moment.astimezone(zone)
