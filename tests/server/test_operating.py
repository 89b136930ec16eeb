"""How a server is operated in one process: virtual time, readiness, who may see what."""

from datetime import datetime, timedelta

import pytest

CLOCK = "/api/clock"


def moment(answer):
    return datetime.fromisoformat(answer.json["now"])


@pytest.mark.clause("RPL-1")
async def test_time_that_is_moved_on_passes_through_all_that_falls_due(serve):
    async with serve(clock="manual", replicate_every=timedelta(minutes=15)) as server:
        before = moment(await server.operator.get(CLOCK))
        after = await server.operator.post(CLOCK, {"by_s": 3600})
        assert moment(after) == before + timedelta(hours=1)
        state = (await (await server.caseworker()).get("/api/mvp/replication")).json
        runs = [datetime.fromisoformat(run["at"]) for run in reversed(state["runs"])]
        assert runs == [before + timedelta(minutes=15) * number for number in (1, 2, 3, 4)]


async def test_when_time_was_moved_all_has_come_to_rest(serve):
    async with serve(clock="manual") as server:
        anna = await server.caseworker()
        kunde = await server.recipient()
        await anna.post("/api/mvp/cases", {"case": 53})
        for number in range(20):
            body = {"text": "x", "expects": "reply", "to": ["k@example.org"]}
            sent = await anna.post("/api/mvp/cases/53/messages", body)
            assert sent.status == 201
            await server.operator.post(CLOCK, {"by_s": 0})
            assert (await kunde.get("/api/collaboration/inbox")).json["unread"] == number + 1
            assert (await anna.get("/api/mvp/cases/53")).json["under_way"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"by_s": -1},
        {"by_s": 10**9},
        {"to": "2024-02-19T12:18:16Z", "by_s": 1},
        {"to": "2024-02-20T12:18:16"},
        {"to": "2001-01-01T00:00:00Z"},
        {"to": "2099-01-01T00:00:00Z"},
        {"to": "tomorrow"},
    ],
)
async def test_time_does_not_go_back_nor_far_nor_where_nobody_knows(serve, body):
    async with serve(clock="manual") as server:
        before = (await server.operator.get(CLOCK)).json
        refused = await server.operator.post(CLOCK, body)
        assert (refused.status, refused.code) == (422, "invalid")
        assert (await server.operator.get(CLOCK)).json == before


async def test_the_system_s_time_cannot_be_moved(serve):
    async with serve() as server:
        assert (await server.operator.get(CLOCK)).status == 404
        assert (await server.operator.post(CLOCK, {"by_s": 1})).status == 404


async def test_health_and_readiness_are_told_to_everybody(serve):
    async with serve() as server:
        assert (await server.nobody.get("/health")).json == {"status": "ok"}
        assert (await server.nobody.get("/ready")).json == {"ready": True, "problems": []}


async def test_a_store_that_cannot_be_written_is_told_without_where_it_is(serve, tmp_path):
    async with serve() as server:
        writer = server.system.mvp.writer
        await writer.do(lambda unit: unit.connection.execute("PRAGMA query_only=ON"))
        ready = await server.nobody.get("/ready")
        assert ready.status == 503
        assert ready.json == {"ready": False, "problems": ["mvp: the store cannot be written"]}
        assert str(tmp_path).encode() not in ready.body


async def test_metrics_are_told_on_this_machine_and_to_operators(serve):
    async with serve() as server:
        assert (await server.nobody.get("/metrics")).status == 200
        headers = {"X-Forwarded-For": "192.0.2.1"}
        assert (await server.nobody.get("/metrics", headers=headers)).status == 401
        assert (await server.operator.get("/metrics", headers=headers)).status == 200
        anna = await server.caseworker()
        assert (await anna.get("/metrics", headers=headers)).status == 403
