"""The command lines of `simulator run` and `simulator lint`."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
import orjson
from rich.console import Console

from reference.lazy import Command
from simulator.exits import Exit, worst_of
from simulator.flaws import FLAWS
from simulator.history.moments import MICROSECOND
from simulator.printing import STDOUT, write_document
from simulator.report.report import report_html
from simulator.run import options
from simulator.run.matrix import Row, fit_for, row_of, scripted, write_matrix
from simulator.run.outputs import as_json, as_junit, write_text
from simulator.run.place import Place
from simulator.run.running import Task
from simulator.run.side_by_side import run_all
from simulator.scenario.file import BadScenario, read_scenario, schema
from simulator.scenario.population import scale_of
from simulator.scenario.quantities import duration
from simulator.targets.access import access_from, url_of
from simulator.world.result import Ran


def files_in(named: Sequence[Path]) -> list[Path]:
    """Give the scenario files that are named, those in folders in the order of their names.

    Raises:
        click.UsageError: where there is none.
    """
    files: list[Path] = []
    for path in named:
        found = [path]
        if path.is_dir():
            found = sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])
        if not found:
            raise click.UsageError(f"{path}: no scenario file (*.yaml) is in this folder")
        files += found
    return list(dict.fromkeys(files))


@click.command(cls=Command)
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--seed", type=click.IntRange(min=0), help="What chance begins with; each file has its own."
)
@options.SCALE
@click.option(
    "--target",
    default="model",
    show_default=True,
    metavar="model|server|URL",
    help="Where: in memory, on a server that is started for it, on another implementation.",
)
@click.option(
    "--access",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With a URL: a TOML file with tokens and where mails arrive.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=1),
    default=1.0,
    show_default=True,
    help="With a URL in real time: how much faster waiting passes.",
)
@click.option(
    "--max-wait",
    metavar="TIME",
    default="10m",
    show_default=True,
    help="With a URL in real time: how long a file may wait.",
)
@options.LIMIT
@click.option(
    "--trace", metavar="DIR", type=click.Path(path_type=Path), help="A folder for the traces."
)
@options.JSON
@click.option(
    "--junit", metavar="FILE", type=click.Path(path_type=Path), help="Write JUnit XML; - is stdout."
)
@options.REPORT
@click.option(
    "--flaws", is_flag=True, help="Show which file notices which known flaw (populations left out)."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="How many files side by side; one where they share a clock or a port for mails.",
)
def run(  # noqa: PLR0913, PLR0917 - the options
    scenarios: tuple[Path, ...],
    seed: int | None,
    scale: str | None,
    target: str,
    access: Path | None,
    speed: float,
    max_wait: str,
    limit: str,
    trace: Path | None,
    json_file: Path | None,
    junit: Path | None,
    report: Path | None,
    jobs: int | None,
    *,
    flaws: bool,
) -> None:
    """Run scenario files, or all in a folder, and judge every act and observation."""
    files = files_in(scenarios)
    jobs = jobs or os.cpu_count() or 1
    again = shlex.join(["collab-simulator", *sys.argv[1:]])
    place = _place(target, access, speed, max_wait)
    if flaws:
        if place.target != "model":
            raise click.UsageError("--flaws runs on the model: leave --target out")
        if any((trace, json_file, junit, report)):
            raise click.UsageError("--flaws prints its matrix and writes no files")
        unfit = fit_for(files := scripted(files))
        if unfit:
            write_text(Console(soft_wrap=False), unfit, again)
            sys.exit(worst_of(one.exit for one in unfit))
        noticed = write_matrix(Console(soft_wrap=False), _matrix(files, jobs))
        sys.exit(Exit.KEPT if noticed else Exit.VIOLATED)
    limit_us = _span(limit, "--limit") // MICROSECOND
    if not limit_us:
        raise click.UsageError(
            "--limit 0s: something takes time; write a duration like 500ms or 2s"
        )
    _check_places(files, trace, json_file, junit)
    try:
        for folder in filter(None, (trace, report)):
            folder.mkdir(parents=True, exist_ok=True)
        task = Task(
            trace=trace,
            keep=report is not None,
            limit_us=limit_us,
            seed=seed,
            scale=scale_asked(scale),
            place=place,
        )
        if place.serves_one_at_a_time():
            jobs = 1
        ran = run_all(files, task, jobs)
        console = Console(stderr=STDOUT in {json_file, junit}, soft_wrap=False)
        write_text(console, ran, again)
        _write_files(ran, again, json_file, junit, report)
    except OSError as error:  # a file that cannot be written, or a target that cannot be used
        file = f"{error.filename}: " if error.filename else ""
        click.echo(f"{file}{error.strerror or error}\nagain: {again}", err=True)
        sys.exit(Exit.ENVIRONMENT)
    sys.exit(worst_of(one.exit for one in ran))


def _check_places(
    files: Sequence[Path], trace: Path | None, json_file: Path | None, junit: Path | None
) -> None:
    """Check that no output would go where another one does."""
    if trace is not None and len({file.stem for file in files}) < len(files):
        raise click.UsageError("--trace: two files have the same name, and so would their traces")
    if json_file == junit == STDOUT:
        raise click.UsageError("only one of --json and --junit can go to the standard output")


def _write_files(
    ran: Sequence[Ran], again: str, json_file: Path | None, junit: Path | None, report: Path | None
) -> None:
    for place, content in ((json_file, as_json(ran, again)), (junit, as_junit(ran))):
        if place is not None:
            write_document(place, content)
    if report is not None:
        place = report / "report.html"
        place.write_text(report_html(ran, again), encoding="utf-8")
        click.echo(f"report: {place}", err=STDOUT in {json_file, junit})


def _span(text: str, option: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None


def _place(target: str, access: Path | None, speed: float, max_wait: str) -> Place:
    """Check where to run.

    Raises:
        click.UsageError: for an address that is none, an access file that is missing or wrong.
    """
    wait_max = _span(max_wait, "--max-wait")
    if target in {"model", "server"}:
        if access is not None:
            raise click.UsageError(f"--access is for a URL: --target {target} needs none")
        return Place(target)
    if "://" not in target:
        raise click.UsageError(
            f"--target {target}: write model, server, or an address like http://127.0.0.1:8080"
        )
    if access is None:
        raise click.UsageError(
            '--access: name a TOML file that says as whom to act: operator = "TOKEN"'
        )
    try:
        return Place(url_of(target), access_from(access), speed, wait_max)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _matrix(files: Sequence[Path], jobs: int) -> Iterator[Row]:
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(row_of, files=files), FLAWS)


def scale_asked(text: str | None) -> float | None:
    """Read what --scale asks for; None where each file has its own.

    Raises:
        UsageError: for what is no scale.
    """
    if text is None:
        return None
    try:
        return scale_of(text)
    except ValueError as error:
        raise click.UsageError(f"--scale: {error}") from None


@click.command(cls=Command)
@click.argument("scenarios", nargs=-1, type=click.Path(path_type=Path))
@click.option("--schema", "show_schema", is_flag=True, help="Print the JSON Schema of the files.")
def lint(scenarios: tuple[Path, ...], *, show_schema: bool) -> None:
    """Find every mistake in scenario files without running them."""
    if show_schema:
        click.echo(orjson.dumps(schema(), option=orjson.OPT_INDENT_2).decode())
        return
    if not scenarios:
        raise click.UsageError("name a scenario file or a folder")
    bad = 0
    code = Exit.KEPT
    files = files_in(scenarios)
    for file in files:
        try:
            read_scenario(file)
        except BadScenario as error:
            bad += 1
            click.echo("\n".join(map(str, error.faults)))
        except OSError as error:
            bad += 1
            code = Exit.ENVIRONMENT
            click.echo(f"{file}: {error.strerror or error}", err=True)
    click.echo(f"{len(files) - bad} of {len(files)} files are in order")
    sys.exit(code or (Exit.BAD_INPUT if bad else Exit.KEPT))
