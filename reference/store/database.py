"""One SQLite file: opened with the pragmas that durability needs, migrated, in its own thread."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

import aiosqlite
from attrs import define

T = TypeVar("T")

#: How long to wait for a lock that another program holds, in seconds.
LOCK_WAIT_S: Final = 5.0
#: After so many pages the log is written back; hot pages are written back once for many commits.
CHECKPOINT_PAGES: Final = 4000


class StorageError(Exception):
    """The disk or the database failed: what is wrong, and what to do; nothing was changed."""


def said(path: Path, error: sqlite3.Error | OSError) -> StorageError:
    """Put a failure of the database into words that say what to do."""
    text = str(error)
    if "locked" in text or "busy" in text:
        hint = "another program holds it: stop that one first"
    elif "full" in text or "No space" in text or "disk I/O" in text:
        hint = "the disk is full or fails: make room or replace it, then repeat"
    elif "readonly" in text or "unable to open" in text or isinstance(error, OSError):
        hint = "the folder must exist and be writable"
    elif "malformed" in text or "not a database" in text:
        hint = "the file is damaged: restore it from a backup, or start with another --data"
    else:
        hint = "see the log"
    return StorageError(f"{path}: {text}: {hint}")


@define(eq=False)
class Database:
    """An open file; `run` is the only place that enters its thread."""

    path: Path
    _connection: aiosqlite.Connection

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function on the connection, in its thread.

        aiosqlite has no public way for this: its methods cost one hop for each statement.
        """
        connection = self._connection
        return await connection._execute(work, connection._conn)  # type: ignore[no-any-return,no-untyped-call]  # noqa: SLF001 - the one place

    async def close(self) -> None:
        """Close the file and end the thread, which would keep the process alive."""
        await self._connection.close()


async def open_database(
    path: Path,
    migrations: Sequence[str],
    *,
    synchronous: str = "FULL",
    read_only: bool = False,
) -> Database:
    """Open a file and bring its tables to the newest version.

    Raises:
        StorageError: when it cannot be opened, is damaged, or was written by a newer version.
    """
    connection = aiosqlite.connect(
        path, isolation_level=None, timeout=LOCK_WAIT_S, cached_statements=512
    )
    try:
        await connection
    except (sqlite3.Error, OSError) as error:
        raise said(path, error) from error
    database = Database(path, connection)
    try:
        await database.run(lambda raw: _prepare(raw, migrations, synchronous, read_only=read_only))
    except (sqlite3.Error, OSError) as error:
        await database.close()
        raise said(path, error) from error
    except StorageError:
        await database.close()
        raise
    return database


def _prepare(
    raw: sqlite3.Connection, migrations: Sequence[str], synchronous: str, *, read_only: bool
) -> None:
    raw.execute(f"PRAGMA synchronous={synchronous}")
    raw.execute("PRAGMA foreign_keys=ON")
    raw.execute("PRAGMA trusted_schema=OFF")
    raw.create_function("folded", 1, str.casefold, deterministic=True)  # lower() knows ASCII only
    if read_only:
        raw.execute("PRAGMA query_only=ON")
        return
    lacking = _lacking(raw, migrations)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    for number, script in lacking:
        raw.executescript(f"BEGIN IMMEDIATE;{script};PRAGMA user_version={number};COMMIT;")


def _lacking(raw: sqlite3.Connection, migrations: Sequence[str]) -> Iterable[tuple[int, str]]:
    """Give the migrations that the file lacks, by number; each is a transaction of its own."""
    with closing(raw.execute("PRAGMA user_version")) as cursor:
        version: int = cursor.fetchone()[0]
    if version > len(migrations):
        raise StorageError(
            f"the store has version {version}, this program knows {len(migrations)}: "
            "use the newer program, or another --data"
        )
    return enumerate(migrations[version:], start=version + 1)
