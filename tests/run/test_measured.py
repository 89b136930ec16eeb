"""What was measured, in every output of a run: limits, figures, pictures of what went wrong."""

import re
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from simulator.__main__ import main
from simulator.exits import Exit
from simulator.flaws import FLAWS
from simulator.report.report import report_html
from simulator.run.running import Task, in_memory, run_file

OFFICE = """\
scenario: A small office for a morning, with an outage
begins: 2024-02-19 08:00
ends: 14:00
replicate_every: 15m
seed: 7
population:
  caseworkers: 3
  recipients: 20
  messages:
    each_per_hour: 5
    expects: {Kenntnisnahme: 40 %, Antwort: 40 %, Antwort mit Datei: 20 %}
    changes_subject: 20 %
  profiles:
    schnell: {share: 70 %, notices: 10m}
    langsam: {share: 30 %, notices: 1h}
faults:
  - {what: portal, from: 10:00, until: 10:40}
"""


@pytest.fixture
def office(tmp_path: Path):
    def office(more: str = "") -> Path:
        file = tmp_path / "office.yaml"
        file.write_text(OFFICE + more, encoding="utf-8")
        return file

    return office


def test_a_limit_that_is_exceeded_violates_and_is_told_with_its_value(office, tmp_path) -> None:
    file = office(
        "limits: [delivery max <= 2s, settled >= 10%, answer p50 of Kenntnisnahme <= 1h]\n"
    )
    files = [tmp_path / name for name in ("told.json", "told.xml")]
    args = ["run", str(file), "--json", str(files[0]), "--junit", str(files[1])]
    run = CliRunner().invoke(main, args)
    assert run.exit_code == Exit.VIOLATED
    assert re.search(r"limit delivery max <= 2s: [\d.]+ min", run.output)
    assert "limit answer p50 of Kenntnisnahme <= 1h: nothing was measured" in run.output
    measured = orjson.loads(files[0].read_bytes())["scenarios"][0]["measured"]
    assert measured["delivery_ms"]["max"] > 600_000
    assert set(measured["read_ms"]["by_profile"]) == {"schnell", "langsam"}
    figures = re.findall(r'name="(\w+)" value="([^"]+)"', files[1].read_text(encoding="utf-8"))
    assert "delivery_ms_p99" in dict(figures)
    assert [value for _, value in figures if "e" in value] == []  # all digits, for other programs


@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_a_dash_writes_the_document_alone_to_the_standard_output(office, option) -> None:
    run = CliRunner().invoke(main, ["run", str(office()), option, "-"])
    assert run.exit_code == Exit.KEPT
    told = run.stdout_bytes
    assert told.rstrip().endswith((b"}", b"</testsuites>"))
    assert told.startswith((b"{", b"<?xml"))
    assert "1 of 1 scenarios kept" in run.stderr


def test_only_one_document_goes_to_the_standard_output(office) -> None:
    run = CliRunner().invoke(main, ["run", str(office()), "--json", "-", "--junit", "-"])
    assert run.exit_code == Exit.BAD_INPUT
    assert "only one of --json and --junit" in run.output


def test_the_report_shows_figures_limits_and_courses(office) -> None:
    page = report_html([run_file(office("limits: [delivery max <= 2s]\n"), Task(keep=True))], "x")
    assert "<strong>Limit: delivery max &lt;= 2s</strong>" in page
    titles = re.findall("<h4>(.*?)</h4>", page)
    assert titles == [
        "How long messages travel",
        "How long people take",
        "Messages that count as unread",
        "Messages on their way",
        "Cases by cloud status",
        "Messages sent in each hour",
    ]
    assert page.count('<svg class="chart"') == len(titles)
    for text in ("reply_delivery", "By profile of the recipient", "langsam", "Reading"):
        assert text in page
    assert re.search(r"replies without a file.*?stays unread <span class=\"small\">", page)


def test_what_is_drawn_of_a_crowd_is_the_case_in_which_a_rule_was_broken(office) -> None:
    flaw = next(each for each in FLAWS.values() if "STA-3" in each.caught_under)
    ran = run_file(office(), Task(keep=True), lambda one, rules: in_memory(one, flaw.change(rules)))
    assert ran.broken
    case, lines = next(iter(ran.witnesses.items()))
    assert {str(line["case"]) for line in lines if "case" in line} == {case}
    page = report_html([ran], "x")
    assert f"<h3>What happened in case {case}</h3>" in page
    assert 0 < page.count('<svg class="sequence"') <= 3
    assert page.count("✗</li>") >= 1


def test_a_crowd_that_did_well_is_not_drawn(office) -> None:
    ran = run_file(office(), Task(keep=True))
    assert (ran.exit, ran.witnesses) == (Exit.KEPT, {})
    assert '<svg class="sequence"' not in report_html([ran], "x")


def test_the_same_population_gives_the_same_report_and_loads_nothing(office) -> None:
    pages = {report_html([run_file(office(), Task(keep=True))], "x") for _ in range(2)}
    (page,) = pages
    assert not re.search(r"https?://|url\(|@import|<script|<link|<img|src=", page)
    levels = [int(level) for level in re.findall(r"<h(\d)[ >]", page)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is left out"
    assert "Seed 7" in page


@pytest.mark.clause("DLV-1")
def test_a_population_is_served_alike_under_every_interval_and_late_without_immediacy(
    office,
) -> None:
    vary = ["--vary", "replicate_every=5m,never", "--vary", "delivery=immediate,with_replication"]
    run = CliRunner().invoke(main, ["compare", str(office()), *vary, "--jobs", "1"])
    assert run.exit_code == Exit.KEPT, run.output
    assert "All runs that deliver at once (2) have the same deliveries" in " ".join(
        run.output.split()
    )
