"""What is rare: odd values, outages that overlap, a limit of 0, forks, and bounds."""

import pytest

from simulator.oracle import Unmentioned
from tests.oracle.notation import DAY, SECOND, K, L, Story, sent

WHOLE_CASE = {"reply_scope": "case", "last_communication": "last_sent"}
HELD = {"receipt_transport": "replication"}


def release(story, by="anna", outcome="ok", recipient=K, **more):
    return story.act(
        "set_release", by, outcome, case=53, recipient=recipient, create_messages=True, **more
    )


def mail(story, to=K, event="new_message", **fields):
    return story.see("mail", after=1, to=to, event=event, **fields)


# Acts


def test_refused_act_of_nobody_in_particular_is_judged_without_a_role():
    assert release(sent(), 3, "refused").rules == [("RGT-2", 3)]
    assert release(sent(), 3, "refused", recipient=3).rules == []
    story = sent().act("set_release", "anna", "refused", case=53, recipient=K)
    assert story.rules == []
    assert sent().act("note", None, "refused", case=53, text="x").rules == [("SEND-2", 3)]
    assert sent().role("anna", "none").act("note", "anna", "refused", case=53, text="x").rules == []


def test_refused_case_is_not_there():
    story = Story().act("create_case", "anna", "refused", case=53)
    with pytest.raises(Unmentioned):
        story.see(cloud_status="")


def test_case_created_again_is_edited():
    story = sent().case(follow_up_on="2024-03-01")
    assert story.see(follow_up_on="2024-03-01", cloud_status="Antwort").rules == []


def test_refused_send_in_a_case_never_mentioned_is_not_judged():
    assert Story().send("m1", "reply", K, outcome="refused").rules == []


def test_refused_send_without_recipients_is_not_judged_where_no_preset_was_told():
    story = Story().tell(given="case", case=53).send("m1", "reply", outcome="refused")
    assert story.rules == []


def test_refused_act_of_somebody_without_an_account_is_not_judged():
    story = release(sent(), recipient=L).reply(L, "r1", None, outcome="refused")
    assert story.rules == []


def test_registered_recipient_is_never_refused():
    story = sent().act("register", K).open(K, outcome="refused")
    assert story.rules == [("ACC-3", 4)]
    assert story.act("register", K).rules == [("ACC-3", 4)]
    strict = sent(registers=True).act("register", K).open(K, outcome="refused")
    assert strict.rules == [("ACC-3", 4)]


def test_refused_registration_is_judged_only_where_an_account_waits_for_it():
    assert sent().act("register", None, "refused").rules == []
    assert sent().act("register", L, "refused").rules == []
    assert sent().fault("portal", "down").act("register", K, "refused").rules == []
    assert sent().fault("link", "down").act("register", K, "refused").rules == [("ACC-1", 4)]


def test_refused_request_asks_for_no_link():
    story = mail(mail(sent(), message="m1"), event="registration")
    story.act("request_link", K, "refused")
    assert mail(story, event="registration").rules == [("ACC-2", 6)]
    story = mail(mail(sent(), message="m1"), event="registration").act("request_link", None)
    assert mail(story, event="registration").rules == [("ACC-2", 6)]


def test_refused_click_of_unknown_kind_is_not_judged():
    assert sent().open(K, via="elsewhere", outcome="refused").rules == []
    assert sent().open(K, "m1", "elsewhere", outcome="refused").rules == []


@pytest.mark.parametrize("what", ["portal", "server"])
def test_acts_may_be_refused_while_the_portal_is_down(what):
    def story():
        return sent("acknowledge").fault(what, "down")

    assert story().open(K, outcome="refused").rules == []
    assert story().mark(K, "m1", outcome="refused").rules == []
    assert story().reply(K, "r1", "m1", outcome="refused").rules == []


@pytest.mark.parametrize("what", ["mail", "link", "replication"])
def test_other_faults_excuse_no_refusal(what):
    def story():
        return sent("acknowledge").fault(what, "down")

    assert story().open(K, outcome="refused").rules == [("ACC-3", 4)]
    assert story().mark(K, "m1", outcome="refused").rules == [("INB-5", 4)]
    assert story().reply(K, "r1", "m1", outcome="refused").rules == [("REP-1", 4)]


def test_acts_of_the_mvp_may_be_refused_while_the_server_is_down():
    def story():
        return sent().fault("server", "down")

    assert story().send("m2", "reply", K, outcome="refused").rules == []
    assert release(story(), outcome="refused").rules == []
    assert story().act("note", "anna", "refused", case=53, text="x").rules == []
    assert story().role("anna", "Benutzer", outcome="refused").rules == []


# Outages


def test_outages_that_overlap_last_until_both_are_over():
    story = Story().case().fault("link", "down").fault("portal", "down").send("m1", "reply", K)
    story.fault("link", "up").inbox(K).fault("portal", "up").fault("portal", "up")
    assert story.inbox(K, after=3 * SECOND).rules == [("DLV-4", 9)]


def test_outage_that_never_began_delays_nothing():
    assert Story().case().fault("link", "up").send("m1", "reply", K).inbox(K).rules == [
        ("DLV-1", 4)
    ]


def test_outage_before_the_send_delays_nothing():
    story = Story().case().fault("link", "down").fault("link", "up").send("m1", "reply", K)
    assert story.inbox(K, after=2 * SECOND).rules == []
    assert story.inbox(K, after=1).rules == [("DLV-4", 6)]


def test_outage_that_begins_within_the_limit_delays():
    story = sent().tell(SECOND, act="fault", what="link", state="down", outcome="ok")
    story.inbox(K).fault("link", "up").inbox(K, after=2 * SECOND).inbox(K, after=1)
    assert story.rules == [("DLV-4", 7)]


def test_of_two_messages_the_older_must_be_there_first():
    def story():
        return sent().send("m2", "reply", K, after=SECOND + SECOND // 2)

    assert story().inbox(K, after=SECOND, m1=True).rules == []
    assert story().inbox(K, after=SECOND, m1=True, m2=True).rules == []
    assert story().inbox(K, after=SECOND).rules == [("DLV-1", 4)]


def test_reply_in_an_outage_moves_the_follow_up_to_a_day_since():
    day = 24 * 60 * 60 * SECOND
    story = sent().fault("link", "down").reply(K, "r1", "m1").see(after=2 * day, cloud_status="OK")
    assert story.see(follow_up_on="2024-02-20").rules == []


# A limit of 0


def test_with_a_limit_of_0_everything_is_there_at_once():
    story = sent("acknowledge", limit_us=0).inbox(K, after=0, m1=True)
    story.open(K).see(after=0, acknowledged_on=DAY)
    story.reply(K, "r1", "m1").see(after=0, cloud_status="OK")
    story.act("set_release", "anna", case=53, recipient=K, create_messages=False)
    story.reply(K, "r2", "m1", after=0, outcome="refused")
    assert story.rules == []
    story = sent("acknowledge", limit_us=0).open(K).see(after=0, acknowledged_on=None)
    assert story.rules == [("STA-4", 4)]
    story = sent(limit_us=0).reply(K, "r1", "m1").see(after=0, cloud_status="Antwort")
    assert story.rules == [("STA-3", 4)]


# Read marks


def test_answer_that_covers_an_info_message_reads_it():
    story = sent(readings=WHOLE_CASE).send("m2", "acknowledge", K).reply(K, "r1", "m1")
    assert story.see(cloud_status="Info", acknowledged_on=DAY).rules == []
    story = sent(readings=WHOLE_CASE).send("m2", "reply", K).reply(K, "r1", "m1")
    assert story.see(cloud_status="Antwort", acknowledged_on=None).rules == []


def test_read_mark_that_a_new_send_overtakes_does_not_show():
    story = sent("acknowledge").open(K).send("m2", "acknowledge", K, after=SECOND)
    assert story.see(acknowledged_on=None).rules == []
    story = sent("acknowledge", readings=HELD).open(K).reply(K, "r1", None).replicate()
    assert story.see(cloud_status="OK", acknowledged_on=DAY).rules == []


def test_read_mark_of_the_writer_arrives_before_the_reply():
    story = sent("acknowledge").tell(act="open", by=K, case=53, via="case", outcome="ok")
    story.reply(K, "r1", "m1", after=1).see("arrival", message="r1", after=1)
    assert story.see(cloud_status="OK", after=1).rules == []


# Given lines


def test_given_message_tells_the_preset_and_the_status():
    story = Story().tell(
        given="message", case=53, message="m1", by="anna", expects="reply", to=[K, " K@example.org"]
    )
    story.see("preset", recipients=[K]).see(cloud_status="Antwort", acknowledged_on=None)
    story.send("m2", "acknowledge").inbox(K, 2, m1=True, m2=True)
    assert story.rules == []


def test_given_case_without_documents_judges_none():
    story = Story().tell(given="case", case=53, preset=[K], cloud_status="")
    story.send("m1", "reply", documents=["a.pdf"]).reply(K, "r1", "m1", 5)
    assert story.send("m2", "reply", documents=["b.pdf"]).rules == []


def test_status_that_was_not_given_is_learned_from_the_first_look():
    story = Story().tell(given="case", case=53).see(cloud_status="Info")
    assert story.see(cloud_status="Info").rules == []
    assert story.see(cloud_status="OK").rules == [("STA-1", 4)]


# What is seen


def test_inbox_after_a_note_shows_that_a_note_changes_nothing():
    story = sent().act("note", "anna", case=53, text="x").inbox(K, m1=True)
    assert story.rules == []
    assert story.verdict.decisive["SEND-2"] == 2


def test_notice_that_names_no_message_is_not_judged():
    assert mail(sent()).rules == []


def test_registration_mail_is_not_judged_where_accounts_may_have_been_before():
    story = Story().tell(given="case", case=53, preset=[K])
    assert mail(story, event="registration").rules == []


def test_caseworker_is_told_of_a_message_too():
    story = Story().role("bert", "Benutzer", email=K).case().send("m1", "reply", K)
    assert mail(story, message="m1").rules == []
    assert story.verdict.decisive["ACC-5"] == 1
    assert mail(story, event="registration").rules == [("ACC-5", 5)]


def test_only_the_latest_mail_ids_are_remembered():
    story = mail(Story().case().fault("mail", "down").send("m1", "reply", K), event="registration")
    mail(story, message="m1", message_id="a")
    assert mail(story, message="m1", message_id="a").rules == []
    for i in range(4095):
        mail(story, message="m1", message_id=f"b{i}")
    assert story.rules == [("MAIL-4", 7)]
    assert mail(story, message="m1", message_id="a").verdict.findings[0].count == 4095
    assert mail(story, message="m1", message_id="b").verdict.findings[0].count == 4096
    assert mail(story, message="m1", message_id="a").verdict.findings[0].count == 4097
    assert mail(story, message="m1", message_id="a").verdict.findings[0].count == 4097


def test_the_same_mail_again_without_any_fault_is_a_second_notice():
    story = mail(mail(sent(), event="registration"), message="m1", message_id="a")
    assert mail(story, message="m1", message_id="a").rules == [("MAIL-1", 5)]


def test_a_mail_names_no_document():
    story = sent().act("add_document", "anna", case=53, document="offer.pdf")
    story.send("m2", "reply", K, documents=["offer.pdf"])
    assert ("MAIL-3", 5) in mail(story, message="m2", body="see offer.pdf").rules


def test_a_second_registration_mail_for_other_letter_case_is_blamed_on_the_comparison():
    story = mail(sent(), event="registration")
    assert mail(story, to=K.upper(), event="registration").rules == [("SEND-12", 4)]


def test_arrival_in_a_case_never_mentioned_is_bad_input():
    with pytest.raises(Unmentioned, match="case 99") as caught:
        sent().see("arrival", case=99, message="m1")
    assert (caught.value.line, caught.value.field, caught.value.known) == (3, "case", (53,))


def test_page_of_a_case_never_mentioned_is_bad_input():
    with pytest.raises(Unmentioned, match="case 99"):
        sent().see("portal_case", K, case=99)


# Possibilities


def crowd(recipients):
    """One message to each of several recipients, a microsecond apart."""
    story = Story().case()
    for i in range(recipients):
        story.send(f"m{i}", "reply", f"{i}@example.org", after=1)
    return story


@pytest.mark.parametrize("arrived", [(), ("m0", "m5", "m7"), tuple(f"m{i}" for i in range(8))])
def test_messages_to_several_recipients_arrive_in_any_order(arrived):
    under_way = [f"m{i}" for i in range(8) if f"m{i}" not in arrived]
    story = crowd(8).see(after=1, under_way=under_way)
    for name in arrived:
        story.inbox(f"{name[1:]}@example.org", after=1, **{name: True})
    assert story.verdict.kept
    story.inbox("0@example.org", after=1, **({} if arrived else {"m0": True}))
    assert story.rules == ([("DLV-2", story.line)] if arrived else [])


def test_what_is_under_way_tells_what_has_arrived_however_many_there_are():
    story = crowd(40).see(after=1, under_way=["m0", "m3", "m4", "m8"])
    story.inbox("3@example.org", after=1).inbox("8@example.org", after=1, m8=True)
    assert story.verdict.kept
    assert story.inbox("1@example.org", after=1).rules == [("DLV-1", story.line)]
    assert story.see(cloud_status="OK", after=1).rules[1:] == [("STA-2", story.line)]


def test_what_came_before_something_that_is_under_way_no_more_is_there_too():
    for under_way, there in ((["m1"], {"m1": True, "m2": True}), (["m2"], {"m1": True})):
        story = Story().case().send("m1", "reply", K).send("m2", "reply", K, after=1)
        story.see(under_way=under_way, after=1)
        assert story.inbox(K, after=1, **there).verdict.kept


def test_what_is_sent_while_all_is_down_has_not_arrived_whatever_is_shown():
    story = sent().fault("portal", "down").send("m2", "reply", K).see(under_way=[])
    assert story.rules == [("DLV-4", story.line)]


def test_inbox_shows_other_cases_rightly_beside_one_that_is_not_followed():
    story = crowd(1)
    for i in range(12):
        story.send(f"p{i}", "reply", "0@example.org", outcome="unknown")
    story.case(54).send("n1", "reply", K, case=54)
    assert story.inbox(K, 1, n1=True).inbox("0@example.org", m0=False).rules == []
    assert story.inbox(K, n1=False).rules == [("INB-3", story.line)]


def test_states_that_differ_in_nothing_are_one():
    story = sent()
    for _ in range(20):
        story.open(K, outcome="unknown")
    assert story.verdict.undecided == (
        "line 3: whether the open of unknown outcome happened was never shown",
    )


def test_send_that_did_not_happen_leaves_an_inbox_empty():
    def story():
        story = Story().case().send("m1", "reply", K, outcome="unknown")
        return story.see("activities", entries=[])

    assert story().see("inbox", K, messages=[]).verdict.kept
    assert story().see("inbox", K, messages=[], unread=0).verdict.kept
    assert story().inbox(K, m1=True).rules == [("ACC-4", 4)]


# Time


def test_day_may_begin_within_a_quarter_of_an_hour():
    midnight = 31_536_000_000_000 + (44 * 60 + 30) * SECOND  # 1971, half a minute off a minute

    def written(at):
        story = sent(time_zone="Africa/Monrovia", start=at - 3 * 60 * SECOND)
        return story.reply(K, "r1", "m1").see(acknowledged_on="1970-12-31").rules

    assert written(midnight - 1) == []
    assert written(midnight) == [("STA-3", 4)]


# Forks


def test_fork_that_changes_a_case_leaves_the_other_as_it_was():
    def arrival(oracle, at):
        return oracle.take(9, at, {"see": "arrival", "case": 53, "message": "r1"})

    story = sent().reply(K, "r1", "m1")
    before = story.oracle.fingerprint()
    fork = story.oracle.fork()
    assert arrival(fork, story.at + 1) == ()
    assert [one.rule for one in arrival(fork, story.at + 2)] == ["DLV-5"]
    assert story.oracle.fingerprint() == before
    assert arrival(story.oracle, story.at + 1) == ()


def test_rest_of_a_fork_is_its_own():
    story = sent()
    fork = story.oracle.fork()
    record = {"act": "set_role", "by": None, "caseworker": "anna", "role": "none", "outcome": "ok"}
    fork.take(3, story.at, record)
    assert story.send("m2", "reply", K).rules == []
    other = {"act": "send", "by": "anna", "case": 53, "message": "m2", "text": "x", "to": [K]}
    found = fork.take(4, story.at, {**other, "expects": "reply", "outcome": "ok"})
    assert [one.rule for one in found] == ["RGT-1"]


# Given lines that leave much out


def mailbox(story, one=K, **fields):
    entry = {"message": "m1", "opened": False, "answered": False, **fields}
    return story.tell(given="mailbox", case=53, recipient=one, messages=[entry])


def before(expects="acknowledge", *to, **case):
    """A case that is given with one message; reply and date are told only where asked for."""
    story = Story().tell(given="case", case=53, **case) if case else Story()
    more = {"to": list(to or (K,))} if expects else {}
    return story.tell(given="message", case=53, message="m1", by=K, expects=expects, **more)


@pytest.mark.parametrize("day", [DAY, None])
@pytest.mark.parametrize(
    "story",
    [
        lambda: before(None),
        lambda: before(None, cloud_status="OK"),
        lambda: Story().tell(given="case", case=53, cloud_status="OK"),
        lambda: before("acknowledge"),
        lambda: before("reply", subject="Roof"),
        lambda: mailbox(before(), opened=True),
    ],
)
def test_date_that_was_not_given_is_learned_from_the_first_look(story, day):
    assert story().see(acknowledged_on=day).see(acknowledged_on=day).rules == []
    assert len(story().see(acknowledged_on=day).see(acknowledged_on="2023-01-01").rules) == 1


def test_date_that_was_given_as_empty_is_empty():
    received = Story().tell(given="case", case=53, cloud_status="OK", acknowledged_on=None)
    assert received.see(acknowledged_on=None).rules == []
    assert received.see(acknowledged_on=DAY).rules == [("STA-3", 3)]
    reply = before(None, cloud_status="OK", acknowledged_on=None)
    assert reply.see(acknowledged_on=None).see(acknowledged_on=DAY).rules == [("STA-3", 4)]
    silent = Story().tell(given="case", case=53, cloud_status="")
    assert silent.see(acknowledged_on=None).see(acknowledged_on=DAY).rules == [("STA-5", 3)]


def test_date_that_was_given_stays_until_the_next_communication():
    story = before(cloud_status="Info", acknowledged_on="2024-01-31")
    assert story.open(K).see(acknowledged_on="2024-01-31").rules == []
    assert story.send("m2", "acknowledge", K).see(acknowledged_on=None).rules == []
    assert story.open(K).see(acknowledged_on=DAY).rules == []


def test_given_message_is_seen_from_both_sides():
    story = before("reply", K, L)
    story.see(cloud_status="Antwort").see("preset", recipients=[K, L]).inbox(L, 1, m1=True)
    story.inbox(K, 1, m1={"unread": True, "opened": False, "answered": False, "hint": "reply"})
    story.see("portal_case", K, text="whatever", documents=["any.pdf"], button="reply")
    story.see("inbox", L, unread=1).reply(K, "r1", "m1").see(cloud_status="OK")
    assert story.rules == []
    assert story.see("inbox", L, unread=0).rules == [("INB-1", 10)]
    assert story.see("inbox", K, unread=1).rules == [("INB-1", 10), ("INB-1", 11)]


def test_given_recipients_have_their_accounts():
    story = mail(before("reply", K).send("m2", "reply", K), message="m2")
    assert story.see(after=5 * SECOND).rules == []
    assert story.open(K, outcome="refused").rules == [("ACC-3", 5)]
    told = Story().tell(given="case", case=53, preset=[L], releases={K: True}, cloud_status="")
    assert told.reply(K, "r1", None, outcome="refused").rules == [("RGT-2", 2)]


def test_given_reply_is_known_by_its_name():
    story = before(None, cloud_status="OK", acknowledged_on=DAY)
    finding = story.see(cloud_status="Info").verdict.findings[0]
    assert (finding.demanded, finding.because) == ("OK", "m1 came from a recipient")
    bare = Story().tell(given="message", case=53, message="m1", by=K, expects="reply")
    assert bare.see(cloud_status="OK").rules == []
    assert bare.see(cloud_status="Antwort").rules == [("STA-3", 3)]


def test_given_message_decides_which_answers_are_older():
    story = Story({"last_communication": "last_sent"})
    for name in ("m1", "m2"):
        story.tell(given="message", case=53, message=name, by="anna", expects="reply", to=[K])
    story.reply(K, "r1", "m1").see(cloud_status="Antwort")
    assert story.reply(K, "r2", "m2").see(cloud_status="OK").rules == []
    finding = story.see(cloud_status="Antwort").verdict.findings[0]
    assert finding.because == "r2 came from a recipient"


def test_given_recipients_are_counted_for_the_last_reading():
    story = Story({"several_acknowledge": "all"})
    story.tell(given="message", case=53, message="m1", by="a", expects="acknowledge", to=[K, L])
    story.tell(given="case", case=53, acknowledged_on=None).open(K).see(acknowledged_on=None)
    assert story.open(L).see(acknowledged_on=DAY).rules == []


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({}, {"unread": True, "opened": False, "answered": False}),
        ({"opened": True}, {"unread": False, "opened": True, "answered": False}),
        ({"marked": True}, {"unread": False, "opened": False, "answered": False}),
        ({"marked": False}, {"unread": True, "opened": False, "answered": False}),
        ({"answered": True}, {"unread": False, "opened": False, "answered": True}),
        ({"answered_with_file": True}, {"unread": False, "opened": False, "answered": True}),
    ],
)
def test_given_mailbox_tells_what_happened(fields, seen):
    assert mailbox(before(), **fields).inbox(K, m1=seen).rules == []


def test_given_mailbox_of_a_message_never_mentioned_is_bad_input():
    with pytest.raises(Unmentioned, match="message 'm9'") as caught:
        mailbox(before(), message="m9")
    assert (caught.value.line, caught.value.field, caught.value.known) == (2, "message", ("m1",))


def test_mailbox_that_changes_in_a_fork_keeps_what_it_knew():
    story = sent().reply(K, "r1", "m1", 5).see()
    release(story).act("set_release", "anna", case=53, recipient=K, create_messages=False)
    oracle = story.see().oracle.fork()
    act = {"by": K, "case": 53, "outcome": "ok"}
    page = {"see": "portal_case", "by": K, "case": 53}
    assert oracle.take(8, story.at + 1, {**act, "act": "open", "via": "case"}) == ()
    for text in ("Please look", "Here"):
        assert oracle.take(9, story.at + 2, {**page, "text": text}) == ()
    assert oracle.take(10, story.at + 3, {**page, "documents": ["r1-0.pdf"]}) == ()
    found = oracle.take(11, story.at + 4, {**page, "text": "Else"})
    assert [one.rule for one in found] == ["REP-2"]
    reply = {"act": "reply", "message": "r2", "answers": "m1", "text": "x", "files": []}
    found = oracle.take(12, story.at + 5, {**act, **reply})
    assert [one.rule for one in found] == ["REP-1"]
