"""The log: a line of JSON for each event, without anything that users wrote."""

import logging
import traceback
from datetime import UTC, datetime
from typing import Any, Final

import orjson

_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
#: What every record has; what ours tell besides came as `extra`.
_OF_EVERY_RECORD: Final = frozenset(vars(logging.makeLogRecord({})))


def set_up_logs(level: str) -> None:
    """Write events from a level on to the standard error; those of libraries from `info` on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(_LEVELS[level], logging.INFO))
    logging.getLogger("reference").setLevel(_LEVELS[level])


class _Line(logging.Formatter):
    """Makes a record a line.

    The values of a library's wording are left out, as is the message of an exception: they may
    hold what somebody wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        event: dict[str, Any] = {
            "event": str(record.msg).partition("\n")[0],
            "level": record.levelname.lower(),
            "timestamp": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "logger": record.name,
        }
        if record.name.startswith("reference."):
            told = vars(record).items()
            event |= {name: value for name, value in told if name not in _OF_EVERY_RECORD}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            event["exception"] = type(error).__name__
            event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return orjson.dumps(event, default=str).decode()
