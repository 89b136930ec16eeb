"""Runs files side by side on the cores, shows how far they are, and ends cleanly on Ctrl-C."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import define, evolve
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from simulator.exits import Exit
from simulator.history.moments import MICROSECOND
from simulator.run.running import Task, run_file
from simulator.world.result import Ran
from simulator.world.world import World

_LOOK_S: Final = 0.2  # how often the bars move
_AGAIN_S: Final = 1.0  # a signal that comes twice at once was meant once
_TICKS: Final = 16  # moments between two looks at the clock
_FIGURES: Final = 5  # of each file: share of its time, moment, acts, open messages, findings


@define(eq=False)
class Board:
    """What the runs side by side tell about themselves, and whether they shall end."""

    figures: Any  # a shared array: five figures for each file
    stop: Any  # a shared flag

    @classmethod
    def of(cls, files: int) -> "Board":
        """Make one that other processes share."""
        return cls(
            multiprocessing.Array("d", _FIGURES * files, lock=False),
            multiprocessing.Value("b", 0, lock=False),
        )

    def told(self, number: int) -> tuple[float, ...]:
        """Give what a file tells."""
        return tuple(self.figures[_FIGURES * number : _FIGURES * (number + 1)])


@define(eq=False)
class Teller:
    """Tells how far one run is; ends it when it shall end."""

    board: Board
    number: int
    _ticks: int = 0
    _told: float = 0.0

    def tick(self, world: World) -> bool:
        """Tell it now and then; say whether the run goes on."""
        if self.board.stop.value:
            return False
        self._ticks += 1
        if self._ticks % _TICKS == 0 and monotonic() - self._told > _LOOK_S:
            self._told = monotonic()
            begins, ends = world.scenario.begins, world.scenario.ends
            whole = 0 if ends is None else (ends - begins) // MICROSECOND
            share = world.now_us / whole if whole else 0.0
            zone = ZoneInfo(world.scenario.time_zone)
            moment = world.now.astimezone(zone).replace(tzinfo=UTC).timestamp()
            figures = (share, moment, world.acts, world.open_messages, world.judge.findings)
            place = _FIGURES * self.number
            self.board.figures[place : place + _FIGURES] = figures
        return True


_BOARDS: Final[list[Board]] = []  # in a process of the pool: the one that it was given


def _begin(board: Board) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us hears it, and tells us
    _BOARDS[:] = [board]


def _run_here(number: int, path: Path, task: Task) -> Ran:
    return _run(_BOARDS[0], number, path, task)


def _run(board: Board, number: int, path: Path, task: Task) -> Ran:
    if board.stop.value:
        reason = "interrupted before it began"
        return Ran(str(path), Exit.UNDECIDED, undecided=(reason,))
    return run_file(path, evolve(task, watcher=Teller(board, number)))


def run_all(files: Sequence[Path], task: Task, jobs: int) -> list[Ran]:
    """Run the files; give what came of them in their order.

    Ctrl-C ends the runs: what is known so far is given, the rest is undecided.
    """
    board = Board.of(len(files))
    jobs = min(jobs, len(files))
    with _on_interrupt(board), _bars(files) as show:
        if jobs == 1:
            return [_watched(board, number, path, task, show) for number, path in enumerate(files)]
        with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(board,)) as pool:
            runs = [pool.submit(_run_here, number, path, task) for number, path in enumerate(files)]
            return list(_followed(runs, board, show))


def _followed(
    runs: "Sequence[Future[Ran]]", board: Board, show: Callable[[Board, int], None]
) -> Iterator[Ran]:
    left = set(runs)
    while left:
        done, left = wait(left, timeout=_LOOK_S)
        show(board, len(runs) - len(left))
        del done
    yield from (run.result() for run in runs)


def _watched(
    board: Board, number: int, path: Path, task: Task, show: Callable[[Board, int], None]
) -> Ran:
    """Run a file in this process, and show how far it is on the way."""

    class Here(Teller):
        def tick(self, world: World) -> bool:
            told = self._told
            goes_on = super().tick(world)
            if self._told != told:
                show(board, number)
            return goes_on

    if board.stop.value:
        return _run(board, number, path, task)
    ran = run_file(path, evolve(task, watcher=Here(board, number)))
    show(board, number + 1)
    return ran


@contextmanager
def _on_interrupt(board: Board) -> Generator[None, None, None]:
    """Let the first Ctrl-C end the runs, and the second one everything."""
    asked: list[float] = []

    def end(_: int, __: FrameType | None) -> None:
        asked.append(monotonic())
        if asked[-1] - asked[0] > _AGAIN_S:
            os._exit(int(Exit.UNDECIDED))
        board.stop.value = 1

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bars(files: Sequence[Path]) -> Generator[Callable[[Board, int], None], None, None]:
    """Show a bar for all files, and one for each that takes its time."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        whole = bars.add_task("scenarios", total=len(files), told="")
        own: dict[int, TaskID] = {}
        began: dict[int, tuple[float, float]] = {}  # when it was first seen, and its acts then

        def show(board: Board, done: int) -> None:
            stopping = ", ending …" if board.stop.value else ""
            bars.update(whole, completed=done, told=f"{done} of {len(files)}{stopping}")
            for number, path in enumerate(files):
                share, moment, acts, waiting, findings = board.told(number)
                if not moment:
                    continue
                if number not in own:
                    own[number] = bars.add_task(path.stem, total=1.0, told="")
                    began[number] = monotonic(), acts
                since, before = began[number]
                rate = (acts - before) / max(monotonic() - since, _LOOK_S)
                told = (
                    f"{_shown(moment)}  {rate:,.0f} acts/s  {waiting:,.0f} open"
                    f"  {findings:,.0f} findings"
                )
                bars.update(own[number], completed=share, told=told)

        yield show


def _shown(moment: float) -> str:
    """Give a moment of the run as its people have it on the clock."""
    return datetime.fromtimestamp(moment, UTC).strftime("%a %Y-%m-%d %H:%M")
