"""What has to come up at least once is found in the lines of a run."""

from pathlib import Path

import pytest

from simulator.explore.goals import GOALS as EXPLORED
from simulator.run.running import Task, run_file
from simulator.scenario.goals import GOALS

SCENARIOS = Path(__file__).parents[2] / "scenarios"
#: A file in which each goal comes up.
REACHED = {
    "a file request was answered without a file": "inbox/reply-without-a-file.yaml",
    "a file request was answered with a file": "stories/a-claim-with-photos.yaml",
    "an opened request stayed unread": "inbox/opening-settles-no-request.yaml",
    "the date was set by reading": "stories/a-claim-with-photos.yaml",
    "the date was cleared": "stories/a-claim-with-photos.yaml",
    "a message was read by one recipient and unread for another": (
        "inbox/everyone-has-an-own-inbox.yaml"
    ),
    "a settled message was answered again": "faults/a-link-that-comes-and-goes.yaml",
    "a message went to the preset recipients": "sending/recipients-are-preset.yaml",
    "a message was under way": "delivery/an-outage-delays-and-loses-nothing.yaml",
    "an outage ended with messages waiting": "delivery/an-outage-delays-and-loses-nothing.yaml",
    "a reply arrived on a later day than it was written": (
        "delivery/a-reply-arrives-a-day-later.yaml"
    ),
    "the portal showed old case data": "replication/case-data-is-as-old-as-the-last-run.yaml",
    "the portal caught up by a replication": "replication/case-data-is-as-old-as-the-last-run.yaml",
    "a withheld right was given back": "rights/the-right-to-write-can-be-withheld.yaml",
    "a read mark waited for the replication": "replication/read-marks-may-wait-for-it.yaml",
    "a recipient registered by the mailed link": "accounts/a-link-runs-out.yaml",
    "a request came twice": "faults/requests-that-come-twice-or-get-no-answer.yaml",
    "an answer was lost": "faults/requests-that-come-twice-or-get-no-answer.yaml",
    "writing was refused for want of the right": "rights/the-right-to-write-can-be-withheld.yaml",
}


def test_the_goals_of_the_exploration_are_goals_of_scenarios_too() -> None:
    assert set(EXPLORED) <= set(GOALS) == set(REACHED)


@pytest.mark.parametrize("goal", GOALS)
def test_a_goal_is_found_in_a_file_in_which_it_comes_up(goal: str, tmp_path: Path) -> None:
    text = (SCENARIOS / REACHED[goal]).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("sometimes:")]
    file = tmp_path / "goal.yaml"
    file.write_text("\n".join([*lines, f"sometimes: [{goal}]\n"]), encoding="utf-8")
    assert not run_file(file, Task()).undecided


def test_nothing_comes_up_where_nothing_happens(tmp_path: Path) -> None:
    file = tmp_path / "still.yaml"
    goals = "".join(f"  - {goal}\n" for goal in GOALS)
    file.write_text(
        f"scenario: x\nsteps: [{{by: anna, act: note, text: Nichts zu tun}}]\nsometimes:\n{goals}"
    )
    told = [f"it never came up that {goal}" for goal in GOALS]
    assert list(run_file(file, Task()).undecided) == told
