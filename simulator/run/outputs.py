"""Writes what came of scenarios: a table for people, JSON, JUnit."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

import orjson
from attrs import asdict
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.exits import Exit, worst_of
from simulator.printing import printable
from simulator.report.measurements import MANY, facts
from simulator.world.result import Broken, Differed, Failure, Ran

#: Differences that are told of a file: the first ones cause the others.
DIFFERENCES_MAX: Final = 5
#: Broken rules and failed steps that are told of a file in a terminal.
REASONS_MAX: Final = 20
WORDS: Final = {
    Exit.KEPT: ("kept", "green"),
    Exit.VIOLATED: ("violated", "bold red"),
    Exit.BAD_INPUT: ("bad input", "bold red"),
    Exit.UNDECIDED: ("undecided", "yellow"),
    Exit.ENVIRONMENT: ("environment failed", "bold magenta"),
}


def write_text(console: Console, ran: Sequence[Ran], again: str) -> None:
    """Write a line for each scenario, then the reasons of each that was not kept."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("verdict", no_wrap=True)
    table.add_column("scenario", overflow="fold")
    table.add_column("acts", justify="right")
    table.add_column("looks", justify="right")
    table.add_column("rules decided", justify="right")
    for one in ran:
        word, style = WORDS[one.exit]
        name = Text(printable(one.title or one.file))
        row = (str(one.acts), str(one.looks), str(len(one.decisive)))
        table.add_row(Text(word, style=style), name, *row)
    console.print(table)
    for one in ran:
        _measured(console, one)
        _reasons(console, one)
    bad = sum(one.exit is not Exit.KEPT for one in ran)
    kept = len(ran) - bad
    console.print(f"{kept} of {len(ran)} scenarios kept")
    if bad:
        console.print(Text(f"again: {printable(again)}"), soft_wrap=True)


def _measured(console: Console, one: Ran) -> None:
    """Write the first figures of a run with many messages."""
    if one.measured is None or one.measured.totals["messages"] < MANY:
        return
    told = "; ".join(f"{value} {what}" for value, what in facts(one.measured))
    console.print(Text(printable(f"{one.title}: {told}")), soft_wrap=True)


def _reasons(console: Console, one: Ran) -> None:
    lines = [f"{error}" for error in one.errors]
    differences, told = 0, 0
    more: Counter[str] = Counter()
    for reason in one.reasons:
        if isinstance(reason, Differed):
            differences += 1
            if differences > DIFFERENCES_MAX:
                continue
        elif told == REASONS_MAX:
            more[reason.rule] += 1
            continue
        else:
            told += 1
        lines.append(f"{one.file}{_place(reason)}: {reason.title}")
        lines += [f"  {f'{what}:':<9} {said}" for what, said in reason.parts]
    if more:
        rules = ", ".join(f"{rule} {count}" for rule, count in more.most_common())
        lines.append(f"{one.file}: {more.total()} more, which --json tells: {rules}")
    if differences > DIFFERENCES_MAX:
        lines.append(f"{one.file}: {differences - DIFFERENCES_MAX} more differences")
    if one.let_pass:
        rules = ", ".join(sorted({each.finding.rule for each in one.let_pass}))
        counted = ", ".join(one.always)
        lines.append(f"{one.file}: violated too, and not counted (always: {counted}): {rules}")
    limits = () if one.measured is None else one.measured.limits
    lines += [f"{one.file}: limit {limit}" for limit in limits if limit.kept is False]
    lines += [f"{one.file}: undecided: {reason}" for reason in one.undecided]
    if lines and one.seed is not None:
        lines.append(f"{one.file}: seed {one.seed}{_scaled(one)}")
    for line in lines:
        console.print(Text(printable(line)), soft_wrap=True)


def _place(reason: Failure | Broken | Differed) -> str:
    """Name the line of the file; of what people do by chance, that of the trace."""
    if reason.line:
        return f":{reason.line}"
    return f": line {reason.finding.line} of the trace" if isinstance(reason, Broken) else ""


def _scaled(one: Ran) -> str:
    return "" if one.scale in {None, 1.0} else f", scale {(one.scale or 1.0) * 100:g} %"


def as_json(ran: Sequence[Ran], again: str) -> bytes:
    """Give the result of all files as one JSON document."""
    code = worst_of(one.exit for one in ran)
    result = {
        "verdict": code.name.lower(),
        "exit": int(code),
        "again": again,
        "scenarios": [_plain(one) for one in ran],
    }
    return orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _plain(one: Ran) -> dict[str, Any]:
    told = asdict(
        one,
        filter=lambda field, _: (
            field.name
            not in {"lines", "exit", "measured", "delivered", "witnesses", "wrong", "steps"}
        ),
    )
    measured = None if one.measured is None else one.measured.plain()
    return {**told, "measured": measured, "verdict": one.exit.name.lower(), "exit": int(one.exit)}


def as_junit(ran: Sequence[Ran]) -> bytes:
    """Give the result as JUnit XML: a test for each scenario."""
    failed = sum(one.exit is Exit.VIOLATED for one in ran)
    errors = sum(one.exit in {Exit.BAD_INPUT, Exit.ENVIRONMENT} for one in ran)
    skipped = sum(one.exit is Exit.UNDECIDED for one in ran)
    root = ET.Element("testsuites", name="simulator run")
    suite = ET.SubElement(
        root,
        "testsuite",
        name="scenarios",
        tests=str(len(ran)),
        failures=str(failed),
        errors=str(errors),
        skipped=str(skipped),
    )
    tags = {Exit.VIOLATED: "failure", Exit.UNDECIDED: "skipped", Exit.KEPT: ""}
    for one in ran:
        name = printable(one.title or one.file)
        case = ET.SubElement(suite, "testcase", classname=printable(one.file), name=name)
        tag = tags.get(one.exit, "error")
        if one.measured is not None:
            figures = ET.SubElement(case, "properties")
            for key, value in one.measured.flat().items():
                ET.SubElement(figures, "property", name=key, value=f"{round(value, 6):.15g}")
        if tag:
            ET.SubElement(case, tag, message=printable(one.why))
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
