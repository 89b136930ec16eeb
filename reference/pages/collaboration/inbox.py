"""The start page with its widget, and the inbox: each way of opening can be clicked (INB-2)."""

import sqlite3
from typing import Final

from aiohttp import web
from attrs import define

from reference.collaboration import looks
from reference.collaboration.api import CollaborationApi, Opening
from reference.domain.words import Via
from reference.http.operations import Operation
from reference.pages.collaboration.paths import case_path, message_in_case, reply_path
from reference.pages.making import Pages
from reference.pages.visit import Visit

#: How many messages a page of the inbox has, and how many cases that of the start.
LINES: Final = 25
_UNREAD: Final = "unread"


@define(eq=False)
class InboxPages:
    """The pages of the inbox."""

    pages: Pages
    api: CollaborationApi

    async def show_home(self, visit: Visit) -> web.Response:
        """Go to the start page."""
        return visit.go(self.pages.site.home)

    async def show_start(self, visit: Visit) -> web.Response:
        """Show the start page."""
        rules, to = self.api.side.rules, visit.place * LINES

        def look(connection: sqlite3.Connection) -> tuple[looks.Widget, looks.ReleasedCases]:
            user = visit.user
            cases = looks.released_cases(connection, user, None, to)
            return looks.widget(connection, user, rules), cases

        widget, cases = await self.api.side.reader.look(look)
        return visit.page(
            "collaboration/start.html",
            lines=widget.newest,
            unread=widget.unread,
            cases=cases.cases[to - LINES :],
            more=cases.next is not None,
            place=visit.place,
            case_path=case_path,
            now=self.api.side.now(),
        )

    async def show_inbox(self, visit: Visit) -> web.Response:
        """Show the inbox, newest first."""
        place, only = visit.place, visit.request.query.get("show") == _UNREAD

        def look(connection: sqlite3.Connection) -> tuple[tuple[looks.InboxLine, ...], int]:
            lines = looks.newest_lines(
                connection,
                visit.user,
                self.api.side.rules,
                LINES + 1,
                skip=(place - 1) * LINES,
                unread=only,
            )
            return lines, looks.unread_count(connection, visit.user)

        lines, unread = await self.api.side.reader.look(look)
        return visit.page(
            "collaboration/inbox.html",
            lines=lines[:LINES],
            more=len(lines) > LINES,
            place=place,
            only=only,
            unread=unread,
            now=self.api.side.now(),
        )

    async def open_entry(self, visit: Visit) -> web.Response:
        """Open what was clicked at an entry of the inbox, or mark it read."""
        case, message = visit.typed.get("case", ""), visit.typed.get("message", "")
        via = visit.typed.get("via", "")
        if via == "mark_read":
            return await self._mark_read(visit, message)
        await visit.ask(self.api.open_case, Opening(via, message or None), case=case)
        base = self.pages.site.base
        match via:
            case Via.REPLY:
                return visit.go(reply_path(base, case, message))
            case Via.MESSAGE | Via.ATTACHMENTS:
                return visit.go(message_in_case(base, case, message))
            case _:
                return visit.go(case_path(base, case))

    async def _mark_read(self, visit: Visit, message: str) -> web.Response:
        await visit.ask(self.api.mark_read, message=message)
        return visit.go(visit.back(f"{self.pages.site.base}/inbox"), "inbox.marked")

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, base = self.pages, self.pages.site.base
        return (
            pages.shows(base, self.show_home),
            pages.shows(f"{base}/", self.show_start),
            pages.shows(f"{base}/inbox", self.show_inbox),
            pages.does(f"{base}/inbox", self.open_entry),
        )
