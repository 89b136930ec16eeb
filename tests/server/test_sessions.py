"""Logging in and out, and what a session is worth afterwards."""

import asyncio
from datetime import timedelta

import pytest
from yarl import URL

from reference.http import access as access_module
from reference.http.access import Access
from reference.store.secrets import hashed
from tests.server.people import PASSWORD

INBOX = "/api/collaboration/inbox"
SESSION = "/api/collaboration/session"
SESSIONS = "/api/collaboration/sessions"
CASES = "/api/mvp/cases"


async def log_in(server, address="k@example.org", password=PASSWORD, **more):
    body = {"address": address, "password": password}
    return await server.nobody.post(SESSION, body, **more)


def cookie_of(answer) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


def files_of(server) -> bytes:
    return b"".join(path.read_bytes() for path in server.config.data.rglob("*.sqlite*"))


async def test_who_logs_out_is_out_at_once_and_the_other_sessions_stay(serve):
    async with serve() as server:
        here, there = await server.recipient(), await server.recipient()
        assert (await here.get(INBOX)).status == 200
        assert (await here.delete("/api/collaboration/session")).status == 204
        assert (await here.get(INBOX)).code == "not_authenticated"
        assert (await there.get(INBOX)).status == 200


async def test_all_my_sessions_can_be_ended_and_nobody_elses(serve):
    async with serve() as server:
        mine = [await server.recipient(), await server.recipient()]
        other = await server.recipient("l@example.org")
        assert [(await each.get(INBOX)).status for each in (*mine, other)] == [200, 200, 200]
        assert (await mine[0].delete(SESSIONS)).status == 204
        assert [(await each.get(INBOX)).status for each in (*mine, other)] == [401, 401, 200]


async def test_an_administrator_ends_the_sessions_of_a_recipient_and_of_a_caseworker(serve):
    async with serve() as server:
        kunde, boss = await server.recipient(), await server.caseworker("boss", "Administrator")
        assert (await kunde.get(INBOX)).status == 200
        one = "/api/collaboration/accounts/K@example.org/sessions"
        assert (await boss.delete(one)).status == 204
        assert (await kunde.get(INBOX)).status == 401

        await server.caseworker("anna")
        body = {"password": PASSWORD}
        assert (await boss.put("/api/mvp/caseworkers/anna/password", body)).status == 204
        begun = await server.nobody.post("/api/mvp/session", {"name": "anna"} | body)
        anna = server.person(begun.json["token"])
        assert (await anna.get(CASES)).status == 200
        assert (await boss.delete("/api/mvp/caseworkers/anna/sessions")).status == 204
        assert (await anna.get(CASES)).status == 401


async def test_a_session_ends_by_itself(serve):
    async with serve(clock="manual", session_lifetime=timedelta(hours=1)) as server:
        kunde = await server.recipient()
        server.now.move_by(timedelta(minutes=59, seconds=59))
        assert (await kunde.get(INBOX)).status == 200
        server.now.move_by(timedelta(seconds=1))
        assert (await kunde.get(INBOX)).status == 401
        await server.recipient("l@example.org")
        count = await server.system.collaboration.reader.look(
            lambda raw: raw.execute("SELECT count(*) FROM sessions").fetchone()
        )
        assert count == (1,), "what has run out is removed when somebody logs in"


async def test_sessions_outlast_a_restart_and_ended_ones_stay_ended(serve):
    async with serve() as server:
        tokens = [(await server.recipient()).token for _ in range(2)]
        await server.person(tokens[1]).delete(SESSION)
    async with serve() as server:
        assert [(await server.person(token).get(INBOX)).status for token in tokens] == [200, 401]


async def test_a_browser_is_logged_in_by_a_cookie_that_no_script_and_no_other_site_gets(serve):
    async with serve() as server:
        await server.registered()
        answer = await log_in(server)
        assert answer.json["user"] == "k@example.org"
        attributes = set(answer.headers["Set-Cookie"].split("; ")[1:])
        assert attributes == {"Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Lax"}
        assert (await server.nobody.get(INBOX, headers={"Cookie": cookie_of(answer)})).status == 200


async def test_the_cookie_is_for_https_alone_where_users_come_by_it(serve):
    async with serve(public_url="https://portal.example.org") as server:
        await server.registered()
        assert "Secure" in (await log_in(server)).headers["Set-Cookie"].split("; ")


async def test_logging_out_takes_the_cookie_away(serve):
    async with serve() as server:
        await server.registered()
        cookie = {"Cookie": cookie_of(await log_in(server))}
        answer = await server.nobody.delete(SESSION, headers=cookie)
        assert answer.headers["Set-Cookie"].startswith("collaboration_session=; Max-Age=0;")
        assert (await server.nobody.get(INBOX, headers=cookie)).status == 401


async def test_logging_in_makes_a_new_session_and_ends_the_one_that_was_brought(serve):
    async with serve() as server:
        await server.registered()
        planted = {"Cookie": "collaboration_session=chosen-by-somebody-else"}
        first = await log_in(server, headers=planted)
        assert "chosen-by-somebody-else" not in first.headers["Set-Cookie"]
        assert (await server.nobody.get(INBOX, headers=planted)).status == 401
        brought = {"Cookie": cookie_of(first)}
        assert (await server.nobody.get(INBOX, headers=brought)).status == 200
        second = await log_in(server, headers=brought)
        assert second.json["token"] != first.json["token"]
        assert (await server.nobody.get(INBOX, headers=brought)).status == 401


CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://["},
]


@pytest.mark.parametrize("site", CROSS_SITE)
async def test_another_site_can_not_use_the_cookie_to_change_something(serve, site):
    async with serve() as server:
        await server.registered()
        cookie = {"Cookie": cookie_of(await log_in(server))}
        refused = await server.nobody.delete(SESSIONS, headers=cookie | site)
        assert (refused.status, refused.code) == (403, "cross_site")
        assert (await server.nobody.get(INBOX, headers=cookie)).status == 200
        refused = await log_in(server, headers=site)
        assert refused.code == "cross_site", "nor can it log somebody in as another"
        for path, body in (("", {"token": "t", "password": PASSWORD}), ("/link", {"address": "a"})):
            asked = await server.nobody.post(
                f"/api/collaboration/registration{path}", body, headers=site
            )
            assert asked.code == "cross_site"


async def test_this_site_can_use_the_cookie_and_a_token_may_come_from_anywhere(serve):
    async with serve() as server:
        kunde = await server.recipient()
        for site in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": server.url}, {}):
            cookie = {"Cookie": cookie_of(await log_in(server))}
            assert (await server.nobody.delete(SESSION, headers=cookie | site)).status == 204
        assert (await kunde.delete(SESSION, headers=CROSS_SITE[0])).status == 204


MALFORMED = [
    "Basic azpr",
    "Bearer",
    "Bearer ",
    "bearer \u00fc",
    "Bearer a b",
    "Bearer " + "x" * 4000,
]


@pytest.mark.parametrize("written", MALFORMED)
async def test_an_authorization_that_is_none_is_refused_whatever_the_cookie_says(serve, written):
    async with serve() as server:
        await server.registered()
        cookie = {"Cookie": cookie_of(await log_in(server))}
        refused = await server.nobody.get(INBOX, headers=cookie | {"Authorization": written})
        assert (refused.status, refused.code) == (401, "not_authenticated")
        assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "written", [b"Authorization: Bearer \xff", b"Cookie: collaboration_session=\xff"]
)
async def test_bytes_that_are_no_text_are_nobodys(serve, written):
    async with serve() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(server.url).port)
        writer.write(b"GET /api/collaboration/inbox HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
        writer.write(written + b"\r\n\r\n")
        assert (await reader.readline()).split()[1] in {b"400", b"401"}
        writer.close()
        await writer.wait_closed()


async def test_a_cookie_of_odd_characters_is_nobodys(serve):
    async with serve() as server:
        for odd in ("\u00fc", "", '"'):
            cookie = {"Cookie": f"collaboration_session={odd}"}
            assert (await server.nobody.get(INBOX, headers=cookie)).status == 401


async def test_tokens_and_passwords_are_not_in_the_store(serve):
    async with serve() as server:
        kunde, anna = await server.recipient(), await server.caseworker()
        body = {"password": PASSWORD}
        await server.operator.put("/api/mvp/caseworkers/anna/password", body)
        begun = await server.nobody.post("/api/mvp/session", {"name": "anna"} | body)
        kept = files_of(server)
        assert hashed(kunde.token).encode() in kept, "this is where it would be found"
        for secret in (kunde.token, anna.token, begun.json["token"], server.operator.token):
            assert secret.encode() not in kept
        assert PASSWORD.encode() not in kept


async def test_what_ends_while_it_is_looked_up_is_not_remembered(serve):
    async with serve() as server:
        kunde = await server.recipient()
        access = Access(server.system.collaboration, "", None, timedelta(1), None, None, None)
        look_up = asyncio.create_task(access._look_up(kunde.token))
        await asyncio.sleep(0)
        access.forget(token=kunde.token)
        assert (await look_up).user == "k@example.org"
        assert not access._known
        await access._look_up(kunde.token)
        assert access._known


async def test_more_users_than_are_remembered_stay_logged_in(serve, monkeypatch):
    monkeypatch.setattr(access_module, "KNOWN_MAX", 2)
    async with serve() as server:
        people = [await server.recipient(f"{n}@example.org") for n in range(4)]
        for _ in range(2):
            assert [(await each.get(INBOX)).status for each in people] == [200] * 4
        log_in = next(each for each in server.server.operations if each.name == "log_in")
        assert len(log_in.handle.__self__.access._known) == 2


async def test_the_newest_api_token_is_the_only_one(serve):
    async with serve() as server:
        old = await server.caseworker()
        assert (await old.get(CASES)).status == 200
        new = await server.caseworker()
        assert (await old.get(CASES)).status == 401
        assert (await new.get(CASES)).status == 200
        assert (await new.delete("/api/mvp/session")).status == 204
        assert (await new.get(CASES)).status == 200, "logging out ends a session, no API token"


async def test_a_new_password_of_a_caseworker_ends_the_sessions_and_the_old_password(serve):
    async with serve() as server:
        await server.caseworker()
        path, known = "/api/mvp/caseworkers/anna/password", {"name": "anna", "password": PASSWORD}
        await server.operator.put(path, {"password": PASSWORD})
        begun = await server.nobody.post("/api/mvp/session", known)
        anna = server.person(begun.json["token"])
        assert (await anna.get(CASES)).status == 200
        await server.operator.put(path, {"password": "ein anderes Kennwort"})
        assert (await anna.get(CASES)).status == 401
        assert (await server.nobody.post("/api/mvp/session", known)).code == "wrong_password"


async def test_what_a_caseworker_logs_in_with_needs_the_caseworker(serve):
    async with serve() as server:
        for ask in (
            server.operator.put("/api/mvp/caseworkers/nobody/password", {"password": PASSWORD}),
            server.operator.post("/api/mvp/caseworkers/nobody/token"),
        ):
            assert (await ask).code == "not_found"


async def test_the_role_administrator_counts_from_when_it_is_given_until_it_is_taken(serve):
    async with serve() as server:
        anna = await server.caseworker("anna")
        for role, status in (("Administrator", 200), ("Benutzer", 403), ("none", 403)):
            given = await server.operator.put("/api/mvp/caseworkers/anna", {"role": role})
            assert given.status == 200
            answer = await anna.put("/api/mvp/caseworkers/ben", {"role": "none"})
            assert answer.status == status


async def test_the_operators_token_is_made_once_and_nobody_else_can_read_it(serve):
    async with serve() as server:
        path = server.config.data / "operator.token"
        assert path.stat().st_mode & 0o777 == 0o600
        token = server.server.operator_token
        assert path.read_text().strip() == token
    async with serve() as server:
        assert server.server.operator_token == token
    async with serve(operator_token="from the configuration") as server:
        assert server.server.operator_token == "from the configuration"


@pytest.mark.parametrize("content", ["", " \n", "too short", "\u00fc" * 43])
async def test_a_file_that_holds_no_token_is_told_and_opens_nothing(serve, content):
    async with serve() as server:
        path = server.config.data / "operator.token"
    path.write_text(content)
    with pytest.raises(OSError, match="it holds no token"):
        async with serve():
            pass
    path.unlink()
    async with serve() as server:
        assert (await server.operator.put("/api/mvp/caseworkers/a", {"role": "none"})).status == 200


@pytest.mark.parametrize(("side", "own"), [("mvp", CASES), ("collaboration", INBOX)])
async def test_a_side_served_alone_knows_its_own_users_and_the_operator(serve, side, own):
    peer = {"peer": "http://127.0.0.1:9", "peer_secret": "s" * 16}
    async with serve(side=side, **peer) as server:
        for path in (CASES, INBOX):
            assert (await server.nobody.get(path)).status == (401 if path == own else 404)
        ends = {
            "mvp": "/api/mvp/caseworkers/anna/sessions",
            "collaboration": "/api/collaboration/accounts/k@example.org/sessions",
        }
        assert (await server.operator.delete(ends.pop(side))).status == 204
        assert (await server.operator.delete(*ends.values())).status == 404
        assert (await server.nobody.delete("/api/collaboration/session")).status in {401, 404}


async def test_the_operator_is_no_caseworker_and_no_recipient(serve):
    async with serve() as server:
        assert (await server.operator.get(CASES)).status == 403
        assert (await server.operator.get(INBOX)).status == 401
        assert (await server.operator.put("/api/mvp/caseworkers/a", {"role": "none"})).status == 200
