"""The sides put together: stores opened, carriers between them, closed in the right order."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from reference.app.config import Config
from reference.clock import Now, wall_clock
from reference.collaboration import acts as collaboration_acts
from reference.domain.refusals import Refusal
from reference.domain.replication import Record
from reference.domain.rules import Rules
from reference.http.hosts import is_loopback
from reference.link.carrier import Carrier
from reference.link.faults import MAILS, Breakable, Faults
from reference.link.peer import Peer
from reference.link.receiver import Receiver
from reference.link.remote import Remote, session
from reference.link.replication import Replicator
from reference.mvp import acts as mvp_acts
from reference.store import collaboration_tables, mvp_tables
from reference.store.codec import to_us
from reference.store.database import open_database
from reference.store.files import Files
from reference.store.ids import id_source
from reference.store.link_content import LinkContent
from reference.store.secrets import new_id, new_secret
from reference.store.side import Side
from reference.store.unit import Unit
from reference.store.writer import Reader, Tell, Writer

if TYPE_CHECKING:
    from reference.mail.mailer import Mailer


@frozen(eq=False)
class End:
    """One side of this process: what it works with, what carries for it, what takes for it."""

    side: Side
    carrier: Carrier
    receiver: Receiver


@frozen(eq=False)
class System:
    """What is served: both sides, or one of them with the other behind HTTP."""

    ends: tuple[End, ...]
    mvp: Side | None
    collaboration: Side | None
    replicator: Replicator | None
    mailer: "Mailer | None"
    faults: Faults | None
    clock: Now

    @property
    def due(self) -> datetime | None:
        """Give the moment at which something happens by itself."""
        moments = (
            None if self.replicator is None else self.replicator.due_at,
            None if self.mailer is None else self.mailer.due,
        )
        return min((moment for moment in moments if moment is not None), default=None)

    def begin(self) -> None:
        """Let virtual time begin: what happens every so often counts from now on."""
        if self.replicator is not None:
            self.replicator.due_at = self.replicator.next_due()

    async def turn(self, now: datetime) -> None:
        """Let happen what is due, in virtual time, and come to rest."""
        replicator = self.replicator
        if replicator is not None and replicator.due_at is not None and replicator.due_at <= now:
            await replicator.run_due()
        if self.mailer is not None:
            self.mailer.wake()
        for end in self.ends:
            end.carrier.try_again()  # what was stuck for real time may come through
        await self.rest()

    async def rest(self) -> None:
        """Wait until nothing is under way that could arrive now."""
        for end in (*self.ends, *self.ends):  # what one hands over may make the other carry
            await end.carrier.rest()
        if self.mailer is not None:
            await self.mailer.rest()

    async def settle(self) -> None:
        """Carry what was stuck, and wait until nothing is under way that could arrive now."""
        for end in self.ends:
            end.carrier.try_again()
        if self.mailer is not None:
            self.mailer.try_again()
        await self.rest()


@contextlib.asynccontextmanager
async def running(config: Config, rules: Rules, now: Now) -> AsyncGenerator[System]:
    """Open the sides of a configuration and let them carry; close everything in the end.

    Raises:
        OSError: when the folder cannot be used.
        StorageError: when a store cannot be opened.
    """
    config.data.mkdir(parents=True, exist_ok=True)
    faults = Faults.kept_in(config.data) if config.clock == "manual" else None
    async with contextlib.AsyncExitStack() as stack:
        mvp = collaboration = None
        if config.side != "collaboration":
            mvp = await _side(stack, config, mvp_tables.MIGRATIONS, "mvp", rules, now)
        if config.side != "mvp":
            migrations = collaboration_tables.MIGRATIONS
            collaboration = await _side(stack, config, migrations, "collaboration", rules, now)
        remote = None
        if config.peer is not None:
            http = await stack.enter_async_context(session())
            remote = Remote(config.peer, config.peer_secret or "", wall_clock, http)
        ends = _joined(mvp, collaboration, remote, faults)
        replicator = None
        if mvp is not None:
            end = ends[0]
            replicator = Replicator(mvp, end.carrier.peer, end.carrier, config.replicate_every)
        mailer = _mailer(collaboration, config, faults)
        if mailer is not None and collaboration is not None:
            collaboration.writer.after.append(_mailing(mailer))
            mailer.start()
            stack.push_async_callback(mailer.stop)
        for end in ends:
            end.side.wake = end.carrier.wake
            end.side.writer.after.append(_posting(end.carrier))
            end.carrier.start()
            stack.push_async_callback(end.carrier.stop)
        if replicator is not None and config.clock == "system":
            replicator.start()
            stack.push_async_callback(replicator.stop)
        yield System(ends, mvp, collaboration, replicator, mailer, faults, now)


def _mailer(side: Side | None, config: Config, faults: Faults | None) -> "Mailer | None":
    """Give what sends the mails of a collaboration, if it has a mail server."""
    if side is None or config.smtp is None:
        return None
    from reference.mail.mailer import Mailer, Relay  # noqa: PLC0415 - many a server sends no mail

    host, port = config.smtp
    relay = Relay(
        host,
        port,
        config.mail_from,
        config.smtp_user,
        config.smtp_password,
        config.smtp_tls,
        is_loopback(host),
    )
    if faults is None:
        return Mailer(side, relay, config.public_url)
    delay = partial(faults.delay, MAILS)
    return Mailer(side, relay, config.public_url, lambda: faults.cut(MAILS), delay)


def _posting(carrier: Carrier) -> Tell:
    def tell(unit: Unit) -> None:
        if unit.posted:
            carrier.carry(unit.posted)

    return tell


def _mailing(mailer: "Mailer") -> Tell:
    def tell(unit: Unit) -> None:
        if "mails" in unit.tables:
            mailer.wake()

    return tell


def _joined(
    mvp: Side | None, collaboration: Side | None, remote: Peer | None, faults: Faults | None
) -> tuple[End, ...]:
    """Give each side that is here its carrier to the other one, in this process or not."""
    receivers: dict[str, Receiver] = {}
    carriers: dict[str, Carrier] = {}

    def peer(name: str) -> Peer:
        other = remote or receivers[name]
        return other if faults is None else Breakable(other, faults)

    async def hand_over(name: str) -> bool:
        return await carriers[name].hand_over_waiting()

    if mvp is not None:
        take = partial(_into_mvp, side=mvp)
        receivers["mvp"] = Receiver(mvp, take, None, partial(hand_over, "mvp"))
    if collaboration is not None:
        receivers["collaboration"] = Receiver(
            collaboration,
            partial(_into_collaboration, side=collaboration),
            partial(_records_into_collaboration, side=collaboration),
            partial(hand_over, "collaboration"),
        )
    if mvp is not None:
        carriers["mvp"] = Carrier(mvp, peer("collaboration"))
    if collaboration is not None:
        carriers["collaboration"] = Carrier(collaboration, peer("mvp"))
    return tuple(
        End(receiver.side, carriers[name], receiver) for name, receiver in receivers.items()
    )


def _into_mvp(unit: Unit, content: LinkContent, side: Side) -> Refusal | None:
    return mvp_acts.take(unit, content, unit.moment, side.rules)


def _into_collaboration(unit: Unit, content: LinkContent, side: Side) -> Refusal | None:
    return collaboration_acts.take(unit, content, new_secret, unit.moment, side.rules)


def _records_into_collaboration(unit: Unit, records: Sequence[Record], side: Side) -> None:
    collaboration_acts.take_records(unit, records, unit.moment, side.rules)


async def _side(
    stack: contextlib.AsyncExitStack,
    config: Config,
    migrations: tuple[str, ...],
    name: str,
    rules: Rules,
    now: Now,
) -> Side:
    path = config.data / f"{name}.sqlite"
    database = await open_database(path, migrations, synchronous=config.synchronous)
    writer = Writer(database, now)
    stack.push_async_callback(writer.close)
    reader = Reader(await open_database(path, migrations, read_only=True))
    stack.push_async_callback(reader.close)
    files = Files(config.data / f"{name}-files", writer)
    await files.sweep()
    ids = id_source(to_us(now()), lambda: new_id()[:8])
    return Side(rules, now, writer, reader, files, ids, lambda: None)
