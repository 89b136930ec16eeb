"""Digests are Python's own hashes: their seed must change nothing that is found."""

import os
import subprocess
import sys
from pathlib import Path

import simulator.oracle

ROOT = Path(simulator.oracle.__file__).parents[2]
PROGRAM = """
import io
from pathlib import Path
import simulator.examples
from simulator.check.judging import Task, check_trace

for folder in simulator.examples.__path__:
    for path in sorted(Path(folder).glob("*.jsonl")):
        print(check_trace(io.BytesIO(path.read_bytes()), path.name, Task()))
"""


def judged(seed):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def test_all_examples_are_judged_alike_under_two_hash_seeds():
    one = judged("1")
    assert one.count("-good.jsonl") > 40
    assert one.count("-bad.jsonl") > 40
    assert judged("2") == one
