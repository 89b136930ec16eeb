"""A case with nothing under way shows that what was sent is there; what else travels stays open."""

import pytest

from simulator.oracle import Unmentioned
from tests.oracle.notation import SECOND, K, L, Story, sent


def test_a_message_that_is_under_way_no_longer_is_in_the_inbox():
    story = sent().see(under_way=[], after=1)
    assert story.inbox(K, after=1).rules == [("DLV-1", 4)]
    assert sent().see(under_way=[], after=1).inbox(K, after=1, m1=True).rules == []


def test_a_message_to_two_is_with_both_once_it_is_under_way_no_longer():
    story = sent("reply", K, L).see(under_way=[], after=1)
    assert story.inbox(L, after=1).rules == [("DLV-1", 4)]


def test_a_reply_may_still_travel_while_no_message_does():
    def replied():
        story = sent().see(under_way=[], after=1)
        story.tell(
            1, act="reply", by=K, case=53, message="r1", answers="m1", text="x", outcome="ok"
        )
        story.tell(
            1,
            act="send",
            by="anna",
            case=53,
            message="m2",
            text="and?",
            expects="reply",
            to=[K],
            outcome="ok",
        )
        return story.see(under_way=[], after=1)

    for status in ("Antwort", "OK"):
        assert replied().see(cloud_status=status, after=1).rules == []
    assert replied().see(cloud_status="Info", after=1).rules != []


def test_a_release_may_still_travel_while_no_message_does():
    def withheld():
        story = sent().act("set_release", "anna", case=53, recipient=K, create_messages=False)
        story.tell(
            1,
            act="send",
            by="anna",
            case=53,
            message="m2",
            text="and?",
            expects="reply",
            to=[K],
            outcome="ok",
        )
        story.tell(
            1,
            act="set_release",
            by="anna",
            case=53,
            recipient=K,
            create_messages=True,
            outcome="ok",
        )
        return story.see(under_way=[], after=1).inbox(K, after=1, m1=True, m2=True)

    for outcome in ("ok", "refused"):
        answer = {"message": "r1", "answers": "m2", "text": "x", "outcome": outcome}
        assert withheld().tell(1, act="reply", by=K, case=53, **answer).rules == []


def test_an_outage_decides_what_may_be_there_as_before():
    story = Story().case().fault("link", "slow").send("m1", "reply", K)
    assert story.see(under_way=[], after=1).inbox(K, after=1, m1=True).rules == []
    story = Story().case().fault("link", "down").send("m1", "reply", K).see(under_way=[], after=1)
    assert story.rules == [("DLV-4", 4)]


def test_a_read_mark_that_waits_for_a_run_is_not_carried_by_a_look():
    story = sent("acknowledge", readings={"receipt_transport": "replication"})
    story.open(K, "m1").see(under_way=[], acknowledged_on=None, after=1)
    assert story.see(under_way=[], acknowledged_on=None).rules == []


def test_a_look_in_a_fork_tells_the_other_side_nothing():
    story = sent()
    fork = story.oracle.fork()
    look = {"see": "case", "by": "anna", "case": 53, "under_way": []}
    assert fork.take(3, story.at + 1, look) == ()
    missing = {"see": "inbox", "by": K, "messages": []}
    assert fork.take(4, story.at + 2, missing)
    assert story.oracle.take(3, story.at + 2, missing) == ()


def test_a_look_at_a_case_of_two_possible_states_or_of_none_is_judged_as_before():
    story = sent().act(
        "send", "anna", "unknown", case=53, message="m2", text="y", expects="reply", to=[K]
    )
    assert story.see(under_way=[], after=1).inbox(K, m1=True, m2=True).rules == []
    with pytest.raises(Unmentioned):
        Story().see(under_way=[])


def test_a_message_that_arrived_late_enough_is_still_judged_by_its_moment():
    story = sent().see(under_way=[], after=4 * SECOND)
    assert story.inbox(K, after=1, m1=True).see(under_way=["m1"], after=1).rules == [("DLV-4", 5)]


def test_a_message_that_one_of_two_has_yet_to_get_is_under_way():
    def half_there():
        story = Story().case().fault("link", "slow").send("m1", "reply", K, L)
        return story.inbox(K, after=1, m1=True).inbox(L, after=1)

    assert half_there().see(under_way=["m1"], after=1).rules == []
    story = half_there().see(under_way=[], after=1)
    assert story.rules == []
    assert story.inbox(L, after=1).rules == [("DLV-4", 7)]
