"""Files on the disk: what stays, what goes, and what a crash leaves."""

import asyncio
import contextlib
import random
import resource
import shutil
from hashlib import sha256

import pytest

from reference.clock import SystemClock
from reference.store.database import StorageError, open_database
from reference.store.files import CHUNK_BYTES, Files, WrongContentError, name_content
from reference.store.mvp_tables import MIGRATIONS
from reference.store.writer import Writer


@contextlib.asynccontextmanager
async def side(folder):
    """Give the files of a side in a folder, and its writer."""
    folder.mkdir(exist_ok=True)
    writer = Writer(await open_database(folder / "side.sqlite", MIGRATIONS), SystemClock())
    try:
        files = Files(folder / "files", writer)
        await files.sweep()
        yield files, writer
    finally:
        await writer.close()


async def pieces(content: bytes, size: int = 1000):
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def kept(files: Files, writer: Writer, content: bytes) -> str:
    """Let a content be named by a row."""
    async with files.arriving() as arrival:
        blob = await arrival.add(pieces(content))
        await files.place(arrival)
        await writer.do(lambda unit: name_content(unit, blob.sha256, blob.size))
    return blob.sha256


def on_disk(files: Files) -> set[str]:
    """Give all that is in the folder, by name."""
    return {path.name for path in files.folder.rglob("*") if path.is_file()}


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


async def test_what_a_row_names_stays_and_is_read_whole(tmp_path):
    content = random.Random("content").randbytes(3 * CHUNK_BYTES + 17)
    async with side(tmp_path) as (files, writer):
        name = await kept(files, writer, content)
        assert name == digest(content)
        assert on_disk(files) == {name}
        assert b"".join([chunk async for chunk in files.read(name)]) == content
        assert files.path(name).stat().st_mode & 0o777 == 0o600


async def test_what_no_row_names_goes(tmp_path):
    async with side(tmp_path) as (files, _):
        async with files.arriving() as arrival:
            await arrival.add(pieces(b"never placed"))
        async with files.arriving() as arrival:
            await arrival.add(pieces(b"placed, and not named"))
            await files.place(arrival)
        assert on_disk(files) == set()


async def test_what_breaks_off_leaves_nothing(tmp_path):
    async def broken():
        yield b"x" * CHUNK_BYTES
        raise ConnectionResetError

    async def upload(files):
        async with files.arriving() as arrival:
            await arrival.add(pieces(b"a first one, whole"))
            await arrival.add(broken())

    async with side(tmp_path) as (files, _):
        with pytest.raises(ConnectionResetError):
            await upload(files)
        assert on_disk(files) == set()


async def test_a_caller_that_is_cancelled_leaves_nothing(tmp_path):
    started = asyncio.Event()

    async def endless():
        while True:
            started.set()
            yield b"x" * CHUNK_BYTES
            await asyncio.sleep(0)

    async def upload(files):
        async with files.arriving() as arrival:
            await arrival.add(endless())

    async with side(tmp_path) as (files, _):
        task = asyncio.create_task(upload(files))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert on_disk(files) == set()


async def test_an_act_that_goes_on_without_its_caller_keeps_its_file(tmp_path):
    async with side(tmp_path) as (files, writer):

        async def upload():
            async with files.arriving() as arrival:
                blob = await arrival.add(pieces(b"content"))
                await files.place(arrival)
                waiting = writer.do(lambda unit: name_content(unit, blob.sha256, blob.size))
                asyncio.get_running_loop().call_soon(task.cancel)
                await waiting

        task = asyncio.create_task(upload())
        with pytest.raises(asyncio.CancelledError):
            await task
        assert on_disk(files) == {digest(b"content")}


async def test_a_content_that_two_acts_bring_stays_if_one_of_them_is_taken(tmp_path):
    chance = random.Random("turns")

    async def bring(files, writer, content, *, named):
        async with files.arriving() as arrival:
            blob = await arrival.add(pieces(content, 3))
            for _ in range(chance.randint(0, 5)):
                await asyncio.sleep(0)
            await files.place(arrival)
            for _ in range(chance.randint(0, 5)):
                await asyncio.sleep(0)
            if named:
                await writer.do(lambda unit: name_content(unit, blob.sha256, blob.size))

    async with side(tmp_path) as (files, writer):
        for number in range(60):
            content = b"content %d" % number
            taken = [True, False, False, False]
            chance.shuffle(taken)
            await asyncio.gather(*(bring(files, writer, content, named=each) for each in taken))
            refused = b"refused %d" % number
            await asyncio.gather(*(bring(files, writer, refused, named=False) for _ in "123"))
        assert on_disk(files) == {digest(b"content %d" % number) for number in range(60)}


async def test_a_content_that_is_brought_again_and_refused_stays(tmp_path):
    async with side(tmp_path) as (files, writer):
        name = await kept(files, writer, b"content")
        async with files.arriving() as arrival:
            await arrival.add(pieces(b"content"))
            await files.place(arrival)
        assert on_disk(files) == {name}


async def test_a_start_removes_what_a_crash_left(tmp_path):
    async with side(tmp_path) as (files, writer):
        name = await kept(files, writer, b"content")
        async with files.arriving() as arrival:
            await arrival.add(pieces(b"placed, and not named"))
            await arrival.add(pieces(b"content"))
            await files.place(arrival)
            await arrival.add(pieces(b"staged"))
            shutil.copytree(files.folder, tmp_path / "crashed")
        shutil.rmtree(files.folder)
        (tmp_path / "crashed").rename(files.folder)
        assert len(on_disk(files)) > 2
    async with side(tmp_path) as (files, _):
        assert on_disk(files) == {name}


async def test_a_file_ahead_of_its_envelope_waits_until_one_names_it_or_the_next_start(tmp_path):
    async with side(tmp_path) as (files, writer):
        for content in (b"named", b"not named"):
            await files.receive(pieces(content), digest(content))
        assert on_disk(files) == {digest(b"named"), digest(b"not named")}
        wanted = [digest(content) for content in (b"named", b"not named", b"missing")]
        async with files.taking(wanted) as missing:
            assert missing == {digest(b"missing")}
            await writer.do(lambda unit: name_content(unit, digest(b"named"), 5))
        assert on_disk(files) == {digest(b"named"), digest(b"not named")}
        assert [p.name for p in files.staging.iterdir()] == [digest(b"not named")]
    async with side(tmp_path) as (files, writer):
        assert on_disk(files) == {digest(b"named")}


async def test_a_file_that_came_twice_ahead_waits_for_one_envelope(tmp_path):
    async with side(tmp_path) as (files, writer):
        for _ in "12":
            await files.receive(pieces(b"content"), digest(b"content"))
        async with files.taking([digest(b"content")]):
            await writer.do(lambda unit: name_content(unit, digest(b"content"), 7))
        await files.receive(pieces(b"content"), digest(b"content"))  # it is named already
        assert list(files.staging.iterdir()) == []
        assert on_disk(files) == {digest(b"content")}


async def test_a_file_with_another_hash_than_announced_is_not_kept(tmp_path):
    async with side(tmp_path) as (files, _):
        with pytest.raises(WrongContentError):
            await files.receive(pieces(b"content"), digest(b"another"))
        assert on_disk(files) == set()


@pytest.mark.parametrize("links", [True, False])
async def test_a_file_is_taken_from_another_folder(tmp_path, links, monkeypatch):
    def no_links(*_):
        raise PermissionError("this disk has no links")

    if not links:
        monkeypatch.setattr("os.link", no_links)
    async with side(tmp_path / "a") as (source, writer), side(tmp_path / "b") as (target, _):
        name = await kept(source, writer, b"content" * 1000)
        for _ in "12":
            await target.receive_from(source, name)
        assert target.path(name).read_bytes() == b"content" * 1000
        with pytest.raises(StorageError):
            await target.receive_from(source, digest(b"lost"))
        assert on_disk(target) == {name}
        assert [path.name for path in target.staging.iterdir()] == [name]


async def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    async with side(tmp_path) as (files, writer):
        name = await kept(files, writer, b"content")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * CHUNK_BYTES, before[1]))
        try:
            with pytest.raises(StorageError):
                async with files.arriving() as arrival:
                    await arrival.add(pieces(b"x" * 3 * CHUNK_BYTES))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert on_disk(files) == {name}


@pytest.mark.parametrize("text", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
async def test_what_is_no_hash_names_no_file(tmp_path, text):
    async with side(tmp_path) as (files, _):
        assert not await files.has(text)
