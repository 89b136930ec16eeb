"""The data folder: held by one server at a time, and how far time had come when it was left."""

import contextlib
import sqlite3
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Final

from reference.clock import EPOCH
from reference.store.codec import from_us
from reference.store.database import said

#: The newest moment of each table that grows with time.
_NEWEST: Final = {
    "mvp.sqlite": (
        "SELECT at FROM entries ORDER BY id DESC LIMIT 1",
        "SELECT filed_at FROM documents ORDER BY id DESC LIMIT 1",
        "SELECT at FROM runs ORDER BY id DESC LIMIT 1",
    ),
    "collaboration.sqlite": (
        "SELECT received_at FROM items ORDER BY id DESC LIMIT 1",
        "SELECT written_at FROM replies ORDER BY id DESC LIMIT 1",
        "SELECT queued_at FROM mails ORDER BY id DESC LIMIT 1",
    ),
}


class StartError(Exception):
    """The server cannot start where it is: what is wrong, and what to do."""


@contextlib.contextmanager
def held(folder: Path) -> Generator[None]:
    """Hold a folder, which is made if need be, for one server alone, however that one ends.

    Raises:
        StartError: when another server holds it, or it cannot be written.
    """
    lock = folder / "server.lock"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # mails that wait hold links
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StartError(str(said(folder, error))) from error
    with contextlib.closing(connection):
        try:
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise StartError(str(said(folder, error))) from error
            text = f"{folder}: another server uses this folder: stop it, or choose another --data"
            raise StartError(text) from error
        yield


def newest_moment(folder: Path) -> datetime:
    """Give the newest moment that the stores in a folder tell of; 1970 if they tell of none."""
    newest = 0
    for name, queries in _NEWEST.items():
        if not (folder / name).exists():
            continue
        # What is wrong with a store is told when it is opened to be used.
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(folder / name, timeout=1)) as connection,
        ):
            for query in queries:
                row = connection.execute(query).fetchone()
                newest = max(newest, 0 if row is None else row[0])
    return from_us(newest) if newest else EPOCH
