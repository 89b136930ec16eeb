"""The command line of `simulator check`: what it prints, writes and exits with."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

import simulator.examples
from simulator.__main__ import main
from simulator.check.command import parse_limit

FOLDER = Path(next(iter(simulator.examples.__path__)))
GOOD = str(FOLDER / "INB-3-good.jsonl")
BAD = str(FOLDER / "INB-3-bad.jsonl")
NOTE = '{"at": "2024-02-19T12:00:00Z", "act": "fault", "what": "mail", "state": "up", "outcome": "ok"}\n'


def check(*words, text=None):
    return CliRunner().invoke(main, ["check", *words], input=text)


def test_trace_that_keeps_the_rules_exits_0_and_says_what_was_decisive():
    result = check(GOOD)
    assert result.exit_code == 0
    assert "INB-3 " in result.stdout
    assert f"{GOOD}: kept, 0 findings in 6 lines" in result.stdout
    assert "again:" not in result.stdout


def test_violation_exits_1_with_line_rule_and_facts_and_the_command_that_repeats_it():
    result = check(BAD, "--limit", "3s")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == f"{BAD}:4: INB-3"
    assert [line.split()[0] for line in lines[1:4]] == ["seen:", "demanded:", "because:"]
    assert lines[-1] == f"again: main check {BAD} --limit 3s"


def test_plain_output_is_the_same_each_time_and_not_wrapped():
    assert check(BAD).stdout == check(BAD).stdout
    assert "\x1b" not in check(BAD).stdout


def test_standard_input_is_read_for_a_dash():
    result = check("-", text=Path(BAD).read_text(encoding="utf-8"))
    assert result.exit_code == 1
    assert "-:4: INB-3" in result.stdout


def test_bad_input_exits_2_with_file_line_column_and_suggestion(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(NOTE + NOTE.replace("fault", "falt"), encoding="utf-8")
    result = check(str(path))
    assert result.exit_code == 2
    expected = f'error: {path}:2:39: "act" has no word "falt" (did you mean "fault"?)'
    assert expected in result.stdout


def test_what_else_is_wrong_below_a_bad_line_is_told_too_each_mistake_once(tmp_path):
    path = tmp_path / "log.jsonl"
    no_offset = [NOTE.replace("00Z", f"00.{number:03}") for number in range(300)]
    falt, nothing = NOTE.replace("fault", "falt"), NOTE.replace('"what"', '"waht"')
    path.write_text("".join([NOTE, falt, *no_offset, nothing, falt, "[", "\n"]), encoding="utf-8")
    result = check(str(path), "--json", str(tmp_path / "out.json"))
    errors = [line for line in result.stdout.splitlines() if line.startswith("error: ")]
    assert result.exit_code == 2
    assert f'{path}:2:39: "act" has no word "falt"' in errors[0]
    assert errors[1] == f"error: {path}: the same in 1 line of the next 10,000"
    assert f"{path}:3:8: " in errors[2]
    assert errors[2].endswith(", and in 299 lines more")
    assert f"{path}:303:" in errors[3]
    assert errors[4].startswith(f"error: {path}:305:2: broken JSON")
    (told,) = json.loads((tmp_path / "out.json").read_text())["files"]
    assert [f"error: {error}" for error in (told["error"], *told["further"])] == errors


def test_many_different_mistakes_are_counted_not_listed(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(NOTE.replace("fault", f"falt{n}") for n in range(40)), encoding="utf-8")
    errors = [line for line in check(str(path)).stdout.splitlines() if line.startswith("error: ")]
    assert len(errors) == 11
    assert errors[-1] == f"error: {path}: and 30 other mistakes"


def test_message_never_mentioned_is_bad_input_with_its_column(tmp_path):
    path = tmp_path / "log.jsonl"
    lines = Path(GOOD).read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace('"m1"', '"m9"')
    path.write_text("\n".join(lines[:3]), encoding="utf-8")
    result = check(str(path))
    assert result.exit_code == 2
    column = lines[2].index('"m9"') + 1
    assert f'error: {path}:3:{column}: "message": "m9" was never mentioned' in result.stdout


def test_an_id_that_stands_for_another_message_is_bad_input_with_the_fields_that_differ(tmp_path):
    path = tmp_path / "log.jsonl"
    lines = Path(GOOD).read_text(encoding="utf-8").splitlines(keepends=True)
    sent = json.loads(lines[1])
    path.write_text("".join(lines) + lines[1].replace(sent["at"], "2024-02-20T12:00:00+01:00"))
    assert check(str(path)).exit_code == 0
    again = json.dumps({**sent, "at": "2024-02-20T12:00:00+01:00", "text": "x", "to": ["x@y.z"]})
    path.write_text("".join(lines) + again + "\n")
    result = check(str(path))
    assert result.exit_code == 2
    column = again.index(f'"{sent["message"]}"') + 1
    place = f"error: {path}:{len(lines) + 1}:{column}:"
    assert (
        f'{place} "message": "m1" stands for another message since line 2: text and to differ'
        " (give each message an id of its own; a retry repeats every field)"
    ) in result.stdout


def test_trace_that_exercises_nothing_is_undecided():
    result = check("-", text=NOTE)
    assert result.exit_code == 3
    assert "undecided: no line exercised any rule" in result.stdout
    assert check("-", text="").exit_code == 3


def test_required_rule_that_was_not_decisive_makes_it_undecided():
    assert check(GOOD, "--require", "INB-3").exit_code == 0
    result = check(GOOD, "--require", "RPL-3")
    assert result.exit_code == 3
    assert "RPL-3 was required, and no line decided it" in result.stdout


def test_violation_comes_before_undecided():
    assert check(BAD, "--require", "REP-4").exit_code == 1


def test_file_that_cannot_be_read_exits_4(tmp_path):
    assert check(str(tmp_path / "none.jsonl")).exit_code == 4
    assert check(str(tmp_path)).exit_code == 4
    assert check(GOOD, "--json", str(tmp_path / "none" / "x.json")).exit_code == 4


def test_every_file_is_checked_and_the_worst_decides():
    result = check(GOOD, BAD)
    assert result.exit_code == 1
    assert f"{GOOD}: kept" in result.stdout
    assert f"{BAD}: violated" in result.stdout
    assert check(BAD, "-", text="{").exit_code == 2
    assert check("/nowhere/x", "-", text="{").exit_code == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name at least one trace"),
        ((GOOD, "--require", "INB-33"), 'did you mean "INB-3"?'),
        ((GOOD, "--require", "INB-7"), "no trace shows it"),
        ((GOOD, "--reading", "reply_scop=case"), 'did you mean "reply_scope"?'),
        ((GOOD, "--reading", "reply_scope=cas"), 'did you mean "case"?'),
        ((GOOD, "--reading", "reply_scope"), "NAME=VALUE"),
        ((GOOD, "--limit", "2"), "500ms"),
        ((GOOD, "--limit", "0s"), "500ms"),
        ((GOOD, "--json", "-", "--junit", "-"), "only one of"),
        ((GOOD, "--lmit", "2s"), "--limit"),
        ((GOOD, "--infer-readings", "--explain", "53"), "two questions"),
        ((GOOD, "--infer-readings", "--reading", "reply_scope=case"), "leave out --reading"),
        ((GOOD, "--explain", "53", "--require", "INB-3"), "leave them out with a question"),
    ],
)
def test_bad_usage_exits_2_and_says_what_is_meant(words, message):
    result = check(*words)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


def test_reading_on_the_command_line_comes_before_that_of_the_header(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"trace": 1, "readings": {"reply_scope": "case"}}\n' + NOTE, encoding="utf-8")
    told = json.loads(check(str(path), "--json", "-").stdout)["files"][0]["readings"]
    assert told["reply_scope"] == "case"
    words = (str(path), "--json", "-", "--reading", "reply_scope=message")
    assert json.loads(check(*words).stdout)["files"][0]["readings"]["reply_scope"] == "message"


def test_json_holds_the_findings_and_stands_alone_on_stdout():
    result = json.loads(check(BAD, "--json", "-").stdout)
    assert (result["verdict"], result["exit"]) == ("violated", 1)
    finding = result["files"][0]["findings"][0]
    assert (finding["rule"], finding["line"], finding["count"]) == ("INB-3", 4, 1)


def test_junit_is_xml_with_a_failure_for_the_rule_that_is_broken(tmp_path):
    path = tmp_path / "result.xml"
    assert check(BAD, "--junit", str(path)).exit_code == 1
    suite = ET.parse(path).getroot()[0]  # noqa: S314 - our own output
    assert (suite.get("failures"), suite.get("errors")) == ("1", "0")
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["INB-3"]
    message = next(suite.iter("failure")).get("message")
    assert message.endswith("counts as read for k@example.org, demanded: unread")


def test_outputs_stay_well_formed_whatever_the_trace_holds(tmp_path):
    path = tmp_path / "a<b>\udcff\x01.jsonl"
    hostile = '<&\\"\\u0000\\u001b[31m\\uffff'
    text = Path(BAD).read_text(encoding="utf-8").replace("m1", hostile)
    path.write_text(text, encoding="utf-8")
    xml = check(str(path), "--junit", "-").stdout
    assert ET.fromstring(xml)[0].get("failures") == "1"  # noqa: S314 - our own output
    assert json.loads(check(str(path), "--json", "-").stdout)["exit"] == 1
    assert "\x1b" not in check(str(path)).stdout


def test_schema_is_printed_without_a_trace():
    result = check("--schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "One line of a trace"


@pytest.mark.parametrize(
    ("text", "us"), [("2s", 2_000_000), ("500ms", 500_000), ("1m", 60_000_000), ("1.5s", 1_500_000)]
)
def test_limit_is_a_duration_with_its_unit(text, us):
    assert parse_limit(text) == us


def test_help_names_the_subcommands_without_importing_them():
    words = (
        "import sys; from simulator.__main__ import main; main(['--help'], standalone_mode=False)"
    )
    loaded = "; assert 'simulator.check.command' not in sys.modules, 'imported'"
    done = subprocess.run(
        [sys.executable, "-c", words + loaded], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "check" in done.stdout


def test_unknown_subcommand_is_bad_usage():
    result = CliRunner().invoke(main, ["chek"])
    assert result.exit_code == 2
    assert "Did you mean 'check'?" in result.output


def test_message_is_explained_by_the_chain_of_facts_and_the_rule():
    result = check(BAD, "--explain", "m1", "--for", "k@example.org")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{BAD}:2: m1 asks for a reply")
    assert lines[-1].startswith("so: ")
    assert lines[-1].endswith("(INB-3)")


def test_case_is_explained_by_what_changed_its_fields():
    result = check(BAD, "--explain", "53")
    assert result.exit_code == 0
    assert "Antwort" in result.stdout
    assert check(BAD, "--explain", "54").exit_code == 3


def test_readings_are_inferred_with_the_line_that_rules_a_value_out():
    result = check(str(FOLDER / "INB-4-good.jsonl"), "--infer-readings")
    assert result.exit_code == 0
    assert "reply_scope: message, case" in result.stdout
    assert check("-", "--infer-readings", text="{").exit_code == 2
    assert check("/nowhere/x", "--explain", "53").exit_code == 4


@pytest.mark.parametrize("question", [["--infer-readings"], ["--explain", "53"]])
def test_a_question_has_no_verdict_to_write_as_json(question, tmp_path):
    result = check(GOOD, *question, "--json", str(tmp_path / "out.json"))
    assert result.exit_code == 2
    assert "leave them out with a question" in result.output


def test_explaining_a_message_without_its_recipient_says_how():
    result = check(GOOD, "--explain", "m1")
    assert result.exit_code == 3
    assert "of a message, say for whom: --for k@example.org" in result.output


def test_a_case_number_in_quotes_is_another_case_and_the_message_says_so(tmp_path):
    trace = tmp_path / "quoted.jsonl"
    first = Path(GOOD).read_text("utf-8").splitlines()[0]
    look = '{"at": "2030-01-01T00:00:00Z", "see": "case", "by": "anna", "case": "53"}'
    trace.write_text(f"{first}\n{look}\n", "utf-8")
    result = check(str(trace))
    assert result.exit_code == 2
    assert "it was 53; a number and a text are two cases" in result.output


def test_what_a_log_never_mentioned_may_be_given(tmp_path):
    trace = tmp_path / "mid-life.jsonl"
    trace.write_text(
        '{"at": "2030-01-01T00:00:00Z", "see": "case", "by": "anna", "case": 53}\n', "utf-8"
    )
    assert (
        "never mentioned before (lines stand in the order of what happened"
        in check(str(trace)).output
    )


def test_what_breaks_a_rule_under_every_reading_is_told_with_the_readings():
    result = check(BAD, "--infer-readings")
    assert result.exit_code == 1
    assert "whatever the readings: " in result.stdout
    assert "INB-3" in result.stdout


def test_an_output_that_cannot_be_written_is_a_failed_environment():
    command = [sys.executable, "-m", "simulator", "rules"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        4,
        "error: standard output: No space left on device\n",
    )


def test_what_the_output_cannot_show_is_escaped(tmp_path):
    trace = tmp_path / "umlaut.jsonl"
    trace.write_text(Path(BAD).read_text("utf-8").replace("k@", "kö@"), "utf-8")
    command = [sys.executable, "-m", "simulator", "check", str(trace)]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ascii_only)
    assert done.returncode == 1
    assert "k\\xf6@example.org" in done.stdout


def test_a_folder_is_told_in_words(tmp_path):
    result = check(str(tmp_path))
    assert result.exit_code == 4
    assert f"error: {tmp_path}: Is a directory" in result.output


def test_a_message_without_a_recipient_is_told_with_those_that_it_has():
    result = check(BAD, "--explain", "m1")
    assert result.exit_code == 3
    assert result.output.splitlines()[0].endswith("say for whom: --for k@example.org")


def test_what_rules_a_reading_out_says_what_would_be_right():
    result = check(BAD, "--infer-readings")
    assert ", demanded: unread; m1 asks for a reply" in result.output


def test_junit_tells_every_finding_of_a_rule():
    entry = {"message": "m1", "unread": True}
    sees = [
        {"at": "2024-02-19T12:00:10Z", "see": "inbox", "by": by, "unread": 7, "messages": [entry]}
        for by in ("k@example.org", "l@example.org")
    ]
    sent = {
        "at": "2024-02-19T12:00:00Z", "act": "send", "by": "anna", "case": 53, "message": "m1",
        "text": "x", "expects": "reply", "to": ["k@example.org", "l@example.org"], "outcome": "ok",
    }  # fmt: skip
    text = "".join(f"{json.dumps(line)}\n" for line in (sent, *sees))
    xml = check("-", "--junit", "-", text=text).stdout
    assert xml.count("<failure") == 1
    assert "-:2: INB-1" in xml
    assert "-:3: INB-1" in xml
