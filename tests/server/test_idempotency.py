"""An act that is asked for again with its key happens once, and gets its first answer."""

import asyncio
from datetime import timedelta

import pytest
from multidict import CIMultiDict

CASES = "/api/mvp/cases"
SEND = f"{CASES}/53/messages"
HELLO = {"text": "Hallo", "expects": "reply", "to": ["k@example.org"]}


def key(text):
    return {"Idempotency-Key": text}


async def texts(anna):
    return [each["text"] for each in (await anna.get(f"{CASES}/53/activities")).json["entries"]]


async def test_the_same_request_with_the_same_key_gives_the_first_answer_and_happens_once(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post(CASES, {"case": 53})
        first = await anna.post(SEND, HELLO, headers=key("a"))
        again = await anna.post(SEND, HELLO, headers=key("a"))
        assert (first.status, again.status, again.body) == (201, 201, first.body)
        assert again.headers["Moment"] == first.headers["Moment"]
        assert again.headers["Idempotent-Replay"] == "true"
        assert "Idempotent-Replay" not in first.headers
        assert await texts(anna) == ["Hallo"]


async def test_requests_at_the_same_time_with_one_key_happen_once(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post(CASES, {"case": 53})
        answers = await asyncio.gather(
            *(anna.post(SEND, HELLO, headers=key("a")) for _ in range(40))
        )
        assert {each.status for each in answers} == {201}
        assert len({each.body for each in answers}) == 1
        assert sum("Idempotent-Replay" not in each.headers for each in answers) == 1
        assert await texts(anna) == ["Hallo"]


async def test_the_first_answer_outlives_a_restart(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post(CASES, {"case": 53})
        first = await anna.post(SEND, HELLO, headers=key("a"))
    async with serve() as server:
        anna = server.person(anna.token)
        again = await anna.post(SEND, HELLO, headers=key("a"))
        assert again.body == first.body
        assert await texts(anna) == ["Hallo"]


@pytest.mark.parametrize(
    ("path", "body"),
    [(SEND, {**HELLO, "text": "Hallo!"}), (f"{CASES}/54/messages", HELLO), (f"{SEND}?x=1", HELLO)],
)
async def test_another_request_with_a_used_key_is_refused(serve, path, body):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post(CASES, {"case": 53})
        await anna.post(CASES, {"case": 54})
        await anna.post(SEND, HELLO, headers=key("a"))
        answer = await anna.post(path, body, headers=key("a"))
        assert (answer.status, answer.code) == (409, "key_reused")
        assert await texts(anna) == ["Hallo"]


async def test_a_refusal_is_given_again_too(serve):
    async with serve() as server:
        anna = await server.caseworker()
        refused = await anna.post(SEND, HELLO, headers=key("a"))
        assert refused.code == "unknown_case"
        await anna.post(CASES, {"case": 53})
        again = await anna.post(SEND, HELLO, headers=key("a"))
        assert (again.status, again.body) == (404, refused.body)
        assert again.headers["Content-Type"] == "application/problem+json"
        assert await texts(anna) == []


async def test_a_request_that_was_not_understood_leaves_its_key_free(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post(CASES, {"case": 53})
        assert (await anna.post(SEND, {"txt": "Hallo"}, headers=key("a"))).status == 422
        assert (await anna.post(SEND, HELLO, headers=key("a"))).status == 201


async def test_the_keys_of_different_people_do_not_meet(serve):
    async with serve() as server:
        anna, ben = await server.caseworker("anna"), await server.caseworker("ben")
        kunde = await server.recipient("k@example.org")
        await anna.post(CASES, {"case": 53})
        for person in (anna, ben):
            assert (await person.post(SEND, HELLO, headers=key("a"))).status == 201
        await server.rest()
        write = "/api/collaboration/cases/53/messages"
        for person in (kunde, await server.recipient("K@example.org")):  # one recipient twice
            assert (await person.post(write, {"text": "Ja"}, headers=key("a"))).status == 201
        await server.rest()
        assert await texts(anna) == ["Hallo", "Hallo", "Ja"]


async def test_a_caseworker_who_is_called_like_a_recipient_has_keys_of_their_own(serve):
    async with serve() as server:
        twin = await server.caseworker("k@example.org", "Administrator")
        kunde = await server.recipient("k@example.org")
        await twin.post(CASES, {"case": 53})
        await twin.post(SEND, HELLO)
        await server.rest()
        link = "/api/collaboration/accounts/k@example.org/link"
        assert (await twin.post(link, headers=key("a"))).code == "already_registered"
        write = "/api/collaboration/cases/53/messages"
        assert (await kunde.post(write, {"text": "Ja"}, headers=key("a"))).status == 201


@pytest.mark.parametrize("text", ["", "ä", "x" * 201])
async def test_a_key_is_of_visible_characters_and_not_too_long(serve, text):
    async with serve() as server:
        anna = await server.caseworker()
        answer = await anna.post(CASES, {"case": 53}, headers=key(text))
        assert (answer.status, answer.json["errors"][0]["where"]) == (422, "header Idempotency-Key")
        assert (await anna.post(CASES, {"case": 53}, headers=key("x" * 200))).status == 201


async def test_keys_are_forgotten_after_a_day(serve):
    async with serve(clock="manual") as server:
        anna = await server.caseworker()
        await anna.post(CASES, {"case": 53})
        await anna.post(SEND, HELLO, headers=key("a"))
        for more, count in ((timedelta(hours=24), 1), (timedelta(seconds=1), 2)):
            await server.operator.post("/api/clock", {"by_s": more.total_seconds()})
            await anna.post(SEND, HELLO, headers=key("a"))
            assert len(await texts(anna)) == count


async def test_forgotten_keys_are_removed_from_the_store_while_others_come(serve):
    async with serve(clock="manual") as server:
        anna = await server.caseworker()

        def kept():
            return server.system.mvp.reader.look(
                lambda raw: raw.execute("SELECT count(*) FROM answers").fetchone()[0]
            )

        async def notes(start, count):
            for number in range(start, start + count):
                await anna.post(CASES, {"case": number}, headers=key(str(number)))

        await notes(0, 300)
        assert await kept() == 300
        await server.operator.post("/api/clock", {"by_s": 25 * 3600})
        await notes(300, 600)
        assert await kept() == 600


async def test_an_act_has_one_key(serve):
    async with serve() as server:
        anna = await server.caseworker()
        headers = CIMultiDict({"Authorization": f"Bearer {anna.token}"})
        for one in ("a", "b"):
            headers.add("Idempotency-Key", one)
        async with server.http.post(server.url + CASES, json={"case": 53}, headers=headers) as two:
            assert (two.status, (await two.json())["code"]) == (422, "invalid")
        assert (await anna.get(f"{CASES}/53")).status == 404
