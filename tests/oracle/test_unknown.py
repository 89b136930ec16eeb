"""An act of unknown outcome that breaks a rule is judged by that rule once it is proved."""

import pytest

from simulator.oracle import Finding
from tests.oracle.notation import DAY, K, L, Story, sent

TOO_MANY = [1] * 21
FILES = Finding(
    "REP-4",
    3,
    "reply r1 by k@example.org in case 53: accepted",
    "it must be refused",
    "it carries 21 files of 21 bytes together; at most 20 files and 36700160 bytes are allowed",
)


def too_many(outcome="unknown"):
    return sent().reply(K, "r1", "m1", *TOO_MANY, outcome=outcome)


PROOFS = {
    "the inbox": lambda story: story.inbox(K, 0, m1=False),
    "the status": lambda story: story.see(cloud_status="OK", acknowledged_on=DAY),
    "the log": lambda story: story.see(
        "activities", entries=[{"message": "m1"}, {"message": "r1"}]
    ),
    "its arrival": lambda story: story.see("arrival", message="r1", after=1),
    "a retry": lambda story: story.reply(K, "r1", "m1", *TOO_MANY),
}


@pytest.mark.parametrize("proof", PROOFS)
def test_what_proves_an_act_finds_what_it_breaks_at_its_line(proof):
    story = PROOFS[proof](too_many())
    assert story.verdict.findings == (FILES,)
    assert story.verdict.undecided == ()
    assert story.see(cloud_status="OK").inbox(K, m1=False).verdict.findings == (FILES,)


def test_an_act_that_was_rightly_refused_is_no_finding_and_no_doubt():
    for story in (too_many(), too_many().inbox(K, 1, m1=True).see(cloud_status="Antwort")):
        assert story.verdict.kept


@pytest.mark.parametrize(
    ("tell", "rule"),
    [
        (lambda s: s.send("m2", "reply", K, documents=["x.pdf"], outcome="unknown"), "SEND-9"),
        (lambda s: s.send("m2", None, K, outcome="unknown"), "SEND-3"),
        (lambda s: s.send("m2", "reply", K, text=" ", outcome="unknown"), "SEND-4"),
        (lambda s: s.send("m2", "reply", K, by="bert", outcome="unknown"), "RGT-1"),
        (lambda s: s.send("m2", "reply", K, "bad", outcome="unknown"), "SEND-12"),
    ],
)
def test_a_send_of_unknown_outcome_that_reached_the_inbox_is_judged_by_its_own_rule(tell, rule):
    story = tell(sent().role("bert", "none")).inbox(K, m1=True, m2=True)
    assert story.rules == [(rule, 4)]
    assert tell(sent().role("bert", "none")).inbox(K, m1=True).verdict.kept


def test_a_release_of_unknown_outcome_is_judged_once_it_shows():
    def release():
        story = sent().role("bert", "none")
        return story.act(
            "set_release", "bert", "unknown", case=53, recipient=K, create_messages=False
        )

    assert release().verdict.kept
    assert release().reply(K, "r1", "m1").verdict.kept
    assert release().reply(K, "r1", "m1", outcome="refused").rules == [("RGT-2", 4)]


def test_each_act_is_found_when_it_is_proved():
    story = sent("reply", K, L)
    story.reply(K, "r1", "m1", *TOO_MANY, outcome="unknown")
    story.reply(L, "r2", "m1", text=" ", outcome="unknown")
    assert story.inbox(K, m1=False).rules == [("REP-4", 3)]
    assert story.inbox(L, m1=True).rules == [("REP-4", 3)]
    assert story.inbox(L, m1=False).rules == [("REP-4", 3), ("INB-9", 7)]


def test_of_two_acts_that_may_both_explain_what_is_seen_the_first_is_found():
    story = sent("reply", K, L)
    story.reply(K, "r1", "m1", *TOO_MANY, outcome="unknown")
    story.reply(L, "r2", "m1", text=" ", outcome="unknown")
    assert story.see(cloud_status="OK").rules == [("REP-4", 3)]


def test_an_act_that_may_rightly_have_happened_comes_before_one_that_may_not():
    story = sent("reply", K, L)
    story.reply(K, "r1", "m1", *TOO_MANY, outcome="unknown").reply(L, "r2", "m1", outcome="unknown")
    assert story.see(cloud_status="OK").verdict.kept
    assert story.inbox(K, m1=False).rules == [("REP-4", 3)]


def test_what_no_act_explains_is_a_finding_of_its_own():
    story = too_many().see(cloud_status="Datei")
    assert story.rules == [("STA-2", 4)]
    assert too_many().inbox(K, m1=False).see(cloud_status="Info").rules == [
        ("REP-4", 3),
        ("STA-3", 5),
    ]


def test_two_deviations_are_one_act_s_fault_where_it_explains_both():
    story = too_many().fault("link", "down").see(cloud_status="OK").inbox(K, 0, m1=False)
    assert story.verdict.findings == (FILES,)


def test_an_act_of_unknown_outcome_that_changes_nothing_leaves_no_doubt():
    assert sent().mark(K, "m1", outcome="unknown").inbox(K, m1=True).verdict.kept
    assert sent().open(L, outcome="unknown").inbox(K, m1=True).verdict.kept


def test_a_doubt_is_told_where_the_act_may_rightly_have_happened():
    story = Story().case().send("m1", "reply", K, outcome="unknown")
    assert story.verdict.undecided == (
        "line 2: whether the send of unknown outcome happened was never shown",
    )


def asked_again(*between):
    """Tell of a send of unknown outcome to who had no account, and of the same send again."""
    story = Story().role("anna", "Benutzer").case()
    story.send("m1", "reply", K, outcome="unknown")
    for event, message in between:
        story.see("mail", to=K, event=event, message=message, after=0)
    return story.send("m1", "reply", K)


MAILS = (("registration", None), ("new_message", "m1"))


def test_mails_of_a_send_that_is_tried_again_may_come_with_either_try():
    assert asked_again(*MAILS).inbox(K, m1=True).verdict.kept
    later = asked_again()
    for event, message in MAILS:
        later.see("mail", to=K, event=event, message=message, after=0)
    assert later.inbox(K, m1=True).verdict.kept


def test_a_mail_that_neither_try_brought_is_missed():
    told = {"new_message": "ACC-2", "registration": "MAIL-1"}
    for event, message in MAILS:
        story = asked_again((event, message)).inbox(K, m1=True)
        assert [rule for rule, _ in story.rules] == [told[event]]


def test_a_mail_that_comes_with_both_tries_comes_once_too_often():
    for event, message in MAILS:
        story = asked_again(*MAILS).see("mail", to=K, event=event, message=message, after=0)
        assert len(story.rules) == 1


def test_an_opening_that_is_done_again_is_in_no_doubt():
    story = sent().open(K, "m1", outcome="unknown")
    assert story.verdict.undecided
    assert story.open(K, "m1").verdict.undecided == ()


# What may not have happened is a good reason to refuse what needs it


def withhold(story, outcome="refused"):
    return story.act("set_release", "anna", outcome, case=53, recipient=K, create_messages=False)


def test_an_act_of_somebody_whose_role_is_in_doubt_may_be_refused():
    def in_doubt():
        return sent().role("anna", "none", outcome="unknown")

    assert withhold(in_doubt()).rules == []
    assert in_doubt().act("note", "anna", "refused", case=53, text="x").rules == []
    assert in_doubt().send("m2", "reply", K, outcome="refused").rules == []
    assert withhold(in_doubt().role("anna", "Benutzer")).rules == [("RGT-2", 5)]


def test_an_act_in_a_case_that_perhaps_was_created_may_be_refused():
    def perhaps_created():
        return Story().case(outcome="unknown").case(54)

    assert withhold(perhaps_created()).rules == []
    assert perhaps_created().act("note", "anna", "refused", case=53, text="x").rules == []
    assert perhaps_created().send("m1", "reply", K, outcome="refused").rules == []


@pytest.mark.parametrize(
    "shows",
    [
        lambda story: story.case(),
        lambda story: story.see(cloud_status=""),
        lambda story: story.act("note", "anna", case=53, text="x"),
    ],
)
def test_a_case_that_something_was_done_to_or_shown_of_was_created(shows):
    story = shows(Story().case(outcome="unknown"))
    assert story.send("m1", "reply", K, outcome="refused").rules == [("SEND-1", 3)]
    story = Story().case(outcome="unknown").act("note", "anna", "unknown", case=53, text="x")
    assert story.send("m1", "reply", K, outcome="refused").rules == []


@pytest.mark.parametrize("registers", [True, False])
def test_a_recipient_who_perhaps_has_registered_may_be_refused_until_an_act_shows_it(registers):
    story = sent(registers=registers).act("register", K, "unknown").open(K, outcome="refused")
    assert story.rules == []
    assert story.open(K).reply(K, "r1", "m1", outcome="refused").rules == [("REP-1", 6)]
    story = sent(registers=registers).act("register", K, "unknown").act("register", K)
    assert story.open(K, outcome="refused").rules == [("ACC-3", 5)]


def test_a_recipient_who_perhaps_has_registered_may_not_register_again():
    assert sent().act("register", K, "refused").rules == [("ACC-1", 3)]
    assert sent().act("register", K, "unknown").act("register", K, "refused").rules == []


def test_an_account_that_was_there_before_stays_usable_whatever_became_of_a_registration():
    story = Story().tell(given="case", case=53, releases={K: True}).send("m1", "reply", K)
    assert story.act("register", K, "unknown").open(K, outcome="refused").rules == [("ACC-3", 4)]


def test_what_is_done_after_acts_of_unknown_outcome_counts_whichever_of_them_happened():
    for happened in ([], ["a"], ["b"], ["a", "b"]):
        story = sent("acknowledge").act("note", "anna", "unknown", case=53, text="a")
        story.inbox(K, m1=True).act("note", "anna", "unknown", case=53, text="b").open(K)
        notes = [{"message": None, "text": text} for text in happened]
        story.see("activities", entries=[{"message": "m1"}, *notes])
        assert story.see(acknowledged_on=DAY).inbox(K, m1=False).rules == []


def test_who_refuses_what_got_no_answer_before_is_told_which_line_tried_it():
    story = (
        sent().send("m2", "reply", K, outcome="unknown").send("m2", "reply", K, outcome="refused")
    )
    story.reply(K, "r1", "m1", outcome="unknown").reply(K, "r1", "m1", outcome="refused")
    whys = [finding.because for finding in story.verdict.findings]
    assert [why.partition("; ")[2] for why in whys] == [
        "line 3 tried m2 before, and no answer came",
        "line 5 tried r1 before, and no answer came",
    ]


def test_what_was_tried_twice_was_sent_or_written_at_either_moment():
    for minute in ("02", "03"):
        story = Story().case().send("m1", "reply", K, outcome="unknown").send("m1", "reply", K)
        at = f"2024-02-19T12:{minute}:00+01:00"
        assert story.see("activities", entries=[{"message": "m1", "at": at}]).rules == []
        assert story.inbox(K, 1, m1=True).verdict.kept
    for minute in ("03", "04"):
        story = sent().reply(K, "r1", "m1", outcome="unknown").reply(K, "r1", "m1")
        entry = {"message": "r1", "at": f"2024-02-19T12:{minute}:00+01:00"}
        assert story.see("activities", entries=[{"message": "m1"}, entry]).rules == []


def test_a_document_that_perhaps_was_filed_and_was_shared_leaves_the_others_filed():
    story = Story().case().act("add_document", "anna", case=53, document="a.pdf")
    story.act("add_document", "anna", "unknown", case=53, document="b.pdf")
    story.send("m1", "reply", K, documents=["b.pdf"])
    assert story.send("m2", "reply", K, documents=["a.pdf", "b.pdf"]).rules == []


def test_a_document_that_perhaps_was_filed_may_be_shared_where_no_line_told_of_others():
    story = Story().tell(given="case", case=53, preset=[K])
    story.act("add_document", "anna", "unknown", case=53, document="a.pdf")
    assert story.send("m1", "reply", K, documents=["a.pdf"]).inbox(K, 1, m1=True).rules == []


def test_a_link_that_perhaps_was_used_may_serve_again():
    story = sent().see("mail", after=1, to=K, event="registration", link="abc")
    story.see("mail", after=1, to=K, event="new_message", message="m1")
    story.act("register", K, "unknown", link="abc").act("register", K, link="abc")
    assert story.rules == []
    assert story.act("register", K, link="abc").rules == [("ACC-2", 7)]


def test_what_may_have_been_registered_or_created_makes_a_difference():
    told = [Story().case(outcome=outcome).oracle.fingerprint() for outcome in ("ok", "unknown")] + [
        sent().act("register", K, outcome).oracle.fingerprint() for outcome in ("ok", "unknown")
    ]
    assert len(set(told)) == len(told)
    story = sent().act("register", K, "unknown")
    fork = story.oracle.fork()
    before = fork.fingerprint()
    assert (
        story.act("register", K).oracle.fingerprint()
        == sent().act("register", K).oracle.fingerprint()
    )
    assert fork.fingerprint() == before


def test_a_refused_act_may_name_anything_as_its_actor():
    send = {"case": 53, "message": "m2", "text": "x", "expects": "reply", "to": [K]}
    assert sent().act("send", ["anna"], "refused", **send).rules == [("SEND-1", 3)]
    assert sent().act("note", ["anna"], "refused", case=53, text="x").rules == [("SEND-2", 3)]
