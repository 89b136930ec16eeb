"""The log: a line of JSON for each event, without anything that users wrote."""

import logging
import traceback
from collections.abc import MutableMapping
from functools import cached_property, partial
from typing import Any, Final

import orjson

_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_Event = MutableMapping[str, Any]


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

    structlog does it; that loads rich, and so it is imported with the first line, not before.
    """

    @cached_property
    def _formatters(self) -> tuple[logging.Formatter, logging.Formatter]:
        """Give that of our own records, and that of what libraries log."""
        from structlog import processors, stdlib  # noqa: PLC0415 - as said

        chain = (
            stdlib.add_log_level,
            stdlib.add_logger_name,
            processors.TimeStamper(fmt="iso", utc=True),
        )
        of = partial(
            stdlib.ProcessorFormatter,
            processors=[
                _places,
                stdlib.ProcessorFormatter.remove_processors_meta,
                processors.JSONRenderer(serializer=_json),
            ],
            use_get_message=False,
        )
        ours = of(foreign_pre_chain=[*chain, stdlib.ExtraAdder()])
        return ours, of(foreign_pre_chain=[*chain, _first_line])

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        ours, of_libraries = self._formatters
        return (ours if record.name.startswith("reference.") else of_libraries).format(record)


def _first_line(_: object, __: str, event: _Event) -> _Event:
    """Keep of a library's wording the first line, without values, which users may have written."""
    event["event"] = event["event"].partition("\n")[0]
    return event


def _places(_: object, __: str, event: _Event) -> _Event:
    """Tell of an exception what it is and where; its message may hold what somebody wrote."""
    error = (event.pop("exc_info", None) or (None, None))[1]
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = type(error).__name__
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _json(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
