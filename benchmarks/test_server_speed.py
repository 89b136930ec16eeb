"""How far the server is from its limits: a bare echo, on the same core, loaded from the other.

A send is counted when it is committed on both sides with `synchronous=FULL`: the clock stops when
the last message stands in its inbox. The echo has the same loop and the same JSON library.
Besides the rates it tells what a request costs each of the two in time of its core: that ratio
holds also where other programs slow down the load.
"""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import orjson
import pytest
from attrs import define, frozen

from benchmarks.load import Request, answered, request

ROUNDS = 5
SENDS = 8_000
ECHOES = 4 * SENDS  # take about as long: a shorter moment may be a lucky one
CASES = 1_000
READERS = 50
MANY = 1_000_000
FLAT_MIN = 0.7  # wanted: 0.85
RECORDS = 100_000
RUNS = 2
DELIVERIES = 200
PAUSE_S = 0.02
DURING_MAX = 2.0  # of the median; wanted: 1.5
#: Of the rates; wanted are 0.35, 0.25, 0.6.
RATIO_MIN = {("send", 64): 0.25, ("send", 16): 0.18, ("inbox", 64): 0.8}


@define
class Bench:
    """The two servers under load."""

    server: int
    echo: int
    operator: str
    data: Path
    server_process: int
    echo_process: int

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Ask the server as the operator."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.server}{path}",
            None if body is None else orjson.dumps(body),
            {"Authorization": f"Bearer {self.operator}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            content = answer.read()
        return orjson.loads(content) if content else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def _process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program on the first core; it is ready when it has said a line."""
    program = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),  # noqa: PLW1509 - one thread starts it
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline()
        yield program
    finally:
        program.terminate()
        program.communicate(timeout=20)


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[Bench]:
    data = tmp_path_factory.mktemp("data")
    echo, server = _free_port(), _free_port()
    operator = "operator-of-the-benchmark"
    options = ("--data", str(data), "--port", str(server), "--clock", "manual")
    os.environ["COLLAB_OPERATOR_TOKEN"] = operator
    with ExitStack() as stack:
        echoing = stack.enter_context(_process("-m", "benchmarks.echo", str(echo)))
        serving = stack.enter_context(_process("-m", "reference", "serve", *options))
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
        yield Bench(server, echo, operator, data, serving.pid, echoing.pid)


@pytest.fixture(scope="module")
def token(bench: Bench) -> str:
    """Make a caseworker and cases; give the caseworker's token."""
    bench.call("PUT", "/api/mvp/caseworkers/anna", {"role": "Benutzer"})
    token = str(bench.call("POST", "/api/mvp/caseworkers/anna/token")["token"])
    cases = [
        _request("POST", "/api/mvp/cases", token, {"case": number, "subject": "Haftpflicht"})
        for number in range(1, CASES + 1)
    ]
    asyncio.run(answered(bench.server, 16, cases, 201))
    return token


def _request(method: str, path: str, token: str, body: object = None) -> Request:
    content = b"" if body is None else orjson.dumps(body)
    return request(method, path, content, Authorization=f"Bearer {token}")


def _send(number: int) -> dict[str, Any]:
    return {
        "text": "Bitte senden Sie uns die unterschriebene Police.",
        "expects": "reply",
        "to": [f"kunde{number % CASES}@example.org"],
    }


def _sends(token: str, count: int) -> list[Request]:
    return [
        _request("POST", f"/api/mvp/cases/{1 + n % CASES}/messages", token, _send(n))
        for n in range(count)
    ]


def _rest(bench: Bench) -> None:
    """Wait until all that was sent has arrived."""
    bench.call("POST", "/api/clock", {"by_s": 0})


def _delivered(bench: Bench) -> int:
    """Count the messages in all inboxes, in the store itself."""
    with closing(sqlite3.connect(bench.data / "collaboration.sqlite")) as store:
        (count,) = store.execute("SELECT count(*) FROM items").fetchone()
    return int(count)


def _sends_per_s(bench: Bench, token: str, connections: int, count: int = SENDS) -> float:
    """Give the sends per second until the last one stands in its inbox."""
    requests, before = _sends(token, count), _delivered(bench)
    start = time.perf_counter()
    asyncio.run(answered(bench.server, connections, requests, 201))
    _rest(bench)
    took = time.perf_counter() - start
    assert _delivered(bench) == before + count
    return count / took


def _echoes_per_s(bench: Bench, connections: int) -> float:
    body = orjson.dumps(_send(0))
    requests = [request("POST", "/echo", body)] * ECHOES
    return ECHOES / asyncio.run(answered(bench.echo, connections, requests, 200))


def _inboxes_per_s(bench: Bench, tokens: Sequence[str], connections: int) -> float:
    requests = [
        _request("GET", "/api/collaboration/inbox?limit=20", tokens[n % len(tokens)])
        for n in range(SENDS)
    ]
    return SENDS / asyncio.run(answered(bench.server, connections, requests, 200))


@frozen
class Measured:
    """What some requests came to: how many a second, and microseconds of the core for each."""

    rate: float
    core_us: float


def _measured(process: int, rate_of: Callable[[], float], count: int = SENDS) -> Measured:
    before = _core_us(process)
    rate = rate_of()
    return Measured(rate, (_core_us(process) - before) / count)


def _core_us(process: int) -> float:
    """Give the time of the core that a process has had, all its threads together."""
    stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK") * 1e6


def _compared(
    capsys: pytest.CaptureFixture[str],
    what: str,
    rounds: Sequence[tuple[Measured, Measured]],
) -> float:
    """Tell the best rounds of the server and of the echo; give the median of the rounds' ratios."""
    ratio = median(server.rate / bare.rate for server, bare in rounds)
    rate, echo = (max(each.rate for each in column) for column in zip(*rounds, strict=True))
    cost, bare = (min(each.core_us for each in column) for column in zip(*rounds, strict=True))
    with capsys.disabled():
        print(f"\n{what}: at best {rate:,.0f}/s, echo {echo:,.0f}/s, median of ratios {ratio:.2f}")
        print(f"  {cost:.0f} us of the core, echo {bare:.0f} us, ratio {bare / cost:.2f}")
    return ratio


@pytest.mark.parametrize("connections", [64, 16])
def test_durable_sends_against_an_echo(bench, token, connections, benchmark, capsys) -> None:
    _sends_per_s(bench, token, connections)
    rounds = [
        (
            _measured(bench.server_process, lambda: _sends_per_s(bench, token, connections)),
            _measured(bench.echo_process, lambda: _echoes_per_s(bench, connections), ECHOES),
        )
        for _ in range(ROUNDS)
    ]
    benchmark.pedantic(_sends_per_s, (bench, token, connections), rounds=1)
    ratio = _compared(capsys, f"sends at {connections} connections", rounds)
    benchmark.extra_info["ratio"] = ratio
    assert ratio > RATIO_MIN["send", connections]


def test_inbox_reads_against_an_echo(bench, token, benchmark, capsys) -> None:
    _sends_per_s(bench, token, 64, 10 * CASES)  # ten messages in each inbox
    tokens = [_session(bench, f"kunde{number}@example.org") for number in range(READERS)]
    assert len(_inbox(bench, tokens[0])["messages"]) >= 10
    _inboxes_per_s(bench, tokens, 64)
    rounds = [
        (
            _measured(bench.server_process, lambda: _inboxes_per_s(bench, tokens, 64)),
            _measured(bench.echo_process, lambda: _echoes_per_s(bench, 64), ECHOES),
        )
        for _ in range(ROUNDS)
    ]
    benchmark.pedantic(_inboxes_per_s, (bench, tokens, 64), rounds=1)
    ratio = _compared(capsys, "inbox reads at 64 connections", rounds)
    benchmark.extra_info["ratio"] = ratio
    assert ratio > RATIO_MIN["inbox", 64]


def test_the_cost_of_a_send_does_not_grow_with_what_is_stored(
    bench, token, benchmark, capsys
) -> None:
    few = max(_sends_per_s(bench, token, 64) for _ in range(ROUNDS))
    stored = _fill(bench, MANY // 10)
    assert stored >= MANY
    many = max(_sends_per_s(bench, token, 64) for _ in range(ROUNDS))
    benchmark.pedantic(_sends_per_s, (bench, token, 64), rounds=1)
    benchmark.extra_info["ratio"] = many / few
    with capsys.disabled():
        print(f"\nsends: {few:,.0f}/s, with {stored:,} messages stored {many:,.0f}/s")
    assert many / few > FLAT_MIN


def _fill(bench: Bench, cases: int, first: int = 1_000_000) -> int:
    """Store other cases with ten messages in each, in the rows in which sends are stored."""
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n "
        f"WHERE i < {first + cases - 1})"
    )
    with closing(sqlite3.connect(bench.data / "mvp.sqlite", timeout=60)) as mvp, mvp:
        for table in ("cases", "entries"):
            _multiply(mvp, table, numbers)
    with (
        closing(sqlite3.connect(bench.data / "collaboration.sqlite", timeout=60)) as portal,
        portal,
    ):
        for table in ("mailboxes", "items", "accounts"):
            _multiply(portal, table, numbers)
    return _delivered(bench)


#: What tells the copies of a row apart: the column, and its value in the copy number i.
_COPIED = {
    "cases": ("number = 1", {"number": "i"}),
    "entries": (
        "number = 1 LIMIT 10",
        {"number": "i", "message": "message || '/' || i"},
    ),
    "mailboxes": (
        "number = 2",
        {"number": "i", "recipient": "'mensch' || i || '@example.org'"},
    ),
    "items": (
        "number = 2 LIMIT 10",
        {
            "number": "i",
            "recipient": "'mensch' || i || '@example.org'",
            "message": "message || '/' || i",
        },
    ),
    "accounts": (
        "address = 'kunde1@example.org'",
        {"address": "'mensch' || i || '@example.org'"},
    ),
}


def _multiply(store: sqlite3.Connection, table: str, numbers: str) -> None:
    """Copy the rows of one case as often as there are numbers."""
    which, changed = _COPIED[table]
    columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
    values = ", ".join(changed.get(column, column) for column in columns)
    source = f"(SELECT * FROM {table} WHERE {which})"
    store.execute(
        f"{numbers} INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM n, {source}"
    )


def test_messages_arrive_during_a_run_as_fast_as_without_it(
    bench, token, benchmark, capsys
) -> None:
    first = 2_000_000
    _sends_per_s(bench, token, 16)
    _fill(bench, RECORDS, first)
    without, during = list[float](), list[float]()
    for turn in range(1, RUNS + 1):
        _mark(bench, first, turn)
        without += asyncio.run(_deliveries(bench, token, f"without-{turn}", until=None))
        during += asyncio.run(_during_a_run(bench, token, turn))
    benchmark.pedantic(lambda: None, rounds=1)
    ratio = median(during) / median(without)
    benchmark.extra_info["ratio"] = ratio
    with capsys.disabled():
        for what, times in (("without a run", without), ("during a run", during)):
            late = quantiles(times, n=20)[-1]
            print(f"\n{what}: {len(times)} arrive in {1e3 * median(times):.1f} ms, ", end="")
            print(f"95 % in {1e3 * late:.1f} ms", end="")
        print(f"\nratio {ratio:.2f}")
    assert ratio < DURING_MAX


def _mark(bench: Bench, first: int, turn: int) -> None:
    """Mark the cases from a number on as changed."""
    fields = orjson.dumps([["subject", f"geändert {turn}"], ["follow_up_on", ""]]).decode()
    with closing(sqlite3.connect(bench.data / "mvp.sqlite", timeout=60)) as mvp, mvp:
        mvp.execute(
            "INSERT INTO marked (kind, number, name, fields, revision) "
            "SELECT 'case', number, '', ?, ? FROM cases WHERE number >= ?",
            (fields, turn, first),
        )


async def _during_a_run(bench: Bench, token: str, turn: int) -> list[float]:
    """Give how long messages take that are sent while a replication runs, in seconds."""
    asked = _request("POST", "/api/mvp/replication/runs", token, {})
    run = asyncio.create_task(answered(bench.server, 1, [asked], 201))
    times = await _deliveries(bench, token, f"during-{turn}", until=run)
    await run
    state = bench.call("GET", "/api/mvp/replication")
    records = sum(bundle["records"] for bundle in state["runs"][0]["bundles"])
    assert (state["marked"], state["runs"][0]["result"]) == (0, 0)
    assert records >= RECORDS
    assert len(times) >= DELIVERIES // 4, "messages are sent while it runs"
    return times


async def _deliveries(
    bench: Bench, token: str, name: str, until: asyncio.Task[float] | None
) -> list[float]:
    """Send one message after the other; give how long each takes to its inbox, in seconds.

    Those are left out during which what they are sent `until` has ended.
    """
    times = list[float]()
    with closing(sqlite3.connect(bench.data / "collaboration.sqlite")) as store:
        newest = "SELECT max(id) FROM items"
        (before,) = store.execute(newest).fetchone()
        while len(times) < DELIVERIES if until is None else not until.done():
            message = f"{name}-{len(times)}"
            sent = _request(
                "POST", "/api/mvp/cases/1/messages", token, _send(0) | {"message": message}
            )
            start = time.perf_counter()
            await answered(bench.server, 1, [sent], 201)
            while store.execute(newest).fetchone()[0] == before:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.0002)
            took = time.perf_counter() - start
            before += 1
            assert store.execute(newest).fetchone()[0] == before
            if until is None or not until.done():
                times.append(took)
            await asyncio.sleep(PAUSE_S)
    return times


def _session(bench: Bench, address: str) -> str:
    """Log a recipient in; an address of a caseworker is registered by itself (ACC-5)."""
    name = address.partition("@")[0]
    bench.call("PUT", f"/api/mvp/caseworkers/{name}", {"role": "none", "email": address})
    _rest(bench)
    return str(bench.call("POST", f"/api/collaboration/accounts/{address}/session")["token"])


def _inbox(bench: Bench, token: str) -> Any:
    url = f"http://127.0.0.1:{bench.server}/api/collaboration/inbox?limit=20"
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return orjson.loads(answer.read())
