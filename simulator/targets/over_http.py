"""A system that serves the API, as a target: driven over HTTP, in virtual or in real time."""

import asyncio
import secrets  # noqa: TID251 - a key that nobody else has is made where it is sent
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from attrs import Factory, define, evolve

from reference.client.connection import Misread, NotSeen
from reference.client.connection import Outcome as Came
from simulator.history.vocabulary import EVENTS
from simulator.targets.arriving import Arriving
from simulator.targets.doing import Doing
from simulator.targets.mails import Nowhere, Post
from simulator.targets.names import Names
from simulator.targets.port import (
    Delivery,
    Difference,
    Hitch,
    Outcome,
    Record,
    TargetError,
    arrival,
    described,
    key_of,
    not_the_api,
)
from simulator.targets.process import Server

T = TypeVar("T")
#: Acts after which messages or mails may have arrived, and all after which something travels.
_TELLING: Final = frozenset({"send", "reply", "request_link", "replicate", "fault"})
_MOVING: Final = _TELLING | {"open", "mark_read", "set_release", "set_role", "set_mail"}
#: Acts that nothing else may go on beside.
_ALONE: Final = frozenset(
    {"fault", "replicate", "set_role", "set_mail", "register", "request_link", "mark_read"}
)
_EVERYTHING: Final = ("link", "portal", "mail")
#: What changes no record that a run carries, so that the order of the two does not matter.
_BESIDE_A_RUN: Final = {"send"}
#: How long what is sent beside a run may take if the run lasts longer: on a busy machine, too.
_BESIDE_S_MAX: Final = 10.0
#: After how long it is told that an answer has not come yet, and told again.
_LONG_S: Final = 10.0


class Clock(Protocol):
    """What time it is for the target, and how it passes."""

    async def move(self, to: datetime) -> None:
        """Let it become a moment of the scenario."""
        ...

    def moment(self, at: datetime) -> datetime:
        """Give the moment of a line of the trace at one of the scenario."""
        ...

    def out(self, record: Record) -> Record:
        """Give a record with days as the target is to get them."""
        ...

    def back(self, line: Record) -> Record:
        """Give what the target told with days and moments of the scenario."""
        ...


@define(eq=False)
class OverHttp:
    """A target that is reached over HTTP; `server` is its process where that is ours."""

    doing: Doing
    post: Post
    arriving: Arriving
    clock: Clock
    names: Names
    runner: asyncio.Runner
    stack: AsyncExitStack
    server: Server | None = None
    why_not: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    virtual: bool = True
    _at: datetime | None = None
    _wanted: datetime | None = None  # the moment of the newest act
    _down: bool = False
    _faults: dict[str, str] = Factory(dict[str, str])
    _keys: dict[bytes, str] = Factory(dict[bytes, str])
    _news: list[Record] = Factory(list[Record])
    _deliveries: list[Delivery] = Factory(list[Delivery])
    _differences: list[Difference] = Factory(list[Difference])
    _moving: bool = False  # something may be under way
    _telling: bool = False  # something may have arrived

    def __attrs_post_init__(self) -> None:
        """Let people who need a link find it in their mails."""
        self.doing.people.read_mails = self.read_mails

    def cannot(self, record: Mapping[str, Any]) -> str | None:
        """Say why an act cannot be done."""
        return self.why_not(record)

    def act(
        self, records: Sequence[Record], at: datetime, hitches: Sequence[Hitch | None] = ()
    ) -> Sequence[Outcome]:
        """Do the acts of one moment: those that do not touch each other are under way together."""
        return self._run(self._act(records, at, hitches))

    def look(self, records: Sequence[Mapping[str, Any]], at: datetime) -> Sequence[Record | None]:
        """Look at several things, when all is at rest."""
        return [line for line, _ in self.look_and_say(records, at)]

    def look_and_say(
        self, records: Sequence[Mapping[str, Any]], at: datetime
    ) -> Sequence[tuple[Record | None, str | None]]:
        """Look at several things; give what is seen, or None and the code that says why."""
        return self._run(self._look(records, at))

    def advance(self, to: datetime) -> None:
        """Let time pass; where it is virtual, with the next act or look."""
        if not self.virtual:
            self._run(self._move(to))
            self._telling = True

    def wait(self, seconds: float) -> None:
        """Wait in real time; what arrives meanwhile is taken."""
        self._run(asyncio.sleep(seconds))
        self._telling = True

    def news(self) -> Sequence[Record]:
        """Give what arrived since this was asked last."""
        self._ask()
        news, self._news = self._news, []
        return news

    def deliveries(self) -> Sequence[Delivery]:
        """Give what was delivered since this was asked last."""
        self._ask()
        deliveries, self._deliveries = self._deliveries, []
        return deliveries

    def differences(self) -> Sequence[Difference]:
        """Give where it answered the same request in two ways."""
        differences, self._differences = self._differences, []
        return differences

    @property
    def reads_mails(self) -> bool:
        """Whether mails that arrived can be seen."""
        return not isinstance(self.post, Nowhere)

    @property
    def is_the_model(self) -> bool:
        """Say no."""
        return False

    @property
    def real_time(self) -> bool:
        """Whether time passes by itself."""
        return not self.virtual

    def moment(self, at: datetime) -> datetime:
        """Give the moment of the target's clock."""
        return self.clock.moment(at)

    def close(self) -> None:
        """End it; whatever goes wrong, no process and no folder stay behind."""
        try:
            self.runner.run(self.stack.aclose())
        finally:
            self.runner.close()

    def _run(self, work: Awaitable[T]) -> T:
        async def done() -> T:
            try:
                return await work
            except Misread as error:
                raise not_the_api(error) from error

        return self.runner.run(done())

    # Acts

    async def _act(
        self, records: Sequence[Record], at: datetime, hitches: Sequence[Hitch | None]
    ) -> list[Outcome]:
        self._wanted = at
        if not self._down:
            await self._move(at)
        outcomes: dict[int, Outcome] = {}

        async def do(place: int) -> None:
            hitch = hitches[place] if place < len(hitches) else None
            outcomes[place] = await self._do(records[place], hitch)

        run: asyncio.Task[None] | None = None
        try:
            for wave in _waves(records):
                acts = {records[place]["act"] for place in wave}
                if acts == {"replicate"}:
                    run = asyncio.create_task(do(wave[0]))
                    continue
                if run is not None and acts != _BESIDE_A_RUN:
                    await run
                await asyncio.gather(*map(do, wave))
                if run is not None and not run.done():
                    await self._arrive_beside(run, [records[place] for place in wave])
            if run is not None:
                await run
        finally:
            if run is not None:
                run.cancel()
        return [outcomes[place] for place in range(len(records))]

    async def _arrive_beside(self, run: asyncio.Task[None], sent: Sequence[Record]) -> None:
        """Let arrive what was sent while a replication runs: it must not wait for that (DLV-1)."""
        began = time.monotonic()
        arrival = asyncio.create_task(self._settle())
        await asyncio.wait({run, arrival}, return_when=asyncio.FIRST_COMPLETED)
        waited = time.monotonic() - began
        if not arrival.done() and waited > _BESIDE_S_MAX:
            what = f"{described(sent[0])}, and what else was sent while a replication ran"
            told = f"{waited:.0f} s later, when the run was over, it was still under way"
            self._differences.append(Difference(what, "it arrives at once", told))
        await arrival

    async def _do(self, record: Record, hitch: Hitch | None) -> Outcome:
        act = record["act"]
        self._moving = self._moving or act in _MOVING
        self._telling = self._telling or act in _TELLING
        if act == "fault":
            return await self._fault(record["what"], record["state"])
        if self._down:
            return Outcome("refused", "replication_failed" if act == "replicate" else _AWAY)
        sent = self.clock.out(self.names.out(record))
        key = self._keys.pop(key_of(record), "") or secrets.token_hex(16)
        outcome = await self._once(sent, key, record)
        if hitch is Hitch.DOUBLED:
            again = await self._once(sent, key, record)
            if (again.word, again.reason) != (outcome.word, outcome.reason):
                what = f"{described(record)}, whose request came twice"
                told = Difference(what, f"twice {outcome}", f"{outcome}, then {again}")
                self._differences.append(told)
        if hitch is Hitch.LOST:
            self._keys[key_of(record)] = key
            return Outcome("unknown")
        return evolve(outcome, at=None) if self.virtual else outcome

    @asynccontextmanager
    async def _long(self, what: str) -> AsyncGenerator[None]:
        """Tell when somebody else's server is long in answering: nobody waits without a word."""
        telling = None if self.server else asyncio.create_task(self._tell_again_and_again(what))
        try:
            yield
        finally:
            if telling is not None:
                telling.cancel()

    async def _tell_again_and_again(self, what: str) -> None:
        url, began = self.doing.people.mvp.connection.url, time.monotonic()
        while True:
            await asyncio.sleep(_LONG_S)
            waited = time.monotonic() - began
            sys.stderr.write(f"{what}: no answer from {url} for {waited:.0f} s\n")

    async def _once(self, sent: Record, key: str, record: Record) -> Outcome:
        async with self._long(described(record)):
            outcome = await self.doing.act(sent, key)
        if outcome.word == "unknown" or (outcome.reason == _AWAY and not self._cut):
            await self._check_that_it_lives(described(record))
        return outcome

    @property
    def _cut(self) -> bool:
        """Whether something is down by our own doing."""
        return "down" in self._faults.values()

    async def _check_that_it_lives(self, what: str) -> None:
        """Check that the target answers anything at all."""
        connection = self.doing.people.mvp.connection
        try:
            await connection.get("/health")
        except NotSeen as error:
            if error.reason != _AWAY:
                return
            if self.server is not None:
                await asyncio.sleep(0.2)  # it may be at its end just now
                self.server.check()
            raise TargetError(f"{what}: {connection.url} answers nothing any more") from error

    async def _fault(self, what: str, state: str) -> Outcome:
        if what == "server" and self.server is not None:
            await self._fault_of_server(state)
            return Outcome("ok")
        self._faults[what] = state
        if not self._down:
            await self._set_fault(what, state)
        return Outcome("ok")

    async def _fault_of_server(self, state: str) -> None:
        """Kill the server, start it again on the same folder, or let all of it be slow."""
        assert self.server is not None  # noqa: S101 - asked before
        if state == "down" and not self._down:
            await self._settle()
            self.server.kill()
            self._down = True
            return
        if state != "down" and self._down:
            self.server.start()
            self._down = False
            self._at = None
            if self._wanted is not None:
                await self._move(self._wanted)
            for what, was in self._faults.items():  # some may have changed meanwhile
                await self._set_fault(what, was)
        for what in _EVERYTHING if state == "slow" else ():
            await self._set_fault(what, state)

    async def _set_fault(self, what: str, state: str) -> None:
        done = await self.doing.people.mvp.set_fault(what, state)
        if done.outcome is not Came.OK:
            raise TargetError(f"fault {what} {state}: the target says {done.reason}")

    # Looks

    async def _look(
        self, records: Sequence[Mapping[str, Any]], at: datetime
    ) -> list[tuple[Record | None, str | None]]:
        if self._down:
            return [(None, _AWAY) for _ in records]
        await self._move(at)
        if self._moving and self.virtual:
            await self._settle()
        async with self._long(described(records[0])):
            seen = await asyncio.gather(
                *(self.doing.look(self.names.out(record)) for record in records)
            )
        if not self._cut and any(why == _AWAY for _, why in seen):
            await self._check_that_it_lives("looking")
        stamp = self.moment(at).isoformat()
        return [
            (None if line is None else {"at": stamp, **self._back(line)}, why) for line, why in seen
        ]

    def _back(self, line: Record) -> Record:
        return self.clock.back(self.names.back(line))

    # Time, and what arrives

    async def _move(self, to: datetime) -> None:
        """Let it become a moment; all that was under way arrives before that."""
        if self._at is None or to > self._at:
            if self._telling and self._at is not None:
                await self._settle()
            if self.virtual:
                async with self._long("moving its clock on"):
                    await self.clock.move(to)
            else:
                await self.clock.move(to)
            self._at, self._moving = to, False

    async def _settle(self) -> None:
        """Wait until nothing is under way, and keep what arrived."""
        self._moving = self._telling = False
        moment = self.moment(self._at) if self._at is not None else None
        for came in await self.arriving.take(moment):
            mine = self.names.back_delivery(came)
            if mine is None:
                continue
            if self.virtual and moment is not None:
                mine = evolve(mine, at=moment)
            self._deliveries.append(mine)
            if mine.to is None:
                self._news.append({"at": mine.at.isoformat(), **arrival(mine)})
        await self.read_mails()

    async def read_mails(self) -> None:
        """Take the mails that arrived."""
        moment = self.moment(self._at) if self._at is not None else None
        for mail in await self.post.take():
            self._keep_mail(mail, moment)

    def _keep_mail(self, mail: Record, moment: datetime | None) -> None:
        if not self.names.is_mine(mail["to"]):
            return
        if "link" in mail:
            self.doing.people.links[mail["to"]] = mail["link"]
        asked_for = self.doing.people.asked_for
        if mail["event"] == "registration" and mail["to"] in asked_for:
            asked_for.remove(mail["to"])
            return
        if mail["event"] not in EVENTS:
            return
        line = self.names.back(mail)
        if moment is not None and (self.virtual or "at" not in line):
            line["at"] = moment.isoformat()
        self._news.append(line)

    def _ask(self) -> None:
        if self._telling and not self._down:
            self._run(self._settle())


_AWAY: Final = "not_reachable"


def _waves(records: Sequence[Record]) -> Iterable[list[int]]:
    """Give the places of acts that go together: of nobody two, in no case two."""
    wave: list[int] = []
    taken: set[object] = set()
    for place, record in enumerate(records):
        alone = record["act"] in _ALONE
        touched = {record.get("by"), ("case", record.get("case"))}
        touched.update(str(each).strip().lower() for each in record.get("to") or ())
        if wave and (alone or taken & touched):
            yield wave
            wave, taken = [], set()
        wave.append(place)
        taken |= touched
        if alone:
            yield wave
            wave, taken = [], set()
    if wave:
        yield wave
