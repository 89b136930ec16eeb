"""The case list, a case with all that belongs to it, and the change of its data."""

import sqlite3
from typing import Final

from aiohttp import web
from attrs import define, frozen
from markupsafe import escape

from reference.domain.acts import EditCase
from reference.domain.rules import Rules
from reference.domain.sending import TextBlock, offered_text_blocks
from reference.domain.words import CloudRole, CloudStatus, Right
from reference.http.operations import Operation
from reference.http.problems import Problem, Refused
from reference.mvp import acts, looks
from reference.pages.making import Pages
from reference.pages.mvp.places import BASE, CASES, case_at, document_at, pages_at
from reference.pages.mvp.typed import day_of, whole
from reference.pages.visit import Visit
from reference.store.codec import dumps
from reference.store.mvp_tables import Draft
from reference.store.shapes import SUBJECT
from reference.store.side import Side
from reference.store.unit import Unit

CASES_A_PAGE: Final = 50
ENTRIES_A_PAGE: Final = 20
DOCUMENTS_A_PAGE: Final = 50
DOCUMENTS_SHOWN: Final = 10
#: How long the texts of entries may be together on a page, in bytes of HTML, and one in characters.
TEXTS_BYTES_MAX: Final = 30_000
TEXT_SHOWN: Final = 2_000
TEXT_A_PAGE: Final = 12_000
BLOCKS_MAX: Final = 300
#: What the list of statuses calls those that a case can have.
STATUSES: Final = {"none": CloudStatus.NONE} | {
    status.value: status for status in CloudStatus if status.value
}


@frozen
class CaseShown:
    """A case with all that its page shows."""

    view: looks.CaseView
    role: CloudRole
    draft: Draft
    latest: looks.LatestActivities
    documents: looks.DocumentsPage
    blocks: tuple[TextBlock, ...]
    filtered: bool
    rights: int


@define(eq=False)
class CasesPages:
    """The pages of cases."""

    pages: Pages
    side: Side

    async def show_home(self, visit: Visit) -> web.Response:
        """Go to the case list."""
        return visit.go(CASES)

    async def show_cases(self, visit: Visit) -> web.Response:
        """Show the case list."""
        query = visit.request.query
        asked = {name: query.get(name, "")[:200] for name in ("search", "status", "due", "order")}
        if asked["order"] not in looks.CASE_ORDERS:
            asked["order"] = ""
        today = self.side.rules.day_of(self.side.now(), self.side.rules.zone)
        wanted = looks.CaseFilter(
            STATUSES.get(asked["status"]), asked["search"], today if asked["due"] else None
        )

        def look(connection: sqlite3.Connection) -> tuple[looks.CaseListPage, CloudRole]:
            found = looks.case_list_page(
                connection,
                visit.user,
                self.side.rules,
                wanted,
                order=asked["order"] or "newest",
                page=whole(query.get("page", "")),
                size=CASES_A_PAGE,
            )
            return found, looks.role_of_viewer(connection, visit.user)

        found, role = await self.side.reader.look(look)
        return visit.page(
            "mvp/cases.html",
            found=found,
            asked=asked,
            statuses=tuple(STATUSES),
            sees_status=looks.fields_visible(role, self.side.rules),
            role=role,
            today=today,
            case_at=case_at,
            page_at=pages_at(CASES, **asked),
        )

    async def show_case(self, visit: Visit) -> web.Response:
        """Show a case."""
        return await self.case_page(visit)

    async def case_page(
        self, visit: Visit, draft: Draft | None = None, status: int = 200
    ) -> web.Response:
        """Give the page of a case, with what was typed just now in place of the draft."""
        query = visit.request.query
        number, before = visit.case, whole(query.get("before", ""))
        filtered = query.get("blocks") != "all"

        def look(connection: sqlite3.Connection) -> CaseShown:
            rules = self.side.rules
            return CaseShown(
                looks.case_view(connection, number, visit.user, rules),
                looks.role_of_viewer(connection, visit.user),
                looks.draft(connection, visit.user, number),
                looks.latest_activities(connection, number, before, ENTRIES_A_PAGE),
                looks.documents_page(connection, number, 1, DOCUMENTS_SHOWN),
                blocks_offered(connection, rules, filtered=filtered),
                filtered,
                len(looks.rights(connection, number, rules)),
            )

        shown = await self.side.reader.look(look)
        entries, earlier = _fitting(shown.latest)
        return visit.page(
            "mvp/case.html",
            status,
            case=shown.view,
            at=case_at(number),
            role=shown.role,
            may_send=Right.SEND in self.side.rules.rights[shown.role],
            draft=draft or shown.draft,
            is_draft=shown.draft != Draft(),
            entries=entries,
            earlier=earlier,
            before=before,
            documents=shown.documents,
            under_way=shown.view.under_way,
            document_at=document_at,
            blocks=[(block_value(each), each) for each in shown.blocks],
            filtered=shown.filtered,
            catalogue=self.side.rules.text_block_catalogue,
            rights=shown.rights,
            text_shown=TEXT_SHOWN,
        )

    async def show_entry(self, visit: Visit) -> web.Response:
        """Show an entry of the activity list with its whole text, in parts if it is long."""
        number, wanted = visit.case, whole(visit.path["entry"])
        entry = await self.side.reader.look(
            lambda connection: looks.activity(connection, number, wanted)
        )
        if entry is None:
            raise Refused(Problem.NOT_FOUND)
        parts = -(-len(entry.text) // TEXT_A_PAGE)
        part = min(whole(visit.request.query.get("page", ""), 1), parts)
        return visit.page(
            "mvp/entry.html",
            number=number,
            at=case_at(number),
            entry=entry,
            under_way=(),
            text=entry.text[(part - 1) * TEXT_A_PAGE : part * TEXT_A_PAGE],
            part=part,
            parts_total=parts,
            part_at=pages_at(f"{case_at(number)}/entries/{wanted}"),
        )

    async def show_edit(self, visit: Visit) -> web.Response:
        """Show the form for the data of a case."""
        return await self._edit(visit)

    async def _edit(self, visit: Visit, status: int = 200) -> web.Response:
        case = await self.side.reader.look(
            lambda connection: looks.case_view(connection, visit.case, visit.user, self.side.rules)
        )
        return visit.page("mvp/edit.html", status, case=case, at=case_at(case.case))

    async def edit_case(self, visit: Visit) -> web.Response:
        """Change the data of a case; what was not changed here stays as others changed it."""
        typed, number = visit.typed, visit.case
        subject, day = typed.get("subject", "").strip(), typed.get("follow_up_on", "").strip()
        follow_up_on = day_of(day)
        kept = subject == typed.get("subject_was", "").strip()
        if not kept and not SUBJECT.fits(subject):
            visit.errors["subject"] = visit.text("mvp.wrong_subject")
        if day and follow_up_on is None:
            visit.errors["follow_up_on"] = visit.text("mvp.wrong_day")
        if visit.errors:
            return await self._edit(visit, 422)

        def work(unit: Unit) -> None:
            case = acts.known_case(unit, number)
            new_subject = case.subject if kept else subject
            same_day = day == typed.get("follow_up_was")
            new_day = case.follow_up_on if same_day else follow_up_on
            act = EditCase(visit.user, new_subject, new_day)
            if (new_subject, new_day) != (case.subject, case.follow_up_on):
                acts.change(unit, number, act, unit.moment, self.side.rules)

        await visit.act(lambda call: call.act(self.side, work))
        return visit.go(case_at(number), "mvp.case.edited")

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, case = self.pages, f"{CASES}/{{case}}"
        return (
            pages.shows(BASE, self.show_home),
            pages.shows(f"{BASE}/", self.show_home),
            pages.shows(CASES, self.show_cases),
            pages.shows(case, self.show_case),
            pages.shows(f"{case}/entries/{{entry}}", self.show_entry),
            pages.shows(f"{case}/edit", self.show_edit),
            pages.does(f"{case}/edit", self.edit_case),
        )


def blocks_offered(
    connection: sqlite3.Connection, rules: Rules, *, filtered: bool
) -> tuple[TextBlock, ...]:
    """Give the text blocks on offer, filtered to the catalogue for messages or not (SEND-11)."""
    return offered_text_blocks(looks.text_blocks(connection), rules, filtered=filtered)[:BLOCKS_MAX]


def block_value(block: TextBlock) -> str:
    """Give what tells a text block from the others in a form."""
    return dumps([block.catalogue, block.name])


def _fitting(
    latest: looks.LatestActivities,
) -> tuple[tuple[tuple[int, looks.EntryView], ...], int | None]:
    """Give the latest entries that a page has room for, and before which there are more."""
    entries, room = latest.entries, TEXTS_BYTES_MAX
    for place, (_, entry) in reversed(tuple(enumerate(entries))):
        shown = (entry.text[:TEXT_SHOWN], *entry.to[:10], *entry.files[:20])
        room -= sum(len(escape(each).encode()) for each in shown)
        if room < 0 and place < len(entries) - 1:
            return entries[place + 1 :], entries[place + 1][0]
    return entries, latest.earlier
