"""Every reachable state of the small worlds: domain and oracle agree."""

from types import MappingProxyType

import pytest
from attrs import evolve

from reference.domain.refusals import Refusal
from reference.domain.rules import EFFECTS
from simulator.explore.replay import trace_of
from simulator.explore.search import Found, Settings, search, settings_of
from simulator.explore.worlds import WORLDS
from simulator.flaws import FLAWS
from simulator.oracle import Oracle

#: World, and the readings that it varies -> states, transitions, depth.
PINNED = {
    ("opening", "defaults"): (974, 14168, 6),
    ("opening", "open_scope=message"): (974, 14168, 6),
    ("opening", "reply_scope=case"): (1002, 14560, 6),
    ("opening", "fileless_reply=unchanged"): (974, 14168, 6),
    ("opening", "last_communication=last_sent"): (974, 14168, 6),
    ("opening", "acknowledge_on_open=first_open"): (974, 14168, 6),
    ("opening", "reply_scope=case, fileless_reply=unchanged"): (1002, 14560, 6),
    ("opening", "reply_scope=case, last_communication=last_sent"): (1002, 14560, 6),
    ("opening", "fileless_reply=unchanged, last_communication=last_sent"): (974, 14168, 6),
    ("opening", "open_scope=message, acknowledge_on_open=first_open"): (974, 14168, 6),
    ("recipients", "defaults"): (1482, 12676, 8),
    ("recipients", "several_acknowledge=latest"): (1482, 12676, 8),
    ("recipients", "several_acknowledge=all"): (1482, 12676, 8),
    ("recipients", "acknowledge_on_open=first_open"): (1618, 13800, 8),
    ("recipients", "last_communication=last_sent"): (1482, 12676, 8),
    ("recipients", "receipt_transport=replication"): (13715, 113309, 8),
    ("recipients", "reply_scope=case"): (1482, 12676, 8),
    ("recipients", "several_acknowledge=all, receipt_transport=replication"): (13715, 113309, 8),
    ("recipients", "several_acknowledge=latest, last_communication=last_sent"): (1482, 12676, 8),
    ("sending", "defaults"): (299, 2544, 6),
    ("sending", "preset_recipients=all"): (299, 2544, 6),
    ("rights", "defaults"): (99, 1422, 5),
    ("rights", "reply_right=if_granted"): (87, 1254, 6),
    ("outage", "defaults"): (1793, 13528, 8),
    ("outage", "several_acknowledge=latest"): (1793, 13528, 8),
    ("faults", "defaults"): (304, 3200, 8),
    ("replication", "defaults"): (3196, 24180, 9),
    ("replication", "receipt_transport=replication"): (4909, 36511, 10),
    ("accounts", "defaults"): (249, 1608, 7),
    ("limits", "defaults"): (80, 266, 4),
    ("limits", "megabyte=decimal"): (44, 170, 4),
}
SETTINGS = {
    (world.name, ", ".join(f"{k}={v}" for k, v in one.readings.items()) or "defaults"): one
    for world in WORLDS.values()
    for one in settings_of(world)
}
#: What each world refuses, under every setting of the readings.
REFUSED = {
    "opening": {"blank_reply", "mark_read_not_available", "unknown_account", "unknown_message"},
    "recipients": {
        "mark_read_not_available",
        "no_recipient",
        "unknown_account",
        "unknown_message",
    },
    "sending": {
        "blank_text",
        "case_exists",
        "foreign_document",
        "malformed_address",
        "no_expected_action",
        "no_recipient",
        "unknown_account",
        "unknown_case",
        "unknown_expected_action",
    },
    "rights": {
        "malformed_address",
        "role_missing",
        "unknown_account",
        "unknown_message",
        "writing_withheld",
    },
    "outage": {"mark_read_not_available", "unknown_account", "unknown_message"},
    "faults": {"not_reachable", "replication_failed", "unknown_account"},
    "replication": {"foreign_document", "unknown_account"},
    "accounts": {
        "already_registered",
        "link_used",
        "not_addressed",
        "not_registered",
        "unknown_account",
    },
    "limits": {
        "blank_reply",
        "foreign_document",
        "too_large",
        "too_many_files",
        "unknown_account",
        "unknown_message",
    },
}
#: What only a server can refuse, or only another caller than the worlds' people.
ELSEWHERE = {
    Refusal.UNKNOWN_ROLE,
    Refusal.UNKNOWN_VIA,
    Refusal.UNKNOWN_LINK,
    Refusal.LINK_EXPIRED,
    Refusal.UNKNOWN_MAIL_EVENT,
    Refusal.TEMPLATE_FIELD,
    Refusal.UNKNOWN_REPLICATION_RESULT,
    Refusal.ENVELOPE_GAP,
    Refusal.MISDIRECTED,
    Refusal.NO_ANSWER,
}


def whole(settings: Settings, rules=None) -> Found:
    found = Found()
    for found in search(settings, rules or settings.rules()):  # noqa: B007 - the last is the whole
        pass
    return found


def defaults(name: str) -> Settings:
    return Settings(WORLDS[name], {}, WORLDS[name].messages)


@pytest.mark.parametrize("key", SETTINGS, ids="-".join)
def test_a_world_is_as_large_as_it_was_and_the_two_sides_agree_in_every_state(key):
    found = whole(SETTINGS[key])
    assert found.counterexample is None
    assert (found.states, found.transitions, found.depth) == PINNED[key]
    assert found.refusals == REFUSED[key[0]]


def test_every_pinned_world_is_still_explored():
    assert PINNED.keys() == SETTINGS.keys()


def test_the_worlds_meet_every_refusal_that_their_people_can_provoke():
    assert set().union(*REFUSED.values()) == {refusal.code for refusal in set(Refusal) - ELSEWHERE}


def test_the_worlds_use_every_cell_of_what_a_deed_does_to_a_message():
    used = set()

    class Row(dict):
        def __init__(self, action):
            super().__init__(EFFECTS[action])
            self.action = action

        def __getitem__(self, deed):
            used.add((self.action, deed))
            return super().__getitem__(deed)

    effects = MappingProxyType({action: Row(action) for action in EFFECTS})
    for name, messages in (("opening", 2), ("replication", 1)):
        settings = Settings(WORLDS[name], {}, messages)
        whole(settings, evolve(settings.rules(), effects=effects))
    assert used == {(action, deed) for action, row in EFFECTS.items() for deed in row}


def test_more_messages_reach_more_states():
    world = WORLDS["limits"]
    sizes = [whole(Settings(world, {}, most)).states for most in (1, 2, 3)]
    assert sizes == sorted(set(sizes))


def test_a_search_ends_at_the_first_state_in_which_the_oracle_finds_fault():
    settings = defaults("opening")
    rules = FLAWS["opening_settles_file_request"].change(settings.rules())
    levels = [found.depth for found in search(settings, rules)]
    assert levels[-1] == 2


def test_a_fault_in_the_very_first_state_is_found_before_anything_is_done():
    settings = defaults("rights")
    (found,) = search(settings, FLAWS["status_for_everyone"].change(settings.rules()))
    assert found.counterexample.steps == ()
    assert found.counterexample.finding.rule == "STA-7"


def test_the_printed_trace_shows_the_finding_to_an_oracle_that_sees_nothing_else():
    settings = defaults("opening")
    rules = FLAWS["opening_settles_reply_request"].change(settings.rules())
    *_, found = search(settings, rules)
    (header, *lines), finding = trace_of(settings, rules, found.counterexample)
    assert header == {"trace": 1, "time_zone": "Europe/Berlin", "readings": {}}
    assert [line.get("act") or line["see"] for line in lines] == [
        "set_role",
        "create_case",
        "send",
        "mail",
        "mail",
        "open",
        "inbox",
    ]
    assert (finding.rule, finding.line) == ("INB-3", 8)


def test_the_counters_of_all_states_add_up_to_how_often_a_rule_was_decisive():
    found = whole(defaults("limits"))
    assert found.decisive["REP-4"] > 0
    assert found.decisive["RPL-4"] == 0
    assert set(found.decisive) == set(Oracle().decisive)
