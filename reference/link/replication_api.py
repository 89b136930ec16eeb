"""The API of replication: what waits, what ran, and a start by hand."""

import asyncio

from attrs import Factory, define

from reference.domain.refusals import Refusal
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.link.replication import ReplicationState, Replicator, Run, Start
from reference.store.shared_tables import ANSWERS

PATH = "/api/mvp/replication"


@define(eq=False)
class ReplicationApi:
    """The handlers of replication; a `harness` may say what the receiver answers."""

    replicator: Replicator
    harness: bool
    _one: asyncio.Lock = Factory(asyncio.Lock)

    async def show_replication(self, call: Call) -> Answer:
        """Show what waits for the next replication, and the last ones."""
        del call
        return given(await self.replicator.state())

    async def start_replication(self, call: Call) -> Answer:
        """Run a replication now; the same key again gives the first answer, and no second run."""
        side = self.replicator.side
        async with self._one:
            if call.key is not None:
                place = (call.actor, call.key)
                if await side.reader.look(lambda raw: ANSWERS.load(raw, place)) is not None:
                    return await call.act(side, lambda _: None)
            run = await self.replicator.run(call.body)
            return await call.act(side, lambda _: run, status=201)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of replication."""
        return (
            Operation(
                "GET",
                PATH,
                Who.STAFF,
                "Show replication",
                self.show_replication,
                answer=ReplicationState,
            ),
            Operation(
                "POST",
                f"{PATH}/runs",
                Who.STAFF,
                "Start a replication",
                self.start_replication,
                body=Start if self.harness else None,
                answer=Run,
                status=201,
                act=True,
                refusals=(Refusal.REPLICATION_FAILED, Refusal.UNKNOWN_REPLICATION_RESULT),
            ),
        )
