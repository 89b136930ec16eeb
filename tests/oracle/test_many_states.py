"""Many acts of unknown outcome, many arrivals in an outage: what is followed, and what is folded."""

import pytest

from simulator.oracle import Finding, explain_case
from tests.oracle.notation import DAY, MINUTE, SECOND, K, L, Story, sent

FRESH = {"unread": True, "opened": False, "answered": False}
FOLDED = (
    "line {}: case 53 had more possible states than are followed;"
    " what tells them apart was not judged until it was seen again; where replies of several"
    " recipients came within the limit, arrival lines tell their order"
)


def perhaps(sends, *to, before=None, name="m", **more):
    """A case with so many messages m0, m1, … that perhaps were sent; none but each other's."""
    story = before or Story(more.pop("readings", None)).case()
    for i in range(sends):
        story.send(f"{name}{i}", "reply", *(to or (K,)), outcome="unknown", **more)
    return story


@pytest.mark.parametrize("sends", [9, 11])
def test_an_inbox_decides_each_message_that_perhaps_was_sent(sends):
    names = [f"m{i}" for i in range(0, sends, 2)]
    story = perhaps(sends).inbox(K, len(names), **dict.fromkeys(names, True))
    story.see("activities", entries=[{"message": name} for name in names])
    assert story.see(cloud_status="Antwort", acknowledged_on=None).verdict.kept
    assert story.inbox(K).rules == [("DLV-2", story.line)] * len(names)


def test_what_many_recipients_perhaps_opened_is_followed():
    everybody = [f"{i}@example.org" for i in range(11)]
    story = sent("acknowledge", *everybody)
    for one in everybody:
        story.open(one, outcome="unknown")
    assert story.see(acknowledged_on=None).see(acknowledged_on=None).rules == []
    assert story.verdict.kept
    assert story.see(acknowledged_on=DAY).rules == [("STA-5", story.line)]


def folded(**more):
    """More messages that perhaps were sent than are followed: m0 to m11, the last on line 13."""
    return perhaps(12, **more)


def test_too_many_possible_states_leave_the_case_undecided():
    story = folded()
    assert story.verdict.undecided == (FOLDED.format(13),)
    assert story.send("m12", "reply", K, outcome="unknown").verdict.undecided[0] == FOLDED.format(
        13
    )


@pytest.mark.parametrize("status", ["", "Antwort", "Datei"])
def test_the_fields_of_a_folded_case_are_taken_over_as_they_are_seen(status):
    story = folded().see(cloud_status=status, acknowledged_on=DAY, follow_up_on="2024-05-05")
    story.see(cloud_status=status, acknowledged_on=None, follow_up_on="2024-05-05")
    story.see("case_list", cases=[{"case": 53, "cloud_status": status}])
    assert story.rules == []
    story.see(cloud_status="Info").see(follow_up_on=None)
    assert story.rules == [("STA-1", 17), ("REP-6", 18)]


def test_what_is_sent_from_a_folded_case_is_judged():
    story = folded().send("n1", "acknowledge", K).see(cloud_status="Info", acknowledged_on=None)
    assert story.open(K, "n1").see(cloud_status="Info", acknowledged_on=DAY).rules == []
    assert story.see(cloud_status="OK").rules == [("STA-4", 18)]
    story = folded().reply(K, "r1", "m1").see(cloud_status="OK", acknowledged_on=DAY)
    assert story.see(acknowledged_on=None, follow_up_on=DAY).rules == [("STA-3", 16)]


def test_a_folded_case_still_refuses_what_any_case_refuses():
    assert folded().send("n1", None, K).rules == [("SEND-3", 14)]
    assert folded().send("n1", "reply", K, outcome="refused").rules == [("SEND-1", 14)]
    assert folded().see("preset", recipients=[L]).rules == [("SEND-6", 14)]


def test_a_mailbox_of_a_folded_case_is_not_judged_until_all_of_it_is_seen():
    story = folded().inbox(K, m3=True, m1=False)
    story.inbox(K, m5={"unread": True, "opened": False})
    story.see("inbox", K, unread=5).see("inbox", K, unread=12)
    story.see("portal_case", K, text="Else", button=None, subject="Else", documents=["a.pdf"])
    story.open(K).open(K, "m1").open(K, "m3", outcome="refused").mark(K, "m1")
    assert story.rules == []


def test_acts_in_a_mailbox_that_is_not_known_are_not_judged():
    story = folded().open(K).open(K, "m1").open(K, "m1", outcome="refused")
    story.mark(K, "m1").mark(K, "m1", outcome="refused")
    story.reply(K, "r1", "m1").reply(K, "r2", "m1", outcome="refused")
    story.see("mail", to=K, event="new_message", message="m1")
    assert story.rules == []


@pytest.mark.parametrize("does", ["mark", "open"])
def test_what_is_read_in_a_mailbox_that_is_not_known_shows_in_the_case(does):
    for day, found in ((DAY, []), (None, ["STA-4"])):
        story = perhaps(12, before=sent("reply", K, L), name="p").send("n1", "acknowledge", K)
        getattr(story, does)(K, "n1")
        story.see(cloud_status="Info", acknowledged_on=day)
        assert [rule for rule, _ in story.rules] == found


def test_what_no_possible_state_allows_is_found_in_a_mailbox_that_is_not_known():
    story = perhaps(12, before=sent("reply", K).send("x1", "reply", L), name="p")
    story.reply(K, "r1", "m1", text=" ").reply(K, "r2", "x1")
    assert story.rules == [("REP-3", 16), ("ACC-4", 17)]


def test_notices_of_a_folded_case_are_judged_as_of_any_case():
    def announced(*told):
        story = folded().fault("mail", "down").fault("mail", "up")
        story.send("n1", "reply", K).send("n2", "reply", K, after=SECOND)
        for message in told:
            story.see("mail", after=0, to=K, event="new_message", message=message)
        return story.see(cloud_status="Antwort").see(cloud_status="Antwort")

    assert announced("n1", "n2").rules == []
    assert announced("n2", "n1").rules == []
    assert announced("n1", "n2", "n1").rules == [("MAIL-4", 20)]
    assert announced("n2").rules == [("MAIL-1", 19)]


KNOWN = {
    "m0": FRESH,
    "m1": {"unread": True, "opened": True, "answered": False},
    "m3": {"unread": False, "opened": False, "answered": True},
}


def test_a_mailbox_is_known_again_once_all_of_it_is_seen():
    story = folded().inbox(K, 2, **KNOWN).inbox(K, 2, m0=True, m1=True, m3=False)
    assert story.see("inbox", K, unread=2).rules == []
    assert story.mark(K, "m3").mark(K, "m1", outcome="refused").rules == []
    assert story.reply(K, "r1", "m0").inbox(K, 1, m0=False, m1=True, m3=False).rules == []
    story.see("portal_case", K, button="new_message")
    assert story.open(K, "m5", outcome="refused").rules == []
    story.inbox(K, m0=True, m1=True, m3=False).open(K, "m5").mark(K, "m0", outcome="refused")
    assert story.rules == [("INB-8", 23), ("ACC-4", 24), ("INB-5", 25)]


def test_a_mailbox_that_shows_all_that_may_be_in_it_is_known_again_too():
    shown = {f"m{i}": {**FRESH, "hint": "reply"} for i in range(13)}
    story = perhaps(12, before=Story().case().send("m12", "reply", K)).inbox(K, 13, **shown)
    shown.pop("m5")
    assert story.inbox(K, 12, **shown).rules == [("DLV-2", 16)]


def test_how_a_message_was_seen_when_its_mailbox_got_known_is_remembered():
    opened = {"unread": False, "opened": True, "answered": False}

    def known(first):
        return perhaps(12, L, before=sent("acknowledge", K), name="p").inbox(K, m1=first)

    assert known(FRESH).inbox(K).rules == [("DLV-2", 16)]
    assert known(FRESH).open(K, "m1").inbox(K, m1=True).rules == [("INB-2", 17)]
    assert known(opened).inbox(K, m1=True).rules == [("INB-8", 16)]


def test_a_mailbox_gets_known_while_a_message_to_another_is_on_its_way():
    story = perhaps(12, L, before=sent().fault("link", "down"), name="p")
    assert story.inbox(K, m1=FRESH).inbox(K, m1=False).rules == [("INB-3", story.line)]


def test_a_click_on_any_of_many_messages_may_be_too_much_to_follow():
    story = perhaps(11).act("open", K, case=53, via="message")
    assert story.verdict.undecided[0] == FOLDED.format(13)


def test_a_message_that_nobody_sent_is_found_where_a_mailbox_gets_known():
    story = folded(before=Story().case().send("x1", "reply", L))
    assert story.inbox(K, m0=FRESH, x1=FRESH).rules == [("ACC-4", 15)]
    assert story.verdict.findings[0].seen == f"x1 in the inbox of {K}"
    assert story.inbox(K, m0=True).rules == [("ACC-4", 15)]
    told = folded(before=Story().case().send("x1", "reply", L))
    told.see("mail", to=K, event="new_message", message="x1")
    assert told.rules[-1] == ("ACC-4", 15)


EXPECTED = [
    ("acknowledge", (False, False, False), "marked it as read"),
    ("acknowledge", (False, True, False), "opened it"),
    ("acknowledge", (True, False, False), "has neither opened it nor answered"),
    ("reply_with_file", (True, True, True), "answered without a file"),
    ("reply_with_file", (False, False, True), "answered with a file"),
    ("reply_with_file", (False, False, False), "an answer to another message of the case"),
    ("reply", (False, False, False), "an answer to another message of the case"),
    ("reply", (True, True, False), "opened it and has not answered"),
]


@pytest.mark.parametrize(("expects", "shown", "happened"), EXPECTED)
def test_what_happened_to_a_message_is_taken_from_how_it_is_shown(expects, shown, happened):
    story = Story({"reply_scope": "case"}).case().send("n1", expects, K)
    perhaps(12, before=story)
    entry = dict(zip(("unread", "opened", "answered"), shown, strict=True))
    assert story.inbox(K, int(shown[0]), n1=entry).rules == []
    asks = {"acknowledge": None, "reply": "reply", "reply_with_file": "documents"}[expects]
    story.inbox(K, int(shown[0]), n1={**entry, "hint": asks if shown[0] else None})
    assert story.rules == []
    (found,) = story.inbox(K, n1=not shown[0]).verdict.findings
    assert happened in found.because


def test_a_mailbox_gets_not_known_while_a_message_to_it_may_be_on_its_way():
    story = perhaps(12, before=Story().case().fault("link", "down"))
    story.inbox(K, m0=FRESH).inbox(K, m0=FRESH, m3=FRESH).see(under_way=["m5"]).fault("link", "up")
    story.inbox(K, after=3 * SECOND, m0=FRESH, m5=FRESH).inbox(K, m0=True, m5=True)
    assert story.rules == []
    assert story.inbox(K, m0=True).rules == [("DLV-2", 21)]


def test_a_reply_that_perhaps_came_leaves_the_fields_open():
    def perhaps_answered():
        story = sent("reply", K, L)
        for i in range(13):
            story.reply(K, f"r{i}", "m1", outcome="unknown")
        return story

    for status in ("OK", "Antwort"):
        story = perhaps_answered().see(cloud_status=status)
        assert story.verdict.undecided[0] == FOLDED.format(14)
        assert story.see("activities", entries=[{"message": "m1"}, {"message": "r3"}]).rules == []


def writers(number):
    """Several recipients of m1 who each answer in an outage: r0, r1, …; and their addresses."""
    everybody = [f"{i}@example.org" for i in range(number)]
    story = sent("reply", *everybody).fault("link", "down")
    for i, one in enumerate(everybody):
        story.reply(one, f"r{i}", "m1")
    return story


def test_replies_of_many_writers_in_an_outage_are_followed():
    story = writers(6).see(cloud_status="Antwort", under_way=[]).see(cloud_status="OK")
    order = ("m1", "r3", "r1", "r5")
    story.see("activities", entries=[{"message": name} for name in order])
    assert story.verdict.kept
    story.see("activities", entries=[{"message": name} for name in ("m1", "r1", "r3", "r5")])
    assert story.rules == [("LOG-3", story.line)]


def test_order_of_more_writers_than_are_followed_is_left_open():
    story = writers(9)
    story.see(
        "activities", entries=[{"message": one} for one in ("m1", "r8", "r7", "r6", "r5", "r4")]
    )
    assert story.verdict.undecided == (FOLDED.format(story.line),)
    story.see("arrival", message="r8").see("arrival", message="r8").see(cloud_status="Antwort")
    assert story.fault("link", "up").see(cloud_status="OK", follow_up_on=DAY).rules == []


def test_fields_are_judged_again_once_all_arrivals_were_told():
    story = writers(9)
    story.see("activities", entries=[{"message": f"r{i}"} for i in (8, 7, 6, 5, 4)])
    assert story.verdict.undecided
    for i in range(9):
        story.see("arrival", message=f"r{i}")
    story.see(cloud_status="OK", under_way=[]).fault("link", "up").see(cloud_status="Antwort")
    assert story.rules == [("STA-1", story.line)]


def test_what_is_sent_while_more_replies_are_on_their_way_than_are_followed_is_judged():
    story = writers(8).send("m2", "acknowledge", K).see(cloud_status="Info")
    assert story.verdict.undecided == (FOLDED.format(story.line - 1),)
    assert story.see(cloud_status="OK").fault("link", "up").see(cloud_status="OK").rules == []
    story.send("m3", "reply", K).see(cloud_status="OK")
    assert story.rules == [("STA-2", story.line)]


def test_a_case_that_is_told_of_in_mid_life_is_folded_too():
    story = Story().tell(given="case", case=53, cloud_status="Info", preset=[K, L])
    perhaps(12, before=story).send("n1", "reply", K, documents=["x.pdf"])
    assert story.see(cloud_status="Antwort").rules == []
    story = Story().tell(given="case", case=53)
    for i in range(12):
        story.send(f"m{i}", "reply", K, outcome="unknown")
    assert story.see("preset", recipients=[L]).rules == []


def test_a_field_that_is_wrong_whatever_arrived_is_found_in_a_crowd():
    story = writers(9).role("bert", "none").see(by="bert", cloud_status="OK")
    assert story.rules == [("STA-7", story.line)]


def test_rights_presets_and_documents_survive_the_fold():
    story = Story().case()
    story.act("add_document", "anna", case=53, document="a.pdf")
    story.act("add_document", "anna", "unknown", case=53, document="b.pdf")
    story.send("n1", "reply", K).act(
        "set_release", "anna", case=53, recipient=K, create_messages=False
    )
    perhaps(12, before=story).inbox(K, n1=FRESH).reply(K, "r1", "n1")
    assert story.rules == [("REP-1", story.line)]
    story.send("n2", "reply", documents=["a.pdf", "b.pdf"]).send("n3", "reply", documents=["c.pdf"])
    assert story.rules[1:] == [("SEND-9", story.line)]
    assert story.see("preset", recipients=[K]).inbox(K, n1=False, n2=True, n3=True).rules[2:] == []


def test_after_the_fold_too_a_document_that_perhaps_was_filed_may_be_shared_or_not():
    def folded_with_a_file():
        story = Story().act("add_document", "anna", case=53, document="a.pdf")
        story.send("n1", "reply", K).reply(K, "r1", "n1", 1, outcome="unknown")
        return perhaps(11, before=story)

    for outcome in ("ok", "refused"):
        story = folded_with_a_file()
        story.send("n2", "reply", K, documents=["r1-0.pdf"], outcome=outcome)
        assert story.rules == []
    story.send("n3", "reply", K, documents=["a.pdf"], outcome="refused")
    assert story.rules == [("SEND-9", story.line)]


def test_a_mailbox_that_is_not_known_is_that_of_anybody_who_may_have_acted():
    for opened in (True, False):
        story = sent("acknowledge", L).open(L, outcome="unknown")
        seen = {"unread": not opened, "opened": opened, "answered": False}
        assert perhaps(11, before=story, name="p").inbox(L, m1=seen).rules == []


def test_a_right_that_perhaps_was_withheld_is_not_held_against_either_side():
    for outcome in ("ok", "refused"):
        story = sent().act(
            "set_release", "anna", "unknown", case=53, recipient=K, create_messages=False
        )
        perhaps(12, before=story, name="p").inbox(K, m1=FRESH)
        assert story.reply(K, "r1", "m1", outcome=outcome).rules == []


def test_subject_that_nobody_changed_is_judged_after_the_fold_as_before():
    story = sent().fault("link", "down").send("m2", "reply", L)
    perhaps(12, before=story, name="p").fault("link", "up")
    assert story.verdict.undecided
    for one, messages in ((K, {"m1": FRESH}), (L, {"m2": FRESH})):
        story.inbox(one, **messages).see("portal_case", one, subject="Roof")
        assert story.rules == []
        fork = story.oracle.fork()
        page = {"see": "portal_case", "by": one, "case": 53, "subject": "Shed"}
        assert [found.rule for found in fork.take(99, story.at, page)] == ["RPL-2"]


def test_files_of_each_reply_that_perhaps_was_the_one_may_be_shared_after_the_fold():
    story = sent().send("m2", "reply", K).send("m3", "reply", K)
    for i in (1, 2, 3):
        story.reply(K, f"r{i}", f"m{i}", 1, outcome="unknown")
    story.see("inbox", K, unread=2)
    perhaps(12, L, before=story, name="p")
    assert story.verdict.undecided
    for i in (1, 2, 3):
        story.send(f"n{i}", "reply", L, documents=[f"r{i}-0.pdf"])
    assert story.rules == []


def test_a_notice_that_came_before_the_fold_comes_not_again_after_it():
    story = sent().see("mail", after=1, to=K, event="new_message", message="m1")
    perhaps(12, before=story, name="p")
    story.see("mail", to=K, event="new_message", message="m1")
    assert story.verdict.undecided
    assert ("MAIL-1", story.line) in story.rules


def test_a_read_mark_that_was_on_its_way_during_the_fold_leaves_what_is_sent_since_as_it_is():
    story = sent("acknowledge", K, L).fault("link", "down").open(K)
    perhaps(12, L, before=story, name="p")
    assert story.verdict.undecided
    story.send("n1", "acknowledge", L).fault("link", "up").see(cloud_status="Info")
    assert story.see(cloud_status="OK").rules == [("STA-2", story.line)]


def test_what_a_folded_case_shows_is_explained_as_not_known():
    story = folded().see(cloud_status="Antwort")
    chain = explain_case(story.lines, Story().oracle, "53")
    assert [one.says for one in chain if one.line in (13, 14)] == [
        "send: cloud status not known, acknowledged on not known",
        "case: cloud status Antwort, acknowledged on not known",
    ]


def test_recipients_that_perhaps_were_chosen_stay_apart():
    for seen in ([K], [L]):
        story = perhaps(6, K)
        for i in range(6, 12):
            story.send(f"m{i}", "reply", L, outcome="unknown")
        assert story.see("preset", recipients=seen).rules == []
        assert story.verdict.undecided[0] == FOLDED.format(13)
    assert story.see("preset", recipients=["x@example.org"]).rules == [("SEND-6", 15)]


def test_subject_that_perhaps_was_changed_is_not_judged_until_it_is_known():
    story = sent().act("edit_case", "anna", "unknown", case=53, subject="Shed")
    perhaps(12, before=story, name="p").inbox(K, m1=FRESH)
    story.replicate().see("portal_case", K, subject="Roof").see("portal_case", K, subject="Shed")
    story.act("edit_case", "anna", case=53, subject="Barn").replicate()
    assert story.see("portal_case", K, subject="Roof").rules == [("RPL-2", story.line)]


def test_last_message_that_counts_stays_apart_where_the_reading_needs_it():
    for status in ("OK", "Antwort"):
        story = perhaps(12, readings={"last_communication": "last_sent"})
        story.reply(K, "r1", "m3").see(cloud_status=status)
        assert story.rules == []


def test_a_folded_case_is_folded_up_and_forked_as_it_is():
    story = folded().see(cloud_status="Antwort")
    story.line += 60_000
    for i in range(2049):
        story.act("create_case", "anna", after=0, case=f"other {i}")
    fork = story.oracle.fork()
    assert fork.fingerprint() == story.oracle.fingerprint()
    assert story.inbox(K, m3=True, m1=False).open(K, "m1", outcome="refused").rules == []
    assert story.oracle.fingerprint() == story.inbox(K, m3=True).oracle.fingerprint()
    assert story.inbox(K, m3=FRESH).oracle.fingerprint() != fork.fingerprint()


def test_the_number_alone_counts_over_many_cases_on_their_way():
    story = Story().fault("link", "down")
    for number in range(40):
        story.case(number).send(f"m{number}", "reply", K, case=number)
    for shown in (0, 1, 39, 40):
        assert story.see("inbox", K, unread=shown).rules == []
    assert story.see("inbox", K, unread=41).verdict.findings == (
        Finding("INB-1", story.line, "unread 41", "40", f"40 messages of {K} count as unread"),
    )


def test_what_may_have_arrived_is_left_open_by_what_does_not_show_it():
    story = sent().fault("link", "down").reply(K, "r1", "m1").see(acknowledged_on=None)
    day = 24 * 60 * MINUTE
    story.see(after=day, cloud_status="OK", follow_up_on="2024-02-20")
    assert story.rules == []


@pytest.mark.parametrize("told", [True, False])
def test_arrival_lines_decide_the_order_of_many_replies_of_two_recipients(told):
    story = Story().case().send("m1", "reply", K, L)
    for i in range(40):
        story.reply((K, L)[i % 2], f"r{i}", "m1", after=SECOND * 9 // 10)
        if told:
            story.see("arrival", message=f"r{i}", by=None, after=0)
    entries = [{"message": name} for name in ("m1", *(f"r{i}" for i in range(40)))]
    story.see("activities", entries=entries)
    assert (story.verdict.undecided == ()) is told
    assert story.rules == []
