"""What is judged while something travels, and after acts of which nobody knows whether they happened."""

import pytest

from simulator.oracle.findings import Reused, Unmentioned
from tests.oracle.notation import DAY, MINUTE, SECOND, K, L, Story, sent

WHOLE_DAY = 24 * 60 * MINUTE
LATER = "2024-03-01"


def test_a_message_may_be_opened_and_marked_before_it_must_be_there():
    assert sent("acknowledge").open(K, after=SECOND).rules == []
    assert sent("acknowledge").mark(K, "m1", after=SECOND).rules == []
    assert sent("acknowledge").reply(K, "r1", "m1", after=SECOND).rules == []


def test_a_read_mark_may_be_there_before_it_must_be():
    story = sent("acknowledge").open(K)
    assert story.see(after=SECOND, acknowledged_on=DAY).rules == []
    assert story.see(after=SECOND, acknowledged_on=None).rules == [("STA-4", 5)]


def test_a_read_mark_that_comes_after_the_next_message_sets_no_date():
    story = sent("acknowledge").open(K).send("m2", "acknowledge", K, after=SECOND)
    assert story.see(acknowledged_on=None).rules == []
    story = sent("acknowledge").open(K).send("m2", "acknowledge", K, after=SECOND)
    assert story.see(acknowledged_on=DAY).rules == [("STA-5", 5)]


def test_a_follow_up_that_is_set_while_a_reply_travels_may_stand_or_give_way():
    for shown in (LATER, DAY):
        story = sent().reply(K, "r1", "m1")
        story.act("edit_case", "anna", case=53, follow_up_on=LATER, after=SECOND)
        assert story.see(follow_up_on=shown).rules == []


def test_opening_a_message_that_was_marked_does_not_read_it_again():
    story = sent("acknowledge").mark(K, "m1").open(K, "m1", after=WHOLE_DAY)
    assert story.see(acknowledged_on=DAY).rules == []


@pytest.mark.parametrize("first", ["m1", "m2"])
def test_a_notice_that_came_before_its_message_is_that_of_its_message_and_recipient(first):
    story = Story().case().send("m1", "reply", K).send("m2", "reply", K, L, after=0)
    story.see("mail", after=SECOND, to=K, event="new_message", message=first)
    story.open(K, first).inbox(K, m1=True, m2=True).inbox(L, m2=True)
    story.see("mail", after=1, to=L, event="new_message", message="m2")
    assert [rule for rule, _ in story.rules if rule == "MAIL-4"] == []
    again = story.see("mail", after=1, to=K, event="new_message", message=first).rules
    assert again[-1] == ("MAIL-1", story.line)
    assert [one for one in story.rules if one[0] != "MAIL-1" and one[0] != "ACC-2"] == []


def test_two_outages_with_a_moment_between_delay_what_was_sent_in_the_first():
    story = Story().case().fault("link", "down").send("m1", "reply", K).fault("link", "up")
    story.tell(SECOND, act="fault", what="link", state="down", outcome="ok")
    assert story.inbox(K).rules == []
    assert story.fault("link", "up").inbox(K, after=SECOND).rules == []
    assert story.inbox(K).rules == [("DLV-4", 9)]


def test_a_status_is_blamed_on_a_run_only_if_it_was_right_before_the_run():
    assert sent().replicate().see(cloud_status="OK").rules == [("STA-2", 4)]
    assert sent().see(cloud_status="Antwort").replicate().see(cloud_status="OK").rules == [
        ("RPL-3", 5)
    ]
    told = Story().tell(given="case", case=53, cloud_status="Info").replicate()
    assert told.see(cloud_status="Antwort").rules == [("STA-2", 3)]


def test_a_date_is_not_blamed_on_a_run_if_what_sets_it_came_after_it_was_seen():
    story = sent("acknowledge").open(K).see(after=SECOND, acknowledged_on=None)
    story.replicate(after=SECOND // 2)
    assert story.see(acknowledged_on=None).rules == [("STA-4", 6)]
    story = sent().reply(K, "r1", "m1").see(after=SECOND, cloud_status="Antwort")
    story.replicate(after=SECOND // 2)
    assert story.see(cloud_status="Antwort").rules == [("STA-3", 6)]


@pytest.mark.parametrize(
    "act",
    [
        {"act": "note", "by": "anna", "case": 53, "text": "x"},
        {"act": "set_release", "by": "anna", "case": 53, "recipient": K, "create_messages": True},
        {"act": "mark_read", "by": K, "message": "m1"},
    ],
    ids=lambda act: act["act"],
)
def test_what_vanished_is_blamed_on_a_run_that_was_the_last_to_happen(act):
    story = sent("acknowledge").inbox(K, m1=True).tell(outcome="ok", **act).replicate()
    assert story.inbox(K).rules == [("RPL-3", 6)]
    story = sent("acknowledge").inbox(K, m1=True).replicate().tell(outcome="ok", **act)
    assert story.inbox(K).rules == [("DLV-2", 6)]


def test_what_vanished_of_a_case_that_was_given_is_blamed_on_the_run_since():
    story = Story().tell(given="message", case=53, message="m1", by="anna", expects="reply", to=[K])
    assert story.inbox(K, m1=True).replicate().inbox(K).rules == [("RPL-3", 4)]


def test_an_unread_message_shown_as_read_after_an_answer_to_none_breaks_what_answers_settle():
    story = sent().reply(K, "r1", None).inbox(K, after=SECOND, m1=False)
    assert story.rules == [("INB-10", 4)]
    story = (
        sent()
        .send("m2", "reply", K)
        .reply(K, "r1", "m2")
        .inbox(K, after=SECOND, m1=False, m2=False)
    )
    assert story.rules == [("INB-10", 5)]


# Acts of unknown outcome


def test_a_case_that_perhaps_was_created_or_changed_has_either_subject():
    story = Story().act("create_case", "anna", "unknown", case=53, subject="Roof")
    assert story.send("m1", "reply", K).see("portal_case", K, subject="any").rules == []
    for shown in ("Roof", "Shed"):
        story = sent().act("edit_case", "anna", "unknown", case=53, subject="Shed").replicate()
        assert story.see("portal_case", K, subject=shown).rules == []


@pytest.mark.parametrize("shown", ["2024-03-01", "2024-04-01"])
def test_a_follow_up_that_perhaps_was_changed_shows_either_date(shown):
    story = sent().act("edit_case", "anna", case=53, follow_up_on="2024-03-01")
    story.act("edit_case", "anna", "unknown", case=53, follow_up_on="2024-04-01")
    assert story.see(follow_up_on=shown).rules == []


def test_a_note_that_perhaps_was_written_may_stand_in_the_log():
    for entries in ([{"message": "m1"}], [{"message": "m1"}, {"text": "x"}]):
        story = sent().act("note", "anna", "unknown", case=53, text="x")
        assert story.see("activities", entries=entries).rules == []


def test_a_send_that_perhaps_created_its_case_leaves_it_silent_or_as_sent():
    for shown, found in (("", 0), ("Info", 0), ("OK", 1)):
        story = Story().send("m1", "acknowledge", K, outcome="unknown").see(cloud_status=shown)
        assert len(story.rules) == found


def test_a_send_that_was_tried_again_is_in_the_log_once():
    story = Story().case().send("m1", "reply", K, outcome="unknown")
    story.send("m1", "reply", K).send("m1", "reply", K)
    assert story.see("activities", entries=[{"message": "m1"}]).rules == []
    twice = [{"message": "m1"}, {"message": "m1"}]
    assert story.see("activities", entries=twice).rules == [("LOG-3", 6)]


def test_an_opening_that_is_repeated_ends_the_doubt_about_the_first_and_no_other():
    def opened(one, via="case"):
        story = sent("acknowledge", K, L).open(K, via="case", outcome="unknown")
        return story.open(one, via=via, after=WHOLE_DAY).verdict.undecided

    doubt = ("line 3: whether the open of unknown outcome happened was never shown",)
    assert opened(K) == ()
    assert opened(L) == opened(K, "widget") == doubt


def test_a_refused_click_opens_nothing():
    assert sent("acknowledge").act("open", K, "refused", case=53).inbox(K, m1=True).rules == []


def test_a_reply_that_perhaps_was_written_twice_shows_either_day():
    for shown in (DAY, "2024-02-20"):
        story = sent().reply(K, "r1", "m1", outcome="unknown")
        story.reply(K, "r1", "m1", after=WHOLE_DAY)
        story.act("edit_case", "anna", case=53, follow_up_on=LATER)
        assert story.see(acknowledged_on=shown, follow_up_on=LATER).rules == []


def test_roles_of_several_may_be_in_doubt():
    story = sent().act("set_role", "root", "unknown", caseworker="anna", role="Benutzer")
    story.act("set_role", "root", "unknown", caseworker="bert", role="Benutzer")
    story.send("m2", "reply", K, outcome="refused").send(
        "m3", "reply", K, by="bert", outcome="refused"
    )
    assert story.rules == []


def test_an_account_that_a_repeated_send_created_gets_one_registration_mail():
    story = Story().case().send("m1", "reply", K, outcome="unknown").send("m1", "reply", K)
    story.see("mail", after=SECOND, to=K, event="registration")
    assert [rule for rule, _ in story.rules] == []
    story.see("mail", after=1, to=K, event="registration")
    assert [rule for rule, _ in story.rules] == ["ACC-2"]


def test_a_refused_opening_that_came_too_early_is_excused_by_registering():
    story = sent("acknowledge", registers=False)
    story.open(K, outcome="refused", after=SECOND).act("register", K)
    assert story.rules == []


def test_an_id_used_again_in_another_case_says_so_first():
    with pytest.raises(Reused) as caught:
        sent().case(54).send("m1", "reply", K, case=54, text="Else")
    assert (caught.value.line, caught.value.differ) == (4, ("case", "text"))
    with pytest.raises(Reused) as caught:
        sent().reply(K, "r1", "m1").reply(K, "r1", "m1", text="Else")
    assert (caught.value.line, caught.value.differ) == (4, ("text",))


def test_the_date_of_a_reply_stays_whatever_is_answered_or_opened_of_older_messages():
    for late in (lambda story: story.reply(K, "r1", "m1"), lambda story: story.open(K, "m1")):
        story = sent(readings={"last_communication": "last_sent"}).send("m2", "reply", K)
        late(story.reply(K, "r2", "m2"))
        assert story.see(acknowledged_on=None).rules == [("STA-6", 6)]
    assert sent().reply(K, "r1", "m1").see(acknowledged_on=None).rules == [("STA-3", 4)]


def test_an_outage_of_mails_delays_no_message():
    story = Story().case().fault("mail", "down").fault("link", "down").send("m1", "reply", K)
    assert story.fault("link", "up").inbox(K).rules == [("DLV-4", 6)]


def test_at_no_limit_what_waited_is_there_in_the_moment_in_which_an_outage_ends():
    story = Story(limit_us=0).case().fault("link", "down").send("m1", "reply", K)
    assert story.fault("link", "up").inbox(K, after=0).rules == [("DLV-4", 5)]


def test_a_message_that_two_later_ones_overtook_is_out_of_order():
    story = sent().send("m2", "reply", K, after=0).send("m3", "reply", K, after=0)
    assert story.inbox(K, after=SECOND, m2=True, m3=True).rules == [("DLV-3", 5)]


def test_a_message_under_way_to_another_is_no_message_that_came_too_early():
    story = sent().send("m2", "reply", L).inbox(K, after=SECOND, m1=True, m2=True)
    assert story.rules == [("ACC-4", 4)]


def test_a_number_beside_messages_without_flags_is_judged_while_a_reply_travels():
    story = sent().reply(K, "r1", None)
    assert story.inbox(K, 1, after=SECOND, m1={}).rules == []
    assert story.inbox(K, 2, after=1, m1={}).rules == [("INB-1", 5)]


def test_a_send_that_was_repeated_twice_makes_its_notice_due_once():
    story = Story().case().send("m1", "reply", K, outcome="unknown").send("m1", "reply", K)
    story.see("mail", after=1, to=K, event="registration")
    story.see("mail", after=1, to=K, event="new_message", message="m1")
    assert story.send("m1", "reply", K).inbox(K, m1=True).rules == []


def test_an_account_that_perhaps_was_created_has_to_register_once_its_mail_came():
    story = Story(registers=True).case().send("m1", "reply", K, outcome="unknown")
    assert story.see("mail", after=1, to=K, event="registration").open(K).rules == [("ACC-2", 4)]


def test_a_message_that_is_marked_once_it_was_read_keeps_its_date():
    for again in (Story.open, Story.mark):
        story = sent("acknowledge", readings={"several_acknowledge": "latest"}).open(K, "m1")
        again(story, K, "m1", after=WHOLE_DAY)
        assert story.see(acknowledged_on=DAY).rules == []


def test_a_number_alone_may_or_may_not_count_what_travels():
    for shown in (0, 1):
        story = sent().tell(SECOND, see="inbox", by=K, unread=shown)
        assert story.inbox(K, 1, m1=True).rules == []


def test_a_mark_that_waits_for_a_run_does_not_come_along_with_a_reply():
    story = sent("acknowledge", K, L, readings={"receipt_transport": "replication"})
    story.open(K).reply(L, "r1", None)
    assert story.see(after=SECOND, cloud_status="Info", acknowledged_on=DAY).rules == [("STA-4", 5)]


def test_what_an_act_of_unknown_outcome_broke_is_told_once():
    story = sent().send("m2", "reply", K, text=" ", outcome="unknown").inbox(K, m1=True, m2=True)
    assert story.rules == [("SEND-4", 3)]
    story.reply(K, "r1", "m1", outcome="unknown").inbox(K, m1=False, m2=True)
    assert [(one.rule, one.count) for one in story.verdict.findings] == [("SEND-4", 1)]


def test_a_case_that_its_message_began_has_a_follow_up_that_nobody_told():
    for shown in (None, LATER):
        story = Story().send("m1", "reply", K).see(follow_up_on=shown)
        assert story.see(follow_up_on=shown).rules == []
    assert story.see(follow_up_on=None).rules == [("REP-6", 4)]


def test_after_a_refused_message_one_that_nobody_sent_is_still_found_in_a_log():
    story = sent().send("m2", None, K, outcome="refused")
    with pytest.raises(Unmentioned) as caught:
        story.see("activities", entries=[{"message": one} for one in ("m1", "m2", "m9")])
    assert caught.value.value == "m9"


@pytest.mark.parametrize("came", [SECOND // 2, SECOND * 3 // 2])
def test_a_receipt_is_as_late_as_its_message_may_have_arrived(came):
    story = sent().open(K, after=SECOND // 2, outcome="unknown")
    story.inbox(K, after=came - SECOND // 2, m1={"unread": True, "opened": False})
    assert story.see(after=SECOND * 3 // 2, under_way=["m1"]).rules == []


def test_a_reply_of_an_outage_moves_the_follow_up_to_either_day_on_which_it_may_have_come():
    def late(*order):
        story = sent(readings={"last_communication": "last_sent"}).fault("link", "down")
        story.reply(K, "r1", "m1").send("m2", "reply", K).see("inbox", K, after=WHOLE_DAY)
        story.fault("link", "up")
        return story.see("activities", entries=[{"message": name} for name in ("m1", *order)])

    for order in (("r1", "m2"), ("m2", "r1")):
        assert late(*order).see(follow_up_on=DAY).rules == []
    assert late("m2", "r1").see(follow_up_on="2024-02-20").rules == []
    early = late("r1", "m2").see(follow_up_on="2024-02-20")
    assert early.rules == [("REP-6", early.line)]
