"""The start page with its widget, and the inbox: each way of opening can be clicked (INB-2)."""

import sqlite3

from aiohttp import web
from attrs import define

from reference.collaboration import looks
from reference.collaboration.api import CollaborationApi
from reference.http.operations import Operation, Page
from reference.pages.making import Pages
from reference.pages.visit import Visit

#: How many messages a page of the inbox has, newest first.
PAGE: Page = Page(limit=50)


@define(eq=False)
class InboxPages:
    """The pages of the inbox."""

    pages: Pages
    api: CollaborationApi

    async def show_start(self, visit: Visit) -> web.Response:
        """Show the start page."""
        side = self.api.side

        def look(connection: sqlite3.Connection) -> tuple[looks.Widget, looks.ReleasedCases]:
            return (
                looks.widget(connection, visit.user, side.rules),
                looks.released_cases(connection, visit.user),
            )

        widget, cases = await side.reader.look(look)
        return visit.page(
            "collaboration/start.html", widget=widget, unread=widget.unread, cases=cases.cases
        )

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, base = self.pages, self.pages.site.base
        return (pages.shows(f"{base}/", self.show_start),)
