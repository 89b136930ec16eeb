"""Writes what came of a check: for people, as JSON, as JUnit."""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

import orjson
from attrs import asdict
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.check.judging import Checked
from simulator.exits import Exit, worst_of
from simulator.history.clauses import CLAUSES
from simulator.oracle import Finding
from simulator.printing import printable


def worst(checked: Iterable[Checked]) -> Exit:
    """Give the exit code of several files: environment, bad input, violated, undecided, kept."""
    return worst_of(one.exit for one in checked)


def write_text(console: Console, checked: Sequence[Checked], again: str) -> None:
    """Write the findings with their lines, how often each rule decided, and how to repeat it."""
    for one in checked:
        if one.error:
            for error in (one.error, *one.further):
                _line(console, f"error: {error}")
            continue
        if console.is_terminal and one.findings:
            console.print(_findings_table(one))
        else:
            for finding in one.findings:
                _line(console, _prose(one, finding))
        _decisive(console, one)
        for reason in one.undecided:
            _line(console, f"{one.file}: undecided: {reason}")
        _line(console, f"{one.file}: {_summary(one)}")
    if worst(checked) is not Exit.KEPT:
        _line(console, f"again: {again}")


def _line(console: Console, text: str) -> None:
    console.print(Text(printable(text)), soft_wrap=True)


def _prose(one: Checked, finding: Finding) -> str:
    times = f" ({finding.count} times)" if finding.count > 1 else ""
    return (
        f"{one.file}:{finding.line}: {finding.rule}{times}\n"
        f"  seen:     {finding.seen}\n"
        f"  demanded: {finding.demanded}\n"
        f"  because:  {finding.because}"
    )


def _findings_table(one: Checked) -> Table:
    table = Table(title=Text(printable(one.file)), title_justify="left", show_lines=True)
    table.add_column("line", justify="right")
    for name in ("rule", "seen", "demanded", "because"):
        table.add_column(name, no_wrap=name == "rule", overflow="fold")
    table.add_column("times", justify="right")
    for finding in one.findings:
        cells = (finding.rule, finding.seen, finding.demanded, finding.because)
        table.add_row(
            str(finding.line), *(Text(printable(cell)) for cell in cells), str(finding.count)
        )
    return table


def _decisive(console: Console, one: Checked) -> None:
    if not one.decisive:
        return
    counts = ", ".join(f"{rule} {one.decisive[rule]}" for rule in _in_order(one.decisive))
    _line(console, f"{one.file}: decisive: {counts}")


def _in_order(rules: Iterable[str]) -> list[str]:
    places = {rule: place for place, rule in enumerate(CLAUSES)}
    return sorted(rules, key=lambda rule: (places.get(rule, len(places)), rule))


def _summary(one: Checked) -> str:
    word = one.exit.name.lower()
    lines = f"{one.lines} line{'s' if one.lines != 1 else ''}"
    findings = f"{len(one.findings)} finding{'s' if len(one.findings) != 1 else ''}"
    return f"{word}, {findings} in {lines}"


def as_json(checked: Sequence[Checked], again: str) -> bytes:
    """Give the result of all files as one JSON document."""
    files = [
        {
            "file": _sound(one.file),
            "verdict": one.exit.name.lower(),
            "exit": int(one.exit),
            "error": _sound(one.error) or None,
            "further": [_sound(error) for error in one.further],
            "lines": one.lines,
            "readings": dict(one.readings),
            "findings": [asdict(finding) for finding in one.findings],
            "undecided": list(one.undecided),
            "decisive": {rule: one.decisive[rule] for rule in _in_order(one.decisive)},
        }
        for one in checked
    ]
    code = worst(checked)
    result = {
        "verdict": code.name.lower(),
        "exit": int(code),
        "again": _sound(again),
        "files": files,
    }
    return orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _sound(value: str) -> str:
    """Escape what UTF-8 cannot hold: halves of characters, as names of files may have them."""
    return value.encode(errors="backslashreplace").decode()


def as_junit(checked: Sequence[Checked]) -> bytes:
    """Give the result as JUnit XML: a suite for each file, a case for each rule of a trace."""
    root = ET.Element("testsuites", name="simulator check")
    for one in checked:
        _suite(root, one)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _suite(root: ET.Element, one: Checked) -> None:
    rules = _in_order({*one.decisive, *(finding.rule for finding in one.findings)})
    failed = {finding.rule for finding in one.findings}
    extra = bool(one.error) + bool(one.undecided)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=printable(one.file),
        tests=str(len(rules) + extra),
        failures=str(len(failed)),
        errors=str(int(bool(one.error))),
        skipped=str(int(bool(one.undecided))),
    )
    for rule in rules:
        case = _case(suite, one, rule)
        found = [finding for finding in one.findings if finding.rule == rule]
        if found:
            place = f"{one.file}:{found[0].line}"
            message = printable(f"{place}: {found[0].seen}, demanded: {found[0].demanded}")
            failure = ET.SubElement(case, "failure", message=message)
            failure.text = printable("\n".join(_prose(one, finding) for finding in found))
    if one.error:
        error = ET.SubElement(_case(suite, one, "input"), "error", message=printable(one.error))
        error.text = printable("\n".join(one.further)) or None
    if one.undecided:
        message = printable("; ".join(one.undecided))
        ET.SubElement(_case(suite, one, "undecided"), "skipped", message=message)


def _case(suite: ET.Element, one: Checked, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=printable(one.file), name=name)
