"""What can be wrong with a request: each is answered by a problem document, and none by a 500."""

import asyncio
import json
from io import BytesIO
from urllib.parse import quote, urlencode

import orjson
import pytest
from yarl import URL

from reference.app.dispatch import BODY_MAX
from tests.server.people import MONDAY

CASES = "/api/mvp/cases"
SEND = f"{CASES}/53/messages"
JSON = {"Content-Type": "application/json"}

#: Body -> (code, where, what is said).
BODIES = [
    (b"", "broken", "line 1", "empty"),
    (b"{", "broken", "line 1", ""),
    (b'{"text": NaN}', "broken", "line 1", ""),
    (b"\xff\xfe", "broken", "line 1", ""),
    (b'{"text": "\\ud800"}', "broken", "line 1", ""),
    (b"[" * 100_000, "broken", "line 1", ""),
    (
        b'{"text":' * 1_000 + b"1" + b"}" * 1_000,
        "invalid",
        "body.text",
        "a text is wanted, not an object",
    ),
    (
        b'{"text":' * 900 + b'"\\u0000"' + b"}" * 900,
        "invalid",
        "body.text",
        "a text is wanted, not an object",
    ),
    (b"null", "invalid", "body", "an object is wanted, not null"),
    (b"[]", "invalid", "body", "an object is wanted, not a list"),
    (b"{}", "invalid", "body.text", "required"),
    (b'{"text": null}', "invalid", "body.text", "a text is wanted, not null"),
    (b'{"text": 5}', "invalid", "body.text", "a text is wanted, not a number"),
    (b'{"text": true}', "invalid", "body.text", "not true or false"),
    (b'{"text": "a\\u0000b"}', "invalid", "body", "U+0000"),
    (b'{"txt": "a", "text": "b"}', "invalid", "body", "did you mean 'text'?"),
    (b'{"text": "a", "text": "b"}', "invalid", "body", "'text' is given twice"),
    (b'{"text": "12:30", "te\\u0078t" : "b"}', "invalid", "body", "'text' is given twice"),
    (
        b'{"text": "b", "zzz": 1}',
        "invalid",
        "body",
        "there is text, expects, to, documents, message",
    ),
    (b'{"text": "b", "to": "k@example.org"}', "invalid", "body.to", "a list is wanted, not a text"),
    (b'{"text": "b", "to": {"k@example.org": 1}}', "invalid", "body.to", "a list is wanted"),
    (b'{"text": "b", "to": ["a@b.de", 7]}', "invalid", "body.to[1]", "a text is wanted"),
    (b'{"text": "b", "message": ""}', "invalid", "body.message", "1 to 200 characters"),
    (b'{"text": "b", "message": ".."}', "invalid", "body.message", "no dot at the start"),
    (b'{"text": "b", "message": "a\\nb"}', "invalid", "body.message", "no control characters"),
    (b'{"text": "b", "message": "%s"}' % (b"x" * 201), "invalid", "body.message", "1 to 200"),
]


@pytest.mark.parametrize(
    ("body", "code", "where", "what"), BODIES, ids=[repr(b[0])[:40] for b in BODIES]
)
async def test_a_body_that_does_not_fit_is_refused_with_where_and_what(
    serve, body, code, where, what
):
    async with serve() as server:
        anna = await server.caseworker()
        answer = await anna.post(SEND, data=body, headers=JSON)
        assert (answer.status, answer.code) == ({"broken": 400, "invalid": 422}[code], code)
        fault = answer.json["errors"][0]
        assert where in fault["where"]
        assert what in fault["what"]


@pytest.mark.parametrize("wrong", ["x" * 501, "two\nlines", "two\x85lines", "two\u2028lines"])
async def test_a_subject_is_one_line_that_fits_a_page(serve, wrong):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post("/api/mvp/cases", {"case": 53})
        for answer in (
            await anna.patch("/api/mvp/cases/53", {"subject": wrong}),
            await anna.post("/api/mvp/cases", {"case": 99, "subject": wrong}),
        ):
            assert answer.status == 422
            (fault,) = answer.json["errors"]
            assert fault["where"] == "body.subject"
            assert "at most 500 characters in one line" in fault["what"]
        assert (await anna.patch("/api/mvp/cases/53", {"subject": "x" * 500})).status == 204
        assert (await anna.get("/api/mvp/cases/99")).status == 404


async def test_all_places_that_do_not_fit_are_told_but_not_without_end(serve):
    async with serve() as server:
        anna = await server.caseworker()
        two = await anna.post(SEND, {"text": 1, "to": [2, "a@b.de", 3]})
        assert [each["where"] for each in two.json["errors"]] == [
            "body.text",
            "body.to[0]",
            "body.to[2]",
        ]
        many = await anna.post(SEND, {"text": "b", "to": [1] * 9_999})
        assert len(many.json["errors"]) == 20
        too_many = await anna.post(SEND, {"text": "b", "to": ["a@b.de"] * 10_001})
        assert "10000" in too_many.json["errors"][0]["what"]


@pytest.mark.parametrize(
    ("case", "what"),
    [
        (-1, "not negative"),
        (2**53, "at most"),
        (2**63, "at most"),
        (10**30, "at most"),
        (1.5, "a whole number"),
        (True, "not true or false"),
        ("53", "without quotes"),
        ("", "a name of"),
        ("a\tb", "no control"),
        ([], "a whole number is wanted, not a list"),
    ],
)
async def test_a_case_number_is_a_whole_number_or_a_name(serve, case, what):
    async with serve() as server:
        anna = await server.caseworker()
        body = json.dumps({"case": case}).encode()
        answer = await anna.post(CASES, data=body, headers=JSON)
        assert answer.status == 422
        assert what in answer.json["errors"][0]["what"]
        assert (await anna.get(CASES)).json["cases"] == []


async def test_the_greatest_number_that_a_case_can_have_has_none_after_it(serve):
    async with serve() as server:
        anna = await server.caseworker()
        for case in (53, 2**53 - 1):
            await anna.post(CASES, {"case": case})
        assert (await anna.post(CASES, {"subject": "Kfz"})).json == {"case": 54}


@pytest.mark.parametrize(
    ("case", "path"),
    [
        (0, "0"),
        (53.0, "53"),
        (2**53 - 1, str(2**53 - 1)),
        ("053", "053"),
        ("2024/53", "2024%2F53"),
        ("Ä ö+%?#&", "%C3%84%20%C3%B6%2B%25%3F%23%26"),
        ("…", "%E2%80%A6"),
        ("7" * 200, "7" * 200),
    ],
)
async def test_whatever_can_be_a_case_number_can_be_asked_for(serve, case, path):
    async with serve() as server:
        anna = await server.caseworker()
        made = await anna.post(CASES, {"case": case})
        assert (made.status, made.json) == (201, {"case": case})
        url = URL(f"{server.url}{CASES}/{path}", encoded=True)
        headers = {"Authorization": f"Bearer {anna.token}"}
        async with server.http.get(url, headers=headers) as answer:
            assert (await answer.json())["case"] == made.json["case"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "query.limit"),
        ("limit=501", "query.limit"),
        ("limit=x", "query.limit"),
        ("limit=1&limit=2", "query.limit"),
        ("limit=%31%00", "query.limit"),
        ("limit=-1", "query.limit"),
        ("after=-1", "query.after"),
        ("after=99999999999999999999", "query.after"),
        ("after=٣", "query.after"),
        ("status=info", "query.status"),
        ("stats=Info", "query"),
        ("search=%00", "query.search"),
    ],
)
async def test_a_query_that_does_not_fit_is_refused(serve, query, where):
    async with serve() as server:
        answer = await (await server.caseworker()).get(f"{CASES}?{query}")
        assert (answer.status, answer.code) == (422, "invalid")
        told = answer.json["errors"][0]
        assert told["where"] == where
        if "=-1" in query:
            assert told["what"].startswith("wanted: a whole number from ")


async def test_lists_are_read_page_by_page_to_the_end(serve):
    async with serve() as server:
        anna = await server.caseworker()
        for number in range(1, 6):
            await anna.post(CASES, {"case": number})
        found, after = [], 0
        while after is not None:
            page = (await anna.get(f"{CASES}?limit=2&after={after}")).json
            found += [each["case"] for each in page["cases"]]
            after = page["next"]
        assert found == [1, 2, 3, 4, 5]


async def test_released_cases_are_read_page_by_page_whatever_cases_are_called(serve):
    async with serve() as server:
        anna, kunde = await server.caseworker(), await server.recipient("k@example.org")
        names = [0, 5, 53, "007", "Ä/1", "a", "b"]
        for case in reversed(names):
            await anna.post(CASES, {"case": case})
            body = {"text": "Hallo", "expects": "reply", "to": ["k@example.org"]}
            sent = await anna.post(f"{CASES}/{quote(str(case), safe='')}/messages", body)
            assert sent.status == 201, sent.body
        await server.rest()
        found, after = [], ""
        while after is not None:
            place = urlencode({"limit": 2, "after": after})
            page = (await kunde.get(f"/api/collaboration/cases?{place}")).json
            found += [each["case"] for each in page["cases"]]
            after = page["next"]
        assert found == sorted(names, key=lambda each: (isinstance(each, str), each))


async def test_lists_by_name_are_read_page_by_page_too(serve):
    async with serve() as server:
        anna = await server.caseworker("anna")
        for name in ("ben", "cleo", "Übel", "zoe"):
            await server.caseworker(name)
        await anna.post(CASES, {"case": 53})
        addresses = [f"{name}@example.org" for name in "abcde"]
        for address in reversed(addresses):
            await anna.put(f"{CASES}/53/releases/{address}", {"create_messages": False})
        places = [(catalogue, name) for catalogue in ("A", "A B", "Ä") for name in ("x", "y")]
        for catalogue, name in reversed(places):
            path = f"/api/mvp/text-blocks/{quote(catalogue)}/{name}"
            assert (await server.operator.put(path, {"text": "t"})).status == 200

        async def listed(path, what, *names):
            found, after = [], ""
            while after is not None:
                place = urlencode({"limit": 2, "after": after})
                page = (await anna.get(f"{path}{place}")).json
                assert len(page[what]) <= 2
                found += [tuple(each[name] for name in names) for each in page[what]]
                after = page["next"]
            return found

        workers = await listed("/api/mvp/caseworkers?", "caseworkers", "name")
        assert workers == [("anna",), ("ben",), ("cleo",), ("zoe",), ("Übel",)]
        released = await listed(f"{CASES}/53/releases?", "releases", "recipient")
        assert released == [(address,) for address in addresses]
        blocks = await listed(
            "/api/mvp/text-blocks?catalogue=&", "text_blocks", "catalogue", "name"
        )
        assert blocks == places


async def test_a_body_has_a_type_and_a_length_that_is_taken(serve):
    async with serve() as server:
        anna = await server.caseworker()
        plain = await anna.post(SEND, data=b"{}", headers={"Content-Type": "text/plain"})
        assert (plain.status, plain.code) == (415, "media_type")
        with_charset = {"Content-Type": "application/json; charset=utf-8"}
        assert (await anna.post(CASES, data=b'{"case": 1}', headers=with_charset)).status == 201
        odd = {"Content-Type": "text/plain; charset*=idna''x"}
        assert (await anna.post(CASES, data=b"{}", headers=odd)).code == "media_type"
        long = b'{"subject": "' + b"x" * BODY_MAX + b'"}'
        told = await anna.post(CASES, data=BytesIO(long), headers=JSON)
        assert (told.status, told.code) == (413, "too_long")

        async def pieces():
            for start in range(0, len(long), 100_000):
                yield long[start : start + 100_000]

        untold = await anna.post(CASES, data=pieces(), headers=JSON)
        assert (untold.status, untold.code) == (413, "too_long")


async def raw(server, request, *, cut_off=False):
    """Send what no client would; give the status line and the body."""
    reader, writer = await asyncio.open_connection(*server.url.removeprefix("http://").split(":"))
    writer.write(request)
    if cut_off:
        writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.split(b"\r\n")[0], answer.partition(b"\r\n\r\n")[2]


async def test_a_body_that_is_cut_off_changes_nothing(serve):
    async with serve() as server:
        anna = await server.caseworker()
        head = f"POST {CASES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 100\r\nConnection: close\r\n\r\n"
        await raw(server, head.encode() + b'{"case": 53}', cut_off=True)
        assert (await anna.get(f"{CASES}/53")).status == 404


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"GARBAGE\r\n\r\n", 400, "broken"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "broken"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "broken"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 400, "broken"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "broken"),
    ],
    ids=["garbage", "version", "header", "long header", "length"],
)
async def test_what_is_no_http_is_told_so_by_a_problem_document(serve, request_, status, code):
    async with serve() as server:
        line, body = await raw(server, request_)
        assert line.split()[1] == str(status).encode()
        document = orjson.loads(body)
        assert (document["status"], document["code"]) == (status, code)
        assert (await server.nobody.get("/health")).status == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "nonsense"])
async def test_a_compressed_body_is_refused_and_nobody_unpacks_it(serve, caplog, encoding):
    async with serve() as server:
        packed = {"Content-Encoding": encoding, "Sec-Fetch-Site": "same-origin"}
        body = b"neither gzip nor anything else"
        for path, kind, status in (
            ("/api/collaboration/session", "application/json", 415),
            ("/mvp/login", "application/x-www-form-urlencoded", 415),
            ("/nothing", "text/plain", 404),
        ):
            headers = packed | {"Content-Type": kind}
            answer = await server.nobody.post(path, data=body, headers=headers)
            assert answer.status == status
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_what_is_no_path_finds_nothing(serve):
    async with serve() as server:
        anna = await server.caseworker()
        for path in ("%00", "a%0Ab", "%7F"):
            line, body = await raw(
                server,
                f"GET {CASES}/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                f"Authorization: Bearer {anna.token}\r\n\r\n".encode(),
            )
            assert b"404" in line
            assert orjson.loads(body)["code"] == "not_found"
        for path in ("%ED%A0%80", "%FF", "%zz", "x" * 5_000, "..", "."):
            line, _ = await raw(
                server,
                f"GET {CASES}/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                f"Authorization: Bearer {anna.token}\r\n\r\n".encode(),
            )
            assert b"404" in line, path


async def test_every_path_tells_its_methods_and_every_other_path_is_not_there(serve):
    async with serve() as server:
        wrong = await server.nobody.ask("PATCH", CASES)
        assert (wrong.status, wrong.code, wrong.headers["Allow"]) == (
            405,
            "method",
            "GET, HEAD, OPTIONS, POST",
        )
        asked = await server.nobody.ask("OPTIONS", f"{CASES}/53")
        assert (asked.status, asked.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, PATCH")
        for path in ("/api", f"{CASES}/", f"{CASES}//preset", "/api/mvp/cases/53/x"):
            nowhere = await server.nobody.get(path)
            assert (nowhere.status, nowhere.code) == (404, "not_found"), path


async def test_what_is_known_is_not_sent_again(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post(CASES, {"case": 53})
        first = await anna.get(f"{CASES}/53")
        tag = first.headers["ETag"]
        for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = await anna.get(f"{CASES}/53", headers={"If-None-Match": known})
            assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
        head = await anna.ask("HEAD", f"{CASES}/53")
        assert (head.status, head.body, head.headers["ETag"]) == (200, b"", tag)
        assert head.headers["Content-Length"] == str(len(first.body))
        await anna.patch(f"{CASES}/53", {"subject": "Neu"})
        changed = await anna.get(f"{CASES}/53", headers={"If-None-Match": tag})
        assert (changed.status, changed.json["subject"]) == (200, "Neu")


async def test_a_field_that_is_absent_stays_and_one_that_is_null_is_cleared(serve):
    async with serve() as server:
        anna = await server.caseworker()
        day = MONDAY.date().isoformat()
        await anna.post(CASES, {"case": 53, "subject": "Kfz", "follow_up_on": day})
        await anna.patch(f"{CASES}/53", {"subject": "Neu"})
        assert (await anna.get(f"{CASES}/53")).json["follow_up_on"] == day
        await anna.patch(f"{CASES}/53", {"follow_up_on": None})
        shown = (await anna.get(f"{CASES}/53")).json
        assert (shown["subject"], shown["follow_up_on"]) == ("Neu", None)
        for wrong in ("20240219", "2024-02-30", "19.02.2024", 5, ""):
            refused = await anna.patch(f"{CASES}/53", {"follow_up_on": wrong})
            assert "2024-02-19" in refused.json["errors"][0]["what"]
