"""Ids of messages that the server makes: rising, and of no use to who has seen one of them."""

CASES = "/api/mvp/cases"
MESSAGES = "/api/collaboration/cases/53/messages"


async def test_ids_rise(serve):
    async with serve() as server:
        ids = [server.system.mvp.new_id() for _ in range(1_000)]
        assert sorted(ids) == ids
        assert len(set(ids)) == 1_000


def following(message: str) -> list[str]:
    """Give what looks like the ids after one: with one of its numbers one higher."""
    numbers = message.split("-")
    higher = [f"{int(each, 16) + 1:0{len(each)}x}" for each in numbers]
    places = range(len(numbers))
    return ["-".join([*numbers[:at], higher[at], *numbers[at + 1 :]]) for at in places]


async def test_nobody_can_use_up_the_ids_of_others(serve):
    async with serve() as server:
        anna, bert = await server.caseworker("anna"), await server.caseworker("bert")
        new = {"text": "Bitte", "expects": "reply", "to": ["k@example.org", "j@example.org"]}
        await anna.post(CASES, {"case": 53, "message": new})
        await server.rest()
        kunde, other = await server.recipient(), await server.recipient("j@example.org")
        for first, second, path, body in (
            (kunde, other, MESSAGES, {"text": "Gern"}),
            (anna, bert, f"{CASES}/53/messages", {"text": "Bitte", "expects": "reply"}),
        ):
            seen = (await first.post(path, body)).json["message"]
            for message in following(seen):
                assert (await first.post(path, body | {"message": message})).status == 201
            assert (await second.post(path, body)).status == 201
