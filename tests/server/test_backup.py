"""A side goes on from a backup: what people do from then on arrives, whatever was lost before."""

import shutil
from datetime import timedelta

import pytest

from reference.clock import ManualClock
from tests.server.people import MONDAY

CASE = "/api/mvp/cases/53"
PORTAL = "/api/collaboration/cases/53"
KUNDE = "k@example.org"


async def send(server, anna, message):
    body = {"message": message, "text": message, "expects": "acknowledge", "to": [KUNDE]}
    assert (await anna.post(f"{CASE}/messages", body)).status == 201
    await server.rest()


async def write(server, kunde, message):
    body = {"message": message, "text": message}
    assert (await kunde.post(f"{PORTAL}/messages", body)).status == 201
    await server.rest()


async def read(server, kunde):
    assert (await kunde.post(f"{PORTAL}/openings", {"via": "case"})).status == 204
    await server.rest()


async def edit(server, anna, subject):
    assert (await anna.patch(CASE, {"subject": subject})).status == 204
    assert (await server.operator.post("/api/mvp/replication/runs")).json["result"] == 0


async def in_inbox(kunde):
    inbox = (await kunde.get("/api/collaboration/inbox")).json
    return sorted(each["message"] for each in inbox["messages"])


async def in_case(anna):
    entries = (await anna.get(f"{CASE}/activities")).json["entries"]
    return [each["message"] for each in entries]


async def backed_up(serve, tmp_path, side, meanwhile):
    """Let something happen after a backup of a side, then put the backup back."""
    store, backup = tmp_path / "data" / f"{side}.sqlite", tmp_path / "backup.sqlite"
    async with serve(now=ManualClock(MONDAY)) as server:
        anna = await server.caseworker()
        await anna.post("/api/mvp/cases", {"case": 53, "subject": "Hagel"})
        await send(server, anna, "m1")
        kunde = await server.recipient(KUNDE)
        await read(server, kunde)
        await write(server, kunde, "r1")
        await edit(server, anna, "Hagel 1")
    shutil.copy(store, backup)
    async with serve(now=ManualClock(MONDAY + timedelta(hours=1))) as server:
        await meanwhile(server, server.person(anna.token), server.person(kunde.token))
    shutil.copy(backup, store)
    return anna.token, kunde.token


@pytest.mark.clause("DLV-2", "RPL-2")
async def test_what_is_sent_and_edited_after_the_mvp_went_back_arrives(serve, tmp_path):
    async def meanwhile(server, anna, _):
        await send(server, anna, "m2")
        await edit(server, anna, "Hagel 2")
        await edit(server, anna, "Hagel 3")

    anna, kunde = await backed_up(serve, tmp_path, "mvp", meanwhile)
    async with serve(now=ManualClock(MONDAY + timedelta(hours=2))) as server:
        anna, kunde = server.person(anna), server.person(kunde)
        for message in ("m3", "m4"):
            await send(server, anna, message)
        await edit(server, anna, "Hagel 4")
        assert await in_inbox(kunde) == ["m1", "m2", "m3", "m4"]
        assert (await kunde.get(PORTAL)).json["subject"] == "Hagel 4"


@pytest.mark.clause("DLV-5", "STA-4")
async def test_what_is_written_and_read_after_the_portal_went_back_arrives(serve, tmp_path):
    async def meanwhile(server, anna, kunde):
        del anna
        await write(server, kunde, "r2")
        await write(server, kunde, "r3")

    anna, kunde = await backed_up(serve, tmp_path, "collaboration", meanwhile)
    async with serve(now=ManualClock(MONDAY + timedelta(hours=2))) as server:
        anna, kunde = server.person(anna), server.person(kunde)
        await write(server, kunde, "r4")
        await send(server, anna, "m2")
        assert (await anna.get(CASE)).json["acknowledged_on"] is None
        await read(server, kunde)
        assert (await anna.get(CASE)).json["acknowledged_on"] == "2024-02-19"
        await write(server, kunde, "r5")
        assert await in_case(anna) == ["m1", "r1", "r2", "r3", "r4", "m2", "r5"]
