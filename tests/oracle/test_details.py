"""Details that only one line or one value shows."""

import pytest

from simulator.oracle import Finding
from tests.oracle.notation import DAY, MINUTE, SECOND, K, L, Story, fresh, sent

MB = 1024 * 1024
LATER = 24 * 60 * MINUTE
GRANTED = {"reply_right": "if_granted"}


def release(story, right=True, recipient=K):
    return story.act("set_release", "anna", case=53, recipient=recipient, create_messages=right)


# Refused acts


@pytest.mark.parametrize(
    "odd",
    [
        {"case": [1]},
        {"message": {}},
        {"text": 4},
        {"to": 3},
        {"to": [3]},
        {"to": {"x": 1}},
        {"documents": 3},
        {"documents": [3]},
    ],
)
def test_refused_send_with_odd_values_is_not_judged(odd):
    record = {"case": 53, "message": "m2", "text": "x", "expects": "reply", "to": [K]}
    assert sent().act("send", "anna", "refused", **record).rules == [("SEND-1", 3)]
    assert sent().act("send", "anna", "refused", **{**record, **odd}).rules == []


@pytest.mark.parametrize(
    "odd",
    [
        {"case": [1]},
        {"case": 99},
        {"answers": []},
        {"answers": "m9"},
        {"text": 4},
        {"files": 1},
        {"files": [1]},
        {"files": [{}]},
        {"files": [{"size": "x"}]},
        {"by": 3},
    ],
)
def test_refused_reply_with_odd_values_is_not_judged(odd):
    record = {"case": 53, "message": "r1", "answers": "m1", "text": "x", "files": [], "by": K}
    assert sent().tell(act="reply", outcome="refused", **record).rules == [("REP-1", 3)]
    assert sent().tell(act="reply", outcome="refused", **{**record, **odd}).rules == []


@pytest.mark.parametrize("via", ["widget", "case", "attachments", "message", "reply"])
def test_no_click_is_refused(via):
    message = None if via in {"widget", "case"} else "m1"
    rule = "INB-2" if via in {"attachments", "reply"} else "ACC-3"
    assert sent().open(K, message, via, outcome="refused").rules == [(rule, 3)]


def test_registration_excuses_all_that_was_refused_before():
    story = sent("acknowledge").open(K, outcome="refused").mark(K, "m1", outcome="refused")
    story.reply(K, "r1", "m1", outcome="refused")
    assert story.rules == [("ACC-3", 3), ("INB-5", 4), ("REP-1", 5)]
    assert story.act("register", "K@Example.org").rules == []


def test_refused_reply_about_the_limit_is_blamed_on_the_limit():
    def refused(*sizes):
        story = sent().reply(K, "r1", "m1")
        return story.reply(K, "r9", "m1", *sizes, outcome="refused").rules

    assert refused(34 * MB) == [("INB-10", 4)]
    assert refused(35 * MB - 1_000_000) == [("INB-10", 4)]
    assert refused(35 * MB - 999_999) == [("REP-4", 4)]
    assert refused(*[1] * 19) == [("INB-10", 4)]
    assert refused(*[1] * 20) == [("REP-4", 4)]


def test_refused_send_names_who_is_preset():
    finding = sent("reply", K, L).send("m9", "reply", outcome="refused").verdict.findings[0]
    assert finding.because == f"the recipients are preset: {K}, {L}"


def test_refused_send_is_right_where_one_possible_state_refuses_it():
    story = sent().reply(K, "r1", "m1", 5, outcome="unknown")
    story.send("m2", "reply", K, documents=["r1-0.pdf"], outcome="refused")
    assert story.rules == []
    story = Story().tell(given="case", case=53).send("m1", "reply", K, outcome="refused")
    assert story.rules == [("SEND-1", 2)]


# The number alone


def test_number_alone_decides_whether_a_reply_happened():
    def unknown():
        return sent().reply(K, "r1", "m1", outcome="unknown")

    answered = unknown().see("inbox", K, unread=0)
    assert answered.see(cloud_status="OK").verdict.kept
    assert answered.see(cloud_status="Antwort").rules == [("STA-3", 6)]
    silent = unknown().see("inbox", K, unread=1)
    assert silent.see(cloud_status="Antwort").verdict.kept
    assert silent.see(cloud_status="OK").rules == [("STA-2", 6)]


def test_number_counts_all_cases():
    story = sent().case(54).send("m2", "reply", K, case=54)
    assert story.see("inbox", K, unread=2).rules == []
    soon = story.send("m3", "reply", K, case=54)
    for number in (2, 3):
        assert soon.see("inbox", K, unread=number, after=1).rules == []
    finding = soon.see("inbox", K, unread=4, after=1).verdict.findings[0]
    assert (finding.rule, finding.demanded) == ("INB-1", "3")
    assert sent().see("inbox", L, unread=0).rules == []


def test_number_is_judged_in_a_fork_too():
    oracle = sent().oracle.fork()
    found = oracle.take(3, Story().at + LATER, {"see": "inbox", "by": K, "unread": 0})
    assert [(one.rule, one.line) for one in found] == [("INB-1", 3)]


# The log and its arrivals


def test_entries_may_name_their_message_or_not():
    def log(*entries):
        return sent().reply(K, "r1", "m1").see("activities", entries=list(entries)).rules

    assert log({}, {"message": "r1"}) == []
    assert log({"message": "m1"}, {"text": "Here"}) == []
    assert log({"text": "Here"}, {"message": "r1"}) == [("LOG-1", 4)]
    assert log({}, {"message": "m1"}) == [("LOG-3", 4)]
    assert log({"message": "r1"}, {}) == [("LOG-3", 4)]
    assert log({}, {}, {}) == [("SEND-10", 4)]
    assert log({}) == [("DLV-5", 4)]


def test_author_of_a_sent_message_is_named_as_in_the_mvp():
    entries = [{"message": "m1", "author": "Anna"}]
    assert sent().see("activities", entries=entries).rules == [("LOG-1", 3)]


def test_reply_arrives_by_its_deadline():
    story = sent().reply(K, "r1", "m1")
    assert story.see("arrival", message="r1", after=2 * SECOND).rules == []
    story = sent().reply(K, "r1", "m1")
    assert story.see("arrival", message="r1", after=2 * SECOND + 1).rules == [("DLV-5", 4)]


def test_each_reply_arrives_alone():
    def story(second):
        story = sent("reply", K, L).fault("link", "down").reply(K, "r1", "m1")
        return story.reply(second, "r2", "m1")

    one = story(K).see("arrival", message="r1").see(cloud_status="OK")
    assert one.see("arrival", message="r2").rules == []
    two = story(L).see("arrival", message="r2").see(cloud_status="OK")
    assert two.see("arrival", message="r1").rules == []
    two.see("activities", entries=[{"message": name} for name in ("m1", "r2", "r1")])
    assert two.rules == []
    late = story(K).see("arrival", message="r2")
    assert late.see("arrival", message="r1").rules == [("DLV-5", 6), ("DLV-5", 7)]
    assert story(K).see("arrival", message="r2").see(follow_up_on=DAY).rules == [("DLV-5", 6)]


def test_arrival_tells_possible_states_apart():
    story = sent().reply(K, "r1", "m1", outcome="unknown")
    assert story.see("arrival", message="r1", after=SECOND).verdict.kept
    assert story.inbox(K, m1=True).rules == [("INB-3", 5)]


# The page of a case


def test_writer_without_a_message_sees_what_they_wrote():
    def written():
        return release(sent(), recipient=L).reply(L, "r1", None)

    assert written().see("portal_case", L, text="Here").rules == []
    assert release(sent(), recipient=L).see("portal_case", L, text="x").rules == [("ACC-4", 4)]
    assert release(sent(), recipient=L).see("portal_case", L, subject="Roof").rules == []
    assert sent().see("portal_case", L, documents=["a.pdf"]).rules == [("ACC-4", 3)]


def test_page_shows_the_own_reply_or_the_newest_message():
    story = sent().reply(K, "r1", "m1").see("portal_case", K, text="Here")
    assert story.see("portal_case", K, text="Please look").rules == []
    story.send("m2", "reply", K, text="Again").see("portal_case", K, text="Again")
    assert story.rules == []
    assert story.see("portal_case", K, text="Here").rules == [("REP-2", 8)]


def test_page_offers_no_button_where_nothing_grants_the_right():
    assert sent(readings=GRANTED).see("portal_case", K, button=None).rules == []
    assert sent(readings=GRANTED).see("portal_case", K, button="reply").rules == []
    story = release(sent(readings=GRANTED)).see("portal_case", K, button=None)
    assert story.rules == [("REP-2", 4)]


def test_page_shows_own_files_without_demanding_them():
    story = sent().reply(K, "r1", "m1", 5).see("portal_case", K, documents=["r1-0.pdf"])
    assert story.see("portal_case", K, documents=[]).rules == []


# The case


def test_follow_up_of_a_delayed_reply_is_within_the_outage():
    def seen(day):
        story = sent().fault("link", "down").reply(K, "r1", "m1")
        return story.see(follow_up_on=day, after=2 * LATER)

    for day in (DAY, "2024-02-20", "2024-02-21"):
        assert seen(day).rules == []
    assert seen(None).rules == []  # it may not have arrived yet
    for day in ("2024-02-18", "2024-02-22"):
        assert seen(day).rules == [("REP-6", 5)]
        assert seen(day).see(follow_up_on=day).verdict.findings[0].count == 1
    story = sent().see(follow_up_on="2024-02-22").see(follow_up_on="2024-02-22")
    assert story.verdict.findings[0].count == 1


def test_status_in_the_case_list_is_learned_and_held_against_the_case():
    story = Story().tell(given="case", case=53)
    story.see("case_list", cases=[{"case": 53, "cloud_status": "Info"}])
    assert story.see(cloud_status="OK").rules == [("STA-1", 3)]


def test_case_list_says_who_read_the_message():
    story = sent("acknowledge").open(K)
    story.see("case_list", cases=[{"case": 53, "cloud_status": "OK"}])
    assert story.verdict.findings[0].because == (
        f"the case itself has Info: m1 was sent last and asks to acknowledge; {K} read it {DAY}"
    )


def test_case_list_in_an_open_state_decides_it():
    story = sent().reply(K, "r1", "m1", outcome="unknown")
    story.see("case_list", cases=[{"case": 53, "cloud_status": "OK"}])
    assert story.inbox(K, m1=True).rules == [("INB-3", 5)]


# Clicks that name no message


def test_click_of_unknown_outcome_may_mean_any_message_or_none():
    def click():
        story = sent("acknowledge").send("m2", "acknowledge", K)
        return story.open(K, via="reply", outcome="unknown")

    for one, two in ((True, True), (False, True), (True, False)):
        assert click().inbox(K, m1=one, m2=two).rules == []
    assert click().inbox(K, m1=False, m2=False).rules == [("INB-2", 5)]
    assert click().verdict.undecided == (
        "line 4: whether the open of unknown outcome happened was never shown",
    )
    story = sent().open(L, via="reply", outcome="unknown")
    assert story.verdict.kept


def test_click_in_a_fork_is_its_own():
    story = sent("acknowledge").send("m2", "acknowledge", K)
    fork = story.oracle.fork()
    record = {"act": "open", "by": K, "case": 53, "via": "attachments", "outcome": "ok"}
    assert fork.take(4, story.at + MINUTE, record) == ()
    assert story.inbox(K, 2, m1=True, m2=True).rules == []
    both = [{"message": name, "unread": True} for name in ("m1", "m2")]
    seen = {"see": "inbox", "by": K, "messages": both}
    assert [one.rule for one in fork.take(5, story.at + MINUTE, seen)] == ["INB-2"]


# Within the limit


def test_within_the_limit_a_message_may_be_clicked_and_seen_or_not():
    story = sent("acknowledge").open(K, via="attachments", after=SECOND)
    assert story.inbox(K, m1=False).rules == []
    for text in ("Please look", None):
        assert sent().see("portal_case", K, text=text, after=SECOND).rules == []
    assert sent().see("portal_case", K, text="Else", after=SECOND).rules != []


def test_within_the_limit_the_case_list_may_be_as_before():
    for status in ("Antwort", "OK"):
        story = sent().reply(K, "r1", "m1")
        story.see("case_list", after=SECOND, cases=[{"case": 53, "cloud_status": status}])
        assert story.rules == []


def test_within_the_limit_a_release_may_have_arrived_or_not():
    for outcome in ("ok", "refused"):
        story = sent().inbox(K, m1=True)
        release(story, right=False).reply(K, "r1", "m1", after=SECOND, outcome=outcome)
        assert story.rules == []


def test_number_decides_by_itself():
    story = sent().reply(K, "r1", "m1", outcome="unknown").see("inbox", K, unread=0)
    assert story.see(cloud_status="Antwort").rules == [("STA-3", 5)]
    story = sent().reply(K, "r1", "m1", outcome="unknown").see("inbox", K, unread=1)
    assert story.see(cloud_status="OK").rules == [("STA-2", 5)]


def test_preset_that_is_not_a_part_of_those_chosen_before_is_blamed_on_the_preset():
    assert sent().send("m2", "reply", L).see("preset", recipients=[K, L]).rules == [("SEND-6", 4)]


def test_failed_run_is_not_blamed_for_a_subject_that_never_was():
    story = sent().act("edit_case", "anna", case=53, subject="Shed").replicate(2)
    assert story.see("portal_case", K, subject="Barn").rules == [("RPL-2", 5)]


def test_each_act_of_unknown_outcome_is_told():
    story = sent("acknowledge").reply(K, "r1", "m1", outcome="unknown")
    story.open(K, via="reply", outcome="unknown")
    assert [line.split(":")[0] for line in story.verdict.undecided] == ["line 3", "line 4"]


def test_with_a_limit_of_0_an_outage_still_delays():
    story = Story(limit_us=0).case().fault("link", "down").send("m1", "reply", K)
    story.inbox(K, after=0).see(after=0, under_way=["m1"])
    story.fault("link", "up").inbox(K, after=1, m1=True)
    assert story.rules == []
    held = {"receipt_transport": "replication"}
    story = sent("acknowledge", readings=held, limit_us=0).open(K).see(acknowledged_on=None)
    assert story.replicate().see(acknowledged_on=DAY).rules == []


def test_mail_may_speak_of_a_message_without_naming_its_documents():
    story = fresh().act("add_document", "anna", case=53, document="offer.pdf")
    story.act("add_document", "anna", case=53, document="x")
    story.send("m1", "reply", K, documents=["offer.pdf", "x"])
    story.see("mail", after=1, to=K, event="new_message", message="m1", body="a box of news")
    assert story.rules == []


# Acts that only now and then make a difference


def test_case_that_a_document_or_a_note_begins_never_communicated():
    for story in (
        Story().act("add_document", "anna", case=53, document="a.pdf"),
        Story().act("note", "anna", case=53, text="x"),
    ):
        assert story.see(cloud_status="", acknowledged_on=None).rules == []
        assert len(story.see(cloud_status="OK").rules) == 1


def test_documents_of_unknown_outcome_may_all_be_there():
    story = fresh()
    for name in ("a.pdf", "b.pdf"):
        story.act("add_document", "anna", "unknown", case=53, document=name)
    assert story.send("m1", "reply", K, documents=["a.pdf", "b.pdf"]).rules == []
    story = sent().reply(K, "r1", "m1", outcome="unknown")
    story.act("add_document", "anna", case=53, document="c.pdf").see(cloud_status="Antwort")
    assert story.send("m2", "reply", K, documents=["c.pdf"]).rules == []


def test_sharing_a_document_that_perhaps_was_filed_may_be_refused():
    def refused(outcome):
        story = fresh().act("add_document", "anna", outcome, case=53, document="c.pdf")
        return story.send("m1", "reply", K, documents=["c.pdf"], outcome="refused").rules

    assert refused("unknown") == []
    assert refused("ok") == [("SEND-9", 3)]


def test_refused_note_without_a_text_is_not_judged():
    assert sent().act("note", "anna", "refused", case=53).rules == []
    assert sent().act("note", "anna", "refused", case=99, text="x").rules == []


def test_note_that_does_not_tell_its_text_is_held_against_none():
    story = Story().act("note", "anna", case=53)
    assert story.see("activities", entries=[{"text": "any"}]).rules == []


def test_refused_change_of_mails_or_runs_changes_nothing():
    story = fresh().act("set_mail", "anna", "refused", event="new_message", enabled=False)
    story.send("m1", "reply", K).see("mail", after=1, to=K, event="new_message", message="m1")
    assert story.rules == []
    story = sent().see(cloud_status="Antwort").replicate(0, outcome="refused")
    assert story.see(cloud_status="OK").rules == [("STA-2", 5)]


def test_roles_and_addresses_of_several_caseworkers_are_kept():
    story = Story().role("anna", "Benutzer", email=K).role("bert", "none", email=L).case()
    story.send("m1", "reply", K, L)
    for one in (K, L):
        story.see("mail", after=1, to=one, event="registration")
    assert [rule for rule, _ in story.rules[:2]] == ["ACC-5", "ACC-5"]
    story = fresh().role("bert", "none").role("anna", "none").role("anna", "x", outcome="unknown")
    assert story.send("m1", "reply", K).rules == []
    assert story.send("m2", "reply", K, by="bert").rules == [("RGT-1", 6)]


@pytest.mark.parametrize(
    ("result", "outcome", "allowed"),
    [
        (0, "ok", {"Shed"}),
        (1, "ok", {"Roof", "Shed"}),
        (2, "ok", {"Roof"}),
        (0, "unknown", {"Roof", "Shed"}),
        (1, "unknown", {"Roof", "Shed"}),
        (2, "unknown", {"Roof"}),
        (0, "refused", {"Roof"}),
    ],
)
def test_run_carries_all_some_or_nothing(result, outcome, allowed):
    for subject in ("Roof", "Shed"):
        story = sent().act("edit_case", "anna", case=53, subject="Shed")
        story.replicate(result, outcome=outcome).see("portal_case", K, subject=subject)
        assert (story.rules == []) is (subject in allowed)


def test_runs_are_counted_one_by_one():
    story = sent()
    for i, result in enumerate((0, 2, 0, 2, 2, 0)):
        story.act("edit_case", "anna", case=53, subject=f"s{i}").replicate(result)
    assert story.see("portal_case", K, subject="s5").rules == []
    assert story.see("portal_case", K, subject="s4").rules == [("RPL-2", story.line)]
    story = sent().replicate(2).act("edit_case", "anna", case=53, subject="s6").replicate()
    assert story.see("portal_case", K, subject="Roof").rules == [("RPL-2", 6)]


@pytest.mark.parametrize("result", [0, 1, 2])
def test_bundle_may_be_answered_in_three_ways(result):
    bundle = {"kind": "case", "records": 1, "result": result}
    assert Story().replicate(result, bundles=[bundle]).rules == []


@pytest.mark.parametrize("result", [-1, 3])
def test_no_other_answer_of_a_bundle_is_right(result):
    bundle = {"kind": "case", "records": 1, "result": result}
    assert Story().replicate(bundles=[bundle]).rules == [("RPL-4", 1)]


def test_mark_of_an_older_message_does_not_show():
    story = sent("acknowledge").send("m2", "acknowledge", K).mark(K, "m1")
    assert story.see(acknowledged_on=None).see(acknowledged_on=DAY).rules == [("STA-6", 6)]
    story = sent("acknowledge").send("m2", "acknowledge", K).mark(K, "m2")
    assert story.see(acknowledged_on=None).rules == [("STA-4", 5)]


def test_acts_of_new_accounts_wait_for_a_registration():
    def strict():
        return sent("acknowledge", registers=True)

    assert strict().mark(K, "m1").rules == [("ACC-2", 3)]
    assert strict().reply(K, "r1", "m1").rules == [("ACC-2", 3)]
    assert strict().mark(K, "m1", outcome="unknown").rules == []
    assert strict().mark(K, "m1", outcome="refused").rules == []


def test_answer_covers_only_what_was_unread_and_its_own_message_not_twice():
    both = {"reply_scope": "case", "last_communication": "last_sent"}
    story = sent("acknowledge", readings=both).open(K).send("m2", "acknowledge", K)
    story.send("m3", "reply", K).reply(K, "r1", "m2")
    story.inbox(K, m1={"answered": False}, m2={"answered": True}, m3={"answered": False})
    assert story.see(cloud_status="Antwort", acknowledged_on=None).rules == []
    two = sent("reply", K, L, readings=both).send("m2", "acknowledge", K, L).reply(L, "r1", "m1")
    two.see(acknowledged_on=DAY).inbox(K, m1=True, m2=True)
    assert two.rules == []
    assert (
        two.see(acknowledged_on=None).verdict.findings[0].because.endswith(f"; {L} read it {DAY}")
    )


def test_wrong_status_is_found_once_while_it_stays_the_same():
    story = sent().see(cloud_status="OK").see(cloud_status="OK").see(cloud_status="OK")
    assert story.verdict.findings[0].count == 1
    assert story.see(cloud_status="Antwort").verdict.findings[0].count == 2


def test_notice_of_a_message_that_is_there_leaves_it_as_it_is():
    story = sent().see("inbox", K, after=SECOND, messages=[{"message": "m1", "unread": True}])
    story.see("mail", after=1, to=K, event="new_message", message="m1")
    story.see("mail", after=1, to=K, event="registration").inbox(K, 1, m1=True)
    assert story.rules == []
    again = story.see("mail", to=K, event="new_message", message="m1")
    assert again.rules == [("MAIL-1", 7)]


def test_notices_to_several_recipients_are_told_apart():
    story = sent("reply", K, L)
    for one in (K, L):
        story.see("mail", after=1, to=one, event="new_message", message="m1")
        story.see("mail", after=1, to=one, event="registration")
    assert story.inbox(K, m1=True).inbox(L, m1=True).rules == []
    for one in (K, L):
        story.see("mail", to=one, event="new_message", message="m1")
    assert story.rules == [("MAIL-1", 9), ("MAIL-1", 10)]


def test_message_of_one_is_not_read_by_others():
    story = sent("acknowledge").send("m2", "acknowledge", K, L).open(L)
    assert story.inbox(K, m1=False, m2=True).rules == [("INB-2", 5)]
    assert story.inbox(K, m1=True, m2=False).rules == [("INB-2", 5), ("INB-9", 6)]


def run(result, *answers, **more):
    bundles = [{"kind": "case", "records": 1, "result": answer} for answer in answers]
    return Story().replicate(result, bundles=bundles, **more)


@pytest.mark.parametrize(
    ("told", "because"),
    [
        (lambda: run(0, 0, 2), "bundle 2 of the run was answered with 2, so not all was taken"),
        (lambda: run(0, 1, 2), "bundle 1 of the run was answered with 1, so not all was taken"),
        (lambda: run(0, failed=3), "failed says 3, so not all was taken"),
    ],
)
def test_a_run_of_which_not_all_was_taken_is_not_answered_with_0(told, because):
    assert told().verdict.findings == (
        Finding("RPL-4", 1, "result 0 (all taken)", "1 or 2", because),
    )


def test_a_run_is_answered_as_its_bundles_were():
    for told in (run(0, 0, 0), run(0, 0, failed=0), run(1, 0, 1), run(1, 2, 0), run(2, 2), run(2)):
        assert told.rules == []
    assert Story().replicate(bundles=[{"kind": "case", "records": 1}]).rules == []


def test_a_run_of_which_not_all_was_taken_carried_perhaps_a_part():
    bundles = [{"kind": "case", "records": 1, "result": 1}]
    for subject in ("Roof", "Shed"):
        story = sent().act("edit_case", "anna", case=53, subject="Shed").replicate(bundles=bundles)
        assert story.see("portal_case", K, subject=subject).rules == [("RPL-4", 4)]
