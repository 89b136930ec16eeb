"""How fast scenarios run on a server: against the bare client that does the same acts.

Both move the clock of a server of their own before each batch of acts. The run has the model beside
it, the oracle, the mails, and what arrived. One waits for the other all the time, so that the rate
follows from the processor time of both together, which other programs do not disturb.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.run.place import Place, target_at
from simulator.run.running import Task, rules_of, run_scenario
from simulator.scenario.file import Scenario, scenario_of
from simulator.scenario.nodes import Faults
from simulator.targets.beside import Beside

ROUNDS = 3
MESSAGES = 100
RATIO_MIN = 0.5
ONE = """\
  - {{at: +1m, by: anna, act: send, message: m{0}, to: k@example.org, expects: Antwort, text: Wo}}
  - {{at: +1m, by: k@example.org, act: open, via: message, message: m{0}}}
  - {{at: +1m, by: k@example.org, act: reply, message: a{0}, answers: m{0}, text: Morgen um zehn}}
"""


def _scenario() -> Scenario:
    steps = "".join(map(ONE.format, range(MESSAGES)))
    return scenario_of(f"scenario: Questions and answers\nsteps:\n{steps}", Faults("many"))


def _opened(scenario: Scenario) -> Beside:
    target = target_at(Place("server"), scenario, rules_of(scenario), timedelta(seconds=2))
    assert isinstance(target, Beside)
    return target


def _cpu_s(target: Beside) -> float:
    """Give the processor time that we and the server have used, in seconds."""
    server = target.target.server
    assert server is not None
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _run_s(scenario: Scenario) -> float:
    target = _opened(scenario)
    try:
        began = _cpu_s(target)
        ran = run_scenario(scenario, target, Task())
        took = _cpu_s(target) - began
    finally:
        target.close()
    assert (ran.failures, ran.broken, ran.differed) == ((), (), ())
    assert ran.acts == 3 * MESSAGES + 2  # a caseworker and a case
    return took


def _bare_s(scenario: Scenario) -> float:
    target = _opened(scenario)
    over_http = target.target

    async def act_all(batches: Sequence[tuple[datetime, dict[str, Any]]]) -> int:
        done = 0
        for at, record in batches:
            await over_http.clock.move(at)
            key = f"key-{at.timestamp()}-{record['act']}"
            outcomes = await asyncio.gather(over_http.doing.act(record, key))
            done += sum(outcome.word == "ok" for outcome in outcomes)
        return done

    batches = list(_batches(scenario))
    try:
        began = _cpu_s(target)
        done = over_http.runner.run(act_all(batches))
        took = _cpu_s(target) - began
    finally:
        target.close()
    assert done == len(batches) == 3 * MESSAGES + 2
    return took


def _batches(scenario: Scenario) -> Iterator[tuple[datetime, dict[str, Any]]]:
    yield scenario.begins, {"act": "set_role", "caseworker": "anna", "role": "Benutzer"}
    yield scenario.begins, {"act": "create_case", "by": "anna", "case": 53}
    for timed in scenario.steps:
        assert timed.at is not None
        yield timed.at, dict(timed.record)


@pytest.mark.benchmark
def test_a_run_on_the_server_keeps_half_the_rate_of_the_bare_client() -> None:
    scenario = _scenario()
    runs, bares = zip(*((_run_s(scenario), _bare_s(scenario)) for _ in range(ROUNDS)), strict=True)
    acts = 3 * MESSAGES + 2
    ratio = min(bares) / min(runs)
    print(
        f"\nrun {acts / min(runs):.0f} acts/s, bare client {acts / min(bares):.0f} acts/s: "
        f"{ratio:.2f}"
    )
    assert ratio >= RATIO_MIN
