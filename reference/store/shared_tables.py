"""What both stores have: the outbox of the link, answers that were given, settings."""

import sqlite3
from typing import Final

from attrs import frozen

from reference.store.link_content import Wording
from reference.store.unit import Kept, Row

SHARED: Final = """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        number ANY,
        recipient TEXT,
        message TEXT,
        transport TEXT NOT NULL,
        parcel TEXT NOT NULL,
        queued_at INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER))
    ) STRICT;
    CREATE INDEX outbox_of_case ON outbox (number);
    CREATE INDEX outbox_by_transport ON outbox (transport, id);
    CREATE TABLE answers (
        actor TEXT NOT NULL,
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        status INTEGER NOT NULL,
        body BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (actor, key)
    ) STRICT;
    CREATE INDEX answers_by_age ON answers (at);
    CREATE TABLE sessions (
        token TEXT PRIMARY KEY,
        user TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_of_user ON sessions (user);
    CREATE INDEX sessions_by_end ON sessions (ends_at);
    CREATE TABLE templates (
        event TEXT NOT NULL,
        language TEXT NOT NULL,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        PRIMARY KEY (event, language)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE contents (
        sha256 TEXT PRIMARY KEY,
        size INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
"""


@frozen
class Given:
    """The answer that an act got, kept for who asks again with the same key."""

    actor: str
    key: str
    fingerprint: str
    status: int
    body: bytes
    at: int


def _load_given(connection: sqlite3.Connection, key: tuple[str, str]) -> Given | None:
    row: Row | None = connection.execute(
        "SELECT actor, key, fingerprint, status, body, at FROM answers WHERE actor = ? AND key = ?",
        key,
    ).fetchone()
    return None if row is None else Given(*row)


#: Forgets some of the answers that were given before a moment.
PURGE_ANSWERS: Final = """
    DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers WHERE at < ? LIMIT 1000)
"""

#: Answers by actor and idempotency key.
ANSWERS: Final = Kept[tuple[str, str], Given](
    "answers",
    _load_given,
    "INSERT OR REPLACE INTO answers (actor, key, fingerprint, status, body, at) "
    "VALUES (?, ?, ?, ?, ?, ?)",
    lambda given: (given.actor, given.key, given.fingerprint, given.status, given.body, given.at),
)


def _load_setting(connection: sqlite3.Connection, name: str) -> tuple[str, str] | None:
    row: Row | None = connection.execute(
        "SELECT name, value FROM settings WHERE name = ?", (name,)
    ).fetchone()
    return None if row is None else (row[0], row[1])


#: Settings by name.
SETTINGS: Final = Kept[str, tuple[str, str]](
    "settings",
    _load_setting,
    "INSERT INTO settings (name, value) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    lambda setting: setting,
)


INSERT_SESSION: Final = "INSERT INTO sessions (token, user, began_at, ends_at) VALUES (?, ?, ?, ?)"
END_SESSION: Final = "DELETE FROM sessions WHERE token = ?"
END_SESSIONS_OF: Final = "DELETE FROM sessions WHERE user = ?"
END_EXPIRED_SESSIONS: Final = "DELETE FROM sessions WHERE ends_at <= ?"


def _load_template(connection: sqlite3.Connection, key: tuple[str, str]) -> Wording | None:
    row = connection.execute(
        "SELECT event, language, subject, body, enabled FROM templates "
        "WHERE event = ? AND language = ?",
        key,
    ).fetchone()
    return None if row is None else Wording(row[0], row[1], row[2], row[3], bool(row[4]))


#: Changed wordings of mails by event and language.
WORDINGS: Final = Kept[tuple[str, str], Wording](
    "templates",
    _load_template,
    """
    INSERT INTO templates (event, language, subject, body, enabled) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event, language) DO UPDATE SET subject = excluded.subject,
        body = excluded.body, enabled = excluded.enabled
    """,
    lambda w: (w.event, w.language, w.subject, w.body, w.enabled),
)
