"""A side that takes what the other one hands over: parcels exactly once, bundles bit by bit."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from attrs import frozen

from reference.domain.refusals import Refusal
from reference.domain.replication import Answer, Bundle, Record
from reference.http.problems import Problem
from reference.link.parts import parts_of
from reference.link.peer import BundleAnswer, NotTaken, Unreachable
from reference.store.database import StorageError
from reference.store.files import Files
from reference.store.link_content import Attached, LinkContent, Parcel, content_of
from reference.store.outbox import Outgoing
from reference.store.side import Side
from reference.store.unit import Unit

TakeParcel = Callable[[Unit, LinkContent], Refusal | None]
TakeRecords = Callable[[Unit, Sequence[Record]], None]
log = logging.getLogger(__name__)


@frozen(eq=False)
class Receiver:
    """A side of this process as the other one's peer.

    `take_parcel` and `take_records` are how it takes things; the MVP takes no records.
    `hand_over_waiting` hands over what waits here for a replication.
    """

    side: Side
    take_parcel: TakeParcel
    take_records: TakeRecords | None
    hand_over_waiting: Callable[[], Awaitable[bool]]

    async def hand_over(self, parcels: Sequence[Outgoing]) -> Sequence[NotTaken]:
        """Take parcels of a side in the same process; what is at hand need not be read."""
        return await self._take([each.content or _content(each.text) for each in parcels])

    async def take(self, parcels: Sequence[str]) -> Sequence[NotTaken]:
        """Take parcels as they stand in an outbox, in order."""
        return await self._take([_content(parcel) for parcel in parcels])

    async def _take(self, contents: Sequence[LinkContent | None]) -> Sequence[NotTaken]:
        """Take contents in one transaction; what cannot be taken does not hold up the others."""
        async with self.side.files.taking(_files(contents)) as missing:
            whole = [c for c in contents if c and _wrong(c, missing) is None]
            answers = await self._take_whole(whole)
        if len(answers) == len(contents):
            return answers
        told = iter(answers)
        wrong = [_wrong(content, missing) for content in contents]
        return [next(told) if why is None else why for why in wrong]

    async def bring(self, files: Files, file: Attached) -> None:
        """Take a file ahead of its parcel."""
        await self.side.files.receive_from(files, file.sha256)

    async def _take_whole(self, contents: Sequence[LinkContent]) -> Sequence[NotTaken]:
        try:
            return await self.side.writer.do(partial(self._take_all, contents=contents))
        except Exception as error:  # noqa: BLE001 - one of them may be the cause
            log.warning("parcels_one_by_one", extra={"error": type(error).__name__})
        answers = [await self._take_alone(content) for content in contents]
        if all(answer is Problem.STORAGE for answer in answers):
            raise Unreachable("the store of the other side failed")
        return answers

    def _take_all(self, unit: Unit, contents: Sequence[LinkContent]) -> list[NotTaken]:
        return [self.take_parcel(unit, content) for content in contents]

    async def _take_alone(self, content: LinkContent) -> NotTaken:
        try:
            return await self.side.writer.do(lambda unit: self.take_parcel(unit, content))
        except StorageError as error:
            log.error("parcel_storage", extra={"error": str(error)})  # noqa: TRY400 - the text says it all
            return Problem.STORAGE
        except Exception:  # whatever it is, the others go on
            log.exception("parcel_defect")
            return Problem.INTERNAL

    async def take_bundle(self, bundle: Bundle) -> BundleAnswer:
        """Take the records of a bundle, in several short transactions (RPL-4, RPL-5)."""
        take = self.take_records
        if take is None:
            return BundleAnswer(int(Answer.FAILED))
        failed: set[Record] = set()
        records = bundle.records
        async for part in parts_of(records, self.side.writer):
            if not await self._taken(take, part):
                alone = [(record, await self._taken(take, (record,))) for record in part]
                failed.update(record for record, taken in alone if not taken)
        if not failed:
            return BundleAnswer(int(Answer.ALL_TAKEN))
        answer = Answer.SOME_FAILED if len(failed) < len(records) else Answer.FAILED
        return BundleAnswer(int(answer), frozenset(failed))

    async def _taken(self, take: TakeRecords, records: Sequence[Record]) -> bool:
        try:
            await self.side.writer.do(lambda unit: take(unit, records))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            log.warning(
                "records_failed", extra={"records": len(records), "error": type(error).__name__}
            )
            return False
        return True

    async def turn(self) -> None:
        """Hand over what waits here for a replication.

        Raises:
            Unreachable: when not all of it was taken.
        """
        if not await self.hand_over_waiting():
            raise Unreachable("not all that waits for a replication was taken")


def _files(contents: Sequence[LinkContent | None]) -> set[str]:
    """Give the hashes of the files that belong to contents."""
    parcels = (content for content in contents if isinstance(content, Parcel))
    return {file.sha256 for parcel in parcels if parcel.attached for file in parcel.attached}


def _wrong(content: LinkContent | None, missing: frozenset[str]) -> Problem | None:
    """Say why a content cannot even be tried."""
    if content is None:
        return Problem.INVALID
    if not missing:
        return None
    return None if missing.isdisjoint(_files([content])) else Problem.FILES_MISSING


def _content(parcel: str) -> LinkContent | None:
    try:
        return content_of(parcel)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no content
        log.error("parcel_unreadable", extra={"error": type(error).__name__})  # noqa: TRY400 - no content in logs
        return None
