"""Which readings a trace is consistent with, for a trace that does not say."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import frozen

from simulator.history.vocabulary import READINGS
from simulator.oracle.findings import Finding
from simulator.oracle.oracle import Oracle

Record = dict[str, Any]
SMALLEST_LIMIT: Final = 35_000_000  # bytes


@frozen
class Inferred:
    """The values of one reading: those that remain, and by which finding the others fell."""

    reading: str
    consistent: tuple[str, ...]
    ruled_out: Mapping[str, Finding]


def _answers(record: Record) -> bool:
    if record.get("given") == "message":
        return "to" not in record
    return record.get("act") == "reply" and record.get("answers") is not None


def _opens(record: Record) -> bool:
    return record.get("act") in ("open", "mark_read")


def _sizes(record: Record) -> bool:
    files = record.get("files")
    if record.get("act") != "reply" or not isinstance(files, list):
        return False
    sizes: list[Any] = [file["size"] for file in files if isinstance(file, dict) and "size" in file]  # pyright: ignore[reportUnknownVariableType]
    return sum(size for size in sizes if isinstance(size, int)) > SMALLEST_LIMIT


#: The lines on which a reading is consulted for the first time, or makes states differ.
TRIGGERS: Final[Mapping[str, Callable[[Record], bool]]] = {
    "fileless_reply": _answers,
    "acknowledge_on_open": _opens,
    "several_acknowledge": lambda record: "acknowledged_on" in record,
    "reply_scope": _answers,
    "open_scope": lambda record: record.get("act") == "open",
    "preset_recipients": lambda record: (
        record.get("see") == "preset" or (record.get("act") == "send" and "to" not in record)
    ),
    "reply_right": lambda record: record.get("act") == "reply" or "button" in record,
    "megabyte": _sizes,
    "last_communication": _answers,
    "receipt_transport": lambda record: _opens(record) or _answers(record),  # some answers read
}


def infer(
    lines: Iterable[tuple[int, int, Record]],
    *,
    time_zone: str = "Europe/Berlin",
    carrier: str = "cloudtransfer",
    limit_us: int = 2_000_000,
    broken: Callable[[Finding], object] = bool,
) -> tuple[Inferred, ...]:
    """Try the readings jointly in one pass; each is told apart once the trace consults it.

    A line that breaks a rule under all readings that remain rules none out, and its finding is
    handed to `broken`. Raises BadLine.
    """
    alive: list[Oracle] = [Oracle(time_zone=time_zone, carrier=carrier, limit_us=limit_us)]
    apart: set[str] = set()
    out: dict[tuple[str, str], Finding] = {}
    for line, at, record in lines:
        for reading, consults in TRIGGERS.items():
            if reading not in apart and consults(record):
                apart.add(reading)
                alive = [
                    _under(one, reading, value) for one in alive for value in READINGS[reading]
                ]
        if len(alive) == 1:
            for finding in alive[0].take(line, at, record):
                broken(finding)
            continue
        judged = [(one, one.take(line, at, record)) for one in alive]
        kept = [one for one, findings in judged if not findings]
        if not kept:
            broken(judged[0][1][0])
        elif len(kept) < len(judged):
            finding = next(findings[0] for _, findings in judged if findings)
            for reading in apart:
                for value in _values(alive, reading) - _values(kept, reading):
                    out[reading, value] = finding
            alive = kept
    return tuple(_inferred(reading, out) for reading in READINGS)


def _under(oracle: Oracle, reading: str, value: str) -> Oracle:
    new = oracle.fork()
    new.world.read_as({**oracle.world.readings, reading: value})
    return new


def _values(oracles: list[Oracle], reading: str) -> set[str]:
    return {one.world.readings[reading] for one in oracles}


def _inferred(reading: str, out: Mapping[tuple[str, str], Finding]) -> Inferred:
    values = READINGS[reading]
    fallen = {value: out[reading, value] for value in values if (reading, value) in out}
    return Inferred(reading, tuple(value for value in values if value not in fallen), fallen)
