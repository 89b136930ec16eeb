"""Running a scenario file: what is kept, what is violated, what stays undecided."""

import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from reference.domain.refusals import Refusal
from reference.domain.rules import Rules
from simulator.exits import Exit
from simulator.flaws import FLAWS
from simulator.history.vocabulary import READINGS
from simulator.run.matrix import fit_for, row_of, scripted
from simulator.run.running import Task, in_memory, run_file
from simulator.scenario.file import BadScenario, Scenario, read_scenario, scenario_of
from simulator.scenario.nodes import Faults
from simulator.targets.port import Target
from simulator.world.result import Ran

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.yaml"))

STORY = """\
scenario: A file request
rules: INB-4
steps:
  - {at: 09:00, by: anna, act: send, message: m1, to: k@example.org, expects: Antwort mit Datei, text: Bitte die Police senden}
  - {at: +5m, by: k@example.org, act: reply, message: a1, answers: m1, text: Kommt noch}
"""


#: The same story without a clause that has to decide something.
TALE = STORY.replace("rules: INB-4\n", "")


@pytest.fixture
def run(tmp_path: Path):
    def run(text: str, **task: object) -> Ran:
        file = tmp_path / "story.yaml"
        file.write_text(text, encoding="utf-8")
        return run_file(file, Task(**task))

    return run


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(SCENARIOS)) for file in FILES])
def test_every_scenario_is_kept_on_the_model(file: Path) -> None:
    ran = run_file(file, Task())
    assert ran.exit is Exit.KEPT, ran.why


def test_an_expectation_that_holds_is_kept(run) -> None:
    look = "  - {within: 2s, by: k@example.org, see: inbox, unread: 1, messages: {message: m1, hint: documents}}\n"
    ran = run(STORY + look)
    assert (ran.exit, ran.failures, ran.undecided) == (Exit.KEPT, (), ())
    assert ran.decisive["INB-4"] > 0


@pytest.mark.parametrize(
    ("hint", "verdict"),
    [("Unterlagen erwartet", Exit.KEPT), ("Antwort erwartet", Exit.VIOLATED)],
)
def test_a_hint_may_be_written_as_the_inbox_shows_it(run, hint, verdict) -> None:
    look = f"  - {{by: k@example.org, see: inbox, messages: {{message: m1, hint: {hint}}}}}\n"
    assert run(STORY + look).exit is verdict


def test_an_expectation_that_does_not_hold_names_step_clause_and_both_values(run) -> None:
    ran = run(STORY + "  - {within: 2s, by: anna, see: case, cloud_status: Datei}\n")
    (failure,) = ran.failures
    assert ran.exit is Exit.VIOLATED
    assert (failure.line, failure.rule) == (6, "STA-6")
    assert (failure.expected, failure.seen) == ('cloud_status: "Datei"', 'cloud_status: "OK"')


def test_a_failed_expectation_says_what_the_rules_demand_and_whether_any_is_broken(run) -> None:
    agreed = "; no rule is broken, so that it may be the expectation that is wrong"
    unread = "m1 asks for a reply with file; k@example.org answered without a file: it must count as unread"
    for look in ("unread: 0", "messages: {message: m1, unread: false}"):
        ran = run(STORY + f"  - {{by: k@example.org, see: Posteingang, {look}}}\n")
        assert ran.failures[0].because == unread + agreed
    ran = run(STORY + "  - {by: anna, see: Vorgang, cloud_status: Datei}\n")
    assert ran.failures[0].because == "a1 came from a recipient" + agreed
    ran = run(STORY + "  - {by: l@example.org, see: inbox, unread: 1}\n")
    told = ran.failures[0]
    assert (told.expected, told.seen) == ("unread: 1", "nothing is there for l@example.org")


@pytest.mark.parametrize(
    ("entries", "expected", "seen"),
    [
        ("{message: m1, text: Etwas anderes}", 'text: "Etwas anderes"', 'text: "Bitte die'),
        ("[{message: a1}, {message: m1}]", "after those above it", "it, before them"),
        ("{text: Etwas anderes}", "an entry {", "2 entries without it"),
    ],
)
def test_an_entry_that_is_not_as_expected_says_what_is_otherwise(
    run, entries: str, expected: str, seen: str
) -> None:
    ran = run(TALE + f"  - {{at: +1m, by: anna, see: activities, entries: {entries}}}\n")
    (failed,) = ran.failures
    assert expected in failed.expected
    assert seen in failed.seen


def test_the_clause_that_a_step_names_is_the_one_that_fails(run) -> None:
    ran = run(STORY + "  - {by: anna, see: case, cloud_status: Datei, rule: STA-3}\n")
    assert ran.failures[0].rule == "STA-3"


def test_an_act_that_is_refused_fails_unless_it_is_expected(run) -> None:
    blank = "  - {by: k@example.org, act: reply, message: a2, answers: m1, text: ' '"
    assert run(STORY + blank + "}\n").failures[0].seen == "refused (blank_reply)"
    expected = blank + ", outcome: refused, reason: blank_reply}\n"
    assert not run(STORY + expected).failures
    other = blank + ", outcome: refused, reason: too_large}\n"
    assert run(STORY + other).failures[0].expected == "refused (too_large)"


def test_an_unexpected_refusal_names_its_clause_and_what_would_be_right(run) -> None:
    ran = run(TALE.replace("to: k@example.org, ", "").partition("  - {at: +5m")[0])
    told = ran.failures[0]
    assert (told.rule, told.seen) == ("SEND-5", "refused (no_recipient)")
    assert told.because.startswith("no recipient was chosen: give at least one e-mail address; no ")


def test_what_stays_for_a_time_is_looked_at_until_its_end(run) -> None:
    stays = "  - {stays_for: 1h, by: k@example.org, see: inbox, unread: 1}\n"
    assert run(STORY + stays).exit is Exit.KEPT
    later = STORY.replace("steps:", "replicate_every: 20m\nsteps:")
    assert run(later + stays).looks > run(STORY + stays).looks


def test_what_must_never_be_seen_is_watched_to_the_end(run) -> None:
    never = "  - {never: true, by: anna, see: case, cloud_status: Info}\n"
    send = "  - {at: +1h, by: anna, act: send, message: m2, expects: Kenntnisnahme, text: Danke}\n"
    assert run(TALE + never).exit is Exit.KEPT
    ran = run(TALE + never + send)
    assert (ran.exit, ran.failures[0].line) == (Exit.VIOLATED, 5)
    assert ran.failures[0].expected == 'never cloud_status: "Info"'


def test_a_rule_that_nothing_decides_leaves_the_scenario_undecided(run) -> None:
    ran = run(STORY.replace("INB-4", "RPL-4"))
    assert (ran.exit, ran.undecided) == (
        Exit.UNDECIDED,
        ("RPL-4 is what it is about, and no line decided it",),
    )


def test_a_mail_is_waited_for_like_anything_else(run) -> None:
    mail = "  - {within: 2s, see: mail, to: k@example.org, event: new_message, message: m1}\n"
    assert run(TALE + mail).exit is Exit.KEPT
    none = mail.replace("k@", "l@")
    assert run(STORY + none).failures[0].rule == "MAIL-1"


def test_a_reading_of_the_file_is_that_of_target_and_oracle(run) -> None:
    look = "  - {by: anna, see: case, cloud_status: Datei, acknowledged_on: null}\n"
    assert run(TALE + look).exit is Exit.VIOLATED
    assert run("readings: {fileless_reply: unchanged}\n" + TALE + look).exit is Exit.KEPT


def test_what_the_target_cannot_do_is_skipped_and_said(run) -> None:
    ran = run(STORY + "  - {act: fault, what: server, state: down}\n")
    assert [str(skip) for skip in ran.skipped] == [
        "line 6: this target cannot do fault server: nothing runs that could be killed"
    ]


def test_the_trace_of_a_run_is_what_the_oracle_judged(run, tmp_path: Path) -> None:
    ran = run(STORY, trace=tmp_path)
    lines = (tmp_path / "story.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == ran.acts + ran.looks + 1
    assert (tmp_path / "story.jsonl").read_bytes() == _again(run, tmp_path)


def _again(run, tmp_path: Path) -> bytes:
    run(STORY, trace=tmp_path)
    return (tmp_path / "story.jsonl").read_bytes()


def test_a_file_that_is_not_there_is_a_result(tmp_path: Path) -> None:
    ran = run_file(tmp_path / "none.yaml", Task())
    assert (ran.exit, "No such file" in ran.why) == (Exit.ENVIRONMENT, True)


def test_ten_thousand_mutated_files_give_no_traceback() -> None:
    chance = Random("mutations of scenarios")
    texts = [STORY, *(file.read_text(encoding="utf-8") for file in FILES)]
    pieces = [
        "{",
        "}",
        "[",
        "]",
        ":",
        " ",
        "\n",
        "- ",
        "'",
        '"',
        "&a",
        "*a",
        "!x",
        "|",
        "\t",
        "\0",
        "m1",
        "53",
        "+5m",
        "%",
        "0 %",
        "day 9 ",
    ]
    good = bad = 0
    for _ in range(10_000):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(text))
            cut = chance.choice([0, 0, 1, 5])
            text = text[:place] + chance.choice([*pieces, ""]) + text[place + cut :]
        try:
            scenario_of(text, Faults("m.yaml"))
            good += 1
        except BadScenario as error:
            bad += bool(error.faults)
    assert good + bad == 10_000
    assert min(good, bad) > 100


@pytest.mark.parametrize("flaw", FLAWS)
def test_every_known_flaw_is_noticed_by_a_scenario(flaw: str) -> None:
    likely = sorted(
        scripted(FILES), key=lambda file: not set(FLAWS[flaw].caught_under) & _about(file)
    )
    assert any(row_of(flaw, [file]).caught for file in likely)


def _about(file: Path) -> set[str]:
    first = file.read_text(encoding="utf-8").partition("steps:")[0]
    return set(re.findall(r"[A-Z]+-\d+", first))


def test_what_must_never_be_seen_is_looked_for_after_the_last_step_too(run) -> None:
    tail = (
        "  - {at: 10:00, by: anna, act: edit_case, subject: Neu}\n"
        "  - {never: true, by: k@example.org, see: portal_case, subject: Neu}\n"
    )
    quiet = "ends: 12:00\n" + TALE + tail
    assert run(quiet).exit is Exit.KEPT
    assert run("replicate_every: 15m\n" + quiet).failures[0].rule == "RPL-2"


def test_a_step_that_the_target_cannot_do_leaves_the_scenario_undecided(run) -> None:
    assert run(TALE + "  - {act: fault, what: server, state: down}\n").exit is Exit.UNDECIDED


def test_a_misspelt_caseworker_is_a_mistake_of_the_file(run) -> None:
    ran = run(TALE + "  - {by: ana, see: case, cloud_status: OK}\n")
    assert (ran.exit, 'did you mean "anna"' in ran.why) == (Exit.BAD_INPUT, True)


def test_times_out_of_reach_are_mistakes_of_the_file(run) -> None:
    for line in ("ends: +99999999d\n", "begins: 0001-01-01\n", "begins: 9999-12-31\n"):
        assert run(line + TALE).exit is Exit.BAD_INPUT


def test_a_file_that_is_wrong_without_a_flaw_tells_none_from_another(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("scenario: x\n", encoding="utf-8")
    assert [one.exit for one in fit_for([broken, FILES[0]])] == [Exit.BAD_INPUT]


#: Refusals that no file can ask for: words that the language does not have, what the sides say to
#: each other, and what would tell a stranger whether an address is known.
OUT_OF_REACH = {
    "unknown_role",
    "unknown_expected_action",
    "unknown_via",
    "unknown_mail_event",
    "unknown_replication_result",
    "envelope_gap",
    "misdirected",
    "no_answer",
    "unknown_account",
    "already_registered",
}


def test_every_refusal_and_every_reading_has_a_scenario() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    codes = {refusal.code for refusal in Refusal} - OUT_OF_REACH
    assert {code for code in codes if f"reason: {code}" not in text} == set()
    read = [read_scenario(file).readings for file in FILES]
    varied = {(name, value) for name, values in READINGS.items() for value in values[1:]}
    assert varied - {pair for readings in read for pair in readings.items()} == set()


def test_an_outage_that_ends_while_a_message_waits_is_noticed_without_a_later_look(run) -> None:
    outage = "faults:\n  - {what: portal, from: 08:30, until: 10:00}\nends: 11:00\n"
    goal = "sometimes: [an outage ended with messages waiting]\n"
    story = TALE[: TALE.index("  - {at: +5m")]
    look = "  - {by: anna, see: case, under_way: [m1]}\n"
    assert run(outage + goal + story + look).exit is Exit.KEPT
    early = outage.replace("10:00", "08:40")
    assert run(early + goal + story + look.replace("[m1]", "[]")).exit is Exit.UNDECIDED


def test_who_forgot_to_look_at_what_the_file_is_about_is_told_where_it_shows(run) -> None:
    ran = run(STORY[: STORY.index("  - {at: +5m")])
    assert ran.undecided == (
        'INB-4 is what it is about, and no line decided it (a look shows it: "see: inbox")',
    )


@pytest.mark.parametrize(
    ("file", "because"),
    [
        ("stories/a-claim-with-photos.yaml", "the message of line 9 was the first to "),
        ("stories/a-renewal-notice-to-many.yaml", "the message of line 4 of the trace was the "),
    ],
)
def test_a_finding_names_the_lines_of_the_scenario(file: str, because: str) -> None:
    flaw = FLAWS["no_registration_mail"]
    ran = run_file(SCENARIOS / file, Task(), lambda one, rules: in_memory(one, flaw.change(rules)))
    assert ran.broken[0].finding.because.startswith(because)


def test_a_run_on_the_model_loads_nothing_that_speaks_to_a_server() -> None:
    file = str(SCENARIOS / "inbox" / "acknowledging-is-reading.yaml")
    code = f"""
import sys
from simulator.__main__ import main
try:
    main(["run", {file!r}])
except SystemExit as end:
    print(end.code, sorted({{"aiohttp", "aiosmtpd", "reference.client", "ssl"}} & {{*sys.modules}}))
"""
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_defect_of_the_simulator_is_told_of_its_file_and_the_others_count(tmp_path: Path) -> None:
    def broken(scenario: Scenario, rules: Rules) -> Target:
        raise ZeroDivisionError(f"nothing to divide by in {scenario.title} {rules.zone}")

    file = tmp_path / "story.yaml"
    file.write_text(STORY, encoding="utf-8")
    ran = run_file(file, Task(), broken)
    assert ran.exit is Exit.ENVIRONMENT
    (error,) = ran.errors
    place = r"test_running\.py:\d+"
    told = (
        rf"{re.escape(str(file))}: the simulator itself failed, at {place}: ZeroDivisionError: .*"
    )
    assert re.fullmatch(told, error)
