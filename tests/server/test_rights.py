"""Nobody sees or changes what is not theirs: every operation of the description, by every stranger.

An operation that is in none of the lists below has to refuse everybody but whom it is for, so a
new one that is open by mistake fails here.
"""

from collections.abc import AsyncIterator, Iterator

import orjson
import pytest
from attrs import frozen

from tests.server.people import Person, Running, Seen

METHODS = {"get", "put", "post", "delete", "patch"}
SECRET = "Geheimnis des Vorgangs"

#: Whoever asks gets an answer. Who is logged in by these names themselves in the body.
PUBLIC = {
    "ask_for_link",
    "list_problems",
    "log_in",
    "log_in_caseworker",
    "register",
    "show_docs",
    "show_health",
    "show_openapi",
    "show_problem",
    "show_readiness",
}
#: Every recipient has these, and finds only their own things there.
EVERY_RECIPIENTS = {
    "end_my_sessions",
    "list_released_cases",
    "log_out",
    "set_language",
    "show_inbox",
    "show_language",
    "show_widget",
}
#: These need no cloud role: a caseworker without one is a user of the MVP all the same.
EVERY_CASEWORKERS = {
    "create_case",
    "download_document",
    "edit_case",
    "file_document",
    "end_my_caseworker_sessions",
    "list_activities",
    "list_cases",
    "list_caseworkers",
    "list_documents",
    "list_mail_templates",
    "list_releases",
    "list_text_blocks",
    "log_out_caseworker",
    "propose_addresses",
    "set_case_addresses",
    "set_customer_addresses",
    "show_case",
    "show_mail_template",
    "show_preset",
    "show_replication",
    "start_replication",
    "write_note",
}
#: What everybody may do who works at the broker's, the operator of the server included.
STAFFS = {
    "list_caseworkers",
    "list_mail_templates",
    "list_text_blocks",
    "show_mail_template",
    "show_replication",
    "start_replication",
}
#: What stands in a path, so that it names something that exists.
PARTS = {
    "address": "k@example.org",
    "case": "53",
    "catalogue": "COLLABORATION",
    "code": "blank_text",
    "customer": "Muster",
    "document": "1",
    "event": "new_message",
    "id": "1",
    "message": "m1",
    "name": "anna",
    "recipient": "k@example.org",
    "sha256": "0" * 64,
    "what": "link",
}
#: Nobody comes from the machine itself: a proxy asks for them.
ELSEWHERE = {"X-Forwarded-For": "192.0.2.7"}
#: Tables that tell what there is; the others tell who asked for it.
ASKED = {"answers", "sessions", "settings"}


@frozen
class Described:
    """An operation as the description has it."""

    name: str
    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    schemes: frozenset[str]

    @property
    def whose(self) -> str:
        if self.name in PUBLIC:
            return "everybody"
        if self.name in STAFFS:
            return "staff"
        if "recipient_token" in self.schemes:
            return "recipient"
        if "operator_token" in self.schemes:
            return "administrator"
        return "caseworker" if "caseworker_token" in self.schemes else "peer"

    async def by(self, person: Person) -> Seen:
        return await person.ask(self.method, self.path, data=self.body, headers=self.headers)


def described(document) -> Iterator[Described]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield of_document(path.format(**PARTS), method, operation)


def of_document(path, method, operation) -> Described:
    content = operation.get("requestBody", {}).get("content", {})
    body, headers = b"", dict(ELSEWHERE)
    for media, what in list(content.items())[:1]:
        headers["Content-Type"] = media
        body = orjson.dumps(what["example"]) if "example" in what else b"x"
    schemes = frozenset(name for each in operation["security"] for name in each)
    return Described(operation["operationId"], method.upper(), path, body, headers, schemes)


async def prepared(server: Running) -> list[Described]:
    """Let something be there that others may want, and give all that can be asked."""
    anna = await server.caseworker("anna")
    await server.caseworker("ben", "none")
    await server.recipient("k@example.org")
    await server.recipient("stranger@example.org")
    message = {
        "message": "m1",
        "text": SECRET,
        "expects": "reply",
        "to": ["k@example.org"],
    }
    case = {"case": 53, "subject": SECRET, "customer": "Muster", "message": message}
    assert (await anna.post("/api/mvp/cases", case)).status == 201
    await server.rest()
    return list(described((await server.nobody.get("/openapi.json")).json))


async def people(server: Running, who: str) -> AsyncIterator[Person]:
    """Give somebody anew for each request, as one may log them out."""
    session = "/api/collaboration/accounts/{}/session".format
    while True:
        match who:
            case "nobody":
                yield server.nobody
            case "who pretends":
                yield server.person("x" * 43)
            case "operator":
                yield server.operator
            case "anna" | "ben":
                token = await server.operator.post(f"/api/mvp/caseworkers/{who}/token")
                yield server.person(token.json["token"])
            case address:
                begun = await server.operator.post(session(address))
                yield server.person(begun.json["token"])


async def kept(server: Running) -> dict[str, list[tuple[object, ...]]]:
    """Give all rows of both stores but those that tell who asked."""
    found = {}
    for side in (server.system.mvp, server.system.collaboration):

        def look(raw, side=side):
            names = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for (name,) in names:
                if name not in ASKED and not name.startswith("sqlite_"):
                    columns = "name, role, email" if name == "caseworkers" else "*"
                    rows = raw.execute(f"SELECT {columns} FROM {name}").fetchall()  # noqa: S608
                    found[f"{side is server.system.mvp} {name}"] = rows

        await side.reader.look(look)
    return found


#: Who asks, and whose operations they may use.
STRANGERS = {
    "nobody": set(),
    "who pretends": set(),
    "operator": {"administrator", "staff"},
    "anna": {"caseworker", "staff"},
    "ben": set(),
    "k@example.org": {"recipient"},
    "stranger@example.org": set(),
}


@pytest.mark.clause("ACC-4", "RGT-1")
@pytest.mark.parametrize("who", STRANGERS)
async def test_whom_an_operation_is_not_for_is_refused_and_changes_nothing(serve, who):
    async with serve(clock="manual") as server:
        operations = await prepared(server)
        free = PUBLIC | {
            "ben": EVERY_CASEWORKERS,
            "stranger@example.org": EVERY_RECIPIENTS,
        }.get(who, set())
        before = await kept(server)
        persons = people(server, who)
        refused, open_to_them = 0, []
        for operation in operations:
            if operation.name in free or operation.whose in STRANGERS[who]:
                continue
            seen = await operation.by(await anext(persons))
            if seen.status in {401, 403, 404} and SECRET.encode() not in seen.body:
                refused += 1
            else:
                open_to_them.append((operation.name, operation.method, seen.status, seen.body[:90]))
        assert open_to_them == []
        assert refused > 10
        assert await kept(server) == before
        if who == "nobody":
            assert refused == len(operations) - len(PUBLIC)


async def test_what_every_recipient_has_shows_nothing_of_others(serve):
    async with serve(clock="manual") as server:
        operations = {each.name: each for each in await prepared(server)}
        seen = {"stranger@example.org": b"", "k@example.org": b""}
        for who in seen:
            persons = people(server, who)
            for name in sorted(EVERY_RECIPIENTS):
                answer = await operations[name].by(await anext(persons))
                assert answer.status < 300, name
                seen[who] += answer.body
        assert SECRET.encode() in seen["k@example.org"], "this is where it would be seen"
        assert SECRET.encode() not in seen["stranger@example.org"]
        assert b"m1" not in seen["stranger@example.org"]


async def test_what_every_caseworker_may_do_works_without_a_role(serve):
    async with serve(clock="manual") as server:
        operations = {each.name: each for each in await prepared(server)}
        persons = people(server, "ben")
        for name in sorted(EVERY_CASEWORKERS):
            answer = await operations[name].by(await anext(persons))
            assert answer.status not in {401, 403}, (name, answer.body)
        case = await (await anext(persons)).get("/api/mvp/cases/53")
        assert case.json["cloud_status"] is None, "the status is for who has a role (STA-7)"


async def test_the_operator_is_one_of_the_staff_and_no_caseworker(serve):
    async with serve(clock="manual") as server:
        operations = {each.name: each for each in await prepared(server)}
        for name in sorted(STAFFS):
            assert (await operations[name].by(server.operator)).status < 300, name
        refused = await server.operator.get("/api/mvp/cases")
        assert (refused.status, refused.code) == (403, "not_allowed")
        assert "no caseworker" in refused.json["errors"][0]["what"]


@pytest.mark.clause("LOG-2")
async def test_nobody_is_called_like_who_stands_for_the_transfer(serve):
    async with serve(carrier="uebertrag") as server:
        for name, status in (("uebertrag", 422), ("cloudtransfer", 200)):
            path = f"/api/mvp/caseworkers/{name}"
            assert (await server.operator.put(path, {"role": "Benutzer"})).status == status
        shown = await server.operator.get("/api/mvp/caseworkers")
        assert [one["name"] for one in shown.json["caseworkers"]] == ["cloudtransfer"]


async def test_the_lists_name_nothing_that_does_not_exist(serve):
    async with serve(clock="manual") as server:
        names = {each.name for each in await prepared(server)}
        assert not (PUBLIC | EVERY_RECIPIENTS | EVERY_CASEWORKERS) - names
        served = {(each.method, each.name) for each in server.server.operations}
        assert len(names) == len(served), "what is served is what is described"


async def test_public_operations_reveal_no_account_and_nothing_of_a_case(serve):
    async with serve(clock="manual") as server:
        operations = {each.name: each for each in await prepared(server)}
        for name in sorted(PUBLIC):
            answer = await operations[name].by(server.nobody)
            assert SECRET.encode() not in answer.body
            assert b"stranger@" not in answer.body


async def test_every_answer_keeps_the_browser_from_doing_more_than_showing_it(serve):
    async with serve() as server:
        anna = await server.caseworker()
        answers = [
            await anna.get("/api/mvp/cases"),
            await server.nobody.get("/api/mvp/cases"),
            await server.nobody.get("/nowhere"),
            await server.nobody.put("/api/mvp/cases"),
            await anna.post("/api/mvp/cases", {"case": 1}),
        ]
        assert [answer.status for answer in answers] == [200, 401, 404, 405, 201]
        for answer in answers:
            headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'")
            assert "frame-ancestors 'none'" in policy
            assert headers["Cache-Control"] in {"no-store", "private, no-cache"}


@pytest.mark.clause("ACC-4")
async def test_what_is_anothers_is_not_reached_through_a_case_of_ones_own(serve):
    async with serve(clock="manual") as server:
        await prepared(server)
        anna = await anext(people(server, "anna"))
        stranger = await anext(people(server, "stranger@example.org"))
        document = await anna.put(
            "/api/mvp/cases/53/documents/plan.pdf", data=b"%PDF " + SECRET.encode()
        )
        assert document.status == 201
        for number, message, to in ((54, "m2", "stranger"), (53, "m3", "k")):
            sent = {
                "message": message,
                "text": "Guten Tag",
                "expects": "reply",
                "to": [f"{to}@example.org"],
                "documents": ["plan.pdf"] if number == 53 else [],
            }
            if number == 54:
                case = {"case": 54, "subject": "S", "message": sent}
                assert (await anna.post("/api/mvp/cases", case)).status == 201
            else:
                assert (await anna.post("/api/mvp/cases/53/messages", sent)).status == 201
        await server.rest()
        mine = "/api/collaboration/cases/54"
        tried = {
            "file": stranger.get(f"{mine}/messages/m3/files/plan.pdf"),
            "opening": stranger.post(f"{mine}/openings", {"via": "message", "message": "m1"}),
            "answer": stranger.post(f"{mine}/messages", {"text": "Ja", "answers": "m1"}),
            "mark": stranger.post("/api/collaboration/messages/m1/read"),
            "document": anna.get("/api/mvp/cases/54/documents/plan.pdf"),
        }
        for what, ask in tried.items():
            seen = await ask
            assert (seen.status, SECRET.encode() in seen.body) == (404, False), what
        kunde = await anext(people(server, "k@example.org"))
        file = await kunde.get("/api/collaboration/cases/53/messages/m3/files/plan.pdf")
        assert SECRET.encode() in file.body, "it is there for whom it was meant"
