"""STA, REP-6, LOG: what the case, the list and the log show."""

import time

import pytest

from simulator.oracle import Unmentioned
from tests.oracle.notation import DAY, MINUTE, START, K, L, Story, sent

STATUS = {"acknowledge": "Info", "reply": "Antwort", "reply_with_file": "Datei"}
TEXTS = {
    "OK": "Vorgang liegt beim Makler",
    "Info": "Warten auf Lesebestätigung des Empfängers",
    "Antwort": "Wartet auf Antwort des Empfängers",
    "Datei": "Wartet auf Unterlagen des Empfängers",
}
LATE = START + 11 * 60 * MINUTE + 30 * MINUTE  # 23:30 in Berlin, 22:30 UTC


@pytest.mark.parametrize("expects", STATUS)
def test_sending_sets_the_status_of_the_table(expects):
    status = STATUS[expects]
    story = sent(expects).see(cloud_status=status, status_text=TEXTS[status], acknowledged_on=None)
    assert story.rules == []
    assert story.see(cloud_status="OK").see(cloud_status="OK").rules == [("STA-2", 4)]
    finding = story.verdict.findings[0]
    assert (finding.seen, finding.demanded) == ("cloud_status OK", status)
    assert finding.because.startswith("m1 was sent last and asks")
    assert sent(expects).see(status_text="else").rules == [("STA-2", 3)]


def test_case_without_communication_has_no_status():
    story = Story().case().see(cloud_status="", status_text="", acknowledged_on=None)
    assert story.rules == []
    assert story.see(cloud_status="Info").rules == [("STA-1", 3)]
    assert Story().case().see(acknowledged_on=DAY).rules == [("STA-5", 2)]
    noted = Story().case().act("note", "anna", case=53, text="x")
    assert noted.see(cloud_status="Info", acknowledged_on=DAY).rules == [
        ("SEND-2", 3),
        ("SEND-2", 3),
    ]


def test_reply_sets_ok_and_the_day_it_was_written():
    story = (
        sent()
        .reply(K, "r1", "m1")
        .see(cloud_status="OK", status_text=TEXTS["OK"], acknowledged_on=DAY, follow_up_on=DAY)
    )
    assert story.rules == []
    assert sent().reply(K, "r1", "m1").see(cloud_status="Antwort").rules == [("STA-3", 4)]
    assert sent().reply(K, "r1", "m1").see(acknowledged_on=None).rules == [("STA-3", 4)]
    assert sent().reply(K, "r1", "m1").see(follow_up_on=None).rules == [("REP-6", 4)]
    older = sent().send("m2", "reply", K).reply(K, "r1", "m1")
    assert older.see(cloud_status="Antwort").rules == [("STA-6", 5)]


def test_days_are_those_of_the_time_zone():
    story = sent(start=LATE + 40 * MINUTE).reply(K, "r1", "m1")
    story.see(acknowledged_on="2024-02-20", follow_up_on="2024-02-20")
    assert story.rules == []
    story = sent(start=LATE + 40 * MINUTE).reply(K, "r1", "m1")
    story.see(acknowledged_on=DAY, follow_up_on=DAY)
    assert story.rules == [("STA-9", 4), ("STA-9", 4)]
    story = sent(start=LATE + 40 * MINUTE).fault("link", "down").reply(K, "r1", "m1")
    story.tell(12 * 60 * MINUTE, act="fault", what="link", state="up", outcome="ok")
    assert story.see(follow_up_on=DAY).rules == [("STA-9", 6)]


def test_days_are_those_of_the_broker_wherever_the_machine_stands(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        story = sent(start=LATE).reply(K, "r1", "m1")
        assert story.see(acknowledged_on=DAY, follow_up_on=DAY).rules == []
    finally:
        monkeypatch.undo()
        time.tzset()


def test_reading_a_message_to_acknowledge_sets_the_date_and_keeps_the_status():
    for read in (lambda s: s.open(K, "m1"), lambda s: s.mark(K, "m1")):
        assert read(sent("acknowledge")).see(cloud_status="Info", acknowledged_on=DAY).rules == []
        assert read(sent("acknowledge")).see(cloud_status="OK").rules == [("STA-4", 4)]
        assert read(sent("acknowledge")).see(acknowledged_on=None).rules == [("STA-4", 4)]
    story = sent("acknowledge").open(K).see(acknowledged_on=None)
    assert "k@example.org read it 2024-02-19" in story.verdict.findings[0].because


def test_opening_a_request_sets_a_date_only_under_first_open():
    assert sent("reply").open(K).see(acknowledged_on=None).rules == []
    assert sent("reply").open(K).see(acknowledged_on=DAY).rules == [("STA-4", 4)]
    story = sent("reply", readings={"acknowledge_on_open": "first_open"}).open(K)
    assert story.see(cloud_status="Antwort", acknowledged_on=DAY).rules == []


@pytest.mark.parametrize(
    ("reading", "one", "both"),
    [("first", DAY, DAY), ("latest", DAY, "2024-02-20"), ("all", None, "2024-02-20")],
)
def test_several_readers_set_the_date_by_the_reading(reading, one, both):
    story = sent("acknowledge", K, L, readings={"several_acknowledge": reading})
    story.open(K).see(acknowledged_on=one)
    story.tell(24 * 60 * MINUTE, act="open", by=L, case=53, via="case", outcome="ok")
    story.open(L).see(acknowledged_on=both)
    assert story.rules == []


def test_sending_clears_the_date():
    story = sent("acknowledge").open(K).send("m2", "reply", K)
    assert story.see(acknowledged_on=None).see(acknowledged_on=DAY).rules == [("STA-5", 6)]


def test_reading_older_messages_does_not_show():
    story = sent("acknowledge").send("m2", "acknowledge", K).open(K, "m1")
    assert story.see(acknowledged_on=None).see(acknowledged_on=DAY).rules == [("STA-6", 6)]
    story = sent("acknowledge").reply(K, "r1", None).open(K, "m1").see(acknowledged_on=None)
    assert story.rules == [("STA-6", 5)]


def test_fileless_reply_sets_ok_or_nothing_by_the_reading():
    story = sent("reply_with_file").reply(K, "r1", "m1").see(cloud_status="OK", acknowledged_on=DAY)
    assert story.rules == []
    unchanged = {"fileless_reply": "unchanged"}
    story = sent("reply_with_file", readings=unchanged).reply(K, "r1", "m1")
    assert story.see(cloud_status="Datei", acknowledged_on=None, follow_up_on=DAY).rules == []
    assert story.see(cloud_status="OK", acknowledged_on=DAY).rules == [("STA-3", 5), ("STA-3", 5)]
    story = sent("reply_with_file", readings=unchanged).reply(K, "r1", "m1", 1)
    assert story.see(cloud_status="OK").rules == []


def test_last_sent_ignores_answers_to_older_messages():
    last_sent = {"last_communication": "last_sent"}
    story = sent(readings=last_sent).send("m2", "reply", K).reply(K, "r1", "m1")
    assert story.see(cloud_status="Antwort", acknowledged_on=None).rules == []
    assert story.see(acknowledged_on=DAY).see(cloud_status="OK").rules == [
        ("STA-6", 6),
        ("STA-6", 7),
    ]
    assert story.reply(K, "r2", None).see(cloud_status="OK", acknowledged_on=DAY).rules[2:] == []
    story = sent(readings=last_sent).send("m2", "reply", K).reply(K, "r1", "m2")
    assert story.see(cloud_status="OK").rules == []


def test_read_mark_waits_for_a_replication_under_that_reading():
    story = sent("acknowledge", readings={"receipt_transport": "replication"}).open(K)
    assert story.see(acknowledged_on=None).replicate(2).see(acknowledged_on=None).rules == []
    assert story.replicate().see(acknowledged_on=DAY).rules == []
    story = sent("acknowledge", readings={"receipt_transport": "replication"}).open(K)
    assert story.see(acknowledged_on=DAY).rules == [("STA-4", 4)]
    story = sent("acknowledge", readings={"receipt_transport": "replication"}).open(K).replicate(1)
    assert story.see(acknowledged_on=None).see(acknowledged_on=DAY).rules == []
    assert story.see(acknowledged_on=None).rules == [("STA-4", 7)]


def test_replication_changes_no_case_field():
    story = (
        sent("acknowledge").open(K).see(cloud_status="Info", acknowledged_on=DAY, follow_up_on=None)
    )
    story.replicate().see(cloud_status="OK", acknowledged_on=None, follow_up_on=DAY)
    assert story.rules == [("RPL-3", 6), ("RPL-3", 6), ("RPL-3", 6)]


def test_fields_are_hidden_without_a_role():
    story = sent().role("bert", "none").see(by="bert", cloud_status=None, acknowledged_on=None)
    assert story.rules == []
    assert story.see(by="bert", cloud_status="Antwort").rules == [("STA-7", 5)]
    assert (
        story.see("case_list", "bert", cases=[{"case": 53, "cloud_status": "Antwort"}])
        .verdict.findings[0]
        .count
        == 2
    )
    assert sent().see(by=K, status_text="x").rules == [("STA-7", 3)]
    assert sent().role("bert", "Benutzer").see(by="bert", cloud_status=None).rules == [("STA-7", 4)]
    assert sent().see(by="bert", cloud_status=None).rules == []


def test_case_list_shows_the_status_of_the_case():
    story = sent().see("case_list", cases=[{"case": 53, "cloud_status": "Antwort"}, {"case": 53}])
    assert story.rules == []
    story.see("case_list", cases=[{"case": 53, "cloud_status": "OK"}])
    story.see("case_list", cases=[{"case": 53, "cloud_status": None}])
    assert story.rules == [("STA-8", 4)]
    with pytest.raises(Unmentioned, match="99"):
        story.see("case_list", cases=[{"case": 99}])


def test_follow_up_moves_only_when_a_reply_arrives_or_it_is_set():
    story = Story().case(follow_up_on="2024-03-01").see(follow_up_on="2024-03-01")
    assert story.see(follow_up_on="2024-03-02").rules == [("REP-6", 3)]
    story = sent().act("edit_case", "anna", case=53, follow_up_on="2024-03-05")
    assert story.see(follow_up_on="2024-03-05").rules == []


def entry(message, **fields):
    return {"message": message, **fields}


def log(story, *entries):
    return story.see("activities", entries=list(entries))


def test_log_keeps_every_entry_once_and_in_order():
    def story():
        return sent().act("note", "anna", case=53, text="x").reply(K, "r1", "m1")

    right = [entry("m1"), entry(None), entry("r1")]
    assert log(story(), *right).rules == []
    assert log(story(), *[{}] * 3).rules == []
    assert log(story(), entry("m1"), entry(None)).rules == [("DLV-5", 5)]
    assert log(story(), entry(None), entry("r1")).rules == [("LOG-3", 5)]
    assert log(story(), *right, entry("m1")).rules == [("LOG-3", 5)]
    assert log(story(), *right[::-1]).rules == [("LOG-3", 5)]
    assert log(sent(), *[]).rules == [("LOG-1", 3)]
    assert log(sent().act("note", "anna", case=53, text="x"), entry("m1")).rules == [("SEND-2", 4)]
    story = sent().case(54).send("m2", "reply", K, case=54)
    assert log(story, entry("m1"), entry("m2")).rules == [("SEND-10", 5)]
    story = sent().send("m2", "reply", "bad", outcome="refused")
    assert log(story, entry("m1"), entry("m2")).rules == [("SEND-13", 4)]
    with pytest.raises(Unmentioned):
        log(sent(), entry("m7"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"author": "anna"}, {"author": "bert"}),
        ({"text": "Please look"}, {"text": "Else"}),
        ({"to": ["K@example.org "]}, {"to": [L]}),
        ({"expects": "reply"}, {"expects": None}),
        ({"files": []}, {"files": ["a.pdf"]}),
        ({"at": "2024-02-19T12:02:00+01:00"}, {"at": "2024-02-19T12:02:01+01:00"}),
        (
            {"stamp": "cloudtransfer am 19.02.2024 12:02:00"},
            {"stamp": "cloudtransfer am 19.02.2024 11:02:00"},
        ),
        ({"stamp": "anna am 19.02.2024 12:02:00"}, {"stamp": " am 19.02.2024 12:02:00"[:4]}),
    ],
)
def test_entry_of_a_sent_message_is_as_it_was_written(right, wrong):
    assert log(sent(), entry("m1", **right)).rules == []
    story = log(sent(), entry("m1", **wrong))
    assert story.rules == [("LOG-1", 3)]
    assert next(iter(wrong)) in story.verdict.findings[0].seen


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"author": "K@Example.org"}, {"author": L}),
        ({"carried_by": "cloudtransfer"}, {"carried_by": None}),
        ({"files": ["r1-0.pdf"]}, {"files": []}),
        ({"to": []}, {"text": "else"}),
        ({"expects": None}, {"expects": "reply"}),
    ],
)
def test_entry_of_a_reply_is_as_it_was_written(right, wrong):
    story = sent().reply(K, "r1", "m1", 9)
    assert log(story, entry("m1"), entry("r1", **right)).rules == []
    assert log(story, entry("m1"), entry("r1", **wrong)).rules == [("LOG-2", 5)]


def test_entry_of_a_note_has_no_recipients():
    story = Story().act("note", "anna", case=53, text="x")
    assert log(story, entry(None, text="x", author="anna", to=[], expects=None)).rules == []
    assert log(story, entry(None, to=[K])).rules == [("SEND-2", 3)]


def test_a_new_message_shows_where_the_last_one_sent_decides():
    story = sent(readings={"last_communication": "last_sent"}).reply(K, "r1", None)
    assert story.see(cloud_status="OK", acknowledged_on=DAY).rules == []
