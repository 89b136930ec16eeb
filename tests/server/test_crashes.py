"""Killed at any point, nothing is lost or doubled: the oracle judges what everybody did and saw."""

import asyncio
import random
import signal

import pytest

from reference.store.crash import POINTS
from tests.server.crashing import Person, world

#: How much a person does between two looks, so that the oracle need not follow too many ways.
ACTS_MAX = 4
KILLS = 13
RULES = ("DLV-2", "DLV-3", "DLV-5", "LOG-1", "LOG-2", "LOG-3", "MAIL-1", "INB-1", "STA-2")
#: Which time a point is reached the server dies: not the first, where something goes before.
WHICH = {"commit.before": 3, "commit.after": 4, "answer.before": 3, "answer.after": 4}


async def started(made, seed, cases):
    """Start the servers and make the cases with their people."""
    for process in made.processes:
        await made.start(process)
    await made.caseworker("anna")
    people = [
        Person(made, case, random.Random(f"{seed}/people/{case}")) for case in range(1, cases + 1)
    ]
    for person in people:
        await person.begin()
    # A portal that is killed before anything came would begin anew long ago, with links that have
    # run out when it is told the time: parcels may come sooner.
    await people[0].send()
    await made.come_to_rest()
    return people


async def killed_while(people, kill):
    """Let everybody act until a kill is over."""
    over = asyncio.Event()

    async def busy(person):
        for _ in range(ACTS_MAX):
            if over.is_set():
                return
            await person.act()

    async def killer():
        try:
            await kill()
        finally:
            over.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(killer())
        for person in people:
            group.create_task(busy(person))


@pytest.mark.clause("DLV-2", "DLV-3", "DLV-5", "LOG-3")
@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_at_random_moments_under_load_nothing_is_lost_or_doubled(
    tmp_path, seed, apart
):
    chance = random.Random(f"{seed}/kills")
    async with world(tmp_path, apart=apart) as made:
        people = await started(made, seed, cases=10)
        for _ in range(KILLS):
            victim = chance.choice(made.processes)

            async def kill(victim=victim):
                await asyncio.sleep(chance.uniform(0.03, 0.3))
                await victim.kill()
                await made.restart(victim)

            await killed_while(people, kill)
            await made.look(people)
        assert sum(process.kills for process in made.processes) == KILLS
        made.judged(tmp_path, *RULES)


@pytest.mark.clause("DLV-2", "DLV-5", "LOG-3", "RPL-5", "RPL-6")
@pytest.mark.parametrize(
    ("point", "apart"),
    [(point, False) for point in POINTS]
    + [(point, True) for point in POINTS if not point.startswith("mail")],
)
async def test_killed_at_this_point_nothing_is_lost_or_doubled(tmp_path, point, apart):
    async with world(tmp_path, apart=apart) as made:
        people = await started(made, point, cases=3)
        victim = made.portal if point.startswith(("mail", "commit")) else made.mvp
        for person in people:
            await person.send()
        await made.look(people)
        await victim.kill()
        await made.start(victim, crash_at=f"{point}:{WHICH.get(point, 1)}")

        async def die():
            assert await victim.died() == -signal.SIGKILL
            await made.restart(victim)

        async def go_on():
            await asyncio.gather(*(busy(person) for person in people))
            await made.replicate()

        async def busy(person):
            deeds = (person.file, person.edit, person.send, person.reply, person.note, person.open)
            for deed in deeds:
                await deed()

        async with asyncio.TaskGroup() as group:
            group.create_task(die())
            group.create_task(go_on())
        await made.look(people)
        made.judged(tmp_path, "DLV-2", "DLV-5", "LOG-1", "LOG-2", "LOG-3", "MAIL-1", "RPL-2")
