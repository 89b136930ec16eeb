"""The API of the case documents: filed by upload, listed, downloaded."""

import sqlite3

from aiohttp import web
from attrs import define, frozen

from reference.domain.acts import AddDocument
from reference.domain.refusals import Refusal
from reference.http.downloads import download
from reference.http.file_names import safe_name
from reference.http.operations import BYTES_TYPE, Answer, Call, Operation, Page, Who, shown
from reference.http.problems import Fault, Problem, Refused
from reference.http.uploads import Uploads, check_length, chunks_of, with_fingerprint
from reference.mvp import acts, looks
from reference.mvp.api import BASE
from reference.store.shapes import Cursor
from reference.store.side import Side
from reference.store.unit import Unit


@frozen
class Filed:
    """A document that was filed, with its size in bytes."""

    document: str
    size: int


@frozen
class Version:
    """Which of the documents of a name: the `id` of one, or 0 for the newest."""

    id: Cursor = 0


@define(eq=False)
class DocumentsApi:
    """The handlers of the case documents; `bytes_max` is how long one may be."""

    side: Side
    uploads: Uploads
    bytes_max: int

    async def file_document(self, call: Call) -> Answer:
        """File the body of the request under a case; the same name again replaces it."""
        name = call.path["name"]
        if safe_name(name) != name:
            wanted = Fault("path.name", f"a name such as {safe_name(name)!r} is wanted")
            raise Refused(Problem.INVALID, wanted)
        check_length(call.request, self.bytes_max)
        if call.key is None:  # else the act knows whether it was done before
            await self.side.reader.look(lambda raw: looks.known_case(raw, call.case))
        async with self.side.files.arriving() as arrival:
            async with self.uploads.coming(call):
                blob = await arrival.add(chunks_of(call.request))
            await self.side.files.place(arrival)
            act = AddDocument(call.actor, name, blob.size)

            def work(unit: Unit) -> Filed:
                now, rules = unit.moment, self.side.rules
                acts.file_document(unit, call.case, act, blob.sha256, now, rules)
                return Filed(name, blob.size)

            whole = with_fingerprint(call, blob.sha256)
            return await whole.act(self.side, work, status=201)

    async def list_documents(self, call: Call) -> Answer:
        """List the documents of a case, oldest first."""
        page: Page = call.query
        return await shown(
            self.side, lambda raw: looks.documents(raw, call.case, page.after, page.limit)
        )

    async def download_document(self, call: Call) -> web.StreamResponse:
        """Download a document of a case."""
        name, version = call.path["name"], call.query.id

        def look(connection: sqlite3.Connection) -> str | None:
            return looks.document_content(connection, call.case, name, version)

        return await download(self.side.files, await self.side.reader.look(look), name)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of the case documents."""
        who, documents = Who.CASEWORKER, f"{BASE}/cases/{{case}}/documents"
        return (
            Operation(
                "GET",
                documents,
                who,
                "List documents",
                self.list_documents,
                query=Page,
                answer=looks.Documents,
                refusals=(Refusal.UNKNOWN_CASE,),
            ),
            Operation(
                "PUT",
                f"{documents}/{{name}}",
                who,
                "File a document",
                self.file_document,
                answer=Filed,
                status=201,
                act=True,
                upload=True,
                refusals=(
                    Refusal.UNKNOWN_CASE,
                    Problem.INVALID,
                    Problem.TOO_LONG,
                    Problem.TOO_MANY_UPLOADS,
                ),
            ),
            Operation(
                "GET",
                f"{documents}/{{name}}",
                who,
                "Download a document",
                self.download_document,
                query=Version,
                gives=BYTES_TYPE,
                refusals=(Refusal.UNKNOWN_CASE, Problem.NOT_FOUND),
            ),
        )
