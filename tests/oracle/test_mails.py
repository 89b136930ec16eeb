"""MAIL, ACC-2: mails that come late, and those that never come."""

import pytest

from simulator.oracle import Finding
from tests.oracle.notation import MINUTE, SECOND, K, L, Story, sent


def notice(story, message="m1", to=K, after=SECOND, **fields):
    return story.see("mail", to=to, event="new_message", message=message, after=after, **fields)


def registration(story, to=K, after=SECOND, **fields):
    return story.see("mail", to=to, event="registration", after=after, **fields)


def told(**settings):
    """A case whose message m1 was told of at once."""
    return registration(notice(sent(**settings)))


def test_a_notice_within_the_limit_is_not_late():
    assert notice(told().send("m2", "reply", K), "m2", after=2 * SECOND).rules == []
    assert (
        notice(told(limit_us=5 * SECOND).send("m2", "reply", K), "m2", after=5 * SECOND).rules == []
    )


def test_a_late_notice_is_found():
    story = notice(told().send("m2", "reply", K), "m2", after=100 * SECOND)
    assert story.verdict.findings == (
        Finding(
            "MAIL-1",
            6,
            f"the notice of m2 to {K} after 100 s",
            "at once",
            f"m2 was sent to {K} on line 5",
        ),
    )
    assert notice(told().send("m2", "reply", K), "m2", after=2_500_000).rules == [("MAIL-1", 6)]


def test_the_first_mail_of_a_trace_may_be_late_too():
    story = registration(notice(sent(), after=MINUTE))
    assert [(found.rule, found.line, found.seen) for found in story.verdict.findings] == [
        ("ACC-2", 3, f"no registration mail to {K}"),
        ("MAIL-1", 3, f"the notice of m1 to {K} after 60 s"),
    ]


def test_a_late_registration_mail_is_found():
    story = told().send("m2", "reply", L)
    notice(story, "m2", L)
    registration(story, L, after=2 * SECOND)
    assert story.verdict.findings == (
        Finding(
            "ACC-2",
            7,
            f"the registration mail to {L} after 3 s",
            "at once",
            f"the message of line 5 was the first to {L} and created the account",
        ),
    )


def test_an_outage_delays_a_notice_until_it_is_over():
    def out():
        return told().fault("mail", "down").send("m2", "reply", K)

    assert notice(out(), "m2", after=100 * SECOND).rules == []
    assert notice(out().fault("mail", "up"), "m2", after=2 * SECOND).rules == []
    assert notice(out().fault("mail", "up"), "m2", after=3 * SECOND).rules == [("MAIL-4", 8)]


def test_a_notice_that_no_outage_delayed_is_late_by_itself_although_there_was_one():
    story = told().fault("mail", "down").fault("mail", "up").send("m2", "reply", K)
    assert notice(story, "m2", after=3 * SECOND).rules == [("MAIL-1", 8)]


def test_a_notice_that_was_missed_is_not_found_again_when_it_comes():
    story = told().send("m2", "reply", K).see(after=MINUTE)
    assert notice(story, "m2").rules == [("MAIL-1", 6)]


@pytest.mark.parametrize("missing", [99, 100, 101, 150])
def test_mails_that_were_missing_before_the_first_one_are_told_one_by_one_up_to_a_hundred(missing):
    story = Story().tell(given="case", case=53).tell(given="case", case=54)
    for i in range(missing):
        story.send(f"m{i}", "reply", K)
    notice(story.send("last", "reply", K), "last")
    findings = story.verdict.findings
    assert len(findings) == min(missing, 100)
    assert sum(found.count for found in findings) == missing
    assert findings[0].count == max(missing - 99, 1)
    assert findings[0].seen == f"no notice of m0 to {K}"


def test_beyond_a_hundred_the_first_of_each_rule_is_counted():
    story = Story().case()
    for i in range(120):
        story.send(f"m{i}", "reply", f"{i}@example.org")
    notice(story.send("last", "reply", "0@example.org"), "last", "0@example.org")
    counted = [(found.rule, found.seen, found.count) for found in story.verdict.findings[:3]]
    assert counted == [
        ("ACC-2", "no registration mail to 0@example.org", 71),
        ("MAIL-1", "no notice of m0 to 0@example.org", 71),
        ("ACC-2", "no registration mail to 1@example.org", 1),
    ]


def test_a_rule_that_is_first_broken_beyond_the_hundred_is_told():
    story = Story().tell(given="case", case=53)
    for i in range(100):
        story.send(f"m{i}", "reply", K)
    story.fault("mail", "down").send("out", "reply", K).fault("mail", "up").see(after=MINUTE)
    notice(story.send("last", "reply", K), "last")
    assert [found.rule for found in story.verdict.findings] == ["MAIL-1"] * 100 + ["MAIL-4"]


def test_forks_hold_back_their_own_missing_mails():
    story = sent().see(after=2 * MINUTE)
    fork = story.oracle.fork()
    notice(story.send("m2", "reply", K), "m2")
    assert story.rules == [("ACC-2", 3), ("MAIL-1", 3)]
    assert fork.finish().findings == ()
    mail = {"see": "mail", "to": K, "event": "new_message", "message": "m1"}
    assert [one.rule for one in fork.take(9, story.at, mail)] == ["ACC-2", "MAIL-1"]


def test_a_send_to_a_preset_in_doubt_owes_notices_to_those_who_are_in_it_either_way():
    def noticed(*who):
        story = Story().act("set_mail", None, event="registration", enabled=False)
        story.send("m1", "reply", K, L)
        for one in (K, L):
            story.see("mail", after=0, to=one, event="new_message", message="m1")
        story.send("m2", "reply", L, "x@y.org", outcome="unknown").send("m3", "reply")
        for one in who:
            story.see("mail", after=0, to=one, event="new_message", message="m3")
        return story.see().rules

    assert noticed(K, L) == noticed(L, "x@y.org") == []
    assert noticed(K) == [("MAIL-1", 8)]
