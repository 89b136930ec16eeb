"""What a harness breaks: the link, the portal, mails, replication; in virtual time only."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final, Literal

import orjson
from aiohttp import web
from attrs import Factory, define, evolve, frozen

from reference.domain.refusals import Refusal
from reference.domain.replication import Bundle
from reference.http.operations import Answer, Call, Operation, Who
from reference.http.problems import Problem, Refused
from reference.link.peer import BundleAnswer, NotTaken, Peer, Unreachable
from reference.store.files import Files
from reference.store.link_content import Attached
from reference.store.outbox import Outgoing

#: How long what is slow takes besides, in real seconds: virtual time stands still meanwhile.
SLOW_S: Final = 0.02
#: What has to be up for parcels, for a replication, for the portal's users, and for mails.
CARRIES: Final = frozenset({"link", "portal"})
RUNS: Final = CARRIES | {"replication"}
PORTAL: Final = frozenset({"portal"})
MAILS: Final = frozenset({"mail", "portal"})


@frozen
class FaultState:
    """The state of something from now on; what is slow works, within the moment of an act."""

    state: Literal["down", "slow", "up"]


@define(eq=False)
class Faults:
    """What is down, and what is slow; kept in a file, it is so after a restart too."""

    down: set[str] = Factory(set[str])
    slow: set[str] = Factory(set[str])
    file: Path | None = None

    @classmethod
    def kept_in(cls, folder: Path) -> "Faults":
        """Give what is at fault in a data folder.

        Raises:
            OSError: when the file cannot be read.
        """
        file = folder / "faults.json"
        known: dict[str, list[str]] = orjson.loads(file.read_bytes()) if file.exists() else {}
        return cls(set(known.get("down", ())), set(known.get("slow", ())), file)

    def put(self, what: str, state: str) -> None:
        """Let something be in a state from now on."""
        self.down.discard(what)
        self.slow.discard(what)
        if state != "up":
            (self.down if state == "down" else self.slow).add(what)
        if self.file is not None:
            kept = {"down": sorted(self.down), "slow": sorted(self.slow)}
            unfinished = self.file.with_suffix(".new")
            unfinished.write_bytes(orjson.dumps(kept))
            unfinished.replace(self.file)  # whoever is killed meanwhile finds what was before

    def cut(self, needed: frozenset[str]) -> bool:
        """Say whether something is down that is needed."""
        return not self.down.isdisjoint(needed)

    async def delay(self, needed: frozenset[str]) -> None:
        """Take some time if something is slow that is needed."""
        if not self.slow.isdisjoint(needed):
            await asyncio.sleep(SLOW_S)


@define(eq=False)
class Breakable:
    """The other side behind what can be cut."""

    peer: Peer
    faults: Faults

    async def hand_over(self, parcels: Sequence[Outgoing]) -> Sequence[NotTaken]:
        """Hand parcels over, unless that is cut."""
        await self._pass(CARRIES)
        return await self.peer.hand_over(parcels)

    async def bring(self, files: Files, file: Attached) -> None:
        """Hand a file over, unless that is cut."""
        await self._pass(CARRIES)
        await self.peer.bring(files, file)

    async def take_bundle(self, bundle: Bundle) -> BundleAnswer:
        """Hand a bundle over, unless that is cut."""
        await self._pass(RUNS)
        return await self.peer.take_bundle(bundle)

    async def turn(self) -> None:
        """Let the other side hand over what waits for a replication, unless that is cut."""
        await self._pass(RUNS)
        await self.peer.turn()

    async def _pass(self, needed: frozenset[str]) -> None:
        await self.faults.delay(needed)
        if self.faults.cut(needed):
            raise Unreachable("cut by the harness")


def while_up(operation: Operation, faults: Faults, needed: frozenset[str]) -> Operation:
    """Give an operation that answers only while what it needs is up."""

    async def handle(call: Call) -> Answer | web.StreamResponse:
        if faults.cut(needed):
            raise Refused(Refusal.NOT_REACHABLE)
        await faults.delay(needed)
        return await operation.handle(call)

    handle.__name__ = operation.name
    return evolve(operation, handle=handle, refusals=(*operation.refusals, Refusal.NOT_REACHABLE))


@define(eq=False)
class FaultsApi:
    """The handler that breaks and mends; `settle` returns when all has come to rest."""

    faults: Faults
    settle: Callable[[], Awaitable[None]]

    async def set_fault(self, call: Call) -> Answer:
        """Break or mend something."""
        what, change = call.path["what"], call.body
        if what not in RUNS | MAILS:
            raise Refused(Problem.NOT_FOUND)
        self.faults.put(what, change.state)
        await self.settle()
        return Answer(204, b"")

    def operations(self) -> tuple[Operation, ...]:
        """Give the operation."""
        return (
            Operation(
                "PUT",
                "/api/faults/{what}",
                Who.ADMINISTRATOR,
                "Break or mend the link, the portal, mail or replication",
                self.set_fault,
                body=FaultState,
                status=204,
                refusals=(Problem.NOT_FOUND,),
            ),
        )
