"""Fine points of single lines: what they excuse, whom they blame, and what they leave alone."""

import pytest

from simulator.oracle import Unmentioned
from tests.oracle.notation import DAY, SECOND, K, L, Story, sent


def findings(story):
    return [(one.rule, one.seen, one.demanded, one.because) for one in story.verdict.findings]


# Sending


def test_a_message_to_the_preset_reaches_whom_the_log_did_not_know():
    story = Story().tell(given="case", case=53, preset=[K])
    assert story.send("m1", "reply").inbox(K).rules == [("DLV-1", 3)]


def test_a_case_that_a_document_or_a_note_began_has_no_status():
    story = Story().act("add_document", "anna", case=53, document="a.pdf").see(cloud_status="Info")
    assert story.rules == [("STA-1", 2)]
    story = Story().act("note", "anna", case=53, text="x").see(cloud_status="Info")
    assert story.rules == [("SEND-2", 2)]


def test_the_unknown_action_of_an_accepted_send_is_named():
    told = {None: "no expected action is chosen", "later": "later is no expected action"}
    for expects, because in told.items():
        story = Story().case().send("m1", expects, K)
        assert [one.because for one in story.verdict.findings] == [because]


def test_a_repeated_subject_changes_nothing():
    story = sent().act("edit_case", "anna", case=53, subject="Roof").replicate()
    assert story.see("portal_case", K, subject="Roof").rules == []


def test_what_follows_a_second_failed_run_is_blamed_on_it():
    story = sent().replicate(2).act("edit_case", "anna", case=53, subject="Shed").replicate(2)
    assert story.replicate().see("portal_case", K, subject="Roof").rules == [("RPL-6", 7)]


def test_the_right_is_kept_for_who_has_it():
    story = sent().act("set_role", "root", caseworker="anna", role="Benutzer", email=L)
    assert story.send("m2", "reply", K, L).rules == []


# Accounts


def test_an_account_stays_as_new_as_it_was_when_more_is_sent_to_it():
    story = sent(registers=True).send("m2", "reply", K)
    assert story.open(K).rules == [("ACC-2", 4)]


def test_the_address_of_a_caseworker_needs_no_registration():
    story = Story(registers=True).role("bert", "Benutzer", email=K).case().send("m1", "reply", K)
    assert story.open(K).rules == []


def test_each_stranger_who_writes_is_found():
    story = sent().reply(L, "r1", None).reply(L, "r2", None)
    assert story.rules == [("ACC-4", 3), ("ACC-4", 4)]


def test_nobody_marks_the_message_of_another():
    story = sent("acknowledge").send("m2", "acknowledge", L).mark(K, "m2")
    assert story.rules == [("ACC-4", 4)]


def test_an_opening_of_what_was_never_mentioned_may_be_refused():
    assert sent().open(K, "m9", outcome="refused").rules == []


def test_a_refused_reply_may_leave_its_files_out():
    story = sent().act("reply", K, "refused", case=53, message="r1", answers="m1", text="Here")
    assert story.rules == [("REP-1", 3)]


def test_a_reply_that_perhaps_was_written_is_no_reason_to_refuse_it():
    story = sent().reply(K, "r1", "m1", outcome="unknown")
    story.reply(K, "r1", "m1", outcome="refused")
    assert [rule for rule, _ in story.rules] == ["REP-1"]


def test_a_reply_with_a_file_settles_other_requests_for_files_where_agreed():
    story = sent("reply_with_file", readings={"reply_scope": "case"})
    story.send("m2", "reply_with_file", K).reply(K, "r1", "m2", 1)
    assert story.inbox(K, 0, m1=False, m2=False).rules == []
    story = sent("reply_with_file", readings={"reply_scope": "case"})
    story.send("m2", "reply_with_file", K).reply(K, "r1", "m2")
    assert story.inbox(K, 2, m1=True, m2=True).rules == []


# Forks


@pytest.mark.parametrize(
    "line",
    [
        {"see": "case", "by": "anna", "cloud_status": "OK"},
        {"see": "case", "by": "anna", "acknowledged_on": "2024-01-01"},
    ],
    ids=["status", "date"],
)
def test_a_fork_knows_what_was_seen_wrong_before_it(line):
    story = sent().tell(case=53, **line)
    fork = story.oracle.fork()
    fork.take(4, story.at, {"act": "note", "by": "anna", "case": 53, "text": "x", "outcome": "ok"})
    assert fork.take(5, story.at, {"case": 53, **line}) == ()
    assert len(fork.finish().findings) == len(story.verdict.findings) == 1


def test_a_fork_knows_what_was_given():
    story = Story().tell(given="case", case=53, cloud_status="Info", acknowledged_on=DAY)
    fork = story.oracle.fork()
    fork.take(2, story.at, {"act": "note", "by": "anna", "case": 53, "text": "x", "outcome": "ok"})
    seen = {"see": "case", "by": "anna", "case": 53, "acknowledged_on": "2024-01-01"}
    assert fork.take(3, story.at, {**seen, "acknowledged_on": DAY}) == ()
    assert [one.rule for one in fork.take(4, story.at, seen)] == ["SEND-2"]


def test_a_fork_knows_that_a_case_never_communicated():
    story = Story().case()
    fork = story.oracle.fork()
    fork.take(2, story.at, {"act": "note", "by": "anna", "case": 53, "text": "x", "outcome": "ok"})
    seen = {"see": "case", "by": "anna", "case": 53, "cloud_status": "Info"}
    assert [one.rule for one in fork.take(3, story.at, seen)] == ["SEND-2"]


# Looking


def test_who_is_shown_nothing_of_the_case_breaks_no_rule_unless_the_role_is_known():
    story = Story().role("anna", "Benutzer").case().see(cloud_status=None)
    assert findings(story) == [
        (
            "STA-7",
            "cloud_status hidden",
            "cloud_status empty",
            "anna holds the cloud role Benutzer",
        )
    ]
    story = sent().see(by="bert", cloud_status=None, status_text=None, acknowledged_on=None)
    assert story.rules == []


def test_a_text_of_an_unknown_status_is_none():
    story = sent().see(cloud_status="Else", status_text="Else")
    assert findings(story)[1][:3] == ("STA-2", "status_text Else", "empty")
    assert len(sent().see(cloud_status="", status_text="").verdict.findings) == 1


def test_a_preset_of_nobody_is_said_so():
    story = Story().case().see("preset", recipients=[K])
    assert findings(story) == [
        ("SEND-6", f"preset {K}", "nobody", "chosen last: nobody; ever chosen: nobody")
    ]


def test_a_list_of_files_is_worded_with_commas():
    story = sent().see("activities", entries=[{"message": "m1", "files": ["b.pdf", "a.pdf"]}])
    assert findings(story)[0][1] == "files b.pdf, a.pdf in the entry of m1"


def test_an_entry_that_is_doubled_is_demanded_as_often_as_it_was_written():
    story = Story().case()
    for _ in range(2):
        story.act("note", "anna", case=53, text="x")
    story.see("activities", entries=[{"message": None}] * 3)
    assert findings(story)[0][1:3] == ("a note 3 times in the Aktivitätenliste", "2 times")
    story = Story().case().act("note", "anna", case=53, text="x")
    story.see("activities", entries=[{"message": None}] * 2)
    assert findings(story)[0][2] == "once"


def test_after_a_refused_message_the_rest_of_a_log_is_judged():
    story = sent().send("m2", None, K, outcome="refused")
    story.see("activities", entries=[{"message": "m2"}, {"message": "m1"}])
    assert story.rules == [("SEND-13", 4)]
    with pytest.raises(Unmentioned):
        story.see("activities", entries=[{"message": "m2"}, {"message": "m9"}])


def test_after_a_message_that_is_under_way_and_no_more_the_others_are_judged():
    story = sent().send("m2", "reply", K)
    story.reply(K, "r1", "m1").see(after=1, under_way=["m1", "m2"])
    assert story.rules == [("DLV-4", 5), ("DLV-4", 5)]
    story = sent().send("m2", "reply", K).inbox(K, after=SECOND, m1=True, m2=True)
    assert story.see(after=1, under_way=["m2", "m1"]).rules == [("DLV-4", 5)]


def test_after_a_refused_message_the_rest_of_an_inbox_is_judged():
    story = sent().send("m2", None, K, outcome="refused")
    assert story.inbox(K, m2=True).rules == [("SEND-13", 4), ("DLV-1", 4)]
    story = sent().send("m2", None, K, outcome="refused").inbox(K, m2=True, m1=False)
    assert story.rules == [("SEND-13", 4), ("INB-3", 4)]


def test_after_a_strange_message_the_rest_of_an_inbox_is_judged():
    story = sent().send("m2", "reply", L).inbox(K, m2=True, m1=False)
    assert story.rules == [("ACC-4", 4), ("INB-3", 4)]


def test_a_message_shown_twice_that_never_was_there_before_a_run_is_doubled():
    twice = [{"message": "m1"}, {"message": "m1"}]
    story = sent().replicate().tell(see="inbox", by=K, messages=twice)
    assert story.rules == [("DLV-2", 4)]
    story = sent().inbox(K, m1=True).replicate().tell(see="inbox", by=K, messages=twice)
    assert story.rules == [("RPL-3", 5)]
    strange = (
        sent()
        .send("m2", "reply", L)
        .tell(see="inbox", by=K, messages=[{"message": "m1"}, {"message": "m2"}, {"message": "m2"}])
    )
    assert sorted({rule for rule, _ in strange.rules}) == ["ACC-4", "DLV-2"]


def test_what_opens_no_message_is_said_where_one_is_shown_as_opened():
    def because(story):
        return story.inbox(K, m1={"opened": True}).verdict.findings[0].because

    said = f"{K} has not opened it"
    neither = "; neither an answer nor a mark opens a message"
    assert because(sent()) == said
    assert because(sent("acknowledge").mark(K, "m1")) == said + neither
    assert because(sent().reply(K, "r1", "m1")) == said + neither
    answered = sent().inbox(K, m1={"answered": True}).verdict.findings[0].because
    assert answered == f"{K} has not answered"


def test_a_message_that_was_marked_and_shows_as_unread_breaks_what_marks_do():
    story = sent("acknowledge", K, L).mark(L, "m1").mark(K, "m1").inbox(K, m1=True)
    assert story.rules == [("INB-2", 5)]
    story = sent("reply", K, L).open(K).inbox(K, m1=False)
    assert story.rules == [("INB-3", 4)]


def test_a_page_without_its_text_is_wrong():
    story = sent().see("portal_case", K, text=None)
    assert findings(story)[0][:3] == ("REP-2", "text empty", "that of the newest message")


def test_a_subject_that_a_message_brought_is_not_older():
    story = sent().act("edit_case", "anna", case=53, subject="Shed").send("m2", "reply", K)
    assert story.see("portal_case", K, subject="Roof").rules == [("RPL-2", 5)]


def test_a_short_name_of_a_document_may_stand_in_a_mail_by_chance():
    for name, found in (("pla", []), ("plan", [("MAIL-3", 3)])):
        story = Story().act("add_document", "anna", case=53, document=name)
        story.send("m1", "reply", K, documents=[name])
        story.see("mail", after=1, to=K, event="new_message", message="m1", body="xx plan xx")
        assert [one for one in story.rules if one[0] == "MAIL-3"] == found


def test_a_link_that_is_mailed_again_serves_again():
    story = sent().see("mail", after=1, to=K, event="registration", link="a")
    story.act("register", K, link="a").act("request_link", K)
    story.see("mail", after=1, to=K, event="registration", link="a").act("register", K, link="a")
    assert [one for one in story.rules if one[0] == "ACC-2"] == []


def test_each_link_that_was_asked_for_is_mailed():
    story = sent().see("mail", after=1, to=K, event="registration")
    story.act("request_link", K).act("request_link", K)
    for _ in range(2):
        story.see("mail", after=1, to=K, event="registration")
    assert [one for one in story.rules if one[0] == "ACC-2"] == []
    assert story.see("mail", after=1, to=K, event="registration").rules[-1] == (
        "ACC-2",
        story.line,
    )


def test_a_number_that_fits_no_state_names_what_it_should_be():
    story = sent("acknowledge").send("m2", "acknowledge", K).open(K, "m1", outcome="unknown")
    story.tell(see="inbox", by=K, unread=5)
    assert findings(story) == [
        ("INB-1", "unread 5", "2", f"2 messages of {K} count as unread"),
    ]
    assert story.inbox(K, 1, after=SECOND, m1=False, m2=True).verdict.undecided == ()


def test_a_deviation_that_is_seen_again_is_counted_and_stays_as_it_was_worded():
    story = sent()
    for _ in range(3):
        story.tell(see="inbox", by=K, unread=5)
    (found,) = story.verdict.findings
    assert (found.line, found.seen, found.demanded, found.count) == (3, "unread 5", "1", 3)


def test_only_what_is_doubled_is_found():
    names = ("m1", "m2", "m1")
    story = sent().send("m2", "reply", K)
    story.tell(see="inbox", by=K, messages=[{"message": name} for name in names])
    assert [one.seen for one in story.verdict.findings] == [f"m1 2 times in the inbox of {K}"]


def test_a_message_that_stands_in_the_place_of_another_hides_it_not():
    story = sent().send("m2", "reply", L).inbox(K, m2=True)
    assert sorted(one.seen for one in story.verdict.findings) == [
        f"m2 in the inbox of {K}",
        f"no m1 in the inbox of {K}",
    ]


def test_what_was_never_seen_is_blamed_on_no_run():
    assert sent().replicate().inbox(K, m1=False).rules == [("INB-3", 4)]


def test_what_was_opened_is_blamed_on_nobody_else():
    story = sent("reply", K, L).reply(L, "r1", "m1").open(K).inbox(K, m1=False)
    assert story.rules == [("INB-3", 5)]


def test_a_new_message_that_settles_something_is_blamed_on_it_and_on_nobody_else():
    story = sent("reply", K, L).reply(K, "r1", None).inbox(K, m1=False)
    assert story.rules == [("INB-10", 4)]


def test_what_was_opened_and_is_shown_as_closed_is_said():
    story = sent("acknowledge").open(K).inbox(K, m1={"opened": False})
    assert findings(story)[0][1:3] == (f"m1 shown as not opened for {K}", "opened")


def test_a_subject_that_a_message_brought_is_not_blamed_on_a_failed_run():
    story = sent().replicate().act("edit_case", "anna", case=53, subject="Shed")
    story.send("m2", "reply", K).replicate(2)
    assert story.see("portal_case", K, subject="Garage").rules == [("RPL-2", 7)]


def test_a_registration_mail_may_name_the_message():
    story = sent().see("mail", after=1, to=K, event="registration", message="m1")
    story.see("mail", after=1, to=K, event="new_message", message="m1")
    assert story.inbox(K, m1=True).rules == []


def test_a_log_with_mails_can_be_forked():
    story = sent().see("mail", after=1, to=K, event="registration")
    story.see("mail", after=1, to=K, event="new_message", message="m1")
    fork = story.oracle.fork()
    send = {"act": "send", "by": "anna", "case": 53, "message": "m2", "expects": "reply"}
    assert fork.take(5, story.at, {**send, "outcome": "ok"}) == ()
    assert story.send("m3", "reply").rules == []


def test_each_fork_is_as_its_origin_was():
    story = sent("acknowledge")
    forks = [story.oracle.fork()]
    story.open(K)
    forks.append(story.oracle.fork())
    story.send("m2", "acknowledge", K).open(K)
    look = {"see": "inbox", "by": K}
    at = story.at + 60 * SECOND
    for fork, unread in zip(forks, (True, False), strict=True):
        seen = {**look, "messages": [{"message": "m1", "unread": unread}]}
        assert fork.take(9, at, seen) == ()
    assert story.inbox(K, m1=False, m2=False).rules == []


def test_a_status_that_the_case_list_hides_from_who_may_see_it_is_said_to_be_hidden():
    story = sent().role("anna", "Benutzer")
    story.tell(see="case_list", by="anna", cases=[{"case": 53, "cloud_status": None}])
    assert [one[:3] for one in findings(story)] == [
        ("STA-8", "cloud_status hidden in the case list", "Antwort")
    ]
