"""Replication: what it carries, what it leaves marked, and that nothing waits for it."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import define, evolve, field

from reference.domain.case import Case
from reference.domain.mailbox import Mailbox
from reference.domain.readings import Readings
from reference.domain.replication import Bundle
from reference.link.peer import BundleAnswer, Unreachable
from reference.store.codec import dumps
from reference.store.collaboration_tables import MAILBOXES
from reference.store.mvp_tables import CASES, MARK
from tests.server.processes import served

KUNDE = "k@example.org"
RUNS = "/api/mvp/replication/runs"


async def prepared(server):
    """Give a caseworker and a recipient of a message in case 53."""
    anna = await server.caseworker()
    await anna.post("/api/mvp/cases", {"case": 53, "subject": "alt"})
    body = {"text": "Hallo", "expects": "acknowledge", "to": [KUNDE], "message": "m1"}
    assert (await anna.post("/api/mvp/cases/53/messages", body)).status == 201
    await server.rest()
    return anna, await server.recipient(KUNDE)


async def subject(kunde, case=53):
    return (await kunde.get(f"/api/collaboration/cases/{case}")).json["subject"]


async def edited(anna, text, case=53):
    assert (await anna.patch(f"/api/mvp/cases/{case}", {"subject": text})).status == 204


async def state(anna):
    return (await anna.get("/api/mvp/replication")).json


async def run(anna, start=None, **more):
    return await anna.post(RUNS, start, **more)


@pytest.mark.clause("RPL-1", "RPL-2")
async def test_changed_case_data_shows_in_the_portal_with_the_next_run(serve):
    async with serve() as server:
        anna, kunde = await prepared(server)
        assert (await run(anna)).json["result"] == 0
        await edited(anna, "neu")
        assert await subject(kunde) == "alt"
        assert (await state(anna))["marked"] == 1
        done = await run(anna)
        assert (done.status, done.json["result"]) == (201, 0)
        held = [{"kind": "case", "records": 1, "result": 0, "failed": 0}]
        assert done.json["bundles"] == held
        assert await subject(kunde) == "neu"
        seen = await state(anna)
        assert (seen["marked"], seen["runs"][0]) == (0, done.json)


@pytest.mark.clause("RPL-1")
async def test_a_run_comes_by_itself_every_so_often(serve):
    async with serve(replicate_every=timedelta(milliseconds=50)) as server:
        anna, kunde = await prepared(server)
        await edited(anna, "neu")
        while await subject(kunde) != "neu":  # noqa: ASYNC110 - over HTTP there is no event
            await asyncio.sleep(0.01)


async def test_without_an_interval_only_the_start_by_hand_replicates(serve):
    async with serve(replicate_every=None) as server:
        anna, _ = await prepared(server)
        assert (await state(anna))["due_at"] is None
        assert (await run(anna)).status == 201


async def test_the_same_key_again_gives_the_first_answer_and_no_second_run(serve):
    async with serve() as server:
        anna, _ = await prepared(server)
        key = {"Idempotency-Key": "lauf-1"}
        first, second = await asyncio.gather(run(anna, headers=key), run(anna, headers=key))
        await edited(anna, "neu")
        again = await run(anna, headers=key)
        assert first.body == second.body == again.body
        assert len((await state(anna))["runs"]) == 1


@pytest.mark.clause("RPL-4", "RPL-6")
async def test_what_failed_is_sent_again_with_the_next_run(serve):
    async with serve(clock="manual") as server:
        anna, kunde = await prepared(server)
        await run(anna, {})
        await edited(anna, "neu")
        partly = await run(anna, {"result": 1, "failed": 1})
        assert partly.json["bundles"] == [{"kind": "case", "records": 1, "result": 1, "failed": 1}]
        assert (await subject(kunde), (await state(anna))["marked"]) == ("alt", 1)
        whole = await run(anna, {"result": 2})
        assert whole.json["result"] == 2
        assert (await subject(kunde), (await state(anna))["marked"]) == ("alt", 1)
        await run(anna, {})
        assert (await subject(kunde), (await state(anna))["marked"]) == ("neu", 0)


@pytest.mark.clause("RPL-4")
async def test_a_result_that_there_is_not_is_refused_and_nothing_runs(serve):
    async with serve(clock="manual") as server:
        anna, _ = await prepared(server)
        wrong = await run(anna, {"result": 7})
        assert (wrong.status, wrong.code) == (422, "unknown_replication_result")
        assert (await state(anna))["runs"] == []


@define(eq=False)
class Other:
    """The other side, which answers as a test says."""

    peer: object
    answers: object
    bundles: list[Bundle] = field(factory=list)

    async def take_bundle(self, bundle):
        self.bundles.append(bundle)
        return await self.answers(self.peer, bundle)

    async def turn(self):
        await self.peer.turn()


def behind(server, answers):
    """Let the replication meet another side."""
    replicator = server.system.replicator
    replicator.peer = Other(replicator.peer, answers)
    return replicator.peer


def one_a_bundle(server):
    """Let a bundle hold one record."""
    replicator = server.system.replicator
    side = replicator.side
    replicator.side = evolve(side, rules=evolve(side.rules, bundle_records_max=1))


@pytest.mark.clause("RPL-4")
async def test_an_answer_that_there_is_not_ends_the_run_and_nothing_is_unmarked(serve):
    async def answer(_peer, _bundle):
        return BundleAnswer(7)

    async with serve() as server:
        anna, _ = await prepared(server)
        behind(server, answer)
        wrong = await run(anna)
        assert (wrong.status, wrong.code) == (422, "unknown_replication_result")
        seen = await state(anna)
        assert (seen["marked"], seen["runs"][0]["result"]) == (1, None)


@pytest.mark.clause("RPL-6")
async def test_a_lost_answer_loses_nothing_and_the_next_run_repeats_it(serve):
    async def answer_lost(peer, bundle):
        await peer.take_bundle(bundle)
        raise Unreachable("the answer is lost")

    async with serve() as server:
        anna, kunde = await prepared(server)
        await edited(anna, "neu")
        whole = server.system.replicator.peer
        behind(server, answer_lost)
        failed = await run(anna)
        assert (failed.status, failed.code) == (503, "replication_failed")
        assert (await subject(kunde), (await state(anna))["marked"]) == ("neu", 1)
        server.system.replicator.peer = whole
        assert (await run(anna)).json["result"] == 0
        assert (await subject(kunde), (await state(anna))["marked"]) == ("neu", 0)


@pytest.mark.clause("RPL-6")
async def test_what_is_cut_fails_and_catches_up(serve):
    async with serve(clock="manual") as server:
        anna, kunde = await prepared(server)
        await edited(anna, "neu")
        for what in ("replication", "link"):
            await server.operator.put(f"/api/faults/{what}", {"state": "down"})
            failed = await run(anna, {})
            assert (failed.status, failed.code) == (503, "replication_failed")
            await server.operator.put(f"/api/faults/{what}", {"state": "up"})
        assert await subject(kunde) == "alt"
        assert (await run(anna, {})).json["result"] == 0
        assert await subject(kunde) == "neu"


@pytest.mark.clause("RPL-2", "RPL-6")
async def test_a_record_that_changes_again_before_its_turn_comes_goes_as_it_is_then(serve):
    async with serve() as server:
        anna, kunde = await prepared(server)
        await run(anna)
        one_a_bundle(server)
        await edited(anna, "neu")
        await anna.post("/api/mvp/cases", {"case": 54, "subject": "alt"})
        body = {"text": "Hallo", "expects": "acknowledge", "to": [KUNDE]}
        assert (await anna.post("/api/mvp/cases/54/messages", body)).status == 201
        await server.rest()
        await edited(anna, "neuer", case=54)

        async def meanwhile(peer, bundle):
            if bundle.records[0].case == 53:
                body = {"follow_up_on": "2024-03-01"}
                assert (await anna.patch("/api/mvp/cases/54", body)).status == 204
            return await peer.take_bundle(bundle)

        other = behind(server, meanwhile)
        assert (await run(anna)).json["result"] == 0
        assert (await subject(kunde, 54), (await state(anna))["marked"]) == ("neuer", 0)
        carried = [dict(record.fields) for bundle in other.bundles for record in bundle.records]
        assert carried[1] == {"subject": "neuer", "follow_up_on": "2024-03-01"}


async def test_a_record_that_changes_while_it_travels_stays_marked(serve):
    async with serve() as server:
        anna, kunde = await prepared(server)
        await edited(anna, "neu")

        async def meanwhile(peer, bundle):
            answer = await peer.take_bundle(bundle)
            await edited(anna, "neuer")
            return answer

        whole = server.system.replicator.peer
        behind(server, meanwhile)
        await run(anna)
        assert (await subject(kunde), (await state(anna))["marked"]) == ("neu", 1)
        server.system.replicator.peer = whole
        await run(anna)
        assert (await subject(kunde), (await state(anna))["marked"]) == ("neuer", 0)


@pytest.mark.clause("RPL-2")
async def test_a_record_does_not_bring_an_older_subject_than_a_message_did_meanwhile(serve):
    async with serve() as server:
        anna, kunde = await prepared(server)
        await edited(anna, "neu")

        async def meanwhile(peer, bundle):
            assert dict(bundle.records[0].fields)["subject"] == "neu"
            await edited(anna, "neuer")
            body = {"text": "Hallo", "expects": "acknowledge"}
            assert (await anna.post("/api/mvp/cases/53/messages", body)).status == 201
            await server.rest()
            assert await subject(kunde) == "neuer"
            return await peer.take_bundle(bundle)

        whole = server.system.replicator.peer
        behind(server, meanwhile)
        assert (await run(anna)).json["result"] == 0
        assert (await subject(kunde), (await state(anna))["marked"]) == ("neuer", 1)
        server.system.replicator.peer = whole
        assert (await run(anna)).json["result"] == 0
        assert (await subject(kunde), (await state(anna))["marked"]) == ("neuer", 0)


@pytest.mark.clause("RPL-5")
async def test_a_bundle_again_changes_nothing(serve):
    async def twice(peer, bundle):
        first = await peer.take_bundle(bundle)
        changes = await server.system.collaboration.writer.do(
            lambda unit: unit.connection.total_changes
        )
        assert await peer.take_bundle(bundle) == first
        again = await server.system.collaboration.writer.do(
            lambda unit: unit.connection.total_changes
        )
        assert again == changes
        return first

    async with serve() as server:
        anna, kunde = await prepared(server)
        await edited(anna, "neu")
        other = behind(server, twice)
        assert (await run(anna)).json["result"] == 0
        assert len(other.bundles) == 1
        assert await subject(kunde) == "neu"


@pytest.mark.clause("RPL-3")
async def test_a_run_leaves_messages_marks_and_the_status_as_they_are(serve):
    async with serve() as server:
        anna, kunde = await prepared(server)
        await edited(anna, "neu")

        async def looked():
            inbox = (await kunde.get("/api/collaboration/inbox")).json
            case = (await anna.get("/api/mvp/cases/53")).json
            log = (await anna.get("/api/mvp/cases/53/activities")).json
            return [{**line, "subject": ""} for line in inbox["messages"]], case, log

        before = await looked()
        await run(anna)
        assert await looked() == before
        assert await subject(kunde) == "neu"


@pytest.mark.clause("RPL-3")
async def test_read_marks_go_with_a_run_where_the_reading_says_so(serve):
    async with serve(readings=Readings(receipt_transport="replication")) as server:
        anna, kunde = await prepared(server)
        opening = await kunde.post("/api/collaboration/messages/m1/read")
        assert opening.status == 204
        await server.rest()
        one = "/api/mvp/cases/53"
        assert (await anna.get(one)).json["acknowledged_on"] is None
        await run(anna)
        assert (await anna.get(one)).json["acknowledged_on"] is not None


@define(eq=False)
class Counting:
    """A database that counts the rows of each transaction."""

    database: object
    rows: list[int] = field(factory=list)

    @property
    def path(self):
        return self.database.path

    async def run(self, work):
        def counted(raw):
            before = raw.total_changes
            try:
                return work(raw)
            finally:
                self.rows.append(raw.total_changes - before)

        return await self.database.run(counted)

    async def close(self):
        await self.database.close()


def counted(writer):
    writer._queue._database = Counting(writer._queue._database)
    return writer._queue._database


async def many_cases(server, count, first=1000):
    """Change so many cases, each known to a recipient."""
    fields = dumps((("subject", "neu"), ("follow_up_on", "")))
    numbers = range(first, first + count)

    def changed(unit):
        for number in numbers:
            unit.put(CASES, number, Case(number, "neu"))
            unit.write("marked", MARK, ("case", number, "", fields, 1))

    def known(unit):
        for number in numbers:
            unit.put(MAILBOXES, (number, KUNDE), Mailbox(number, KUNDE, "alt"))

    await server.system.mvp.writer.do(changed)
    await server.system.collaboration.writer.do(known)


@pytest.mark.clause("RPL-4", "DLV-1")
async def test_a_run_over_many_records_holds_nobody_up(serve):
    async def passed_on(peer, bundle):
        return await peer.take_bundle(bundle)

    async with serve(synchronous="OFF") as server:
        anna, kunde = await prepared(server)
        await many_cases(server, 12_100)
        other = behind(server, passed_on)
        rows = [counted(s.writer) for s in (server.system.mvp, server.system.collaboration)]
        replication = asyncio.create_task(run(anna))
        arrived = 0
        while not replication.done():
            message = f"während-{arrived}"
            body = {"text": "Hallo", "expects": "reply", "message": message}
            await anna.post("/api/mvp/cases/53/messages", body)
            await server.rest()
            inbox = (await kunde.get("/api/collaboration/inbox", params={"limit": 500})).json
            assert inbox["messages"][-1]["message"] == message or len(inbox["messages"]) >= 500
            arrived += 1
            await asyncio.sleep(0.05)
        done = await replication
        assert done.json["result"] == 0
        sizes = [len(bundle.records) for bundle in other.bundles]
        assert sizes == [6000, 6000, 101]
        assert arrived >= 10, "messages arrive while it runs"
        assert max(max(each.rows) for each in rows) <= 100, "no transaction holds the writer long"
        assert await subject(kunde, 1000 + 12_099) == "neu"
        assert (await state(anna))["marked"] == 0


@pytest.mark.clause("RPL-4")
async def test_a_run_over_100_000_records_holds_few_of_them_at_a_time(tmp_path, serve):
    async with serve(synchronous="OFF") as server:
        await many_cases(server, 100_000)
    quick = ("--synchronous", "OFF", "--replicate-every", "never")
    with served(tmp_path / "data", *quick) as process:
        token = process.caseworker()
        assert process.ask("GET", "/").status == 200  # what is loaded after the start is there now
        before = peak(process.process.pid)
        done = process.ask("POST", RUNS, {}, token, patience_s=600)
        grown = peak(process.process.pid) - before
    assert sum(bundle["records"] for bundle in done.json["bundles"]) == 100_000
    assert grown <= 30 * 1024, "300 bytes a record: less than one takes"


def peak(pid):
    """Give the most memory that a process has had so far, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])
