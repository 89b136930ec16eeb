"""Each rule that a trace can show has an example that keeps it and one that breaks it."""

import io
from pathlib import Path

import pytest

import simulator.examples
from simulator.check.judging import Task, check_trace
from simulator.exits import Exit
from simulator.history.clauses import CLAUSES, Shown
from simulator.oracle import REGISTRY

FOLDER = Path(next(iter(simulator.examples.__path__)))
GOOD = sorted(FOLDER.glob("*-good.jsonl"))
BAD = sorted(FOLDER.glob("*-bad.jsonl"))
#: Rules whose clause a trace shows; the others wait for the server and the pages.
RULES = {promise.rule for promise in REGISTRY if CLAUSES[promise.rule].shown is Shown.TRACE}


def checked(path):
    return check_trace(io.BytesIO(path.read_bytes()), path.name, Task())


def rule_of(path):
    return path.stem.rpartition("-")[0]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_example_keeps_the_rules_and_its_own_was_decisive(path):
    result = checked(path)
    assert (result.exit, result.error, result.findings) == (Exit.KEPT, "", ())
    assert result.decisive.get(rule_of(path)), result.decisive


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_example_breaks_exactly_its_own_rule(path):
    result = checked(path)
    assert [finding.rule for finding in result.findings] == [rule_of(path)], result


@pytest.mark.parametrize("paths", [GOOD, BAD], ids=["good", "bad"])
def test_every_registered_rule_has_an_example(paths):
    assert {rule_of(path) for path in paths} >= RULES
