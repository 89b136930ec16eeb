"""Scenarios on a server that somebody else runs: at an address, as the access file says."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from simulator import targets
from simulator.exits import Exit
from simulator.run.place import Place
from simulator.run.running import Task, run_file
from simulator.targets import over_http, people
from simulator.targets.access import LINK, Access, AccessError, access_from, url_of
from simulator.targets.names import Names
from simulator.world.result import Ran
from tests.server.processes import served
from tests.targets.proxying import proxied

TOKEN = "operator-token-for-tests"
ACCESS = Access(operator=TOKEN, mails="api")
SCENARIOS = Path(__file__).parents[2] / "scenarios"
STORY = """\
scenario: A file request
steps:
  - {at: 09:00, by: anna, act: send, message: m1, to: k@example.org, expects: Antwort mit Datei, text: Bitte die Police senden}
  - {at: +1h, by: k@example.org, act: open, via: message, message: m1}
  - {within: 2s, by: k@example.org, see: inbox, unread: 1}
  - {at: +1h, by: k@example.org, act: reply, message: a1, answers: m1, text: Hier ist sie, files: Police.pdf}
  - {within: 2s, by: anna, see: case, cloud_status: OK, acknowledged_on: 2024-02-19}
  - {by: k@example.org, see: inbox, unread: 0}
"""
MANY = """\
scenario: Twenty files
steps:
  - {at: 09:00, by: anna, act: send, message: m1, to: k@example.org, expects: Antwort mit Datei, text: Bitte die Fotos senden}
  - {by: k@example.org, act: reply, rule: REP-4, message: a1, answers: m1, text: Hier sind sie, files: [FILES]}
  - {within: 2s, by: anna, see: case, cloud_status: OK}
""".replace("FILES", ", ".join(f"{number}.jpg" for number in range(20)))


@pytest.fixture(scope="module")
def virtual(tmp_path_factory) -> Iterator[str]:
    """Give a server whose clock we move."""
    options = ("--clock", "manual", "--operator-token", TOKEN, "--replicate-every", "never")
    with served(tmp_path_factory.mktemp("virtual"), *options) as server:
        yield server.url


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Iterator[str]:
    """Give a server that has the time that it is."""
    options = ("--operator-token", TOKEN, "--replicate-every", "never")
    with served(tmp_path_factory.mktemp("real"), *options) as server:
        yield server.url


@pytest.fixture
def run(tmp_path: Path):
    def run(text: str, url: str, access: Access = ACCESS, **place: object) -> Ran:
        file = tmp_path / "story.yaml"
        file.write_text(text, encoding="utf-8")
        return run_file(file, Task(place=Place(url, access, **place)))

    return run


@pytest.mark.parametrize(
    "file",
    [
        "stories/a-claim-with-photos.yaml",
        "accounts/an-account-comes-with-the-first-message.yaml",
        "accounts/the-wording-of-mails.yaml",
        "activity/both-directions-leave-an-entry.yaml",
        "replication/case-data-is-as-old-as-the-last-run.yaml",
        "delivery/a-reply-arrives-a-day-later.yaml",
        "status/days-are-those-of-the-broker.yaml",
    ],
)
def test_a_server_is_used_for_one_file_after_the_other_though_its_clock_goes_on(virtual, file):
    ran = run_file(SCENARIOS / file, Task(place=Place(virtual, ACCESS)))
    assert ran.exit is Exit.KEPT, ran.why


def test_in_real_time_what_hangs_on_the_days_of_the_scenario_is_skipped_and_said(run, real):
    ran = run(STORY, real, speed=100_000.0)
    assert (ran.failures, ran.broken, ran.differed) == ((), (), ())
    (skipped,) = ran.skipped
    assert skipped.line == 7
    assert skipped.why.startswith('expected acknowledged_on: "2024-02-19", seen acknowledged_on: "')
    assert "the model beside it shows the same" in skipped.why
    assert ran.exit is Exit.UNDECIDED


def test_a_scenario_that_would_take_too_long_in_real_time_is_not_begun(run, real):
    ran = run(STORY, real, wait_max=timedelta(minutes=10))
    assert ran.exit is Exit.UNDECIDED
    assert ran.why.startswith("it would take 3h 4s of real time: allow that with --max-wait")


def test_without_an_operator_caseworkers_act_with_the_tokens_of_the_file(
    run, tmp_path, monkeypatch
):
    monkeypatch.setattr(people, "_LINK_S_MAX", 0.3)  # no mail comes
    with served(tmp_path / "own") as server:
        tokens = {"anna": server.caseworker()}
        text = STORY.replace(", acknowledged_on: 2024-02-19", "")
        barred = run(text, server.url, Access(caseworkers=tokens), speed=100_000.0)
        assert barred.exit is Exit.VIOLATED
        # Nobody can read the mail with the link.
        assert any("not_registered" in one.seen for one in barred.failures)
        other = run(
            text.replace("anna", "bernd").replace("steps:", "caseworkers: bernd\nsteps:"),
            server.url,
            Access(caseworkers=tokens),
            speed=100_000.0,
        )
    assert other.exit is Exit.UNDECIDED
    assert "it needs a token of bernd under [caseworkers]" in other.why


def one_too_many(_method: str, path: str, status: int, said):
    if path == "/api/collaboration/inbox":
        said["unread"] += 1
    return status, said


def as_it_is(_method: str, _path: str, status: int, said):
    return status, said


def twenty_refused(body: bytes) -> str | None:
    return "too_many_files" if body.count(b"filename=") == 20 else None


def nothing_refused(_body: bytes) -> None:
    return None


@pytest.mark.parametrize(
    ("change", "refuses", "text", "rule", "line", "difference"),
    [
        (
            one_too_many,
            nothing_refused,
            STORY,
            "INB-1",
            5,
            ("inbox by k@example.org: unread", "1", "2"),
        ),
        (
            as_it_is,
            twenty_refused,
            MANY,
            "REP-4",
            4,
            ("reply a1 case 53 by k@example.org", "ok", "refused"),
        ),
    ],
)
def test_a_flaw_is_found_with_rule_and_step_and_as_a_difference(
    run, virtual, change, refuses, text: str, rule: str, line: int, difference
):
    with proxied(virtual, change, refuses) as url:
        ran = run(text, url)
    assert ran.exit is Exit.VIOLATED
    found = {(one.finding.rule, one.line) for one in ran.broken}
    found |= {(one.rule, one.line) for one in ran.failures}
    assert (rule, line) in found
    first = ran.differed[0]
    told = first.difference
    assert first.line == line
    assert (told.what, told.model) == difference[:2]
    assert told.target.startswith(difference[2])


@pytest.mark.parametrize(
    ("target", "token", "said"),
    [
        (
            "http://127.0.0.1:9",
            TOKEN,
            "http://127.0.0.1:9 cannot be reached, or does not answer: start",
        ),
        (None, "a-wrong-operator-token", "does not know the operator's token"),
    ],
)
def test_a_target_that_cannot_be_used_says_what_is_wrong(run, virtual, target, token, said):
    ran = run(STORY, target or virtual, Access(operator=token))
    assert ran.exit is Exit.ENVIRONMENT
    assert said in ran.why


def a_page(_method: str, _path: str, _status: int, _said):
    return 200, b"<html>Willkommen</html>"


def half_an_inbox(_method: str, path: str, status: int, said):
    return status, b'{"unread": 1' if path == "/api/collaboration/inbox" else said


def a_number_in_quotes(_method: str, path: str, status: int, said):
    if path == "/api/collaboration/inbox":
        said["unread"] = str(said["unread"])
    return status, said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (a_page, "the answer is no JSON: unexpected character"),
        (
            half_an_inbox,
            ":5: what answers is not the API: GET /api/collaboration/inbox: the answer",
        ),
        (
            a_number_in_quotes,
            ":5: what answers is not the API: GET /api/collaboration/inbox, unread",
        ),
    ],
)
def test_an_answer_that_is_none_of_the_api_is_told_with_the_step_and_the_request(
    run, virtual, change, said
):
    with proxied(virtual, change) as url:
        ran = run(STORY, url)
    assert ran.exit is Exit.ENVIRONMENT
    assert said in ran.why


def another_entry(_method: str, path: str, status: int, said):
    if path == "/api/collaboration/inbox":
        said["messages"].append({**said["messages"][0], "message": "never-sent"})
    return status, said


def test_a_message_that_nobody_sent_is_the_fault_of_the_target_and_not_of_the_file(run, virtual):
    with proxied(virtual, another_entry) as url:
        ran = run(STORY, url)
    assert ran.exit is Exit.VIOLATED
    assert ran.why.endswith(
        ':5: it tells of the message "never-sent", which nobody made; the rest was not run'
    )


def no_text(_method: str, path: str, status: int, said):
    return (404, {"detail": "Not Found"}) if path.endswith("/inbox") else (status, said)


def test_where_the_target_does_otherwise_than_the_model_no_expectation_is_doubted(run, virtual):
    with proxied(virtual, no_text) as url:
        ran = run(STORY, url)
    assert ran.exit is Exit.VIOLATED
    assert [one.because for one in ran.failures if "expectation" in one.because] == []


def test_what_went_wrong_first_comes_first(run, virtual):
    def lost(method: str, path: str, status: int, said):
        if method == "GET" and path.endswith("/cases/53"):
            said["cloud_status"] = "Info"
        return one_too_many(method, path, status, said)

    with proxied(virtual, lost) as url:
        ran = run(STORY, url)
    lines = [one.line for one in ran.reasons]
    assert lines == sorted(lines)
    assert ran.why.startswith("line 5: INB-1")


def nothing_breaks(body: bytes) -> str | None:
    return "not_found" if body == b'{"state":"up"}' else None


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("delivery/a-reply-arrives-a-day-later.yaml", "line 7: expected cloud_status"),
        ("delivery/an-outage-delays-and-loses-nothing.yaml", "line 7: expected under_way"),
        ("refusals/what-cannot-be-reached.yaml", "line 7: expected refused"),
        ("replication/case-data-is-as-old-as-the-last-run.yaml", "replicate with result 2"),
    ],
)
def test_what_needs_a_fault_that_the_target_cannot_have_is_undecided(virtual, file, said):
    with proxied(virtual, as_it_is, nothing_breaks) as url:
        ran = run_file(SCENARIOS / file, Task(place=Place(url, ACCESS)))
    assert (ran.failures, ran.broken, ran.differed) == ((), (), ())
    assert ran.exit is Exit.UNDECIDED
    assert any(said in one for one in ran.undecided), ran.undecided


def test_wordings_of_mails_that_the_target_does_not_show_are_left_alone_and_said(virtual):
    def none_there(_method: str, path: str, status: int, said):
        return (404, {"detail": "?"}) if path.endswith("/mail-templates") else (status, said)

    with proxied(virtual, none_there) as url:
        ran = run_file(
            SCENARIOS / "accounts/the-wording-of-mails.yaml", Task(place=Place(url, ACCESS))
        )
    assert any("set_mail: it shows no wordings of mails" in one.why for one in ran.skipped)


def test_a_link_that_the_harness_asks_for_is_none_that_the_target_may_not_send(real):
    # Where nobody can be let in, a caseworker's account needs a link that the rules do not give.
    file = SCENARIOS / "accounts/caseworkers-are-known.yaml"
    ran = run_file(file, Task(place=Place(real, ACCESS, speed=100_000.0)))
    assert ran.exit is Exit.KEPT, ran.why


def no_words(_method: str, _path: str, status: int, said):
    return (status, {"message": "nein"}) if status >= 400 else (status, said)


def test_a_refusal_without_a_code_is_as_expected_and_said(run, virtual):
    story = STORY.replace("text: Hier ist sie", 'text: " ", outcome: refused, reason: blank_reply')
    with proxied(virtual, no_words) as url:
        ran = run(story.split("  - {within: 2s, by: anna")[0], url)
    assert (ran.failures, ran.broken, ran.differed) == ((), (), ())
    assert "refused as expected, but with a status (422) and no code" in ran.why


def test_who_fails_may_have_done_it_all_the_same(run, virtual):
    def done_and_failed(method: str, path: str, status: int, said):
        replied = method == "POST" and "/api/collaboration/cases" in path and said
        return (500, b"<h1>Internal Server Error</h1>") if replied else (status, said)

    with proxied(virtual, done_and_failed) as url:
        ran = run(STORY, url)
    assert [(one.line, one.seen) for one in ran.failures] == [(6, "unknown (500)")]
    assert ran.broken == ()


def test_who_answers_may_tell_more_than_the_api_has(run, virtual):
    def with_more(_method: str, _path: str, status: int, said):
        if isinstance(said, dict) and status < 400:
            said["branch"] = {"of": "another implementation"}
            for line in said.get("messages", ()):
                line["colour"] = "red"
        return status, said

    with proxied(virtual, with_more) as url:
        ran = run(STORY, url)
    assert ran.exit is Exit.KEPT, ran.why


def test_a_word_that_the_api_does_not_have_is_told_with_the_step(run, virtual):
    def small(_method: str, path: str, status: int, said):
        if "cloud_status" in said and "/api/mvp/cases/" in path:
            said["cloud_status"] = "ok"
        return status, said

    with proxied(virtual, small) as url:
        ran = run(STORY, url)
    assert ran.exit is Exit.ENVIRONMENT
    assert ran.why.endswith(
        ':7: what answers is not the API: see case: "cloud_status" has no word "ok"; did you mean '
        '"OK"?'
    )


def test_what_a_target_has_to_serve_is_in_the_api(virtual):
    told = Path(targets.__file__).with_name("TARGET.md").read_text(encoding="utf-8")
    with urllib.request.urlopen(f"{virtual}/openapi.json") as answer:  # noqa: S310 - ours
        paths = json.load(answer)["paths"]
    asked = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?]*)`", told)
    assert len(asked) > 25
    assert [one for one in asked if one[0].lower() not in paths.get(one[1], ())] == []


def test_files_side_by_side_have_caseworkers_of_their_own():
    one, other = Names("aaaaaa"), Names("bbbbbb")
    role = {"act": "set_role", "caseworker": "bernd", "role": "none"}
    assert one.out(role) == {**role, "caseworker": "bernd-aaaaaa"}
    assert one.out(role) != other.out(role)
    seen = {
        "see": "activities",
        "by": "bernd-aaaaaa",
        "entries": [{"author": "bernd-aaaaaa", "stamp": "bernd-aaaaaa am 19.02.2024 12:18:16"}],
    }
    entry = {"author": "bernd", "stamp": "bernd am 19.02.2024 12:18:16"}
    assert one.back(seen) == {"see": "activities", "by": "bernd", "entries": [entry]}


def test_a_caseworker_whose_token_is_given_keeps_the_name():
    names = Names("aaaaaa", {"anna": "a token"})
    look = {"see": "case_list", "by": "anna"}
    assert names.out(look) == look


def test_mails_that_nobody_can_read_are_no_difference(run, real, monkeypatch):
    monkeypatch.setattr(people, "_LINK_S_MAX", 0.3)  # no mail comes
    ran = run(STORY, real, Access(operator=TOKEN), speed=100_000.0)
    assert [str(one) for one in ran.differed if "mail to" in str(one)] == []


def test_an_answer_that_is_long_in_coming_is_told(run, virtual, monkeypatch, capsys):
    def late(_method: str, path: str, status: int, said):
        if path.endswith("/inbox"):
            time.sleep(0.5)
        return status, said

    monkeypatch.setattr(over_http, "_LONG_S", 0.2)
    with proxied(virtual, late) as url:
        ran = run(STORY, url)
    assert ran.exit is Exit.KEPT, ran.why
    assert f"inbox by k@example.org: no answer from {url} for 0 s" in capsys.readouterr().err


def test_files_on_a_target_with_one_clock_run_one_after_the_other(virtual, tmp_path):
    access = tmp_path / "access.toml"
    access.write_text(f'operator = "{TOKEN}"\n[mails]\napi = true\n', encoding="utf-8")
    names = ("everyone-has-an-own-inbox", "once-read-stays-read", "reply-without-a-file")
    files = [str(SCENARIOS / "inbox" / f"{name}.yaml") for name in names]
    words = ["run", *files, "--target", virtual, "--access", str(access), "--jobs", "3"]
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "3 of 3 scenarios kept" in done.stdout


def test_a_target_that_is_not_there_is_told_once_for_all_files(tmp_path):
    access = tmp_path / "access.toml"
    access.write_text(f'operator = "{TOKEN}"\n', encoding="utf-8")
    words = ["run", str(SCENARIOS / "inbox"), "--target", "http://127.0.0.1:9", "--access"]
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *words, str(access)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert done.stderr.startswith("http://127.0.0.1:9 cannot be reached")
    assert done.stderr.count("cannot be reached") == 1


def test_what_is_not_our_api_is_told(run, virtual):
    with proxied(virtual, lambda *_: (404, {"detail": "Not Found"})) as url:
        ran = run(STORY, url)
    assert ran.exit is Exit.ENVIRONMENT
    assert "404" in ran.why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("operator = ", "Invalid value (at end of document)"),
        ("[mails]\napi = true", 'nobody can do anything: give operator = "TOKEN"'),
        ("operater = 'x'", 'operater is not known: did you mean "operator"?'),
        ("operator = 'x'\nmails = 'api'", "mails: write it as a table, [mails]"),
        ("operator = 'x'\n[mails]\napi = true\nmaildir = 'm'", "only one of api, maildir"),
        ("operator = 'x'\n[mails]\nlisten = '2525'", "write it as 127.0.0.1:2525"),
        ("operator = 'x'\n[mails]\nlink = 'token'", "put the token into the one pair of"),
        ("operator = 'x'\n[readings]\nreply_scope = 'all'", '"all" is none of message, case'),
        ("operator_file = 'missing'", "operator_file: "),
        ("operator = 'x'\nportal = 'portal'", '"portal" is no address'),
        ("operator = 'x'\n[recipients]\n'k@example.org' = 'p'", "write own_names = false too"),
    ],
)
def test_a_mistake_in_the_access_file_is_told_with_what_would_be_right(tmp_path, text, said):
    file = tmp_path / "access.toml"
    file.write_text(text)
    with pytest.raises(AccessError, match=r"access\.toml: ") as raised:
        access_from(file)
    assert said in str(raised.value)


def test_the_access_file_of_the_readme_is_one(tmp_path):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    text = readme.partition("```toml\n# access.toml\n")[2].partition("```")[0]
    file = tmp_path / "access.toml"
    file.write_text(text, encoding="utf-8")
    access = access_from(file)
    assert (access.operator, access.mails) == ("the operator's token", "listen:127.0.0.1:2525")
    assert (access.link, access.readings) == (LINK, {"reply_scope": "message"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--target", "sever"), "write model, server, or an address"),
        (("--target", "http://127.0.0.1:9"), "--access: name a TOML file"),
        (("--target", "server", "--access", "a.toml"), "--target server needs none"),
        (("--target", "server", "--flaws"), "--flaws runs on the model"),
    ],
)
def test_options_that_do_not_fit_are_told(options, said):
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "run", str(SCENARIOS), *options],
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "200", "PATH": "/usr/bin"},
    )
    assert done.returncode == Exit.BAD_INPUT
    assert said in done.stderr


def test_an_address_loses_its_last_slash():
    assert url_of("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"


def test_files_that_share_a_clock_or_a_port_for_mails_run_one_after_the_other(
    virtual: str, real: str
) -> None:
    listening = Access(operator=TOKEN, mails="listen:127.0.0.1:2525")
    assert Place(virtual, ACCESS).serves_one_at_a_time()
    assert Place(real, listening).serves_one_at_a_time()
    assert not Place(real, ACCESS).serves_one_at_a_time()
