"""The lines of a run that belong to a finding: what happened in its case, for a picture of it."""

from collections.abc import Iterable, Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any, Final

import orjson

from simulator.oracle import Finding

Record = Mapping[str, Any]
#: No more than this is kept of a run; findings after that have no picture.
BYTES_MAX: Final = 512 * 1024**2
#: How many findings have a picture.
PICTURES_MAX: Final = 3


class Spool:
    """Keeps the lines of a run in a file that is gone afterwards."""

    def __init__(self) -> None:
        """Begin without lines.

        Raises:
            OSError: when there is no room for the file.
        """
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it lives as long as the run
        self._bytes = 0

    def add(self, line: bytes) -> None:
        """Keep a line."""
        if self._bytes < BYTES_MAX:
            self._bytes += self._file.write(line + b"\n")

    def records(self) -> Iterator[Record]:
        """Give the lines from the beginning."""
        self._file.seek(0)
        return map(orjson.loads, self._file)

    def close(self) -> None:
        """Let the file be gone."""
        self._file.close()


def witnesses(spool: Spool, findings: Iterable[Finding]) -> dict[str, tuple[Record, ...]]:
    """Give the lines of the cases in which rules were broken, up to the finding, by case."""
    wanted = {finding.line: finding for finding in findings}
    found: dict[int, tuple[Any, set[str]]] = {}
    for number, record in enumerate(spool.records(), 2):  # the first line is the header
        if number in wanted:
            found[number] = record.get("case"), _messages(record, wanted[number])
        if len(found) == min(len(wanted), PICTURES_MAX):
            break
    told: dict[str, tuple[Record, ...]] = {}
    for number, (case, messages) in found.items():
        lines = tuple(_of_case(spool, number, case, messages))
        if lines:
            told.setdefault(_case_in(lines), lines)
    return told


def _messages(record: Record, finding: Finding) -> set[str]:
    """Give the messages that a finding is about, where its line names some."""
    if isinstance(record.get("message"), str):
        return {record["message"]}
    words = set(f"{finding.seen} {finding.demanded} {finding.because}".replace(";", " ").split())
    listed = {entry.get("message") for entry in record.get("messages") or ()}
    return {message for message in words & listed if message}


def _of_case(spool: Spool, last: int, case: Any, messages: set[str]) -> Iterator[Record]:
    """Give the lines of a case, those of its messages and recipients, and outages."""
    people: set[str] = set()
    for number, record in enumerate(spool.records(), 2):
        if number > last:
            return
        if case is None and record.get("message") in messages:
            case = record.get("case")
        if case is not None and record.get("case") == case:
            if record.get("act") in {"send", "reply"}:
                messages.add(record["message"])
                people.update(str(one).strip().lower() for one in record.get("to") or ())
            yield record
        elif record.get("act") == "fault" or record.get("message") in messages:
            yield record
        elif record.get("see") == "inbox" and str(record.get("by")).strip().lower() in people:
            yield {**record, "messages": _only(record, messages)}


def _only(record: Record, messages: set[str]) -> list[Record]:
    return [entry for entry in record.get("messages") or () if entry.get("message") in messages]


def _case_in(lines: Iterable[Record]) -> str:
    return next((str(line["case"]) for line in lines if "case" in line), "")
