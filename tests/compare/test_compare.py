"""The same scenario under several settings: what stays the same, what waiting takes."""

import re
from itertools import pairwise
from pathlib import Path
from random import Random

import orjson
import pytest
from attrs import evolve
from click.testing import CliRunner

from reference.domain.facts import Message
from reference.domain.rules import Rules
from reference.domain.words import Transport
from simulator.__main__ import main
from simulator.check import judging
from simulator.compare.comparing import compare_runs
from simulator.compare.outputs import as_json
from simulator.compare.settings import changes
from simulator.exits import Exit
from simulator.report.comparison import comparison_html
from simulator.run.place import Place
from simulator.run.running import Task, in_memory, run_file
from simulator.scenario.file import Scenario, read_scenario
from simulator.targets.port import Target

HEAD = """\
scenario: {title}
cases: {{53: Kfz, 54: Haus}}
begins: 2024-02-19 09:00
ends: 12:30
steps:
"""
SEND = '  - {{at: "{at}", by: anna, act: send, case: 53, message: m{n}, to: k@example.org, expects: Kenntnisnahme, text: Nachricht {n}}}\n'


def _at(second: float) -> str:
    whole = round(second)
    return f"{9 + whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"


@pytest.fixture
def even(tmp_path: Path) -> Path:
    """Sends spread evenly over three hours, one every 90 seconds."""
    file = tmp_path / "even.yaml"
    sends = [SEND.format(at=_at(45 + 90 * n), n=n) for n in range(360 // 3)]
    file.write_text(HEAD.format(title="Even") + "".join(sends), encoding="utf-8")
    return file


@pytest.fixture
def few(tmp_path: Path) -> Path:
    file = tmp_path / "few.yaml"
    chance = Random("few")
    moments = sorted(chance.sample(range(3 * 3600), 12))
    steps = [SEND.format(at=_at(at), n=n) for n, at in enumerate(moments)]
    steps.append(
        '  - {at: "12:10", by: k@example.org, act: reply, case: 53, message: a1, answers: m3, text: Gut}\n'
    )
    file.write_text(HEAD.format(title="Few") + "".join(steps), encoding="utf-8")
    return file


def compared(file: Path, *varied: str, make_target=in_memory):
    asked = list(changes(varied))
    return compare_runs(file, read_scenario(file), asked, task=Task(), jobs=1, make_target=make_target)  # fmt: skip


@pytest.mark.clause("DLV-1")
def test_deliveries_are_identical_whatever_the_interval(few: Path) -> None:
    result = compared(few, "replicate_every=1m,15m,never")
    assert (result.exit, result.unlike) == (Exit.KEPT, None)
    assert len({one.ran.delivered.digest for one in result.variants}) == 1
    assert [one.ran.delivered.count for one in result.variants] == [13, 13, 13]
    assert "(3) have the same deliveries (13), each at the same moment" in result.conclusion


def test_waiting_for_a_run_takes_half_the_interval_in_the_mean_and_095_of_it_at_p95(
    even: Path,
) -> None:
    result = compared(even, "replicate_every=15m,1h", "delivery=immediate,with_replication")
    step_ms = 90_000
    for one in result.variants:
        delays = one.figures("delivery")
        if one.at_once:
            assert delays.max == 0
            continue
        assert delays.count == 120
        assert delays.mean == pytest.approx(one.interval_ms / 2)
        assert delays.p95 == pytest.approx(0.95 * one.interval_ms, abs=step_ms)
        assert delays.max < one.interval_ms
    assert result.exit is Exit.KEPT


def test_messages_that_wait_are_not_held_against_those_at_once(few: Path) -> None:
    result = compared(few, "replicate_every=15m,never", "delivery=immediate,with_replication")
    assert (result.exit, len(result.at_once)) == (Exit.KEPT, 2)
    counts = {one.name: one.ran.delivered.count for one in result.variants}
    assert counts["replicate_every=never, delivery=with_replication"] == 0


LIVELY = """\
scenario: A lively half hour, in which answers come at the moments of sends and of runs
begins: 2024-02-19 08:00
ends: 08:30
population:
  caseworkers: 6
  recipients: 300
  messages: {each_per_hour: 60, per_case: {9: 100 %}, expects: {Antwort: 100 %}, writing: 5s}
  profiles: {quick: {notices: 5s, reads: 1s, answers: 5s}}
limits: [delivery p50 <= 2s]
"""


@pytest.mark.clause("STA-6")
def test_what_waited_comes_before_what_is_sent_at_the_moment_of_its_run(tmp_path: Path) -> None:
    file = tmp_path / "lively.yaml"
    file.write_text(LIVELY, "utf-8")
    result = compared(file, "replicate_every=1m", "delivery=with_replication")
    (waiting,) = result.variants
    assert waiting.ran.broken == ()
    assert waiting.figures("delivery").p50 > 2_000
    assert result.exit is Exit.KEPT, "limits are not asked where messages wait"
    (told,) = orjson.loads(as_json(result, "again"))["runs"]
    assert (told["verdict"], told["why"]) == ("kept", "")


def test_the_trace_of_messages_that_waited_tells_when_the_link_was_up(tmp_path: Path) -> None:
    file = tmp_path / "lively.yaml"
    waits = LIVELY.replace("ends:", "replicate_every: 1m\ndelivery: with_replication\nends:")
    file.write_text(waits, "utf-8")
    ran = run_file(file, Task(trace=tmp_path))
    assert (ran.broken, ran.errors) == ((), ())
    with (tmp_path / "lively.jsonl").open("rb") as trace:
        checked = judging.check_trace(trace, "lively.jsonl", judging.Task())
    assert (checked.exit, checked.findings) == (Exit.KEPT, ())


def _late_with_runs(scenario: Scenario, rules: Rules) -> Target:
    """Give a model that is at fault: where there are runs, messages wait for one."""
    if scenario.replicate_every is None:
        return in_memory(scenario, rules)
    transports = {**rules.transports, Message: Transport.REPLICATION}
    return in_memory(scenario, evolve(rules, transports=transports))


def test_a_delivery_that_waits_is_found_and_named(few: Path) -> None:
    result = compared(few, "replicate_every=never,15m", make_target=_late_with_runs)
    assert result.exit is Exit.VIOLATED
    unlike = result.unlike
    assert (unlike.message, unlike.to) == ("m0", "k@example.org")
    assert unlike.at_us < unlike.other_at_us
    assert "with replicate_every=never" in result.why
    assert "with replicate_every=15m (DLV-1)" in result.why
    page = comparison_html(result, "again")
    assert "m0 to k@example.org came" in page


def test_nothing_delivered_decides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "quiet.yaml"
    file.write_text(
        HEAD.format(title="Quiet") + "  - {by: anna, act: note, case: 53, text: Nur intern}\n"
    )
    assert compared(file, "replicate_every=1m,never").exit is Exit.UNDECIDED


def test_the_command_tells_writes_and_exits(few: Path, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    args = ["compare", str(few), "--vary", "replicate_every=1m,never", "--jobs", "1"]
    run = CliRunner().invoke(main, [*args, "--json", str(told), "--report", str(tmp_path / "r")])
    assert run.exit_code == 0, run.output
    assert "delivery does not depend on the replication" in " ".join(run.output.split())
    result = orjson.loads(told.read_bytes())
    assert (
        orjson.loads(CliRunner().invoke(main, [*args, "--json", "-"]).stdout_bytes)
        | {"again": result["again"]}
        == result
    )
    assert [one["deliveries"] for one in result["runs"]] == [13, 13]
    assert result["runs"][0]["measured"]["delivery_ms"]["max"] == 0
    page = (tmp_path / "r" / "compare.html").read_text(encoding="utf-8")
    assert "<h2>What an interval of the replication costs</h2>" in page


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ("replicate_evry=1m", 'did you mean "replicate_every"?'),
        ("replicate_every=1 parsec", "is no duration"),
        ("delivery=imediate", 'did you mean "immediate"?'),
        ("replicate_every", "write it like replicate_every=1m,15m,never"),
    ],
)
def test_a_mistake_in_what_is_varied_says_what_would_be_right(
    few: Path, vary: str, said: str
) -> None:
    run = CliRunner().invoke(main, ["compare", str(few), "--vary", vary])
    assert run.exit_code == 2
    assert said in " ".join(run.output.replace("│", " ").split())


def test_the_same_comparison_gives_the_same_report(few: Path) -> None:
    varied = ("replicate_every=1m,15m", "delivery=immediate,with_replication")
    pages = {comparison_html(compared(few, *varied), "again") for _ in range(2)}
    (page,) = pages
    assert not re.search(r"https?://|url\(|@import|<script|<link|<img|src=", page)
    levels = [int(level) for level in re.findall(r"<h(\d)>", page)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is left out"
    assert page.count('role="img" aria-label="') == page.count('<svg class="chart"') > 0


@pytest.mark.clause("DLV-1")
def test_on_a_server_deliveries_are_those_of_the_model(few: Path) -> None:
    asked = list(changes(["replicate_every=10m,never"]))
    on_server = Task(place=Place("server"))
    result = compare_runs(few, read_scenario(few), asked, task=on_server, jobs=2)
    assert result.exit is Exit.KEPT, result.why
    modelled = compared(few, "replicate_every=10m")
    runs = [*result.variants, *modelled.variants]
    assert len({one.ran.delivered.digest for one in runs}) == 1


def test_a_server_cannot_let_messages_wait_and_that_is_said(few: Path) -> None:
    asked = list(changes(["delivery=with_replication"]))
    on_server = Task(place=Place("server"))
    result = compare_runs(few, read_scenario(few), asked, task=on_server, jobs=1)
    assert result.exit is Exit.UNDECIDED
    assert "no server lets messages wait for the replication" in result.why


@pytest.mark.clause("RPL-3")
def test_deliveries_on_the_server_are_identical_while_a_run_carries_many_records() -> None:
    file = Path(__file__).parents[2] / "scenarios/replication/a-run-of-100000-records.yaml"
    on_server = Task(place=Place("server"), scale=0.002)
    asked = list(changes(["replicate_every=5m,15m"]))
    result = compare_runs(file, read_scenario(file), asked, task=on_server, jobs=1)
    assert result.unlike is None
    assert [one.ran.delivered.count for one in result.variants] == [1, 1]
    assert [one.figures("run_records").max for one in result.variants] == [200, 201]
