"""Long work of a writer in parts, between which others have their turn."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
#: How many records are worked on in one transaction.
TOGETHER: Final = 25
#: How long to rest after each part, as a multiple of the time that it took: messages arrive then.
RESTS: Final = 3


async def parts_of(records: Sequence[T]) -> AsyncGenerator[Sequence[T]]:
    """Give records in parts; most of the time nothing is done, so that messages need not wait."""
    loop = asyncio.get_running_loop()
    for start in range(0, len(records), TOGETHER):
        began = loop.time()
        yield records[start : start + TOGETHER]
        if start + TOGETHER < len(records):
            await asyncio.sleep(RESTS * (loop.time() - began))
