"""How long checking a trace takes, as a multiple of parsing its lines with the standard library."""

import gc
import io
import json
from collections.abc import Callable, Iterator
from time import process_time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.traces import trace
from simulator.check.judging import Checked, Task, check_trace

LINES, OPEN_CASES, ROUNDS = 10_000, 100, 15
RATIO_MAX = 3.0  # in the end 1 is wanted
#: Rules that a clean trace of everyday work must have decided.
DECISIVE = [
    "ACC-1",
    "ACC-2",
    "ACC-3",
    "ACC-4",
    "DLV-1",
    "DLV-2",
    "DLV-4",
    "DLV-5",
    "INB-1",
    "INB-2",
    "INB-3",
    "INB-4",
    "INB-6",
    "INB-7",
    "INB-8",
    "INB-9",
    "INB-10",
    "INB-11",
    "LOG-1",
    "LOG-2",
    "LOG-3",
    "MAIL-1",
    "MAIL-2",
    "MAIL-3",
    "REP-1",
    "REP-2",
    "REP-3",
    "REP-4",
    "REP-6",
    "RGT-1",
    "RPL-2",
    "SEND-1",
    "SEND-3",
    "SEND-4",
    "SEND-5",
    "SEND-6",
    "SEND-7",
    "SEND-9",
    "SEND-10",
    "SEND-12",
    "SEND-13",
    "STA-1",
    "STA-2",
    "STA-3",
    "STA-4",
    "STA-5",
    "STA-6",
    "STA-7",
    "STA-8",
    "STA-9",
]


@pytest.fixture(scope="module")
def data() -> Iterator[bytes]:
    """Make a trace; what the runner holds is kept from the collector, which would walk it."""
    gc.collect()
    gc.freeze()
    yield b"".join(trace(LINES, OPEN_CASES))
    gc.unfreeze()


def parse(data: bytes) -> int:
    return sum(type(json.loads(line)) is dict for line in io.BytesIO(data))


def check(data: bytes) -> Checked:
    return check_trace(io.BytesIO(data), "trace.jsonl", Task())


def timed(work: Callable[[bytes], object], data: bytes) -> float:
    """Give the processor time, which other work on the machine lengthens least."""
    begin = process_time()
    work(data)
    return process_time() - begin


def assert_work(checked: Checked, data: bytes) -> None:
    assert (checked.error, checked.findings, checked.undecided) == ("", (), ())
    assert checked.lines == data.count(b"\n") >= LINES
    assert [rule for rule in DECISIVE if not checked.decisive.get(rule)] == []


def test_checking_against_parsing_the_same_lines(data: bytes, benchmark: BenchmarkFixture) -> None:
    assert_work(check(data), data)
    assert parse(data) == data.count(b"\n")
    rounds = [(timed(parse, data), timed(check, data)) for _ in range(ROUNDS)]
    ratio = min(took for _, took in rounds) / min(took for took, _ in rounds)
    benchmark.extra_info["times_json_loads"] = round(ratio, 2)
    print(f"\nchecking takes {ratio:.2f} times as long as json.loads of the same lines")
    assert_work(benchmark.pedantic(check, args=(data,), rounds=3), data)
    assert ratio <= RATIO_MAX


def test_parsing_alone(data: bytes, benchmark: BenchmarkFixture) -> None:
    assert benchmark.pedantic(parse, args=(data,), rounds=3) == data.count(b"\n")
