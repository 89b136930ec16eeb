"""Scenarios on a server of our own: a process, HTTP, SQLite, mail, with the model beside it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from simulator.exits import Exit
from simulator.run.place import Place
from simulator.run.running import Task, run_file
from simulator.scenario.file import read_scenario
from simulator.targets import opening
from simulator.world.result import Ran

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.yaml"))
POPULATIONS = [file for file in FILES if read_scenario(file).population is not None]
SCRIPTED = [file for file in FILES if file not in POPULATIONS]
SERVER = Place("server")
OUTAGE = """\
scenario: A server that is killed and started again loses nothing
rules: [DLV-1, DLV-4, DLV-2]
steps:
  - {at: 09:00, by: anna, act: send, message: m1, to: k@example.org, expects: Antwort, text: Bitte um Rückruf}
  - {at: 09:10, act: fault, what: server, state: down}
  - {at: 09:11, by: anna, act: send, message: m2, expects: Antwort, text: Und noch etwas dazu, outcome: refused, reason: not_reachable}
  - {at: 09:20, act: fault, what: server, state: up}
  - {by: k@example.org, see: inbox, unread: 1}
  - {at: 09:30, act: fault, what: link, state: down}
  - {by: k@example.org, act: reply, message: a1, answers: m1, text: Ich rufe morgen an}
  - {at: 10:00, act: fault, what: server, state: down}
  - {at: 10:05, act: fault, what: server, state: up}
  - {by: anna, see: case, cloud_status: Antwort}
  - {at: 10:10, act: fault, what: link, state: up}
  - {within: 2s, by: anna, see: case, cloud_status: OK, follow_up_on: 2024-02-19}
"""


@pytest.fixture
def run(tmp_path: Path):
    def run(text: str, **task: object) -> Ran:
        file = tmp_path / "story.yaml"
        file.write_text(text, encoding="utf-8")
        return run_file(file, Task(place=SERVER, **task))

    return run


def servers_of(run: int) -> set[str]:
    """Give the processes that serve for a run of the command line; other tests have theirs."""
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            with contextlib.suppress(OSError):
                words = (each / "stat").read_text().rpartition(")")[2].split()
                if int(words[1]) == run and b"serve" in (each / "cmdline").read_bytes():
                    found.add(each.name)
    return found


def serves(server: str) -> bool:
    """Say whether a process is there that serves for a scenario, whoever its parent is by now."""
    with contextlib.suppress(OSError):
        return b"collab-simulator-" in (Path("/proc") / server / "cmdline").read_bytes()
    return False


@pytest.mark.parametrize(
    "file", SCRIPTED, ids=[str(file.relative_to(SCENARIOS)) for file in SCRIPTED]
)
def test_every_scenario_is_kept_on_the_server_as_on_the_model(file: Path) -> None:
    population = read_scenario(file).population
    if population is None:
        ran = run_file(file, Task(place=SERVER))
        assert ran.exit is Exit.KEPT, ran.why
        return
    # So few people need not show every goal; what they do has to be right.
    ran = run_file(file, Task(place=SERVER, scale=population.scale / 20))
    assert ran.exit in {Exit.KEPT, Exit.UNDECIDED, Exit.VIOLATED}
    assert (ran.failures, ran.broken, ran.differed, ran.errors) == ((), (), (), ()), ran.why
    assert ran.acts > 0


@pytest.mark.parametrize(
    "file", POPULATIONS, ids=[str(file.relative_to(SCENARIOS)) for file in POPULATIONS]
)
def test_few_people_of_every_population_do_on_the_server_what_they_do_on_the_model(
    file: Path,
) -> None:
    population = read_scenario(file).population
    assert population is not None
    ran = run_file(file, Task(place=SERVER, scale=1 / population.caseworkers))
    told = (ran.errors, ran.failures, ran.broken, ran.differed, ran.skipped)
    assert told == ((), (), (), (), ()), ran.why
    assert ran.acts > 20


def test_a_server_that_is_killed_and_started_again_loses_nothing(run) -> None:
    ran = run(OUTAGE)
    assert ran.exit is Exit.KEPT, ran.why


def test_what_is_slow_arrives_all_the_same(run) -> None:
    slow = "".join(
        f"  - {{at: 09:00, act: fault, what: {what}, state: slow}}\n"
        for what in ("link", "portal", "mail", "replication", "server")
    )
    text = OUTAGE.replace("steps:\n", f"steps:\n{slow}")
    ran = run(text)
    assert ran.exit is Exit.KEPT, ran.why


def test_the_trace_of_a_run_on_the_server_keeps_the_rules(run, tmp_path: Path) -> None:
    folder = tmp_path / "traces"
    folder.mkdir()
    run(OUTAGE, trace=folder)
    trace = folder / "story.jsonl"
    lines = [orjson.loads(line) for line in trace.read_bytes().splitlines()]
    assert {line.get("see") for line in lines} >= {"mail", "arrival", "inbox", "case"}
    checked = subprocess.run(
        [sys.executable, "-m", "simulator", "check", str(trace)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_a_server_that_does_not_start_is_told_with_its_last_words(run, monkeypatch) -> None:
    monkeypatch.setattr(opening, "_options", lambda *_: ["--clock", "sideways"])
    ran = run(OUTAGE)
    assert ran.exit is Exit.ENVIRONMENT
    assert "our server did not start" in ran.why
    assert "--clock" in ran.why


@pytest.fixture
def long_run(tmp_path: Path):
    """Give the command line while it runs a long scenario, and its server."""
    file = tmp_path / "long.yaml"
    note = "  - {{at: +1m, by: anna, act: note, text: Notiz {}}}\n".format
    steps = "".join(map(note, range(5000)))
    file.write_text(f"scenario: Many notes\nsteps:\n{steps}", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "run", str(file), "--target", "server"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (found := servers_of(process.pid)):  # the test's own limit of time ends this
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    (server,) = found
    yield process, server
    process.kill()
    process.communicate()
    assert not serves(server)


def test_a_server_that_dies_ends_the_run_with_what_happened(long_run) -> None:
    process, server = long_run
    os.kill(int(server), signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == Exit.ENVIRONMENT
    assert "our server" in said
    assert "it said nothing" in said


def test_who_interrupts_a_run_leaves_no_server_behind(long_run) -> None:
    process, server = long_run
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert not serves(server)


def test_a_run_that_is_killed_takes_its_server_with_it(long_run) -> None:
    process, server = long_run
    process.kill()
    process.communicate(timeout=60)
    while serves(server):  # the test's own limit of time ends this
        time.sleep(0.05)
