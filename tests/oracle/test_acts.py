"""SEND, RGT, REP, ACC: which acts are accepted, which are refused, and the rule that says so."""

import pytest

from simulator.oracle import REGISTRY, Unmentioned
from tests.oracle.notation import K, L, Story, fresh, sent

MB = 1024 * 1024


BAD_SENDS = [
    ("SEND-3", {"expects": None}),
    ("SEND-4", {"text": " \n"}),
    ("SEND-5", {"to": []}),
    ("SEND-5", {}),
    ("SEND-9", {"to": [K], "documents": ["x.pdf"]}),
    ("SEND-12", {"to": [K, "nobody"]}),
]


@pytest.mark.parametrize(("rule", "fields"), BAD_SENDS)
def test_send_that_must_be_refused(rule, fields):
    record = {"expects": "reply", "text": "Please look", "case": 53, "message": "m1"}
    if "expects" in fields or "text" in fields:
        record["to"] = [K]
    record |= fields
    assert fresh().act("send", "anna", "refused", **record).rules == []
    if rule != "SEND-3":
        story = fresh().act("send", "anna", **record)
        assert story.rules == [(rule, 2)]
        assert story.verdict.findings[0].demanded == "it must be refused"


def test_send_without_an_expected_action_is_never_accepted():
    story = fresh().act("send", "anna", case=53, message="m1", text="x", expects=None, to=[K])
    assert story.rules == [("SEND-3", 2)]


@pytest.mark.parametrize("role", ["Benutzer", "Administrator"])
def test_sending_takes_a_cloud_role(role):
    assert fresh().role("anna", role).send("m1", "reply", K).rules == []
    assert fresh().role("anna", "none").send("m1", "reply", K).rules == [("RGT-1", 3)]
    assert fresh().role("anna", "none").send("m1", "reply", K, outcome="refused").rules == []
    assert fresh().role("anna", "none", outcome="unknown").send("m1", "reply", K).rules == []
    assert sent().send("m2", "reply", L, by=K).rules == [("RGT-1", 3)]
    assert fresh().role("anna", role, outcome="refused").rules == [("RGT-3", 2)]
    assert fresh().role("anna", role, outcome="refused", by="x").rules == []


def test_legal_send_that_is_refused_is_blamed_on_the_rule_that_allows_it():
    def refused(story, *to, **more):
        return story.send("m9", "reply", *to, outcome="refused", **more).rules

    assert refused(fresh(), K) == [("SEND-1", 2)]
    assert refused(sent(), K) == [("SEND-1", 3)]
    assert refused(sent()) == [("SEND-6", 3)]
    assert refused(sent(), L) == [("ACC-1", 3)]
    assert refused(sent("reply", K, L), L) == [("SEND-7", 3)]
    assert refused(fresh(), "K@Example.org") == [("SEND-12", 2)]
    assert refused(fresh(), K, K) == [("SEND-12", 2)]
    filed = fresh().act("add_document", "anna", case=53, document="a.pdf")
    assert refused(filed, K, documents=["a.pdf"]) == [("SEND-9", 3)]
    replied = sent().reply(K, "r1", "m1", 5)
    assert refused(replied, K, documents=["r1-0.pdf"]) == [("REP-5", 4)]
    assert refused(fresh().fault("portal", "down"), K) == [("DLV-4", 3)]
    assert refused(fresh().fault("server", "down"), K) == []


def test_refused_act_may_hold_any_values():
    story = sent()
    for act in ("send", "reply", "open", "mark_read", "set_release", "note", "edit_case"):
        story.act(act, K, "refused", case=[1], message={}, to=3, files=[1], answers=[], text=4)
        story.act(act, "anna", "refused")
    story.tell(act="reply", by=3, outcome="refused", case=53)
    assert story.act("reply", K, "refused", case=7, answers=None).rules == []
    assert story.act("reply", K, "refused", case=53, answers="m9").rules == []


def test_documents_of_a_reply_can_be_shared():
    story = sent().reply(K, "r1", "m1", 5).act("add_document", "anna", case=53, document="b")
    assert story.send("m2", "reply", K, documents=["r1-0.pdf", "b"]).rules == []
    maybe = fresh().act("add_document", "anna", "unknown", case=53, document="c")
    assert maybe.send("m1", "reply", K, documents=["c"]).rules == []
    lost = fresh().act("add_document", "anna", "refused", case=53, document="c")
    assert lost.send("m1", "reply", K, documents=["c"]).rules == [("SEND-9", 3)]
    untold = Story().act("add_document", "anna", case=1, document="c")
    assert untold.send("m1", "reply", K, documents=["d"], case=1).rules == [("SEND-9", 2)]
    assert Story().send("m1", "reply", K, documents=["d"]).rules == []


def test_a_message_to_somebody_else_may_bring_the_subject_of_the_case():
    def seen(subject):
        story = sent().act("edit_case", "anna", case=53, subject="Shed").send("m2", "reply", L)
        return story.see("portal_case", K, subject=subject).rules

    assert seen("Roof") == seen("Shed") == []
    assert seen("Barn") == [("RPL-2", 5)]


def test_who_never_registered_in_a_log_with_registrations_is_rightly_refused():
    story = sent("reply", K, L).open(L, "m1", outcome="refused")
    assert story.rules == [("ACC-3", 3)]
    story.act("register", K).reply(L, "r1", "m1", outcome="refused")
    assert story.rules == []
    assert story.open(K, "m1", outcome="refused").rules == [("ACC-3", 6)]


def test_a_document_that_was_perhaps_filed_was_filed_for_certain_once_it_was_shared():
    story = fresh().act("add_document", "anna", "unknown", case=53, document="c")
    story.act("add_document", "anna", "unknown", case=53, document="d")
    story.send("m1", "reply", K, documents=["c"])
    story.send("m2", "reply", K, documents=["d"], outcome="refused")
    assert story.rules == []
    assert story.send("m3", "reply", K, documents=["c"], outcome="refused").rules == [("SEND-9", 6)]
    assert story.send("m4", "reply", K, documents=["d"]).rules == [("SEND-9", 6)]


def test_files_of_a_reply_are_filed_also_before_the_first_document_that_a_log_tells_of():
    story = Story().send("m1", "reply", K).reply(K, "r1", "m1", 5)
    story.act("add_document", "anna", case=53, document="b")
    assert story.send("m2", "reply", K, documents=["r1-0.pdf", "b"]).rules == []
    assert story.send("m3", "reply", K, documents=["c"]).rules == [("SEND-9", 5)]


@pytest.mark.parametrize(("reading", "second"), [("last", [L]), ("all", [K, L])])
def test_preset_is_what_was_chosen_before(reading, second):
    story = sent(readings={"preset_recipients": reading}).see(
        "preset", recipients=["K@example.org"]
    )
    story.send("m2", "reply", L).see("preset", recipients=second).send("m3", "reply")
    for one in (K, L):
        wanted = {"m3": True} if one in second else {}
        wanted |= {"m1": True} if one == K else {"m2": True}
        story.inbox(one, **wanted)
    assert story.rules == []


def test_wrong_preset_is_blamed():
    assert sent().see("preset", recipients=[]).rules == [("SEND-6", 3)]
    assert sent().see("preset", recipients=[K, K]).rules == [("SEND-12", 3)]
    assert sent().send("m2", "reply", L).see("preset", recipients=[K]).rules == [("SEND-7", 4)]
    assert fresh().see("preset", recipients=[]).rules == []


def test_note_changes_nothing_but_the_log():
    assert fresh().act("note", "anna", "refused", case=53, text="x").rules == [("SEND-2", 2)]
    assert fresh().act("note", "anna", "refused", case=53, text=" ").rules == []
    assert sent().act("note", "anna", case=53, text="x").see(cloud_status="OK").rules == [
        ("SEND-2", 4)
    ]


def release(story, right, outcome="ok", by="anna", recipient=K):
    return story.act(
        "set_release", by, outcome, case=53, recipient=recipient, create_messages=right
    )


def test_writing_takes_the_right_unless_withheld():
    assert release(sent(), False).reply(K, "r1", "m1").rules == [("REP-1", 4)]
    assert release(sent(), False).reply(K, "r1", "m1", outcome="refused").rules == []
    back = release(release(sent(), False), True)
    assert back.reply(K, "r1", "m1").rules == []
    assert back.reply(K, "r2", "m1", outcome="refused").rules == [("INB-10", 6)]
    assert back.reply(K, "r3", None, outcome="refused").rules[1:] == [("RGT-2", 7)]
    again = release(sent(), False).send("m2", "reply", K)
    assert again.reply(K, "r1", "m2").rules == [("RGT-2", 5)]
    assert again.reply(K, "r2", "m2", outcome="refused").rules == [("RGT-2", 5)]


def test_writing_takes_a_grant_under_that_reading():
    granted = {"reply_right": "if_granted"}
    assert sent(readings=granted).reply(K, "r1", "m1").rules == [("REP-1", 3)]
    assert sent(readings=granted).reply(K, "r1", "m1", outcome="refused").rules == []
    assert release(sent(readings=granted), True).reply(K, "r1", "m1").rules == []


def test_release_takes_a_role_and_an_address():
    assert release(sent().role("anna", "none"), True).rules == [("RGT-2", 4)]
    assert release(sent().role("anna", "none"), True, "refused").rules == []
    assert release(sent(), True, "refused").rules == [("RGT-2", 3)]
    assert release(sent(), True, recipient="x").rules == [("SEND-12", 3)]
    assert release(sent(), True, "refused", recipient="x").rules == []
    with pytest.raises(Unmentioned):
        release(Story(), True)


@pytest.mark.parametrize(("reading", "limit"), [("binary", 35 * MB), ("decimal", 35_000_000)])
def test_files_are_at_most_twenty_and_35_mb(reading, limit):
    def story():
        return sent("reply_with_file", readings={"megabyte": reading})

    assert story().reply(K, "r1", "m1", *[1] * 20).reply(K, "r2", "m1", limit).rules == []
    assert story().reply(K, "r1", "m1", *[1] * 21).rules == [("REP-4", 3)]
    assert story().reply(K, "r1", "m1", limit, 1).rules == [("REP-4", 3)]
    assert story().reply(K, "r1", "m1", limit, 1, outcome="refused").rules == []
    assert story().reply(K, "r1", "m1", *[1] * 20, outcome="refused").rules == [("REP-4", 3)]
    assert story().reply(K, "r1", "m1", limit, outcome="refused").rules == [("REP-4", 3)]


def test_legal_reply_that_is_refused_is_blamed():
    def refused(story, answers="m1", *sizes):
        return story.reply(K, "r9", answers, *sizes, outcome="refused").rules

    assert refused(sent()) == [("REP-1", 3)]
    assert refused(sent(), None) == [("REP-1", 3)]
    assert refused(sent("reply_with_file")) == [("INB-4", 3)]
    assert refused(sent(), "m1", 5) == [("REP-4", 3)]
    assert refused(sent().reply(K, "r1", "m1")) == [("INB-10", 4)]
    assert refused(sent().send("m2", "reply", K)) == [("INB-10", 4)]
    assert refused(sent().fault("portal", "down")) == []


def test_reply_takes_a_text_and_a_message_to_the_writer():
    assert sent().reply(K, "r1", "m1", text=" ").rules == [("REP-3", 3)]
    assert sent().reply(K, "r1", "m1", text=" ", outcome="refused").rules == []
    assert sent().reply(L, "r1", "m1").rules == [("ACC-4", 3)]
    assert sent().reply(L, "r1", "m1", outcome="refused").rules == []
    assert sent().send("m2", "reply", L).reply(L, "r1", "m1").rules == [("ACC-4", 4)]
    for case, answers in ((53, "m9"), (99, "m1")):
        with pytest.raises(Unmentioned):
            sent().reply(K, "r1", answers, case=case)


def test_repeated_act_with_the_same_message_is_one():
    story = sent().send("m1", "reply", K).reply(K, "r1", "m1").reply(K, "r1", "m1")
    assert story.see("activities", entries=[{"message": "m1"}, {"message": "r1"}]).rules == []


def test_opening_takes_a_message_to_the_viewer_and_no_release():
    assert sent().open(L).rules == [("ACC-4", 3)]
    assert sent().open(L, "m1").rules == [("ACC-4", 3)]
    assert sent().open(L, outcome="refused").rules == []
    assert sent().open(K, outcome="refused").rules == [("ACC-3", 3)]
    assert sent().open(K, "m1", outcome="refused").rules == [("ACC-3", 3)]
    assert sent().open(K, "m1", "reply", outcome="refused").rules == [("INB-2", 3)]
    assert sent().fault("portal", "down").open(K, outcome="refused").rules == []
    assert release(sent(), True, recipient=L).open(L).rules == []
    with pytest.raises(Unmentioned):
        sent().open(K, "m9")
    with pytest.raises(Unmentioned):
        sent().open(K, case=9)
    with pytest.raises(Unmentioned):
        sent().mark(K, "m9")


def test_click_that_names_no_message_may_mean_any():
    story = sent("acknowledge").send("m2", "acknowledge", K).open(K, via="attachments")
    assert story.inbox(K, m1=False, m2=True).inbox(K, m1=True, m2=True).rules == [("INB-8", 6)]
    assert sent().open(L, via="reply").rules == [("ACC-4", 3)]


def test_new_account_registers_once_before_it_is_used():
    story = sent("reply", K, L, registers=True).act("register", K).open(K).open(L)
    assert story.rules == [("ACC-2", 5)]
    assert sent().open(K).act("register", K).rules == []
    refused = sent().open(K, outcome="refused")
    assert refused.rules == [("ACC-3", 3)]
    assert refused.act("register", K).open(K).rules == []
    strict = Story(registers=True).case().send("m1", "reply", K).open(K, outcome="refused")
    assert strict.rules == []
    assert sent().act("register", K, "refused").rules == [("ACC-1", 3)]
    assert sent().act("register", K).act("register", K, "refused").rules == []


def test_link_serves_once_and_its_owner_only():
    def story():
        story = sent().see("mail", after=1, to=K, event="new_message", message="m1")
        return story.see("mail", after=1, to=K, event="registration", link="abc")

    assert story().act("register", K, link="abc").rules == []
    assert story().act("register", K, link="abc").act("register", K, link="abc").rules == [
        ("ACC-2", 6)
    ]
    assert story().act("register", L, link="abc").rules == [("ACC-2", 5)]
    used = story().act("register", K, link="abc").act("register", K, "refused", link="abc")
    assert used.act("register", K, "refused", link="new").rules == []
    assert story().act("register", K, "unknown", link="abc").rules == []


def test_bundles_are_bounded_and_answered():
    def bundle(**fields):
        return Story().replicate(bundles=[{"kind": "case", "records": 6000, **fields}]).rules

    assert bundle() == []
    assert bundle(records=6001) == [("RPL-4", 1)]
    assert bundle(result=3) == [("RPL-4", 1)]
    assert Story().replicate(3).rules == [("RPL-4", 1)]
    assert Story().replicate(0, outcome="refused").replicate(0, outcome="unknown").rules == []


def test_every_promise_has_a_name_a_meaning_and_what_it_judges():
    for promise in REGISTRY:
        assert promise.judges
        assert promise.meaning.endswith(".")
        assert "_" in promise.name
    assert len({promise.rule for promise in REGISTRY}) > 45


def test_who_received_one_message_of_a_case_cannot_open_another_one():
    story = sent("reply", L).send("m2", "reply", K)
    assert story.open(K, "m1", outcome="refused").rules == []
    assert story.open(K, "m1").rules == [("ACC-4", 5)]
