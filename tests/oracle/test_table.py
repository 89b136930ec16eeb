"""The table of entries, and the promises that state the rules."""

from importlib import import_module
from inspect import signature
from itertools import product

import pytest

from simulator.oracle import REGISTRY
from simulator.oracle.rules.inbox import ENTRIES, Entry, facts_of

MODULES = ("delivery", "inbox", "mailing", "replying", "sending", "status")
NOTHING = {
    "a_case_without_communication_has_no_status": "",
    "a_message_from_a_recipient_sets_ok": "OK",
}
CASES = list(product((0, 1, 2), *[(False, True)] * 5))


def promise(name):
    for module in MODULES:
        found = getattr(import_module(f"simulator.oracle.rules.{module}"), name, None)
        if found is not None:
            return found
    raise AssertionError(name)


def entry(expects, opened, marked, answered, filed, covered):
    """Give what the inbox rules demand, stated once more."""
    if covered:
        unread, rule = False, "INB-10"
    elif expects == 2:
        unread, rule = not filed, "INB-4"
    elif expects == 1:
        unread, rule = not answered, "INB-3"
    elif answered:
        unread, rule = False, "INB-10"
    else:
        unread, rule = not (opened or marked), "INB-2"
    hint = {0: None, 1: "reply", 2: "documents"}[expects] if unread else None
    return Entry(unread, hint, opened, answered, rule, not unread or expects == 0)


@pytest.mark.parametrize("expects", [0, 1, 2])
def test_entry_follows_from_the_facts(expects):
    for facts in (one for one in CASES if one[0] == expects):
        bits = sum(flag << place for place, flag in enumerate(facts[1:], start=2)) | expects
        assert facts_of(bits) == facts
        assert ENTRIES[bits] == entry(*facts), facts


def test_combinations_that_no_message_has_are_harmless():
    rest = {bits: seen for bits, seen in enumerate(ENTRIES) if bits & 3 == 3}
    assert len(ENTRIES) == 128
    assert len(rest) == 32
    for bits, seen in rest.items():
        opened, answered = bool(bits & 4), bool(bits & 16)
        known = Entry(False, None, opened, answered, "INB-10", markable=True)
        silent = Entry(False, None, opened=False, answered=False, rule="INB-2", markable=True)
        assert seen == (known if bits & (16 | 64) else silent)


@pytest.mark.parametrize("rule", REGISTRY, ids=lambda rule: rule.name)
def test_promise_stands_in_the_register_as_it_is_written(rule):
    function = promise(rule.name)
    assert rule.meaning == function.__doc__
    assert "\n" not in rule.meaning
    if not signature(function).parameters:
        assert function() == NOTHING.get(rule.name, True)


def test_promises_of_the_inbox_that_other_lines_show():
    shown = ENTRIES[1]
    assert promise("reloaded_inbox_is_right")(shown, True)
    assert not promise("reloaded_inbox_is_right")(shown, False)
    assert promise("read_message_stays_read")(128)
    assert not promise("read_message_stays_read")(256)
    assert promise("reading_by_one_changes_no_other_inbox")(True)
    assert not promise("reading_by_one_changes_no_other_inbox")(False)
    assert promise("number_shown_is_that_of_unread_messages")([True, False, True]) == 2


def test_every_promise_is_registered_by_its_name_with_the_first_line_of_its_meaning():
    for told in REGISTRY:
        assert told.meaning == (promise(told.name).__doc__ or "").splitlines()[0]
        assert all(word.islower() for word in told.judges)
    assert len({told.name for told in REGISTRY}) == len(REGISTRY)
