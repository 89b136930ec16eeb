"""Long work in parts: who else writes has its turn, and who is alone does not wait."""

import asyncio

import pytest

from reference.clock import SystemClock
from reference.link import parts
from reference.link.parts import TOGETHER, parts_of
from reference.store.database import open_database
from reference.store.mvp_tables import MIGRATIONS
from reference.store.writer import Writer

PARTS = 6


@pytest.fixture
def rests(monkeypatch):
    """Give the rests that were taken, without taking them."""
    taken = []

    async def rest(seconds):
        taken.append(seconds)

    sleep = asyncio.sleep
    monkeypatch.setattr(parts.asyncio, "sleep", lambda s: rest(s) if s else sleep(s))
    return taken


async def worked(folder, *, company):
    """Work on some parts; somebody else writes during those of `company`."""
    writer = Writer(await open_database(folder / "side.sqlite", MIGRATIONS), SystemClock())
    done = []
    async for part in parts_of(range(PARTS * TOGETHER), writer):
        works = [writer.do(lambda _: None)]
        if len(done) // TOGETHER in company:
            works.append(writer.do(lambda _: None))
        await asyncio.gather(*works)
        done += part
    await writer.close()
    assert done == list(range(PARTS * TOGETHER))


async def test_work_that_is_alone_at_its_store_does_not_rest(tmp_path, rests):
    await worked(tmp_path, company=())
    assert not rests


async def test_once_somebody_else_writes_every_further_part_is_followed_by_a_rest(tmp_path, rests):
    await worked(tmp_path, company={1})
    assert len(rests) == PARTS - 2  # the first is over, and after the last there is nothing to do


async def test_who_has_not_come_again_for_a_while_is_not_waited_for(tmp_path, rests, monkeypatch):
    monkeypatch.setattr(parts, "EXPECTED_S", 0)
    await worked(tmp_path, company={1, 3})
    assert not rests
