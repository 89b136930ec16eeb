"""INB: which messages count as unread, and the rule that a wrong inbox breaks."""

import pytest

from simulator.oracle import Unmentioned
from tests.oracle.notation import DAY, K, L, Story, sent

EXPECTS = ("acknowledge", "reply", "reply_with_file")
VIAS = ("widget", "case", "attachments", "message", "reply")


def opened(story, via, message="m1"):
    return story.open(K, message if via in VIAS[2:] else None, via)


@pytest.mark.parametrize("via", VIAS)
def test_any_click_settles_a_message_to_acknowledge(via):
    assert opened(sent("acknowledge"), via).inbox(K, 0, m1=False).rules == []
    assert opened(sent("acknowledge"), via).inbox(K, m1=True).rules == [("INB-2", 4)]


@pytest.mark.parametrize("via", VIAS)
@pytest.mark.parametrize(("expects", "rule"), [("reply", "INB-3"), ("reply_with_file", "INB-4")])
def test_no_click_settles_a_request(via, expects, rule):
    assert opened(sent(expects), via).inbox(K, 1, m1=True).rules == []
    assert opened(sent(expects), via).inbox(K, m1=False).rules == [(rule, 4)]


def test_finding_says_what_was_seen_what_is_demanded_and_why():
    finding = sent("reply").open(K, "m1").inbox(K, m1=False).verdict.findings[0]
    assert finding.seen == "m1 counts as read for k@example.org"
    assert finding.demanded == "unread"
    assert finding.because == (
        "m1 asks for a reply; k@example.org opened it and has not answered: it must count as unread"
    )


@pytest.mark.parametrize("expects", ["acknowledge", "reply"])
def test_reply_without_a_file_settles_all_but_a_file_request(expects):
    assert sent(expects).reply(K, "r1", "m1").inbox(K, 0, m1=False).rules == []


def test_reply_without_a_file_leaves_a_file_request_unread():
    story = sent("reply_with_file").reply(K, "r1", "m1")
    assert story.inbox(K, 1, m1=True).inbox(K, m1=False).inbox(K, m1=False).rules == [("INB-4", 5)]
    finding = story.verdict.findings[0]
    assert finding.count == 2
    assert "answered without a file" in finding.because
    assert sent("reply_with_file").reply(K, "r1", "m1", 5).inbox(K, 0, m1=False).rules == []


def test_answer_that_settles_nothing_is_blamed_on_the_request():
    assert sent("reply").reply(K, "r1", "m1").inbox(K, m1=True).rules == [("INB-3", 4)]
    assert sent("acknowledge").reply(K, "r1", "m1").inbox(K, m1=True).rules == [("INB-10", 4)]
    assert sent("reply_with_file").reply(K, "r1", "m1", 1).inbox(K, m1=True).rules == [("INB-4", 4)]
    older = sent("reply").send("m2", "reply", K).reply(K, "r1", "m1")
    assert older.inbox(K, m1=True, m2=True).rules == [("INB-10", 5)]


def test_new_message_settles_nothing():
    assert sent("reply").reply(K, "r1", None).inbox(K, m1=True).rules == []
    assert sent("reply").reply(K, "r1", None).inbox(K, m1=False).rules == [("INB-10", 4)]


def test_marking_settles_only_what_asks_for_nothing():
    assert (
        sent("acknowledge").mark(K, "m1").inbox(K, m1={"unread": False, "opened": False}).rules
        == []
    )
    assert sent("acknowledge").mark(K, "m1").inbox(K, m1=True).rules == [("INB-2", 4)]
    assert sent("reply").mark(K, "m1").rules == [("INB-5", 3)]
    assert sent("reply").mark(K, "m1", outcome="refused").rules == []
    assert sent("acknowledge").mark(K, "m1", outcome="refused").rules == [("INB-5", 3)]
    read = sent("reply").reply(K, "r1", "m1")
    assert read.mark(K, "m1").inbox(K, m1=False).rules == []
    assert read.mark(K, "m1", outcome="refused").rules == [("INB-5", 6)]
    assert "is read already" in read.verdict.findings[0].because


def test_mark_of_a_message_of_others_is_refused():
    assert sent("acknowledge").mark(L, "m1").rules == [("ACC-4", 3)]
    assert sent("acknowledge").mark(L, "m1", outcome="refused").rules == []


@pytest.mark.parametrize(
    ("expects", "hint"),
    [("acknowledge", None), ("reply", "reply"), ("reply_with_file", "documents")],
)
def test_unread_request_carries_its_hint(expects, hint):
    assert sent(expects).inbox(K, m1={"unread": True, "hint": hint}).rules == []
    wrong = "documents" if hint is None else None
    story = sent(expects).inbox(K, m1={"unread": True, "hint": wrong})
    assert story.rules == [("INB-6", 3)]
    assert story.verdict.findings[0].demanded == f"hint {hint or 'empty'}"


def test_read_message_carries_no_hint():
    assert sent().reply(K, "r1", "m1").inbox(K, m1={"hint": "reply"}).rules == [("INB-6", 4)]


def test_opened_and_answered_are_facts_of_their_own():
    story = sent().reply(K, "r1", "m1")
    assert story.inbox(K, m1={"opened": False, "answered": True}).rules == []
    assert story.inbox(K, m1={"opened": True}).inbox(K, m1={"answered": False}).rules == [
        ("INB-11", 5),
        ("INB-11", 6),
    ]


def test_message_seen_read_stays_read():
    story = sent("acknowledge").open(K).inbox(K, m1=False).inbox(K, m1=True)
    assert story.rules == [("INB-8", 5)]


def test_reading_by_one_changes_no_other_inbox():
    story = sent("acknowledge", K, L).open(K)
    assert story.inbox(L, m1=True).inbox(L, m1=False).rules == [("INB-9", 5)]
    assert sent("acknowledge", K, L).inbox(L, m1=False).rules == [("INB-2", 3)]


def test_number_is_that_of_unread_messages():
    story = sent().send("m2", "acknowledge", K)
    assert story.inbox(K, 2, m1=True, m2=True).inbox(K, 3, m1=True, m2=True).rules == [("INB-1", 5)]
    alone = sent().see("inbox", K, unread=1).see("inbox", K, unread=0)
    assert alone.rules == [("INB-1", 4)]
    assert sent().inbox(K, 1, m1={}).inbox(K, 0, m1={}).rules == [("INB-1", 4)]
    assert sent().see("inbox", K).see("inbox", L, unread=0).see("inbox", L, unread=1).rules == [
        ("INB-1", 5)
    ]


def test_replication_changes_no_read_mark():
    story = sent().inbox(K, m1=True).replicate().inbox(K, m1=False)
    assert story.rules == [("RPL-3", 5)]


def test_open_scope_says_what_opening_the_case_opens():
    for scope, first in (("case", False), ("message", True)):
        story = sent("acknowledge", readings={"open_scope": scope}).send("m2", "acknowledge", K)
        assert story.open(K).inbox(K, m1=first, m2=False).rules == []
        assert story.inbox(K, m1=not first, m2=False).rules[0][1] == 6


def test_reply_scope_says_what_an_answer_settles():
    for scope, second in (("message", True), ("case", False)):
        story = sent("reply", readings={"reply_scope": scope}).send("m2", "reply", K)
        assert story.reply(K, "r1", "m1").inbox(K, m1=False, m2=second).rules == []
    story = sent("reply_with_file", readings={"reply_scope": "case"}).send("m2", "reply", K)
    assert story.reply(K, "r1", "m2").inbox(K, m1=True, m2=False).rules == []


def test_inbox_is_complete_and_holds_each_message_once():
    assert sent().inbox(K).rules == [("DLV-1", 3)]
    assert sent().inbox(K, m1=True).inbox(K).rules == [("DLV-2", 4)]
    assert sent().inbox(K, m1=True).replicate().inbox(K).rules == [("RPL-3", 5)]
    twice = [{"message": "m1"}, {"message": "m1"}]
    assert sent().see("inbox", K, messages=twice).rules == [("DLV-2", 3)]
    assert sent().inbox(K, m1=True).replicate().see("inbox", K, messages=twice).rules == [
        ("RPL-3", 5)
    ]


def test_message_of_others_is_in_no_inbox():
    story = sent().inbox(L, m1=True)
    assert story.rules == [("ACC-4", 3)]
    assert story.verdict.findings[0].because == "m1 was not addressed to l@example.org"


def test_refused_message_reaches_nobody():
    story = Story().case().send("m1", "reply", K, "bad", outcome="refused")
    assert story.inbox(K, m1=True).rules == [("SEND-13", 3)]


def test_message_never_mentioned_is_bad_input():
    with pytest.raises(Unmentioned, match="'m9'") as caught:
        sent().inbox(K, m9=True)
    assert (caught.value.line, caught.value.field, caught.value.known) == (3, "message", ("m1",))


@pytest.mark.parametrize("expects", EXPECTS)
def test_page_offers_to_answer_while_an_answer_is_expected(expects):
    asks = expects != "acknowledge"
    right, wrong = ("reply", "new_message") if asks else ("new_message", "reply")
    story = sent(expects).see("portal_case", K, button=right, text="Please look")
    assert story.rules == []
    assert story.see("portal_case", K, button=wrong).rules == [("REP-2", 4)]
    assert sent(expects).see("portal_case", K, text="other").rules == [("REP-2", 3)]
    settled = sent(expects).reply(K, "r1", "m1", 1)
    assert settled.see("portal_case", K, button="new_message", text="Here").rules == []


def test_page_of_a_case_without_a_message_to_the_viewer_is_hidden():
    assert sent().see("portal_case", L, text="Please look").rules == [("ACC-4", 3)]
    assert sent().see("portal_case", L, text=None).rules == []
    assert sent().see("portal_case", K, text=None).rules == [("REP-2", 3)]


def test_page_without_the_right_to_write_may_offer_no_button():
    story = sent().act("set_release", "anna", case=53, recipient=K, create_messages=False)
    assert story.see("portal_case", K, button=None).rules == []
    assert sent().see("portal_case", K, button=None).rules == [("REP-2", 3)]


def test_page_shows_the_documents_shared_with_the_viewer():
    story = Story().case().act("add_document", "anna", case=53, document="a.pdf")
    story.send("m1", "reply", K, documents=["a.pdf"])
    assert story.see("portal_case", K, documents=["a.pdf"]).rules == []
    assert story.see("portal_case", K, documents=["b.pdf", "a.pdf"]).rules == [("ACC-4", 5)]
    assert story.see("portal_case", K, documents=[]).rules == [("ACC-4", 5), ("RPL-2", 6)]


def test_subject_is_that_of_the_last_run_or_message():
    story = sent().act("edit_case", "anna", case=53, subject="Garage")
    assert story.see("portal_case", K, subject="Roof").rules == []
    assert story.see("portal_case", K, subject="Garage").rules == [("RPL-2", 5)]
    story = sent().act("edit_case", "anna", case=53, subject="Garage").replicate(2)
    assert story.see("portal_case", K, subject="Roof").rules == []
    story.replicate(1).see("portal_case", K, subject="Roof").see("portal_case", K, subject="Garage")
    assert story.rules == []
    assert story.replicate().see("portal_case", K, subject="Roof").rules == [("RPL-6", 10)]
    story = sent().act("edit_case", "anna", case=53, subject="Garage").replicate().replicate()
    assert story.see("portal_case", K, subject="Roof").rules == [("RPL-5", 6)]
    story = sent().act("edit_case", "anna", case=53, subject="Garage").send("m2", "reply", K)
    assert story.see("portal_case", K, subject="Garage").rules == []
    assert DAY == "2024-02-19"
