"""Files by the hash of their content, in a folder of each side, outside its database.

A file is staged first, then put into place and *held* while the act that brought it is decided.
What no committed row names when the last hold ends is removed. A marker in the staging folder
stands for each hold, so that a crash leaves nothing behind either.
"""

import asyncio
import contextlib
import hashlib
import itertools
import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, ParamSpec, TypeVar

from attrs import Factory, define, frozen

from reference.store.codec import dumps
from reference.store.crash import reached
from reference.store.database import StorageError, said
from reference.store.unit import Row, Unit
from reference.store.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

#: So many bytes are written or read at once.
CHUNK_BYTES: Final = 256 * 1024
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_INSERT_CONTENT: Final = "INSERT OR IGNORE INTO contents (sha256, size) VALUES (?, ?)"
_NAMED: Final = "SELECT sha256 FROM contents WHERE sha256 IN (SELECT value FROM json_each(?))"
log = logging.getLogger(__name__)


class WrongContentError(Exception):
    """The bytes that came do not have the hash that was announced."""


@frozen
class Blob:
    """A content: its hash, and its size in bytes."""

    sha256: str
    size: int


def is_hash(text: str) -> bool:
    """Say whether a text has the form of a hash, so that it can name a file."""
    return _HASH.fullmatch(text) is not None


def name_content(unit: Unit, sha256: str, size: int) -> None:
    """Let a transaction name a content, so that its file stays."""
    row: Row = (sha256, size)
    unit.write("contents", _INSERT_CONTENT, row)


def _named(unit: Unit, hashes: Sequence[str]) -> frozenset[str]:
    return frozenset(sha256 for (sha256,) in unit.select(_NAMED, (dumps(hashes),)))


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function in a thread; a caller that is cancelled waits until it has ended.

    Otherwise it would go on behind the caller, who cleans up.
    """
    job = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.wait([job])
        if not job.cancelled():
            job.exception()
        raise


@define(eq=False)
class Files:
    """The files of a side.

    Everything that fails on the disk is a `StorageError`, and leaves nothing behind.
    """

    folder: Path
    _writer: Writer
    _held: Counter[str] = Factory(Counter[str])
    _ahead: set[str] = Factory(set[str])  # what came ahead of its envelope: held for that
    _moving: asyncio.Lock = Factory(asyncio.Lock)
    _numbers: Iterator[int] = Factory(itertools.count)

    @property
    def staging(self) -> Path:
        """Give the folder of what is not decided yet."""
        return self.folder / "staging"

    def path(self, sha256: str) -> Path:
        """Give the place of a content."""
        return self.folder / sha256[:2] / sha256

    async def on_disk(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that works on the disk, in a thread.

        Raises:
            StorageError: when the disk failed.
        """
        try:
            return await in_thread(function, *args, **kwargs)
        except OSError as error:
            raise said(self.folder, error) from error

    async def has(self, sha256: str) -> bool:
        """Say whether a content is here."""
        return is_hash(sha256) and await self.on_disk(self.path(sha256).is_file)

    async def size(self, sha256: str) -> int | None:
        """Give the size of a content in bytes, None if it is not here."""
        if not await self.has(sha256):
            return None
        return (await self.on_disk(self.path(sha256).stat)).st_size

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Give the bytes of a content, in chunks.

        Raises:
            StorageError: when it cannot be read.
        """
        file = await self.on_disk(self.path(sha256).open, "rb")
        try:
            while chunk := await self.on_disk(file.read, CHUNK_BYTES):
                yield chunk
        finally:
            file.close()

    async def receive(self, chunks: AsyncIterator[bytes], sha256: str) -> None:
        """Take a file that goes ahead of its envelope; it stays until the envelope was taken.

        Raises:
            WrongContentError: when the bytes have another hash; they are not kept.
            StorageError: when the disk failed.
        """
        async with self.arriving() as arrival:
            blob = await arrival.add(chunks)
            if blob.sha256 != sha256:
                raise WrongContentError(f"announced as {sha256}, came as {blob.sha256}")
            await self._await_envelope(arrival, sha256)

    async def receive_from(self, source: "Files", sha256: str) -> None:
        """Take a file from the other side's folder, ahead of its envelope, by a link if possible.

        Raises:
            StorageError: when it is not there any more, or the disk failed.
        """
        async with self.arriving() as arrival:
            await arrival.copy(source.path(sha256), sha256)
            await self._await_envelope(arrival, sha256)

    async def _await_envelope(self, arrival: "Arrival", sha256: str) -> None:
        await self.place(arrival)
        if sha256 not in self._ahead:
            self._ahead.add(sha256)
            self._held[sha256] += 1
        await self._release(list(await self._named_ahead([sha256])))

    @contextlib.asynccontextmanager
    async def taking(self, hashes: Iterable[str]) -> AsyncGenerator[frozenset[str]]:
        """Hold files that came ahead while their envelopes are taken; give those that are missing.

        What no envelope named in the end goes on waiting for one.
        """
        wanted = frozenset(hashes)
        if not wanted:
            yield wanted
            return
        async with self._moving:
            self._held.update(wanted)
        try:
            yield frozenset([one for one in wanted if not await self.has(one)])
        finally:
            came = await self._named_ahead(wanted)
            await self._release([*wanted, *came])

    async def _named_ahead(self, hashes: Iterable[str]) -> frozenset[str]:
        """Give those that came ahead and are named by now: they wait no longer."""
        ahead = sorted(self._ahead.intersection(hashes))
        try:
            named = await self._writer.do(lambda unit: _named(unit, ahead))
        except StorageError:
            return frozenset()
        came = named & self._ahead
        self._ahead -= came
        return came

    @contextlib.asynccontextmanager
    async def arriving(self) -> AsyncGenerator["Arrival"]:
        """Let files come for an act that is done within the block.

        At its end they stay if a committed row names them, and are removed otherwise.
        """
        arrival = Arrival(self)
        try:
            yield arrival
        finally:
            await in_thread(arrival.discard)
            await self._release(arrival.held)

    async def place(self, arrival: "Arrival") -> None:
        """Put what was staged into place; from here on a row may name it."""
        async with self._moving:
            hashes = arrival.hashes
            self._held.update(hashes)
            arrival.held += hashes
            await self.on_disk(self._mark, hashes)
            await self.on_disk(arrival.put)
        reached("file.placed")

    async def _release(self, hashes: Sequence[str]) -> None:
        """End holds, whatever becomes of it: the act has its answer; a start sweeps what is left.

        The check follows the act in the writer's queue, so it sees what that did.
        """
        self._held.subtract(hashes)
        idle = self._idle(hashes)
        if not idle:
            return
        try:
            named = await self._writer.do(lambda unit: _named(unit, idle))
            async with self._moving:
                idle = self._idle(idle)
                if not named.issuperset(idle):  # another act may have named it meanwhile
                    named = await self._writer.do(lambda unit: _named(unit, idle))
                await self.on_disk(self._clear, idle, named)
                for one in idle:
                    del self._held[one]
        except StorageError as error:
            log.warning("files_left_over", extra={"error": str(error)})

    def _idle(self, hashes: Iterable[str]) -> list[str]:
        return [one for one in dict.fromkeys(hashes) if not self._held[one]]

    def staged(self) -> Path:
        """Give a name in the staging folder that is not used yet."""
        return self.staging / f"{next(self._numbers)}.part"

    def _mark(self, hashes: Sequence[str]) -> None:
        for one in hashes:
            (self.staging / one).touch(mode=0o600)
        _sync_folder(self.staging)

    def _clear(self, hashes: Sequence[str], named: frozenset[str]) -> None:
        for one in hashes:
            if one not in named:
                self.path(one).unlink(missing_ok=True)
            (self.staging / one).unlink(missing_ok=True)

    async def sweep(self) -> None:
        """Make the folder, and remove what a crash left in it.

        Raises:
            StorageError: when the folder cannot be used.
        """
        held = await self.on_disk(self._unstage)
        if held:
            named = await self._writer.do(lambda unit: _named(unit, held))
            await self.on_disk(self._clear, held, named)
            log.info("files_swept", extra={"held": len(held), "named": len(named)})

    def _unstage(self) -> list[str]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.staging.mkdir(mode=0o700, exist_ok=True)
        held: list[str] = []
        for path in self.staging.iterdir():
            if is_hash(path.name):
                held.append(path.name)
            else:
                path.unlink()
        return held


@define(eq=False)
class Arrival:
    """Files on their way in, for one act."""

    _files: Files
    held: list[str] = Factory(list[str])
    _writing: list["_Staged"] = Factory(list["_Staged"])
    _ready: list[tuple[Path, str]] = Factory(list[tuple[Path, str]])

    @property
    def hashes(self) -> list[str]:
        """Give the hashes of what is staged."""
        return [sha256 for _, sha256 in self._ready]

    async def add(self, chunks: AsyncIterator[bytes]) -> Blob:
        """Stage the bytes that come; give their hash and size.

        Raises:
            StorageError: when the disk failed.
        """
        staged = await self._files.on_disk(self._open)
        gathered = bytearray()
        async for chunk in chunks:
            gathered += chunk
            if len(gathered) >= CHUNK_BYTES:
                await self._files.on_disk(staged.write, bytes(gathered))
                gathered.clear()
        blob = await self._files.on_disk(staged.finish, bytes(gathered))
        self._ready.append((staged.path, blob.sha256))
        return blob

    async def copy(self, source: Path, sha256: str) -> None:
        """Stage a file of a folder in this process, whose content is known.

        Raises:
            StorageError: when it is not there, or the disk failed.
        """
        await self._files.on_disk(self._link, source, sha256)

    def _open(self) -> "_Staged":
        path = self._files.staged()
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
        staged = _Staged(path, os.fdopen(number, "wb"))
        self._writing.append(staged)
        return staged

    def _link(self, source: Path, sha256: str) -> None:
        """Give the file a second name, or copy it where the disk has no such names."""
        staged = self._files.staged()
        self._ready.append((staged, sha256))
        try:
            os.link(source, staged)
        except FileNotFoundError:
            raise
        except OSError:
            with source.open("rb") as read, staged.open("xb") as write:
                shutil.copyfileobj(read, write, CHUNK_BYTES)
                write.flush()
                os.fsync(write.fileno())

    def put(self) -> None:
        """Rename what is staged into place; what is there already has the same content."""
        folders: set[Path] = set()
        while self._ready:
            staged, sha256 = self._ready[-1]
            place = self._files.path(sha256)
            if not place.parent.is_dir():
                place.parent.mkdir(mode=0o700, exist_ok=True)
                folders.add(self._files.folder)
            staged.replace(place)
            staged.unlink(missing_ok=True)  # it stays where both are names of one file already
            self._ready.pop()
            folders.add(place.parent)
        for folder in folders:
            _sync_folder(folder)

    def discard(self) -> None:
        """Remove what was not put into place."""
        for staged in self._writing:
            staged.discard()
        for path, _ in self._ready:
            path.unlink(missing_ok=True)


@define(eq=False)
class _Staged:
    """A file that is being written, in threads, by one call at a time."""

    path: Path
    _file: BinaryIO
    _digest: Any = Factory(hashlib.sha256)  # its type has no public name
    _size: int = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._size += len(data)

    def finish(self, data: bytes) -> Blob:
        """Write the rest, and see that it is on the disk."""
        self.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Blob(self._digest.hexdigest(), self._size)

    def discard(self) -> None:
        """Close the file whatever is still to be written, and remove it if it stayed here."""
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
