"""The other side in the same process: the same parcels, the same transaction that takes them."""

from collections.abc import Callable, Sequence

from attrs import frozen

from reference.domain.refusals import Refusal
from reference.link.carrier import Unreachable
from reference.store.link_content import LinkContent
from reference.store.side import Side
from reference.store.unit import Unit
from reference.store.writer import StorageError

Take = Callable[[Unit, LinkContent], Refusal | None]


@frozen(eq=False)
class Beside:
    """A side in this process; `take_one` is how it takes a content."""

    side: Side
    take_one: Take

    async def take(self, contents: Sequence[LinkContent]) -> Sequence[Refusal | None]:
        """Hand contents over in one transaction."""
        try:
            answers = await self.side.writer.do(
                lambda unit: [self.take_one(unit, content) for content in contents]
            )
        except StorageError as error:
            raise Unreachable(str(error)) from error
        self.side.wake()
        return answers
