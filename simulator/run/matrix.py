"""Scenarios against flaws: which file notices that one thing is broken, and by which rule."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.exits import Exit
from simulator.flaws import FLAWS, Flaw
from simulator.run.running import MakeTarget, Task, in_memory, run_file
from simulator.scenario.file import BadScenario, read_scenario
from simulator.world.result import Ran


@frozen
class Row:
    """A flaw, and the files that notice it, each with the first rule that it names."""

    flaw: str
    caught: tuple[tuple[str, str], ...]


def scripted(files: Iterable[Path]) -> list[Path]:
    """Leave out the populations: each would run for each flaw, and proves less than a script."""
    return [file for file in files if not _has_population(file)]


def _has_population(file: Path) -> bool:
    try:
        return read_scenario(file).population is not None
    except (BadScenario, OSError):
        return False  # whoever runs it tells what is wrong


def fit_for(files: Sequence[Path]) -> tuple[Ran, ...]:
    """Give what is wrong with files without any flaw: they could not tell one from another."""
    ran = (run_file(file, Task()) for file in files)
    bad = {Exit.VIOLATED, Exit.BAD_INPUT, Exit.ENVIRONMENT}
    return tuple(one for one in ran if one.exit in bad)


def row_of(name: str, files: Sequence[Path]) -> Row:
    """Run all files on a model with a flaw."""
    flaw = FLAWS[name]
    caught: list[tuple[str, str]] = []
    for file in files:
        ran = run_file(file, Task(), _flawed(flaw))
        if ran.exit in {Exit.VIOLATED, Exit.BAD_INPUT}:
            caught.append((str(file), _rule(ran)))
    return Row(name, tuple(caught))


def _flawed(flaw: Flaw) -> MakeTarget:
    return lambda scenario, rules: in_memory(scenario, flaw.change(rules))


def _rule(ran: Ran) -> str:
    if ran.broken:
        return ran.broken[0].finding.rule
    return ran.failures[0].rule if ran.failures else ""


def write_matrix(console: Console, rows: Iterable[Row]) -> bool:
    """Write which files notice each flaw; say whether all are noticed."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("flaw", overflow="fold")
    table.add_column("files", justify="right")
    table.add_column("first noticed by", overflow="fold")
    table.add_column("rule", no_wrap=True)
    missed = 0
    total = 0
    for row in rows:
        total += 1
        missed += not row.caught
        file, rule = row.caught[0] if row.caught else ("nobody", "")
        style = "" if row.caught else "bold red"
        table.add_row(row.flaw, str(len(row.caught)), Text(file, style=style), rule)
    console.print(table)
    console.print(f"{total - missed} of {total} flaws are noticed by at least one scenario")
    return not missed
