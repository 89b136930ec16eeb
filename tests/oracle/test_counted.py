"""How often each rule decided: each look counts once, in whichever case and however often."""

from collections import Counter

import pytest

from tests.oracle.notation import DAY, K, L, Story, sent

CASE = {
    "cloud_status": "Antwort",
    "status_text": "Wartet auf Antwort des Empfängers",
    "acknowledged_on": None,
    "follow_up_on": None,
    "under_way": [],
}
ENTRY = {"unread": True, "hint": "reply", "opened": False, "answered": False}


def told(*, outage=False, ran=False, noted=False, to=(K, L)):
    story = Story().role("anna", "Benutzer").case(follow_up_on=None)
    if outage:
        story.fault("link", "down").fault("link", "up")
    story.send("m1", "reply", *to).send("m2", "reply", *to)
    if ran:
        story.replicate()
    if noted:
        story.act("note", "anna", case=53, text="x")
    return story


def whole_inbox(story):
    return story.inbox(K, 2, m1=ENTRY, m2=ENTRY)


def numbers(story):
    return story.inbox(K, 2, m1=True, m2=True)


def written(story):
    acts = [record for *_, record in story.lines if record.get("act") in ("send", "note")]
    return [{"message": act.get("message")} for act in acts]


LOOKS = {
    "all fields": lambda story: story.see(**CASE),
    "the status": lambda story: story.see(cloud_status="Antwort"),
    "the date": lambda story: story.see(acknowledged_on=None),
    "the list": lambda story: story.tell(
        see="case_list", by="anna", cases=[{"case": 53, "cloud_status": "Antwort"}]
    ),
    "the preset": lambda story: story.see("preset", recipients=[K, L]),
    "the log": lambda story: story.see("activities", entries=written(story)),
    "the page": lambda story: story.see(
        "portal_case", K, text="Please look", button="reply", subject="Roof", documents=[]
    ),
    "the inbox": numbers,
    "the whole inbox": whole_inbox,
    "one message": lambda story: story.inbox(K, m1={"unread": True}, m2={}),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("before", [{}, {"outage": True}, {"ran": True}, {"noted": True}], ids=str)
def test_looking_twice_counts_twice(look, before):
    once, twice = told(**before), told(**before)
    start = once.oracle.decisive
    LOOKS[look](once)
    LOOKS[look](LOOKS[look](twice))
    assert once.rules == twice.rules == []
    first, second = once.oracle.decisive, twice.oracle.decisive
    later = ("INB-8",)  # what was seen read before
    assert {rule: count - start[rule] for rule, count in second.items() if rule not in later} == {
        rule: 2 * (count - start[rule]) for rule, count in first.items() if rule not in later
    }


def of(look, **before):
    return Counter(LOOKS[look](told(**before)).decided)


def test_a_look_counts_what_went_before():
    for look in ("all fields", "the status"):
        assert of(look, ran=True) - of(look) == {"RPL-3": 1}
        assert of(look, noted=True) - of(look) == {"SEND-2": 1}
    for look in ("the inbox", "the whole inbox"):
        assert of(look, ran=True) - of(look) == {"RPL-3": 1}
        assert of(look, noted=True) - of(look) == {"SEND-2": 1}
        assert of(look, outage=True) - of(look) == {"DLV-3": 1, "DLV-4": 1}
        assert of(look) - of(look, to=(K,)) == {"INB-9": 2}


def test_a_whole_inbox_counts_as_its_messages_do():
    assert of("the whole inbox") == of("the inbox") + Counter({"INB-6": 2, "INB-11": 2})
    assert of("the whole inbox")["INB-1"] == 1
    assert of("the whole inbox")["INB-3"] == 2


def test_two_cases_in_one_inbox_count_each():
    def both(**entry):
        story = Story().role("anna", "Benutzer")
        for number, message in ((53, "m1"), (54, "m2")):
            story.case(number).send(message, "reply", K, L, case=number)
            story.act("note", "anna", case=number, text="x")
        return Counter(story.replicate().inbox(K, 2, m1=entry, m2=entry).decided)

    plain, whole = both(unread=True), both(**ENTRY)
    assert whole == plain + Counter({"INB-6": 2, "INB-11": 2})
    assert {rule: plain[rule] for rule in ("INB-1", "INB-9", "SEND-2", "RPL-3", "DLV-1")} == {
        "INB-1": 1,
        "INB-9": 2,
        "SEND-2": 2,
        "RPL-3": 2,
        "DLV-1": 2,
    }


def test_a_message_seen_read_counts_as_staying_so():
    read = {"unread": False, "hint": None, "opened": True, "answered": False}
    story = Story().case().send("m1", "acknowledge", K).send("m2", "acknowledge", K).open(K)
    assert "INB-8" not in story.inbox(K, 0, m1=read, m2=read).decided
    assert story.inbox(K, 0, m1=read, m2=read).decided["INB-8"] == 2
    assert story.inbox(K, 0, m1=False, m2=False).decided["INB-8"] == 2


def test_each_reply_and_each_mail_counts():
    story = sent().reply(K, "r1", "m1")
    once = story.decided
    assert story.reply(K, "r2", "m1").decided == once
    story = Story().act("add_document", "anna", case=53, document="plan")
    for message in ("m1", "m2"):
        story.send(message, "reply", K, documents=["plan"])
        if message == "m1":
            story.see("mail", after=1, to=K, event="registration")
        seen = story.see("mail", after=1, to=K, event="new_message", message=message, body="x")
        assert {rule: seen.decided[rule] for rule in ("MAIL-1", "MAIL-2", "MAIL-3")} == {
            "MAIL-1": 1,
            "MAIL-2": 1,
            "MAIL-3": 2,
        }
    assert story.rules == []


def test_a_date_that_was_read_counts_what_sets_it():
    whole = {**CASE, "cloud_status": "Info", "acknowledged_on": DAY}
    whole["status_text"] = "Warten auf Lesebestätigung des Empfängers"
    story = Story().role("anna", "Benutzer").case(follow_up_on=None).send("m1", "acknowledge", K)
    assert story.open(K).see(**whole).rules == []
    assert {"STA-4", "STA-9"} <= story.decided.keys()


def test_each_send_counts_what_decided_it():
    story = Story().role("anna", "Benutzer").act("add_document", "anna", case=53, document="plan")
    for message, to in (("m1", K), ("m2", L)):
        story.send(message, "reply", to, documents=["plan"])
        assert [story.decided[rule] for rule in ("SEND-9", "RGT-1", "ACC-1")] == [1, 1, 1]


def test_each_look_at_a_subject_counts_the_runs_before_it():
    story = sent().replicate().replicate(2)
    for _ in range(2):
        story.see("portal_case", K, subject="Roof")
        assert story.decided == {"RPL-2": 1, "RPL-5": 1, "RPL-6": 1}


def test_each_click_counts_once_however_many_messages_it_opens():
    story = sent().send("m2", "reply", K)
    for via in ("widget", "case"):
        assert story.open(K, via=via).decided == {"ACC-3": 1}
