"""How much memory checking a long trace takes; `MEMORY_LINES` says how long it is."""

import os
import subprocess
import sys

LINES = int(os.environ.get("MEMORY_LINES", "300000"))
OPEN_CASES = min(10_000, LINES // 50)
PEAK_MAX_MB = 500

TELL = """
import sys
from benchmarks.traces import trace
for line in trace(int(sys.argv[1]), int(sys.argv[2])):
    sys.stdout.buffer.write(line)
"""
CHECK = """
import resource, sys
from simulator.check.judging import Task, check_trace
checked = check_trace(sys.stdin.buffer, "trace.jsonl", Task())
assert not (checked.error or checked.findings or checked.undecided), checked
print(checked.lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_a_long_trace_is_checked_in_bounded_memory() -> None:
    tell = [sys.executable, "-c", TELL, str(LINES), str(OPEN_CASES)]
    with subprocess.Popen(tell, stdout=subprocess.PIPE) as teller:
        check = [sys.executable, "-c", CHECK]
        answer = subprocess.run(check, stdin=teller.stdout, capture_output=True, check=True)
    lines, peak_mb = map(int, answer.stdout.split())
    print(f"\n{lines} lines of {OPEN_CASES} open cases at once: {peak_mb} MB at most")
    assert lines >= LINES
    assert peak_mb <= PEAK_MAX_MB
