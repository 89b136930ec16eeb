"""Every refusal of the domain, provoked over HTTP: it says what is registered, and changes nothing."""

import re
from datetime import timedelta
from io import BytesIO

import pytest

from reference.domain.refusals import Refusal
from tests.server.people import PASSWORD

CASE = "/api/mvp/cases/53"
SEND = f"{CASE}/messages"
PORTAL = "/api/collaboration"
WRITE = f"{PORTAL}/cases/53/messages"
K = "k@example.org"
HELLO = {"text": "Hallo", "expects": "reply", "to": [K]}


class World:
    """A case, a message, and everybody who could do something wrong."""

    @classmethod
    async def begin(cls, server):
        self = cls()
        self.server = server
        self.operator = server.operator
        self.anna = await server.caseworker("anna")
        self.ben = await server.caseworker("ben", "none")
        assert (await self.anna.post("/api/mvp/cases", {"case": 53})).status == 201
        assert (await self.anna.post(SEND, {**HELLO, "message": "m1"})).status == 201
        await server.rest()
        self.links = [await self.link()]
        self.kunde = await server.recipient("kunde@example.org")
        to_kunde = {**HELLO, "to": ["kunde@example.org"], "message": "m2"}
        assert (await self.anna.post(SEND, to_kunde)).status == 201
        await server.rest()
        return self

    async def link(self):
        """Give the token of the newest link that was mailed to K."""
        mails = (await self.operator.get("/mails")).json["mails"]
        body = next(each["body"] for each in reversed(mails) if each["event"] == "registration")
        return re.search(r"token=(\S+)", body)[1]

    async def move(self, duration):
        assert (
            await self.operator.post("/api/clock", {"by_s": duration.total_seconds()})
        ).status == 200

    async def register(self, token):
        return await self.server.nobody.post(
            f"{PORTAL}/registration", {"token": token, "password": PASSWORD}
        )

    async def all_there_is(self):
        """Give what everybody can see of what the domain decides."""
        seen = [
            await self.anna.get(f"/api/mvp{path}")
            for path in (
                "/cases",
                "/cases/53",
                "/cases/53/activities",
                "/cases/53/documents",
                "/cases/53/releases",
                "/caseworkers",
                "/mail-templates",
            )
        ]
        seen += [
            await self.kunde.get(f"{PORTAL}{path}") for path in ("/inbox", "/cases", "/cases/53")
        ]
        seen += [await self.operator.get("/mails")]
        assert {each.status for each in seen} == {200}
        return [each.body for each in seen]


async def no_right(w):
    set_right = f"{CASE}/releases/kunde@example.org"
    assert (await w.anna.put(set_right, {"create_messages": False})).status == 204
    await w.server.rest()


async def down(w, what):
    assert (await w.operator.put(f"/api/faults/{what}", {"state": "down"})).status in {200, 204}


async def up(w, what):
    assert (await w.operator.put(f"/api/faults/{what}", {"state": "up"})).status in {200, 204}


def form(count, size=1):
    """Give a form with a text and files, as one body."""
    files = "".join(
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="f{n}"\r\n\r\n{"x" * size}\r\n'
        for n in range(count)
    )
    text = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nText\r\n'
    body = BytesIO(f"{text}{files}--x--\r\n".encode())
    return {"data": body, "headers": {"Content-Type": "multipart/form-data; boundary=x"}}


async def expired(w):
    await w.move(timedelta(days=30))
    w.kunde = await w.server.recipient("kunde@example.org")  # the session has run out as well


async def used(w):
    assert (await w.register(w.links[0])).status == 204


async def replaced(w):
    assert (await w.operator.post(f"{PORTAL}/accounts/{K}/link")).status == 202


def template(subject="Neu", body="Guten Tag"):
    return {"subject": subject, "body": body}


#: Refusal -> (what happened before, the request that is refused).
PROVOKED = {
    Refusal.ROLE_MISSING: (None, lambda w: w.ben.post(SEND, HELLO)),
    Refusal.UNKNOWN_ROLE: (
        None,
        lambda w: w.operator.put("/api/mvp/caseworkers/anna", {"role": "Chef"}),
    ),
    Refusal.UNKNOWN_CASE: (None, lambda w: w.anna.post("/api/mvp/cases/54/messages", HELLO)),
    Refusal.CASE_EXISTS: (None, lambda w: w.anna.post("/api/mvp/cases", {"case": 53})),
    Refusal.NO_EXPECTED_ACTION: (None, lambda w: w.anna.post(SEND, {**HELLO, "expects": None})),
    Refusal.UNKNOWN_EXPECTED_ACTION: (
        None,
        lambda w: w.anna.post(SEND, {**HELLO, "expects": "call"}),
    ),
    Refusal.BLANK_TEXT: (None, lambda w: w.anna.post(SEND, {**HELLO, "text": " \t"})),
    Refusal.NO_RECIPIENT: (None, lambda w: w.anna.post(SEND, {**HELLO, "to": []})),
    Refusal.MALFORMED_ADDRESS: (None, lambda w: w.anna.post(SEND, {**HELLO, "to": [K, "k@"]})),
    Refusal.FOREIGN_DOCUMENT: (
        None,
        lambda w: w.anna.post(SEND, {**HELLO, "documents": ["x.pdf"]}),
    ),
    Refusal.NOT_ADDRESSED: (None, lambda w: w.kunde.get(f"{PORTAL}/cases/54")),
    Refusal.UNKNOWN_MESSAGE: (None, lambda w: w.kunde.post(f"{PORTAL}/messages/m1/read")),
    Refusal.UNKNOWN_VIA: (
        None,
        lambda w: w.kunde.post(f"{PORTAL}/cases/53/openings", {"via": "door"}),
    ),
    Refusal.MARK_READ_NOT_AVAILABLE: (None, lambda w: w.kunde.post(f"{PORTAL}/messages/m2/read")),
    Refusal.WRITING_WITHHELD: (no_right, lambda w: w.kunde.post(WRITE, {"text": "Ja"})),
    Refusal.BLANK_REPLY: (None, lambda w: w.kunde.post(WRITE, {"text": "\n"})),
    Refusal.TOO_MANY_FILES: (None, lambda w: w.kunde.post(WRITE, **form(21))),
    Refusal.TOO_LARGE: (None, lambda w: w.kunde.post(WRITE, **form(1, 35 * 1024**2 + 1))),
    Refusal.UNKNOWN_ACCOUNT: (
        None,
        lambda w: w.operator.post(f"{PORTAL}/accounts/x@example.org/link"),
    ),
    Refusal.NOT_REGISTERED: (None, lambda w: w.operator.post(f"{PORTAL}/accounts/{K}/session")),
    Refusal.ALREADY_REGISTERED: (used, lambda w: w.operator.post(f"{PORTAL}/accounts/{K}/link")),
    Refusal.UNKNOWN_LINK: (replaced, lambda w: w.register(w.links[0])),
    Refusal.LINK_USED: (used, lambda w: w.register(w.links[0])),
    Refusal.LINK_EXPIRED: (expired, lambda w: w.register(w.links[0])),
    Refusal.UNKNOWN_MAIL_EVENT: (
        None,
        lambda w: w.operator.put("/api/mvp/mail-templates/birthday", template()),
    ),
    Refusal.TEMPLATE_FIELD: (
        None,
        lambda w: w.operator.put("/api/mvp/mail-templates/new_message", template(body="$text")),
    ),
    Refusal.UNKNOWN_REPLICATION_RESULT: (
        None,
        lambda w: w.anna.post("/api/mvp/replication/runs", {"result": 3}),
    ),
    Refusal.REPLICATION_FAILED: (
        lambda w: down(w, "replication"),
        lambda w: w.anna.post("/api/mvp/replication/runs", {"result": 0}),
    ),
    Refusal.NOT_REACHABLE: (
        lambda w: down(w, "portal"),
        lambda w: w.kunde.post(WRITE, {"text": "Ja"}),
    ),
}
#: Refusals that one side gives the other, or a client itself: tested where they arise.
BETWEEN = {Refusal.ENVELOPE_GAP, Refusal.MISDIRECTED, Refusal.NO_ANSWER}


def test_every_refusal_is_provoked():
    assert PROVOKED.keys() | BETWEEN == set(Refusal)


@pytest.mark.parametrize("refusal", PROVOKED, ids=lambda refusal: refusal.code)
async def test_a_refusal_says_what_is_registered_and_changes_nothing(serve, refusal):
    before, provoke = PROVOKED[refusal]
    async with serve(clock="manual") as server:
        world = await World.begin(server)
        there = await world.all_there_is()
        if before is not None:
            await before(world)
        if refusal is not Refusal.NOT_REACHABLE:  # then there is nothing to be seen
            there = await world.all_there_is()
        answer = await provoke(world)
        assert (answer.status, answer.code) == (refusal.http_status, refusal.code), answer.body
        said = answer.json
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert said["rule"] == refusal.rule
        assert (said["title"], said["title_de"]) == (refusal.english, refusal.german)
        assert said["definite"] is refusal.definite
        assert (await world.server.nobody.get(said["type"])).json["code"] == refusal.code
        if refusal is Refusal.NOT_REACHABLE:
            await up(world, "portal")
        await server.rest()
        assert await world.all_there_is() == there
