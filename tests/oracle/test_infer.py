"""Which readings a trace is consistent with, and the line by which the others fell."""

import pytest

from simulator.history.vocabulary import READINGS
from simulator.oracle import infer
from tests.oracle.notation import DAY, MINUTE, SECOND, K, L, Story, sent

LATER = 24 * 60 * MINUTE
BIG = 35_500_000


def read(*who):
    """Each reads the message a day after the one before."""
    story = sent("acknowledge", K, L)
    for i, one in enumerate(who):
        story.tell(MINUTE + i * LATER, act="open", by=one, case=53, via="case", outcome="ok")
    return story


def two():
    return sent("acknowledge").send("m2", "acknowledge", K)


def answered():
    return sent().send("m2", "reply", K).reply(K, "r1", "m1")


SHOWN = [
    ("fileless_reply", "ok", lambda: sent("reply_with_file").reply(K, "r1", "m1"), "OK"),
    ("fileless_reply", "unchanged", lambda: sent("reply_with_file").reply(K, "r1", "m1"), "Datei"),
    ("acknowledge_on_open", "never", lambda: sent().open(K).replicate(), None),
    ("acknowledge_on_open", "first_open", lambda: sent().open(K), DAY),
    ("several_acknowledge", "all", lambda: read(K).replicate(), None),
    ("several_acknowledge", "first", lambda: read(K, L).replicate(), DAY),
    ("reply_scope", "message", answered, {"m1": False, "m2": True}),
    ("reply_scope", "case", answered, {"m1": False, "m2": False}),
    ("open_scope", "case", lambda: two().open(K), {"m1": False, "m2": False}),
    ("open_scope", "message", lambda: two().open(K), {"m1": True, "m2": False}),
    ("preset_recipients", "last", lambda: sent().send("m2", "reply", L), [L]),
    ("preset_recipients", "all", lambda: sent().send("m2", "reply", L), [K, L]),
    ("last_communication", "newest", answered, "OK"),
    ("last_communication", "last_sent", answered, "Antwort"),
]


def shown(story, seen):
    if isinstance(seen, dict):
        return story.inbox(K, **seen)
    if isinstance(seen, list):
        return story.see("preset", recipients=seen)
    if seen in {"OK", "Datei", "Antwort"}:
        return story.see(cloud_status=seen)
    return story.see(acknowledged_on=seen)


def inferred(story, **settings):
    return {one.reading: one for one in infer(story.lines, **settings)}


@pytest.mark.parametrize(("reading", "value", "story", "seen"), SHOWN)
def test_reading_is_inferred_from_what_shows_it(reading, value, story, seen):
    told = shown(story(), seen)
    one = inferred(told)[reading]
    others = [other for other in READINGS[reading] if other != value]
    assert one.consistent == (value,)
    assert list(one.ruled_out) == others
    assert {finding.line for finding in one.ruled_out.values()} == {told.line}


def test_readings_are_told_in_their_order_and_all_remain_where_nothing_shows():
    told = infer(sent().lines)
    assert [one.reading for one in told] == list(READINGS)
    assert [one.consistent for one in told] == list(READINGS.values())
    assert all(not one.ruled_out for one in told)


def test_right_to_write_is_inferred_from_what_is_accepted_or_offered():
    one = inferred(sent().reply(K, "r1", "m1"))["reply_right"]
    assert (one.consistent, list(one.ruled_out)) == (("unless_withheld",), ["if_granted"])
    assert one.ruled_out["if_granted"].rule == "REP-1"
    one = inferred(sent().reply(K, "r1", "m1", outcome="refused"))["reply_right"]
    assert one.consistent == ("if_granted",)
    one = inferred(sent().see("portal_case", K, button=None))["reply_right"]
    assert one.consistent == ("if_granted",)
    assert one.ruled_out["unless_withheld"].rule == "REP-2"


def test_megabyte_is_inferred_from_what_lies_between():
    assert inferred(sent().reply(K, "r1", "m1", BIG))["megabyte"].consistent == ("binary",)
    refused = sent().reply(K, "r0", "m1").reply(K, "r1", "m1", BIG - 1, 1, outcome="refused")
    assert inferred(refused)["megabyte"].consistent == ("decimal",)
    for size in (35_000_000, 40_000_000):
        told = sent().reply(K, "r0", "m1").reply(K, "r1", "m1", size, outcome="refused")
        assert inferred(told)["megabyte"].consistent == ("binary", "decimal")
    odd = {"act": "reply", "by": K, "outcome": "refused", "case": 53, "message": "r1"}
    for files in (None, "x", [1], [{"name": "a"}], [{"size": "big"}]):
        assert inferred(sent().tell(**odd, files=files))["megabyte"].ruled_out == {}


def test_transport_of_read_marks_is_inferred_from_the_date():
    told = sent("acknowledge").open(K).see(acknowledged_on=None)
    assert inferred(told)["receipt_transport"].consistent == ("replication",)
    told = sent("acknowledge").mark(K, "m1").see(acknowledged_on=DAY)
    assert inferred(told)["receipt_transport"].consistent == ("immediate",)


def test_deviation_under_all_readings_rules_none_out():
    told = sent().open(K).inbox(K, m1=False).see(cloud_status="OK")
    assert all(not one.ruled_out for one in infer(told.lines))
    told = sent("acknowledge").open(K).inbox(K).see(acknowledged_on=None)
    assert inferred(told)["receipt_transport"].consistent == ("replication",)


def test_values_fall_together_where_only_one_of_two_can_hold():
    told = sent("acknowledge", K, L).open(K).see(acknowledged_on=None)
    both = inferred(told)
    assert both["several_acknowledge"].consistent == ("first", "latest", "all")
    assert both["receipt_transport"].consistent == ("immediate", "replication")
    told.replicate().see(acknowledged_on=None)
    assert inferred(told)["several_acknowledge"].consistent == ("all",)


def test_settings_are_those_of_the_trace():
    told = sent("acknowledge").open(K).see(after=3 * SECOND, acknowledged_on=None)
    assert inferred(told)["receipt_transport"].consistent == ("replication",)
    slow = inferred(told, limit_us=10 * SECOND)["receipt_transport"]
    assert slow.consistent == ("immediate", "replication")
    told = sent("acknowledge").open(K).see(acknowledged_on="2024-02-20")
    assert inferred(told)["receipt_transport"].ruled_out == {}
    there = inferred(told, time_zone="Pacific/Kiritimati")["receipt_transport"]
    assert there.consistent == ("immediate",)
    entries = [{"message": "m1"}, {"message": "r1", "carried_by": "bot"}]
    told = sent("reply_with_file").reply(K, "r1", "m1").see("activities", entries=entries)
    told.see(cloud_status="OK")
    assert inferred(told)["fileless_reply"].consistent == ("ok",)
    assert Story(carrier="bot").oracle.world.carrier == "bot"


def test_a_rule_broken_before_any_reading_is_consulted_is_told():
    broken = []
    infer(sent().see(by=K, cloud_status="Info").lines, broken=broken.append)
    assert [finding.rule for finding in broken] == ["STA-7"]


def test_a_rule_broken_under_all_readings_is_told_as_by_the_first_of_them():
    broken = []
    told = sent("reply_with_file").reply(K, "r1", "m1").see(cloud_status="Info")
    infer(told.lines, broken=broken.append)
    assert [finding.demanded for finding in broken] == ["OK"]


def test_an_answer_that_reads_other_messages_tells_how_read_marks_travel():
    story = sent().send("m2", "acknowledge", K).reply(K, "r1", "m1").inbox(K, m1=False, m2=False)
    story.see(cloud_status="Info", acknowledged_on=None)
    found = inferred(story, broken=pytest.fail)
    assert found["reply_scope"].consistent == ("case",)
    assert found["last_communication"].consistent == ("last_sent",)
    assert found["receipt_transport"].consistent == ("replication",)
