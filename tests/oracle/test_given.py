"""What the time before a log was like, field by field; and who is known from it."""

import pytest

from simulator.oracle import BadLine, Unmentioned, explain_case, explain_message, infer
from tests.oracle.notation import DAY, K, L, Story, sent


def given(readings=None, **fields):
    return Story(readings).tell(given="case", case=53, **fields)


def with_message(story=None, *to, expects="acknowledge"):
    story = Story() if story is None else story
    return story.tell(
        given="message", case=53, message="m1", by="anna", expects=expects, to=list(to or (K,))
    )


def test_given_subject_shows_until_it_is_changed():
    story = with_message(given(subject="Roof")).see("portal_case", K, subject="Roof")
    assert story.see("portal_case", K, subject="Shed").rules == [("RPL-2", 4)]
    story = with_message(given(subject="Roof")).act("edit_case", "anna", case=53, subject="Shed")
    story.see("portal_case", K, subject="Roof").replicate(2).see("portal_case", K, subject="Roof")
    assert story.replicate().see("portal_case", K, subject="Shed").rules == []
    assert story.see("portal_case", K, subject="Roof").rules == [("RPL-6", 9)]
    unknown = with_message(given()).see("portal_case", K, subject="any")
    assert unknown.rules == []


def test_given_follow_up_is_held_and_one_that_was_not_is_learned():
    told = given(follow_up_on="2024-03-01").see(follow_up_on="2024-03-01")
    assert told.see(follow_up_on=None).rules == [("REP-6", 3)]
    assert given(follow_up_on=None).see(follow_up_on=DAY).rules == [("REP-6", 2)]
    learned = given().see(follow_up_on="2024-03-01").see(follow_up_on="2024-03-01")
    assert learned.see(follow_up_on=DAY).rules == [("REP-6", 4)]


def test_given_documents_are_those_that_can_be_shared():
    story = given(documents=["a.pdf"], preset=[K]).send("m1", "reply", documents=["a.pdf"])
    assert story.send("m2", "reply", documents=["b.pdf"]).rules == [("SEND-9", 3)]


def test_given_recipients_are_preset_by_the_reading():
    both = {"preset": [" K@Example.org"], "chosen": [K, L]}
    assert given(**both).see("preset", recipients=[K]).rules == []
    every = {"preset_recipients": "all"}
    assert given(every, **both).see("preset", recipients=[K, L]).rules == []
    assert given(every, preset=[K]).see("preset", recipients=[K]).rules == []
    assert given(every, chosen=[L]).see("preset", recipients=[L]).rules == []
    assert given(chosen=[L]).see("preset", recipients=[K]).rules == [("SEND-6", 2)]
    learned = given().see("preset", recipients=[K, " K@example.org"])
    assert learned.see("preset", recipients=[L]).rules == [("SEND-6", 3)]
    story = with_message(given(every, chosen=[L])).see("preset", recipients=[K, L])
    assert story.rules == []
    story = with_message(Story(every)).send("m2", "reply", L).see("preset", recipients=[K, L])
    assert story.rules == []


def test_the_last_given_message_says_who_is_preset_unless_the_case_does():
    def with_two(story, reading="last"):
        story = with_message(story or Story({"preset_recipients": reading}), K)
        return story.tell(
            given="message", case=53, message="m2", by="anna", expects="reply", to=[L]
        )

    assert with_two(None).see("preset", recipients=[L]).rules == []
    assert with_two(None, "all").see("preset", recipients=[K, L]).rules == []
    assert with_two(given(preset=[K])).see("preset", recipients=[K]).rules == []
    assert with_two(given(chosen=[K])).see("preset", recipients=[L]).rules == []


def test_case_that_was_given_as_silent_has_no_date():
    finding = given(cloud_status="").see(acknowledged_on=DAY).verdict.findings[0]
    assert (finding.rule, finding.demanded) == ("STA-5", "empty")


def test_given_date_is_that_of_the_given_status_only():
    story = given(cloud_status="Antwort", acknowledged_on="2024-01-31", preset=[K])
    story.see(acknowledged_on="2024-01-31").send("m1", "reply").see(acknowledged_on=None)
    assert story.rules == []
    reply = given(cloud_status="OK", acknowledged_on="2024-01-31")
    reply.tell(given="message", case=53, message="r1", by=K, expects=None)
    assert reply.see(acknowledged_on="2024-01-31", cloud_status="OK").rules == []
    assert reply.send("m2", "acknowledge", K).see(acknowledged_on=None).rules == []


def reply(story, message, answers="m1", **more):
    return story.tell(given="message", case=53, message=message, by=K, answers=answers, **more)


def test_the_given_status_holds_whatever_message_is_given_last():
    for reading in ({"fileless_reply": "unchanged"}, {"last_communication": "last_sent"}, {}):
        story = given(reading, cloud_status="Datei", acknowledged_on=None)
        story = reply(with_message(story, expects="reply_with_file"), "r1")
        assert story.see(cloud_status="Datei", acknowledged_on=None).rules == []
        assert story.see(cloud_status="OK").rules != []
    story = with_message(given(cloud_status="OK", acknowledged_on=DAY))
    assert story.see(cloud_status="OK", acknowledged_on=DAY).rules == []


def test_the_given_date_is_that_of_the_last_of_several_given_replies():
    story = given(cloud_status="OK", acknowledged_on="2024-01-31")
    story = reply(reply(with_message(story), "r1"), "r2")
    assert story.see(acknowledged_on="2024-01-31").rules == []
    assert story.see(acknowledged_on=DAY).rules == [("STA-3", 6)]


def test_what_a_given_reply_did_to_an_untold_status_depends_on_readings():
    for reading in ({"fileless_reply": "unchanged"}, {"last_communication": "last_sent"}):
        story = reply(with_message(given(reading)), "r1")
        assert story.see(cloud_status="Info", acknowledged_on=DAY).rules == []
        assert story.see(cloud_status="OK").rules != []
        story = reply(with_message(given(reading)), "r1", answers=None)
        assert story.see(cloud_status="Info").rules == [("STA-3", 4)]
    assert reply(with_message(given()), "r1").see(cloud_status="Info").rules == [("STA-3", 4)]
    lines = reply(with_message(given()), "r1").see(cloud_status="Info").lines
    found = {one.reading: one.consistent for one in infer(lines, broken=pytest.fail)}
    assert found["fileless_reply"] == ("ok", "unchanged")
    assert found["last_communication"] == ("newest", "last_sent")


def test_documents_that_no_given_line_told_are_not_judged_after_the_first_new_one_either():
    story = given(preset=[K]).act("add_document", "anna", case=53, document="b.pdf")
    assert story.send("m1", "reply", documents=["a.pdf"]).rules == []


def test_a_date_that_comes_with_the_last_reader_may_come_when_some_had_read_before():
    def read_by_one(date):
        story = with_message(
            given({"several_acknowledge": "all"}, cloud_status="Info", acknowledged_on=None), K, L
        )
        fact = {"message": "m1", "opened": True, "answered": False}
        story.tell(given="mailbox", case=53, recipient=K, messages=[fact])
        return story.open(L).see(acknowledged_on=date)

    assert read_by_one(DAY).rules == []
    assert read_by_one(None).rules == []


def test_the_given_date_of_a_request_stays_when_others_open_it():
    readings = {"acknowledge_on_open": "first_open", "several_acknowledge": "latest"}
    story = given(readings, cloud_status="Antwort", acknowledged_on="2024-01-31")
    story = with_message(story, K, L, expects="reply").open(L)
    assert story.see(acknowledged_on="2024-01-31").rules == []


def test_given_recipients_need_no_registration():
    strict = with_message(Story(registers=True))
    assert strict.open(K).reply(K, "r1", "m1").rules == []
    asked = Story(registers=True).case().act("request_link", K).send("m1", "reply", K)
    assert asked.open(K).rules == []


def test_each_registers_alone():
    story = sent("reply", K, L, registers=True).act("register", K).act("register", L)
    assert story.open(K).open(L).rules == []


def test_link_that_no_mail_showed_serves_once_too():
    story = sent().act("register", K, link="z")
    assert story.rules == []
    assert story.act("register", K, link="z").rules == [("ACC-2", 4)]


def test_given_line_in_a_fork_is_its_own():
    story = sent().see()
    fork = story.oracle.fork()
    fork.take(4, story.at, {"given": "case", "case": 53, "follow_up_on": "2024-05-05"})
    assert story.see(follow_up_on="2024-02-19").rules == [("REP-6", 4)]
    seen = {"see": "case", "by": "anna", "case": 53, "follow_up_on": "2024-05-05"}
    assert fork.take(5, story.at, seen) == ()


@pytest.mark.parametrize("right", [True, False])
def test_given_release_decides_who_may_write(right):
    story = with_message(given(releases={" K@Example.org": right}))
    assert bool(story.reply(K, "r1", "m1").rules) is not right


def test_explanation_tells_what_a_first_look_showed():
    story = given().see(cloud_status="Info").send("m1", "acknowledge", K).open(K)
    chain = explain_case(story.lines, Story().oracle, "53")
    assert [(one.line, one.says) for one in chain] == [
        (1, "case: cloud status not known, acknowledged on not known"),
        (2, "case: cloud status Info, acknowledged on not known"),
        (3, "send: cloud status Info, acknowledged on empty"),
        (4, f"open: cloud status Info, acknowledged on {DAY}"),
        (0, f"m1 was sent last and asks to acknowledge; {K} read it {DAY}"),
    ]


def test_a_message_that_was_mentioned_cannot_be_given_any_more():
    story = sent()
    with pytest.raises(BadLine) as caught:
        story.tell(given="message", case=53, message="m1", by="anna", expects="reply", to=[K])
    error = caught.value
    assert (error.line, error.field, error.value) == (3, "message", "m1")
    assert error.problem == "was mentioned before: given is what was earlier"


@pytest.mark.parametrize("explain", [explain_case, explain_message])
def test_bad_input_stops_an_explanation_at_its_line(explain):
    story = sent()
    lines = [*story.lines, (3, story.at, {"see": "case", "by": "anna", "case": 99})]
    more = ("53",) if explain is explain_case else ("m1", K)
    with pytest.raises(Unmentioned) as caught:
        explain(lines, Story().oracle, *more)
    assert caught.value.line == 3


def test_status_is_judged_from_the_first_communication_on():
    story = given().send("m1", "acknowledge", K).see(cloud_status="Info")
    assert story.see(cloud_status="OK").rules == [("STA-2", 4)]
    story = given(releases={K: True}).reply(K, "r1", None).see(cloud_status="OK")
    assert story.see(cloud_status="Info").rules == [("STA-3", 4)]


def test_reading_after_a_given_date_shows_under_the_latest():
    for reading, shown in (("first", "2024-01-31"), ("latest", DAY)):
        story = with_message(Story({"several_acknowledge": reading}), K, L)
        story.tell(given="case", case=53, acknowledged_on="2024-01-31")
        story.see(acknowledged_on="2024-01-31").open(K)
        assert story.see(acknowledged_on=shown).rules == []


def test_what_is_given_to_a_fork_is_not_given_to_its_origin():
    story = with_message(Story(), K)
    fork = story.oracle.fork()
    told = [{"message": "m1", "opened": True, "answered": True}]
    fork.take(9, story.at, {"given": "mailbox", "case": 53, "recipient": K, "messages": told})
    assert story.inbox(K, m1={"unread": True, "opened": False, "answered": False}).rules == []


def test_last_message_needs_no_name():
    for status, what in (
        ("OK", "came from a recipient"),
        ("Info", "was sent last and asks to acknowledge"),
    ):
        finding = given(cloud_status=status).see(cloud_status="Datei").verdict.findings[0]
        untold = "its date is not known, as no line told or showed it"
        assert finding.because == f"the last message {what}; {untold}"


def test_the_subject_of_a_given_case_had_been_carried_before():
    story = Story().tell(given="case", case=53, subject="Roof").send("m1", "reply", K).replicate()
    assert story.see("portal_case", K, subject="Shed").rules == [("RPL-5", 4)]
    story = Story().tell(given="case", case=53, subject="Roof").send("m1", "reply", K).replicate(2)
    assert story.replicate().see("portal_case", K, subject="Shed").rules == [("RPL-6", 5)]


def test_all_have_read_where_those_have_to_whom_the_message_went_whoever_is_preset():
    story = with_message(Story({"several_acknowledge": "all"}), K, L)
    story.tell(given="case", case=53, cloud_status="Info", acknowledged_on=None, preset=[K])
    story.open(K).see(acknowledged_on=None)
    assert story.open(L).see(acknowledged_on=DAY).rules == []


def test_preset_are_the_recipients_of_the_last_given_message_where_no_line_tells_of_it():
    assert with_message(Story(), K).see("preset", recipients=[K]).rules == []
    assert with_message(Story(), K).see("preset", recipients=[L]).rules == [("SEND-6", 2)]


def test_each_case_keeps_the_preset_that_it_was_given_with():
    story = Story()
    for number in (53, 54):
        story.tell(given="case", case=number, preset=[L])
    for number in (53, 54):
        given = {"message": f"m{number}", "by": "anna", "expects": "reply", "to": [K]}
        story.tell(given="message", case=number, **given)
        assert story.see("preset", case=number, recipients=[L]).rules == []
