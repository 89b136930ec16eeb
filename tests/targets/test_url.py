"""Scenarios on a server that somebody else runs: at an address, as the access file says."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from simulator.exits import Exit
from simulator.run.place import Place
from simulator.run.running import Task, run_file
from simulator.targets.access import Access, AccessError, access_from, url_of
from simulator.targets.mails import LINK
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
    assert 'acknowledged_on: "2024-02-19" in real time' in skipped.what
    assert ran.exit is Exit.UNDECIDED


def test_a_scenario_that_would_take_too_long_in_real_time_is_not_begun(run, real):
    ran = run(STORY, real, wait_max=timedelta(minutes=10))
    assert ran.exit is Exit.UNDECIDED
    assert ran.why.startswith("it would take 3h 4s of real time: allow that with --max-wait")


def test_without_an_operator_caseworkers_act_with_the_tokens_of_the_file(run, tmp_path):
    with served(tmp_path / "own") as server:
        tokens = {"anna": server.caseworker()}
        text = STORY.replace(", acknowledged_on: 2024-02-19", "")
        barred = run(text, server.url, Access(caseworkers=tokens), speed=100_000.0)
        assert barred.exit is Exit.VIOLATED
        assert "not_registered" in barred.why  # nobody can read the mail with the link
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
        ("http://127.0.0.1:9", TOKEN, "http://127.0.0.1:9 cannot be reached: start the server"),
        (None, "a-wrong-operator-token", "does not know the operator's token"),
    ],
)
def test_a_target_that_cannot_be_used_says_what_is_wrong(run, virtual, target, token, said):
    ran = run(STORY, target or virtual, Access(operator=token))
    assert ran.exit is Exit.ENVIRONMENT
    assert said in ran.why


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
