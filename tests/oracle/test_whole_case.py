"""A case line with all its fields is judged by a short way, and found as each field alone is."""

from collections import Counter

import pytest

from simulator.oracle.sees import case as sees
from tests.oracle.notation import DAY, SECOND, K, Story, sent

TEXTS = {
    "": "",
    "OK": "Vorgang liegt beim Makler",
    "Info": "Warten auf Lesebestätigung des Empfängers",
    "Antwort": "Wartet auf Antwort des Empfängers",
}
#: What happened, and the status, "acknowledged on" and the follow-up date that the case shows then.
HISTORIES = {
    "new": (lambda: Story().case(follow_up_on="2024-03-01"), "", None, "2024-03-01"),
    "sent": (sent, "Antwort", None, None),
    "note": (lambda: sent().act("note", "anna", case=53, text="x"), "Antwort", None, None),
    "read": (lambda: sent("acknowledge").open(K), "Info", DAY, None),
    "answered": (lambda: sent().reply(K, "r1", "m1"), "OK", DAY, DAY),
    "under way": (lambda: Story().case().fault("link", "down").send("m1", "reply", K),
                  "Antwort", None, None),
    "after a run": (lambda: sent().see().replicate(), "Antwort", None, None),
    "seen otherwise": (lambda: sent().see(cloud_status="OK"), "OK", None, None),
    "given": (lambda: Story().tell(given="case", case=53, cloud_status="OK"), "OK", None, None),
    "untold": (lambda: Story().tell(given="case", case=53), "", None, None),
    "run and answer": (lambda: sent().replicate().reply(K, "r1", "m1", 5), "OK", DAY, DAY),
}  # fmt: skip


def looks(status, day, follow_up):
    """Give the fields as they are, and with one at a time as it is not."""
    right = {
        "cloud_status": status,
        "status_text": TEXTS[status],
        "acknowledged_on": day,
        "follow_up_on": follow_up,
        "under_way": [],
    }
    yield right
    for wrong in (
        {"cloud_status": "Datei", "status_text": "Wartet auf Unterlagen des Empfängers"},
        {"status_text": "x"},
        {"acknowledged_on": "2023-01-01"},
        {"acknowledged_on": None},
        {"follow_up_on": "2023-01-01"},
        {"follow_up_on": None},
        {"under_way": ["m1"]},
    ):
        yield right | wrong


def judged(tell, fields, role="Benutzer"):
    """Judge one look at some of the fields: what is found, and which rules decided how often."""
    story = tell()
    story.role("anna", role)
    before = Counter(story.oracle.decisive)
    line = {"see": "case", "by": "anna", "case": 53, **fields}
    found = story.oracle.take(story.line + 1, story.at + SECOND * 60, line)
    return found, Counter(story.oracle.decisive) - before


@pytest.mark.parametrize("history", HISTORIES)
def test_all_fields_together_are_judged_as_each_alone(history):
    tell, *shown = HISTORIES[history]
    for fields in looks(*shown):
        parts = [
            {name: value for name, value in fields.items() if name in names}
            for names in (["cloud_status", "status_text"], *([n] for n in list(fields)[2:]))
        ]
        found, decided = judged(tell, fields)
        alone = [judged(tell, part) for part in parts]
        assert list(found) == [finding for one, _ in alone for finding in one], fields
        assert decided == sum((counts for _, counts in alone), Counter()), fields


@pytest.mark.parametrize("history", HISTORIES)
def test_fields_as_they_must_be_are_right(history):
    tell, *shown = HISTORIES[history]
    fields = next(looks(*shown))
    if history == "under way":
        fields["under_way"] = ["m1"]
    assert judged(tell, fields)[0] == ()


def test_fields_that_are_hidden_or_must_be_are_no_matter_of_the_short_way():
    tell, *shown = HISTORIES["answered"]
    fields = next(looks(*shown))
    assert [one.rule for one in judged(tell, fields, "none")[0]] == ["STA-7"]
    hidden = dict.fromkeys(("cloud_status", "status_text", "acknowledged_on"))
    assert [one.rule for one in judged(tell, fields | hidden)[0]] == ["STA-7"]
    assert judged(tell, fields | hidden, "none")[0] == ()


def test_what_is_right_needs_the_short_way_alone(monkeypatch):
    monkeypatch.delattr(sees, "_judge_fields")
    right = {
        "cloud_status": "Info",
        "status_text": "Warten auf Lesebestätigung des Empfängers",
        "acknowledged_on": DAY,
        "follow_up_on": None,
        "under_way": [],
    }
    story = Story().role("anna", "Benutzer").case(follow_up_on=None).send("m1", "acknowledge", K)
    assert story.open(K).see(**right).rules == []
    story.reply(K, "r1", "m1")
    right |= {"cloud_status": "OK", "status_text": "Vorgang liegt beim Makler"}
    assert story.see(**{**right, "follow_up_on": DAY}).rules == []
    with pytest.raises(NameError):
        story.see(**right)


def test_a_follow_up_on_the_first_day_on_which_a_reply_may_have_come_is_right():
    story = Story().role("anna", "Benutzer").case().send("m1", "acknowledge", K)
    story.fault("link", "down").reply(K, "r1", None).tell(
        24 * 60 * 60 * SECOND, act="fault", what="link", state="up", outcome="ok"
    )
    shown = {
        "cloud_status": "OK",
        "status_text": "Vorgang liegt beim Makler",
        "acknowledged_on": DAY,
        "under_way": [],
    }
    assert story.see(**shown, follow_up_on=DAY).see(**shown, follow_up_on="2024-02-20").rules == []
    assert story.see(**shown, follow_up_on="2024-02-21").rules == [("REP-6", 9)]
