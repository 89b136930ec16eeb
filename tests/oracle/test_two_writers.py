"""Replies of several recipients into one case, and messages whose receipt is still on its way."""

from itertools import permutations

import pytest

from tests.oracle.notation import DAY, MINUTE, SECOND, K, L, sent

NEXT_DAY, DAY_AFTER = "2024-02-20", "2024-02-21"
ONE_DAY = 24 * 60 * MINUTE
ORDERS = [("m1", "r1", "r2"), ("m1", "r2", "r1")]


def log(story, *names, **more):
    return story.see("activities", entries=[{"message": name} for name in names], **more)


def two_replies(between, **more):
    """Two recipients answer m1, with so much time between the two replies: lines 3 and 4."""
    return sent("reply", K, L, **more).reply(K, "r1", "m1").reply(L, "r2", "m1", after=between)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("later", [0, 3 * SECOND, MINUTE])
def test_replies_of_two_recipients_within_the_limit_arrive_in_either_order(order, later):
    story = log(two_replies(SECOND), *order, after=later)
    assert log(story, *order).see(cloud_status="OK", acknowledged_on=DAY).rules == []


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_that_was_seen_once_stays(order):
    story = log(log(two_replies(SECOND), *order), "m1", *reversed(order[1:]))
    assert story.rules == [("LOG-3", 6)]


def test_a_reply_that_must_have_been_there_is_not_overtaken():
    assert log(two_replies(3 * SECOND), "m1", "r1", "r2").rules == []
    assert log(two_replies(3 * SECOND), "m1", "r2", "r1").rules == [("LOG-3", 5)]
    seen = log(sent("reply", K, L).reply(K, "r1", "m1"), "m1", "r1", after=0)
    assert log(seen.reply(L, "r2", "m1", after=0), "m1", "r2", "r1").rules == [("LOG-3", 6)]


def test_what_fits_no_order_is_told_once_and_any_order_may_show_later():
    story = log(two_replies(SECOND), "m1", "r2")
    assert story.rules == [("LOG-3", 5)]
    assert log(story, "m1", "r2", "r1").rules == [("LOG-3", 5)]


def test_the_order_stays_open_while_notes_follow_and_fields_are_seen():
    for first in ([], ["r1"], ["r2"], ["r1", "r2"], ["r2", "r1"]):
        story = two_replies(SECOND // 8).act("note", "anna", after=0, case=53, text="Note")
        story.see(cloud_status="OK", after=0) if first else None
        rest = [one for one in ("r2", "r1") if one not in first]
        entries = [{"message": one} for one in ("m1", *first)]
        entries += [{"message": None}, *[{"message": one} for one in rest]]
        assert story.see("activities", entries=entries).rules == []


@pytest.mark.parametrize("order", list(permutations(("k", "l", "m"))))
def test_an_order_is_told_by_who_wrote_where_a_line_leaves_out_what(order):
    def log_of(*authors):
        story = sent("reply", *(f"{one}@example.org" for one in "klm")).fault("link", "down")
        for one in "klm":
            story.reply(f"{one}@example.org", f"r{one}", "m1")
        story.fault("link", "up").act("note", "anna", case=53, text="Note")
        everybody = ("anna", *[f"{one}@example.org" for one in authors], "anna")
        return story.see("activities", entries=[{"author": one} for one in everybody])

    assert log_of(*order).rules == []
    assert {rule for rule, _ in log_of(*order[:2], order[0]).rules} == {"LOG-2"}
    told = log_of(*order)
    for names, found in ((order, []), (order[::-1], ["LOG-3"])):
        replies = [{"message": f"r{one}"} for one in names]
        told.see("activities", entries=[{"message": "m1"}, *replies, {"message": None}])
        assert [rule for rule, _ in told.rules] == found


def test_the_replies_of_one_recipient_arrive_in_the_order_of_writing():
    story = two_replies(SECOND).reply(K, "r3", "m1", after=0)
    assert log(story, "m1", "r2", "r3", "r1").rules == [("LOG-3", 6)]
    for order in (("r2", "r1", "r3"), ("r1", "r2", "r3"), ("r1", "r3", "r2")):
        assert log(two_replies(SECOND).reply(K, "r3", "m1", after=0), "m1", *order).rules == []


def test_a_message_sent_after_the_limit_comes_after_both_replies():
    story = two_replies(SECOND).send("m2", "reply", K)
    assert log(story, "m1", "r2", "m2", "r1").rules == [("LOG-3", 6)]
    assert log(two_replies(SECOND).send("m2", "reply", K), "m1", "r2", "r1", "m2").rules == []


def in_an_outage():
    """K answers in an outage, L the day after, and it ends the day after that: lines 4 to 6."""
    story = sent("reply", K, L).fault("link", "down").reply(K, "r1", "m1")
    story.reply(L, "r2", "m1", after=ONE_DAY)
    return story.tell(ONE_DAY, act="fault", what="link", state="up", outcome="ok")


@pytest.mark.parametrize(("date", "other"), [(DAY, NEXT_DAY), (NEXT_DAY, DAY)])
def test_the_date_is_that_of_whichever_reply_came_last(date, other):
    story = in_an_outage().see(cloud_status="OK", acknowledged_on=date)
    assert story.see(cloud_status="OK", acknowledged_on=date).rules == []
    assert story.see(acknowledged_on=other).rules == [("STA-3", 9)]
    assert in_an_outage().see(acknowledged_on=DAY_AFTER).rules == [("STA-3", 7)]


@pytest.mark.parametrize(("order", "date"), list(zip(ORDERS, (NEXT_DAY, DAY), strict=True)))
def test_the_log_and_the_date_tell_of_the_same_last_reply(order, date):
    assert log(in_an_outage(), *order).see(acknowledged_on=date).rules == []
    wrong = DAY if date == NEXT_DAY else NEXT_DAY
    assert log(in_an_outage(), *order).see(acknowledged_on=wrong).rules == [("STA-3", 8)]
    assert log(in_an_outage().see(acknowledged_on=wrong), *order).rules == [("LOG-3", 8)]


def test_the_last_reply_came_when_all_had_been_written():
    for day in (NEXT_DAY, DAY_AFTER):
        assert in_an_outage().see(follow_up_on=day).rules == []
    assert in_an_outage().see(follow_up_on=DAY).rules == [("REP-6", 7)]


@pytest.mark.parametrize("order", ORDERS)
def test_a_look_at_an_inbox_or_a_refused_send_does_not_decide_the_order(order):
    story = two_replies(SECOND).see("inbox", K, unread=0)
    story.send("m2", None, K, outcome="refused")
    assert log(story, *order).rules == []


def test_a_receipt_that_travels_back_leaves_the_message_under_way():
    for later in (0, SECOND, 2 * SECOND):
        story = sent().inbox(K, after=SECOND // 2, m1=True)
        assert story.see(under_way=["m1"], after=later).see(under_way=[]).rules == []


def test_a_message_is_under_way_no_longer_once_its_receipt_must_be_there():
    story = sent().inbox(K, after=SECOND // 2, m1=True).see(under_way=["m1"], after=2 * SECOND + 1)
    assert story.rules == [("DLV-4", 4)]
    story = sent().see(under_way=["m1"], after=4 * SECOND)
    assert story.see(under_way=["m1"], after=1).rules == [("DLV-4", 4)]


def test_an_outage_delays_the_receipt_too():
    story = (
        sent()
        .inbox(K, after=SECOND, m1=True)
        .tell(0, act="fault", what="link", state="down", outcome="ok")
    )
    assert story.see(under_way=["m1"]).fault("link", "up").see(under_way=["m1"]).rules == [
        ("DLV-4", 7)
    ]


def test_each_of_several_messages_has_its_receipt():
    story = sent().inbox(K, after=SECOND, m1=True).send("m2", "reply", K, after=0)
    story.inbox(K, after=SECOND, m1=True, m2=True)
    assert story.see(under_way=["m1", "m2"], after=0).rules == []
    assert story.see(under_way=["m2"], after=SECOND + 1).rules == []
    assert story.see(under_way=["m1", "m2"], after=0).rules == [("DLV-4", 8)]
