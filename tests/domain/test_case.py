from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from reference.domain.acts import (
    AddDocument,
    CreateCase,
    EditCase,
    File,
    SendMessage,
    WriteNote,
)
from reference.domain.case import (
    Case,
    CaseFields,
    Channel,
    Shown,
    create_case,
    create_case_with_message,
    decide_case,
    fields_for,
    listed_for,
    replicated,
    replication_changes_cases,
    take_into_case,
)
from reference.domain.facts import (
    CaseChanged,
    CaseCreated,
    DocumentFiled,
    Entry,
    EntryLogged,
    Envelope,
    Message,
    MessageArrived,
    ReadMark,
    Release,
    ReleaseSet,
    Reply,
)
from reference.domain.refusals import Refusal
from reference.domain.rules import CaseChange
from reference.domain.words import (
    STATUS_TEXTS,
    CaseEvent,
    CloudRole,
    CloudStatus,
    Day,
    EntryKind,
    Transport,
)
from tests.domain.notation import (
    ACK,
    DAY,
    FILE,
    NOON,
    PHOTO,
    REPLY,
    RULES,
    J,
    K,
    World,
    message,
    new_case,
    ok,
    refused,
    release,
)

NINETEENTH = date(2024, 2, 19)
STAMP = "anna am 19.02.2024 12:18:16"
CARRIED = "cloudtransfer am 19.02.2024 12:18:16"


def reply(name="r1", answers="m1", asked=ACK, files=(), number=1, by=K):
    content = Reply(name, answers, asked, f"text of {name}", files, NOON)
    return Envelope(53, by, number, content)


def test_a_new_case_has_no_status_and_is_marked_for_replication():
    decision = ok(create_case(None, CreateCase(53, "anna", "Hail", NINETEENTH), NOON, RULES))
    assert decision.state == Case(53, "Hail", NINETEENTH)
    assert decision.state.status is CloudStatus.NONE
    assert decision.facts == (CaseCreated(53, "anna"), CaseChanged(53, "Hail", NINETEENTH))
    assert decision.envelopes == ()


def test_what_is_not_said_of_a_case_or_an_act_is_empty():
    nothing = ("", None, CloudStatus.NONE, None, None, None, (), frozenset())
    assert Case(53) == Case(53, *nothing)
    assert (Case(53).channels, Case(53).revision) == ({}, 0)
    assert CreateCase(53, "anna") == CreateCase(53, "anna", "", None)
    assert AddDocument("anna", "a.pdf") == AddDocument("anna", "a.pdf", 0)
    send = ("anna", CloudRole.USER, "m1", "text", "reply")
    assert SendMessage(*send) == SendMessage(*send, None, ())


def test_a_case_number_is_given_once():
    refused(create_case(new_case(), CreateCase(53, "anna"), NOON, RULES), Refusal.CASE_EXISTS)


def test_a_new_case_with_a_message_creates_both_or_neither():
    act = CreateCase(53, "anna", "Hail")
    both = ok(create_case_with_message(None, act, message(), NOON, RULES))
    assert both.state.status is CloudStatus.INFO
    assert [type(fact) for fact in both.facts] == [CaseCreated, CaseChanged, EntryLogged]
    assert [envelope.recipient for envelope in both.envelopes] == [K]
    nobody = create_case_with_message(None, act, message(to=()), NOON, RULES)
    refused(nobody, Refusal.NO_RECIPIENT)
    twice = create_case_with_message(new_case(), act, message(), NOON, RULES)
    refused(twice, Refusal.CASE_EXISTS)


def test_edited_data_and_filed_documents_are_facts():
    decision = ok(decide_case(new_case(), EditCase("anna", "Roof", NINETEENTH), NOON, RULES))
    assert decision.state == Case(53, "Roof", NINETEENTH)
    assert decision.facts == (CaseChanged(53, "Roof", NINETEENTH),)
    decision = ok(decide_case(new_case("a.pdf"), AddDocument("anna", "b.pdf", 7), NOON, RULES))
    assert decision.state.documents == {"a.pdf", "b.pdf"}
    assert decision.facts == (DocumentFiled(53, "b.pdf", 7, None),)


def test_what_leaves_a_case_says_after_which_edit():
    case, revisions = new_case("a.pdf"), []

    def did(decision):
        nonlocal case
        case = ok(decision).state
        contents = (envelope.content for envelope in decision.envelopes)
        facts = (fact for fact in decision.facts if isinstance(fact, CaseChanged))
        revisions.extend(each.revision for each in (*contents, *facts))

    for act in (EditCase("anna", "Roof", None), EditCase("anna", "Roof", NINETEENTH)):
        did(decide_case(case, act, NOON, RULES))
    did(decide_case(case, AddDocument("anna", "b.pdf", 7), NOON, RULES))
    did(decide_case(case, message(), NOON, RULES))
    did(decide_case(case, release(may=False), NOON, RULES))
    did(take_into_case(case, Envelope(53, K, 1, ReadMark("m1", NOON)), NOON, RULES))
    did(take_into_case(case, reply(number=2), NOON + DAY, RULES))
    did(decide_case(case, message("m2"), NOON, RULES))
    first, second, *later = revisions
    assert first < second
    assert later == [second] * 4
    assert case.revision == second


def test_a_note_stays_inside():
    case = new_case()
    decision = ok(decide_case(case, WriteNote("bert", "called"), NOON, RULES))
    assert decision.state is case
    entry = Entry("bert", None, NOON, "bert am 19.02.2024 12:18:16", None, "called", (), None, ())
    assert decision.facts == (EntryLogged(53, entry),)
    assert decision.envelopes == ()


@pytest.mark.parametrize(
    ("expects", "status", "text"),
    [
        (ACK, "Info", "Warten auf Lesebestätigung des Empfängers"),
        (REPLY, "Antwort", "Wartet auf Antwort des Empfängers"),
        (FILE, "Datei", "Wartet auf Unterlagen des Empfängers"),
    ],
)
def test_sending_sets_the_status_and_clears_the_date(expects, status, text):
    case = evolve(new_case(), acknowledged_on=NINETEENTH, follow_up_on=NINETEENTH)
    after = ok(decide_case(case, message(expects=expects), NOON, RULES)).state
    assert after == Case(
        53,
        "Hail",
        NINETEENTH,
        CloudStatus(status),
        None,
        Shown("m1", expects),
        "m1",
        (K,),
        frozenset(),
    )
    assert STATUS_TEXTS[after.status] == text
    assert after.channels == {K: Channel(1, 0)}


def test_the_status_texts_are_those_of_the_screen():
    assert STATUS_TEXTS[CloudStatus.OK] == "Vorgang liegt beim Makler"
    assert STATUS_TEXTS[CloudStatus.NONE] == ""


def test_a_sent_message_is_logged_and_put_on_its_way_to_each_recipient():
    act = message(expects="reply", to=(" K@Example.org ", J, K), documents=("a.pdf", "a.pdf"))
    decision = ok(decide_case(new_case("a.pdf"), act, NOON, RULES))
    content = Message("m1", "text of m1", REPLY, "Hail", ("a.pdf",))
    assert decision.envelopes == (Envelope(53, K, 1, content), Envelope(53, J, 1, content))
    entry = Entry("anna", None, NOON, STAMP, "m1", "text of m1", (K, J), REPLY, ("a.pdf",))
    assert decision.facts == (EntryLogged(53, entry),)
    assert decision.mails == ()
    again = ok(decide_case(decision.state, message("m2", to=(J,)), NOON, RULES))
    assert [(e.recipient, e.number) for e in again.envelopes] == [(J, 2)]


def test_who_sends_is_named_in_the_stamp():
    act = message(by="cloudtransfer")
    (fact,) = ok(decide_case(new_case(), act, NOON, RULES)).facts
    assert fact.entry.stamp == "cloudtransfer am 19.02.2024 12:18:16"


@pytest.mark.parametrize("role", [CloudRole.USER, CloudRole.ADMINISTRATOR])
def test_both_cloud_roles_may_send_and_set_releases(role):
    ok(decide_case(new_case(), message(role=role), NOON, RULES))
    ok(decide_case(new_case(), release(may=True, role=role), NOON, RULES))


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (message(role=CloudRole.NONE), Refusal.ROLE_MISSING),
        (message(expects=None), Refusal.NO_EXPECTED_ACTION),
        (message(expects=""), Refusal.UNKNOWN_EXPECTED_ACTION),
        (message(expects="perhaps"), Refusal.UNKNOWN_EXPECTED_ACTION),
        (message(text=""), Refusal.BLANK_TEXT),
        (message(text=" \t\n"), Refusal.BLANK_TEXT),
        (message(to=()), Refusal.NO_RECIPIENT),
        (message(to=None), Refusal.NO_RECIPIENT),
        (message(to=(K, "nobody")), Refusal.MALFORMED_ADDRESS),
        (message(documents=("a.pdf", "other.pdf")), Refusal.FOREIGN_DOCUMENT),
        (release(may=True, role=CloudRole.NONE), Refusal.ROLE_MISSING),
        (release(may=True, recipient="nobody"), Refusal.MALFORMED_ADDRESS),
        (WriteNote("anna", "  "), Refusal.BLANK_TEXT),
    ],
)
def test_what_a_caseworker_gets_wrong_is_refused_and_changes_nothing(act, refusal):
    case = new_case("a.pdf")
    refused(decide_case(case, act, NOON, RULES), refusal)
    assert case == new_case("a.pdf")
    assert case.channels == {}
    refused(decide_case(None, act, NOON, RULES), Refusal.UNKNOWN_CASE)


@pytest.mark.parametrize(
    ("reading", "preset"), [("last", ("x@example.org",)), ("all", (K, J, "x@example.org"))]
)
def test_the_preset_follows_what_was_chosen(reading, preset):
    world = World(preset_recipients=reading)
    world.send("m1", "reply", (K, J))
    assert world.case.preset == (K, J)
    world.send("m2", "reply", ("x@example.org",))
    assert world.case.preset == preset
    world.send("m3", "reply", None)
    assert world.case.preset == preset
    assert world.boxes["x@example.org"].items[-1].message == "m3"
    assert len(world.boxes[K].items) == (2 if reading == "all" else 1)


def test_choosing_nobody_is_refused_even_with_a_preset():
    world = World()
    world.send("m1", "reply")
    act = message("m2", to=())
    refused(decide_case(world.case, act, NOON, RULES), Refusal.NO_RECIPIENT)


def test_a_release_is_a_fact_and_travels():
    act = release(may=False, recipient=" K@example.org")
    decision = ok(decide_case(new_case(), act, NOON, RULES))
    assert decision.facts == (ReleaseSet(53, K, False, "anna"),)
    assert decision.envelopes == (Envelope(53, K, 1, Release(False, "Hail")),)
    assert decision.state == new_case()
    assert decision.state.channels == {K: Channel(1, 0)}


def test_content_that_replication_carries_has_no_number():
    rules = evolve(RULES, transports={**RULES.transports, Release: Transport.REPLICATION})
    decision = ok(decide_case(new_case(), release(may=True), NOON, rules))
    assert decision.envelopes == (Envelope(53, K, 0, Release(True, "Hail")),)
    assert decision.state.channels == {}


def test_a_reply_arrives_with_entry_files_and_fields():
    case = ok(decide_case(new_case("a.pdf"), message(), NOON, RULES)).state
    files = (File("b.pdf", 1), File("c.pdf", 2))
    later = NOON + DAY
    decision = ok(take_into_case(case, reply(files=files), later, RULES))
    assert decision.state == Case(
        53,
        "Hail",
        date(2024, 2, 20),
        CloudStatus.OK,
        NINETEENTH,
        None,
        "m1",
        (K,),
        frozenset({"a.pdf", "b.pdf", "c.pdf"}),
    )
    assert decision.state.channels == {K: Channel(1, 1)}
    stamp = "cloudtransfer am 19.02.2024 12:18:16"
    names = ("b.pdf", "c.pdf")
    entry = Entry(K, "cloudtransfer", NOON, stamp, "r1", "text of r1", (), None, names)
    assert decision.facts == (
        MessageArrived(53, "r1", later),
        EntryLogged(53, entry),
        DocumentFiled(53, "b.pdf", 1, "r1"),
        DocumentFiled(53, "c.pdf", 2, "r1"),
        CaseChanged(53, "Hail", date(2024, 2, 20)),
    )
    assert decision.envelopes == ()
    second = ok(take_into_case(decision.state, reply("r2", number=2), later, RULES))
    assert [type(fact) for fact in second.facts] == [MessageArrived, EntryLogged]


def test_envelopes_are_taken_once_and_in_order_for_each_recipient():
    case = ok(decide_case(new_case(), message(to=(K, J)), NOON, RULES)).state
    case = ok(take_into_case(case, reply(), NOON, RULES)).state
    again = ok(take_into_case(case, reply(), NOON + DAY, RULES))
    assert again.state is case
    assert again.facts == ()
    refused(take_into_case(case, reply("r3", number=3), NOON, RULES), Refusal.ENVELOPE_GAP)
    other = ok(take_into_case(case, reply("r2", by=J), NOON, RULES)).state
    assert other.channels == {K: Channel(1, 1), J: Channel(1, 1)}
    refused(
        take_into_case(case, reply("r2", number=2, by="x@y.de"), NOON, RULES), Refusal.ENVELOPE_GAP
    )


def test_what_is_meant_for_the_mailbox_is_not_taken():
    envelope = Envelope(53, K, 1, Release(True, ""))
    refused(take_into_case(new_case(), envelope, NOON, RULES), Refusal.MISDIRECTED)


# Status and dates


def test_a_reply_sets_ok_and_both_dates():
    world = World()
    world.send("m1", "reply")
    assert world.fields == ("Antwort", None, None)
    world.replies("r1", at=NOON, arrives=NOON + DAY)
    assert world.fields == ("OK", 19, 20)
    world.send("m2", "reply_with_file", at=NOON + DAY)
    assert world.fields == ("Datei", None, 20)


@pytest.mark.parametrize(
    ("reading", "fields"), [("ok", ("OK", 20, 21)), ("unchanged", ("Datei", None, 21))]
)
def test_a_reply_without_a_file_to_a_file_request(reading, fields):
    world = World(fileless_reply=reading)
    world.send("m1", "reply_with_file")
    world.replies("r1", at=NOON + DAY, arrives=NOON + 2 * DAY)
    assert world.fields == fields
    assert world.read() == {"m1": False}
    world.replies("r2", files=PHOTO, at=NOON + 2 * DAY)
    assert world.fields == ("OK", 21, 21)
    assert world.read() == {"m1": True}
    world.send("m2", "reply", at=NOON + 3 * DAY)
    world.replies("r3", "m1", at=NOON + 3 * DAY)
    assert world.fields == (("OK", 22, 22) if reading == "ok" else ("Antwort", None, 22))
    world.replies("r4", "m2", at=NOON + 4 * DAY)
    assert world.fields == ("OK", 23, 23)


@pytest.mark.parametrize("via", ["widget", "message"])
def test_reading_an_information_sets_the_date_and_keeps_the_status(via):
    world = World()
    world.send("m1", "acknowledge")
    world.opens(via, "m1", at=NOON + DAY)
    assert world.fields == ("Info", 20, None)
    world.opens(at=NOON + 2 * DAY)
    assert world.fields == ("Info", 20, None)


def test_marking_an_information_read_sets_the_date():
    world = World()
    world.send("m1", "acknowledge")
    world.marks("m1", at=NOON + DAY)
    assert world.fields == ("Info", 20, None)


@pytest.mark.parametrize("expects", ["reply", "reply_with_file"])
@pytest.mark.parametrize(("reading", "day"), [("never", None), ("first_open", 20)])
def test_opening_a_request_sets_the_date_by_the_reading(expects, reading, day):
    world = World(acknowledge_on_open=reading, several_acknowledge="all")
    world.send("m1", expects, (K, J))
    world.opens(at=NOON + DAY)
    world.opens(by=J, at=NOON + 2 * DAY)
    status = "Antwort" if expects == "reply" else "Datei"
    assert world.fields == (status, day, None)


@pytest.mark.parametrize(
    ("reading", "after_one", "after_two"),
    [("first", 21, 20), ("latest", 21, 21), ("all", None, 21)],
)
def test_several_readers_set_the_date_by_the_reading(reading, after_one, after_two):
    world = World(several_acknowledge=reading)
    world.send("m1", "acknowledge", (K, J))
    world.take(Envelope(53, K, 1, ReadMark("m1", NOON + 2 * DAY)))
    assert world.fields == ("Info", after_one, None)
    world.take(Envelope(53, J, 1, ReadMark("m1", NOON + DAY)))
    assert world.fields == ("Info", after_two, None)
    assert world.case.shown == Shown("m1", ACK, frozenset(), date(2024, 2, after_two))


def test_the_latest_reading_moves_the_date_on():
    world = World(several_acknowledge="latest")
    world.send("m1", "acknowledge", (K, J))
    world.opens(at=NOON)
    world.opens(by=J, at=NOON + DAY)
    assert world.fields == ("Info", 20, None)


def test_all_waits_for_the_last_reader_only_where_the_message_is_an_information():
    world = World(several_acknowledge="all")
    world.send("m1", "acknowledge", (K, J))
    assert world.case.shown == Shown("m1", ACK, frozenset({K, J}))
    world.opens()
    assert world.case.shown == Shown("m1", ACK, frozenset({J}), NINETEENTH)
    world.send("m2", "reply", (K, J))
    assert world.case.shown == Shown("m2", REPLY)


def test_what_happens_to_older_messages_does_not_show():
    world = World()
    world.send("m1", "acknowledge")
    world.send("m2", "acknowledge")
    world.opens("message", "m1")
    assert world.fields == ("Info", None, None)
    world.replies("r1", None)
    world.marks("m2", at=NOON + DAY)
    assert world.fields == ("OK", 19, 19)


def test_with_newest_an_answer_to_an_older_message_shows():
    world = World()
    world.send("m1", "reply")
    world.send("m2", "reply_with_file")
    world.replies("r1", "m1")
    assert world.fields == ("OK", 19, 19)


def test_with_last_sent_only_the_last_sent_message_and_new_ones_show():
    world = World(last_communication="last_sent")
    world.send("m1", "reply")
    world.send("m2", "acknowledge")
    world.replies("r1", "m1")
    assert world.fields == ("Info", None, 19)
    world.marks("m2", at=NOON + DAY)
    assert world.fields == ("Info", 20, 19)
    world.replies("r2", "m2", at=NOON + 2 * DAY)
    assert world.fields == ("OK", 21, 21)
    world.replies("r3", "m1", at=NOON + 3 * DAY)
    assert world.fields == ("OK", 21, 22)
    world.replies("r4", None, at=NOON + 4 * DAY)
    assert world.fields == ("OK", 23, 23)


def test_a_read_mark_that_replication_carries_may_come_twice():
    world = World(receipt_transport="replication", several_acknowledge="latest")
    world.send("m1", "acknowledge")
    world.opens()
    assert world.fields == ("Info", None, None)
    (envelope,) = world.waiting
    assert envelope == Envelope(53, K, 0, ReadMark("m1", NOON))
    world.take(envelope, NOON + DAY)
    world.take(envelope, NOON + 2 * DAY)
    assert world.fields == ("Info", 19, None)
    assert world.case.channels == {K: Channel(1, 0)}


def test_a_reply_that_is_not_in_the_list_is_none_that_came_twice_whatever_its_number():
    world = World()
    world.send("m1", "reply")
    world.replies("r1")
    after_backup = Envelope(53, K, 1, Reply("r2", None, None, "Neues", (), NOON))
    known = take_into_case(world.case, after_backup, NOON, RULES, lambda _: True)
    assert ok(known).state is world.case
    taken = ok(take_into_case(world.case, after_backup, NOON, RULES, lambda _: False))
    assert MessageArrived(53, "r2", NOON) in taken.facts
    assert taken.state.channels == {K: Channel(1, 1)}


def test_a_read_mark_that_comes_twice_changes_nothing():
    world = World()
    world.send("m1", "acknowledge")
    envelope = Envelope(53, K, 1, ReadMark("m1", NOON))
    world.take(envelope, NOON + DAY)
    before = world.case
    world.take(envelope, NOON + 2 * DAY)
    assert (world.case, world.case.channels) == (before, before.channels)


def test_what_is_edited_later_has_a_greater_revision_even_after_a_backup():
    act = EditCase("anna", "Kfz", None)
    edits = [Case(53)]
    for at in (NOON, NOON, NOON + DAY):
        edits.append(ok(decide_case(edits[-1], act, at, RULES)).state)
    revisions = [case.revision for case in edits]
    assert sorted(set(revisions)) == revisions
    restored = ok(decide_case(edits[0], act, NOON + 2 * DAY, RULES)).state
    assert restored.revision > revisions[-1]


def test_a_late_winter_evening_in_utc_is_the_next_day_in_berlin():
    world = World()
    world.send("m1", "reply")
    world.replies("r1", at=datetime(2024, 2, 19, 23, 30, tzinfo=UTC))
    assert world.fields == ("OK", 20, 20)


def test_replication_leaves_the_case_fields_alone():
    world = World()
    world.send("m1", "acknowledge")
    world.opens()
    case = evolve(world.case, follow_up_on=date(2024, 3, 1))
    assert case.acknowledged_on == NINETEENTH
    assert replicated(case, NOON + DAY, RULES) == case
    assert not replication_changes_cases(RULES)


@pytest.mark.parametrize(
    ("day", "value"), [(Day.KEPT, 1), (Day.CLEARED, None), (Day.ARRIVED, 20), (Day.WRITTEN, 19)]
)
def test_each_kind_of_day_fills_the_fields(day, value):
    change = CaseChange(None, day, day)
    rules = evolve(RULES, case_changes={**RULES.case_changes, CaseEvent.CAME_BACK: change})
    first = date(2024, 2, 1)
    case = evolve(new_case(), acknowledged_on=first, follow_up_on=first)
    after = ok(take_into_case(case, reply(answers=None, asked=None), NOON + DAY, rules)).state
    assert (after.acknowledged_on and after.acknowledged_on.day) == value
    assert (after.follow_up_on and after.follow_up_on.day) == value
    assert after.status is CloudStatus.NONE


@pytest.mark.parametrize("day", [Day.KEPT, Day.CLEARED])
def test_a_read_mark_goes_by_the_table(day):
    change = CaseChange(CloudStatus.OK, day, Day.KEPT)
    rules = evolve(RULES, case_changes={**RULES.case_changes, CaseEvent.SEEN: change})
    case = ok(decide_case(new_case(), message(), NOON, rules)).state
    case = evolve(case, acknowledged_on=NINETEENTH)
    after = ok(take_into_case(case, Envelope(53, K, 1, ReadMark("m1", NOON)), NOON, rules)).state
    assert after.acknowledged_on == (NINETEENTH if day is Day.KEPT else None)
    assert after.status is CloudStatus.OK


@pytest.mark.parametrize(
    ("day", "value"),
    [(Day.KEPT, 1), (Day.CLEARED, None), (Day.SEEN, 19), (Day.WRITTEN, 19), (Day.ARRIVED, 20)],
)
def test_a_read_mark_moves_the_follow_up_date_by_the_table(day, value):
    change = CaseChange(None, Day.SEEN, day)
    rules = evolve(RULES, case_changes={**RULES.case_changes, CaseEvent.SEEN: change})
    case = ok(decide_case(new_case(), message(), NOON, rules)).state
    case = evolve(case, follow_up_on=date(2024, 2, 1))
    mark = Envelope(53, K, 1, ReadMark("m1", NOON))
    after = ok(take_into_case(case, mark, NOON + DAY, rules)).state
    assert (after.follow_up_on and after.follow_up_on.day) == value
    assert after.acknowledged_on == NINETEENTH


def test_a_read_mark_changes_the_date_and_what_it_goes_by_alone():
    act = message(to=(K, J), documents=("a.pdf",))
    case = ok(decide_case(new_case("a.pdf"), act, NOON, RULES)).state
    case = evolve(case, follow_up_on=date(2024, 3, 1))
    after = ok(take_into_case(case, Envelope(53, K, 1, ReadMark("m1", NOON)), NOON, RULES)).state
    shown = Shown("m1", ACK, seen_on=NINETEENTH)
    assert after == evolve(case, acknowledged_on=NINETEENTH, shown=shown)
    assert after.channels == {K: Channel(1, 1), J: Channel(1, 0)}


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Kiritimati", 20), ("Pacific/Pago_Pago", 19)])
def test_days_are_those_of_the_brokers_zone_wherever_the_machine_stands(zone, day):
    world = World()
    world.rules = evolve(world.rules, zone=ZoneInfo(zone))
    world.send("m1", "acknowledge")
    world.opens()
    assert world.fields == ("Info", day, None)
    world.replies("r1")
    assert world.fields == ("OK", day, day)


@pytest.mark.parametrize(
    ("day", "value"), [(Day.KEPT, 1), (Day.CLEARED, None), (Day.ARRIVED, 19), (Day.WRITTEN, 19)]
)
def test_sending_and_replication_go_by_the_table(day, value):
    change = CaseChange(None, day, day)
    events = dict.fromkeys((CaseEvent.SENT_TO_ACKNOWLEDGE, CaseEvent.REPLICATED), change)
    rules = evolve(RULES, case_changes={**RULES.case_changes, **events})
    first = date(2024, 2, 1)
    case = evolve(new_case(), acknowledged_on=first, follow_up_on=first, status=CloudStatus.OK)
    for after in (
        ok(decide_case(case, message(), NOON, rules)).state,
        replicated(case, NOON, rules),
    ):
        assert after.status is CloudStatus.OK
        assert (after.acknowledged_on and after.acknowledged_on.day) == value
        assert (after.follow_up_on and after.follow_up_on.day) == value


def test_the_status_after_replication_goes_by_the_table():
    case = evolve(new_case(), acknowledged_on=NINETEENTH, status=CloudStatus.OK)
    change = CaseChange(CloudStatus.INFO, Day.CLEARED, Day.KEPT)
    rules = evolve(RULES, case_changes={**RULES.case_changes, CaseEvent.REPLICATED: change})
    after = replicated(case, NOON, rules)
    assert (after.status, after.acknowledged_on) == (CloudStatus.INFO, None)


def test_entries_go_by_the_table():
    rules = evolve(RULES, entries={**RULES.entries, EntryKind.NOTE: (frozenset(),) * 2})
    facts = ok(decide_case(new_case(), WriteNote("anna", "called"), NOON, rules)).facts
    entry = Entry("anna", None, NOON, STAMP, None, "", (), None, ())
    assert facts == (EntryLogged(53, entry),) * 2


def entries_under(fields):
    """Write a note, send and take a reply where the table shows these fields of each entry."""
    rules = evolve(RULES, entries=dict.fromkeys(EntryKind, (frozenset(fields),)))
    case = new_case("a.pdf")
    note = ok(decide_case(case, WriteNote("anna", "called"), NOON, rules))
    act = message(expects="reply", documents=("a.pdf",))
    sent = ok(decide_case(case, act, NOON, rules))
    came = ok(take_into_case(sent.state, reply(files=PHOTO), NOON, rules))
    facts = (*note.facts, *sent.facts, *came.facts)
    return [fact.entry for fact in facts if isinstance(fact, EntryLogged)]


def test_an_entry_shows_author_and_moment_alone_where_the_table_names_no_field():
    ours = Entry("anna", None, NOON, STAMP, None, "", (), None, ())
    theirs = Entry(K, None, NOON, CARRIED, None, "", (), None, ())
    assert entries_under(()) == [ours, ours, theirs]


def test_an_entry_has_no_more_than_happened_where_the_table_names_every_field():
    fields = ("carried_by", "message", "text", "to", "expects", "files")
    assert entries_under(fields) == [
        Entry("anna", None, NOON, STAMP, None, "called", (), None, ()),
        Entry("anna", None, NOON, STAMP, "m1", "text of m1", (K,), REPLY, ("a.pdf",)),
        Entry(K, "cloudtransfer", NOON, CARRIED, "r1", "text of r1", (), None, ("photo.jpg",)),
    ]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (CloudRole.NONE, None),
        (CloudRole.USER, CloudStatus.OK),
        (CloudRole.ADMINISTRATOR, CloudStatus.OK),
    ],
)
def test_the_fields_are_for_the_cloud_roles_and_the_list_shows_the_same(role, seen):
    case = evolve(new_case(), status=CloudStatus.OK, acknowledged_on=NINETEENTH)
    day = None if seen is None else NINETEENTH
    assert fields_for(case, role, RULES) == CaseFields(seen, day)
    assert listed_for(case, role, RULES) is seen


def test_the_list_hides_the_status_whatever_it_would_show():
    rules = evolve(RULES, listed_status=lambda _: CloudStatus.FILE)
    case = evolve(new_case(), status=CloudStatus.OK)
    assert listed_for(case, CloudRole.USER, rules) is CloudStatus.FILE
    assert listed_for(case, CloudRole.NONE, rules) is None
