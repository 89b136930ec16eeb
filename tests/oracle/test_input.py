"""Lines that name what no line before them mentioned are bad input, and say what was known."""

import pytest

from simulator.oracle import BadLine, Unmentioned
from tests.oracle.notation import K, L, Story, sent

KNOWN = {"case": (53, 54), "message": ("m1", "m2"), "answers": ("m1", "m2")}
LINES = [
    (lambda s: s.open(K, case=99), "case", 99),
    (lambda s: s.open(K, "m9"), "message", "m9"),
    (lambda s: s.open(K, via="reply", case=99), "case", 99),
    (lambda s: s.mark(K, "m9"), "message", "m9"),
    (lambda s: s.reply(K, "r1", "m9"), "answers", "m9"),
    (lambda s: s.reply(K, "r1", None, case="x"), "case", "x"),
    (lambda s: s.act("edit_case", "anna", case=99), "case", 99),
    (
        lambda s: s.act("set_release", "anna", case=99, recipient=K, create_messages=True),
        "case",
        99,
    ),
    (lambda s: s.see(case=99, cloud_status="OK"), "case", 99),
    (lambda s: s.see(case=99, under_way=["m1"]), "case", 99),
    (lambda s: s.see("case_list", cases=[{"case": 99}]), "case", 99),
    (lambda s: s.see("case_list", cases=[{"case": 99, "cloud_status": "OK"}]), "case", 99),
    (lambda s: s.see("preset", case=99, recipients=[]), "case", 99),
    (lambda s: s.see("activities", case=99, entries=[]), "case", 99),
    (lambda s: s.see("activities", entries=[{"message": "m9"}]), "message", "m9"),
    (lambda s: s.see("arrival", message="m9"), "message", "m9"),
    (lambda s: s.see("arrival", case=99, message="m1"), "case", 99),
    (lambda s: s.see("portal_case", K, case=99), "case", 99),
    (lambda s: s.inbox(K, m9=True), "message", "m9"),
    (lambda s: s.see("mail", to=K, event="new_message", message="m9"), "message", "m9"),
]


@pytest.mark.parametrize(("tell", "field", "value"), LINES)
def test_what_was_never_mentioned_is_bad_input(tell, field, value):
    story = sent().case(54).send("m2", "reply", L, case=54)
    with pytest.raises(Unmentioned) as caught:
        tell(story)
    error = caught.value
    assert (error.line, error.field, error.value) == (5, field, value)
    assert error.known == KNOWN[field]
    assert str(error) == f"line 5: {field} {value!r} was never mentioned before"


def test_of_many_cases_the_latest_are_those_that_may_be_meant():
    story = Story()
    for number in range(1200):
        story.case(number)
    with pytest.raises(Unmentioned) as caught:
        story.see(case="1199x")
    assert caught.value.known == tuple(range(200, 1200))


def test_send_to_a_preset_that_was_never_told_is_bad_input():
    with pytest.raises(BadLine) as caught:
        Story().tell(given="case", case=53).send("m1", "reply")
    error = caught.value
    assert (error.line, error.field, error.value) == (2, "to", None)
    assert error.problem == "stands for the preset, which no line told: say one of them"


def test_refused_message_may_be_named():
    story = sent().send("m2", "reply", "bad", outcome="refused")
    assert story.see("activities", entries=[{"message": "m1"}]).rules == []
    assert story.inbox(K, m1=True, m2=True).rules == [("SEND-13", 5)]
