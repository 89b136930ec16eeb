"""An id stands for one message: a retry repeats it, anything else is bad input."""

import pytest

from simulator.oracle import BadLine, Reused
from tests.oracle.notation import K, L, Story, sent


def filed():
    """A case with two documents; on line 4 the message m1 with one of them."""
    story = Story().case()
    for name in ("a.pdf", "b.pdf"):
        story.act("add_document", "anna", case=53, document=name)
    return story.send("m1", "reply", K, L, documents=["a.pdf"])


def again(story, **changed):
    to = changed.pop("to", [L, K])
    told = {"by": "anna", "documents": ["a.pdf"], "expects": "reply", **changed}
    return story.send("m1", told.pop("expects"), *(to or ()), **told)


def test_an_identical_retry_changes_nothing():
    story = again(filed()).inbox(K, 1, m1=True)
    story.see("activities", entries=[{"message": "m1"}]).see("preset", recipients=[K, L])
    assert story.verdict.kept
    story = sent().reply(K, "r1", "m1", 5).reply("K@example.org", "r1", "m1", 5)
    story.see("activities", entries=[{"message": "m1"}, {"message": "r1"}])
    assert story.verdict.kept


def test_a_retry_may_leave_out_its_text_and_its_preset_recipients():
    assert again(filed(), to=None).inbox(K, m1=True).rules == []
    told = {"case": 53, "message": "m1", "expects": "reply", "to": [K]}
    assert sent().act("send", "anna", **told).inbox(K, m1=True).rules == []
    story = Story().case().act("send", "anna", **told)
    assert story.send("m1", "reply", K).inbox(K, m1=True).rules == []


SENDS = {
    "by": {"by": "bert"},
    "text": {"text": "Else"},
    "expects": {"expects": "acknowledge"},
    "to": {"to": [K]},
    "documents": {"documents": ["a.pdf", "b.pdf"]},
    "case": {"case": 54},
    "text, expects and to": {"to": [L], "text": "Else", "expects": "reply_with_file"},
}


@pytest.mark.parametrize("differ", SENDS)
@pytest.mark.parametrize("outcome", ["ok", "unknown"])
def test_another_send_under_a_known_id_is_bad_input(differ, outcome):
    with pytest.raises(Reused) as caught:
        again(filed().case(54), **SENDS[differ], outcome=outcome)
    error = caught.value
    assert (error.line, error.field, error.value, error.first) == (6, "message", "m1", 4)
    assert error.differ == tuple(differ.replace(" and ", ", ").split(", "))
    verb = "differ" if "and" in differ else "differs"
    assert error.problem == f"stands for another message since line 4: {differ} {verb}"


REPLIES = {
    "by": {"by": L},
    "text": {"text": "Else"},
    "answers": {"answers": None},
    "files": {"files": []},
    "case": {"case": 54},
    "text and answers": {"answers": "m2", "text": "Else"},
}


@pytest.mark.parametrize("differ", REPLIES)
@pytest.mark.parametrize("under_way", [False, True])
def test_another_reply_under_a_known_id_is_bad_input(differ, under_way):
    story = sent("reply", K, L).send("m2", "reply", K).case(54)
    if under_way:
        story.fault("link", "down")
    told = {"by": K, "message": "r1", "answers": "m1", "text": "Here", "case": 53}
    told["files"] = [{"name": "a.pdf", "size": 1}]
    story.act("reply", **told)
    assert story.act("reply", **told).rules == []
    with pytest.raises(Reused) as caught:
        story.act("reply", **{**told, **REPLIES[differ]})
    assert caught.value.differ == tuple(differ.split(" and "))
    assert caught.value.first == story.line - 2


def test_a_reply_has_no_id_of_a_sent_message_and_the_other_way_round():
    for tell in (
        lambda: sent().reply(K, "m1", "m1"),
        lambda: sent().reply(K, "r1", "m1").send("r1", "reply", K),
    ):
        with pytest.raises(Reused) as caught:
            tell()
        assert caught.value.differ == ("act",)


def test_an_id_that_was_refused_can_be_used():
    story = (
        sent().send("m2", "reply", "bad", outcome="refused").send("m2", "acknowledge", K, text="x")
    )
    story.reply(K, "r1", "m1", text=" ", outcome="refused").reply(K, "r1", "m1")
    assert story.see(cloud_status="OK").rules == []


def test_what_perhaps_was_sent_is_retried_unchanged():
    story = Story().case().send("m1", "reply", K, outcome="unknown")
    with pytest.raises(Reused):
        story.send("m1", "reply", K, text="Else")


def test_an_id_whose_act_of_unknown_outcome_did_not_happen_is_free_again():
    story = sent().send("m2", "reply", K, outcome="unknown").inbox(K, m1=True)
    story.send("m2", "acknowledge", K, L, text="Else").inbox(K, m1=True, m2=True)
    assert story.see(cloud_status="Info").rules == []


def test_several_tries_of_unknown_outcome_are_one_message():
    story = Story().case()
    for outcome in ("unknown", "unknown", "ok"):
        story.send("m1", "reply", K, outcome=outcome)
    for outcome in ("unknown", "unknown", "ok"):
        story.reply(K, "r1", "m1", outcome=outcome)
    story.see("activities", entries=[{"message": "m1"}, {"message": "r1"}])
    assert story.verdict.kept


def given(**more):
    story = Story().tell(given="case", case=53, cloud_status="Antwort").case(54)
    sent_before = {"by": "anna", "expects": "reply", "to": [K], **more}
    story.tell(given="message", case=53, message="m1", **sent_before)
    return story.tell(given="message", case=53, message="r1", by="K@example.org", expects=None)


def test_what_was_before_the_log_may_be_retried_in_it():
    story = given(text="Please look").send("m1", "reply", K).reply(K, "r1", "m1", text="x")
    assert given().send("m1", "reply", K).see("activities", entries=[]).rules == story.rules == []


@pytest.mark.parametrize(
    ("tell", "differ", "first"),
    [
        (lambda story: story.send("m1", "reply", L), ("to",), 3),
        (lambda story: story.send("m1", "acknowledge", K), ("expects",), 3),
        (lambda story: story.send("m1", "reply", K, by="bert"), ("by",), 3),
        (lambda story: story.send("m1", "reply", K, text="Else"), ("text",), 3),
        (lambda story: story.send("m1", "reply", K, case=54), ("case",), 3),
        (lambda story: story.reply(L, "r1", "m1"), ("by",), 4),
        (lambda story: story.reply(K, "m1", "m1"), ("act",), 3),
    ],
)
def test_another_message_under_the_id_of_one_before_the_log_is_bad_input(tell, differ, first):
    with pytest.raises(Reused) as caught:
        tell(given(text="Please look"))
    assert (caught.value.differ, caught.value.first) == (differ, first)


def test_a_given_reply_may_say_what_it_answers():
    story = given().tell(
        given="message", case=53, message="r2", by=K, expects=None, answers="m1", text="Here"
    )
    assert story.reply(K, "r2", "m1").rules == []
    with pytest.raises(Reused) as caught:
        story.reply(K, "r2", None, text="Else")
    assert caught.value.differ == ("text", "answers")


def test_a_given_line_that_says_who_received_says_what_was_expected():
    with pytest.raises(BadLine) as caught:
        Story().tell(given="message", case=53, message="m1", by="anna", to=[K])
    error = caught.value
    assert (error.line, error.field, error.value) == (1, "to", [K])
    assert error.problem == "was sent with an expected action: say expects as well"
    assert str(error) == f"line 1: to ['{K}'] {error.problem}"
    story = Story().tell(given="message", case=53, message="r1", by=K)
    assert story.see(cloud_status="OK").rules == []


def test_ids_are_compared_in_cases_that_were_folded_up():
    story = sent().see(acknowledged_on=None)
    story.line += 60_000
    for i in range(2049):
        story.act("create_case", "anna", after=0, case=f"other {i}")
    with pytest.raises(Reused) as caught:
        story.send("m1", "reply", L)
    assert (caught.value.first, caught.value.differ) == (2, ("to",))
