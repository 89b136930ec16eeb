"""The report of a run: one file, verdict first, nothing from elsewhere, nothing that is obeyed."""

import re
from html import unescape
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from simulator.history.vocabulary import READ_AS
from simulator.report.report import report_html
from simulator.report.sequence import arrows
from simulator.run.running import Task, run_file

STORY = """\
scenario: "Hostile <script>alert(1)</script> & title"
story: "A story with <b>markup</b>"
steps:
  - {at: 09:00, by: anna, act: send, message: "m<i>1", to: k@example.org, expects: Antwort, text: Bitte um Rückruf}
  - {by: anna, see: case, cloud_status: %s}
"""


@pytest.fixture
def report(tmp_path: Path):
    def report(*statuses: str) -> str:
        ran = []
        for number, status in enumerate(statuses):
            file = tmp_path / f"{number}.yaml"
            file.write_text(STORY % status, encoding="utf-8")
            ran.append(run_file(file, Task(keep=True)))
        return report_html(ran, "collab-simulator run <x>")

    return report


def test_what_failed_stands_before_what_was_kept(report) -> None:
    page = report("Antwort", "OK")
    assert "<h1>1 of 2 scenarios kept</h1>" in page
    failed, kept = page.index("Line 5: STA-6"), page.index("<details><summary>Hostile")
    assert page.index("<h2>Scenarios</h2>") < failed < kept
    assert page.index("line 5: STA-6: expected cloud_status") < page.index("<h2>Scenarios</h2>")


def test_a_violation_stands_before_what_is_only_undecided_and_gives_the_reason(
    tmp_path: Path,
) -> None:
    texts = {"goal": STORY % "Antwort" + "sometimes: an answer was lost\n", "wrong": STORY % "OK"}
    ran = []
    for name, text in texts.items():
        file = tmp_path / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        ran.append(run_file(file, Task(keep=True)))
    page = report_html(ran, "x")
    first = page[page.index('<div class="verdict violated">') : page.index("<h2>Scenarios</h2>")]
    assert "line 5: STA-6: expected cloud_status" in first
    assert page.index('<td class="violated">') < page.index('<td class="undecided">')


def test_the_reason_names_clause_expected_and_seen(report) -> None:
    page = report("OK")
    assert "the case shows the last communication" in page
    assert "cloud_status: &#34;OK&#34;" in page
    assert "cloud_status: &#34;Antwort&#34;" in page


def test_the_overview_tells_how_much_more_is_wrong(report) -> None:
    assert "more)</strong>" not in report("OK", "Antwort")
    page = report("OK}\n  - {by: k@example.org, see: inbox, unread: 7", "Antwort")
    overview = page[page.index("<h2>Scenarios</h2>") : page.index("Line 5: STA-6")]
    assert "<strong>(and 1 more)</strong>" in overview


@pytest.mark.parametrize(
    "step",
    [
        "{by: anna, see: case,\n     cloud_status: OK}",
        "by: anna\n    see: case\n    cloud_status: OK",
    ],
)
def test_the_step_that_failed_is_shown_as_it_was_written(tmp_path: Path, step: str) -> None:
    file = tmp_path / "story.yaml"
    text = STORY.replace("{by: anna, see: case, cloud_status: %s}", step)
    file.write_text(f"{text}\n  # what comes after it\nends: 12:00\n", encoding="utf-8")
    page = report_html([run_file(file, Task(keep=True))], "x")
    assert f'<pre class="step">{dedent("    " + step)}</pre>' in page


def test_nothing_that_was_written_is_obeyed_and_nothing_is_loaded(report) -> None:
    page = report("Antwort", "OK")
    assert "<script" not in page
    assert "<b>" not in page
    assert "m<i>" not in page
    assert "m&lt;i&gt;1" in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "@import" not in page
    assert "url(" not in page


def test_the_pictures_show_acts_mails_and_what_was_seen(report) -> None:
    page = report("Antwort")
    sequence = page[page.index('<svg class="sequence"') :]
    for label in ("Sachbearbeiter", "Empfänger", "new_message", "case 53", "Antwort"):
        assert label in sequence
    assert 'data-at="19.02. 09:00"><span lang="de">Antwort</span></li>' in page


def test_a_message_that_is_sent_in_an_outage_reaches_the_portal_when_it_is_over() -> None:
    def line(minute: int, **fields: object) -> dict[str, object]:
        return {"at": f"2024-02-19T09:{minute:02}:00+01:00", "outcome": "ok", **fields}

    rows = arrows(
        [
            line(0, act="fault", what="portal", state="down"),
            line(1, act="send", message="m1", expects="reply"),
            line(2, act="fault", what="mail", state="down"),
            line(3, act="fault", what="portal", state="up"),
            line(4, act="send", message="m2", expects="reply"),
        ],
        ZoneInfo("Europe/Berlin"),
    )
    told = [f"{row.at[-8:-3]} {row.told}: {row.label}" for row in rows]
    assert told == [
        "09:00 MVP: portal down",
        "09:01 Sachbearbeiter → MVP: m1: Antwort",
        "09:01 MVP: m1 waits",
        "09:02 MVP: mail down",
        "09:03 MVP: portal up",
        "09:03 MVP → Portal: m1",
        "09:04 Sachbearbeiter → MVP: m2: Antwort",
        "09:04 MVP → Portal: m2",
    ]


def test_the_picture_marks_what_is_not_as_it_has_to_be(report) -> None:
    def marked(page: str) -> list[str]:
        return re.findall('<li class="wrong"><time>[^<]*</time> (.*?)</li>', page)

    assert marked(report("OK")) == ['MVP → Sachbearbeiter: <span lang="de">Antwort</span> ✗']
    assert marked(report("Antwort")) == []


def test_every_picture_is_told_in_words_too(report) -> None:
    page = report("OK")
    assert '<li class="act"><time>19.02. 09:00:00</time> Sachbearbeiter → MVP: m&lt;i&gt;1' in page
    assert all(
        "aria-label=" in svg or "aria-hidden" in svg for svg in re.findall("<svg[^>]*>", page)
    )


def test_the_same_run_gives_the_same_report(report) -> None:
    assert report("Antwort", "OK") == report("Antwort", "OK")


def test_what_was_kept_stands_below_the_folder_it_lies_in_if_there_are_several(
    tmp_path: Path,
) -> None:
    ran = []
    for name in ("inbox/a", "inbox/b", "status/c"):
        file = tmp_path / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(STORY % "Antwort", encoding="utf-8")
        ran.append(run_file(file, Task(keep=True)))
    page = report_html(ran, "x")
    inbox, status = (page.index(f"/{name}</code></h3>") for name in ("inbox", "status"))
    assert page.count("<details><summary>Hostile", inbox, status) == 2
    assert page.count("<details><summary>Hostile", status) == 1
    assert "</code></h3>" not in report_html(ran[:2], "x")


def test_the_report_says_what_each_reading_was_set_to_and_what_that_says(tmp_path: Path) -> None:
    file = tmp_path / "tale.yaml"
    told = STORY % "Antwort" + "readings: {reply_right: if_granted}\n"
    file.write_text(told, encoding="utf-8")
    page = report_html([run_file(file, Task())], "collab-simulator run <x>")
    table = page.partition("<h2>Readings</h2>")[2]
    for reading, values in READ_AS.items():
        value = "if_granted" if reading == "reply_right" else next(iter(values))
        row = re.search(rf"<code>{reading}</code>.*?</tr>", table)
        assert row is not None
        assert f"<td>{value}" in row[0]
        assert ("not the default" in row[0]) == (reading == "reply_right")
        assert values[value] in unescape(re.sub("<[^>]+>", "", row[0]))
