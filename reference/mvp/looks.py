"""What caseworkers see, read from the MVP's store as it was committed last."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from types import MappingProxyType
from typing import Final

from attrs import frozen

from reference.domain.case import Case, fields_for, listed_for
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules
from reference.domain.sending import TextBlock
from reference.domain.words import STATUS_TEXTS, CaseNumber, CloudRole, CloudStatus
from reference.http.problems import Refused
from reference.store.codec import from_us, to_day
from reference.store.mvp_tables import CASES, CASEWORKERS, DRAFTS, NEXT_NUMBER, Draft, entry_of
from reference.store.unit import Row

#: How many words of a search are looked for; the others are ignored.
SEARCHED_WORDS_MAX: Final = 20
#: How many rows SQLite gives at most where all are wanted.
EVERY: Final = -1


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
class CaseFilter:
    """Which cases are wanted: with a status, with all words of a search, due by a day."""

    status: CloudStatus | None = None
    search: str | None = None
    due_on: date | None = None


@frozen
class CaseListPage:
    """A numbered page of the case list, with the number of all cases and of pages."""

    cases: tuple[ListedCase, ...]
    total: int
    page: int
    pages: int


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
class LatestActivities:
    """The end of the activity list, each entry with its id; `earlier` asks for those before."""

    entries: tuple[tuple[int, EntryView], ...]
    earlier: int | None


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
class DocumentsPage:
    """A numbered page of the case documents, newest first, with the number of all and of pages."""

    documents: tuple[DocumentView, ...]
    total: int
    page: int
    pages: int


@frozen
class ReleaseView:
    """What a caseworker set for a recipient."""

    recipient: str
    create_messages: bool
    set_by: str
    set_at: datetime


@frozen
class Releases:
    """A page of the releases of a case, by recipient; `next` asks for the following one."""

    releases: tuple[ReleaseView, ...]
    next: str | None


@frozen
class RightView:
    """Whether a recipient may create messages in a case (REP-1), and the release that says so."""

    recipient: str
    create_messages: bool
    release: ReleaseView | None


@frozen
class CaseworkerView:
    """A caseworker, with their cloud role."""

    name: str
    role: str
    email: str


@frozen
class Caseworkers:
    """A page of the caseworkers, by name; `next` asks for the following one."""

    caseworkers: tuple[CaseworkerView, ...]
    next: str | None


def role_of_viewer(connection: sqlite3.Connection, name: str) -> CloudRole:
    """Give the role that a viewer holds (STA-7)."""
    caseworker = CASEWORKERS.load(connection, name)
    return CloudRole.NONE if caseworker is None else caseworker.role


def _case(connection: sqlite3.Connection, number: CaseNumber) -> Case:
    """Give a case; refuse where there is none."""
    case = CASES.load(connection, number)
    if case is None:
        raise Refused(Refusal.UNKNOWN_CASE)
    return case


def case_view(
    connection: sqlite3.Connection, number: CaseNumber, by: str, rules: Rules
) -> CaseView:
    """Give a case with its fields and what is under way (STA, DLV-4)."""
    case = _case(connection, number)
    (customer,) = connection.execute(
        "SELECT customer FROM cases WHERE number = ?", (number,)
    ).fetchone()
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
        under_way(connection, number),
        case.preset,
    )


def under_way(connection: sqlite3.Connection, number: CaseNumber) -> tuple[str, ...]:
    """Give the messages of a case that some recipient has yet to get, in order (DLV-4)."""
    waiting = connection.execute(
        "SELECT message FROM outbox WHERE number = ? AND message IS NOT NULL ORDER BY id", (number,)
    )
    return tuple(dict.fromkeys(message for (message,) in waiting))


def case_list(
    connection: sqlite3.Connection,
    by: str,
    rules: Rules,
    wanted: CaseFilter,
    *,
    after: int,
    limit: int,
) -> CaseList:
    """Give a page of the case list, in the order of creation (STA-8)."""
    role = role_of_viewer(connection, by)
    if wanted.status is not None and not fields_visible(role, rules):
        return CaseList((), None)
    where, values = _matching(wanted)
    found = connection.execute(
        f"SELECT id, number, customer FROM cases WHERE id > :after AND {where} "  # noqa: S608 - ours
        "ORDER BY id LIMIT :limit",
        values | {"after": after, "limit": limit + 1},
    ).fetchall()
    lines = (_listed(connection, number, customer, role, rules) for _, number, customer in found)
    return CaseList(
        tuple(islice(lines, limit)), found[limit - 1][0] if len(found) > limit else None
    )


#: The orders in which the case list can be looked through page by page.
CASE_ORDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "newest": "id DESC",
        "follow_up": "follow_up_on IS NULL, follow_up_on, id DESC",
        "subject": "folded(subject), id DESC",
    }
)


def case_list_page(
    connection: sqlite3.Connection,
    by: str,
    rules: Rules,
    wanted: CaseFilter,
    *,
    order: str,
    page: int,
    size: int,
) -> CaseListPage:
    """Give a numbered page of the case list; behind the last one is the last one."""
    role = role_of_viewer(connection, by)
    if wanted.status is not None and not fields_visible(role, rules):
        return CaseListPage((), 0, 1, 1)
    where, values = _matching(wanted)
    (total,) = connection.execute(
        f"SELECT count(*) FROM cases WHERE {where}",  # noqa: S608 - ours
        values,
    ).fetchone()
    pages, shown, skipped = _paged(total, page, size)
    found = connection.execute(
        f"SELECT number, customer FROM cases WHERE {where} ORDER BY {CASE_ORDERS[order]} "  # noqa: S608 - ours
        "LIMIT :size OFFSET :skipped",
        values | {"size": size, "skipped": skipped},
    ).fetchall()
    lines = tuple(_listed(connection, n, customer, role, rules) for n, customer in found)
    return CaseListPage(lines, total, shown, pages)


def _matching(wanted: CaseFilter) -> tuple[str, dict[str, object]]:
    """Give the condition that a case is wanted, and its values."""
    words = list(dict.fromkeys((wanted.search or "").casefold().split()))[:SEARCHED_WORDS_MAX]
    conditions = [
        "(:status IS NULL OR status = :status)",
        "(:due_on IS NULL OR follow_up_on <= :due_on)",
    ]
    text = "folded(subject || ' ' || number || ' ' || customer)"
    conditions += [f"instr({text}, :word{place})" for place in range(len(words))]
    values: dict[str, object] = {f"word{place}": word for place, word in enumerate(words)}
    values |= {"status": wanted.status, "due_on": to_day(wanted.due_on)}
    return " AND ".join(conditions), values


def _listed(
    connection: sqlite3.Connection,
    number: CaseNumber,
    customer: str,
    role: CloudRole,
    rules: Rules,
) -> ListedCase:
    case = CASES.load(connection, number)
    assert case is not None  # noqa: S101 - listed in the same snapshot
    status = listed_for(case, role, rules)
    return ListedCase(
        number,
        case.subject,
        customer,
        None if status is None else status.value,
        fields_for(case, role, rules).acknowledged_on,
        case.follow_up_on,
    )


def fields_visible(role: CloudRole, rules: Rules) -> bool:
    """Say whether a role sees the status fields (STA-7)."""
    return "see_status" in rules.rights[role]


def known_case(connection: sqlite3.Connection, number: CaseNumber) -> None:
    """Refuse where there is no such case."""
    if connection.execute("SELECT 1 FROM cases WHERE number = ?", (number,)).fetchone() is None:
        raise Refused(Refusal.UNKNOWN_CASE)


_ENTRY: Final = (
    "SELECT author, carried_by, at, stamp, message, text, recipients, expects, files, id "
    "FROM entries WHERE number = ?"
)


def activities(
    connection: sqlite3.Connection, number: CaseNumber, after: int, limit: int
) -> Activities:
    """Give a page of the activity list (LOG)."""
    known_case(connection, number)
    rows = connection.execute(
        f"{_ENTRY} AND id > ? ORDER BY id LIMIT ?", (number, after, limit + 1)
    ).fetchall()
    lines = tuple(map(_entry, rows[:limit]))
    return Activities(lines, rows[limit - 1][9] if len(rows) > limit else None)


def latest_activities(
    connection: sqlite3.Connection, number: CaseNumber, before: int, limit: int
) -> LatestActivities:
    """Give the latest entries of the activity list, or with `before` those before an entry."""
    known_case(connection, number)
    rows = connection.execute(
        f"{_ENTRY} AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?",
        (number, before, before, limit + 1),
    ).fetchall()
    lines = tuple((row[9], _entry(row)) for row in reversed(rows[:limit]))
    return LatestActivities(lines, rows[limit - 1][9] if len(rows) > limit else None)


def activity(connection: sqlite3.Connection, number: CaseNumber, entry: int) -> EntryView | None:
    """Give one entry of the activity list."""
    row = connection.execute(f"{_ENTRY} AND id = ?", (number, entry)).fetchone()
    return None if row is None else _entry(row)


def _entry(row: Row) -> EntryView:
    e = entry_of(row[:9])
    return EntryView(
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


_DOCUMENT: Final = (
    "SELECT id, name, size, message, filed_by, filed_at FROM documents WHERE number = ?"
)


def documents(
    connection: sqlite3.Connection, number: CaseNumber, after: int, limit: int
) -> Documents:
    """Give a page of the case documents."""
    known_case(connection, number)
    rows = connection.execute(
        f"{_DOCUMENT} AND id > ? ORDER BY id LIMIT ?", (number, after, limit + 1)
    ).fetchall()
    shown = tuple(map(_document, rows[:limit]))
    return Documents(shown, rows[limit - 1][0] if len(rows) > limit else None)


def documents_page(
    connection: sqlite3.Connection, number: CaseNumber, page: int, size: int
) -> DocumentsPage:
    """Give a numbered page of the case documents; behind the last one is the last one."""
    known_case(connection, number)
    (total,) = connection.execute(
        "SELECT count(*) FROM documents WHERE number = ?", (number,)
    ).fetchone()
    pages, shown, skipped = _paged(total, page, size)
    rows = connection.execute(
        f"{_DOCUMENT} ORDER BY id DESC LIMIT ? OFFSET ?", (number, size, skipped)
    )
    return DocumentsPage(tuple(map(_document, rows)), total, shown, pages)


def document_names(
    connection: sqlite3.Connection, number: CaseNumber, limit: int
) -> tuple[str, ...]:
    """Give the names of the case documents, those filed last first (SEND-9)."""
    rows = connection.execute(
        "SELECT name FROM documents WHERE number = ? GROUP BY name ORDER BY max(id) DESC LIMIT ?",
        (number, limit),
    )
    return tuple(name for (name,) in rows)


def _paged(total: int, page: int, size: int) -> tuple[int, int, int]:
    """Give how many pages there are, which of them is shown, and how many rows it skips."""
    pages = max(1, -(-total // size))
    shown = min(max(page, 1), pages)
    return pages, shown, (shown - 1) * size


def _document(row: Row) -> DocumentView:
    id_, name, size, message, by, at = row
    return DocumentView(id_, name, size, message, by, from_us(at))


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


def releases(
    connection: sqlite3.Connection, number: CaseNumber, after: str, limit: int
) -> Releases:
    """Give a page of the releases that were set in a case (RGT-2)."""
    known_case(connection, number)
    found = _releases(connection, number, after, limit + 1)
    return Releases(found[:limit], found[limit - 1].recipient if len(found) > limit else None)


def _releases(
    connection: sqlite3.Connection, number: CaseNumber, after: str = "", most: int = EVERY
) -> tuple[ReleaseView, ...]:
    rows = connection.execute(
        "SELECT recipient, create_messages, set_by, set_at FROM releases "
        "WHERE number = ? AND recipient > ? ORDER BY recipient LIMIT ?",
        (number, after, most),
    )
    return tuple(ReleaseView(r[0], bool(r[1]), r[2], from_us(r[3])) for r in rows)


def rights(
    connection: sqlite3.Connection, number: CaseNumber, rules: Rules
) -> tuple[RightView, ...]:
    """Give who of a case may create messages: all who got one, or have a release (RGT-2)."""
    case = _case(connection, number)
    set_ = {each.recipient: each for each in _releases(connection, number)}
    addresses = sorted({*case.channels, *case.preset, *set_})
    return tuple(
        RightView(
            address,
            rules.may_write[release.create_messages if release is not None else None],
            release,
        )
        for address in addresses
        for release in (set_.get(address),)
    )


def preset(connection: sqlite3.Connection, number: CaseNumber) -> tuple[str, ...]:
    """Give the recipients that are preset for the next message (SEND-6)."""
    return _case(connection, number).preset


def preset_or_none(connection: sqlite3.Connection, number: CaseNumber) -> tuple[str, ...]:
    """Give the preset recipients; a case that does not exist yet has none."""
    case = CASES.load(connection, number)
    return () if case is None else case.preset


def draft(connection: sqlite3.Connection, by: str, number: CaseNumber) -> Draft:
    """Give what a caseworker has typed in a case and not saved; an empty one if nothing."""
    kept = DRAFTS.load(connection, (by, number))
    return Draft() if kept is None else kept[1]


def text_blocks(connection: sqlite3.Connection) -> Iterator[TextBlock]:
    """Give all text blocks, by catalogue and name (SEND-11)."""
    rows = connection.execute(
        "SELECT name, catalogue, text FROM text_blocks ORDER BY catalogue, name"
    )
    return (TextBlock(*row) for row in rows)


def next_number(connection: sqlite3.Connection) -> int:
    """Give the number that the next case gets where none is asked for."""
    (number,) = connection.execute(NEXT_NUMBER).fetchone()
    return int(number)


def caseworkers(
    connection: sqlite3.Connection, after: str = "", most: int = EVERY
) -> tuple[CaseworkerView, ...]:
    """Give caseworkers with their cloud roles, by name (RGT-3)."""
    rows = connection.execute(
        "SELECT name, role, email FROM caseworkers WHERE name > ? ORDER BY name LIMIT ?",
        (after, most),
    )
    return tuple(CaseworkerView(*row) for row in rows)


def caseworkers_page(connection: sqlite3.Connection, after: str, limit: int) -> Caseworkers:
    """Give a page of the caseworkers."""
    found = caseworkers(connection, after, limit + 1)
    return Caseworkers(found[:limit], found[limit - 1].name if len(found) > limit else None)
