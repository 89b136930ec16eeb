"""The description of the API: whole, right, and never behind what is served."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import jsonschema

from reference.app.openapi import body_example, path_names, problems_of
from reference.domain.refusals import Refusal
from reference.http.operations import JSON_TYPE
from reference.http.problems import Problem

FORMATS = jsonschema.FormatChecker()


def schema_in(document, schema):
    """Give a schema of the document as one that stands alone."""
    return {**schema, "components": document["components"]}


def fits(document, value, schema):
    jsonschema.validate(
        value, schema_in(document, schema), jsonschema.Draft202012Validator, format_checker=FORMATS
    )


def described(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


async def document_of(server):
    return (await server.nobody.get("/openapi.json")).json


async def test_the_document_describes_exactly_what_is_served(serve):
    async with serve(clock="manual") as server:
        document = await document_of(server)
        assert document["openapi"] == "3.1.0"
        told = {(path, method.upper()) for path, method, _ in described(document)}
        assert told == {(each.path, each.method) for each in server.server.operations}
        names = [operation["operationId"] for _, _, operation in described(document)]
        assert len(names) == len(set(names))


async def test_every_example_fits_its_schema(serve):
    async with serve(clock="manual") as server:
        document = await document_of(server)
        count = 0
        for _, _, operation in described(document):
            contents = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in contents:
                for media in content.get("content", {}).values():
                    if "example" in media:
                        count += 1
                        fits(document, media["example"], media["schema"])
            for parameter in operation["parameters"]:
                if "example" in parameter:
                    fits(document, parameter["example"], parameter["schema"])
        fits(
            document,
            document["components"]["schemas"]["Problem"]["example"],
            {"$ref": "#/components/schemas/Problem"},
        )
        assert count > 50


async def test_every_operation_that_takes_or_gives_json_has_an_example(serve):
    async with serve(clock="manual") as server:
        document = await document_of(server)
        for _, _, operation in described(document):
            contents = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in contents:
                media = content.get("content", {}).get(JSON_TYPE)
                assert media is None or "example" in media or media["schema"] == {}, operation


async def test_examples_are_taken_and_every_answer_fits_its_schema(serve):
    """The examples are sent to a server, in the order in which one builds on the other."""
    async with serve(clock="manual") as server:
        document = await document_of(server)
        anna = await server.caseworker("anna")
        kunde = await server.recipient("k@example.org")
        callers = {
            "caseworker_token": anna,
            "recipient_token": kunde,
            "operator_token": server.operator,
        }
        values = {
            "case": "53",
            "message": "m1",
            "recipient": "k@example.org",
            "customer": "Muster GmbH",
            "name": "anna",
            "address": "k@example.org",
            "event": "new_message",
            "catalogue": "COLLABORATION",
            "code": "blank_text",
            "what": "link",
        }
        first = ["create_case", "file_document", "send_message"]
        last = ["end_", "log_out", "make_caseworker_token", "set_caseworker_password"]
        operations = sorted(
            server.server.operations,
            key=lambda each: (
                first.index(each.name) if each.name in first else len(first),
                each.name.startswith(tuple(last)),
                each.method == "GET",
            ),
        )
        taken = set()
        for operation in operations:
            told = document["paths"][operation.path][operation.method.lower()]
            schemes = [name for each in told["security"] for name in each]
            if "peer_signature" in schemes:
                continue
            caller = next((callers[name] for name in schemes if name in callers), server.nobody)
            path = operation.path
            names = (
                {**values, "name": "Angebot.pdf"}
                if "/documents/" in path or "/files/" in path
                else values
            )
            for name in path_names(operation):
                path = path.replace(f"{{{name}}}", names[name])
            body = body_example(operation) if JSON_TYPE in operation.takes else None
            more = {"data": b"%PDF"} if operation.upload and body is None else {}
            answer = await caller.ask(operation.method, path, body, **more)
            assert str(answer.status) in told["responses"], (operation.name, answer.body)
            if answer.status < 300:
                taken.add(operation.name)
            content = told["responses"][str(answer.status)].get("content", {})
            kind = answer.headers.get("Content-Type", "").partition(";")[0]
            assert kind in content or not answer.body, (operation.name, kind)
            if "json" in kind and answer.body:
                fits(document, answer.json, content[kind]["schema"])
            assert ("ETag" in answer.headers) is ("304" in told["responses"]), operation.name
            if "ETag" in answer.headers:
                known = {"If-None-Match": answer.headers["ETag"]}
                again = await caller.get(path, headers=known)
                assert (again.status, again.body) == (304, b""), operation.name
            if operation.name == "send_message":
                await server.rest()
        not_taken = {each.name for each in operations if each.name not in taken}
        assert not_taken <= NOT_TAKEN, not_taken - NOT_TAKEN


#: Operations whose example cannot be taken here, as it would need a secret, or another state.
NOT_TAKEN = {
    "register",
    "log_in",
    "log_in_caseworker",
    "send_registration_link",
    "mark_read",
    "end_my_sessions",
    "end_my_caseworker_sessions",
    "log_out",
    "log_out_caseworker",
    "take_parcels",
    "take_bundle",
    "take_turn",
    "take_file",
    "has_files",
}


async def test_every_refusal_can_be_given_by_an_operation_and_has_a_page(serve):
    async with serve(clock="manual") as server:
        given = set().union(*map(problems_of, server.server.operations))
        between = {Refusal.ENVELOPE_GAP, Refusal.MISDIRECTED, Refusal.NO_ANSWER}
        assert set(Refusal) - given <= between
        listed = (await server.nobody.get("/problems")).json["problems"]
        assert {each["code"] for each in listed} == {why.code for why in (*Refusal, *Problem)}
        for each in listed:
            shown = await server.nobody.get(each["type"])
            assert shown.json == each
            page = await server.nobody.get(each["type"], headers={"Accept": "text/html,*/*"})
            assert page.headers["Content-Type"] == "text/html; charset=utf-8"
            assert each["title_de"] in page.body.decode().replace("&#34;", '"')
        assert (await server.nobody.get("/problems/none")).status == 404


async def test_downloads_are_described_in_parts_too(serve):
    async with serve() as server:
        document = await document_of(server)
        anna = await server.caseworker()
        await anna.post("/api/mvp/cases", {"case": 53})
        path = "/api/mvp/cases/53/documents/Angebot.pdf"
        await anna.put(path, data=b"0123456789")
        told = document["paths"]["/api/mvp/cases/{case}/documents/{name}"]["get"]
        for wanted, status, body in [("bytes=2-4", 206, b"234"), ("bytes=99-", 416, b"")]:
            part = await anna.get(path, headers={"Range": wanted})
            assert (part.status, part.body) == (status, body)
            assert str(status) in told["responses"]
        assert "Range" in {each["name"] for each in told["parameters"]}


class Page(HTMLParser):
    """What a page refers to, and what can be referred to in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.loads = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if "id" in values:
            self.ids.add(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        if tag in {"script", "link", "img", "iframe"} or "src" in values:
            self.loads.append(tag)


async def test_the_page_shows_every_operation_and_loads_nothing(serve):
    async with serve(clock="manual") as server:
        document = await document_of(server)
        answer = await server.nobody.get("/docs")
        page = Page(answer.body.decode())
        assert page.loads == []
        assert {each.name for each in server.server.operations} <= page.ids
        assert set(document["components"]["securitySchemes"]) <= page.ids
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.ids
            else:
                assert (await server.nobody.get(link)).status == 200
        assert "Undefined" not in answer.body.decode()
        assert "<code>not_authenticated</code>: nobody is logged in" in answer.body.decode()
        assert "`" not in answer.body.decode()
        style = re.search("<style>(.*)</style>", answer.body.decode())[1]
        assert style
        assert "sha256-" in answer.headers["Content-Security-Policy"]


def test_the_command_prints_the_document():
    done = subprocess.run(
        [sys.executable, "-m", "reference", "openapi"], capture_output=True, timeout=60, check=True
    )
    assert done.stdout.startswith(b'{"openapi":"3.1.0"')
