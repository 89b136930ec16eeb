"""The command line of `simulator rules`."""

import sys
from collections import Counter
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from reference.lazy import Command
from simulator.exits import Exit
from simulator.history.clauses import Shown
from simulator.rules.coverage import Cover, covers

#: Where a checkout has its tests; an installed package has none.
_TESTS: Final = Path("tests")


@click.command(cls=Command)
@click.option("--check", is_flag=True, help="Exit with 1 if nothing covers one of the clauses.")
def rules(*, check: bool) -> None:
    """Print every clause of the rules: what shows it in a trace, and what covers it."""
    here = _TESTS.is_dir()
    if check and not here:
        raise click.UsageError("--check counts the tests too: run it where the project's tests are")
    found = list(covers(_TESTS))
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(_table(found))
    shown = Counter(cover.clause.shown for cover in found)
    console.print(", ".join(f"{shown[kind]} by {kind}" for kind in Shown), markup=False)
    missing = [cover for cover in found if cover.missing and here]
    for cover in missing:
        console.print(f"{cover.clause.id} is not covered: {cover.missing}", markup=False)
    if check:
        sys.exit(Exit.VIOLATED if missing else Exit.KEPT)


def _table(found: list[Cover]) -> Table:
    columns = ("clause", "promise", "shown by", "promises", "examples", "flaws", "scenarios")
    table = Table(*columns, "tests")
    for column in table.columns:
        column.overflow = "fold"  # on a narrow terminal nothing is left out
    for cover in found:
        clause = cover.clause
        table.add_row(
            clause.id,
            clause.promise,
            "\n".join(clause.fields) or clause.shown,
            str(len(cover.promises) or ""),
            "\n".join(
                name.removeprefix(f"{clause.id}-").removesuffix(".jsonl") for name in cover.examples
            ),
            str(len(cover.flaws) or ""),
            str(len(cover.scenarios) or ""),
            "\n".join(cover.tests),
        )
    return table
