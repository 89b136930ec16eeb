"""The command line of `simulator compare`."""

import os
import shlex
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from reference.lazy import Command
from simulator.compare.comparing import compare_runs
from simulator.compare.outputs import as_json, write_text
from simulator.compare.settings import Change, changes
from simulator.exits import Exit
from simulator.history.moments import MICROSECOND
from simulator.printing import STDOUT, write_document
from simulator.report.comparison import comparison_html
from simulator.run import options
from simulator.run.command import scale_asked
from simulator.run.place import Place
from simulator.run.running import Task
from simulator.scenario.file import BadScenario, Scenario, read_scenario
from simulator.scenario.quantities import duration


@click.command(cls=Command)
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="SLOT=VALUE,…",
    help="What is set otherwise: replicate_every=1m,15m,never; delivery=immediate,with_replication."
    " Given twice, every combination is run.",
)
@click.option(
    "--target",
    type=click.Choice(["model", "server"]),
    default="model",
    show_default=True,
    help="The domain in memory, or a server of our own for each run.",
)
@options.LIMIT
@click.option("--seed", type=click.IntRange(min=0), help="What chance begins with.")
@options.SCALE
@options.JSON
@options.REPORT
@click.option("--jobs", type=click.IntRange(min=1), help="How many runs side by side.")
def compare(  # noqa: PLR0913, PLR0917 - the options
    scenario: Path,
    vary: tuple[str, ...],
    target: str,
    limit: str,
    seed: int | None,
    scale: str | None,
    json_file: Path | None,
    report: Path | None,
    jobs: int | None,
) -> None:
    """Run a scenario under several settings, with the same people at the same times.

    Messages must come at the same moments whatever the interval of the replication (DLV-1): all
    deliveries of the runs are held together, and the first that differs is shown. With
    delivery=with_replication it shows what it would be like if messages waited for a run; what
    the file's own steps and limits ask for is not asked there.
    """
    asked, limit_us = _asked(vary, limit)
    factor = scale_asked(scale)
    read = _read(scenario)
    again = shlex.join(["collab-simulator", *sys.argv[1:]])
    console = Console(stderr=True)
    try:
        if report is not None:
            report.mkdir(parents=True, exist_ok=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            bar = progress.add_task("runs", total=len(asked))
            compared = compare_runs(
                scenario,
                read,
                asked,
                task=Task(place=Place(target), limit_us=limit_us, seed=seed, scale=factor),
                jobs=jobs or os.cpu_count() or 1,
                done=lambda: progress.advance(bar),
            )
        on_stdout = json_file == STDOUT
        write_text(Console(stderr=on_stdout, soft_wrap=False), compared, again)
        if json_file is not None:
            write_document(json_file, as_json(compared, again))
        if report is not None:
            place = report / "compare.html"
            place.write_text(comparison_html(compared, again), encoding="utf-8")
            click.echo(f"report: {place}", err=on_stdout)
    except OSError as error:
        click.echo(f"{error.filename or 'output'}: {error.strerror or error}", err=True)
        sys.exit(Exit.ENVIRONMENT)
    sys.exit(compared.exit)


def _asked(vary: tuple[str, ...], limit: str) -> tuple[list[Change], int]:
    try:
        asked = list(changes(vary))
    except ValueError as error:
        raise click.UsageError(f"--vary: {error}") from None
    try:
        return asked, duration(limit) // MICROSECOND
    except ValueError as error:
        raise click.UsageError(f"--limit: {error}") from None


def _read(path: Path) -> Scenario:
    try:
        return read_scenario(path)
    except BadScenario as bad:
        click.echo("\n".join(map(str, bad.faults)))
        sys.exit(Exit.BAD_INPUT)
    except OSError as error:
        click.echo(f"{path}: {error.strerror or error}", err=True)
        sys.exit(Exit.ENVIRONMENT)
