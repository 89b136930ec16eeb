"""Which clause is shown where, and what covers it."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import simulator.rules.coverage as coverage_of
from reference.domain.readings import READING_VALUES
from simulator.__main__ import main
from simulator.history.clauses import CLAUSES, Shown
from simulator.history.vocabulary import ACTS, READINGS, SEES
from simulator.rules.coverage import Cover, covers, marked_tests, scenarios_about

RULES = (Path(coverage_of.__file__).parents[2] / "reference" / "RULES.md").read_text("utf-8")
COMMON = {"at", "by", "outcome", "reason"}


def test_the_table_has_every_clause_of_the_rules_in_their_order():
    assert re.findall(r"^- \*\*([A-Z]+-\d+)\*\*", RULES, re.MULTILINE) == list(CLAUSES)


def test_the_readings_of_the_rules_are_those_of_the_trace_and_of_the_domain():
    rows = re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|", RULES, re.MULTILINE)
    told = {name: tuple(re.findall(r"`(\w+)`", values)) for name, values in rows}
    assert told == dict(READINGS) == dict(READING_VALUES)


@pytest.mark.parametrize("clause", [c for c in CLAUSES.values() if c.shown is Shown.TRACE])
def test_a_clause_is_shown_by_fields_that_a_trace_can_have(clause):
    assert clause.fields
    for path in clause.fields:
        word, *names = path.split(".")
        fields = {f.name: f for f in (*ACTS.get(word, ()), *SEES.get(word, ()))}
        assert word in ACTS or word in SEES
        assert names[0] in fields or names[0] in COMMON
        if names[1:]:
            assert names[1] in {inner.name for inner in fields[names[0]].fields}


def test_every_clause_that_a_trace_shows_is_covered(tmp_path):
    missing = {c.clause.id: c.missing for c in covers(tmp_path) if c.clause.shown is Shown.TRACE}
    assert set(missing.values()) == {""}


def test_a_clause_without_a_promise_or_an_example_is_missing_both():
    cover = Cover(CLAUSES["INB-3"], (), ("INB-3-good.jsonl",), (), ())
    assert cover.missing == "no promise of the oracle, no bad example"


def test_a_clause_that_no_trace_shows_is_covered_when_a_test_names_it(tmp_path):
    missing = {c.clause.id: c.missing for c in covers(tmp_path) if c.missing}
    assert missing == {
        "SEND-8": "no server test",
        "SEND-10": "no page test",
        "SEND-11": "no server test",
        "INB-7": "no page test",
        "RPL-1": "no server test",
    }
    (tmp_path / "test_it.py").write_text('@pytest.mark.clause("SEND-8", "INB-7")\n', "utf-8")
    assert marked_tests(tmp_path) == {"SEND-8": ("test_it.py",), "INB-7": ("test_it.py",)}
    found = {c.clause.id: c for c in covers(tmp_path)}
    assert found["SEND-8"].missing == ""
    assert found["SEND-8"].tests == ("test_it.py",)


def test_rules_prints_every_clause_and_check_passes():
    result = CliRunner().invoke(main, ["rules", "--check"])
    assert result.exit_code == 0
    assert all(re.search(rf"{id_}\b", result.output) for id_ in CLAUSES)
    assert "is not covered" not in result.output


def test_check_is_refused_where_there_are_no_tests_to_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    listed = CliRunner().invoke(main, ["rules"])
    assert listed.exit_code == 0
    assert "is not covered" not in listed.output
    result = CliRunner().invoke(main, ["rules", "--check"])
    assert result.exit_code == 2
    assert "run it where the project's tests are" in result.output


def test_check_fails_when_a_clause_has_no_examples(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage_of, "EXAMPLES", tmp_path)
    result = CliRunner().invoke(main, ["rules", "--check"])
    assert result.exit_code == 1
    assert "INB-3 is not covered: no good example, no bad example" in result.output


def test_without_check_a_missing_example_is_only_told(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage_of, "EXAMPLES", tmp_path)
    result = CliRunner().invoke(main, ["rules"])
    assert result.exit_code == 0
    assert "INB-3 is not covered" in result.output


def test_a_scenario_covers_the_clauses_that_it_is_about(tmp_path):
    (tmp_path / "inbox").mkdir()
    file = tmp_path / "inbox" / "story.yaml"
    file.write_text("scenario: x\nrules: [INB-3, STA-2]\nsteps: []  # INB-4\n", encoding="utf-8")
    assert scenarios_about(tmp_path) == {
        "INB-3": ("inbox/story.yaml",),
        "STA-2": ("inbox/story.yaml",),
    }
