"""The schema says the same as the reader, as far as a schema can."""

import io
import random
from pathlib import Path

import jsonschema
import orjson
import pytest

import simulator.examples
from simulator.history.bad_input import BadInput
from simulator.history.reading import KINDS, Trace
from simulator.history.schema import header_table, line_schema, table

SCHEMA = jsonschema.Draft202012Validator(line_schema())
EXAMPLES = sorted(Path(next(iter(simulator.examples.__path__))).glob("*.jsonl"))
VALUES = [None, True, 0, -1, 1.5, "", "x", "ok", "reply", "2024-02-19", [], [""], ["x"], [{}], {}]


def reader_takes(record):
    try:
        list(Trace.open(io.BytesIO(orjson.dumps(record)), "line"))
    except BadInput:
        return False
    return True


def mutated(record, chance):
    record = orjson.loads(orjson.dumps(record))
    name = chance.choice([*record])
    match chance.randrange(4):
        case 0:
            del record[name]
        case 1:
            record[name + "x"] = record.pop(name)
        case 2:
            inner = [one for one in record.values() if isinstance(one, list) and one]
            if inner and isinstance(inner[0][0], dict):
                inner[0][0][chance.choice([*inner[0][0], "x"])] = chance.choice(VALUES)
        case _:
            record[name] = chance.choice(VALUES)
    return record


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(line_schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_line_of_the_examples_is_valid(path):
    for line in path.read_bytes().splitlines():
        SCHEMA.validate(orjson.loads(line))


def test_schema_and_reader_agree_on_lines_changed_at_random():
    chance = random.Random("schema")
    lines = [orjson.loads(line) for path in EXAMPLES for line in path.read_bytes().splitlines()]
    verdicts = set()
    for _ in range(1500):
        record = mutated(chance.choice(lines), chance)
        taken = reader_takes(record)
        assert SCHEMA.is_valid(record) == taken, record
        verdicts.add(taken)
    assert verdicts == {True, False}


def test_header_is_a_line():
    assert SCHEMA.is_valid({"trace": 1, "readings": {"reply_scope": "case"}})
    assert not SCHEMA.is_valid({"trace": 2})
    assert not SCHEMA.is_valid({"trace": 1, "readings": {"reply_scope": "x"}})


@pytest.mark.parametrize("kind", KINDS)
def test_tables_name_every_word_and_field(kind):
    shown = table(kind)
    for word, fields in KINDS[kind].items():
        assert f"| `{word}` |" in shown
        assert all(f"`{field.name}`" in shown for field in fields)


def test_table_of_the_header_marks_what_may_be_absent():
    assert "| `trace` |" in header_table()
    assert "| `carrier`? |" in header_table()
