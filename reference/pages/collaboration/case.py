"""The page of a case, its files, and writing into it."""

import sqlite3
from functools import partial
from typing import Final

from aiohttp import web
from attrs import define
from multidict import MultiDict

from reference.collaboration import looks
from reference.collaboration.messages_api import MessagesApi, NewReply, Place
from reference.domain.refusals import Refusal
from reference.http.operations import FORM_TYPE, Call, Operation, media_type
from reference.http.problems import Problem, Refused
from reference.http.uploads import Form, check_length, let_pass, with_fingerprint
from reference.pages.collaboration.paths import (
    case_path,
    file_path,
    message_mark,
    message_path,
    reply_path,
)
from reference.pages.making import Pages
from reference.pages.visit import KEY, TOKEN, Visit, lines

#: The longest body that is let pass in order to say that it was too long, in bytes.
LET_PASS_MAX: Final = 2**30
#: How many messages the page of a case shows at once, and how many documents.
MESSAGES: Final = 10
DOCUMENTS: Final = 50
#: How many characters of a text it shows: of the newest, of an earlier one; the rest has a page.
NEWEST_SHOWN: Final = 5000
EARLIER_SHOWN: Final = 1000
#: How many characters such a page has.
PART: Final = 12_000
_FIELDS: Final = frozenset({TOKEN, KEY, "text", "answers"})
_AT_FIELD: Final[dict[Refusal | Problem, str]] = {
    Refusal.BLANK_REPLY: "text",
    Refusal.TOO_MANY_FILES: "file",
    Refusal.TOO_LARGE: "file",
}


@define(eq=False)
class CasePages:
    """The pages of cases."""

    pages: Pages
    api: MessagesApi

    async def show_case(self, visit: Visit) -> web.Response:
        """Show the page of a case."""
        case, unread = await self._look(visit)
        newest_first = case.messages[::-1]
        place = _place_of(visit.request.query.get("at"), newest_first) or visit.place
        begin, end = (place - 1) * MESSAGES, place * MESSAGES
        return self._page(
            visit,
            "collaboration/case.html",
            200,
            case,
            unread,
            shown=newest_first[begin:end],
            more=len(newest_first) > end,
            place=place,
            newest_shown=NEWEST_SHOWN,
            earlier_shown=EARLIER_SHOWN,
            now=self.api.side.now(),
        )

    async def show_message(self, visit: Visit) -> web.Response:
        """Show the whole text of a message, a part at a time."""
        case, unread = await self._look(visit)
        message = next(
            (each for each in case.messages if each.message == visit.known.path["message"]), None
        )
        if message is None:
            raise Refused(Refusal.UNKNOWN_MESSAGE)
        begin, end = (visit.place - 1) * PART, visit.place * PART
        return self._page(
            visit,
            "collaboration/message.html",
            200,
            case,
            unread,
            message=message,
            text=message.text[begin:end],
            more=len(message.text) > end,
            place=visit.place,
        )

    async def show_reply(self, visit: Visit) -> web.Response:
        """Show the page to answer a message, or to write a new one."""
        return await self._reply(visit, visit.request.query.get("answers") or None)

    async def reply(self, visit: Visit) -> web.Response:
        """Answer a message, or write a new one, with files."""
        request, typed = visit.request, dict[str, str]()
        try:
            await self._write(visit, typed)
        except Refused as refused:
            if (request.content_length or 0) <= LET_PASS_MAX:
                await let_pass(request, self.api.uploads.time_max.total_seconds())
            visit.typed = MultiDict((name, lines(text)) for name, text in typed.items())
            status = visit.refused(refused, _AT_FIELD)
            return await self._reply(visit, typed.get("answers") or None, status)
        return visit.go(case_path(self.pages.site.base, visit.known.case), "reply.done")

    async def _write(self, visit: Visit, typed: dict[str, str]) -> None:
        request = visit.request
        if media_type(request) != FORM_TYPE:
            raise Refused(Problem.MEDIA_TYPE)
        check_length(request, LET_PASS_MAX, Refusal.TOO_LARGE)

        def new_of(form: Form) -> tuple[Call, NewReply]:
            visit.typed = MultiDict(form.fields)
            new = NewReply(lines(typed.get("text", "")), typed.get("answers") or None)
            return with_fingerprint(visit.keyed(), (new, form.files)), new

        visit.happened(await self.api.write_form(visit.known, _FIELDS, new_of, typed))

    async def _reply(self, visit: Visit, answers: str | None, status: int = 200) -> web.Response:
        case, unread = await self._look(visit)
        answered = next((each for each in case.messages if each.message == answers), None)
        if answers is not None and (answered is None or answered.author is not None):
            raise Refused(Refusal.UNKNOWN_MESSAGE)
        rules = self.api.side.rules
        return self._page(
            visit,
            "collaboration/reply.html",
            status,
            case,
            unread,
            answered=answered,
            files_max=rules.files_max,
            bytes_max=rules.bytes_max,
            too_many=Refusal.TOO_MANY_FILES,
            too_large=Refusal.TOO_LARGE,
        )

    async def _look(self, visit: Visit) -> tuple[looks.PortalCase, int]:
        number, rules = visit.known.case, self.api.side.rules

        def look(connection: sqlite3.Connection) -> tuple[looks.PortalCase, int]:
            case = looks.portal_case(connection, number, visit.user, rules)
            return case, looks.unread_count(connection, visit.user)

        return await self.api.side.reader.look(look)

    def _page(
        self,
        visit: Visit,
        template: str,
        status: int,
        case: looks.PortalCase,
        unread: int,
        **values: object,
    ) -> web.Response:
        base = self.pages.site.base

        def file_at(message: str, name: str, place: int) -> str:
            return file_path(base, case.case, message, name, place)

        def reply_to(message: str | None) -> str:
            return reply_path(base, case.case, message)

        received = [each for each in case.messages if each.author is None]
        found = {
            file.name: file_at(each.message, file.name, place)
            for each in received
            for place, file in enumerate(each.files, start=1)
        }
        return visit.page(
            template,
            status,
            case=case,
            asked=received[-1].message if received else None,
            documents=[(name, found.get(name)) for name in case.documents[:DOCUMENTS]],
            documents_more=len(case.documents[DOCUMENTS:]),
            unread=unread,
            case_at=case_path(base, case.case),
            file_at=file_at,
            reply_to=reply_to,
            mark=message_mark,
            message_at=partial(message_path, base, case.case),
            **values,
        )

    async def download(self, visit: Visit) -> web.StreamResponse:
        """Download a file of a message."""
        return await self.api.download_file(visit.known)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, case = self.pages, f"{self.pages.site.base}/cases/{{case}}"
        return (
            pages.shows(case, self.show_case),
            pages.shows(f"{case}/messages/{{message}}", self.show_message),
            pages.shows(f"{case}/reply", self.show_reply),
            pages.does(f"{case}/reply", self.reply, reads=False),
            pages.shows(f"{case}/messages/{{message}}/files/{{name}}", self.download, query=Place),
        )


def _place_of(message: str | None, newest_first: tuple[looks.MessageView, ...]) -> int | None:
    """Give which page of a case shows a message."""
    for index, each in enumerate(newest_first):
        if each.message == message:
            return index // MESSAGES + 1
    return None
