"""Files over the link: they are there before the message is, and nothing else stays."""

import io
import random
from hashlib import sha256

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from reference.clock import SystemClock
from reference.link.signing import digest_of, signed
from reference.store.codec import to_us
from tests.server.test_link import (  # noqa: F401 - fixtures are found by their names
    KUNDE,
    SECRET,
    both,
    inbox,
    prepared,
    sent,
    sides,
    under_way,
    until,
)

MESSAGES = "/api/collaboration/cases/53/messages"
DOCUMENTS = "/api/mvp/cases/53/documents"
CONTENT = random.Random("content").randbytes(3_000_000)


def on_disk(server, side):
    """Give all files of a side, staged ones included."""
    return {p.name for p in (server.config.data / f"{side}-files").rglob("*") if p.is_file()}


async def filed(anna, name, content):
    answer = await anna.put(f"{DOCUMENTS}/{name}", data=io.BytesIO(content))
    assert answer.status == 201, answer.body


async def answered(kunde, name, content, message):
    form = aiohttp.FormData({"text": "Hier", "answers": message, "message": f"to {message}"})
    form.add_field("file", io.BytesIO(content), filename=name)
    answer = await kunde.post(MESSAGES, data=form)
    assert answer.status == 201, answer.body


@pytest.mark.clause("SEND-9", "REP-5")
async def test_files_travel_both_ways_between_two_processes(both):  # noqa: F811
    async with both() as (mvp, collaboration):
        anna = await prepared(mvp)
        await filed(anna, "a.bin", CONTENT)
        await sent(anna, "m1", to=[KUNDE], documents=["a.bin"])
        await sent(anna, "m2", to=[KUNDE], documents=["a.bin"])
        await mvp.rest()
        kunde = await collaboration.recipient(KUNDE)
        assert await inbox(kunde) == ["m1", "m2"]
        for message in ("m1", "m2"):
            assert (await kunde.get(f"{MESSAGES}/{message}/files/a.bin")).body == CONTENT
        back = CONTENT[::-1]
        await answered(kunde, "b.bin", back, "m1")
        await answered(kunde, "leer", b"", "m2")
        await collaboration.rest()
        assert (await anna.get(f"{DOCUMENTS}/b.bin")).body == back
        assert (await anna.get(f"{DOCUMENTS}/leer")).body == b""
        wanted = {sha256(content).hexdigest() for content in (CONTENT, back, b"")}
        assert on_disk(mvp, "mvp") == on_disk(collaboration, "collaboration") == wanted


@pytest.mark.clause("DLV-4")
async def test_a_message_with_a_file_waits_for_a_side_that_is_down(sides):  # noqa: F811
    async with sides("mvp") as mvp:
        anna = await prepared(mvp)
        await filed(anna, "a.bin", CONTENT)
        await sent(anna, "m1", to=[KUNDE], documents=["a.bin"])
        assert await under_way(anna) == ["m1"]
        for _ in "12":  # also again after the first one has ended in the middle
            async with sides("collaboration") as collaboration:
                kunde = await collaboration.recipient(KUNDE)
                await until(lambda: under_way(anna), [])
                assert (await kunde.get(f"{MESSAGES}/m1/files/a.bin")).body == CONTENT


async def test_a_file_that_is_lost_holds_up_its_own_message_only(serve):
    async with serve() as server:
        anna = await prepared(server)
        await filed(anna, "a.txt", b"content")
        lost = next((server.config.data / "mvp-files").rglob(sha256(b"content").hexdigest()))
        lost.unlink()
        await sent(anna, "m1", to=[KUNDE], documents=["a.txt"])
        await sent(anna, "m2", to=["other@example.org"])
        await server.rest()
        assert await under_way(anna) == ["m1"]
        assert await inbox(await server.recipient("other@example.org")) == ["m2"]
        kunde = await server.recipient(KUNDE)
        assert await inbox(kunde) == []
        lost.write_bytes(b"content")
        await server.system.settle()
        await until(lambda: inbox(kunde), ["m1"])
        assert (await kunde.get(f"{MESSAGES}/m1/files/a.txt")).body == b"content"


@pytest.mark.parametrize("damaged", [b"short", b"as long!"])
async def test_a_file_that_is_damaged_holds_up_its_own_message_only(both, damaged):  # noqa: F811
    async with both() as (mvp, collaboration):
        anna = await prepared(mvp)
        await filed(anna, "a.txt", b"as long.")
        await filed(anna, "b.txt", b"whole")
        name = sha256(b"as long.").hexdigest()
        file = next((mvp.config.data / "mvp-files").rglob(name))
        file.write_bytes(damaged)
        await sent(anna, "m1", to=[KUNDE], documents=["a.txt"])
        await sent(anna, "m2", to=["other@example.org"], documents=["b.txt"])
        other = await collaboration.recipient("other@example.org")
        await until(lambda: inbox(other), ["m2"])
        await until(lambda: under_way(anna), ["m1"])
        stays = {each for each in on_disk(collaboration, "collaboration") if ".part" not in each}
        assert stays == {sha256(b"whole").hexdigest()}
        file.write_bytes(b"as long.")
        await until(lambda: inbox_of(collaboration), ["m1"])


async def inbox_of(collaboration):
    return await inbox(await collaboration.recipient(KUNDE))


async def put(server, name, content, digest, secret=SECRET):
    """Send a file as the other side would."""
    path = f"/api/link/files/{name}"
    headers = signed(secret, "PUT", path, digest, to_us(SystemClock()()) // 1_000_000)
    return await server.nobody.put(path, data=content, headers=headers)


async def test_a_file_is_taken_from_the_other_side_only_and_only_as_announced(sides):  # noqa: F811
    name, other = digest_of(b"content"), digest_of(b"other")
    async with sides("collaboration") as server:
        assert (await put(server, name, b"content", name, "another secret")).status == 401
        assert (await server.nobody.put(f"/api/link/files/{name}", data=b"content")).status == 401
        assert (await put(server, name, b"other", other)).status == 401
        assert (await put(server, name, b"other", name)).code == "broken"
        assert (await put(server, "passwd", b"content", name)).status == 404
        assert on_disk(server, "collaboration") == set()
        assert (await put(server, name, b"content", name)).status == 204
        assert (await put(server, name, b"content", name)).status == 204
        assert on_disk(server, "collaboration") == {name}
    async with sides("collaboration") as server:  # no envelope came for it
        assert on_disk(server, "collaboration") == set()


@pytest.mark.clause("DLV-4")
async def test_a_file_that_the_other_side_loses_again_and_again_is_not_sent_without_a_pause(
    sides,  # noqa: F811
    caplog,
):
    scanned, lost = True, sha256(b"lost").hexdigest()

    async def loses(request):
        raw = await request.read()
        if request.method == "PUT":
            return web.Response(status=204)
        missing = scanned and lost in raw.decode()
        return web.json_response({"answers": ["files_missing" if missing else None]})

    async with (
        RawTestServer(loses) as peer,
        sides("mvp", peer=str(peer.make_url("")).rstrip("/")) as mvp,
    ):
        anna = await prepared(mvp)
        await filed(anna, "a.bin", b"lost")
        await mvp.rest()
        await sent(anna, "m1", to=[KUNDE], documents=["a.bin"])
        await mvp.rest()
        assert await under_way(anna) == ["m1"]
        scanned = False
        await until(lambda: under_way(anna), [])
    told = [each.sha256 for each in caplog.records if each.msg == "file_missing_again"]
    assert told == [lost]
