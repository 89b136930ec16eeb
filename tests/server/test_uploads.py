"""Uploads and downloads over HTTP: exact limits, what is cut off, and what stays on the disk."""

import asyncio
import contextlib
import io
import random
import resource
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest

from reference.domain.readings import Readings
from reference.http.uploads import PER_CALLER_MAX

KUNDE = "k@example.org"
MESSAGES = "/api/collaboration/cases/53/messages"
DOCUMENTS = "/api/mvp/cases/53/documents"
MB_35 = 35 * 1024**2
BOUNDARY = "grenze"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def form(files=(), **fields) -> bytes:
    """Give a form of text fields and files: (name, content)."""
    parts = [(f'name="{name}"', text.encode()) for name, text in fields.items()]
    parts += [(f'name="file"; filename="{name}"', content) for name, content in files]
    told = [
        b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n"
        % (BOUNDARY.encode(), what.encode(), content)
        for what, content in parts
    ]
    return b"".join([*told, b"--", BOUNDARY.encode(), b"--\r\n"])


@contextlib.asynccontextmanager
async def asked(serve, **options):
    """Give a server, a caseworker, and a recipient who was asked for a file in case 53 by m1."""
    async with serve(**options) as server:
        anna = await server.caseworker("anna")
        kunde = await server.recipient(KUNDE)
        assert (await anna.post("/api/mvp/cases", {"case": 53})).status == 201
        await send(server, anna, "m1")
        yield server, anna, kunde


async def send(server, anna, message, **more):
    body = {"text": "Bitte", "expects": "reply_with_file", "to": [KUNDE], "message": message}
    answer = await anna.post("/api/mvp/cases/53/messages", body | more)
    assert answer.status == 201, answer.body
    await server.rest()


async def write(kunde, files=(), headers=FORM, **fields):
    body = form(files, **({"text": "Hier", "answers": "m1"} | fields))
    return await post(kunde, body, headers)


async def post(kunde, body, headers=FORM):
    return await kunde.post(MESSAGES, data=io.BytesIO(body), headers=headers)


def on_disk(server, side="collaboration"):
    """Give all files of a side, staged ones included."""
    return sorted(p.name for p in (server.config.data / f"{side}-files").rglob("*") if p.is_file())


async def emptied(server, side="collaboration"):
    """Wait until nothing is left of a side's uploads; the test's timeout ends it."""
    while on_disk(server, side):  # noqa: ASYNC110 - the disk tells nobody
        await asyncio.sleep(0.01)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


async def written(anna) -> int:
    return len((await anna.get("/api/mvp/cases/53/activities")).json["entries"]) - 1


@pytest.mark.clause("REP-4", "REP-5")
@pytest.mark.parametrize("megabyte", ["binary", "decimal"])
async def test_exactly_twenty_files_and_35_mb_pass_and_not_one_byte_more(serve, megabyte):
    size = MB_35 if megabyte == "binary" else 35 * 1000**2
    chance = random.Random("exactly")
    cuts = sorted(chance.sample(range(size), 19))
    edges = list(zip([0, *cuts], [*cuts, size], strict=True))
    content = chance.randbytes(1000) * (size // 1000 + 1)
    files = [(f"{n}.bin", content[start:end]) for n, (start, end) in enumerate(edges)]
    async with asked(serve, readings=Readings(megabyte=megabyte)) as (server, anna, kunde):
        name, last = files[-1]
        more = await write(kunde, [*files[:-1], (name, last + b"x")])
        assert (more.status, more.code) == (413, "too_large")
        await emptied(server)
        assert (await write(kunde, files)).status == 201
        await server.rest()
        listed = (await anna.get(f"{DOCUMENTS}?limit=500")).json["documents"]
        assert [(each["name"], each["size"]) for each in listed] == [
            (name, len(content)) for name, content in files
        ]
        assert (await anna.get(f"{DOCUMENTS}/7.bin")).body == files[7][1]
        assert set(on_disk(server)) == set(on_disk(server, "mvp")) == {digest(c) for _, c in files}


@pytest.mark.clause("REP-4")
async def test_one_file_too_many_is_refused_and_nothing_of_it_is_kept(serve):
    files = [(f"{n}.txt", b"%d" % n) for n in range(21)]
    async with asked(serve) as (server, anna, kunde):
        refused = await write(kunde, files)
        assert (refused.status, refused.code) == (413, "too_many_files")
        await emptied(server)
        assert await written(anna) == 0
        assert (await write(kunde, files[:20])).status == 201


@pytest.mark.clause("REP-1", "REP-3", "ACC-4")
@pytest.mark.parametrize(
    "code", ["writing_withheld", "blank_reply", "not_addressed", "unknown_message"]
)
async def test_a_refused_reply_leaves_no_file(serve, code):
    async with asked(serve) as (server, anna, kunde):
        fields, who = {}, kunde
        if code == "writing_withheld":
            right = {"create_messages": False}
            await anna.put(f"/api/mvp/cases/53/releases/{KUNDE}", right)
            await server.rest()
        elif code == "not_addressed":
            who = await server.recipient("other@example.org")
        else:
            fields = {"text": " "} if code == "blank_reply" else {"answers": "m7"}
        for headers in (FORM, FORM | {"Idempotency-Key": "k"}):
            refused = await write(who, [("a.txt", b"a")], headers, **fields)
            assert refused.code == code
            assert on_disk(server) == []
        assert await written(anna) == 0


async def raw(server, kunde, path, headers, method="POST"):
    """Begin a request by hand."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = {"Host": host, "Authorization": f"Bearer {kunde.token}"} | headers
    head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items())]
    writer.write("\r\n".join([*head, "", ""]).encode())
    await writer.drain()
    return reader, writer


@pytest.mark.clause("REP-4")
@pytest.mark.parametrize(
    ("path", "method", "length", "code"),
    [
        (MESSAGES, "POST", MB_35 + 3 * 1024**2, "too_large"),
        (f"{DOCUMENTS}/a.bin", "PUT", 1001, "too_long"),
        ("/api/mvp/cases/54/documents/a.bin", "PUT", 1000, "unknown_case"),
        (f"{DOCUMENTS}/a.bin", "PUT", None, "length_required"),
    ],
)
async def test_what_the_head_forbids_is_answered_before_the_body(serve, path, method, length, code):
    async with asked(serve, document_bytes_max=1000) as (server, anna, kunde):
        size = {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": length}
        headers = FORM | size | {"Expect": "100-continue"}
        who = kunde if method == "POST" else anna
        reader, writer = await raw(server, who, path, headers, method)
        said = await reader.readuntil(b"}")
        assert b"100 Continue" not in said
        assert b"Connection: close" in said
        assert f'"code":"{code}"'.encode() in said
        writer.close()


@pytest.mark.clause("ACC-4")
async def test_nobody_is_told_to_send_a_body(serve):
    async with asked(serve) as (server, _, _):
        headers = FORM | {"Content-Length": 100, "Expect": "100-continue"}
        reader, writer = await raw(server, server.nobody, MESSAGES, headers)
        said = await reader.readuntil(b"}")
        assert said.startswith(b"HTTP/1.1 401")
        writer.close()


async def test_a_client_that_waits_is_told_to_go_on(serve):
    body = form([("a.txt", b"a")], text="Hier", answers="m1")
    async with asked(serve) as (server, _, kunde):
        headers = FORM | {"Content-Length": len(body), "Expect": "100-continue"}
        reader, writer = await raw(server, kunde, MESSAGES, headers)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 201")
        writer.close()


@pytest.mark.clause("REP-4")
@pytest.mark.parametrize("what", ["too_many_files", "too_large"])
async def test_what_is_too_much_is_refused_as_soon_as_it_is_known(serve, what):
    files = [("a", b"a")] * 21 if what == "too_many_files" else [("a", bytes(MB_35 + 100))]
    body = form(files, text="Hier")
    begun = body.removesuffix(f"\r\n--{BOUNDARY}--\r\n".encode())  # the end never comes
    async with asked(serve) as (server, _, kunde):
        headers = FORM | {"Content-Length": len(body)}
        reader, writer = await raw(server, kunde, MESSAGES, headers)
        writer.write(begun)
        said = await reader.readuntil(b"}")
        assert f'"code":"{what}"'.encode() in said
        await emptied(server)
        writer.close()


async def test_a_form_that_is_cut_off_is_refused_and_leaves_nothing(serve):
    chance = random.Random("cuts")
    body = form([("a.bin", chance.randbytes(200_000)), ("b.bin", b"b")], text="Hier")
    cuts = [*chance.sample(range(len(body) - 2), 20), len(body) - 3, 1, 0]
    async with asked(serve) as (server, anna, kunde):
        for cut in cuts:
            refused = await post(kunde, body[:cut])
            assert (refused.status, refused.code) == (400, "broken")
            assert on_disk(server) == []
        assert await written(anna) == 0


@pytest.mark.parametrize("way", ["reset", "closed"])
async def test_a_client_that_goes_away_leaves_nothing(serve, way):
    body = form([("a.bin", bytes(2_000_000))], text="Hier")
    chance = random.Random(way)
    async with asked(serve) as (server, anna, kunde):
        for _ in range(10):
            headers = FORM | {"Content-Length": len(body)}
            _, writer = await raw(server, kunde, MESSAGES, headers)
            writer.write(body[: chance.randint(1, len(body) - 3)])
            if way == "reset":
                writer.transport.abort()
            else:
                await writer.drain()
                writer.close()
        await emptied(server)
        document = {"Content-Length": 2_000_000}
        _, writer = await raw(server, anna, f"{DOCUMENTS}/a.bin", document, "PUT")
        writer.write(bytes(1_000_000))
        writer.transport.abort()
        await emptied(server, "mvp")
        assert await written(anna) == 0
        assert (await anna.get(DOCUMENTS)).json["documents"] == []
        assert (await write(kunde, [("a", b"a")])).status == 201


async def test_an_upload_that_takes_too_long_ends_and_holds_up_nobody(serve):
    body = form([("a.bin", bytes(2_000_000))], text="Hier")
    async with asked(serve, upload_time_max=timedelta(milliseconds=500)) as (server, _, kunde):
        headers = FORM | {"Content-Length": len(body)}
        slow = [await raw(server, kunde, MESSAGES, headers) for _ in range(PER_CALLER_MAX)]
        for _, writer in slow:
            writer.write(body[:1_000_000])
        assert (await kunde.get("/api/collaboration/inbox")).status == 200
        for reader, writer in slow:
            assert b'"code":"timeout"' in await reader.readuntil(b"}")
            writer.close()
        await emptied(server)


async def test_one_caller_cannot_take_all_the_room(serve):
    body = form([("a.bin", bytes(2000))], text="Hier")
    async with asked(serve) as (server, anna, kunde):
        headers = FORM | {"Content-Length": len(body), "Expect": "100-continue"}
        under_way = [await raw(server, kunde, MESSAGES, headers) for _ in range(PER_CALLER_MAX)]
        for reader, _ in under_way:
            await reader.readuntil(b"\r\n\r\n")
        refused = await write(kunde, [("a", b"a")])
        assert (refused.status, refused.code) == (429, "too_many_uploads")
        assert "Retry-After" in refused.headers
        assert (await anna.put(f"{DOCUMENTS}/a.bin", data=b"a")).status == 201
        for reader, writer in under_way:
            writer.write(body)
            assert b"201 Created" in await reader.readuntil(b"\r\n\r\n")
            writer.close()
        assert (await write(kunde, [("a", b"a")])).status == 201


async def test_one_content_refused_and_taken_at_once_stays_for_who_may(serve):
    async with asked(serve) as (server, anna, kunde):
        for number in range(10):
            content = b"%d" % number * 50_000
            answers = await asyncio.gather(
                *(write(kunde, [("a.bin", content)], text=text) for text in ["Ja", " ", " ", "Ja"])
            )
            assert [answer.status for answer in answers] == [201, 422, 422, 201]
            one = answers[0].json["message"]
            assert (await kunde.get(f"{MESSAGES}/{one}/files/a.bin")).body == content
        await server.rest()
        wanted = sorted(digest(b"%d" % number * 50_000) for number in range(10))
        assert on_disk(server) == on_disk(server, "mvp") == wanted
        assert await written(anna) == 20


async def test_a_disk_that_is_full_is_told_and_leaves_nothing(serve):
    async with asked(serve) as (server, anna, kunde):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
        try:
            refused = await write(kunde, [("a", b"a"), ("b", bytes(3_000_000))])
            assert (refused.status, refused.code) == (503, "storage")
            refused = await anna.put(f"{DOCUMENTS}/a.bin", data=io.BytesIO(bytes(3_000_000)))
            assert (refused.status, refused.code) == (503, "storage")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        await emptied(server)
        await emptied(server, "mvp")
        assert (await write(kunde, [("b", bytes(3_000_000))])).status == 201


async def test_the_same_key_and_content_again_gives_the_first_answer(serve):
    keyed = FORM | {"Idempotency-Key": "k1"}
    other = {"Content-Type": "multipart/form-data; boundary=andere", "Idempotency-Key": "k1"}
    async with asked(serve) as (server, anna, kunde):
        first, second = await asyncio.gather(
            write(kunde, [("a", b"a")], keyed), write(kunde, [("a", b"a")], keyed)
        )
        body = form([("a", b"a")], text="Hier", answers="m1").replace(b"grenze", b"andere")
        third = await post(kunde, body, other)
        assert first.body == second.body == third.body
        refused = await write(kunde, [("a", b"b")], keyed)
        assert (refused.status, refused.code) == (409, "key_reused")
        assert on_disk(server) == [digest(b"a")]
        await server.rest()
        assert await written(anna) == 1
        key = {"Idempotency-Key": "k1"}
        for content, status in [(b"a", 201), (b"a", 201), (b"b", 409)]:
            answer = await anna.put(f"{DOCUMENTS}/x", data=content, headers=key)
            assert answer.status == status
        assert len((await anna.get(DOCUMENTS)).json["documents"]) == 2


@pytest.mark.clause("LOG-2", "REP-5")
async def test_hostile_names_are_harmless_wherever_they_come_back(serve):
    names = {
        "../../../etc/passwd": "passwd",
        "C:\\fakepath\\Brief.pdf": "Brief.pdf",
        "50%2F100 {x} ä&b=c?#.txt": "50%2F100 {x} ä&b=c?#.txt",
        "a\u202efdp.exe": "afdp.exe",
        "x" * 500 + ".pdf": "x" * 196 + ".pdf",
        "...": "Datei",
        "保険 ü.txt": "保険 ü.txt",
    }
    async with asked(serve) as (server, anna, kunde):
        files = [(name, name.encode()) for name in names]
        answer = await write(kunde, files)
        assert answer.status == 201, answer.body
        message = answer.json["message"]
        await server.rest()
        entry = (await anna.get("/api/mvp/cases/53/activities")).json["entries"][-1]
        assert entry["files"] == list(names.values())
        for name, safe in names.items():
            for who, where in [(kunde, f"{MESSAGES}/{message}/files"), (anna, DOCUMENTS)]:
                seen = await who.get(f"{where}/{quote(safe, safe='')}")
                assert (seen.status, seen.body) == (200, name.encode())
                assert seen.headers["Content-Type"] == "application/octet-stream"
                assert seen.headers["X-Content-Type-Options"] == "nosniff"
                disposition = seen.headers["Content-Disposition"]
                assert disposition.startswith("attachment; ")
                assert disposition.endswith(f"UTF-8''{quote(safe, safe='')}")
        inside = {p.name for p in server.config.data.iterdir()}
        assert not inside & set(names.values())


async def test_two_files_of_one_name_are_both_there(serve):
    async with asked(serve) as (server, anna, kunde):
        answer = await write(kunde, [("a.txt", b"eins"), ("a.txt", b"zwei"), ("b", b"drei")])
        where = f"{MESSAGES}/{answer.json['message']}/files"
        assert (await kunde.get(f"{where}/a.txt")).body == b"eins"
        assert (await kunde.get(f"{where}/a.txt?place=2")).body == b"zwei"
        assert (await kunde.get(f"{where}/a.txt?place=3")).status == 404
        await server.rest()
        listed = (await anna.get(DOCUMENTS)).json["documents"]
        assert [each["name"] for each in listed] == ["a.txt", "a.txt", "b"]
        bodies = [
            (await anna.get(f"{DOCUMENTS}/{each['name']}?id={each['id']}")).body for each in listed
        ]
        assert bodies == [b"eins", b"zwei", b"drei"]
        assert (await anna.get(f"{DOCUMENTS}/a.txt")).body == b"zwei"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form([], text="a", subject="b"), "invalid"),
        (form([], text="a") + b"x", None),
        (form([], text="a").replace(b'"text"', b'"file"'), "invalid"),
        (form([], text="a").replace(b"form-data; name", b"form-data; nom"), "invalid"),
        (form([], text="a")[:-12] + form([], text="b"), "invalid"),
        (form([], text="a").replace(b"\r\n\r\na", b"\r\n\r\n\xff"), "invalid"),
        (form([], text="a", message="../x"), "invalid"),
        (form([], answers="m1"), "invalid"),
        (form([], text="x" * (1024**2 + 1)), "too_long"),
        (form([("", b"")], text="a", answers="", message=""), None),
    ],
    ids=[
        "unknown field",
        "epilogue",
        "file without a name",
        "part without a name",
        "field twice",
        "no UTF-8",
        "bad id",
        "no text",
        "long text",
        "nothing chosen",
    ],
)
async def test_a_form_says_what_does_not_fit(serve, body, code):
    async with asked(serve) as (_, _, kunde):
        answer = await post(kunde, body)
        assert answer.status == 201 if code is None else answer.code == code


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Type": "text/plain"}, "media_type"),
        ({"Content-Type": "multipart/form-data"}, "broken"),
        ({"Content-Type": "multipart/form-data; boundary*=idna''grenze"}, "broken"),
        ({"Content-Type": "multipart/mixed; boundary=grenze"}, "media_type"),
        (FORM | {"Content-Encoding": "gzip"}, "media_type"),
    ],
)
async def test_a_body_of_another_kind_is_refused(serve, headers, code):
    async with asked(serve) as (_, _, kunde):
        assert (await write(kunde, headers=headers)).code == code


@pytest.mark.clause("SEND-9", "ACC-4")
async def test_only_what_was_released_to_a_recipient_can_be_downloaded(serve):
    async with asked(serve) as (server, anna, kunde):
        other = await server.recipient("other@example.org")
        await anna.put(f"{DOCUMENTS}/a.txt", data=b"shared")
        await anna.put(f"{DOCUMENTS}/b.txt", data=b"inside")
        await send(server, anna, "m2", documents=["a.txt"])
        await anna.put(f"{DOCUMENTS}/a.txt", data=b"newer")
        await send(server, anna, "m3", to=[other.name])
        assert (await kunde.get(f"{MESSAGES}/m2/files/a.txt")).body == b"shared"
        for who, message, name in [
            (kunde, "m2", "b.txt"),
            (kunde, "m1", "a.txt"),
            (other, "m2", "a.txt"),
            (other, "m3", "a.txt"),
            (kunde, "m3", "a.txt"),
        ]:
            assert (await who.get(f"{MESSAGES}/{message}/files/{name}")).status == 404
        assert (await kunde.get(f"{DOCUMENTS}/a.txt")).status == 401
        assert on_disk(server) == [digest(b"shared")]
        written = (await write(kunde, [("own.txt", b"own")])).json["message"]
        assert (await kunde.get(f"{MESSAGES}/{written}/files/own.txt")).body == b"own"
        assert (await other.get(f"{MESSAGES}/{written}/files/own.txt")).status == 404


async def test_a_document_is_filed_listed_by_pages_and_read_again_by_its_tag(serve):
    async with asked(serve) as (_, anna, _):
        for content in (b"eins", b"zwei", b""):
            answer = await anna.put(f"{DOCUMENTS}/a.txt", data=content)
            assert answer.json == {"document": "a.txt", "size": len(content)}
        first = (await anna.get(f"{DOCUMENTS}?limit=2")).json
        rest = (await anna.get(f"{DOCUMENTS}?limit=2&after={first['next']}")).json
        assert [each["size"] for each in first["documents"] + rest["documents"]] == [4, 4, 0]
        assert rest["next"] is None
        seen = await anna.get(f"{DOCUMENTS}/a.txt?id=1")
        assert seen.body == b"eins"
        tag = {"If-None-Match": seen.headers["ETag"]}
        assert (await anna.get(f"{DOCUMENTS}/a.txt?id=1", headers=tag)).status == 304
        part = await anna.get(f"{DOCUMENTS}/a.txt?id=1", headers={"Range": "bytes=1-2"})
        assert (part.status, part.body) == (206, b"in")
        for says_nothing in ("bytes=2-1", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-0,2-2"):
            headers = {"Range": says_nothing}
            whole = await anna.get(f"{DOCUMENTS}/a.txt?id=1", headers=headers)
            assert (whole.status, whole.body) == (200, b"eins"), says_nothing
            assert whole.headers["X-Content-Type-Options"] == "nosniff"
        beyond = await anna.get(f"{DOCUMENTS}/a.txt?id=1", headers={"Range": "bytes=9-"})
        assert (beyond.status, beyond.headers["Content-Range"]) == (416, "bytes */4")
        assert (await anna.get(f"{DOCUMENTS}/b.txt")).code == "not_found"
        assert (await anna.get("/api/mvp/cases/54/documents/a.txt")).code == "unknown_case"


@pytest.mark.parametrize("name", ["..%2Fa.txt", ".a", "a%0A", "%20a", "x" * 201])
async def test_a_document_has_a_name_that_is_safe(serve, name):
    async with asked(serve) as (server, anna, _):
        assert (await anna.put(f"{DOCUMENTS}/{name}", data=b"a")).status in {404, 422}
        assert on_disk(server, "mvp") == []


async def test_a_document_may_be_as_long_as_configured(serve):
    async with asked(serve, document_bytes_max=1000) as (server, anna, _):
        refused = await anna.put(f"{DOCUMENTS}/a.bin", data=bytes(1001))
        assert (refused.status, refused.code) == (413, "too_long")
        await emptied(server, "mvp")
        assert (await anna.put(f"{DOCUMENTS}/a.bin", data=bytes(1000))).status == 201


async def test_a_form_with_anything_wrong_in_it_is_refused_or_taken_and_never_a_defect(serve):
    chance = random.Random("forms")
    whole = form([("a.bin", chance.randbytes(300)), ("b", b"")], text="Hier", answers="m1")
    bits = [b"\r\n", b"--grenze", b"--", b";", b'"', b"filename*=utf-8''%", b"\0", b"\\", b"\xff"]

    def spoiled():
        body = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(body))
            match chance.randrange(3):
                case 0:
                    body[place] = chance.randrange(256)
                case 1:
                    del body[place : place + chance.randint(1, 20)]
                case _:
                    body[place:place] = chance.choice(bits)
        return bytes(body)

    async with asked(serve) as (server, _, kunde):
        statuses = {(await post(kunde, spoiled())).status for _ in range(300)}
        assert {201, 400, 422} <= statuses <= {201, 400, 404, 422}
        await server.rest()
        for side in ("mvp", "collaboration"):
            folder = server.config.data / f"{side}-files"
            assert list((folder / "staging").iterdir()) == []
        count = "SELECT count(*) FROM contents"
        (named,) = await server.system.collaboration.reader.look(
            lambda connection: connection.execute(count).fetchone()
        )
        assert len(on_disk(server)) == len(on_disk(server, "mvp")) == named
