"""The command line of `simulator explore`."""

import gc
import os
import shlex
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import Final, TypeVar

import click
import orjson
from attrs import frozen
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from reference.domain.rules import rules_for
from reference.lazy import Command
from simulator.exits import Exit
from simulator.explore.goals import GOALS
from simulator.explore.hunting import HARMLESS, Caught, flaw_named, hunt
from simulator.explore.replay import trace_of
from simulator.explore.search import Found, Settings, search, settings_of
from simulator.explore.worlds import WORLDS, Record
from simulator.flaws import FLAWS, cell_flaws
from simulator.history.bad_input import suggest
from simulator.history.clauses import CLAUSES, Shown
from simulator.oracle import Finding

Task = TypeVar("Task")
Result = TypeVar("Result")
_TOLD_S: Final = 5.0  # without a terminal, progress is told this often


@frozen
class Explored:
    """What one setting came to, and the trace of what went wrong in it."""

    settings: Settings
    found: Found
    seconds: float
    trace: tuple[Record, ...] = ()
    finding: Finding | None = None


@click.command(cls=Command)
@click.argument("worlds", nargs=-1, metavar="[WORLD]...")
@click.option(
    "--messages", type=click.IntRange(1, 6), help="Messages a world may hold; more take long."
)
@click.option("--flaw", metavar="NAME", help="Print the shortest trace that shows this flaw.")
@click.option(
    "--flaws", is_flag=True, help="Score: is every known flaw, every changed cell caught?"
)
def explore(
    worlds: tuple[str, ...], messages: int | None, flaw: str | None, *, flaws: bool
) -> None:
    """Explore every interleaving of acts in small worlds; domain and oracle have to agree.

    Without WORLD all of them are explored, and a rule or goal that never came up is undecided.
    """
    for name in worlds:
        if name not in WORLDS:
            raise click.UsageError(f"unknown world {name}: {suggest(name, WORLDS)}")
    if (flaw or flaws) and (worlds or messages):
        raise click.UsageError("--flaw and --flaws search all worlds: leave out WORLD, --messages")
    if flaw and flaws:
        raise click.UsageError("--flaw shows one flaw, --flaws scores all: give one of them")
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    if flaw:
        code = _show_flaw(flaw, console)
    elif flaws:
        code = _score(console)
    else:
        code = _explore(worlds or tuple(WORLDS), messages, console, whole=not worlds)
    if code is not Exit.KEPT:
        again = f"again: {shlex.join(['collab-simulator', *sys.argv[1:]])}"
        console.print(again, markup=False, soft_wrap=True)
    sys.exit(code)


def _explore(worlds: Sequence[str], messages: int | None, console: Console, *, whole: bool) -> Exit:
    tasks = [settings for name in worlds for settings in settings_of(WORLDS[name], messages)]
    explored = list(_side_by_side(_explored, tasks, "settings explored"))
    order = {settings: place for place, settings in enumerate(map(_key, tasks))}
    explored.sort(key=lambda one: order[_key(one.settings)])
    console.print(_worlds_table(explored))
    faulty = [one for one in explored if one.finding is not None]
    for one in faulty:
        console.print(f"\n{one.settings.world.name} {_told(one.settings)}:", markup=False)
        _print_trace(one.trace, one.finding, console)
    decisive: Counter[str] = Counter()
    for one in explored:
        decisive.update(one.found.decisive)
    console.print(_rules_text(decisive), markup=False)
    silent = [id_ for id_, c in CLAUSES.items() if c.shown is Shown.TRACE and not decisive[id_]]
    reached = {goal for one in explored for goal in one.found.goals}
    for goal in GOALS:
        console.print(f"{'came up' if goal in reached else 'NEVER'}: {goal}", markup=False)
    if faulty:
        console.print("violated: domain and oracle disagree", markup=False)
        return Exit.VIOLATED
    if whole and (silent or len(reached) < len(GOALS)):
        missing = [*silent, *(goal for goal in GOALS if goal not in reached)]
        console.print(f"undecided: never came up: {', '.join(missing)}", markup=False)
        return Exit.UNDECIDED
    console.print("kept: domain and oracle agree in every state", markup=False)
    return Exit.KEPT


def _key(settings: Settings) -> tuple[str, str]:
    return settings.world.name, _told(settings)


def _told(settings: Settings) -> str:
    return ", ".join(f"{name}={value}" for name, value in settings.readings.items()) or "defaults"


def _explored(settings: Settings) -> Explored:
    gc.disable()  # states live as long as the search, and hold no cycles
    rules = settings.rules()
    start = time.perf_counter()
    found = Found()
    for found in search(settings, rules):  # noqa: B007 - the last one is the whole
        pass
    seconds = time.perf_counter() - start
    if found.counterexample is None:
        return Explored(settings, found, seconds)
    lines, finding = trace_of(settings, rules, found.counterexample)
    return Explored(settings, found, seconds, tuple(lines), finding)


def _side_by_side(
    work: Callable[[Task], Result], tasks: Sequence[Task], what: str
) -> Iterator[Result]:
    """Do the tasks on all cores; the progress is told on the error stream."""
    console = Console(stderr=True)
    pool = ProcessPoolExecutor(os.cpu_count(), initializer=_end_at_once)
    try:
        with Progress(console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task(what, total=len(tasks))
            waiting: list[Future[Result]] = [pool.submit(work, task) for task in tasks]
            told = time.monotonic()
            for done, future in enumerate(as_completed(waiting), 1):
                progress.advance(bar)
                if not console.is_terminal and time.monotonic() - told > _TOLD_S:
                    told = time.monotonic()
                    console.print(f"{done} of {len(tasks)} {what}", markup=False)
                yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)  # who interrupts us does not wait for what is left


def _end_at_once() -> None:
    """Let Ctrl-C, which all processes get, end a worker without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _worlds_table(explored: Iterable[Explored]) -> Table:
    table = Table("world", "readings", "messages", "states", "transitions", "depth", "per second")
    table.columns[1].overflow = "fold"
    for column in table.columns[2:]:
        column.justify = "right"
    states = transitions = 0
    for one in explored:
        found = one.found
        states += found.states
        transitions += found.transitions
        table.add_row(
            one.settings.world.name,
            _told(one.settings),
            str(one.settings.messages),
            f"{found.states:,}",
            f"{found.transitions:,}",
            str(found.depth),
            f"{found.transitions / one.seconds:,.0f}",
        )
    table.add_section()
    table.add_row("all", "", "", f"{states:,}", f"{transitions:,}", "", "")
    return table


def _rules_text(decisive: Counter[str]) -> str:
    told = (f"{id_} {decisive[id_]:,}" for id_, c in CLAUSES.items() if c.shown is Shown.TRACE)
    return f"how often each rule was decisive: {', '.join(told)}"


def _print_trace(trace: Iterable[Record], finding: Finding | None, console: Console) -> None:
    for record in trace:
        console.print(orjson.dumps(record).decode(), markup=False, soft_wrap=True)
    if finding is not None:
        console.print(f"{finding.rule}, line {finding.line}: {finding.seen}", markup=False)
        console.print(f"  demanded: {finding.demanded}", markup=False)
        console.print(f"  because: {finding.because}", markup=False)


def _show_flaw(name: str, console: Console) -> Exit:
    try:
        flaw = flaw_named(name)
    except KeyError:
        raise click.UsageError(f"unknown flaw {name}: {suggest(name, FLAWS)}") from None
    console.print(f"{flaw.name}: {flaw.mistake}", markup=False)
    caught = hunt(flaw)
    if caught is None:
        console.print(f"not caught{_harmless(name)}", markup=False)
        return Exit.KEPT if name in HARMLESS else Exit.VIOLATED
    _print_trace(caught.trace, caught.finding, console)
    return Exit.KEPT if _right(name, caught) else Exit.VIOLATED


def _harmless(name: str) -> str:
    return f": {HARMLESS[name]}" if name in HARMLESS else ""


def _right(name: str, caught: Caught | None) -> bool:
    """Say whether the flaw was caught, under a rule that it was expected under."""
    if caught is None:
        return name in HARMLESS
    expected = flaw_named(name).caught_under
    return name not in HARMLESS and (not expected or caught.finding.rule in expected)


def _hunted(name: str) -> tuple[str, Caught | None]:
    gc.disable()
    gc.collect()
    return name, hunt(flaw_named(name))


def _score(console: Console) -> Exit:
    cells = [flaw.name for flaw in cell_flaws(rules_for())]
    caught = dict(_side_by_side(_hunted, [*FLAWS, *cells], "flaws hunted"))
    table = Table("flaw", "mistake", "caught under", "acts", "world")
    table.columns[0].overflow = "fold"
    for name, flaw in FLAWS.items():
        table.add_row(name, flaw.mistake, *_row(name, caught[name]))
    console.print(table)
    by_table = Counter(name.partition("[")[0] for name in cells)
    for name, count in by_table.items():
        own = [cell for cell in cells if cell.startswith(f"{name}[")]
        found = sum(caught[cell] is not None for cell in own)
        console.print(f"cells of {name}: {found} of {count} changes caught", markup=False)
    for cell in cells:
        if caught[cell] is None:
            console.print(f"  {cell}: {HARMLESS.get(cell, 'NOT CAUGHT')}", markup=False)
    wrong = [name for name in caught if not _right(name, caught[name])]
    good = len(caught) - len(wrong) - sum(name in HARMLESS for name in caught)
    console.print(
        f"{good} of {len(caught)} caught, {len(HARMLESS)} harmless, {len(wrong)} wrong",
        markup=False,
    )
    for name in sorted(wrong):
        console.print(f"  wrong: {name}", markup=False)
    return Exit.VIOLATED if wrong else Exit.KEPT


def _row(name: str, caught: Caught | None) -> tuple[str, str, str]:
    if caught is None:
        return "NOT CAUGHT", "", ""
    rule = caught.finding.rule
    told = rule if _right(name, caught) else f"{rule} (expected {flaw_named(name).caught_under})"
    return told, str(caught.acts), caught.world
