"""Cases of which long nothing was told are folded up, and are as they were when told of again."""

from pathlib import Path

import pytest

import simulator.examples
from benchmarks.traces import trace
from simulator.check.judging import Task, oracle_for
from simulator.history.reading import Header, Trace
from simulator.oracle import Reused, Unmentioned, explain_case, explain_message
from simulator.oracle.facts import Case
from simulator.oracle.settled import Settled
from simulator.oracle.world import AWAKE_MIN, QUIET_LINES
from simulator.press import InMemory
from tests.oracle.notation import DAY, MINUTE, K, L, Story, sent

QUIET = 60_000  # lines


def asleep(story, *, cases=2049):
    """Let many lines tell of other cases."""
    story.line += QUIET
    story.at += MINUTE
    for _ in range(cases):
        story.act("create_case", "anna", after=0, case=f"other {story.line}")
    assert sleeps(story)
    return story


def sleeps(story, case=53):
    return case in story.oracle.world.settled


def rich(**settings):
    story = Story(**settings).case().act("add_document", "anna", case=53, document="a.pdf")
    story.act("add_document", "anna", "unknown", case=53, document="b.pdf")
    story.act("edit_case", "anna", case=53, subject="Shed", follow_up_on="2024-03-01")
    story.send("m1", "acknowledge", K, L, documents=["a.pdf"]).send("m2", "reply", K)
    story.act("set_release", "anna", case=53, recipient=L, create_messages=False)
    story.open(K).mark(L, "m1").reply(K, "r1", "m2", 5).send("m3", "acknowledge", K, L)
    return story.open(L).act("note", "anna", case=53, text="x")


def look(story):
    """See all there is of the case."""
    story.see(cloud_status="Info", acknowledged_on=DAY, follow_up_on=DAY, under_way=[])
    story.see("preset", recipients=[K, L])
    story.inbox(K, 1, m1=False, m2={"opened": True, "answered": True}, m3=True)
    story.inbox(L, 0, m1={"opened": True}, m3=False)
    names = ("m1", "m2", "r1", "m3", None)
    story.see("activities", entries=[{"message": name} for name in names])
    story.see("portal_case", K, text="Please look", subject="Shed", documents=["a.pdf"])
    return story.reply(L, "r2", "m3", outcome="refused")


@pytest.mark.parametrize("told", [lambda story: story.open(K), lambda story: story.see()])
@pytest.mark.parametrize(("lines", "folded"), [(QUIET_LINES, False), (QUIET_LINES + 1, True)])
def test_case_is_folded_once_its_last_line_is_long_ago(told, lines, folded):
    story = told(sent("acknowledge").see())
    story.oracle.world.let_sleep(story.line + lines, story.at + MINUTE)
    assert sleeps(story) is folded


@pytest.mark.parametrize(
    ("cases", "more"), [(4, AWAKE_MIN), (4 * AWAKE_MIN + 8, AWAKE_MIN + 2)], ids=["few", "many"]
)
def test_cases_are_looked_through_again_once_a_quarter_more_are_awake(cases, more):
    story = Story()
    for number in range(cases):
        story.act("create_case", "anna", after=0, case=number)
    story.oracle.world.let_sleep(story.line, story.at)
    assert story.oracle.world.awake_max == cases + more


def test_folded_case_shows_what_it_showed():
    assert look(rich()).rules == []
    story = asleep(rich())
    assert look(story).rules == []
    assert not sleeps(story)
    story.send("m4", "reply", documents=["r1-0.pdf", "b.pdf"]).reply(K, "r3", "m3")
    assert story.see(cloud_status="OK", acknowledged_on=DAY).rules == []


@pytest.mark.parametrize(
    "told",
    [
        lambda story: story.see(cloud_status="OK"),
        lambda story: story.inbox(L, m1=True, m3=False),
        lambda story: story.see("inbox", K, unread=2),
        lambda story: story.see("case_list", cases=[{"case": 53, "cloud_status": "OK"}]),
        lambda story: story.see("portal_case", K, text="x"),
        lambda story: story.see("activities", entries=[]),
        lambda story: story.see("preset", recipients=[]),
        lambda story: story.see("arrival", message="r1"),
        lambda story: story.reply(L, "r2", "m3"),
        lambda story: story.open(K, outcome="refused"),
        lambda story: story.send("m9", "reply", outcome="refused"),
        lambda story: story.act("note", "anna", "refused", case=53, text="x"),
        lambda story: story.see("mail", to="x@example.org", event="new_message", message="m1"),
    ],
)
def test_folded_case_is_judged_as_before(told):
    awake, folded = told(rich()), told(asleep(rich()))
    for story in (awake, folded):
        assert story.rules[-1][1] == story.line
    last = [story.verdict.findings[-1] for story in (awake, folded)]
    assert last[0].rule == last[1].rule
    assert (last[0].seen, last[0].demanded) == (last[1].seen, last[1].demanded)


def test_given_case_is_folded_without_a_log():
    story = Story().tell(given="case", case=53, cloud_status="Info", preset=[K])
    assert asleep(story).see("activities", entries=[]).see(cloud_status="Info").rules == []


def test_given_lines_wake_a_case():
    story = asleep(sent().see()).tell(given="case", case=53, follow_up_on="2024-05-05")
    assert story.see(follow_up_on="2024-05-05", cloud_status="Antwort").rules == []


def test_message_that_nobody_looked_at_is_folded_with_its_case():
    story = Story().case().send("m1", "acknowledge", K)
    assert story.oracle.world.cases[53].flights
    assert asleep(story).inbox(K, m1=True).open(K).see(acknowledged_on=DAY).rules == []


def test_case_that_once_was_in_doubt_is_folded():
    story = sent().reply(K, "r1", "m1", outcome="unknown").see(cloud_status="OK")
    assert asleep(story).see(cloud_status="OK").rules == []


def test_messages_of_a_folded_case_are_still_known():
    story = asleep(rich())
    before = story.oracle.decisive["DLV-2"]
    story.send("m1", "acknowledge", K, L, documents=["a.pdf"])
    assert (story.rules, story.oracle.decisive["DLV-2"]) == ([], before + 1)
    with pytest.raises(Reused):
        story.send("m1", "reply", K)
    assert story.mark(K, "m2").see("arrival", case=53, message="r1").rules == [
        ("DLV-5", story.line)
    ]
    with pytest.raises(Unmentioned):
        story.mark(K, "m4")


def test_whole_inbox_of_a_case_that_was_folded_is_seen_and_remembered():
    story = asleep(sent("acknowledge"))
    fields = {"message": "m1", "unread": True, "hint": None, "opened": False, "answered": False}
    story.see().tell(see="inbox", by=K, unread=1, messages=[fields])
    fields |= {"unread": False, "opened": True}
    story.open(K).tell(see="inbox", by=K, unread=0, messages=[fields])
    assert story.tell(see="inbox", by=K, messages=[fields | {"unread": True}]).rules == [
        ("INB-8", story.line)
    ]


def test_messages_that_a_case_gets_after_it_was_folded_are_known_as_well():
    story = asleep(rich())
    story.send("m4", "acknowledge", K).see(cloud_status="Info")
    asleep(story.see(), cases=5000)
    assert story.mark(K, "m4").mark(K, "m1").see(acknowledged_on=DAY).rules == []


def test_fork_folds_on_its_own():
    story = sent("acknowledge").see()
    fork = Story()
    fork.oracle, fork.line, fork.at = story.oracle.fork(), story.line, story.at
    asleep(fork)
    assert not sleeps(story)
    assert story.open(K).inbox(K, m1=False).rules == []
    assert fork.inbox(K, m1=True).rules == []


def test_forks_each_find_a_folded_case_as_it_was():
    story = asleep(rich())
    fork = Story()
    fork.oracle, fork.line, fork.at = story.oracle.fork(), story.line, story.at
    assert look(story).rules == []
    asleep(story, cases=5000)
    assert look(fork).rules == []


def test_folded_cases_are_found_by_their_messages_among_many():
    settled = Settled(InMemory)
    for number in range(300):
        settled.fold([(Case(number, None), [f"m{number}-{i}" for i in range(300)])])
    assert all(settled.home_of(f"m{n}-{i}") == n for n in range(300) for i in range(0, 300, 7))
    assert all(settled.home_of(f"m{n}-300") is None for n in range(300))


def test_few_cases_are_not_folded():
    story = sent()
    story.line += QUIET
    for i in range(2047):
        story.act("create_case", "anna", after=0, case=f"other {i}")
    assert not sleeps(story)


def test_cases_that_were_told_of_lately_stay_awake():
    story = sent().case(54).case(55)
    story.line += QUIET
    story.see(cloud_status="Antwort").open(K).act("edit_case", "anna", case=54)
    for i in range(2049):
        story.act("create_case", "anna", after=0, case=f"other {i}")
    assert [sleeps(story, case) for case in (53, 54, 55)] == [False, False, True]


def test_case_with_something_under_way_or_in_doubt_stays_awake():
    story = Story().case().fault("link", "down").send("m1", "reply", K)
    doubt = sent().reply(K, "r1", "m1", outcome="unknown")
    for one in (story, doubt):
        one.line += QUIET
        for i in range(2049):
            one.act("create_case", "anna", after=0, case=f"other {i}")
        assert not sleeps(one)


def test_folded_case_has_the_fingerprint_it_had():
    story = rich()
    story.line += QUIET
    for i in range(2047):
        story.act("create_case", "anna", after=0, case=f"other {i}")
    assert not sleeps(story)
    before = story.oracle.fingerprint()[0][0]
    story.act("create_case", "anna", after=0, case="one more")
    assert sleeps(story)
    assert story.oracle.fingerprint()[0][0] == before


def test_forks_do_not_share_what_they_unfold():
    story = asleep(sent("acknowledge").see())
    one, other = story.oracle.fork(), story.oracle.fork()
    one.fingerprint()
    opened = {"act": "open", "by": K, "case": 53, "via": "case", "outcome": "ok"}
    seen = {"see": "inbox", "by": K, "messages": [{"message": "m1", "unread": True}]}
    assert one.take(story.line + 1, story.at, opened) == ()
    assert other.take(story.line + 1, story.at, seen) == ()
    assert story.inbox(K, m1=True).rules == []
    assert [found.rule for found in one.take(story.line + 2, story.at, seen)] == ["INB-2"]


def test_folded_case_is_explained():
    story = asleep(rich())
    chain = explain_case(story.lines, Story().oracle, "53")
    assert (chain[-1].line, chain[-1].rule) == (0, "STA-4")
    chain = explain_message(story.lines, Story().oracle, "m2", K)
    assert [one.rule for one in chain] == ["DLV-1", "INB-2", "INB-10", "INB-4", "INB-3"]


EXAMPLES = sorted(Path(next(iter(simulator.examples.__path__))).glob("*.jsonl"))


def verdict(path, *, folds):
    """Judge a trace, and tell whether cases were folded: with `folds`, after every line."""
    with path.open("rb") as stream:
        trace = Trace.open(stream, path.name)
        oracle = oracle_for(trace.header or Header(), Task())
        for line, at, record in trace:
            oracle.take(line, at, record)
            if folds:
                oracle.world.let_sleep(line + 2 * QUIET, at)
    return oracle.finish(), bool(oracle.world.settled.numbers)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_verdict_is_the_same_where_cases_are_folded_after_every_line(path):
    assert verdict(path, folds=True)[0] == verdict(path, folds=False)[0]


def test_long_trace_is_right_where_cases_are_folded_after_every_line(tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_bytes(b"".join(trace(1500, 20)))
    judged, folded = verdict(path, folds=True)
    assert (judged, False) == verdict(path, folds=False)
    assert judged.kept
    assert folded
