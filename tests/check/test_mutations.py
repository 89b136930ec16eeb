"""Whatever the bytes, a check ends in a verdict or in bad input, never in a traceback."""

import io
import random
from collections import Counter
from pathlib import Path

import orjson
from click.testing import CliRunner

import simulator.examples
from simulator.__main__ import main
from simulator.check.judging import Task, check_trace
from simulator.exits import Exit

TRACES = [
    path.read_bytes()
    for path in sorted(Path(next(iter(simulator.examples.__path__))).glob("*.jsonl"))
]
VALUES = [
    None, True, False, 0, -1, 2**63, 1e300, "", " ", "\0", "m1", "m2", "r1", "k@example.org",
    "ok", "refused", "unknown", "reply", "2024-02-19", "2024-02-19T12:00:00Z", 53, "53", [], [[]],
    ["k@example.org"], [{}], {}, {"message": "m1"}, [{"message": "m1"}], {"a": {"a": {}}},
]  # fmt: skip
BYTES = b'{}[]",:\\\n\r\t \0\xff\xc3\xef\xbb\xbf0-9eEtfnu'


def changed_bytes(data, chance):
    """Change a few bytes: replaced, put in, cut out, doubled, cut off."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randint(0, 20))
        new = bytes(chance.choice(BYTES) for _ in range(chance.randint(0, 2)))
        match chance.randrange(4):
            case 0:
                data = data[:start] + new + data[start + len(new) :]
            case 1:
                data = data[:start] + new + data[end:]
            case 2:
                data = data[:end] + data[start:]
            case _:
                data = data[:start] if chance.random() < 0.2 else data[:start] + data[end:]
    return data


def changed_structure(data, chance):
    """Change values, names and lines, keeping JSON."""
    records = [orjson.loads(line) for line in data.splitlines()]
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(records))
        record = records[place]
        inner = [one[0] for one in record.values() if isinstance(one, list) and one]
        if inner and isinstance(inner[0], dict) and inner[0] and chance.random() < 0.3:
            record = inner[0]
        name = chance.choice([*record]) if record else "at"
        match chance.randrange(8):
            case 0:
                record.pop(name, None)
            case 1:
                records.insert(chance.randrange(len(records)), orjson.loads(orjson.dumps(record)))
            case 2:
                other = chance.randrange(len(records))
                records[place], records[other] = records[other], records[place]
            case 3:
                record["outcome"] = chance.choice(["ok", "refused", "unknown"])
            case 4:
                records[place] = {**chance.choice(records), "at": record.get("at")}
            case 5 if len(records) > 1:
                del records[place]
            case _:
                record[name] = chance.choice(VALUES)
    if chance.random() < 0.5:  # otherwise most changes end at the order of the lines
        for second, record in enumerate(records):
            if "trace" not in record:
                record["at"] = f"2024-02-19T12:{second % 60:02}:00+01:00"
    return b"\n".join(map(orjson.dumps, records)) + b"\n"


def test_ten_thousand_changed_traces_end_in_a_verdict_or_in_bad_input():
    chance = random.Random("mutations")
    exits = Counter()
    for number in range(10_000):
        change = changed_bytes if number % 2 else changed_structure
        data = change(chance.choice(TRACES), chance)
        try:
            exits[check_trace(io.BytesIO(data), "log", Task()).exit] += 1
        except Exception as error:
            raise AssertionError(f"{number}: {data.decode(errors='replace')}") from error
    assert exits[Exit.BAD_INPUT] > 1000
    assert exits[Exit.KEPT] > 500
    assert exits[Exit.VIOLATED] > 500
    assert exits[Exit.ENVIRONMENT] == 0


def test_changed_traces_leave_the_command_line_without_a_traceback():
    chance = random.Random("command line")
    for number in range(60):
        change = changed_bytes if number % 2 else changed_structure
        data = change(chance.choice(TRACES), chance)
        result = CliRunner().invoke(main, ["check", "-"], input=data)
        assert result.exception is None or isinstance(result.exception, SystemExit), data
        assert "Traceback" not in result.output
        assert result.exit_code in {0, 1, 2, 3}
