"""The tables that the documents show."""

import pytest
from click.testing import CliRunner

from reference.__main__ import main
from reference.domain.refusals import Refusal
from reference.tables import TABLES, effects, readings, refusals, status


def test_effects_show_that_only_a_file_settles_a_file_request():
    assert "| reply_without_file | read | read | unread |" in effects().splitlines()
    assert "| reply_with_file | read | read | read |" in effects().splitlines()


def test_status_shows_the_german_text_of_each_status():
    assert "| seen | as before | seen | kept |" in status().splitlines()
    assert "`Datei` Wartet auf Unterlagen des Empfängers" in status()


def test_every_refusal_is_in_the_table_with_its_rule():
    lines = refusals().splitlines()[2:]
    assert len(lines) == len(Refusal)
    assert all(
        line.startswith(f"| `{refusal.code}` | {refusal.rule} | {refusal.http_status} |")
        for line, refusal in zip(lines, Refusal, strict=True)
    )


def test_readings_are_shown_with_the_default_first():
    assert "| `several_acknowledge` | first, latest, all |" in readings().splitlines()


@pytest.mark.parametrize("name", TABLES)
def test_the_command_prints_each_table(name):
    result = CliRunner().invoke(main, ["table", name])
    assert result.exit_code == 0
    assert result.output == TABLES[name]() + "\n"


def test_an_unknown_table_is_bad_usage_and_names_those_there_are():
    result = CliRunner().invoke(main, ["table", "colours"])
    assert result.exit_code == 2
    assert "'effects', 'status', 'refusals', 'readings'" in result.output
