"""The tables of the collaboration's store, and how mailboxes and accounts are kept in them."""

import sqlite3
from typing import Final

from attrs import frozen

from reference.domain.accounts import Account, Link
from reference.domain.mailbox import Mailbox
from reference.domain.mailbox_item import Item
from reference.domain.words import CaseNumber, ExpectedAction
from reference.store.codec import dumps, from_us, loads, to_us
from reference.store.shapes import LANGUAGES, LanguageCode
from reference.store.shared_tables import SHARED
from reference.store.unit import Kept, Row

MIGRATIONS: Final = (
    SHARED
    + """
    CREATE TABLE mailboxes (
        number ANY NOT NULL,
        recipient TEXT NOT NULL,
        subject TEXT NOT NULL,
        documents TEXT NOT NULL,
        text TEXT,
        release INTEGER,
        taken INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        PRIMARY KEY (recipient, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mailboxes_of_case ON mailboxes (number);
    CREATE TABLE items (
        id INTEGER PRIMARY KEY,
        recipient TEXT NOT NULL,
        number ANY NOT NULL,
        message TEXT NOT NULL,
        expects TEXT NOT NULL,
        read INTEGER NOT NULL DEFAULT 0,
        opened INTEGER NOT NULL DEFAULT 0,
        answered INTEGER NOT NULL DEFAULT 0,
        text TEXT NOT NULL,
        documents TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        FOREIGN KEY (recipient, number) REFERENCES mailboxes (recipient, number)
            DEFERRABLE INITIALLY DEFERRED
    ) STRICT;
    CREATE INDEX items_of_mailbox ON items (recipient, number, read);
    CREATE TABLE replies (
        id INTEGER PRIMARY KEY,
        message TEXT NOT NULL UNIQUE,
        number ANY NOT NULL,
        recipient TEXT NOT NULL,
        answers TEXT,
        text TEXT NOT NULL,
        files TEXT NOT NULL,
        written_at INTEGER NOT NULL,
        FOREIGN KEY (recipient, number) REFERENCES mailboxes (recipient, number)
            DEFERRABLE INITIALLY DEFERRED
    ) STRICT;
    CREATE INDEX replies_of_mailbox ON replies (recipient, number);
    CREATE TABLE accounts (
        address TEXT PRIMARY KEY,
        registered INTEGER NOT NULL,
        caseworker INTEGER NOT NULL,
        link TEXT,
        link_expires_at INTEGER,
        link_used INTEGER,
        password TEXT,
        language TEXT NOT NULL DEFAULT 'de'
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE mails (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        recipient TEXT NOT NULL,
        event TEXT NOT NULL,
        message TEXT,
        message_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        link TEXT,
        queued_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_at INTEGER NOT NULL,
        sent_at INTEGER,
        given_up_at INTEGER,
        failure TEXT
    ) STRICT;
    CREATE INDEX mails_due ON mails (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
    """,
    """
    DROP INDEX outbox_by_transport;
    """,
    """
    ALTER TABLE mailboxes ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    """,
)

_BOX: Final = """
    SELECT subject, documents, text, release, taken, sent, revision FROM mailboxes
    WHERE recipient = ? AND number = ?
"""
_ITEMS: Final = """
    SELECT message, expects, read, opened, answered FROM items
    WHERE recipient = ? AND number = ? ORDER BY id
"""
BoxKey = tuple[CaseNumber, str]


def item_of(row: Row) -> Item:
    """Give a received message from the columns message, expects, read, opened, answered."""
    return Item(row[0], ExpectedAction(row[1]), bool(row[2]), bool(row[3]), bool(row[4]))


def load_mailbox(connection: sqlite3.Connection, key: BoxKey) -> Mailbox | None:
    """Give the mailbox of a recipient in a case."""
    number, recipient = key
    row = connection.execute(_BOX, (recipient, number)).fetchone()
    if row is None:
        return None
    items = connection.execute(_ITEMS, (recipient, number))
    return Mailbox(
        number,
        recipient,
        row[0],
        tuple(loads(row[1])),
        tuple(map(item_of, items)),
        row[2],
        None if row[3] is None else bool(row[3]),
        row[4],
        row[5],
        row[6],
    )


def _box_row(box: Mailbox) -> Row:
    return (
        box.case,
        box.recipient,
        box.subject,
        dumps(box.documents) if box.documents else "[]",
        box.text,
        -1 if box.release is None else int(box.release),
        box.taken,
        box.sent,
        box.revision,
    )


#: Mailboxes by case and recipient; their items are written one by one.
MAILBOXES: Final = Kept[BoxKey, Mailbox](
    "mailboxes",
    load_mailbox,
    """
    INSERT INTO mailboxes (number, recipient, subject, documents, text, release, taken, sent,
                           revision)
    VALUES (?, ?, ?, ?, ?, nullif(?, -1), ?, ?, ?)
    ON CONFLICT (recipient, number) DO UPDATE SET subject = excluded.subject,
        documents = excluded.documents, text = excluded.text, release = excluded.release,
        taken = excluded.taken, sent = excluded.sent, revision = excluded.revision
    """,
    _box_row,
)

INSERT_ITEM: Final = """
    INSERT INTO items (recipient, number, message, expects, text, documents, received_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
MARK_ITEM: Final = """
    UPDATE items SET read = ?, opened = ?, answered = ?
    WHERE recipient = ? AND number = ? AND message = ?
"""


@frozen
class Login:
    """An account with what its user logs in with: the password's hash, and the language."""

    account: Account
    password: str | None = None
    language: LanguageCode = LANGUAGES[0]


def _load_login(connection: sqlite3.Connection, address: str) -> Login | None:
    row = connection.execute(
        "SELECT registered, caseworker, link, link_expires_at, link_used, password, language "
        "FROM accounts WHERE address = ?",
        (address,),
    ).fetchone()
    if row is None:
        return None
    link = None if row[2] is None else Link(row[2], from_us(row[3]), bool(row[4]))
    return Login(Account(address, bool(row[0]), bool(row[1]), link), row[5], row[6])


def _login_row(login: Login) -> Row:
    account = login.account
    link = account.link
    return (
        account.address,
        account.registered,
        account.caseworker,
        None if link is None else link.token,
        None if link is None else to_us(link.expires_at),
        None if link is None else link.used,
        login.password,
        login.language,
    )


#: Accounts by address. A link's token is kept as its hash.
LOGINS: Final = Kept[str, Login](
    "accounts",
    _load_login,
    """
    INSERT INTO accounts (address, registered, caseworker, link, link_expires_at, link_used,
                          password, language)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (address) DO UPDATE SET registered = excluded.registered,
        caseworker = excluded.caseworker, link = excluded.link,
        link_expires_at = excluded.link_expires_at, link_used = excluded.link_used,
        password = excluded.password, language = excluded.language
    """,
    _login_row,
)


#: Message ids of replies, to refuse one that is used already.
REPLIES: Final = Kept[str, Row](
    "replies",
    lambda connection, message: connection.execute(
        "SELECT message, number, recipient, answers, text, files, written_at "
        "FROM replies WHERE message = ?",
        (message,),
    ).fetchone(),
    """
    INSERT INTO replies (message, number, recipient, answers, text, files, written_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    """,
    lambda row: row,
)

INSERT_MAIL: Final = """
    INSERT INTO mails (recipient, event, message, message_id, subject, body, link, queued_at,
                       due_at)
    VALUES (?, ?, nullif(?, ''), ?, ?, ?, nullif(?, ''), ?, ?)
"""
