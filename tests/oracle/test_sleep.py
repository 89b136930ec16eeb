"""Cases of which long nothing was told are folded up, and are as they were when told of again."""

import pytest

from simulator.oracle import explain_case, explain_message
from simulator.oracle.facts import ASLEEP
from tests.oracle.notation import DAY, K, L, Story, sent

QUIET = 60_000  # lines


def asleep(story, *, cases=2049):
    """Let many lines tell of other cases."""
    story.line += QUIET
    for i in range(cases):
        story.act("create_case", "anna", after=0, case=f"other {i}")
    assert sleeps(story)
    return story


def sleeps(story, case=53):
    return story.oracle.world.cases[case].token is ASLEEP


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
    for i in range(2048):
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
    chain = explain_case(story.lines, Story().oracle, 53)
    assert (chain[-1].line, chain[-1].rule) == (0, "STA-4")
    chain = explain_message(story.lines, Story().oracle, "m2", K)
    assert [one.rule for one in chain] == ["DLV-1", "INB-2", "INB-10", "INB-4", "INB-3"]
