"""`simulator explore` on the command line."""

import time
from functools import partial

import orjson
import pytest
from click.testing import CliRunner

from simulator.__main__ import main
from simulator.check.command import check
from simulator.explore import command
from simulator.explore.hunting import hunt
from simulator.explore.worlds import LIMITS, WORLDS
from simulator.flaws import FLAWS


def explore(*words):
    return CliRunner().invoke(main, ["explore", *words])


def test_a_world_is_explored_and_its_size_is_told():
    result = explore("limits")
    assert result.exit_code == 0
    assert "megabyte=decimal" in result.output
    assert "kept: domain and oracle agree in every state" in result.output


def _begun(path):
    path.touch()
    time.sleep(0.01)


def test_who_ends_an_exploration_early_does_not_wait_for_what_has_not_begun(tmp_path):
    done = command._side_by_side(_begun, [tmp_path / str(number) for number in range(300)], "files")
    next(done)
    done.close()
    assert len(list(tmp_path.iterdir())) < 300


def test_messages_changes_how_many_messages_a_world_may_hold():
    assert explore("limits", "--messages", "1").exit_code == 0
    assert explore("limits", "--messages", "1").output != explore("limits").output


def test_all_worlds_together_leave_a_rule_undecided_that_never_came_up(monkeypatch):
    monkeypatch.setattr(command, "WORLDS", {"limits": LIMITS})
    result = explore()
    assert result.exit_code == 3
    assert "undecided: never came up: " in result.output
    assert "NEVER: a read mark waited for the replication" in result.output
    assert result.output.strip().splitlines()[-1].startswith("again: ")


def test_a_disagreement_is_printed_as_a_trace_and_the_exit_code_says_violated(monkeypatch):
    flawed = FLAWS["twenty_files_refused"].change
    monkeypatch.setattr(
        command.Settings, "rules", lambda self, rules=command.Settings.rules: flawed(rules(self))
    )
    result = explore("limits")
    assert result.exit_code == 1
    assert "REP-4, line " in result.output
    assert "violated: domain and oracle disagree" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["opning"], "unknown world opning: did you mean"),
        (["--flaw", "days_in_utx"], "unknown flaw days_in_utx: did you mean"),
        (["--flaw", "days_in_utc", "--flaws"], "give one of them"),
        (["limits", "--flaws"], "leave out WORLD"),
        (["--messages", "0"], "0 is not in the range"),
    ],
)
def test_bad_usage_says_what_would_be_right(words, told):
    result = explore(*words)
    assert result.exit_code == 2
    assert told in result.output


def test_a_flaw_is_shown_by_a_trace_that_check_condemns_for_the_same_rule(tmp_path):
    result = explore("--flaw", "date_kept_on_sending")
    assert result.exit_code == 0
    lines = [line for line in result.output.splitlines() if line.startswith("{")]
    assert all(orjson.loads(line) for line in lines)
    trace = tmp_path / "flaw.jsonl"
    trace.write_text("\n".join(lines) + "\n", "utf-8")
    checked = CliRunner().invoke(check, [str(trace)])
    assert checked.exit_code == 1
    assert "STA-5" in result.output
    assert "STA-5" in checked.output


def test_a_harmless_cell_is_not_caught_and_the_reason_is_told(monkeypatch):
    monkeypatch.setattr(command, "hunt", partial(hunt, worlds=["limits", "outage"]))
    name = "case_changes[came_back, acknowledged_on] = seen"
    result = explore("--flaw", name)
    assert result.exit_code == 0
    assert "not caught: " in result.output


def test_every_world_has_a_name_and_says_what_it_shows():
    assert all(name == world.name and world.shows for name, world in WORLDS.items())
