"""Known flaws: each is caught, by a short trace, under the right rule."""

import pytest

from reference.domain.rules import rules_for
from simulator.explore.hunting import HARMLESS, flaw_named, hunt
from simulator.explore.worlds import WORLDS
from simulator.flaws import FLAWS, cell_flaws
from simulator.history.clauses import CLAUSES

CELLS = [flaw.name for flaw in cell_flaws(rules_for())]
#: The worlds in which those flaws show that take the most acts: all worlds take ten times as long.
SHOWN_IN = {
    "date_of_arrival": ("outage",),
    "follow_up_on_day_of_writing": ("outage",),
    "case_changes[came_back": ("outage",),
    "effects[reply, replication]": ("replication",),
    "effects_on_read[replication]": ("replication",),
    "receipts": ("recipients",),
    "replicated": ("replication",),
    "may_write": ("rights",),
    "release_after_message": ("rights",),
}
FAMILIES = {"SEND", "LOG", "DLV", "ACC", "MAIL", "INB", "STA", "REP", "RGT", "RPL"}


def worlds_for(flaw, others=tuple(WORLDS)):
    return next((worlds for start, worlds in SHOWN_IN.items() if flaw.startswith(start)), others)


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_is_caught_under_the_right_rule(name):
    caught = hunt(FLAWS[name], worlds_for(name))
    assert caught is not None
    assert caught.finding.rule in FLAWS[name].caught_under


@pytest.mark.parametrize("name", [name for name in CELLS if name not in HARMLESS])
def test_a_changed_cell_is_caught(name):
    assert hunt(flaw_named(name), worlds_for(name)) is not None


def test_there_are_flaws_of_every_family_of_clauses():
    assert len(FLAWS) >= 30
    assert {rule.partition("-")[0] for f in FLAWS.values() for rule in f.caught_under} == FAMILIES
    assert all(rule in CLAUSES for flaw in FLAWS.values() for rule in flaw.caught_under)


def test_every_cell_is_changed_under_a_name_of_its_own():
    assert len(CELLS) == len(set(CELLS))
    assert len(CELLS) > 200


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_called_harmless_is_a_changed_cell_that_no_world_shows(name):
    assert name in CELLS
    worlds = worlds_for(name, ("sending", "limits", "opening"))
    assert hunt(flaw_named(name), worlds) is None


def test_the_shortest_trace_of_a_flaw_is_short():
    caught = hunt(FLAWS["opening_settles_file_request"])
    assert (caught.world, caught.acts) == ("opening", 4)


def test_an_unknown_flaw_has_no_name():
    with pytest.raises(KeyError):
        flaw_named("nothing[at all]")
