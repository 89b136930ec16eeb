"""One of the two sides at work: its store, its rules, its clock."""

from collections.abc import Callable

from attrs import define

from reference.clock import Now
from reference.domain.rules import Rules
from reference.store.files import Files
from reference.store.writer import Reader, Writer


@define(eq=False)
class Side:
    """What the MVP, or the collaboration, works with.

    `wake` lets the carrier look into the outbox; what is posted it gets without.
    """

    rules: Rules
    now: Now
    writer: Writer
    reader: Reader
    files: Files
    new_id: Callable[[], str]
    wake: Callable[[], None]

    async def close(self) -> None:
        """Close the store."""
        try:
            await self.reader.close()
        finally:
            await self.writer.close()
