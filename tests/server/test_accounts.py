"""How recipients come to a password: links, registration, another password (ACC-2)."""

import asyncio
import re
from datetime import timedelta
from hashlib import blake2b

import orjson
import pytest

from tests.server.people import PASSWORD, serving_in
from tests.server.processes import served

REGISTRATION = "/api/collaboration/registration"
LINK = "/api/collaboration/registration/link"
SESSION = "/api/collaboration/session"
INBOX = "/api/collaboration/inbox"
ADDRESS = "k@example.org"
OTHER = "ein anderes Kennwort"


async def written_to(server, *addresses) -> None:
    """Let a first message reach recipients, which makes their accounts."""
    anna = await server.caseworker()
    message = {"text": "Guten Tag", "expects": "acknowledge", "to": addresses}
    made = await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz", "message": message})
    assert made.status == 201
    await server.rest()


async def mails(server, event=None, address=ADDRESS) -> list[tuple[str, str]]:
    """Give event and link of the mails to an address, oldest first."""
    rows = await server.system.collaboration.reader.look(
        lambda raw: raw.execute(
            "SELECT event, link FROM mails WHERE recipient = ? ORDER BY id", (address,)
        ).fetchall()
    )
    return [row for row in rows if event in {None, row[0]}]


async def newest_link(server, address=ADDRESS) -> str:
    return [link for _, link in await mails(server, None, address) if link][-1]


async def register(server, token, password=PASSWORD, **more):
    return await server.nobody.post(REGISTRATION, {"token": token, "password": password}, **more)


async def ask(server, address=ADDRESS):
    return await server.nobody.post(LINK, {"address": address})


async def log_in(server, password=PASSWORD, address=ADDRESS):
    return await server.nobody.post(SESSION, {"address": address, "password": password})


@pytest.mark.clause("ACC-1", "ACC-2", "ACC-3")
async def test_who_was_written_to_registers_through_the_mailed_link_and_sees_the_message(serve):
    async with serve() as server:
        await written_to(server, "K@example.org ")
        assert {event for event, _ in await mails(server)} == {"registration", "new_message"}
        assert (await log_in(server)).code == "wrong_password", "there is none yet"
        assert (await register(server, await newest_link(server))).status == 204
        begun = await log_in(server, address=" K@Example.ORG")
        inbox = await server.person(begun.json["token"]).get(INBOX)
        assert inbox.json["unread"] == 1


@pytest.mark.clause("ACC-2")
async def test_a_link_serves_once(serve):
    async with serve() as server:
        await written_to(server, ADDRESS)
        link = await newest_link(server)
        assert (await register(server, link)).status == 204
        again = await register(server, link, OTHER)
        assert (again.status, again.code) == (410, "link_used")
        assert (await log_in(server)).status == 201
        assert (await log_in(server, OTHER)).code == "wrong_password"


@pytest.mark.clause("ACC-2")
async def test_a_link_runs_out_and_can_be_asked_for_anew(serve):
    async with serve(clock="manual") as server:
        await written_to(server, ADDRESS)
        old = await newest_link(server)
        server.now.move_by(timedelta(days=7))
        assert (await register(server, old)).code == "link_expired"
        assert (await ask(server)).status == 202
        assert (await register(server, old)).code == "unknown_link", "a newer one replaced it"
        server.now.move_by(timedelta(days=7) - timedelta(seconds=1))
        assert (await register(server, await newest_link(server))).status == 204


async def test_a_forged_a_foreign_and_a_senseless_link_are_unknown(serve, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    async with serve() as server:
        before = await register(server, "x" * 60)
        assert before.code == "unknown_link", "also before the first link was made"
        await written_to(server, ADDRESS)
        link = await newest_link(server)
        content, _, signature = link.partition(".")
        changed = content[:-1] + ("A" if content[-1] != "A" else "B")
        for forged in (
            f"{changed}.{signature}",
            link[:-1],
            link + "x",
            content,
            "",
            "a.b",
            "x" * 5000,
        ):
            refused = await register(server, forged)
            assert (refused.status, refused.code) == (404, "unknown_link")
    async with serve() as server:
        assert (await register(server, link)).status == 204, "it was the right one all along"


async def test_a_link_of_another_server_is_unknown(serve, tmp_path_factory):
    async with serving_in(tmp_path_factory.mktemp("other")) as other, serve() as server:
        await written_to(other, ADDRESS)
        await written_to(server, ADDRESS)
        foreign = await newest_link(other)
        assert (await register(server, foreign)).code == "unknown_link"
        refused = await register(server, foreign, "kurz")
        assert refused.code == "unknown_link", "nothing was worked out with the password yet"


async def test_of_two_who_use_one_link_at_once_one_sets_the_password(serve):
    async with serve() as server:
        await written_to(server, ADDRESS)
        link = await newest_link(server)
        passwords = [f"mein Kennwort {n}" for n in range(8)]
        answers = await asyncio.gather(*(register(server, link, each) for each in passwords))
        assert sorted(answer.status for answer in answers) == [204] + [410] * 7
        logged_in = [(await log_in(server, each)).status == 201 for each in passwords]
        assert logged_in == [answer.status == 204 for answer in answers]


async def test_a_registration_that_is_repeated_with_its_key_gets_its_answer_again(serve):
    async with serve() as server:
        await written_to(server, ADDRESS, "l@example.org")
        link, key = await newest_link(server), {"Idempotency-Key": "1"}
        answers = await asyncio.gather(*(register(server, link, headers=key) for _ in range(4)))
        assert [answer.status for answer in answers] == [204] * 4
        other = await register(server, link, OTHER, headers=key)
        assert other.code == "key_reused"
        theirs = await register(server, await newest_link(server, "l@example.org"), headers=key)
        assert theirs.status == 204, "the key of another is another key"


async def test_what_is_kept_of_a_registration_is_no_quick_way_to_try_passwords(serve):
    async with serve() as server:
        await written_to(server, ADDRESS)
        body = {"token": await newest_link(server), "password": PASSWORD}
        await server.nobody.post(REGISTRATION, body, headers={"Idempotency-Key": "1"})
        kept = await server.system.collaboration.reader.look(
            lambda raw: raw.execute("SELECT fingerprint FROM answers").fetchall()
        )
        request = b"\n".join((b"POST", REGISTRATION.encode(), orjson.dumps(body)))
        assert len(kept) == 1
        assert kept != [(blake2b(request, digest_size=16).hexdigest(),)]


@pytest.mark.parametrize(("length", "status"), [(9, 422), (10, 204), (200, 204), (201, 422)])
async def test_a_password_has_10_to_200_characters(serve, length, status):
    async with serve() as server:
        await written_to(server, ADDRESS)
        link = await newest_link(server)
        answer = await register(server, link, "ä" * length)
        assert answer.status == status
        if status == 422:
            assert answer.json["errors"] == [
                {"where": "body.password", "what": "a password has 10 to 200 characters"}
            ]
            assert (await register(server, link)).status == 204, "the link is not used up"


async def test_asking_for_a_link_says_the_same_whoever_asks(serve):
    async with serve() as server:
        await written_to(server, "new@example.org")
        await server.registered("known@example.org")
        answers = [
            await ask(server, address)
            for address in ("new@example.org", "known@example.org", "nobody@example.org", "", "@")
        ]
        assert {(answer.status, answer.body) for answer in answers} == {(202, b"")}
        events = [
            [event for event, _ in await mails(server, None, address)]
            for address in ("new@example.org", "known@example.org", "nobody@example.org")
        ]
        assert events[0].count("registration") == 2
        assert events[1:] == [["password_reset"], []]


async def test_asking_for_a_link_costs_a_commit_whether_the_address_is_known_or_not(serve):
    async with serve() as server:

        async def commits() -> int:
            version = await server.system.collaboration.reader.look(
                lambda raw: raw.execute("PRAGMA data_version").fetchone()
            )
            return version[0]

        for address in ("nobody@example.org", "nobody-else@example.org"):
            before = await commits()
            await ask(server, address)
            assert await commits() != before


async def test_one_client_can_not_ask_for_links_to_many_addresses(serve):
    async with serve(clock="manual", attempts_per_client=2) as server:
        answers = [(await ask(server, f"{n}@example.org")).status for n in range(3)]
        assert answers == [202, 202, 429]


async def test_logging_in_says_the_same_of_a_wrong_password_and_of_nobody(serve):
    async with serve() as server:
        await written_to(server, "new@example.org")
        await server.registered("known@example.org")
        answers = [
            await log_in(server, OTHER, address)
            for address in (
                "known@example.org",
                "new@example.org",
                "nobody@example.org",
                "x" * 9999,
            )
        ]
        assert {(answer.status, answer.body) for answer in answers} == {(401, answers[0].body)}
        assert answers[0].code == "wrong_password"


async def test_another_password_is_set_through_a_link_and_ends_what_was_before(serve):
    async with serve() as server:
        kunde = await server.recipient()
        assert (await kunde.get(INBOX)).status == 200
        await ask(server)
        assert (await kunde.get(INBOX)).status == 200, "asking alone changes nothing"
        assert (await log_in(server)).status == 201
        link = await newest_link(server)
        assert (await register(server, link, OTHER)).status == 204
        assert (await kunde.get(INBOX)).status == 401
        assert (await log_in(server)).code == "wrong_password"
        assert (await log_in(server, OTHER)).status == 201
        assert (await register(server, link)).code == "link_used"


@pytest.mark.clause("MAIL-2")
async def test_mails_with_links_can_be_switched_off_and_asking_says_the_same(serve):
    async with serve() as server:
        await server.registered()
        for event in ("registration", "password_reset"):
            wording = {"subject": "S", "body": "B $link", "enabled": False}
            path = f"/api/mvp/mail-templates/{event}?language=de"
            assert (await server.operator.put(path, wording)).status == 200
        await written_to(server, "new@example.org")
        for address in ("new@example.org", ADDRESS):
            assert (await ask(server, address)).status == 202
            assert {event for event, _ in await mails(server, None, address)} <= {"new_message"}


@pytest.mark.clause("ACC-2", "MAIL-2")
async def test_a_wording_without_a_place_for_the_link_has_it_below(serve):
    async with serve() as server:
        wording = {"subject": "Willkommen", "body": "Wir freuen uns auf Sie.\n"}
        path = "/api/mvp/mail-templates/registration?language=de"
        assert (await server.operator.put(path, wording)).status == 200
        await written_to(server, "new@example.org")
        shown = (await server.operator.get("/mails")).json["mails"]
        (body,) = (mail["body"] for mail in shown if mail["event"] == "registration")
        text, _, link = body.strip().rpartition("\n\n")
        assert text == "Wir freuen uns auf Sie."
        assert link.startswith(f"{server.url}/register?token=")
        used = await register(server, link.partition("=")[2])
        assert used.status == 204


async def test_a_link_for_another_password_serves_a_day(serve):
    async with serve(clock="manual") as server:
        await server.registered()
        await ask(server)
        server.now.move_by(timedelta(days=1))
        refused = await register(server, await newest_link(server), OTHER)
        assert (refused.status, refused.code) == (410, "link_expired")
        assert (await log_in(server)).status == 201


async def test_links_for_one_address_are_limited_whether_it_is_known_or_not(serve):
    async with serve(clock="manual") as server:
        await server.registered()
        for address in (ADDRESS, "nobody@example.org"):
            answers = [await ask(server, address) for _ in range(5)]
            assert [answer.status for answer in answers] == [202, 202, 202, 429, 429]
            assert answers[-1].headers["Retry-After"] == "600"
        assert len(await mails(server, "password_reset")) == 3
        server.now.move_by(timedelta(minutes=10))
        assert [(await ask(server)).status for _ in range(2)] == [202, 429]


@pytest.mark.clause("ACC-2")
async def test_an_administrator_sends_a_link_to_who_has_not_registered(serve):
    async with serve() as server:
        await written_to(server, ADDRESS)
        one = "/api/collaboration/accounts/{}/link".format
        assert (await server.operator.post(one("K@example.org"))).status == 202
        assert len(await mails(server, "registration")) == 2
        unknown = await server.operator.post(one("nobody@example.org"))
        assert (unknown.status, unknown.code) == (404, "unknown_account")
        await register(server, await newest_link(server))
        known = await server.operator.post(one(ADDRESS))
        assert (known.status, known.code) == (409, "already_registered")


@pytest.mark.clause("ACC-5")
async def test_a_caseworkers_address_gets_no_registration_mail_but_can_ask_for_a_password(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await server.rest()
        message = {"text": "Guten Tag", "expects": "reply", "to": ["anna@makler.example"]}
        made = await anna.post("/api/mvp/cases", {"case": 1, "subject": "S", "message": message})
        assert made.status == 201
        await server.rest()
        events = [event for event, _ in await mails(server, None, "anna@makler.example")]
        assert events == ["new_message"]
        await ask(server, "anna@makler.example")
        link = await newest_link(server, "anna@makler.example")
        assert (await register(server, link)).status == 204
        assert (await log_in(server, PASSWORD, "anna@makler.example")).status == 201


async def test_the_store_keeps_no_link_but_in_the_mail_that_carries_it(serve):
    async with serve() as server:
        await written_to(server, ADDRESS)
        link = await newest_link(server)

        def tables_with(raw) -> set[str]:
            names = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            found = set()
            for (name,) in names:
                for row in raw.execute(f"SELECT * FROM {name}"):  # noqa: S608 - our own tables
                    if any(link in str(value) for value in row):
                        found.add(name)
            return found

        assert await server.system.collaboration.reader.look(tables_with) == {"mails"}


async def test_with_a_clock_set_by_hand_recipients_can_be_logged_in_without_a_password(serve):
    one = "/api/collaboration/accounts/{}/session".format
    async with serve(clock="manual") as server:
        await written_to(server, "new@example.org")
        await server.registered()
        begun = await server.operator.post(one("K@example.org"))
        assert begun.status == 201
        assert (await server.person(begun.json["token"]).get(INBOX)).status == 200
        unknown = await server.operator.post(one("nobody@example.org"))
        assert (unknown.status, unknown.code) == (404, "unknown_account")
        new = await server.operator.post(one("new@example.org"))
        assert (new.status, new.code) == (401, "not_registered")
        assert (
            await server.operator.post(f"{one('new@example.org')}?unregistered=true")
        ).status == 201
        assert (await server.nobody.post(one(ADDRESS))).code == "not_authenticated"
    async with serve() as server:
        assert (await server.operator.post(one(ADDRESS))).code == "not_found"


def test_what_is_logged_of_registering_and_logging_in_holds_no_secret(tmp_path):
    with served(tmp_path, "--log-level", "debug") as server:
        anna = server.caseworker()
        message = {"text": "Guten Tag", "expects": "acknowledge", "to": [ADDRESS]}
        case = {"case": 53, "subject": "Kfz", "message": message}
        assert server.ask("POST", "/api/mvp/cases", case, anna).status == 201
        links: list[str] = []
        while not links:  # the test's own limit of time ends this
            mails = server.ask("GET", "/mails").json["mails"]
            links = re.findall(r"[\w-]{40,}\.[\w-]{20,}", "".join(mail["body"] for mail in mails))
        link = links[0]
        for token, password, status in (
            ("forged" + link, PASSWORD, 404),
            (link, PASSWORD, 204),
            (link, OTHER, 410),
        ):
            body = {"token": token, "password": password}
            assert server.ask("POST", REGISTRATION, body, None).status == status
        for password, status in ((OTHER, 401), (PASSWORD, 201)):
            body = {"address": ADDRESS, "password": password}
            begun = server.ask("POST", SESSION, body, None)
            assert begun.status == status
        token = begun.json["token"]
        assert server.ask("GET", INBOX, token=token).json["unread"] == 1
        assert server.ask("POST", LINK, {"address": ADDRESS}, None).status == 202
        assert server.ask("DELETE", SESSION, token=token).status == 204
        secrets = {link, token, PASSWORD, OTHER, ADDRESS, anna, server.token}
        code, logged = server.end()
    assert code == 0
    assert '"operation":"register"' in logged, "this is where they would be found"
    assert not [secret for secret in secrets if secret in logged]
