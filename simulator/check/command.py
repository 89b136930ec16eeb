"""The command line of `simulator check`."""

import re
import shlex
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, cast

import click
import orjson
from attrs import define
from rich.console import Console
from rich.progress import Progress

from reference.lazy import Command
from simulator.check import answers
from simulator.check.judging import Checked, Task, check_trace
from simulator.check.outputs import as_json, as_junit, worst, write_text
from simulator.exits import Exit, worst_of
from simulator.history.bad_input import suggest
from simulator.history.checks import readings_fault
from simulator.history.clauses import CLAUSES, Shown
from simulator.history.reading import Readable
from simulator.history.schema import line_schema
from simulator.printing import printable, write_document

_STDIN: Final = "-"
_LIMIT: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(us|ms|s|m|h)", re.ASCII)
_UNITS_US: Final = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
#: From this size on a check tells how far it is: a bar on a terminal, else a line for each so many.
_LONG_BYTES: Final = 1 << 25
_TOLD_BYTES: Final = 1 << 29


def parse_readings(told: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE of each `--reading`; raises click.UsageError for an unknown one."""
    readings: dict[str, str] = {}
    for one in told:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.UsageError(f"--reading {one}: it is NAME=VALUE")
        fault = readings_fault({name: value})
        if fault is not None:
            raise click.UsageError(f"--reading {one}: {fault.message} ({fault.hint})")
        readings[name] = value
    return readings


def parse_limit(text: str) -> int:
    """Read a duration with its unit, in microseconds; raises click.UsageError."""
    parts = _LIMIT.fullmatch(text)
    limit_us = 0 if parts is None else round(float(parts[1]) * _UNITS_US[parts[2]])
    if not limit_us:
        raise click.UsageError(f"--limit {text}: it is a duration like 500ms, 2s or 1m")
    return limit_us


def parse_required(told: Sequence[str]) -> tuple[str, ...]:
    """Check the rule ids of `--require`; raises click.UsageError for one that no trace shows."""
    for rule in told:
        if rule not in CLAUSES:
            raise click.UsageError(f"--require {rule}: unknown rule ({suggest(rule, CLAUSES)})")
        if CLAUSES[rule].shown is not Shown.TRACE:
            message = f"--require {rule}: no trace shows it, it needs a {CLAUSES[rule].shown}"
            raise click.UsageError(message)
    return tuple(told)


@define
class _Told:
    """A stream that tells how many bytes were read of it."""

    stream: Readable
    tell: Callable[[int], None]

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; none at the end."""
        data = self.stream.read(size)
        self.tell(len(data))
        return data


@contextmanager
def _progress(name: str, total: int | None) -> Generator[Callable[[int], None]]:
    """Show on stderr how much of a long file is read."""
    if total is not None and total < _LONG_BYTES:
        yield lambda _size: None
    elif sys.stderr.isatty():
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(printable(name), total=total)
            yield lambda size: progress.advance(task, size)
    else:
        yield _counter(name, total)


def _counter(name: str, total: int | None) -> Callable[[int], None]:
    read = 0

    def tell(size: int) -> None:
        nonlocal read
        before, read = read, read + size
        if before // _TOLD_BYTES < read // _TOLD_BYTES:
            of = "" if total is None else f" of {total >> 20}"
            click.echo(f"{printable(name)}: {read >> 20}{of} MiB read", err=True)

    return tell


@contextmanager
def _opened(name: str) -> Generator[Readable]:
    """Open a file, or the standard input for `-`, that tells how much of it is read."""
    if name == _STDIN:
        with _progress(name, None) as tell:
            yield _Told(sys.stdin.buffer, tell)
    else:
        with Path(name).open("rb") as stream, _progress(name, Path(name).stat().st_size) as tell:
            yield _Told(stream, tell)


def check_file(name: str, task: Task) -> Checked:
    """Check one file, or the standard input for `-`; an unreadable file is a result too."""
    try:
        with _opened(name) as stream:
            return check_trace(stream, name, task)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return Checked(name, Exit.ENVIRONMENT, error=_unreadable(name, error))


def _unreadable(name: str, error: OSError | ValueError) -> str:
    why = error.strerror if isinstance(error, OSError) else None
    return f"{name}: {why or error}"


def _answer(
    traces: Sequence[str], repeat: str, ask: Callable[[Readable, str], tuple[list[str], Exit]]
) -> Exit:
    """Print the answer to a question about each trace, and give the exit code."""
    codes: list[Exit] = []
    for name in traces:
        try:
            with _opened(name) as stream:
                lines, code = ask(stream, name)
        except (OSError, ValueError) as error:
            lines, code = [f"error: {_unreadable(name, error)}"], Exit.ENVIRONMENT
        codes.append(code)
        for line in lines:
            click.echo(printable(line))
    code = worst_of(codes)
    if code is not Exit.KEPT:
        click.echo(f"again: {printable(repeat)}")
    return code


def _write(target: str, content: bytes) -> None:
    try:
        write_document(Path(target), content)
    except OSError as error:
        click.echo(f"error: {target}: {error.strerror}", err=True)
        raise click.exceptions.Exit(Exit.ENVIRONMENT) from error


def again(context: click.Context) -> str:
    """Word the command line that repeats this one."""
    words: list[str] = []
    for parameter in context.command.params:
        value: object = context.params.get(parameter.name or "")
        if value and value != parameter.default:
            words += _repeated(
                parameter,
                cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,),
            )
    return f"{context.command_path} {shlex.join(words)}"


def _repeated(parameter: click.Parameter, values: tuple[object, ...]) -> list[str]:
    if isinstance(parameter, click.Argument):
        return [str(value) for value in values]
    flags = [
        (parameter.opts[0],) if value is True else (parameter.opts[0], str(value))
        for value in values
    ]
    return [word for flag in flags for word in flag]


@click.command(cls=Command)
@click.argument("traces", nargs=-1, metavar="TRACE…")
@click.option("--reading", multiple=True, metavar="NAME=VALUE", help="Judge by this reading.")
@click.option("--require", multiple=True, metavar="RULE", help="Undecided unless it was decisive.")
@click.option("--infer-readings", is_flag=True, help="Which readings does the trace follow?")
@click.option("--explain", "what", metavar="MESSAGE|CASE", help="Why does it count as it does?")
@click.option("--for", "recipient", metavar="ADDRESS", help="With --explain: for whom.")
@click.option("--limit", default="2s", metavar="TIME", help="What counts as at once (2s).")
@click.option("--json", "json_file", metavar="FILE", help="Write the result as JSON; - is stdout.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write JUnit XML; - is stdout.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a line and stop.")
@click.pass_context
def check(  # noqa: PLR0913 - the options of the command line
    context: click.Context,
    *,
    traces: tuple[str, ...],
    reading: tuple[str, ...],
    require: tuple[str, ...],
    infer_readings: bool,
    what: str | None,
    recipient: str | None,
    limit: str,
    json_file: str | None,
    junit_file: str | None,
    schema: bool,
) -> None:
    """Check traces (JSON Lines; - is the standard input) against the rules.

    Exit codes: 0 kept, 1 violated, 2 bad usage or input, 3 undecided, 4 a file cannot be read.
    """
    if schema:
        click.echo(orjson.dumps(line_schema(), option=orjson.OPT_INDENT_2).decode())
        return
    if not traces:
        raise click.UsageError("name at least one trace, or - for the standard input")
    if json_file == junit_file == _STDIN:
        raise click.UsageError("only one of --json and --junit can go to the standard output")
    task = Task(parse_readings(reading), parse_required(require), parse_limit(limit))
    if recipient is not None and what is None:
        raise click.UsageError("--for goes with --explain MESSAGE")
    if infer_readings and what is not None:
        raise click.UsageError("--infer-readings and --explain are two questions: ask one")
    if (infer_readings or what is not None) and (require or json_file or junit_file):
        message = "--require, --json and --junit are for verdicts: leave them out with a question"
        raise click.UsageError(message)
    if infer_readings and reading:
        raise click.UsageError("--infer-readings tries every reading: leave out --reading")
    if infer_readings:
        ask = partial(answers.infer_readings, task=task)
        context.exit(_answer(traces, again(context), ask))
    if what is not None:
        ask = partial(answers.explain, task=task, what=what, recipient=recipient)
        context.exit(_answer(traces, again(context), ask))
    checked = [check_file(name, task) for name in traces]
    _write_all(checked, again(context), json_file, junit_file)
    context.exit(worst(checked))


def _write_all(
    checked: Sequence[Checked], repeat: str, json_file: str | None, junit_file: str | None
) -> None:
    """Write every output asked for; the text goes to stderr where stdout is a document."""
    on_stdout = _STDIN in (json_file, junit_file)
    write_text(Console(stderr=on_stdout, highlight=False), checked, repeat)
    if json_file is not None:
        _write(json_file, as_json(checked, repeat))
    if junit_file is not None:
        _write(junit_file, as_junit(checked))
