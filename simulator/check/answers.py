"""Answers to questions about one trace: which readings it follows, why it counts as it does."""

from collections.abc import Callable

from simulator.check.judging import Task, oracle_for, refuse_line
from simulator.exits import Exit
from simulator.history.bad_input import BadInput
from simulator.history.reading import Header, Readable, Trace
from simulator.oracle import (
    BadLine,
    Finding,
    Inferred,
    Reason,
    explain_case,
    explain_message,
    infer,
    recipients_of,
)


def infer_readings(stream: Readable, name: str, task: Task) -> tuple[list[str], Exit]:
    """Say for each reading which values the trace is consistent with, and what rules out others."""

    def asked(trace: Trace) -> tuple[list[str], Exit]:
        header = trace.header or Header()
        broken: list[Finding] = []
        inferred = infer(
            trace,
            time_zone=header.time_zone,
            carrier=header.carrier,
            limit_us=task.limit_us,
            broken=broken.append,
        )
        lines = [line for one in inferred for line in _reading_lines(name, one)]
        lines += [f"whatever the readings: {_finding(name, one)}" for one in broken]
        return lines, Exit.VIOLATED if broken else Exit.KEPT

    return _answered(stream, name, asked)


def explain(
    stream: Readable, name: str, task: Task, what: str, recipient: str | None
) -> tuple[list[str], Exit]:
    """Say why a message counts as it does for a recipient, or a case shows what it shows."""

    def asked(trace: Trace) -> tuple[list[str], Exit]:
        oracle = oracle_for(trace.header or Header(), task)
        if recipient is not None:
            reasons = explain_message(trace, oracle, what, recipient)
        else:
            reasons = explain_case(trace, oracle, what)
        if not reasons:
            asked_for = f"message {what} for {recipient}" if recipient else f"a case {what}"
            recipients = recipients_of(oracle, what) or ("k@example.org",)
            hint = "; of a message, say for whom: --for " + " or --for ".join(recipients)
            told = f"{name}: nothing in it is about {asked_for}"
            return [told if recipient else told + hint], Exit.UNDECIDED
        return [_reason_line(name, reason) for reason in reasons], Exit.KEPT

    return _answered(stream, name, asked)


def _answered(
    stream: Readable, name: str, asked: Callable[[Trace], tuple[list[str], Exit]]
) -> tuple[list[str], Exit]:
    try:
        trace = Trace.open(stream, name)
        try:
            return asked(trace)
        except BadLine as error:
            refuse_line(trace, error)
    except BadInput as error:
        return [f"error: {error}"], Exit.BAD_INPUT
    except OSError as error:
        return [f"error: {name}: {error.strerror or error}"], Exit.ENVIRONMENT


def _reading_lines(name: str, one: Inferred) -> list[str]:
    values = ", ".join(one.consistent) or "none of its values"
    lines = [f"{one.reading}: {values}"]
    for value, finding in one.ruled_out.items():
        lines.append(f"  not {value}: {_finding(name, finding)}")
    return lines


def _finding(name: str, found: Finding) -> str:
    place = f"{name}:{found.line}: {found.rule}"
    return f"{place}: {found.seen}, demanded: {found.demanded}; {found.because}"


def _reason_line(name: str, reason: Reason) -> str:
    place = f"{name}:{reason.line}: " if reason.line else "so: "
    return f"{place}{reason.says} ({reason.rule})"
