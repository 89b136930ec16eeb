"""What caseworkers see, read from the MVP's store as it was committed last."""

import sqlite3
from datetime import date, datetime

from attrs import frozen

from reference.domain.case import fields_for, listed_for
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules
from reference.domain.words import STATUS_TEXTS, CaseNumber, CloudRole
from reference.http.problems import Refused
from reference.store.codec import from_us
from reference.store.mvp_tables import CASES, CASEWORKERS, entry_of


@frozen
class CaseView:
    """A case as a caseworker sees it; the status fields are null without a cloud role (STA-7)."""

    case: CaseNumber
    subject: str
    customer: str
    cloud_status: str | None
    status_text: str | None
    acknowledged_on: date | None
    follow_up_on: date | None
    under_way: tuple[str, ...]
    preset: tuple[str, ...]


@frozen
class ListedCase:
    """A line of the case list."""

    case: CaseNumber
    subject: str
    customer: str
    cloud_status: str | None
    acknowledged_on: date | None
    follow_up_on: date | None


@frozen
class CaseList:
    """A page of the case list; `next` asks for the following one."""

    cases: tuple[ListedCase, ...]
    next: int | None


@frozen
class EntryView:
    """A line of the activity list (LOG)."""

    author: str
    carried_by: str | None
    at: datetime
    stamp: str
    message: str | None
    text: str
    to: tuple[str, ...]
    expects: str | None
    files: tuple[str, ...]


@frozen
class Activities:
    """A page of the activity list, oldest first."""

    entries: tuple[EntryView, ...]
    next: int | None


@frozen
class DocumentView:
    """A case document; `message` is the reply that brought it."""

    id: int
    name: str
    size: int
    message: str | None
    filed_by: str
    filed_at: datetime


@frozen
class Documents:
    """A page of the case documents, oldest first."""

    documents: tuple[DocumentView, ...]
    next: int | None


@frozen
class ReleaseView:
    """What a caseworker set for a recipient."""

    recipient: str
    create_messages: bool
    set_by: str
    set_at: datetime


@frozen
class Releases:
    """The releases of a case."""

    releases: tuple[ReleaseView, ...]


@frozen
class CaseworkerView:
    """A caseworker, with their cloud role."""

    name: str
    role: str
    email: str


@frozen
class Caseworkers:
    """All caseworkers, by name."""

    caseworkers: tuple[CaseworkerView, ...]


def role_of_viewer(connection: sqlite3.Connection, name: str) -> CloudRole:
    """Give the role that a viewer holds (STA-7)."""
    caseworker = CASEWORKERS.load(connection, name)
    return CloudRole.NONE if caseworker is None else caseworker.role


def case_view(
    connection: sqlite3.Connection, number: CaseNumber, by: str, rules: Rules
) -> CaseView:
    """Give a case with its fields and what is under way (STA, DLV-4)."""
    case = CASES.load(connection, number)
    if case is None:
        raise Refused(Refusal.UNKNOWN_CASE)
    (customer,) = connection.execute(
        "SELECT customer FROM cases WHERE number = ?", (number,)
    ).fetchone()
    waiting = connection.execute(
        "SELECT message FROM outbox WHERE number = ? AND message IS NOT NULL ORDER BY id", (number,)
    )
    shown = fields_for(case, role_of_viewer(connection, by), rules)
    status = shown.cloud_status
    return CaseView(
        case.number,
        case.subject,
        customer,
        None if status is None else status.value,
        None if status is None else STATUS_TEXTS[status],
        shown.acknowledged_on,
        case.follow_up_on,
        tuple(dict.fromkeys(message for (message,) in waiting)),
        case.preset,
    )


def case_list(
    connection: sqlite3.Connection,
    by: str,
    rules: Rules,
    *,
    status: str | None,
    search: str | None,
    after: int,
    limit: int,
) -> CaseList:
    """Give a page of the case list, in the order of creation (STA-8)."""
    role = role_of_viewer(connection, by)
    sees_status = fields_visible(role, rules)
    if status is not None and not sees_status:
        return CaseList((), None)
    found = connection.execute(
        """
        SELECT id, number, customer FROM cases
        WHERE id > :after AND (:status IS NULL OR status = :status)
          AND (:search IS NULL
               OR instr(lower(subject || ' ' || number || ' ' || customer), :search))
        ORDER BY id LIMIT :limit
        """,
        {
            "after": after,
            "status": status,
            "search": search and search.lower(),
            "limit": limit + 1,
        },
    ).fetchall()
    lines: list[ListedCase] = []
    for _, number, customer in found[:limit]:
        case = CASES.load(connection, number)
        assert case is not None  # noqa: S101 - listed in the same snapshot
        shown = listed_for(case, role, rules)
        fields = fields_for(case, role, rules)
        lines.append(
            ListedCase(
                number,
                case.subject,
                customer,
                None if shown is None else shown.value,
                fields.acknowledged_on,
                case.follow_up_on,
            )
        )
    return CaseList(tuple(lines), found[limit - 1][0] if len(found) > limit else None)


def fields_visible(role: CloudRole, rules: Rules) -> bool:
    """Say whether a role sees the status fields (STA-7)."""
    return "see_status" in rules.rights[role]


def known_case(connection: sqlite3.Connection, number: CaseNumber) -> None:
    """Refuse where there is no such case."""
    if connection.execute("SELECT 1 FROM cases WHERE number = ?", (number,)).fetchone() is None:
        raise Refused(Refusal.UNKNOWN_CASE)


def activities(
    connection: sqlite3.Connection, number: CaseNumber, after: int, limit: int
) -> Activities:
    """Give a page of the activity list (LOG)."""
    known_case(connection, number)
    rows = connection.execute(
        "SELECT author, carried_by, at, stamp, message, text, recipients, expects, files, id "
        "FROM entries WHERE number = ? AND id > ? ORDER BY id LIMIT ?",
        (number, after, limit + 1),
    ).fetchall()
    entries = map(entry_of, rows[:limit])
    lines = tuple(
        EntryView(
            e.author,
            e.carried_by,
            e.at,
            e.stamp,
            e.message,
            e.text,
            e.to,
            None if e.expects is None else e.expects.value,
            e.files,
        )
        for e in entries
    )
    return Activities(lines, rows[limit - 1][9] if len(rows) > limit else None)


def documents(
    connection: sqlite3.Connection, number: CaseNumber, after: int, limit: int
) -> Documents:
    """Give a page of the case documents."""
    known_case(connection, number)
    rows = connection.execute(
        "SELECT id, name, size, message, filed_by, filed_at FROM documents "
        "WHERE number = ? AND id > ? ORDER BY id LIMIT ?",
        (number, after, limit + 1),
    ).fetchall()
    shown = tuple(
        DocumentView(id_, name, size, message, by, from_us(at))
        for id_, name, size, message, by, at in rows[:limit]
    )
    return Documents(shown, rows[limit - 1][0] if len(rows) > limit else None)


def document_content(
    connection: sqlite3.Connection, number: CaseNumber, name: str, version: int
) -> str | None:
    """Give the hash of a document's content: of one by its id, or with 0 of the newest."""
    known_case(connection, number)
    row = connection.execute(
        "SELECT sha256 FROM documents WHERE number = ? AND name = ? AND ? IN (0, id) "
        "ORDER BY id DESC LIMIT 1",
        (number, name, version),
    ).fetchone()
    return None if row is None else row[0]


def releases(connection: sqlite3.Connection, number: CaseNumber) -> Releases:
    """Give the releases that were set in a case (RGT-2)."""
    known_case(connection, number)
    rows = connection.execute(
        "SELECT recipient, create_messages, set_by, set_at FROM releases WHERE number = ? "
        "ORDER BY recipient",
        (number,),
    )
    return Releases(tuple(ReleaseView(r[0], bool(r[1]), r[2], from_us(r[3])) for r in rows))


def preset(connection: sqlite3.Connection, number: CaseNumber) -> tuple[str, ...]:
    """Give the recipients that are preset for the next message (SEND-6)."""
    case = CASES.load(connection, number)
    if case is None:
        raise Refused(Refusal.UNKNOWN_CASE)
    return case.preset


def caseworkers(connection: sqlite3.Connection) -> Caseworkers:
    """Give the caseworkers with their cloud roles (RGT-3)."""
    rows = connection.execute("SELECT name, role, email FROM caseworkers ORDER BY name")
    return Caseworkers(tuple(CaseworkerView(*row) for row in rows))
