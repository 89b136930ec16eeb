"""What is remembered of reads ends with what is written."""

import asyncio
import sqlite3
from collections.abc import Callable

import pytest

from reference.store.database import Database
from reference.store.remembered import EACH_MAX, USERS_MAX, Remembered


class Slow:
    """A database that waits, after a commit, before it says so."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.committed, self.goes_on = asyncio.Event(), asyncio.Event()

    async def run(self, work: Callable[[sqlite3.Connection], object]) -> object:
        outcome = await self.database.run(work)
        self.committed.set()
        await self.goes_on.wait()
        return outcome


async def test_an_answer_is_read_once_until_something_is_written() -> None:
    remembered: Remembered[int] = Remembered()
    reads = iter(range(10))

    async def read() -> int:
        return next(reads)

    assert await remembered.answer("k", "inbox", read) == 0
    assert await remembered.answer("k", "inbox", read) == 0
    assert await remembered.answer("k", "widget", read) == 1
    assert await remembered.answer("l", "inbox", read) == 2
    remembered.forget({"k"})
    assert await remembered.answer("k", "inbox", read) == 3
    assert await remembered.answer("l", "inbox", read) == 2


async def test_what_was_read_before_a_write_is_not_kept_after_it() -> None:
    remembered: Remembered[str] = Remembered()
    written = asyncio.Event()

    async def slow() -> str:
        await written.wait()
        return "old"

    async def quick() -> str:
        return "new"

    reading = asyncio.create_task(remembered.answer("k", "inbox", slow))
    await asyncio.sleep(0)
    remembered.forget({"k"})
    written.set()
    assert await reading == "old"
    assert await remembered.answer("k", "inbox", quick) == "new"


async def test_while_something_is_written_nothing_is_remembered() -> None:
    remembered: Remembered[int] = Remembered()
    reads = iter(range(10))

    async def read() -> int:
        return next(reads)

    assert await remembered.answer("k", "inbox", read) == 0
    remembered.unsettle({"k"})
    assert [await remembered.answer("k", "inbox", read) for _ in range(2)] == [1, 2]
    remembered.forget({"k"})
    assert [await remembered.answer("k", "inbox", read) for _ in range(2)] == [3, 3]


async def test_an_inbox_shows_what_another_page_showed_before(serve) -> None:
    async with serve() as server:
        anna = await server.caseworker("anna")
        kunde = await server.recipient("k@example.org")
        new = {"text": "Hallo", "expects": "acknowledge", "to": ["k@example.org"]}
        assert (await anna.post("/api/mvp/cases", {"case": 53, "message": new})).status == 201
        await server.rest()
        assert (await kunde.get("/api/collaboration/inbox")).json["unread"] == 1
        queue = server.system.collaboration.writer._queue
        slow = queue._database = Slow(queue._database)
        opened = kunde.post("/api/collaboration/cases/53/openings", {"via": "case"})
        opening = asyncio.create_task(opened)
        await slow.committed.wait()
        page = await kunde.get("/api/collaboration/cases")
        inbox = await kunde.get("/api/collaboration/inbox")
        slow.goes_on.set()
        await opening
        assert page.json["cases"][0]["unread"] == inbox.json["unread"] == 0


async def test_a_read_that_fails_is_done_again() -> None:
    remembered: Remembered[str] = Remembered()

    async def fails() -> str:
        raise OSError("full")

    async def works() -> str:
        return "there"

    with pytest.raises(OSError, match="full"):
        await remembered.answer("k", "inbox", fails)
    assert await remembered.answer("k", "inbox", works) == "there"


async def test_no_more_users_are_remembered_than_there_is_room_for() -> None:
    remembered: Remembered[int] = Remembered()

    async def read() -> int:
        return 1

    for number in range(USERS_MAX + 1):
        await remembered.answer(f"k{number}", "inbox", read)
    assert len(remembered._answers) <= USERS_MAX


async def test_who_asks_for_ever_other_pages_takes_no_more_room_than_others() -> None:
    remembered: Remembered[int] = Remembered()

    async def read() -> int:
        return 1

    for page in range(10 * EACH_MAX):
        await remembered.answer("k", page, read)
    assert len(remembered._answers["k"]) <= EACH_MAX


async def test_an_inbox_shows_what_arrived_after_it_was_shown(serve) -> None:
    async with serve() as server:
        anna = await server.caseworker("anna")
        kunde = await server.recipient("k@example.org")
        await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz"})
        for count in range(1, 4):
            new = {"text": "Hallo", "expects": "acknowledge", "to": ["k@example.org"]}
            await anna.post("/api/mvp/cases/53/messages", new)
            await server.rest()
            for place in ("inbox", "widget"):
                answer = await kunde.get(f"/api/collaboration/{place}")
                assert answer.json["unread"] == count
        await kunde.post("/api/collaboration/cases/53/openings", {"via": "case"})
        assert (await kunde.get("/api/collaboration/inbox")).json["unread"] == 0
        assert (await kunde.get("/api/collaboration/widget")).json["unread"] == 0
