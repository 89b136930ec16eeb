"""Long work of a writer in parts, between which others have their turn."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final, TypeVar

from reference.store.writer import Writer

T = TypeVar("T")
#: How many records are worked on in one transaction.
TOGETHER: Final = 25
#: How long to rest after each part, as a multiple of the time that it took: messages arrive then.
RESTS: Final = 3
#: How long others are expected to come again after a work of theirs, in seconds.
EXPECTED_S: Final = 1.0


async def parts_of(records: Sequence[T], writer: Writer) -> AsyncGenerator[Sequence[T]]:
    """Give records in parts, each for one work of the writer.

    While others write too, most of the time nothing is done, so that messages need not wait.
    """
    loop = asyncio.get_running_loop()
    expected_until, works = loop.time(), writer.works
    for start in range(0, len(records), TOGETHER):
        began = loop.time()
        yield records[start : start + TOGETHER]
        now, before, works = loop.time(), works, writer.works
        if works - before > 1:
            expected_until = now + EXPECTED_S
        if now < expected_until and start + TOGETHER < len(records):
            await asyncio.sleep(RESTS * (now - began))
