"""Runs one scenario file: the result holds everything from which the outputs are written."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from reference.domain.readings import readings_from
from reference.domain.rules import Rules, rules_for
from reference.domain.words import Transport
from simulator.exits import Exit
from simulator.history.clauses import CLAUSES, Shown
from simulator.history.vocabulary import ACTS, READINGS
from simulator.measures.collector import Collector
from simulator.oracle import BadLine, Oracle, Verdict
from simulator.scenario.file import IMMEDIATE, BadScenario, Scenario, read_scenario
from simulator.targets.in_memory import InMemory
from simulator.targets.port import Target
from simulator.world.deliveries import Deliveries
from simulator.world.judge import Judge, microseconds
from simulator.world.result import Broken, Ran
from simulator.world.world import World

_MICROSECONDS: Final = 1_000_000


@frozen
class Task:
    """What is asked of every file."""

    trace: Path | None = None  # a folder: a trace for each file
    keep: bool = False  # lines, for pictures
    limit_us: int = 2 * _MICROSECONDS
    deliveries: Path | None = None  # a file that gets all deliveries


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
    make_target: MakeTarget = in_memory,
    change: Callable[[Scenario], Scenario] = as_it_is,
) -> Ran:
    """Run a file; its mistakes are a result too, never an exception."""
    try:
        scenario = change(read_scenario(path))
    except BadScenario as bad:
        return Ran(str(path), Exit.BAD_INPUT, errors=tuple(map(str, bad.faults)))
    except OSError as error:
        text = f"{path}: {error.strerror or error}"
        return Ran(str(path), Exit.ENVIRONMENT, errors=(text,))
    target = make_target(scenario, rules_of(scenario))
    try:
        if task.trace is None:
            return run_scenario(scenario, target, _judge(scenario, target, task), task)
        place = task.trace / f"{path.stem}.jsonl"
        with place.open("wb") as trace:
            return run_scenario(scenario, target, _judge(scenario, target, task, trace), task)
    except OSError as error:
        return Ran(str(path), Exit.ENVIRONMENT, scenario.title, errors=(str(error),))
    finally:
        target.close()


def _judge(scenario: Scenario, target: Target, task: Task, trace: BinaryIO | None = None) -> Judge:
    oracle = Oracle(
        scenario.readings,
        time_zone=scenario.time_zone,
        carrier=scenario.carrier,
        limit_us=task.limit_us,
        registers=scenario.registers,
    )
    begin_us = microseconds(target.moment(scenario.begins))
    collector = Collector(begin_us, ZoneInfo(scenario.time_zone), scenario.readings)
    deliveries = None if task.deliveries is None else Deliveries()
    waits = scenario.delivery != IMMEDIATE
    return Judge(oracle, collector, trace, task.keep, deliveries, waits)


def run_scenario(scenario: Scenario, target: Target, judge: Judge, task: Task) -> Ran:
    """Run a scenario on a target."""
    judge.begin(
        {
            "trace": 1,
            "time_zone": scenario.time_zone,
            "readings": dict(scenario.readings),
            "carrier": scenario.carrier,
        }
    )
    world = World(scenario, target, judge)
    error = ""
    try:
        world.run()
    except BadLine as bad:
        step = world.origin.get(bad.line - 1, 0)
        error = f"{scenario.file}: the step in or after line {step}: {bad}"
    ran = _result(world, judge.oracle.finish(), error)
    if judge.deliveries is None or task.deliveries is None:
        return ran
    return evolve(ran, delivered=judge.deliveries.write(task.deliveries))


def _result(world: World, verdict: Verdict, error: str) -> Ran:
    scenario = world.scenario
    undecided = _undecided(world, verdict)
    exit_ = Exit.UNDECIDED if undecided else Exit.KEPT
    if verdict.findings or world.failures or world.differed:
        exit_ = Exit.VIOLATED
    if error:
        exit_ = Exit.BAD_INPUT
    counts = world.judge.counts
    acts = sum(counts.get(word, 0) for word in ACTS)
    return Ran(
        scenario.file,
        exit_,
        scenario.title,
        scenario.story,
        scenario.time_zone,
        tuple(world.judge.kept),
        (error,) if error else (),
        tuple(world.failures),
        tuple(Broken(found, world.origin.get(found.line, 0)) for found in verdict.findings),
        tuple(world.differed),
        undecided,
        tuple(world.skipped),
        {name: scenario.readings.get(name, values[0]) for name, values in READINGS.items()},
        acts,
        sum(counts.values()) - acts,
        {rule: count for rule, count in verdict.decisive.items() if count},
        world.judge.collector.finish(microseconds(world.target.moment(world.now))),
    )


def _undecided(world: World, verdict: Verdict) -> tuple[str, ...]:
    """Say what the run did not decide: rules that it is about, and unknown outcomes."""
    reasons = [
        f"{rule} is what it is about, and no line decided it"
        for rule in world.scenario.rules
        if CLAUSES[rule].shown is Shown.TRACE and not verdict.decisive.get(rule)
    ]
    reasons += [f"line {skip.line}: this target cannot do {skip.what}" for skip in world.skipped]
    expects = any(not timed.step.is_act for timed in world.scenario.steps)
    reasons += [reason for reason in verdict.undecided if "no line" not in reason or not expects]
    return tuple(reasons)
