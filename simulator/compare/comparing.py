"""Runs a scenario once for each setting, and holds the deliveries of the runs together."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve, frozen

from simulator.compare.settings import Change
from simulator.exits import Exit
from simulator.run.running import MakeTarget, Task, run_file
from simulator.scenario.file import IMMEDIATE, Scenario
from simulator.world.compared import Compared, Unlike, Variant
from simulator.world.deliveries import first_unlike, read
from simulator.world.result import Ran


@frozen
class Job:
    """A run: with what set, and which file gets its deliveries."""

    change: Change
    deliveries: Path


def compare_runs(
    path: Path,
    scenario: Scenario,
    changes: Sequence[Change],
    *,
    task: Task,
    jobs: int,
    make_target: MakeTarget | None = None,
    done: Callable[[], None] = lambda: None,
) -> Compared:
    """Run a scenario with each change, side by side; `done` is told after each run.

    Raises:
        OSError: when deliveries cannot be kept.
    """
    with TemporaryDirectory(prefix="compare-") as folder:
        asked = [Job(change, Path(folder) / f"{at}.tsv") for at, change in enumerate(changes)]
        run = partial(_run, path=path, task=task, make_target=make_target)
        variants: list[Variant] = []
        for job, ran in zip(asked, _side_by_side(run, asked, jobs), strict=True):
            variants.append(_variant(job.change, job.change(scenario), ran))
            done()
        return _held_together(tuple(variants))


def _run(job: Job, path: Path, task: Task, make_target: MakeTarget | None) -> Ran:
    return run_file(path, evolve(task, deliveries=job.deliveries), make_target, job.change)


def _side_by_side(run: Callable[[Job], Ran], asked: Sequence[Job], jobs: int) -> Iterator[Ran]:
    with ExitStack() as stack:
        if jobs == 1 or len(asked) == 1:
            yield from map(run, asked)
        else:
            pool = stack.enter_context(ProcessPoolExecutor(min(jobs, len(asked))))
            yield from pool.map(run, asked)


def _variant(change: Change, scenario: Scenario, ran: Ran) -> Variant:
    every = scenario.replicate_every
    interval_ms = None if every is None else every / timedelta(milliseconds=1)
    return Variant(change.settings, interval_ms, scenario.delivery == IMMEDIATE, ran)


def _held_together(variants: tuple[Variant, ...]) -> Compared:
    """Give the verdict: every run kept, and the deliveries of those at once identical (DLV-1)."""
    unlike = _unlike([one for one in variants if one.at_once])
    for code in (Exit.ENVIRONMENT, Exit.BAD_INPUT):
        failed = [one for one in variants if one.ran.exit is code]
        if failed:
            return Compared(code, f"{failed[0].name}: {failed[0].why}", variants, unlike)
    if unlike is not None:
        why = unlike.told(variants[0].ran.time_zone)
        return Compared(Exit.VIOLATED, why, variants, unlike)
    violated = [one for one in variants if one.exit is Exit.VIOLATED]
    if violated:
        return Compared(Exit.VIOLATED, f"{violated[0].name}: {violated[0].why}", variants)
    open_ = [one for one in variants if one.exit is Exit.UNDECIDED]
    unrun = [one for one in open_ if one.ran.delivered is None]
    if unrun or len(open_) == len(variants):
        first = (unrun or open_)[0]
        return Compared(Exit.UNDECIDED, f"{first.name}: {first.why}", variants)
    if not any(one.ran.delivered and one.ran.delivered.count for one in variants):
        return Compared(Exit.UNDECIDED, "Nothing was delivered in any run.", variants)
    return Compared(Exit.KEPT, "", variants)


def _unlike(variants: Sequence[Variant]) -> Unlike | None:
    """Give the first delivery in which a run differs from the first one."""
    first = next((one for one in variants if one.ran.delivered is not None), None)
    for other in variants:
        if first is None or first.ran.delivered is None or other.ran.delivered is None:
            continue
        mine, yours = first.ran.delivered, other.ran.delivered
        if mine.digest == yours.digest:
            continue
        found = first_unlike(read(mine.file), read(yours.file))
        if found is not None:
            (_, case, message, to), _ = found
            times = [_moment(each.file, message, to) for each in (mine, yours)]
            return Unlike(case, message, to, first.name, times[0], other.name, times[1])
    return None


def _moment(file: str, message: str, to: str) -> int | None:
    """Give when a message came to somebody in a run; None where it never did."""
    came = (at_us for at_us, _, who, where in read(file) if (who, where) == (message, to))
    return next(came, None)
