"""The entrance of a demonstration: who there is, with a log-in by one click, and all mails."""

import re
import sqlite3
from typing import Final

from aiohttp import web
from attrs import define, frozen

from reference.http.access import Access, LoggedIn
from reference.http.operations import Operation, Who
from reference.http.problems import Problem, Refused
from reference.mail.api import MailView, newest_mails
from reference.pages.making import Pages
from reference.pages.site import Site
from reference.pages.visit import Visit
from reference.store.side import Side
from reference.store.unit import Unit

_MAILS: Final = 50
_LINK: Final = re.compile(r"(https?://\S+)")


@frozen(eq=False)
class Somebody:
    """A person of the demonstration, who works with a site, and what is to be said of them."""

    user: str
    site: Site
    access: Access
    about: str


@define(eq=False)
class DemoPages:
    """The pages of a demonstration; only who sits at the machine gets them."""

    site: Site
    doors: tuple[tuple[str, str], ...]
    people: tuple[Somebody, ...]
    password: str
    mails: Side
    public_url: str

    async def show_demo(self, visit: Visit) -> web.Response:
        """Show the way through the demonstration."""
        return visit.page("demo.html", doors=self.doors, people=self.people, password=self.password)

    async def log_in_somebody(self, visit: Visit) -> web.Response:
        """Log somebody in without the password."""
        visit.check()
        user = visit.typed.get("user")
        somebody = next((each for each in self.people if each.user == user), None)
        if somebody is None:
            raise Refused(Problem.NOT_FOUND)
        access = somebody.access

        def work(unit: Unit) -> LoggedIn:
            return access.begin(unit, somebody.user)

        session = await access.side.writer.do(work)
        return visit.go(somebody.site.home, headers=access.kept_in_cookie(session))

    async def show_mails(self, visit: Visit) -> web.Response:
        """Show the mails that were written, newest first."""

        def look(connection: sqlite3.Connection) -> tuple[MailView, ...]:
            return newest_mails(connection, _MAILS, self.public_url)

        mails = await self.mails.reader.look(look)
        return visit.page("mails.html", mails=mails, parts=_LINK.split)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, here = Pages(self.site), Who.HERE
        return (
            pages.shows("/", self.show_demo, who=here),
            pages.does("/demo", self.log_in_somebody, who=here),
            pages.shows("/demo/mails", self.show_mails, who=here),
        )
