"""Judges traces: one `Checked` for each file, from which every output is written."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NoReturn

from attrs import Factory, frozen

from simulator.collecting import rare_collections
from simulator.exits import Exit
from simulator.history.bad_input import BadInput, Fault, quote, suggest
from simulator.history.reading import FURTHER_LINES, Header, Readable, Trace
from simulator.history.vocabulary import READINGS
from simulator.oracle import BadLine, Finding, Oracle, Reused, Unmentioned, Verdict
from simulator.shelf import InFile

#: What may be wrong where a line names what no line before it made.
_OUT_OF_ORDER: Final = (
    "lines stand in the order of what happened; given lines tell what was before the log"
)
#: How many different mistakes are told besides the first one.
FURTHER_MAX: Final = 9


@frozen
class Task:
    """What is asked of every file."""

    readings: Mapping[str, str] = Factory(dict[str, str])
    required: tuple[str, ...] = ()
    limit_us: int = 2_000_000


@frozen
class Checked:
    """What came of one file: the oracle's verdict, or why there is none."""

    file: str
    exit: Exit
    readings: Mapping[str, str] = Factory(dict[str, str])
    lines: int = 0
    findings: tuple[Finding, ...] = ()
    undecided: tuple[str, ...] = ()
    decisive: Mapping[str, int] = Factory(dict[str, int])
    error: str = ""
    further: tuple[str, ...] = ()  # what else is wrong below the line of the error


def check_trace(stream: Readable, name: str, task: Task) -> Checked:
    """Judge one trace; bad input and an unreadable stream are results too, never exceptions."""
    try:
        trace = Trace.open(stream, name)
        try:
            return _judged(trace, task)
        except BadInput as error:
            further = tuple(_further(trace, error))
            return Checked(name, Exit.BAD_INPUT, error=str(error), further=further)
    except BadInput as error:
        return Checked(name, Exit.BAD_INPUT, error=str(error))
    except OSError as error:
        return Checked(name, Exit.ENVIRONMENT, error=f"{name}: {error.strerror or error}")


def _further(trace: Trace, first: BadInput) -> Iterator[str]:
    """Word what else is wrong: each mistake once, with how often it is made."""
    firsts, counts = {_mistake(first): first}, Counter[str]()
    try:
        for error in trace.read_on(first.line):
            firsts.setdefault(_mistake(error), error)
            counts[_mistake(error)] += 1
    except BadInput as end:  # what follows is no line
        firsts.setdefault(_mistake(end), end)
    again = counts.pop(_mistake(first), 0)
    if again:
        yield f"{trace.name}: the same in {_lines(again)} of the next {FURTHER_LINES:,}"
    for mistake, one in islice(firsts.items(), 1, 1 + FURTHER_MAX):
        others = counts[mistake] - 1
        yield str(one) + (f", and in {_lines(others)} more" if others > 0 else "")
    if len(firsts) > 1 + FURTHER_MAX:
        yield f"{trace.name}: and {len(firsts) - 1 - FURTHER_MAX} other mistakes"


def _mistake(error: BadInput) -> str:
    """Give what is wrong, whatever value it is wrong with."""
    return error.message.partition(", not ")[0]


def _lines(count: int) -> str:
    return f"{count:,} line{'s' if count > 1 else ''}"


def _judged(trace: Trace, task: Task) -> Checked:
    header = trace.header or Header()
    oracle = oracle_for(header, task)
    lines = judge(trace, oracle)
    verdict = oracle.finish()
    readings = {name: values[0] for name, values in READINGS.items()}
    readings |= {**header.readings, **task.readings}
    undecided = _undecided(verdict, task.required)
    exit_ = Exit.UNDECIDED if undecided else Exit.KEPT
    if verdict.findings:
        exit_ = Exit.VIOLATED
    decisive = {rule: count for rule, count in verdict.decisive.items() if count}
    return Checked(trace.name, exit_, readings, lines, verdict.findings, undecided, decisive)


def oracle_for(header: Header, task: Task) -> Oracle:
    """Make the oracle that judges by a trace's header; the task's readings come first."""
    readings = {**header.readings, **task.readings}
    return Oracle(
        readings,
        time_zone=header.time_zone,
        carrier=header.carrier,
        limit_us=task.limit_us,
        make_shelf=InFile,
    )


def judge(trace: Trace, oracle: Oracle) -> int:
    """Hand every line to the oracle and give their number.

    Raises BadInput, also where only what stands before a line makes it bad.
    """
    line = 0
    take = oracle.take
    with rare_collections():
        for line, at, record in trace:
            try:
                take(line, at, record)
            except BadLine as error:
                refuse_line(trace, error)
    return line


def refuse_line(trace: Trace, error: BadLine) -> NoReturn:
    """Raise BadInput for a line that names what was never mentioned, or is used otherwise."""
    message = f'"{error.field}": {quote(error.value)} {error.problem}'
    hint = ""
    if isinstance(error, Unmentioned):
        hint = suggest(error.value, error.known)
        if not hint.startswith("did you mean"):
            hint = "; ".join(filter(None, (_OUT_OF_ORDER, hint)))
        other = next((one for one in error.known if str(one) == str(error.value)), None)
        if other is not None:
            hint = f"it was {quote(other)}; a number and a text are two cases"
    elif isinstance(error, Reused):
        hint = "give each message an id of its own; a retry repeats every field"
    fault = Fault((error.field,), message, hint)
    trace.refuse_value(error.line, error.field, error.value, fault)


def _undecided(verdict: Verdict, required: Sequence[str]) -> tuple[str, ...]:
    reasons = [*verdict.undecided]
    reasons += [
        f"{rule} was required, and no line decided it"
        for rule in required
        if not verdict.decisive.get(rule)
    ]
    return tuple(reasons)
