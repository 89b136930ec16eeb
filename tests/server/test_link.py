"""The link: what one side hands over, the other takes once and in order, over a wire or not."""

import asyncio
import contextlib
from functools import partial

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer, TestServer

from reference.domain.facts import Envelope, Message, Reply
from reference.domain.readings import Readings
from reference.domain.refusals import Refusal
from reference.domain.words import ExpectedAction
from reference.link import carrier
from reference.link.receiver import Receiver
from reference.link.signing import digest_of, signed
from reference.store.codec import to_us
from reference.store.database import StorageError
from reference.store.link_content import Parcel, written
from reference.store.outbox import INSERT_PARCEL
from tests.server.people import serving_in
from tests.server.processes import free_port

SECRET = "ein-gemeinsames-Geheimnis"
KUNDE = "k@example.org"


@pytest.fixture
def sides(tmp_path):
    """Give what starts each side alone, in a folder of its own, at a port that stays."""
    ports = {"mvp": free_port(), "collaboration": free_port()}

    def start(side, **options):
        other = "collaboration" if side == "mvp" else "mvp"
        peer = f"http://127.0.0.1:{ports[other]}"
        fixed = {"side": side, "port": ports[side], "peer": peer, "peer_secret": SECRET}
        return serving_in(tmp_path / side, **(fixed | options))

    return start


@pytest.fixture
def both(sides):
    @contextlib.asynccontextmanager
    async def start(**options):
        async with (
            sides("mvp", **options) as mvp,
            sides("collaboration", **options) as collaboration,
        ):
            yield mvp, collaboration

    return start


async def sent(anna, message, case=53, **more):
    body = {"text": f"Text {message}", "expects": "reply", "message": message} | more
    answer = await anna.post(f"/api/mvp/cases/{case}/messages", body)
    assert answer.status == 201, answer.body


async def prepared(mvp):
    """Give a caseworker with case 53."""
    anna = await mvp.caseworker()
    assert (await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz"})).status == 201
    return anna


async def inbox(kunde):
    return [
        line["message"] for line in (await kunde.get("/api/collaboration/inbox")).json["messages"]
    ]


async def under_way(anna, case=53):
    return (await anna.get(f"/api/mvp/cases/{case}")).json["under_way"]


async def until(what, wanted):
    """Look until something is as wanted; the test's time limit ends a wait in vain."""
    while (seen := await what()) != wanted:  # noqa: ASYNC110 - over HTTP there is no event
        await asyncio.sleep(0.01)
    return seen


@pytest.mark.clause("DLV-1", "DLV-5")
async def test_a_message_and_its_answer_travel_between_two_processes(both):
    async with both() as (mvp, collaboration):
        anna = await prepared(mvp)
        await sent(anna, "m1", to=[KUNDE])
        await mvp.rest()
        kunde = await collaboration.recipient(KUNDE)
        assert await inbox(kunde) == ["m1"]
        body = {"text": "Ja", "answers": "m1", "message": "r1"}
        assert (await kunde.post("/api/collaboration/cases/53/messages", body)).status == 201
        await collaboration.rest()
        assert (await anna.get("/api/mvp/cases/53")).json["cloud_status"] == "OK"
        entries = (await anna.get("/api/mvp/cases/53/activities")).json["entries"]
        assert [entry["message"] for entry in entries] == ["m1", "r1"]


async def test_the_log_tells_once_that_the_link_is_down_and_once_that_it_is_up_again(sides, caplog):
    async with sides("mvp") as mvp:
        anna = await prepared(mvp)
        await sent(anna, "m1", to=[KUNDE])
        for _ in range(3):
            await mvp.system.settle()
        async with sides("collaboration"):
            await until(partial(under_way, anna), [])
        await sent(anna, "m2", to=[KUNDE])
        await mvp.system.settle()
    told = [each.msg for each in caplog.records if each.msg.startswith("link_")]
    assert told == ["link_down", "link_up", "link_down"]


@pytest.mark.clause("DLV-4")
async def test_with_different_secrets_messages_wait_and_the_log_says_what_to_look_after(
    sides, caplog
):
    async with sides("mvp") as mvp:
        anna = await prepared(mvp)
        async with sides("collaboration", peer_secret="ein-anderes-Geheimnis"):
            await sent(anna, "m1", to=[KUNDE])
            await mvp.system.settle()
            assert await under_way(anna) == ["m1"]
        async with sides("collaboration") as collaboration:
            await until(partial(under_way, anna), [])
            assert await inbox(await collaboration.recipient(KUNDE)) == ["m1"]
    told = [each.error for each in caplog.records if each.msg == "link_down"]
    advice = "have both sides the same --peer-secret, and clocks less than 5 minutes apart?"
    assert sum(each.endswith(f"answered 401: {advice}") for each in told) == 1


async def test_the_log_tells_once_that_a_parcel_is_not_taken(serve, caplog):
    async with serve() as server:
        await put_into_outbox(server.system.mvp, parcel(7), parcel(8, "m8"))
        for _ in range(3):
            await server.system.settle()
        assert len(await outbox(server.system.mvp)) == 2
    told = [each.code for each in caplog.records if each.msg == "parcel_not_taken"]
    assert told == ["envelope_gap", "envelope_gap"]


@pytest.mark.clause("DLV-2", "DLV-3", "DLV-4")
async def test_a_cut_delays_and_never_loses_and_the_caseworker_sees_what_is_under_way(sides):
    async with sides("mvp") as mvp:
        anna = await prepared(mvp)
        async with sides("collaboration") as collaboration:
            await sent(anna, "m0", to=[KUNDE])
            await mvp.rest()
            await collaboration.registered(KUNDE)
        for number in range(1, 6):
            await sent(anna, f"m{number}")
        waiting = [f"m{number}" for number in range(1, 6)]
        assert await under_way(anna) == waiting
        async with sides("collaboration") as collaboration:
            kunde = await collaboration.recipient(KUNDE)
            await until(partial(inbox, kunde), ["m0", *waiting])
            await until(partial(under_way, anna), [])


@pytest.mark.clause("DLV-4")
async def test_what_waits_survives_a_restart_of_the_side_that_sent_it(sides):
    async with sides("mvp") as mvp:
        anna = await prepared(mvp)
        await sent(anna, "m1", to=[KUNDE])
        token = anna.token
    async with sides("mvp") as mvp, sides("collaboration") as collaboration:
        kunde = await collaboration.recipient(KUNDE)
        await until(partial(inbox, kunde), ["m1"])
        await until(partial(under_way, mvp.person(token)), [])


async def handed(server, body, *, what="parcels", secret=SECRET, at=0, signed_body=None, path=None):
    """Hand something over as the other side would."""
    raw = orjson.dumps(body)
    path = path or f"/api/link/{what}"
    now = to_us(server.now()) // 1_000_000 + at
    digest = digest_of(raw if signed_body is None else orjson.dumps(signed_body))
    headers = signed(secret, "POST", path, digest, now)
    return await server.nobody.ask("POST", f"/api/link/{what}", body, headers)


def parcel(number, message="m1", case=53, recipient=KUNDE):
    content = Message(message, "Text", ExpectedAction.REPLY, "Kfz", ())
    return written(Parcel(Envelope(case, recipient, number, content)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "geraten"},
        {"secret": ""},
        {"at": -301},
        {"at": 301},
        {"signed_body": []},
        {"path": "/api/link/bundles"},
    ],
)
async def test_only_who_knows_the_secret_is_listened_to(sides, wrong):
    async with sides("collaboration") as collaboration:
        assert (await handed(collaboration, [parcel(1)], **wrong)).status == 401
        kunde = await collaboration.recipient(KUNDE)
        assert await inbox(kunde) == []
        assert (await handed(collaboration, [parcel(1)])).status == 200
        assert await inbox(kunde) == ["m1"]


async def test_a_server_with_both_sides_has_no_door_for_a_peer(serve):
    async with serve() as server:
        assert (await handed(server, [parcel(1)])).status == 404


async def test_each_parcel_gets_its_own_answer(both):
    async with both() as (mvp, collaboration):
        misdirected = Parcel(
            Envelope(53, KUNDE, 2, Reply("r1", None, None, "Ja", (), collaboration.now()))
        )
        parcels = [
            parcel(1),
            parcel(1),
            parcel(3, "m3"),
            written(misdirected),
            '{"kind":"Parcel"}',
            "kein JSON",
            parcel(2, "m2"),
        ]
        answer = await handed(collaboration, parcels)
        expected = [None, None, "envelope_gap", "misdirected", "invalid", "invalid", None]
        assert answer.json == {"answers": expected}
        assert await inbox(await collaboration.recipient(KUNDE)) == ["m1", "m2"]
        answer = await handed(mvp, [written(misdirected), parcel(1)])
        assert answer.json == {"answers": ["unknown_case", "unknown_case"]}


@pytest.mark.clause("DLV-2")
async def test_what_comes_twice_is_taken_once(sides):
    async with sides("collaboration") as collaboration:
        batch = [parcel(1), parcel(2, "m2")]
        first = await handed(collaboration, batch)
        again = await handed(collaboration, batch)
        assert first.body == again.body
        assert await inbox(await collaboration.recipient(KUNDE)) == ["m1", "m2"]


@pytest.mark.parametrize("body", [{"a": 1}, [1], "x", 5, [["x"]]])
async def test_what_is_no_list_of_parcels_is_refused(sides, body):
    async with sides("collaboration") as collaboration:
        assert (await handed(collaboration, body)).status in {400, 422}


async def put_into_outbox(side, *parcels):
    def work(unit):
        for each in parcels:
            unit.write("outbox", INSERT_PARCEL, (None, None, None, "at_once", each, 0))

    await side.writer.do(work)


async def outbox(side):
    return await side.reader.look(
        lambda raw: [one for (one,) in raw.execute("SELECT parcel FROM outbox ORDER BY id")]
    )


@pytest.mark.parametrize("wired", [True, False])
async def test_a_parcel_that_cannot_be_taken_holds_up_no_other(both, serve, wired):
    async with contextlib.AsyncExitStack() as stack:
        if wired:
            mvp, collaboration = await stack.enter_async_context(both())
        else:
            mvp = collaboration = await stack.enter_async_context(serve())
        anna = await prepared(mvp)
        await put_into_outbox(mvp.system.mvp, '{"kind":"Unsinn"}', parcel(7, "zu früh", case=99))
        for number in range(10):
            await sent(anna, f"m{number}", to=[KUNDE])
        kunde = await collaboration.recipient(KUNDE)
        await until(partial(inbox, kunde), [f"m{number}" for number in range(10)])
        await until(partial(under_way, anna), [])
        assert len(await outbox(mvp.system.mvp)) == 2


@pytest.mark.clause("DLV-3")
async def test_what_follows_a_gap_waits_for_what_is_missing_and_comes_in_order(serve):
    async with serve() as server:
        mvp = server.system.mvp
        kunde = await server.recipient(KUNDE)
        await put_into_outbox(mvp, parcel(2, "m2"), parcel(3, "m3"))
        await server.system.settle()
        assert await inbox(kunde) == []
        await put_into_outbox(mvp, parcel(1, "m1"))
        await server.system.settle()
        await until(partial(inbox, kunde), ["m1", "m2", "m3"])
        await until(partial(outbox, mvp), [])


async def test_a_parcel_that_breaks_the_transaction_is_told_apart(serve):
    """The store refuses one of them at the commit, the program has a defect with another."""
    async with serve() as server:
        side = server.system.collaboration

        def take(unit, content):
            name = content.envelope.content.message
            if name == "defekt":
                raise KeyError(name)
            number = None if name == "abgelehnt" else 1
            unit.write("settings", "INSERT INTO settings VALUES (?, ?)", (name, number and name))

        receiver = Receiver(side, take, None, None)
        names = ["a", "abgelehnt", "b", "defekt", "c"]
        answers = await receiver.take([parcel(1, name) for name in names])
        codes = [None if answer is None else answer.code for answer in answers]
        assert codes == [None, "storage", None, "internal", None]
        kept = await side.reader.look(
            lambda raw: [
                name for (name,) in raw.execute("SELECT name FROM settings WHERE value = name")
            ]
        )
        assert sorted(kept) == ["a", "b", "c"]


@pytest.mark.clause("DLV-4")
async def test_what_is_cut_waits_and_comes_when_it_is_mended(serve):
    async with serve(clock="manual") as server:
        anna = await prepared(server)
        kunde = await server.recipient(KUNDE)

        async def fault(what, state):
            answer = await server.operator.put(f"/api/faults/{what}", {"state": state})
            assert answer.status == 204, answer.body

        for what in ("link", "portal"):
            await fault(what, "down")
            await sent(anna, what, to=[KUNDE])
            await server.rest()
            assert await under_way(anna) == [what]
            if what == "portal":
                looked = await kunde.get("/api/collaboration/inbox")
                assert (looked.status, looked.code) == (503, Refusal.NOT_REACHABLE.code)
            await fault(what, "up")
            assert await under_way(anna) == []
        assert await inbox(kunde) == ["link", "portal"]


@pytest.mark.clause("DLV-2", "DLV-3")
@pytest.mark.parametrize("at_hand", [0, 2, 1_000])
async def test_however_much_is_kept_at_hand_all_comes_once_and_in_order(
    serve, monkeypatch, at_hand
):
    monkeypatch.setattr(carrier, "FRESH_MAX", at_hand)
    monkeypatch.setattr(carrier, "PARCELS_MAX", 3)
    async with serve(clock="manual") as server:
        anna = await prepared(server)
        kunde = await server.recipient(KUNDE)
        names = [f"m{number:02}" for number in range(40)]
        for first in range(0, 40, 8):
            state = {8: "slow", 16: "down", 24: "slow", 32: "up"}.get(first, "up")
            await server.operator.put("/api/faults/link", {"state": state})
            await asyncio.gather(*(sent(anna, name, to=[KUNDE]) for name in names[first:][:8]))
        await server.rest()
        came = await inbox(kunde)
        log = (await anna.get("/api/mvp/cases/53/activities")).json["entries"]
        assert came == [entry["message"] for entry in log]
        assert sorted(came) == names
        assert await under_way(anna) == []
        assert await outbox(server.system.mvp) == []


async def test_what_follows_several_waits_for_company_and_a_rest_ends_that(serve, monkeypatch):
    monkeypatch.setattr(carrier, "GATHER_S_EACH", 100)
    monkeypatch.setattr(carrier, "GATHER_S_MAX", 1_000)
    async with serve(clock="manual") as server:
        anna = await prepared(server)
        kunde = await server.recipient(KUNDE)
        writer = server.system.collaboration.writer
        await sent(anna, "m1", to=[KUNDE, *(f"k{number}@example.org" for number in range(9))])
        await server.rest()
        before = writer.works
        for name in ("m2", "m3", "m4"):
            await sent(anna, name, to=[KUNDE])
        assert (writer.works, len(await under_way(anna))) == (before, 3)
        await server.rest()
        assert await inbox(kunde) == ["m1", "m2", "m3", "m4"]
        assert writer.works == before + 1


async def test_a_stop_does_not_wait_for_company_and_what_waited_comes_after_the_next_start(
    serve, monkeypatch
):
    monkeypatch.setattr(carrier, "GATHER_S_EACH", 100)
    monkeypatch.setattr(carrier, "GATHER_S_MAX", 1_000)
    async with serve(clock="manual") as server:
        anna = await prepared(server)
        await sent(anna, "m1", to=[KUNDE, *(f"k{number}@example.org" for number in range(9))])
        await server.rest()
        await sent(anna, "m2", to=[KUNDE])
        assert len(await under_way(anna)) == 1
    async with serve(clock="manual") as server:
        kunde = await server.recipient(KUNDE)
        await server.rest()
        assert await inbox(kunde) == ["m1", "m2"]


class FullDisk:
    """A writer that has no room once for what can wait."""

    def __init__(self, writer):
        self.writer, self.refuse = writer, True

    def do_later(self, work):
        if not self.refuse:
            return self.writer.do_later(work)
        self.refuse = False
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(StorageError("the disk is full"))
        return failed

    def __getattr__(self, name):
        return getattr(self.writer, name)


@pytest.mark.clause("DLV-2")
async def test_what_was_taken_and_stays_in_the_outbox_comes_again_and_is_no_second_message(serve):
    async with serve() as server:
        anna = await prepared(server)
        kunde = await server.recipient(KUNDE)
        mvp = server.system.mvp
        mvp.writer = FullDisk(mvp.writer)
        await sent(anna, "m1", to=[KUNDE])
        await until(partial(outbox, mvp), [])
        assert not mvp.writer.refuse
        await server.rest()
        assert await inbox(kunde) == ["m1"]


async def test_faults_are_for_virtual_time_and_for_the_operator(serve):
    async with serve() as server:
        assert (await server.operator.put("/api/faults/link", {"state": "up"})).status == 404
    async with serve(clock="manual") as server:
        anna = await server.caseworker()
        assert (await anna.put("/api/faults/link", {"state": "down"})).status == 403
        assert (await server.operator.put("/api/faults/server", {"state": "down"})).status == 404
        assert (await server.operator.put("/api/faults/link", {"state": "weg"})).status == 422


@pytest.mark.clause("RPL-2", "RPL-3")
async def test_a_replication_between_two_processes_carries_records_and_read_marks(both):
    readings = Readings(receipt_transport="replication")
    async with both(readings=readings) as (mvp, collaboration):
        anna = await prepared(mvp)
        await sent(anna, "m1", to=[KUNDE], expects="acknowledge")
        await mvp.rest()
        kunde = await collaboration.recipient(KUNDE)
        assert (await kunde.post("/api/collaboration/messages/m1/read")).status == 204
        assert (await anna.patch("/api/mvp/cases/53", {"subject": "neu"})).status == 204
        await collaboration.rest()
        assert (await anna.get("/api/mvp/cases/53")).json["acknowledged_on"] is None
        done = await anna.post("/api/mvp/replication/runs")
        assert (done.status, done.json["result"]) == (201, 0)
        assert (await anna.get("/api/mvp/cases/53")).json["acknowledged_on"] is not None
        assert (await kunde.get("/api/collaboration/cases/53")).json["subject"] == "neu"


@pytest.mark.clause("RPL-6")
async def test_a_replication_without_the_other_process_fails_and_catches_up(sides):
    async with sides("mvp") as mvp:
        anna = await prepared(mvp)
        failed = await anna.post("/api/mvp/replication/runs")
        assert (failed.status, failed.code) == (503, "replication_failed")
        state = (await anna.get("/api/mvp/replication")).json
        assert (state["marked"], state["runs"][0]["result"]) == (1, None)
        async with sides("collaboration"):
            assert (await anna.post("/api/mvp/replication/runs")).json["result"] == 0
        assert (await anna.get("/api/mvp/replication")).json["marked"] == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"kein JSON"),
        (200, b"[]"),
        (200, b'{"answers": []}'),
        (200, b'{"answers": ["unbekannt"]}'),
        (200, b'{"answers": [7]}'),
        (401, b"{}"),
        (404, b"{}"),
        (413, b"{}"),
        (422, b"{}"),
        (500, b""),
        (503, b""),
    ],
)
@pytest.mark.clause("DLV-4")
async def test_whatever_else_the_other_side_answers_what_was_sent_waits(sides, status, body):
    asked = asyncio.Event()

    async def answer(_):
        asked.set()
        return web.Response(status=status, body=body)

    other = web.Application()
    other.router.add_route("*", "/{path:.*}", answer)
    async with (
        TestServer(other) as peer,
        sides("mvp", peer=str(peer.make_url("/")).rstrip("/")) as mvp,
    ):
        anna = await prepared(mvp)
        await sent(anna, "m1", to=[KUNDE])
        await asked.wait()
        await mvp.rest()
        assert await under_way(anna) == ["m1"]
        assert not mvp.system.ends[0].carrier._task.done()
        failed = await anna.post("/api/mvp/replication/runs")
        assert (failed.status, failed.code) == (503, "replication_failed")


@pytest.mark.parametrize("status", [302, 307])
async def test_what_leads_elsewhere_is_not_followed_and_the_log_says_so(sides, caplog, status):
    asked = []

    async def elsewhere(request):
        asked.append(request.path)
        return web.json_response({"answers": [None]})

    other = RawTestServer(elsewhere)

    async def leads_on(request):
        await request.read()
        return web.Response(status=status, headers={"Location": str(other.make_url(request.path))})

    door = RawTestServer(leads_on)
    async with other, door, sides("mvp", peer=str(door.make_url("")).rstrip("/")) as mvp:
        anna = await prepared(mvp)
        await sent(anna, "m1", to=[KUNDE])
        await mvp.rest()
        assert await under_way(anna) == ["m1"]
    assert asked == []
    (told,) = [each.error for each in caplog.records if each.msg == "link_down"]
    assert f"answered {status}: is --peer where the other side is itself?" in told


@pytest.mark.clause("DLV-4")
async def test_a_portal_that_is_down_takes_nothing_from_another_process(both):
    async with both(clock="manual") as (mvp, collaboration):
        anna = await prepared(mvp)
        fault = "/api/faults/portal"
        assert (await collaboration.operator.put(fault, {"state": "down"})).status == 204
        await sent(anna, "m1", to=[KUNDE])
        await mvp.rest()
        assert await under_way(anna) == ["m1"]
        assert (await collaboration.operator.put(fault, {"state": "up"})).status == 204
        await until(partial(under_way, anna), [])
