"""A log whose entries have all their fields is judged by a short way; each field still counts."""

import pytest

from simulator.oracle.sees import log as sees
from tests.oracle.notation import K, L, Story, sent

SENT = {
    "author": "anna",
    "carried_by": None,
    "text": "Please look",
    "to": ["K@example.org ", L],
    "expects": "acknowledge",
    "files": ["a.pdf"],
    "at": "2024-02-19T11:03:00Z",
    "stamp": "cloudtransfer am 19.02.2024 12:03:00",
    "message": "m1",
}
WRITTEN = {
    "author": "K@example.org",
    "carried_by": "cloudtransfer",
    "text": "Here",
    "to": [],
    "expects": None,
    "files": ["r1-0.pdf", "r1-1.pdf"],
    "at": "2024-02-19T12:04:00.999+01:00",
    "stamp": "cloudtransfer am 19.02.2024 12:04:00",
    "message": "r1",
}
NOTED = {
    "author": "anna",
    "carried_by": None,
    "text": "x",
    "to": [],
    "expects": None,
    "files": [],
    "at": "2024-02-19T12:05:00+01:00",
    "stamp": "anna am 19.02.2024 12:05:00",
    "message": None,
}
WRONG = {
    "author": "bert",
    "carried_by": "bert",
    "text": "Else",
    "to": [K],
    "expects": "reply",
    "files": ["b.pdf"],
    "at": "2024-02-19T12:03:59+01:00",
    "stamp": "anna am 19.02.2024 12:03:59",
}
UNJUDGED = {("m1", "carried_by"), ("r1", "to"), (None, "carried_by"), (None, "files")}
RULES = {"m1": "LOG-1", "r1": "LOG-2", None: "SEND-2"}


def sent_and_answered():
    story = Story().case().act("add_document", "anna", case=53, document="a.pdf")
    return story.send("m1", "acknowledge", L, K, documents=["a.pdf"]).reply(K, "r1", "m1", 1, 1)


def story():
    return sent_and_answered().act("note", "anna", case=53, text="x")


def test_whole_log_is_right():
    assert story().see("activities", entries=[SENT, WRITTEN, NOTED]).rules == []


def test_what_is_right_needs_the_short_way_alone(monkeypatch):
    monkeypatch.delattr(sees, "_judge_entry")
    assert sent_and_answered().see("activities", entries=[SENT, WRITTEN]).rules == []
    with pytest.raises(NameError):
        sent_and_answered().see("activities", entries=[SENT, {**WRITTEN, "text": "x"}])


@pytest.mark.parametrize("field", WRONG)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_field_of_a_whole_entry_counts(place, field):
    entries = [SENT, WRITTEN, NOTED]
    message = entries[place]["message"]
    entries[place] = {**entries[place], field: WRONG[field]}
    seen = story().see("activities", entries=entries)
    if (message, field) in UNJUDGED:
        assert seen.rules == []
    else:
        (found,) = seen.verdict.findings
        name = f"the entry of {message}" if message else "entry 3"
        value = ", ".join(WRONG[field]) if isinstance(WRONG[field], list) else WRONG[field]
        assert (found.rule, found.seen) == (RULES[message], f"{field} {value} in {name}")
        wrote = {"m1": 3, "r1": 4, None: 5}[message]
        stamp = f"somebody's name, then am 19.02.2024 12:0{wrote}:00"
        assert (found.demanded, found.because) == {
            "carried_by": ("cloudtransfer", "it stands for the transfer of what recipients write"),
            "stamp": (stamp, f"line {wrote} wrote this entry"),
        }.get(field, ("as on that line", f"line {wrote} wrote this entry"))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("files", [], "files none"), ("text", "", "text empty"), ("expects", None, "expects empty")],
)
def test_what_an_entry_lacks_is_told_in_words(field, value, said):
    found = story().see("activities", entries=[{**SENT, field: value}, WRITTEN, NOTED]).found
    assert [one.seen for one in found] == [f"{said} in the entry of m1"]


def test_what_a_send_did_not_tell_is_not_judged_in_a_whole_log():
    bare = Story().act("send", "anna", case=53, message="m1", expects="acknowledge", to=[K, L])
    whole = {**SENT, "files": [], "at": "2024-02-19T12:01:00+01:00"}
    whole["stamp"] = "anna am 19.02.2024 12:01:00"
    assert bare.see("activities", entries=[whole]).rules == []
    assert sent().see("activities", entries=[{**whole, "text": "x"}]).rules == [("LOG-1", 3)]


@pytest.mark.parametrize("stamp", ["am 19.02.2024 12:03:00", " am 19.02.2024 12:03:00", "", "anna"])
def test_head_line_names_somebody_and_the_moment(stamp):
    seen = story().see("activities", entries=[{**SENT, "stamp": stamp}, WRITTEN, NOTED])
    assert seen.rules == [("LOG-1", 6)]


def test_head_line_is_in_the_time_zone_of_the_broker():
    there = Story(time_zone="America/New_York").case().send("m1", "reply", K)
    right = {"message": "m1", "stamp": "anna am 19.02.2024 06:02:00"}
    assert there.see("activities", entries=[right]).rules == []
    wrong = {"message": "m1", "stamp": "anna am 19.02.2024 12:02:00"}
    assert there.see("activities", entries=[wrong]).rules == [("LOG-1", 4)]


def test_of_a_log_with_other_entries_than_were_written_no_field_is_judged():
    told = Story().case().send("m1", "reply", K, text="A").send("m2", "reply", K, text="B")
    one, two = {"message": "m1", "text": "A"}, {"message": "m2", "text": "B"}
    assert told.see("activities", entries=[two]).rules == [("LOG-3", 4)]
    told = Story().case().send("m1", "reply", K, text="A").send("m2", "reply", K, text="B")
    assert told.see("activities", entries=[two, one]).rules == [("LOG-3", 4)]
