"""Both sides put together: stores opened, carriers between them, closed in the right order."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from attrs import frozen

from reference.clock import Now
from reference.collaboration import acts as collaboration_acts
from reference.domain.rules import Rules
from reference.link.beside import Beside
from reference.link.carrier import Carrier
from reference.mvp import acts as mvp_acts
from reference.store import collaboration_tables, mvp_tables
from reference.store.database import open_database
from reference.store.side import Side
from reference.store.writer import Reader, Writer


@frozen(eq=False)
class System:
    """What is served."""

    mvp: Side
    collaboration: Side
    down: Carrier
    up: Carrier

    async def rest(self) -> None:
        """Wait until nothing is under way that could arrive now."""
        await self.down.rest()
        await self.up.rest()


@contextlib.asynccontextmanager
async def running(folder: Path, rules: Rules, now: Now) -> AsyncIterator[System]:
    """Open both sides in a folder and let them carry; close everything in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        mvp = await _side(stack, folder / "mvp.sqlite", mvp_tables.MIGRATIONS, rules, now)
        collaboration = await _side(
            stack, folder / "collaboration.sqlite", collaboration_tables.MIGRATIONS, rules, now
        )
        down = Carrier(
            mvp,
            Beside(
                collaboration,
                lambda unit, content: collaboration_acts.take(
                    unit, content, secrets.token_urlsafe(24), now(), rules
                ),
            ),
        )
        up = Carrier(
            collaboration,
            Beside(mvp, lambda unit, content: mvp_acts.take(unit, content, now(), rules)),
        )
        mvp.wake = down.wake
        collaboration.wake = up.wake
        for carrier in (down, up):
            carrier.start()
            stack.push_async_callback(carrier.stop)
        yield System(mvp, collaboration, down, up)


async def _side(
    stack: contextlib.AsyncExitStack,
    path: Path,
    migrations: tuple[str, ...],
    rules: Rules,
    now: Now,
) -> Side:
    writing = await open_database(path, migrations)
    writer = Writer(writing)
    stack.push_async_callback(writer.close)
    reading = await open_database(path, migrations, read_only=True)
    reader = Reader(reading)
    stack.push_async_callback(reader.close)
    new_id = partial(secrets.token_hex, 16)
    return Side(rules, now, writer, reader, path.parent, new_id, lambda: None)
