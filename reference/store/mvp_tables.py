"""The tables of the MVP's store, and how cases are loaded from and saved to them."""

import sqlite3
from hashlib import blake2b
from typing import Any, Final

from attrs import evolve, frozen

from reference.domain.addresses import AddressBook
from reference.domain.case import Case, Channel, Shown
from reference.domain.facts import Entry
from reference.domain.words import CaseNumber, CloudRole, CloudStatus, ExpectedAction
from reference.store.codec import (
    day_or_blank,
    dumps,
    from_day,
    from_us,
    loads,
    structure,
    to_day,
    to_json,
    to_us,
)
from reference.store.shapes import WHOLE_MAX
from reference.store.shared_tables import SHARED
from reference.store.unit import Kept, Row

MIGRATIONS: Final = (
    SHARED
    + """
    CREATE TABLE cases (
        id INTEGER PRIMARY KEY,
        number ANY NOT NULL UNIQUE,
        subject TEXT NOT NULL,
        follow_up_on TEXT,
        status TEXT NOT NULL,
        acknowledged_on TEXT,
        traffic TEXT NOT NULL,
        customer TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY,
        number ANY NOT NULL REFERENCES cases (number) DEFERRABLE INITIALLY DEFERRED,
        author TEXT NOT NULL,
        carried_by TEXT,
        at INTEGER NOT NULL,
        stamp TEXT NOT NULL,
        message TEXT,
        text TEXT NOT NULL,
        recipients TEXT NOT NULL,
        expects TEXT,
        files TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entries_of_case ON entries (number);
    CREATE TABLE messages (
        message TEXT PRIMARY KEY,
        number ANY NOT NULL REFERENCES cases (number) DEFERRABLE INITIALLY DEFERRED
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE documents (
        id INTEGER PRIMARY KEY,
        number ANY NOT NULL REFERENCES cases (number) DEFERRABLE INITIALLY DEFERRED,
        name TEXT NOT NULL,
        size INTEGER NOT NULL,
        sha256 TEXT,
        message TEXT,
        filed_by TEXT NOT NULL,
        filed_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX documents_of_case ON documents (number, name);
    CREATE TABLE releases (
        number ANY NOT NULL REFERENCES cases (number) DEFERRABLE INITIALLY DEFERRED,
        recipient TEXT NOT NULL,
        create_messages INTEGER NOT NULL,
        set_by TEXT NOT NULL,
        set_at INTEGER NOT NULL,
        PRIMARY KEY (number, recipient)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE case_addresses (
        number ANY NOT NULL REFERENCES cases (number) DEFERRABLE INITIALLY DEFERRED,
        place INTEGER NOT NULL,
        address TEXT NOT NULL,
        PRIMARY KEY (number, place)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE customer_addresses (
        customer TEXT NOT NULL,
        place INTEGER NOT NULL,
        address TEXT NOT NULL,
        PRIMARY KEY (customer, place)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE caseworkers (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        email TEXT NOT NULL,
        password TEXT,
        token TEXT UNIQUE
    ) STRICT;
    CREATE TABLE text_blocks (
        catalogue TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (catalogue, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE marked (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        number ANY NOT NULL,
        name TEXT NOT NULL,
        fields TEXT NOT NULL,
        UNIQUE (kind, number, name)
    ) STRICT;
    CREATE INDEX marked_by_kind ON marked (kind, id);
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        result INTEGER,
        bundles TEXT NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE drafts (
        caseworker TEXT NOT NULL,
        number ANY NOT NULL,
        fields TEXT NOT NULL,
        PRIMARY KEY (caseworker, number)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    DROP INDEX outbox_by_transport;
    DROP TABLE messages;
    CREATE UNIQUE INDEX entries_of_message ON entries (message)
        WHERE message IS NOT NULL AND carried_by IS NULL;
    """,
    """
    ALTER TABLE marked ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
    """,
    """
    ALTER TABLE marked ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    """,
)

_CASE: Final = """
    SELECT number, subject, follow_up_on, status, acknowledged_on, traffic
    FROM cases WHERE number = ?
"""


def _load_case(connection: sqlite3.Connection, number: CaseNumber) -> Case | None:
    row = connection.execute(_CASE, (number,)).fetchone()
    if row is None:
        return None
    names = connection.execute("SELECT DISTINCT name FROM documents WHERE number = ?", (number,))
    traffic = loads(row[5])
    return Case(
        row[0],
        row[1],
        from_day(row[2]),
        CloudStatus(row[3]),
        from_day(row[4]),
        _shown(traffic["shown"]),
        traffic["last_sent"],
        tuple(traffic["preset"]),
        frozenset(name for (name,) in names),
        {who: Channel(sent, taken) for who, (sent, taken) in traffic["channels"].items()},
        traffic.get("revision", 0),
    )


def _shown(stored: list[Any] | None) -> Shown | None:
    if stored is None:
        return None
    message, expects, waiting, seen_on = stored
    return Shown(message, ExpectedAction(expects), frozenset(waiting), from_day(seen_on))


def _case_row(case: Case) -> Row:
    """Give the row of a case; what only the exchange of messages needs is one column."""
    shown = case.shown
    traffic = {
        "shown": shown
        and (shown.message, shown.expects, sorted(shown.waiting), to_day(shown.seen_on)),
        "last_sent": case.last_sent,
        "preset": case.preset,
        "channels": {who: (each.sent, each.taken) for who, each in case.channels.items()},
        "revision": case.revision,
    }
    return (
        case.number,
        case.subject,
        day_or_blank(case.follow_up_on),
        str(case.status),
        day_or_blank(case.acknowledged_on),
        dumps(traffic),
    )


#: Gives the number of the next case where none is asked for: after the greatest that leaves one.
NEXT_NUMBER: Final = (
    "SELECT coalesce(max(number), 0) + 1 FROM cases "  # noqa: S608 - our own
    f"WHERE typeof(number) = 'integer' AND number < {WHOLE_MAX}"
)

#: Cases by number.
CASES: Final = Kept[CaseNumber, Case](
    "cases",
    _load_case,
    """
    INSERT INTO cases (number, subject, follow_up_on, status, acknowledged_on, traffic)
    VALUES (?, ?, nullif(?, ''), ?, nullif(?, ''), ?)
    ON CONFLICT (number) DO UPDATE SET subject = excluded.subject,
        follow_up_on = excluded.follow_up_on, status = excluded.status,
        acknowledged_on = excluded.acknowledged_on, traffic = excluded.traffic
    """,
    _case_row,
)


@frozen
class Caseworker:
    """A user of the MVP, with the hashes of what they log in with."""

    name: str
    role: CloudRole = CloudRole.NONE
    email: str = ""
    password: str | None = None
    token: str | None = None


def _load_caseworker(connection: sqlite3.Connection, name: str) -> Caseworker | None:
    row = connection.execute(
        "SELECT name, role, email, password, token FROM caseworkers WHERE name = ?", (name,)
    ).fetchone()
    return None if row is None else Caseworker(row[0], CloudRole(row[1]), *row[2:])


#: Caseworkers by name.
CASEWORKERS: Final = Kept[str, Caseworker](
    "caseworkers",
    _load_caseworker,
    """
    INSERT INTO caseworkers (name, role, email, password, token) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET role = excluded.role, email = excluded.email,
        password = excluded.password, token = excluded.token
    """,
    lambda who: (who.name, who.role.value, who.email, who.password, who.token),
)


#: The name of a caseworker by the hash of the API token.
CASEWORKER_OF: Final = "SELECT name FROM caseworkers WHERE token = ?"


def _load_message(connection: sqlite3.Connection, message: str) -> CaseNumber | None:
    row = connection.execute(
        "SELECT number FROM entries WHERE message = ? AND carried_by IS NULL", (message,)
    ).fetchone()
    return None if row is None else row[0]


#: The case of each message that was sent, by the message's id; its entry says it.
MESSAGE_CASES: Final = Kept[str, CaseNumber]("entries", _load_message)


def _load_reply(connection: sqlite3.Connection, key: tuple[CaseNumber, str]) -> str | None:
    row = connection.execute(
        "SELECT message FROM entries WHERE number = ? AND message = ? AND carried_by IS NOT NULL",
        key,
    ).fetchone()
    return None if row is None else row[0]


#: The ids of the messages that came back into a case, by the case and the id; entries say them.
REPLIES_OF: Final = Kept[tuple[CaseNumber, str], str]("entries", _load_reply)

INSERT_ENTRY: Final = """
    INSERT INTO entries (number, author, carried_by, at, stamp, message, text, recipients, expects,
                         files)
    VALUES (?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?)
"""


def entry_row(number: CaseNumber, entry: Entry) -> Row:
    """Give the row of an entry of the activity list."""
    return (
        number,
        entry.author,
        entry.carried_by or "",
        to_us(entry.at),
        entry.stamp,
        entry.message,
        entry.text,
        dumps(entry.to),
        None if entry.expects is None else str(entry.expects),
        dumps(entry.files) if entry.files else "[]",
    )


def entry_of(row: Row) -> Entry:
    """Give an entry of the activity list from its row, without its id and case."""
    return Entry(
        row[0],
        row[1],
        from_us(row[2]),
        row[3],
        row[4],
        row[5],
        tuple(loads(row[6])),
        None if row[7] is None else ExpectedAction(row[7]),
        tuple(loads(row[8])),
    )


INSERT_DOCUMENT: Final = """
    INSERT INTO documents (number, name, size, sha256, message, filed_by, filed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
SET_RELEASE: Final = """
    INSERT INTO releases (number, recipient, create_messages, set_by, set_at)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (number, recipient) DO UPDATE SET create_messages = excluded.create_messages,
        set_by = excluded.set_by, set_at = excluded.set_at
"""
#: A record that changes again keeps its place, so that a run that has begun does not miss it.
MARK: Final = """
    INSERT INTO marked (kind, number, name, fields, revision) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (kind, number, name) DO UPDATE SET fields = excluded.fields,
        revision = excluded.revision, version = version + 1
"""
#: A record that changed since it was read has another version, and stays marked.
UNMARK: Final = "DELETE FROM marked WHERE id = ? AND version = ?"
INSERT_RUN: Final = "INSERT INTO runs (at, result, bundles) VALUES (?, ?, ?)"
#: Forget all runs but the newest so many.
FORGET_RUNS: Final = "DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ?"


#: In place of a case's number: the draft of one that does not exist yet.
NO_CASE: Final = ""


@frozen
class Draft:
    """What a caseworker has typed and not yet saved or sent (SEND-10).

    `to` is None until recipients were chosen; `address` is one that was not added to them yet.
    The last fields are those of a new case, as typed.
    """

    text: str = ""
    share: bool = False
    expects: str | None = None
    share_more: bool = False
    to: tuple[str, ...] | None = None
    documents: tuple[str, ...] = ()
    address: str = ""
    number: str = ""
    subject: str = ""
    customer: str = ""
    follow_up_on: str = ""

    @property
    def mark(self) -> str:
        """Give what tells its message from any other one, whoever is to get it."""
        message = evolve(self, to=None, documents=(), address="")
        return blake2b(to_json(message), digest_size=12).hexdigest()


Place = tuple[str, CaseNumber]  # a caseworker, and the case


def _load_draft(connection: sqlite3.Connection, place: Place) -> tuple[Place, Draft] | None:
    row = connection.execute(
        "SELECT fields FROM drafts WHERE caseworker = ? AND number = ?", place
    ).fetchone()
    return None if row is None else (place, structure(loads(row[0]), Draft))


#: Drafts by caseworker and case.
DRAFTS: Final = Kept[Place, tuple[Place, Draft]](
    "drafts",
    _load_draft,
    "INSERT OR REPLACE INTO drafts (caseworker, number, fields) VALUES (?, ?, ?)",
    lambda kept: (*kept[0], dumps(kept[1])),
)
DELETE_DRAFT: Final = "DELETE FROM drafts WHERE caseworker = ? AND number = ?"


def addresses_of(
    connection: sqlite3.Connection, number: CaseNumber, customer: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the addresses that belong to a case, and those of a customer."""
    of_case = connection.execute(
        "SELECT address FROM case_addresses WHERE number = ? ORDER BY place", (number,)
    )
    of_customer = connection.execute(
        "SELECT address FROM customer_addresses WHERE customer = ? AND customer <> '' "
        "ORDER BY place",
        (customer,),
    )
    case = tuple(address for (address,) in of_case)
    return case, tuple(address for (address,) in of_customer)


def address_book(
    connection: sqlite3.Connection, number: CaseNumber, customer: str | None = None
) -> AddressBook:
    """Give the addresses that a case can propose, narrow to wide (SEND-8).

    A case that does not exist yet has none; its `customer` is as told.
    """
    known = customer
    if known is None:
        (known,) = connection.execute(
            "SELECT customer FROM cases WHERE number = ?", (number,)
        ).fetchone()
    of_case, of_customer = addresses_of(connection, number, known)
    everyone = [
        address
        for (address,) in connection.execute(
            "SELECT address FROM case_addresses UNION SELECT address FROM customer_addresses "
            "ORDER BY address"
        )
    ]
    case = dict.fromkeys(of_case)
    wide = case | dict.fromkeys(of_customer)
    return AddressBook(tuple(case), tuple(wide), tuple(wide | dict.fromkeys(everyone)))
