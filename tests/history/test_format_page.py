"""The page for people with another system: its examples are run, its tables are current."""

import io
import re
from pathlib import Path

import jsonschema
import orjson
import pytest
from cogapp import Cog

import simulator.history
from simulator.check.judging import Task, check_trace
from simulator.exits import Exit
from simulator.history.schema import line_schema

PAGE = Path(simulator.history.__file__).with_name("FORMAT.md")
EXAMPLES = re.findall(r"```jsonl\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_on_the_page_is_a_trace_that_keeps_the_rules(example):
    checked = check_trace(io.BytesIO(example.encode()), "page", Task())
    assert (checked.exit, checked.error, checked.findings) == (Exit.KEPT, "", ())


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_on_the_page_is_valid_by_the_schema(example):
    for line in example.splitlines():
        jsonschema.validate(orjson.loads(line), line_schema())


def test_five_kinds_of_line_are_enough_to_start():
    first = [orjson.loads(line) for line in EXAMPLES[0].splitlines()]
    assert {record.get("act") or record.get("see") for record in first} == {
        "send",
        "open",
        "inbox",
        "reply",
        "case",
    }


def test_tables_on_the_page_are_those_of_the_vocabulary():
    assert Cog().main(["cog", "--check", str(PAGE)]) == 0
