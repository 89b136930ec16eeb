"""An inbox line with all its fields is judged by a short way, and found as by the long one."""

import pytest

from simulator.oracle.sees import inbox as sees
from tests.oracle.notation import SECOND, K, L, Story, sent

FIELDS = ("message", "unread", "hint", "opened", "answered")
HISTORIES = {
    "request": lambda: (sent(), [("m1", True, "reply", False, False)]),
    "note": lambda: (
        sent().act("note", "anna", case=53, text="x"),
        [("m1", True, "reply", False, False)],
    ),
    "seen read": lambda: (
        sent("acknowledge").open(K).inbox(K, m1=False),
        [("m1", False, None, True, False)],
    ),
    "seen unread": lambda: (
        sent("acknowledge").inbox(K, m1=True),
        [("m1", True, None, False, False)],
    ),
    "answered": lambda: (
        sent("reply_with_file").send("m2", "reply", K).reply(K, "r1", "m1"),
        [("m1", True, "documents", False, True), ("m2", True, "reply", False, False)],
    ),
    "several": lambda: (
        sent("acknowledge", K, L).case(54).send("m2", "acknowledge", K, case=54).open(L, "m1"),
        [("m2", True, None, False, False), ("m1", True, None, False, False)],
    ),
    "after a run": lambda: (
        sent().inbox(K, m1=True).replicate(),
        [("m1", True, "reply", False, False)],
    ),
    "outage over": lambda: (
        Story().case().fault("link", "down").send("m1", "reply", K).fault("link", "up"),
        [("m1", True, "reply", False, False)],
    ),
    "outage": lambda: (
        sent().fault("link", "down").send("m2", "reply", K),
        [("m1", True, "reply", False, False)],
    ),
    "within the limit": lambda: (
        sent().send("m2", "reply", K, after=MINUTE_LESS),
        [("m1", True, "reply", False, False)],
    ),
    "of unknown outcome": lambda: (
        sent().send("m2", "reply", K, outcome="unknown"),
        [("m1", True, "reply", False, False)],
    ),
    "nothing": lambda: (Story().case(), []),
    "released": lambda: (
        Story().case().act("set_release", "anna", case=53, recipient=K, create_messages=True),
        [],
    ),
}
MINUTE_LESS = 59 * SECOND


def wrong(entries):
    """Give the entries, as they are and with each thing wrong that can be."""
    yield entries
    for i, entry in enumerate(entries):
        before, after = entries[:i], entries[i + 1 :]
        yield [*before, *after]
        yield [*before, entry, entry, *after]
        yield [*before, ("m0", *entry[1:]), *after]
        message, unread, hint, opened, answered = entry
        yield [*before, (message, not unread, hint, opened, answered), *after]
        yield [*before, (message, unread, "x", opened, answered), *after]
        yield [*before, (message, unread, hint, not opened, answered), *after]
        yield [*before, (message, unread, hint, opened, not answered), *after]
    yield [*entries, ("m0", True, None, False, False)]


def judged(oracle, story, line):
    """Judge the line; give what was found, and which rules decided how often."""
    before = dict(oracle.decisive)
    found = oracle.take(story.line + 1, story.at + SECOND, {"see": "inbox", "by": K, **line})
    after = oracle.decisive.items()
    return found, {rule: count - before[rule] for rule, count in after if count != before[rule]}


@pytest.mark.parametrize("history", HISTORIES)
def test_short_way_finds_what_the_long_one_does(history):
    entries = HISTORIES[history]()[1]
    number = sum(entry[1] for entry in entries)
    for seen in wrong(entries):
        messages = [dict(zip(FIELDS, entry, strict=True)) for entry in seen]
        for shown in ({}, {"unread": number}, {"unread": number + 1}):
            line = {"messages": messages, **shown}
            one, other = (
                HISTORIES[history]()[0].send("m0", "reply", "x@example.org", case=55, after=0)
                for _ in range(2)
            )
            found = []
            for _ in range(2):
                short = judged(one.oracle, one, line)
                found += short[0]
                other.oracle = other.oracle.fork()
                assert short == judged(other.oracle, other, line), line
            if seen == entries and "unread" in shown:
                expected = [] if shown["unread"] == number else ["INB-1"]
                assert [finding.rule for finding in found] == expected


def test_what_is_right_needs_the_short_way_alone(monkeypatch):
    monkeypatch.delattr(sees, "_see_entries")
    asks = {"unread": True, "hint": "reply", "opened": False, "answered": False}
    opened = {**asks, "opened": True}
    story = sent().send("m2", "reply", K).inbox(K, 2, m1=asks, m2=asks)
    assert (
        story.inbox(K, m1=asks, m2=asks).open(K, "m1").inbox(K, 2, m1=opened, m2=asks).rules == []
    )
    assert story.inbox(L).rules == []
    with pytest.raises(NameError):
        story.inbox(K, 2, m1=asks, m2=asks)
