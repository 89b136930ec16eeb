"""What is sent while a replication runs must not wait for it, on a server too."""

import asyncio
from types import SimpleNamespace

import pytest

from simulator.targets import over_http
from simulator.targets.over_http import OverHttp
from simulator.targets.port import Outcome

RUN = {"act": "replicate", "result": 0}
SEND = {"act": "send", "by": "anna", "case": 53, "message": "m1", "to": ["k@example.org"]}
OPEN = {"act": "open", "by": "k@example.org", "case": 54, "via": "case"}


def done(records, run_s, delivery_s):
    """Let a server act of which a run and a delivery take so long; what it did in order."""
    told = []

    class Target(OverHttp):
        async def _do(self, record, hitch):
            assert hitch is None
            told.append(record["act"])
            await asyncio.sleep(run_s if record is RUN else 0)
            told.append(f"{record['act']} done")
            return Outcome("ok")

        async def _move(self, to):
            del to

        async def _settle(self):
            await asyncio.sleep(delivery_s)
            told.append("arrived")

    people = SimpleNamespace(people=SimpleNamespace())
    with asyncio.Runner() as runner:
        server = Target(people, None, None, None, None, runner, None)
        outcomes = server.act(records, None)
    assert outcomes == [Outcome("ok")] * len(records)
    return told, server.differences()


def test_messages_are_under_way_together_with_a_run_and_other_acts_wait_for_it():
    told, differences = done([RUN, SEND, OPEN], run_s=0.2, delivery_s=0)
    assert told == [
        "replicate", "send", "send done", "arrived", "replicate done", "open", "open done",
    ]  # fmt: skip
    assert differences == []


@pytest.mark.parametrize(("longest_s", "found"), [(0, 1), (10, 0)])
def test_a_message_that_arrives_only_after_a_long_run_is_a_difference(
    longest_s, found, monkeypatch
):
    monkeypatch.setattr(over_http, "_BESIDE_S_MAX", longest_s)
    told, differences = done([RUN, SEND], run_s=0.05, delivery_s=0.3)
    assert told[-2:] == ["replicate done", "arrived"]
    assert len(differences) == found
    assert all("it was still under way" in one.target for one in differences)
