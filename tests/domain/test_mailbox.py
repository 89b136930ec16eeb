import pytest
from attrs import evolve

from reference.domain.acts import File, MarkRead, Open, WriteReply
from reference.domain.facts import (
    Envelope,
    MessageMarked,
    MessageReceived,
    ReadMark,
    Release,
    Reply,
    ReplyWritten,
)
from reference.domain.mailbox import (
    Mailbox,
    button,
    decide_mailbox,
    hint,
    may_write,
    replicated_mailbox,
    take_into_mailbox,
)
from reference.domain.mailbox_item import Item
from reference.domain.refusals import Refusal
from reference.domain.replication import Record
from reference.domain.words import Button, Deed, Effect, Hint, RecordKind
from tests.domain.notation import (
    ACK,
    DAY,
    FILE,
    NOON,
    PHOTO,
    REPLY,
    RULES,
    K,
    World,
    answer,
    mailbox,
    ok,
    received,
    refused,
    under,
)

OPENINGS = ("widget", "case", "attachments", "message", "reply")
DEEDS = {via: Open(via, "m1") for via in OPENINGS} | {
    "mark_read": MarkRead("m1"),
    "fileless": answer(),
    "with_file": answer(files=PHOTO),
    "new": answer(answers=None, files=PHOTO),
}
READ_AFTER = {
    ACK: {*OPENINGS, "mark_read", "fileless", "with_file"},
    REPLY: {"fileless", "with_file"},
    FILE: {"with_file"},
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("expects", [ACK, REPLY, FILE])
def test_a_deed_settles_a_message_by_its_expected_action(expects, deed):
    box = mailbox(expects)
    decision = decide_mailbox(box, DEEDS[deed], NOON, RULES)
    if deed == "mark_read" and expects is not ACK:
        refused(decision, Refusal.MARK_READ_NOT_AVAILABLE)
        assert box == mailbox(expects)
        return
    assert ok(decision).state.items == (
        Item(
            "m1",
            expects,
            read=deed in READ_AFTER[expects],
            opened=deed in OPENINGS,
            answered=deed in {"fileless", "with_file"},
        ),
    )


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("expects", [ACK, REPLY, FILE])
def test_a_message_once_read_stays_read_whatever_is_done(expects, deed):
    box = evolve(mailbox(expects), items=(Item("m1", expects, read=True),))
    (item,) = ok(decide_mailbox(box, DEEDS[deed], NOON, RULES)).state.items
    assert item.read


def test_what_is_not_said_of_a_mailbox_or_an_act_is_empty():
    box = Mailbox(53, K)
    assert box == Mailbox(53, K, "", (), (), None, None)
    assert (box.taken, box.sent, box.revision) == (0, 0, 0)
    assert Open("case") == Open("case", None)
    assert WriteReply("r1", None, "text") == WriteReply("r1", None, "text", ())


def test_mark_read_on_a_read_message_has_no_effect():
    box = evolve(mailbox(REPLY), items=(Item("m1", REPLY, read=True),))
    decision = ok(decide_mailbox(box, MarkRead("m1"), NOON, RULES))
    assert decision.state is box
    assert (decision.facts, decision.envelopes, decision.mails) == ((), (), ())


@pytest.mark.parametrize("via", ["widget", "case"])
@pytest.mark.parametrize(
    ("scope", "opened"), [("case", [True, True, True]), ("message", [False, False, True])]
)
def test_opening_a_case_opens_what_the_reading_names(via, scope, opened):
    box = mailbox(ACK, ACK, REPLY)
    after = ok(decide_mailbox(box, Open(via), NOON, under(open_scope=scope))).state
    assert [item.opened for item in after.items] == opened
    assert [item.read for item in after.items] == [*opened[:2], False]


@pytest.mark.parametrize("scope", ["case", "message"])
@pytest.mark.parametrize("via", ["attachments", "message", "reply"])
def test_a_click_at_an_entry_opens_its_message_alone(via, scope):
    box = mailbox(ACK, ACK, ACK)
    after = ok(decide_mailbox(box, Open(via, "m2"), NOON, under(open_scope=scope))).state
    assert [item.opened for item in after.items] == [False, True, False]
    assert [item.read for item in after.items] == [False, True, False]


def test_mark_read_reaches_one_message():
    after = ok(decide_mailbox(mailbox(ACK, ACK), MarkRead("m1"), NOON, RULES)).state
    assert [item.read for item in after.items] == [True, False]
    assert [item.opened for item in after.items] == [False, False]


@pytest.mark.parametrize(
    ("scope", "files", "read"),
    [
        ("message", (), [False, True, False]),
        ("message", PHOTO, [False, True, False]),
        ("case", (), [True, True, False]),
        ("case", PHOTO, [True, True, True]),
    ],
)
def test_an_answer_settles_what_the_reading_names(scope, files, read):
    act = answer(answers="m2", files=files)
    after = ok(decide_mailbox(mailbox(ACK, REPLY, FILE), act, NOON, under(reply_scope=scope))).state
    assert [item.read for item in after.items] == read
    assert [item.answered for item in after.items] == [False, True, False]


@pytest.mark.parametrize("scope", ["message", "case"])
def test_a_new_message_settles_nothing(scope):
    box = mailbox(ACK, REPLY, FILE)
    act = answer(answers=None, files=PHOTO)
    after = ok(decide_mailbox(box, act, NOON, under(reply_scope=scope))).state
    assert after.items == box.items


def test_opening_an_empty_mailbox_is_accepted():
    box = Mailbox(53, K, release=True)
    for scope in ("case", "message"):
        assert ok(decide_mailbox(box, Open("case"), NOON, under(open_scope=scope))).state is box


@pytest.mark.parametrize(
    ("box", "act", "refusal"),
    [
        (None, Open("case"), Refusal.NOT_ADDRESSED),
        (None, MarkRead("m1"), Refusal.NOT_ADDRESSED),
        (None, answer(), Refusal.NOT_ADDRESSED),
        (mailbox(ACK), Open("window"), Refusal.UNKNOWN_VIA),
        (mailbox(ACK), Open("message", "m9"), Refusal.UNKNOWN_MESSAGE),
        (mailbox(ACK), Open("reply", None), Refusal.UNKNOWN_MESSAGE),
        (mailbox(ACK), MarkRead("m9"), Refusal.UNKNOWN_MESSAGE),
        (mailbox(ACK), answer(answers="m9"), Refusal.UNKNOWN_MESSAGE),
        (mailbox(ACK), answer(text=" \n"), Refusal.BLANK_REPLY),
        (mailbox(ACK), answer(text=""), Refusal.BLANK_REPLY),
        (mailbox(ACK), answer(files=PHOTO * 21), Refusal.TOO_MANY_FILES),
        (evolve(mailbox(ACK), release=False), answer(), Refusal.WRITING_WITHHELD),
        (evolve(mailbox(ACK), release=False), answer(answers=None), Refusal.WRITING_WITHHELD),
    ],
)
def test_what_a_recipient_gets_wrong_is_refused(box, act, refusal):
    refused(decide_mailbox(box, act, NOON, RULES), refusal)


@pytest.mark.parametrize(("megabyte", "size"), [("binary", 36_700_160), ("decimal", 35_000_000)])
def test_exactly_35_megabytes_are_allowed_and_a_byte_more_is_not(megabyte, size):
    rules = under(megabyte=megabyte)
    two = (File("a", size - 1), File("b", 1))
    ok(decide_mailbox(mailbox(ACK), answer(files=two), NOON, rules))
    over = (*two, File("c", 1))
    refused(decide_mailbox(mailbox(ACK), answer(files=over), NOON, rules), Refusal.TOO_LARGE)


def test_exactly_20_files_are_allowed():
    ok(decide_mailbox(mailbox(ACK), answer(files=PHOTO * 20), NOON, RULES))


@pytest.mark.parametrize(
    ("reading", "release", "may"),
    [
        ("unless_withheld", None, True),
        ("unless_withheld", True, True),
        ("unless_withheld", False, False),
        ("if_granted", None, False),
        ("if_granted", True, True),
        ("if_granted", False, False),
    ],
)
def test_the_right_to_write_follows_release_and_reading(reading, release, may):
    rules = under(reply_right=reading)
    box = evolve(mailbox(REPLY), release=release)
    assert may_write(box, rules) is may
    assert button(box, rules) is (Button.REPLY if may else None)
    decision = decide_mailbox(box, answer(), NOON, rules)
    assert (decision is Refusal.WRITING_WITHHELD) is not may
    assert ok(decide_mailbox(box, Open("reply", "m1"), NOON, rules)).state.items[0].opened


def test_a_reply_is_written_shown_and_put_on_its_way():
    decision = ok(decide_mailbox(mailbox(FILE), answer(files=PHOTO), NOON, RULES))
    reply = Reply("r1", "m1", FILE, "My answer", PHOTO, NOON)
    assert decision.facts == (
        ReplyWritten(53, K, "r1", "m1", "My answer", PHOTO, NOON),
        MessageMarked(53, K, "m1", True, False, True, NOON),
    )
    assert decision.envelopes == (Envelope(53, K, 1, reply),)
    assert (decision.state.text, decision.state.sent, decision.state.taken) == ("My answer", 1, 1)
    assert decision.mails == ()


def test_a_new_message_asks_after_nothing():
    decision = ok(decide_mailbox(mailbox(FILE), answer(answers=None), NOON, RULES))
    assert decision.facts == (ReplyWritten(53, K, "r1", None, "My answer", (), NOON),)
    reply = Reply("r1", None, None, "My answer", (), NOON)
    assert decision.envelopes == (Envelope(53, K, 1, reply),)


def test_answering_an_information_sends_read_mark_and_reply_in_one_sequence():
    decision = ok(decide_mailbox(mailbox(ACK), answer(), NOON, RULES))
    contents = [(e.number, type(e.content)) for e in decision.envelopes]
    assert contents == [(1, ReadMark), (2, Reply)]
    again = ok(decide_mailbox(decision.state, answer("r2"), NOON, RULES))
    assert [(e.number, type(e.content)) for e in again.envelopes] == [(3, Reply)]


def test_opening_an_information_reports_it_once():
    decision = ok(decide_mailbox(mailbox(ACK, REPLY), Open("case"), NOON, RULES))
    assert decision.envelopes == (Envelope(53, K, 1, ReadMark("m1", NOON)),)
    assert decision.facts == (
        MessageMarked(53, K, "m1", True, True, False, NOON),
        MessageMarked(53, K, "m2", False, True, False, NOON),
    )
    again = ok(decide_mailbox(decision.state, Open("case"), NOON + DAY, RULES))
    assert again.state is decision.state
    assert (again.facts, again.envelopes) == ((), ())
    marked = ok(decide_mailbox(mailbox(ACK), MarkRead("m1"), NOON, RULES)).state
    assert ok(decide_mailbox(marked, Open("case"), NOON, RULES)).envelopes == ()


@pytest.mark.parametrize("expects", [REPLY, FILE])
def test_first_open_reports_a_request_once(expects):
    rules = under(acknowledge_on_open="first_open")
    first = ok(decide_mailbox(mailbox(expects), Open("case"), NOON, rules))
    assert first.envelopes == (Envelope(53, K, 1, ReadMark("m1", NOON)),)
    second = ok(decide_mailbox(first.state, answer(), NOON, rules)).envelopes
    assert [(envelope.number, type(envelope.content)) for envelope in second] == [(2, Reply)]
    assert ok(decide_mailbox(first.state, Open("case"), NOON, rules)).envelopes == ()


@pytest.mark.parametrize("expects", [REPLY, FILE])
def test_with_first_open_an_answer_alone_reports_no_opening(expects):
    rules = under(acknowledge_on_open="first_open")
    decision = ok(decide_mailbox(mailbox(expects), answer(files=PHOTO), NOON, rules))
    assert [type(envelope.content) for envelope in decision.envelopes] == [Reply]


def test_a_read_mark_by_replication_has_no_number():
    rules = under(receipt_transport="replication")
    decision = ok(decide_mailbox(mailbox(ACK), answer(), NOON, rules))
    assert [(e.number, type(e.content)) for e in decision.envelopes] == [(0, ReadMark), (1, Reply)]


def test_a_message_arrives_with_subject_and_documents():
    envelope = received(subject="Hail, roof", documents=("b.pdf", "a.pdf"))
    decision = ok(take_into_mailbox(None, envelope, NOON, RULES))
    assert decision.state == Mailbox(
        53, K, "Hail, roof", ("b.pdf", "a.pdf"), (Item("m1", ACK),), "text of m1"
    )
    assert decision.state.taken == 1
    fact = MessageReceived(53, K, "m1", "text of m1", ACK, ("b.pdf", "a.pdf"))
    assert decision.facts == (fact,)
    assert (decision.envelopes, decision.mails) == ((), ())
    more = received("m2", REPLY, 2, "Hail", ("a.pdf", "c.pdf"))
    after = ok(take_into_mailbox(decision.state, more, NOON, RULES)).state
    assert after.documents == ("b.pdf", "a.pdf", "c.pdf")
    assert (after.subject, after.text, after.taken) == ("Hail", "text of m2", 2)
    assert [item.message for item in after.items] == ["m1", "m2"]


def test_an_envelope_that_comes_again_is_ignored_and_one_too_early_is_kept_back():
    box = mailbox(ACK, REPLY)
    for number in (1, 2):
        again = ok(take_into_mailbox(box, received("m1", ACK, number), NOON, RULES))
        assert again.state is box
        assert again.facts == ()
    refused(take_into_mailbox(box, received("m4", ACK, 4), NOON, RULES), Refusal.ENVELOPE_GAP)
    refused(take_into_mailbox(None, received("m2", ACK, 2), NOON, RULES), Refusal.ENVELOPE_GAP)


def test_a_message_that_is_not_there_is_none_that_came_twice_whatever_its_number():
    box = mailbox(ACK, REPLY)
    taken = ok(take_into_mailbox(box, received("m3", FILE, 1), NOON, RULES)).state
    assert [item.message for item in taken.items] == ["m1", "m2", "m3"]
    assert taken.taken == box.taken
    again = ok(take_into_mailbox(taken, received("m3", FILE, 1), NOON, RULES)).state
    assert again is taken


def test_a_release_is_kept_whatever_is_sent_later():
    first = Envelope(53, K, 1, Release(False, "Hail"))
    box = ok(take_into_mailbox(None, first, NOON, RULES)).state
    assert box == Mailbox(53, K, "Hail", release=False)
    assert box.taken == 1
    box = ok(take_into_mailbox(box, received(number=2), NOON, RULES)).state
    assert box.release is False
    given = Envelope(53, K, 3, Release(True, "Newer"))
    box = ok(take_into_mailbox(box, given, NOON, RULES)).state
    assert (box.release, box.subject, box.taken) == (True, "Hail", 3)
    box = ok(take_into_mailbox(box, received("m2", number=4), NOON, RULES)).state
    assert box.release is True


def test_a_release_without_a_message_offers_a_new_message():
    assert button(Mailbox(53, K, release=True), RULES) is Button.NEW_MESSAGE
    ok(decide_mailbox(Mailbox(53, K, release=True), answer(answers=None), NOON, RULES))


def test_what_is_meant_for_the_case_is_not_taken():
    envelope = Envelope(53, K, 1, ReadMark("m1", NOON))
    refused(take_into_mailbox(None, envelope, NOON, RULES), Refusal.MISDIRECTED)


@pytest.mark.parametrize(
    ("expects", "unread", "hinted"),
    [
        (ACK, Button.NEW_MESSAGE, None),
        (REPLY, Button.REPLY, Hint.REPLY),
        (FILE, Button.REPLY, Hint.DOCUMENTS),
    ],
)
def test_button_and_hint_follow_what_the_newest_message_still_asks_for(expects, unread, hinted):
    box = mailbox(FILE, expects)
    assert button(box, RULES) is unread
    assert hint(box.items[-1], RULES) is hinted
    settled = evolve(box, items=(box.items[0], Item("m2", expects, read=True)))
    assert button(settled, RULES) is Button.NEW_MESSAGE
    assert hint(settled.items[-1], RULES) is None


def test_the_inbox_counts_what_is_unread():
    items = (Item("m1", ACK), Item("m2", ACK, read=True), Item("m3", FILE, opened=True))
    assert RULES.unread_count(items) == 2


def data(subject="New", revision=1):
    return Record(RecordKind.CASE, 53, "", (("subject", subject),), revision)


DOCUMENT = Record(RecordKind.DOCUMENT, 53, "a.pdf", (("size", "5"),), 1)


def test_replication_brings_the_subject_and_leaves_messages_alone():
    box = mailbox(ACK, REPLY, FILE)
    decision = ok(replicated_mailbox(box, data(), NOON, RULES))
    assert decision.state == evolve(box, subject="New")
    assert (decision.facts, decision.envelopes) == ((), ())
    assert ok(replicated_mailbox(box, DOCUMENT, NOON, RULES)).state is box
    assert ok(replicated_mailbox(decision.state, data(), NOON, RULES)).state is decision.state


def test_an_older_subject_that_arrives_later_does_not_come_back():
    def took(box, what):
        if isinstance(what, Record):
            return ok(replicated_mailbox(box, what, NOON, RULES)).state
        return ok(take_into_mailbox(box, what, NOON, RULES)).state

    def shown(*arrivals):
        box = None
        for what in arrivals:
            box = took(box, what)
        return box.subject, box.revision

    def message(number, subject, revision):
        return received(f"m{number}", ACK, number, subject, revision=revision)

    first, newer = message(1, "Hail", 0), message(2, "Newer", 2)
    assert shown(first, newer, data()) == ("Newer", 2)
    assert shown(first, data("Newer", 2), message(2, "New", 1)) == ("Newer", 2)
    assert shown(first, data("Newer", 2), data()) == ("Newer", 2)
    assert shown(Envelope(53, K, 1, Release(True, "Newer", 2)), data()) == ("Newer", 2)
    assert shown(first, data("Hail", 2), data()) == ("Hail", 2)
    released = Envelope(53, K, 2, Release(True, "Newest", 3))
    assert shown(first, data(), released) == ("New", 1)
    assert shown(first, data(), released, message(3, "Newer", 2)) == ("Newer", 2)
    deed = Open("case")
    opened = ok(decide_mailbox(took(took(None, first), data()), deed, NOON, RULES)).state
    assert opened.revision == 1


def test_reading_by_one_recipient_changes_nothing_for_another():
    world = World()
    world.send("m1", "acknowledge", (K, "j@example.org"))
    world.opens()
    assert world.read() == {"m1": True}
    assert world.read("j@example.org") == {"m1": False}


def rules_with(expects, deed, effect):
    row = {**RULES.effects[expects], deed: effect}
    return evolve(RULES, effects={**RULES.effects, expects: row})


def test_what_the_table_refuses_is_refused_whatever_the_deed():
    rules = rules_with(REPLY, Deed.REPLY, Effect.REFUSED)
    decision = decide_mailbox(mailbox(REPLY), answer(), NOON, rules)
    refused(decision, Refusal.MARK_READ_NOT_AVAILABLE)
    rules = rules_with(REPLY, Deed.REPLICATION, Effect.REFUSED)
    box = mailbox(ACK, REPLY)
    unchanged = ok(replicated_mailbox(box, data(), NOON, rules))
    assert unchanged.state is box


def test_what_replication_marks_by_the_table_is_told():
    rules = rules_with(ACK, Deed.REPLICATION, Effect.READ)
    decision = ok(replicated_mailbox(mailbox(ACK), DOCUMENT, NOON, rules))
    assert decision.state.items == (Item("m1", ACK, read=True),)
    assert decision.facts == (MessageMarked(53, K, "m1", True, False, False, NOON),)
    assert decision.envelopes == (Envelope(53, K, 1, ReadMark("m1", NOON)),)


def test_what_the_table_makes_unread_is_unread():
    rules = evolve(RULES, effects_on_read={**RULES.effects_on_read, Deed.OPEN_CASE: Effect.UNREAD})
    box = evolve(mailbox(ACK), items=(Item("m1", ACK, read=True, opened=True),))
    decision = ok(decide_mailbox(box, Open("case"), NOON, rules))
    assert decision.state.items == (Item("m1", ACK, read=False, opened=True),)
    assert decision.envelopes == ()


def test_a_release_by_message_goes_by_the_table():
    rules = evolve(RULES, release_after_message={None: None, True: True, False: True})
    box = Mailbox(53, K, release=False)
    assert ok(take_into_mailbox(box, received(), NOON, rules)).state.release is True


def test_a_read_mark_keeps_what_else_the_mailbox_has():
    box = Mailbox(53, K, "Hail", ("a.pdf",), (Item("m1", ACK),), "text", True, 7, 3)
    after = ok(decide_mailbox(box, Open("case"), NOON, RULES)).state
    item = Item("m1", ACK, read=True, opened=True)
    assert after == Mailbox(53, K, "Hail", ("a.pdf",), (item,), "text", True)
    assert (after.taken, after.sent) == (7, 4)


def test_a_later_message_keeps_the_numbers_and_the_rest():
    box = Mailbox(53, K, "Hail", ("a.pdf",), (Item("m1", ACK),), "text", True, 7, 3)
    after = ok(take_into_mailbox(box, received("m2", FILE, 8, "New"), NOON, RULES)).state
    items = (Item("m1", ACK), Item("m2", FILE))
    assert after == Mailbox(53, K, "New", ("a.pdf",), items, "text of m2", True)
    assert (after.taken, after.sent) == (8, 3)


def test_a_message_without_a_number_is_taken_as_it_comes():
    box = mailbox(ACK)
    after = ok(take_into_mailbox(box, received("m2", REPLY, 0), NOON, RULES)).state
    assert [item.message for item in after.items] == ["m1", "m2"]
    assert after.taken == 1


def test_each_recipient_has_an_own_mailbox_in_each_case():
    assert RULES.mailbox_key(53, K) == (53, K)
