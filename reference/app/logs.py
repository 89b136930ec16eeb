"""The log: a line of JSON for each event, without anything that users wrote."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, TextIO, cast

import orjson
import structlog

_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def set_up_logs(level: str) -> None:
    """Write events from a level on to the standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _places,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=False,
    )


def forward_libraries(level: str) -> None:
    """Let what libraries log come with the rest."""
    root = logging.getLogger()
    root.handlers = [_Forward()]
    root.setLevel(max(_LEVELS[level], logging.INFO))


class _StandardError:
    """The standard error as it is when something is written."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _line(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _places(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Tell of an exception what it is and where; its message may hold what somebody wrote."""
    given: Any = event.pop("exc_info", None)
    error: Any = given
    if given is True:
        error = sys.exc_info()[1]
    elif isinstance(given, tuple):
        error = cast("tuple[Any, Any, Any]", given)[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = type(error).__name__
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


class _Forward(logging.Handler):
    """Takes what libraries log: the first line of the wording, and where an exception arose."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        wording = str(record.msg).partition("\n")[0]
        log.log(record.levelno, wording, logger=record.name, exc_info=record.exc_info)
