"""What an inbox and a case show by now, and why: told of an oracle that has seen the trace."""

from simulator.oracle import why_case, why_inbox, why_message
from tests.oracle.notation import DAY, K, L, Story, sent


def test_a_message_counts_as_it_does_for_a_reason():
    told = sent("reply").open(K).oracle
    assert "m1 asks for a reply" in why_message(told, "m1", K)
    assert why_message(told, "m1", L) == ""
    assert why_message(told, "m9", K) == ""


def test_each_message_of_an_inbox_has_its_reason():
    told = sent("reply", K, L).send("m2", "acknowledge", K).oracle
    assert list(why_inbox(told, K)) == [why_message(told, name, K) for name in ("m1", "m2")]
    assert list(why_inbox(told, L)) == [why_message(told, "m1", L)]
    assert list(why_inbox(told, "nobody@example.org")) == []
    perhaps = Story().case().send("m1", "reply", K, outcome="unknown").oracle
    assert list(why_inbox(perhaps, K)) == []


def test_the_fields_of_a_case_follow_from_its_last_communication():
    assert "m1" in why_case(sent("reply").oracle, 53)
    assert why_case(Story().oracle, 53) == ""


def test_who_read_the_last_message_is_said_with_the_day():
    told = sent("acknowledge").open(K).oracle
    assert why_case(told, 53) == f"m1 was sent last and asks to acknowledge; {K} read it {DAY}"
