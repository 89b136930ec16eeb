"""Every mistake of a scenario file is told at its place, with what would be right."""

import pytest

from simulator.scenario.file import BadScenario, scenario_of
from simulator.scenario.nodes import Faults

SEND = "{by: anna, act: send, message: m1, to: k@example.org, expects: Antwort, text: Hallo}"

#: A broken file, and its mistakes as a tester reads them.
BROKEN = {
    "an empty file": ("", ['f.yaml:1:1: the file is empty (begin with "scenario: …")']),
    "a list instead of fields": (
        "- a\n",
        ["f.yaml:1:1: a scenario has fields, like scenario: …, story: …"],
    ),
    "no title": (
        f"steps: [{SEND}]\n",
        ['f.yaml:1:1: a scenario needs "scenario": what it shows, in a sentence'],
    ),
    "an unknown field": (
        f"scenario: x\nstep: [{SEND}]\nsteps: [{SEND}]\n",
        ['f.yaml:2:1: a scenario has no field "step" (did you mean "steps"?)'],
    ),
    "a field that stands twice": (
        f"scenario: x\nscenario: y\nsteps: [{SEND}]\n",
        ['f.yaml:2:1: "scenario" stands here twice (the first is in line 1)'],
    ),
    "a tab": (
        "scenario: x\n\tsteps: []\n",
        [
            (
                "f.yaml:2:1: this is no YAML: found a tab character that violates indentation "
                "(indent with blanks, not with tabs)"
            )
        ],
    ),
    "a text with a colon": (
        "scenario: x: y\nsteps: []\n",
        [
            (
                "f.yaml:1:12: this is no YAML: mapping values are not allowed in this context "
                "(put a text that has a colon, a bracket or a # into quotes)"
            )
        ],
    ),
    "an end before something has stayed": (
        (
            f"scenario: x\nends: 09:30\nsteps:\n- {SEND[:-1]}, at: 09:00}}\n"
            "- {stays_for: 1h, by: anna, see: case, cloud_status: Antwort}\n"
        ),
        [
            (
                "f.yaml:1:1: ends: 09:30 lies before the step above (2024-02-19 10:00:00): "
                "for the next day write day 2 …"
            )
        ],
    ),
    "an unknown act": (
        "scenario: x\nsteps: [{by: anna, act: sned}]\n",
        ['f.yaml:2:25: "act" has no word "sned" (did you mean "send"?)'],
    ),
    "an act as a field": (
        "scenario: x\nsteps: [{by: anna, send: m1}]\n",
        ['f.yaml:2:20: an act is written as "act: send"'],
    ),
    "neither act nor look": (
        "scenario: x\nsteps: [{by: anna}]\n",
        ['f.yaml:2:9: a step needs "act" or "see" (act: send, see: inbox, …)'],
    ),
    "nobody who acts": (
        "scenario: x\nsteps: [{act: note, text: y}]\n",
        ['f.yaml:2:9: act note needs "by": who acts or looks'],
    ),
    "an unknown expected action": (
        "scenario: x\nsteps: [{by: anna, act: send, message: m1, expects: Anwort, text: y}]\n",
        ['f.yaml:2:53: "Anwort" is not a word for expects (did you mean "Antwort"?)'],
    ),
    "a time that is none": (
        "scenario: x\nsteps: [{at: 25:00, by: anna, act: note, text: y}]\n",
        [
            (
                'f.yaml:2:14: "25:00" is no time: write it like 09:00, +5m, day 2 10:00 or '
                "2024-02-20 10:00"
            )
        ],
    ),
    "a time before the step above": (
        (
            "scenario: x\nsteps:\n- {at: 10:00, by: anna, act: note, text: y}\n"
            "- {at: 09:00, by: anna, act: note, text: y}\n"
        ),
        [
            (
                "f.yaml:4:3: 09:00 lies before the step above (2024-02-19 10:00:00): for the next day "
                "write day 2 …"
            )
        ],
    ),
    "an hour that the clocks leave out": (
        (
            "scenario: x\nbegins: 2024-03-31\nsteps: [{at: 2024-04-01 10:00, by: anna, act: note, "
            "text: y}, {at: 2025-03-30 02:30, by: anna, act: note, text: y}]\n"
        ),
        ["f.yaml:3:63: the clocks leave out 2025-03-30 02:30 on 2025-03-30: choose another time"],
    ),
    "a duration without a unit": (
        f"scenario: x\nsteps: [{SEND}, {{within: 2, by: anna, see: case, cloud_status: OK}}]\n",
        ['f.yaml:2:104: "2" is no duration: write it like 90s, 15m, 1h 30m or 2d'],
    ),
    "two ways of waiting": (
        f"scenario: x\nsteps: [{SEND}, {{within: 2s, stays_for: 1h, by: anna, see: preset}}]\n",
        [
            "f.yaml:2:95: only one of within, stays_for fits into a step",
        ],
    ),
    "a message that nobody wrote": (
        "scenario: x\nsteps: [{by: k@example.org, act: mark_read, message: m1}]\n",
        ['f.yaml:2:9: no message "m1" was written before'],
    ),
    "a message that is written twice": (
        f"scenario: x\nsteps: [{SEND}, {SEND}]\n",
        ['f.yaml:2:95: the message "m1" was written already'],
    ),
    "an unknown case": (
        "scenario: x\nsteps: [{by: anna, act: note, case: 54, text: y}]\n",
        ['f.yaml:2:9: no case has the number 54 (known: "53")'],
    ),
    "no case where there are two": (
        "scenario: x\ncases: [53, 54]\nsteps: [{by: anna, act: note, text: y}]\n",
        ['f.yaml:3:9: this step needs "case": there is more than one'],
    ),
    "an unknown reading": (
        f"scenario: x\nreadings: {{open_scop: case}}\nsteps: [{SEND}]\n",
        ['f.yaml:2:12: the readings has no field "open_scop" (did you mean "open_scope"?)'],
    ),
    "an unknown clause": (
        f"scenario: x\nrules: INB-44\nsteps: [{SEND}]\n",
        ['f.yaml:2:8: "INB-44" is not a clause of the rules (did you mean "INB-4"?)'],
    ),
    "yes instead of true": (
        f"scenario: x\nregisters: yes\nsteps: [{SEND}]\n",
        ['f.yaml:2:12: true or false is wanted here, not "yes"'],
    ),
    "a reason without a refusal": (
        "scenario: x\nsteps: [{by: anna, act: note, text: y, reason: blank_text}]\n",
        ['f.yaml:2:9: a "reason" is that of a refusal (write "outcome: refused" too)'],
    ),
}


@pytest.mark.parametrize(("text", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_with_the_place_of_each_mistake(text: str, told: list[str]) -> None:
    with pytest.raises(BadScenario) as bad:
        scenario_of(text, Faults("f.yaml"))
    assert [str(fault) for fault in bad.value.faults] == told


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = "scenario: x\nrules: XX\nsteps: [{by: a, act: sned}, {by: a, act: open, via: window}]\n"
    with pytest.raises(BadScenario) as bad:
        scenario_of(text, Faults("f.yaml"))
    assert [(fault.line, fault.column) for fault in bad.value.faults] == [(2, 8), (3, 22), (3, 53)]
