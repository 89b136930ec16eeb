"""Populations at work: the same seed is the same run, and what people do is judged."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from simulator.exits import Exit
from simulator.flaws import FLAWS
from simulator.run.running import Task, in_memory, run_file
from simulator.world.world import World

#: An office that does everything there is, small enough to run again and again.
OFFICE = """\
scenario: An office
begins: 2024-02-19 07:00
ends: day 2 00:00
replicate_every: 15m
registers: true
population:
  caseworkers: 4
  recipients: 60
  cases_each: 3
  messages:
    each_per_hour: 5
    office_hours: {from: 08:00, to: 12:00}
    expects: {Kenntnisnahme: 30 %, Antwort: 30 %, Antwort mit Datei: 40 %}
    recipients: {1: 70 %, 2: 30 %}
    per_case: {2: 50 %, 5: 50 %}
    documents: 30 %
    further_recipient: 20 %
    withholds: 10 %
    changes_subject: 30 %
  profiles:
    schnell: {share: 60 %, notices: {exponential: {mean: 5m}}, answers_anyway: 30 %}
    vergesslich: {share: 40 %, ignores: 20 %, never_registers: 20 %, answers_without_file: 50 %}
  looks: {case: 100 %, activities: 50 %, case_list: 20 %}
"""
FAULTS = """\
faults:
  - {what: portal, from: 09:00, until: 09:40}
  - {what: portal, from: 09:20, until: 10:00}
  - {what: mail, every: {exponential: {mean: 2h}}, lasts: 10m}
  - {what: doubled_requests, share: 5 %}
  - {what: lost_answers, share: 5 %}
"""


def in_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "office.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def traced(tmp_path: Path, text: str, **task: object) -> list[dict]:
    ran = run_file(in_file(tmp_path, text), Task(trace=tmp_path, **task))
    assert (ran.errors, ran.broken) == ((), ())
    lines = (tmp_path / "office.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[1:]]


def test_everything_that_people_do_is_judged_and_keeps_the_rules(tmp_path: Path) -> None:
    ran = run_file(in_file(tmp_path, OFFICE + FAULTS), Task())
    assert (ran.exit, ran.broken, ran.undecided) == (Exit.KEPT, (), ())
    assert ran.seed == 1
    assert ran.measured is not None
    assert ran.measured.totals["messages"] > 60
    assert len(ran.decisive) > 50


@pytest.mark.parametrize("faults", ["", FAULTS], ids=["calm", "faults"])
def test_the_same_seed_gives_the_same_trace_whatever_the_hash_seed(
    tmp_path: Path, faults: str
) -> None:
    file = in_file(tmp_path, OFFICE + faults)
    told: list[bytes] = []
    for hashed in ("1", "2"):
        folder = tmp_path / hashed
        command = [sys.executable, "-m", "simulator", "run", str(file), "--trace", str(folder)]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": hashed}, check=True)
        told.append((folder / "office.jsonl").read_bytes())
    assert told[0] == told[1]


def test_another_seed_gives_another_run(tmp_path: Path) -> None:
    assert traced(tmp_path, OFFICE, seed=2) != traced(tmp_path, OFFICE, seed=3)
    assert traced(tmp_path, OFFICE, seed=1) == traced(tmp_path, OFFICE)


def test_one_caseworker_more_changes_nothing_for_the_others(tmp_path: Path) -> None:
    def sends(lines: list[dict]) -> list[dict]:
        return [
            line
            for line in lines
            if line.get("act") in {"create_case", "send"} and line["by"] != "sachbearbeiter-5"
        ]

    before = sends(traced(tmp_path, OFFICE))
    after = traced(tmp_path, OFFICE.replace("caseworkers: 4", "caseworkers: 5"))
    assert sends(after) == before
    assert any(line.get("by") == "sachbearbeiter-5" for line in after)


def test_what_a_recipient_does_about_a_message_is_the_same_beside_others(tmp_path: Path) -> None:
    def answers(lines: list[dict]) -> dict[str, str]:
        return {line["message"]: line["at"] for line in lines if line.get("act") == "reply"}

    before = answers(traced(tmp_path, OFFICE))
    more = OFFICE.replace("caseworkers: 4", "caseworkers: 5")
    assert answers(traced(tmp_path, more)).items() >= before.items()


def test_nobody_sends_when_the_office_is_closed(tmp_path: Path) -> None:
    text = OFFICE.replace("ends: day 2 00:00", "ends: day 9 00:00")
    text = text.replace("to: 12:00}", "to: 12:00, days: [Mo, Mi, Do], holidays: 2024-02-21}")
    sent = [line for line in traced(tmp_path, text) if line.get("act") == "send"]
    moments = [datetime.fromisoformat(line["at"]) for line in sent]
    assert {moment.date().isoformat() for moment in moments} == {
        "2024-02-19",
        "2024-02-22",
        "2024-02-26",
    }
    assert {moment.hour for moment in moments} <= {7, 8, 9, 10, 11}  # in UTC, and one is written up


BUSY = """\
scenario: Sixty caseworkers whose messages nobody reads
begins: 2024-02-19 07:00
ends: day 2 00:00
population:
  caseworkers: 60
  recipients: 900
  messages:
    each_per_hour: 5
    office_hours: {from: 08:00, to: 12:00}
    by_hour: {9: 300 %, 11: 0 %}
  profiles: {alle: {ignores: 100 %}}
"""


def test_an_hour_is_as_busy_as_it_is_said_to_be(tmp_path: Path) -> None:
    sent = [line for line in traced(tmp_path, BUSY) if line.get("act") == "send"]
    hours = Counter(datetime.fromisoformat(line["at"]).hour + 1 for line in sent)
    assert 200 < hours[8] < 400
    assert 700 < hours[9] < 1100
    assert hours[11] < hours[8] / 4  # what was begun before eleven


def test_overlapping_outages_end_with_the_last(tmp_path: Path) -> None:
    faults = [line for line in traced(tmp_path, OFFICE + FAULTS) if line.get("act") == "fault"]
    portal = [(line["state"], line["at"][11:16]) for line in faults if line["what"] == "portal"]
    assert portal == [("down", "08:00"), ("up", "09:00")]


@pytest.mark.parametrize(
    ("flaw", "rule"),
    [
        ("fileless_reply_settles_file_request", "INB-4"),
        ("reply_leaves_status", "STA-3"),
        ("text_in_mail", "MAIL-3"),
    ],
)
def test_a_population_notices_what_is_broken(tmp_path: Path, flaw: str, rule: str) -> None:
    file = in_file(tmp_path, OFFICE)
    ran = run_file(file, Task(), lambda told, rules: in_memory(told, FLAWS[flaw].change(rules)))
    assert ran.exit is Exit.VIOLATED
    assert rule in {one.finding.rule for one in ran.broken}


def test_only_the_clauses_of_always_count(tmp_path: Path) -> None:
    def flawed(always: str):
        return run_file(
            in_file(tmp_path, OFFICE + f"always: {always}\n"),
            Task(),
            lambda told, rules: in_memory(told, FLAWS["reply_leaves_status"].change(rules)),
        )

    ran = flawed("[INB-4]")
    assert (ran.exit, ran.broken) == (Exit.KEPT, ())
    assert {"STA-3"} <= {one.finding.rule for one in ran.let_pass}
    assert flawed("[STA-3]").exit is Exit.VIOLATED


def test_a_goal_that_never_came_up_leaves_it_undecided(tmp_path: Path) -> None:
    goal = "a withheld right was given back"
    ran = run_file(in_file(tmp_path, OFFICE + f"sometimes: [{goal}]\n"), Task())
    assert (ran.exit, ran.undecided) == (Exit.UNDECIDED, (f"it never came up that {goal}",))


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        ("delivery max <= 2s", Exit.KEPT),
        ("answer p50 <= 1s", Exit.VIOLATED),
        ("catch_up max <= 2s", Exit.UNDECIDED),
    ],
)
def test_a_limit_is_kept_violated_or_without_a_sample(
    tmp_path: Path, limit: str, verdict: Exit
) -> None:
    ran = run_file(in_file(tmp_path, OFFICE + f"limits: [{limit}]\n"), Task())
    assert ran.exit is verdict
    assert limit in ran.why or verdict is Exit.KEPT


def test_a_run_that_is_interrupted_is_undecided_and_told_as_far_as_it_came(tmp_path: Path) -> None:
    class Impatient:
        def tick(self, world: World) -> bool:
            return world.acts < 40

    text = f"{OFFICE}limits: [messages >= 1_000_000]\n"
    ran = run_file(in_file(tmp_path, text), Task(watcher=Impatient()))
    assert ran.exit is Exit.UNDECIDED
    assert ran.undecided[0].startswith("interrupted at 2024-02-19 0")
    assert ran.undecided[0].endswith("what came after is not known, and no limit was judged")
    assert ran.acts >= 40
    assert ran.measured is not None
    assert ran.measured.totals["messages"]


def test_a_population_runs_at_the_scale_that_is_asked_for(tmp_path: Path) -> None:
    file = in_file(tmp_path, OFFICE)
    whole, half = run_file(file, Task()), run_file(file, Task(scale=0.5))
    assert (whole.scale, half.scale) == (1.0, 0.5)
    assert half.acts < 0.75 * whole.acts


MANY_RECORDS = """\
scenario: A notice leaves while a run carries many records
begins: 2024-02-19 08:00
ends: 09:00
replicate_every: 15m
population:
  caseworkers: 5
  recipients: 20
  idle_cases: 40
  messages:
    bursts: [{at: 08:14:59, messages: 6, over: 1s, expects: Kenntnisnahme}]
"""


def test_a_run_carries_the_idle_cases_and_begins_with_the_messages_of_its_moment(
    tmp_path: Path,
) -> None:
    lines = traced(tmp_path, MANY_RECORDS)
    acts = [line for line in lines if "act" in line]
    runs = [place for place, line in enumerate(acts) if line["act"] == "replicate"]
    first = acts[runs[0]]
    assert first["bundles"] == [{"kind": "case", "records": 46, "result": 0}]
    beside = acts[runs[0] + 1 : runs[0] + 7]
    assert [line["act"] for line in beside] == ["send"] * 6
    assert {line["at"] for line in beside} == {first["at"]}
    assert len(runs) == 3


def test_a_scale_goes_for_idle_cases_too(tmp_path: Path) -> None:
    lines = traced(tmp_path, MANY_RECORDS, scale=0.5)
    made = [line for line in lines if line.get("act") == "create_case"]
    assert len(made) == 20 + 3
