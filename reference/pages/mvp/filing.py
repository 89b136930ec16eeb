"""What belongs to a case besides its messages: documents, addresses, releases."""

import sqlite3
from typing import Final

from aiohttp import web
from attrs import define
from multidict import MultiDict

from reference.domain.acts import AddDocument
from reference.domain.refusals import Refusal
from reference.domain.words import CaseNumber, Right
from reference.http.operations import Operation
from reference.http.problems import Problem, Refused
from reference.http.uploads import (
    BESIDES_BYTES_MAX,
    Uploads,
    check_length,
    read_form,
    with_fingerprint,
)
from reference.mvp import acts, looks
from reference.mvp.api import MvpApi
from reference.mvp.api import Right as Given
from reference.pages.making import Pages
from reference.pages.mvp.cases import DOCUMENTS_A_PAGE
from reference.pages.mvp.places import CASES, case_at, document_at, pages_at
from reference.pages.mvp.typed import malformed, whole
from reference.pages.visit import KEY, TOKEN, Visit
from reference.store.mvp_tables import addresses_of
from reference.store.side import Side
from reference.store.unit import Unit

Addresses = tuple[tuple[str, ...], tuple[str, ...]]  # of a case, and of its customer
#: At which field it stands that documents are too many.
TOO_MUCH: Final[dict[Refusal | Problem, str]] = {
    Problem.TOO_LONG: "file",
    Problem.TOO_MANY_UPLOADS: "file",
}
#: How many documents can be filed at once.
FILES_MAX: Final = 50


@define(eq=False)
class FilingPages:
    """The pages of documents, addresses and releases of a case."""

    pages: Pages
    side: Side
    api: MvpApi
    uploads: Uploads
    bytes_max: int

    async def show_documents(self, visit: Visit) -> web.Response:
        """Show the documents of a case."""
        return await self._documents(visit)

    async def _documents(self, visit: Visit, status: int = 200) -> web.Response:
        page = whole(visit.request.query.get("page", ""))
        found = await self.side.reader.look(
            lambda raw: looks.documents_page(raw, visit.case, page, DOCUMENTS_A_PAGE)
        )
        at = case_at(visit.case)
        return visit.page(
            "mvp/documents.html",
            status,
            number=visit.case,
            at=at,
            found=found,
            document_at=document_at,
            bytes_max=self.bytes_max,
            files_max=FILES_MAX,
            page_at=pages_at(f"{at}/documents"),
        )

    async def file_documents(self, visit: Visit) -> web.StreamResponse:
        """File the documents that a form brings, all or none."""
        number = visit.case
        try:
            check_length(visit.request, self.bytes_max + BESIDES_BYTES_MAX)
            await self.side.reader.look(lambda raw: looks.known_case(raw, number))
            await self._file(visit, number)
        except Refused as refused:
            if refused.why is Refusal.UNKNOWN_CASE:
                raise
            response = await self._documents(visit, visit.refused(refused, TOO_MUCH))
            if not visit.request.content.is_eof():
                response.force_close()
            return response
        if visit.errors:
            return await self._documents(visit, 422)
        return visit.go(f"{case_at(number)}/documents", "mvp.documents.filed")

    async def _file(self, visit: Visit, number: CaseNumber) -> None:
        def too_many(files: int, size: int) -> Problem | None:
            return Problem.TOO_LONG if files > FILES_MAX or size > self.bytes_max else None

        async with self.side.files.arriving() as arrival:
            async with self.uploads.coming(visit.known):
                names = frozenset({TOKEN, KEY})
                form = await read_form(visit.request, arrival, names, too_many)
            visit.typed = MultiDict(form.fields)
            if not form.files:
                visit.errors["file"] = visit.text("mvp.documents.no_file")
                return
            await self.side.files.place(arrival)

            def work(unit: Unit) -> None:
                for file in form.files:
                    act = AddDocument(visit.user, file.name, file.size)
                    acts.file_document(unit, number, act, file.sha256, unit.moment, self.side.rules)

            call = with_fingerprint(visit.keyed(), form.files)
            visit.happened(await call.act(self.side, work))

    async def show_case_addresses(self, visit: Visit) -> web.Response:
        """Show the addresses that belong to a case, and to its customer."""
        return await self._addresses(visit)

    async def _addresses(self, visit: Visit, status: int = 200) -> web.Response:
        def look(
            connection: sqlite3.Connection,
        ) -> tuple[looks.CaseView, tuple[tuple[str, ...], ...]]:
            case = looks.case_view(connection, visit.case, visit.user, self.side.rules)
            return case, addresses_of(connection, case.case, case.customer)

        case, (of_case, of_customer) = await self.side.reader.look(look)
        return visit.page(
            "mvp/case_addresses.html",
            status,
            case=case,
            at=case_at(case.case),
            of_case="\n".join(of_case),
            of_customer="\n".join(of_customer),
        )

    async def set_case_addresses(self, visit: Visit) -> web.Response:
        """Say which addresses belong to a case, and to its customer."""
        number, rules = visit.case, self.side.rules
        visit.check()
        typed = {name: _lines_of(visit, name) for name in ("of_case", "of_customer")}
        for name, addresses in typed.items():
            if wrong := malformed(visit, addresses):
                visit.errors[name] = wrong
        if visit.errors:
            return await self._addresses(visit, 422)
        case = await self.side.reader.look(
            lambda raw: looks.case_view(raw, number, visit.user, rules)
        )

        def work(unit: Unit) -> None:
            acts.set_case_addresses(unit, number, typed["of_case"], rules)
            if case.customer:
                acts.set_customer_addresses(unit, case.customer, typed["of_customer"], rules)

        await visit.act(lambda call: call.act(self.side, work))
        return visit.go(f"{case_at(number)}/addresses", "mvp.case_addresses.saved")

    async def show_releases(self, visit: Visit) -> web.Response:
        """Show who may create messages in a case."""
        return await self._releases(visit)

    async def _releases(self, visit: Visit, status: int = 200) -> web.Response:
        rules = self.side.rules
        rights, role = await self.side.reader.look(
            lambda raw: (
                looks.rights(raw, visit.case, rules),
                looks.role_of_viewer(raw, visit.user),
            )
        )
        return visit.page(
            "mvp/releases.html",
            status,
            number=visit.case,
            at=case_at(visit.case),
            rights=rights,
            may_set=Right.SET_RELEASE in rules.rights[role],
        )

    async def set_release(self, visit: Visit) -> web.Response:
        """Give a recipient the right to create messages, or withhold it."""
        address = self.side.rules.normal_address(visit.typed.get("recipient", ""))
        gives = visit.typed.get("create_messages") == "yes"
        try:
            await visit.act(
                self.api.set_release, Given(gives), case=visit.path["case"], recipient=address
            )
        except Refused as refused:
            status = visit.refused(refused, {Refusal.MALFORMED_ADDRESS: "recipient"})
            return await self._releases(visit, status)
        notice = "mvp.releases.given" if gives else "mvp.releases.withheld"
        return visit.go(f"{case_at(visit.case)}/releases", notice, recipient=address)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, case = self.pages, f"{CASES}/{{case}}"
        return (
            pages.shows(f"{case}/documents", self.show_documents),
            pages.does(f"{case}/documents", self.file_documents, reads=False),
            pages.shows(f"{case}/addresses", self.show_case_addresses),
            pages.does(f"{case}/addresses", self.set_case_addresses),
            pages.shows(f"{case}/releases", self.show_releases),
            pages.does(f"{case}/releases", self.set_release),
        )


def _lines_of(visit: Visit, name: str) -> tuple[str, ...]:
    """Give the lines that were typed in a field."""
    lines = (line.strip() for line in visit.typed.get(name, "").splitlines())
    return tuple(line for line in lines if line)
