"""DLV, MAIL, unknown outcomes, given lines: what is under way, and what nobody knows."""

import pytest

from simulator.oracle import (
    BadLine,
    Finding,
    Unmentioned,
    explain_case,
    explain_message,
    infer,
    recipients_of,
)
from tests.oracle.notation import DAY, MINUTE, SECOND, START, K, L, Story, sent


def test_message_may_be_missing_within_the_limit_only():
    assert sent().inbox(K, after=SECOND).inbox(K, m1=True).rules == []
    assert sent().inbox(K, after=2 * SECOND).inbox(K, after=1).rules == [("DLV-1", 4)]
    assert sent(limit_us=0).inbox(K, after=0).rules == [("DLV-1", 3)]
    assert sent().inbox(K, after=SECOND, m1=True).inbox(K, after=1).rules == [("DLV-2", 4)]


def test_reply_may_be_missing_within_the_limit_only():
    story = sent().reply(K, "r1", "m1").see(after=SECOND, cloud_status="Antwort")
    assert story.see(after=SECOND, cloud_status="OK").rules == []
    story = sent().reply(K, "r1", "m1").see(after=SECOND, cloud_status="OK")
    assert story.see(after=1, cloud_status="Antwort").rules == [("STA-3", 5)]


def test_act_within_the_limit_leaves_both_possibilities_open():
    story = sent("acknowledge").send("m2", "acknowledge", K)
    story.tell(SECOND, act="open", by=K, case=53, via="case", outcome="ok")
    assert story.inbox(K, m1=False, m2=True).rules == []
    story.inbox(K, m1=False, m2=False)
    assert story.rules == [("INB-2", 6)]


@pytest.mark.parametrize("outage", [None, "portal", "link"])
def test_what_is_wrong_at_a_message_that_just_arrived_is_told_and_not_its_arrival(outage):
    story = Story()
    if outage:
        story.fault(outage, "down")
    story.send("m1", "reply", K)
    story.see("inbox", K, after=SECOND, messages=[{"message": "m1", "hint": "documents"}])
    assert story.rules == [("INB-6", 3 if outage else 2)]


def test_of_two_messages_that_just_arrived_the_one_that_is_wrong_is_told():
    story = sent().send("m2", "reply", K).send("m3", "reply", K, after=0)
    right, wrong = ({"message": name, "opened": name == "m3"} for name in ("m2", "m3"))
    story.see("inbox", K, after=1, messages=[{"message": "m1"}, right, wrong])
    (found,) = story.verdict.findings
    assert (found.rule, found.seen) == ("INB-11", f"m3 shown as opened for {K}")


def test_what_is_wrong_at_the_entry_of_a_reply_that_just_arrived_is_told_and_not_its_arrival():
    story = sent().reply(K, "r1", "m1", text="Ja")
    entries = [{"author": "anna", "message": "m1"}, {"author": K, "message": "r1", "text": "Nein"}]
    story.see("activities", "anna", after=SECOND, case=53, entries=entries)
    (found,) = story.verdict.findings
    assert found.rule == "LOG-2"
    assert found.seen.startswith("text")


def test_number_alone_decides_between_possibilities():
    story = sent().see("inbox", K, after=SECOND, unread=0)
    assert story.inbox(K, after=MINUTE, m1=True).rules == []
    assert sent().see("inbox", K, after=SECOND, unread=2).rules == [("INB-1", 3)]


@pytest.mark.parametrize("what", ["portal", "link", "server"])
@pytest.mark.parametrize("state", ["down", "slow"])
def test_outage_delays_messages_until_it_is_over(what, state):
    story = sent().fault(what, state).send("m2", "reply", K)
    story.inbox(K, m1=True).see(under_way=["m2"])
    story.fault(what, "up").inbox(K, after=3 * SECOND, m1=True, m2=True).see(under_way=[])
    assert story.rules == []
    lost = sent().fault(what, state).send("m2", "reply", K).fault(what, "up")
    assert lost.inbox(K, after=3 * SECOND, m1=True).rules == [("DLV-4", 6)]


def test_an_outage_of_the_mail_alone_excuses_no_late_reply():
    story = sent().fault("mail", "down").reply(K, "r1", "m1").see("arrival", message="r1")
    assert story.rules == [("DLV-5", 5)]


def test_other_outages_delay_no_message():
    assert Story().case().fault("mail", "down").send("m1", "reply", K).inbox(K).rules == [
        ("DLV-1", 4)
    ]
    story = Story().case().tell(act="fault", what="link", state="down", outcome="refused")
    assert story.send("m1", "reply", K).inbox(K).rules == [("DLV-1", 4)]


def test_what_is_under_way_is_shown():
    assert sent().see(under_way=["m1"]).rules == [("DLV-4", 3)]
    story = Story().case().fault("link", "slow").send("m1", "reply", K).inbox(K)
    assert story.see(under_way=[]).inbox(K, m1=True).rules == []
    story.inbox(K)
    assert story.rules == [("DLV-2", 7)]


WAITS = "m1 cannot have reached each of its recipients in this outage"


def waits(what="link"):
    return Story().case().fault(what, "down").send("m1", "reply", K)


@pytest.mark.parametrize("what", ["portal", "link", "server"])
def test_what_is_sent_while_nothing_gets_through_is_shown_as_under_way(what):
    assert waits(what).see(under_way=["m1"]).rules == []
    story = waits(what).see(under_way=[])
    assert story.verdict.findings == (Finding("DLV-4", 4, "m1 delivered", "under way", WAITS),)


@pytest.mark.parametrize("status", ["OK", "Antwort"])
def test_whether_a_reply_came_in_an_outage_is_left_open_where_what_is_under_way_is_seen(status):
    story = sent().fault("link", "down").reply(K, "r1", "m1")
    assert story.see(cloud_status=status, under_way=[]).rules == []


def test_a_read_mark_that_waits_for_a_run_is_not_there_where_what_is_under_way_is_seen():
    story = sent("acknowledge", readings={"receipt_transport": "replication"}).open(K)
    story.see(acknowledged_on=None, under_way=[]).replicate(1)
    for day in (None, DAY):
        assert story.see(acknowledged_on=day, under_way=[]).rules == []
    assert story.see(acknowledged_on=None, under_way=[]).rules == [("STA-4", 8)]


def test_what_was_seen_to_arrive_in_an_outage_is_under_way_no_longer():
    assert waits().inbox(K, m1=True).see(under_way=[]).rules == []


def test_what_was_sent_just_before_an_outage_may_have_arrived():
    for shown in ([], ["m1"]):
        story = sent().tell(SECOND, act="fault", what="link", state="down", outcome="ok")
        assert story.see(under_way=shown).rules == []


def test_what_waits_may_arrive_as_soon_as_one_thing_after_the_other_is_up_again():
    story = waits().fault("portal", "down").fault("link", "up")
    assert story.see(under_way=[]).rules == [("DLV-4", 6)]
    story = waits().fault("portal", "down").fault("link", "up").fault("portal", "up")
    assert story.see(under_way=[], after=SECOND).rules == []
    story = waits().fault("portal", "down").fault("link", "slow").fault("portal", "up")
    assert story.see(under_way=[]).rules == []
    story = waits().fault("mail", "down").fault("link", "up")
    assert story.see(under_way=[], after=SECOND).rules == []


def test_a_second_outage_makes_wait_what_is_sent_in_it():
    story = sent().fault("link", "down").fault("link", "up").fault("link", "down")
    assert story.send("m2", "reply", K).see(under_way=[]).rules == [("DLV-4", 7)]


def test_messages_of_a_case_arrive_in_order():
    story = Story().case().fault("link", "slow").send("m1", "reply", K).send("m2", "reply", K)
    assert story.inbox(K, m2=True).rules == [("DLV-3", 5)]


def test_order_of_a_case_is_the_order_of_arrival():
    story = sent().fault("link", "down").reply(K, "r1", "m1").send("m2", "reply", K)
    story.see(cloud_status="Antwort").fault("link", "up")
    story.see("arrival", message="r1", after=SECOND).see(cloud_status="OK", follow_up_on=DAY)
    story.see("activities", entries=[{"message": one} for one in ("m1", "m2", "r1")])
    assert story.rules == []
    assert story.see("arrival", message="r1").rules == [("DLV-5", 11)]


def test_follow_up_is_the_day_of_arrival():
    day = 24 * 60 * MINUTE
    story = sent().fault("link", "down").reply(K, "r1", "m1")
    story.tell(day, act="fault", what="link", state="up", outcome="ok")
    story.see("arrival", message="r1", after=SECOND)
    assert story.see(acknowledged_on=DAY, follow_up_on="2024-02-20").rules == []
    assert story.see(follow_up_on=DAY).rules == [("REP-6", 8)]


@pytest.mark.parametrize("day", [DAY, "2024-02-20"])
def test_a_reply_that_came_before_or_after_midnight_is_followed_up_on_either_day(day):
    story = sent(start=START + 11 * 60 * MINUTE + 30 * MINUTE).fault("link", "down")
    story.reply(K, "r1", "m1").act("note", "anna", case=53, text="x")
    story.act("note", "anna", after=60 * MINUTE, case=53, text="x")
    assert story.see(cloud_status="OK").see(follow_up_on=day).rules == []


def test_late_and_unordered_arrivals_are_found():
    story = sent().reply(K, "r1", "m1").see("arrival", message="r1")
    assert story.rules == [("DLV-5", 4)]
    story = sent().fault("link", "down").reply(K, "r1", "m1").reply(K, "r2", "m1")
    assert story.see("arrival", message="r2").rules == [("DLV-5", 6)]
    with pytest.raises(Unmentioned):
        sent().see("arrival", message="r9")


def test_replies_of_several_writers_may_arrive_in_any_order():
    for order in (("r1", "r2"), ("r2", "r1")):
        story = sent("reply", K, L).fault("link", "down").reply(K, "r1", "m1").reply(L, "r2", "m1")
        story.see("activities", entries=[{"message": one} for one in ("m1", *order)])
        assert story.rules == []


def test_unknown_outcome_allows_both_until_an_observation_decides():
    def unknown():
        return sent().reply(K, "r1", "m1", outcome="unknown")

    assert unknown().verdict.undecided == (
        "line 3: whether the reply of unknown outcome happened was never shown",
    )
    assert unknown().verdict.outcome == "undecided"
    for seen, after in (("OK", False), ("Antwort", True)):
        story = unknown().see(cloud_status=seen)
        assert story.verdict.kept
        assert story.inbox(K, m1=after).verdict.outcome == "kept"
        assert unknown().see(cloud_status=seen).inbox(K, m1=not after).verdict.violated
    assert unknown().see(cloud_status="Datei").verdict.outcome == "violated"


def test_unknown_send_retried_is_one_message():
    story = Story().case().send("m1", "reply", K, outcome="unknown").send("m1", "reply", K)
    assert story.inbox(K, 1, m1=True).verdict.kept
    story = sent().reply(K, "r1", "m1", outcome="unknown").reply(K, "r1", "m1")
    story.see("activities", entries=[{"message": "m1"}, {"message": "r1"}])
    assert story.rules == []


def test_unknown_act_that_would_be_refused_did_not_happen():
    story = sent().mark(K, "m1", outcome="unknown").inbox(K, m1=True)
    assert story.verdict.kept


def test_unknown_outcome_that_makes_no_difference_is_no_doubt():
    story = sent().open(K).open(K, outcome="unknown")
    assert story.inbox(K, m1=True).verdict.kept


def mail(story, to=K, event="new_message", message="m1", **fields):
    if event == "new_message":
        fields["message"] = message
    return story.see("mail", to=to, event=event, **{"after": SECOND, **fields})


def test_each_recipient_is_told_once():
    story = mail(mail(sent()), event="registration").inbox(K, m1=True)
    assert story.rules == []
    assert mail(story, message_id="b").rules == [("MAIL-1", 6)]
    assert mail(sent(), to=L).rules == [("ACC-4", 3)]
    assert mail(mail(sent()), event="registration").send("m2", "reply", K).inbox(
        K, m1=True, m2=True
    ).rules == [("MAIL-1", 6)]


def test_mail_that_never_came_is_found_once_a_mail_was_seen():
    story = sent().send("m2", "reply", L).send("m3", "reply", L).inbox(K, m1=True)
    assert story.rules == []
    mail(story, to=L, message="m3")
    assert [(found.rule, found.line, found.seen) for found in story.verdict.findings] == [
        ("ACC-2", 3, f"no registration mail to {K}"),
        ("MAIL-1", 3, f"no notice of m1 to {K}"),
        ("ACC-2", 5, f"no registration mail to {L}"),
        ("MAIL-1", 5, f"no notice of m2 to {L}"),
        ("MAIL-1", 5, f"no notice of m3 to {L}"),
    ]


def test_same_mail_again_after_a_fault_is_no_second_mail():
    story = mail(mail(sent(), message_id="a"), event="registration").fault("mail", "down")
    assert mail(story.fault("mail", "up"), message_id="a").rules == []
    assert mail(story, message_id="b").rules == [("MAIL-4", 8)]


def test_outage_delays_the_notice():
    story = mail(mail(sent()), event="registration").fault("mail", "down").send("m2", "reply", K)
    assert story.inbox(K, m1=True, m2=True).rules == []
    story.fault("mail", "up").inbox(K, after=9 * SECOND, m1=True, m2=True)
    assert story.rules == [("MAIL-4", 9)]


def test_mail_carries_no_message_text():
    assert mail(sent(), body="You have a message").rules == []
    assert mail(sent(), body=">> Please look <<").rules == [("MAIL-3", 3)]


def test_a_number_of_its_own_is_message_text_whatever_letter_it_begins_with():
    for number in ("X1234567890-2024", "1234567890-2024X"):
        story = Story().case().send("m1", "reply", K, text=number)
        assert mail(story, body=f"Vorgang {number}").rules == [("MAIL-3", 3)]


def test_words_of_any_notice_are_no_message_text():
    for greeting in ("Guten Tag", "Bitte melden Sie sich", "Mit freundlichen Grüßen,"):
        story = Story().case().send("m1", "reply", K, text=greeting)
        body = "Guten Tag,\nBitte melden Sie sich an.\nMit freundlichen Grüßen, Ihr Makler"
        assert mail(story, body=body).rules == []
    story = Story().case().send("m1", "reply", K, text="Guten Tag Frau Sommer")
    assert mail(story, body="Guten Tag Frau Sommer,").rules == [("MAIL-3", 3)]


def test_what_a_notice_was_set_to_say_is_no_message_text():
    wording = "Bitte prüfen Sie den Posteingang.\nIhre Gutachten.pdf-Abteilung"
    story = Story().case().act("set_mail", "anna", event="new_message", body=wording)
    story.act("add_document", "anna", case=53, document="Gutachten.pdf", size=1)
    story.send("m1", "reply", K, text="Bitte prüfen Sie", documents=["Gutachten.pdf"])
    assert mail(mail(story, body=wording), event="registration").rules == []
    story.send("m2", "reply", K, text="Bitte prüfen Sie das Angebot")
    said = f"{wording}\nBitte prüfen Sie das Angebot"
    assert mail(story, message="m2", body=said).rules == [("MAIL-3", 8)]


def test_a_notice_may_say_all_that_notices_were_ever_set_to_say():
    story = Story().case()
    for said in ({"subject": "Ihr Gutachten"}, {"body": "Bitte um Prüfung"}):
        story.act("set_mail", "anna", event="new_message", **said)
    story.send("m1", "reply", K, text="Ihr Gutachten")
    assert mail(mail(story, body="Ihr Gutachten"), event="registration").rules == []


def test_what_registration_mails_were_set_to_say_is_no_excuse_of_a_notice():
    story = Story().case().act("set_mail", "anna", event="registration", body="Ihr Gutachten")
    story.send("m1", "reply", K, text="Ihr Gutachten")
    assert mail(story, body="Ihr Gutachten").rules == [("MAIL-3", 4)]


def test_a_registration_mail_that_was_missed_is_not_accused_again_when_it_comes():
    story = mail(sent()).inbox(K, after=9 * SECOND, m1=True)
    assert story.rules == [("ACC-2", 4)]
    assert mail(story, event="registration").rules == [("ACC-2", 4)]
    assert mail(story, event="registration", message_id="b").rules == [("ACC-2", 4), ("ACC-2", 6)]


def test_event_switched_off_sends_no_mail():
    off = Story().case().act("set_mail", "anna", event="new_message", enabled=False)
    assert mail(off.send("m1", "reply", K)).rules == [("MAIL-2", 4)]
    on = Story().case().act("set_mail", "anna", event="new_message", enabled=False)
    on.act("set_mail", "anna", event="new_message", enabled=True)
    on.act("set_mail", "anna", event="new_message", subject="Hi")
    assert mail(on.send("m1", "reply", K)).rules == []
    off = Story().case().act("set_mail", "anna", event="registration", enabled=False)
    assert mail(off.send("m1", "reply", K), event="registration").rules == [("MAIL-2", 4)]


def test_only_new_accounts_get_a_registration_mail():
    story = mail(mail(sent()), event="registration").send("m2", "reply", K)
    assert mail(story, event="registration").rules == [("ACC-2", 6)]
    story = mail(mail(sent()), event="registration").act("request_link", K)
    assert mail(story, event="registration").rules == []
    assert mail(story, event="registration").rules == [("ACC-2", 7)]
    assert mail(Story(), to=L, event="registration").rules == [("ACC-2", 1)]
    story = Story().role("bert", "Benutzer", email="B@example.org").case()
    story.send("m1", "reply", "b@example.org")
    assert mail(story, to="b@example.org", event="registration").rules == [("ACC-5", 4)]
    assert mail(mail(sent()), to=L, event="registration").rules == [("ACC-2", 4)]


def test_missing_registration_mail_is_found():
    assert mail(sent()).inbox(K, m1=True).rules == [("ACC-2", 4)]


def test_mail_of_a_refused_message_is_found():
    story = Story().case().send("m1", "reply", "bad", outcome="refused")
    assert mail(story).rules == [("SEND-13", 3)]
    with pytest.raises(Unmentioned):
        mail(Story())


def given():
    story = Story().tell(
        given="case",
        case=53,
        subject="Roof",
        cloud_status="Info",
        acknowledged_on=DAY,
        documents=["a.pdf"],
        preset=[K],
        chosen=[K, L],
        releases={L: False},
        follow_up_on=None,
    )
    story.tell(given="message", case=53, message="m1", by="anna", expects="reply_with_file", to=[K])
    story.tell(given="message", case=53, message="m2", by="anna", expects="acknowledge", to=[K, L])
    entries = [{"message": "m1", "opened": True, "answered": True}]
    entries += [{"message": "m2", "opened": False, "answered": False, "marked": True}]
    return story.tell(given="mailbox", case=53, recipient=K, messages=entries)


def test_log_may_begin_in_mid_life():
    story = given().see(cloud_status="Info", acknowledged_on=DAY, follow_up_on=None)
    story.inbox(K, 1, m1={"unread": True, "opened": True, "answered": True}, m2=False)
    story.inbox(L, 1, m2=True).see("preset", recipients=[K, L][:1])
    story.send("m3", "reply", documents=["a.pdf"]).reply(K, "r1", "m3")
    story.see("activities", entries=[]).see("portal_case", K, documents=["y"])
    assert story.rules == []
    assert story.reply(L, "r2", "m2").rules == [("REP-1", 13)]


def test_given_file_settles_a_file_request():
    story = given().tell(
        given="mailbox",
        case=53,
        recipient=K,
        messages=[{"message": "m1", "opened": True, "answered": True, "answered_with_file": True}],
    )
    assert story.inbox(K, 0, m1=False, m2=False).rules == []
    with pytest.raises(Unmentioned):
        story.tell(
            given="mailbox",
            case=53,
            recipient=L,
            messages=[{"message": "m1", "opened": True, "answered": False}],
        )


def test_given_reply_is_the_last_communication():
    story = Story().tell(given="case", case=1, cloud_status="OK", acknowledged_on=DAY)
    story.tell(given="message", case=1, message="r1", by=K, expects=None)
    assert story.see(case=1, cloud_status="OK", acknowledged_on=DAY).rules == []
    story = Story().tell(given="message", case=1, message="r1", by=K, expects=None)
    assert story.see(case=1, cloud_status="OK").rules == []


def test_what_was_not_given_is_not_judged():
    story = Story().tell(given="case", case=1)
    story.see(case=1, acknowledged_on=DAY).see("preset", case=1, recipients=[K])
    story.see("case_list", cases=[{"case": 1, "cloud_status": "Info"}])
    story.see(case=1, cloud_status="Info")
    assert story.see("preset", case=1, recipients=[K]).rules == []
    assert story.see(case=1, cloud_status="OK").verdict.violated
    with pytest.raises(BadLine):
        Story().tell(given="case", case=1).send("m1", "reply", case=1)


def test_trace_that_shows_nothing_is_undecided():
    assert Story().case().verdict.undecided == ("no line exercised any rule",)


def test_fork_goes_its_own_way():
    story = sent("acknowledge").inbox(K, m1=True)
    other = story.oracle.fork()
    assert other.fingerprint() == story.oracle.fingerprint()
    before = story.oracle.fingerprint()
    record = {"act": "open", "by": K, "case": 53, "via": "case", "outcome": "ok"}
    assert other.take(4, story.at + MINUTE, record) == ()
    assert story.oracle.fingerprint() == before != other.fingerprint()
    assert story.inbox(K, m1=True).rules == []
    seen = {"see": "inbox", "by": K, "messages": [{"message": "m1", "unread": True}]}
    assert [one.rule for one in other.take(5, story.at + MINUTE, seen)] == ["INB-2"]
    split = sent().reply(K, "r1", "m1", outcome="unknown")
    fork = split.oracle.fork()
    split.see(cloud_status="OK")
    assert fork.finish().undecided


def test_readings_are_inferred_with_the_line_that_decides():
    story = sent("acknowledge", K).send("m2", "acknowledge", K).open(K).inbox(K, m1=True, m2=False)
    story.reply(K, "r1", "m1", 35_500_000).see("preset", recipients=[K])
    inferred = {one.reading: one for one in infer(story.lines)}
    assert inferred["open_scope"].consistent == ("message",)
    assert inferred["open_scope"].ruled_out["case"].line == 5
    assert inferred["megabyte"].consistent == ("binary",)
    assert inferred["megabyte"].ruled_out["decimal"].rule == "REP-4"
    assert inferred["reply_right"].consistent == ("unless_withheld",)
    assert inferred["reply_scope"].consistent == ("message", "case")
    broken = infer(sent().inbox(K, m1=False).lines)
    assert all(not one.ruled_out for one in broken)


def test_message_is_explained_by_the_facts_that_made_it_count():
    story = sent("reply_with_file").open(K).reply(K, "r1", "m1").reply(K, "r2", "m1", 1)
    chain = explain_message(story.lines, Story().oracle, "m1", "K@example.org")
    done = f"{K} opened it and answered with a file"
    assert [(one.line, one.says, one.rule) for one in chain] == [
        (2, "m1 asks for a reply with file and goes to k@example.org", "DLV-1"),
        (3, "k@example.org opened m1", "INB-2"),
        (4, "k@example.org answered m1", "INB-10"),
        (5, "k@example.org answered m1 with a file", "INB-4"),
        (0, f"m1 asks for a reply with file; {done}: it must count as read", "INB-4"),
    ]
    assert explain_message(story.lines, Story().oracle, "m1", L) == ()


def test_case_is_explained_by_the_lines_that_changed_it():
    story = Story().role("anna", "Benutzer").case().send("m1", "acknowledge", K).see()
    story.open(K).reply(K, "r1", "m1")
    chain = explain_case(story.lines, Story().oracle, "53")
    assert [(one.line, one.says, one.rule) for one in chain] == [
        (2, "create_case: cloud status empty, acknowledged on empty", "STA-1"),
        (3, "send: cloud status Info, acknowledged on empty", "STA-2"),
        (5, f"open: cloud status Info, acknowledged on {DAY}", "STA-4"),
        (6, f"reply: cloud status OK, acknowledged on {DAY}", "STA-3"),
        (0, "r1 came from a recipient", "STA-3"),
    ]
    assert explain_case(story.lines, Story().oracle, "99") == ()


def test_explanation_tells_of_marks_and_of_answers_that_cover():
    story = sent("acknowledge").send("m2", "reply", K).mark(K, "m1").see().reply(K, "r1", "m1")
    oracle = Story({"reply_scope": "case"}).oracle
    chain = explain_message(story.lines, oracle, "m2", K)
    covered = f"{K} has not answered; an answer to another message of the case settled it"
    assert [(one.line, one.says, one.rule) for one in chain] == [
        (3, "m2 asks for a reply and goes to k@example.org", "DLV-1"),
        (6, "k@example.org answered another message of the case, which settled m2", "INB-10"),
        (0, f"m2 asks for a reply; {covered}: it must count as read", "INB-10"),
    ]
    chain = explain_message(story.lines, Story().oracle, "m1", K)
    assert [(one.line, one.says, one.rule) for one in chain[1:3]] == [
        (4, "k@example.org marked m1 as read", "INB-5"),
        (6, "k@example.org answered m1", "INB-10"),
    ]


def test_what_acts_of_unknown_outcome_leave_open_is_explained_both_ways():
    story = sent().reply(K, "r1", "m1", outcome="unknown")
    chain = explain_message(story.lines, Story().oracle, "m1", K)
    answered = "m1 asks for a reply; k@example.org answered it: it must count as read"
    not_yet = "m1 asks for a reply; k@example.org has not answered: it must count as unread"
    assert [(one.line, one.says, one.rule) for one in chain[1:]] == [
        (0, f"if what line 3 tried happened: {answered}", "INB-3"),
        (0, f"otherwise: {not_yet}", "INB-3"),
    ]
    chain = explain_case(story.lines, Story().oracle, "53")
    assert [(one.says, one.rule) for one in chain[-2:]] == [
        ("if what line 3 tried happened: r1 came from a recipient", "STA-3"),
        ("otherwise: m1 was sent last and asks for a reply", "STA-2"),
    ]


def test_a_message_that_was_perhaps_sent_is_explained_and_one_to_somebody_else_is_not():
    story = Story().case().send("m1", "reply", K, outcome="unknown")
    chain = explain_message(story.lines, Story().oracle, "m1", K)
    assert [(one.says.partition(":")[0], one.rule) for one in chain] == [
        ("if what line 2 tried happened", "INB-3"),
        ("otherwise", "DLV-1"),
    ]
    story.open(K, "m1", outcome="unknown")
    said = [one.says for one in explain_message(story.lines, Story().oracle, "m1", K)]
    assert said[-3].startswith("if what line 2 tried happened: m1 asks for a reply; ")
    assert said[-2].startswith("if what line 2 and line 3 tried happened: ")
    assert said[-1] == "otherwise: m1 never reached k@example.org"
    assert explain_message(story.lines, Story().oracle, "m1", L) == ()
    assert explain_message(story.lines, Story().oracle, "m9", K) == ()


def test_what_a_click_without_its_message_leaves_open_is_explained_as_possible():
    story = sent("acknowledge").send("m2", "acknowledge", K).open(K, via="attachments")
    chain = explain_message(story.lines, Story().oracle, "m1", K)
    assert [one.says.partition(";")[::2] for one in chain[-2:]] == [
        (
            "perhaps: m1 asks to acknowledge",
            " k@example.org opened it: it must count as read",
        ),
        (
            "perhaps: m1 asks to acknowledge",
            " k@example.org has neither opened it nor answered: it must count as unread",
        ),
    ]


def test_a_case_whose_number_is_a_text_is_explained_by_the_same_name():
    for name in ("53", "A-7", "²"):
        story = Story().case(name).send("m1", "reply", K, case=name)
        assert explain_case(story.lines, Story().oracle, name)[-1].rule == "STA-2"


def test_given_lines_are_explained_too():
    story = given()
    chain = explain_case(story.lines, Story().oracle, "53")
    assert [(one.line, one.says, one.rule) for one in chain] == [
        (1, f"case: cloud status Info, acknowledged on {DAY}", "STA-2"),
        (0, "m2 was sent last and asks to acknowledge", "STA-2"),
    ]


NEXT_DAY = 24 * 60 * MINUTE
TWO = {"reply_scope": "case", "last_communication": "last_sent"}


def test_an_answer_that_settles_a_message_read_before_leaves_its_date():
    story = sent(readings=TWO).send("m2", "acknowledge", K).open(K, "m2")
    story.reply(K, "r1", "m1", after=NEXT_DAY)
    assert story.see(cloud_status="Info", acknowledged_on=DAY).rules == []


def test_an_answer_that_settles_a_request_too_does_not_open_it():
    story = sent(readings={**TWO, "acknowledge_on_open": "first_open"}).send("m2", "reply", K)
    story.reply(K, "r1", "m1")
    assert story.see(cloud_status="Antwort", acknowledged_on=None).rules == []


def test_an_answer_that_settles_a_message_to_acknowledge_reads_it():
    story = sent(readings=TWO).send("m2", "acknowledge", K).reply(K, "r1", "m1")
    assert story.see(cloud_status="Info", acknowledged_on=DAY).rules == []


@pytest.mark.parametrize("day", [None, DAY])
def test_a_run_at_the_moment_of_reading_may_carry_the_mark(day):
    story = sent("acknowledge", readings={"receipt_transport": "replication"}).open(K)
    story.tell(0, act="replicate", result=0, outcome="ok")
    assert story.see(acknowledged_on=day).rules == []


def test_inferring_uses_the_settings_of_the_trace():
    story = sent("reply", carrier="robot").reply(K, "r1", "m1")
    entries = [{"message": "m1"}, {"message": "r1", "carried_by": "robot"}]
    story.see("activities", entries=entries)
    broken = []
    infer(story.lines, carrier="robot", broken=broken.append)
    assert broken == []
    infer(story.lines, broken=broken.append)
    assert [one.demanded for one in broken] == ["cloudtransfer"]
    broken = []
    late = sent().inbox(K, after=2 * SECOND).inbox(K, after=1)
    infer(late.lines, broken=broken.append)
    assert [(one.rule, one.line) for one in broken] == [("DLV-1", 4)]


def test_inferring_tells_the_finding_of_the_default_readings_where_all_find_one():
    story = sent("acknowledge", K, L).open(K).see(cloud_status="OK", acknowledged_on=None)
    broken = []
    infer(story.lines, broken=broken.append)
    assert [(one.rule, one.line, one.seen) for one in broken] == [("STA-4", 4, "cloud_status OK")]


def test_an_outage_that_begins_at_the_last_moment_delays_all_the_same():
    story = sent().tell(2 * SECOND, act="fault", what="link", state="down", outcome="ok")
    assert story.inbox(K).rules == []


def test_a_short_outage_gives_the_whole_limit_anew():
    story = sent().tell(SECOND, act="fault", what="link", state="down", outcome="ok")
    story.tell(SECOND // 2, act="fault", what="link", state="up", outcome="ok")
    assert story.inbox(K, after=2 * SECOND).rules == []
    assert story.inbox(K, after=1).rules == [("DLV-4", 6)]


def test_the_smallest_limit_is_a_limit():
    assert sent(limit_us=1).inbox(K, after=1).rules == []
    assert sent(limit_us=1).inbox(K, after=2).rules == [("DLV-1", 3)]


def test_to_whom_a_message_went_is_told_for_who_asks_about_it():
    story = Story().case().send("m1", "reply", L, K)
    assert recipients_of(story.oracle, "m1") == (K, L)
    assert recipients_of(story.oracle, "m2") == ()
