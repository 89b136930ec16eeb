"""Runs one scenario file: the result holds everything from which the outputs are written."""

import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from attrs import Factory, evolve, frozen

from reference.domain.readings import readings_from
from reference.domain.rules import Rules, rules_for
from reference.domain.words import Transport
from simulator.collecting import rare_collections
from simulator.exits import Exit
from simulator.history.bad_input import quote
from simulator.history.clauses import CLAUSES, Shown
from simulator.history.moments import microseconds
from simulator.history.vocabulary import ACTS, READINGS
from simulator.measures.collector import Collector, nobody
from simulator.measures.measured import Measured
from simulator.oracle import BadLine, Finding, Oracle, Verdict
from simulator.run.place import Place, Unfit, target_at
from simulator.scenario.file import IMMEDIATE, BadScenario, Scenario, read_scenario
from simulator.scenario.goals import Goals
from simulator.shelf import InFile
from simulator.targets.in_memory import InMemory
from simulator.targets.port import Target, TargetError
from simulator.world.deliveries import Deliveries
from simulator.world.judge import Judge
from simulator.world.persons import Persons
from simulator.world.result import Broken, Differed, Failure, Ran
from simulator.world.streams import Streams
from simulator.world.witness import Spool, witnesses
from simulator.world.world import Watcher, World

_LINE: Final = re.compile(r"\bline ([0-9]+)\b")


@frozen
class Task:
    """What is asked of every file."""

    trace: Path | None = None  # a folder: a trace for each file
    keep: bool = False  # lines, for pictures
    limit_us: int = 2_000_000
    place: Place = Factory(Place)
    deliveries: Path | None = None  # a file that gets all deliveries
    seed: int | None = None  # None: that of the file
    scale: float | None = None  # of populations; None: that of the file
    watcher: Watcher | None = None


MakeTarget = Callable[[Scenario, Rules], Target]


def rules_of(scenario: Scenario) -> Rules:
    """Give the rules under a scenario's readings; messages may be made to wait for a run."""
    readings = readings_from(scenario.readings)
    rules = rules_for(readings, time_zone=scenario.time_zone, carrier=scenario.carrier)
    if scenario.delivery == IMMEDIATE:
        return rules
    return evolve(rules, transports=dict.fromkeys(rules.transports, Transport.REPLICATION))


def as_it_is(scenario: Scenario) -> Scenario:
    """Change nothing in a scenario."""
    return scenario


def in_memory(scenario: Scenario, rules: Rules) -> Target:
    """Give the model as the target."""
    return InMemory(rules, registers=scenario.registers)


def run_file(
    path: Path,
    task: Task,
    make_target: MakeTarget | None = None,
    change: Callable[[Scenario], Scenario] = as_it_is,
) -> Ran:
    """Run a file; its mistakes are a result too, never an exception.

    The target is that of the task, unless it is made otherwise.
    """
    try:
        scenario = change(read_scenario(path))
    except BadScenario as bad:
        return Ran(str(path), Exit.BAD_INPUT, errors=tuple(map(str, bad.faults)))
    except OSError as error:
        text = f"{path}: {error.strerror or error}"
        return Ran(str(path), Exit.ENVIRONMENT, errors=(text,))
    scenario = as_asked(scenario, task)
    rules, limit = rules_of(scenario), timedelta(microseconds=task.limit_us)
    target: Target | None = None
    try:
        if make_target is None:
            target = target_at(task.place, scenario, rules, limit)
        else:
            target = make_target(scenario, rules)
        return _traced(scenario, target, task)
    except Unfit as unfit:
        return Ran(str(path), Exit.UNDECIDED, scenario.title, undecided=(str(unfit),))
    except OSError as error:
        return Ran(str(path), Exit.ENVIRONMENT, scenario.title, errors=(str(error),))
    except Exception as error:  # noqa: BLE001 - a defect of ours: what came of other files counts
        return Ran(str(path), Exit.ENVIRONMENT, scenario.title, errors=(_defect(path, error),))
    finally:
        if target is not None:
            target.close()


def _defect(path: Path, error: Exception) -> str:
    """Say where the simulator itself failed, so that it can be reported."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"{path}: the simulator itself failed, at {place}: {type(error).__name__}: {error}"


def _traced(scenario: Scenario, target: Target, task: Task) -> Ran:
    if task.trace is None:
        return run_scenario(scenario, target, task)
    place = task.trace / f"{Path(scenario.file).stem}.jsonl"
    with place.open("wb") as trace:
        return run_scenario(scenario, target, task, trace)


def as_asked(scenario: Scenario, task: Task) -> Scenario:
    """Give the scenario with the seed and the scale that are asked for, else with its own."""
    if task.seed is not None:
        scenario = evolve(scenario, seed=task.seed)
    population = scenario.population
    if population is None:
        return scenario
    own = population.scale
    if task.place.target != "model" and population.scale_on_server is not None:
        own = population.scale_on_server
    scale = own if task.scale is None else task.scale
    return evolve(scenario, population=population.scaled(scale))


def _judge_of(
    scenario: Scenario,
    target: Target,
    task: Task,
    profile_of: Callable[[str], str],
    trace: BinaryIO | None,
) -> Judge:
    """Give who judges a run: the oracle, with measurements and goals."""
    oracle = Oracle(
        scenario.readings,
        time_zone=scenario.time_zone,
        carrier=scenario.carrier,
        limit_us=task.limit_us,
        registers=scenario.registers,
        make_shelf=InFile,
    )
    begin_us = microseconds(target.moment(scenario.begins))
    zone = ZoneInfo(scenario.time_zone)
    collector = Collector(begin_us, zone, scenario.readings, profile_of)
    deliveries = None if task.deliveries is None else Deliveries()
    waits = scenario.delivery != IMMEDIATE
    goals = Goals(scenario.sometimes)
    spool = Spool() if task.keep else None
    return Judge(oracle, collector, goals, trace, task.keep, deliveries, spool, waits)


def run_scenario(
    scenario: Scenario, target: Target, task: Task, trace: BinaryIO | None = None
) -> Ran:
    """Run a scenario on a target."""
    streams, population = Streams(scenario.seed), scenario.population
    persons = None if population is None else Persons(population, streams)
    profile_of = nobody if persons is None else persons.profile_of
    judge = _judge_of(scenario, target, task, profile_of, trace)
    judge.begin(
        {
            "trace": 1,
            "time_zone": scenario.time_zone,
            "readings": dict(scenario.readings),
            "carrier": scenario.carrier,
        }
    )
    world = World(scenario, target, judge, streams, persons, task.watcher)
    error, exit_ = "", None
    try:
        with rare_collections():
            world.run()
    except BadLine as bad:
        error, exit_ = _untold(world, bad)
    except TargetError as gone:
        error, exit_ = f"{_place(world)}: {gone}", Exit.ENVIRONMENT
    ran = _result(world, judge.oracle.finish(), error, exit_)
    if judge.spool is not None:
        found = witnesses(judge.spool, (one.finding for one in ran.broken))
        ran = evolve(ran, witnesses=found)
        judge.spool.close()
    if judge.deliveries is not None and task.deliveries is not None:
        ran = evolve(ran, delivered=judge.deliveries.write(task.deliveries))
    return ran


def _place(world: World) -> str:
    file = world.scenario.file
    return f"{file}:{world.step_line}" if world.step_line else file


def _untold(world: World, bad: BadLine) -> tuple[str, Exit]:
    """Say of a line that nobody can judge whether the target erred, or the file."""
    world.compare(world.step_line)
    if world.differed:
        what = f"it tells of the {bad.field} {quote(bad.value)}, which nobody made"
        return f"{_place(world)}: {what}; the rest was not run", Exit.VIOLATED
    return f"{_place(world)}: {bad.field} {quote(bad.value)} {bad.problem}", Exit.BAD_INPUT


def _result(world: World, verdict: Verdict, error: str, exit_told: Exit | None) -> Ran:
    scenario = world.scenario
    end_us = microseconds(world.target.moment(world.now))
    # Of a run that is not over, a figure is none of the whole: nobody holds a limit against it.
    limits = scenario.limits if world.interrupted is None else ()
    measured = world.judge.collector.finish(end_us, limits)
    undecided = _undecided(world, verdict, measured)
    origin = world.judge.origin
    broken = [
        Broken(_by_file(found, origin), origin.get(found.line, 0)) for found in verdict.findings
    ]
    counts_all = not scenario.always
    count = [one for one in broken if counts_all or one.finding.rule in scenario.always]
    exit_ = Exit.UNDECIDED if undecided else Exit.KEPT
    beyond = any(one.kept is False for one in measured.limits)
    if count or world.failures or world.differed or beyond:
        exit_ = Exit.VIOLATED
    counts = world.judge.counts
    acts = sum(counts.get(word, 0) for word in ACTS)
    return Ran(
        scenario.file,
        exit_told or exit_,
        scenario.title,
        scenario.story,
        scenario.time_zone,
        tuple(world.judge.kept),
        (error,) if error else (),
        tuple(world.failures),
        tuple(count),
        tuple(world.differed),
        undecided,
        tuple(world.skipped),
        {name: scenario.readings.get(name, values[0]) for name, values in READINGS.items()},
        acts,
        sum(counts.values()) - acts,
        {rule: count for rule, count in verdict.decisive.items() if count},
        measured,
        scenario.seed if scenario.drawn else None,
        None if scenario.population is None else scenario.population.scale,
        scenario.always,
        tuple(one for one in broken if one not in count),
        wrong=_wrong(world, count),
        steps=_steps_of(scenario, (*world.failures, *count, *world.differed)),
    )


def _steps_of(scenario: Scenario, reasons: Iterable[Failure | Broken | Differed]) -> dict[int, str]:
    lines = {one.line for one in reasons if one.line}
    return {line: scenario.written_at(line) for line in lines}


def _by_file(found: Finding, origin: Mapping[int, int]) -> Finding:
    """Name lines of the scenario where the finding names those of the trace."""
    seen, demanded, because = (
        _of_file(text, origin) for text in (found.seen, found.demanded, found.because)
    )
    return evolve(found, seen=seen, demanded=demanded, because=because)


def _of_file(text: str, origin: Mapping[int, int]) -> str:
    def told(line: re.Match[str]) -> str:
        step = origin.get(int(line[1]))
        return f"line {line[1]} of the trace" if step is None else f"line {step}"

    return _LINE.sub(told, text)


def _wrong(world: World, broken: list[Broken]) -> frozenset[int]:
    """Give which lines, counted without the header from 0, are not as they have to be."""
    newest = {step: line for line, step in world.judge.origin.items()}
    steps = [one.line for one in world.failures] + [one.line for one in world.differed]
    lines = {newest[step] for step in steps if step in newest}
    return frozenset(line - 2 for line in lines.union(one.finding.line for one in broken))


#: What shows most of the clauses of a kind, for who forgot to look at it.
_SHOWN_BY: Final = {"INB": "see: inbox", "STA": "see: case", "LOG": "see: activities"}


def _to_see(rule: str) -> str:
    look = _SHOWN_BY.get(rule.partition("-")[0])
    return "" if look is None else f' (a look shows it: "{look}")'


def _undecided(world: World, verdict: Verdict, measured: Measured) -> tuple[str, ...]:
    """Say what the run did not decide: rules, goals, limits, unknown outcomes, its own end."""
    reasons: list[str] = []
    if world.interrupted is not None:
        local = world.interrupted.astimezone(ZoneInfo(world.scenario.time_zone))
        unknown = "what came after is not known"
        if world.scenario.limits:
            unknown += ", and no limit was judged"
        reasons.append(f"interrupted at {local:%Y-%m-%d %H:%M:%S}: {unknown}")
    reasons += [
        f"{rule} is what it is about, and no line decided it{_to_see(rule)}"
        for rule in world.scenario.rules
        if CLAUSES[rule].shown is Shown.TRACE and not verdict.decisive.get(rule)
    ]
    reasons += map(str, world.skipped)
    reasons += [f"it never came up that {goal}" for goal in world.judge.goals.missing]
    reasons += [
        f"limit {one.limit.text}: nothing was measured"
        for one in measured.limits
        if one.kept is None
    ]
    expects = any(not timed.step.is_act for timed in world.scenario.steps)
    reasons += [
        _of_file(reason, world.judge.origin)
        for reason in verdict.undecided
        if "no line" not in reason or not expects
    ]
    return tuple(reasons)
