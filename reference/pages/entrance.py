"""The first page of a server, and the choice of the language."""

from aiohttp import web
from attrs import define

from reference.http.operations import Operation, Who
from reference.pages.making import Pages
from reference.pages.site import Site
from reference.pages.visit import Visit


@define(eq=False)
class Entrance:
    """The way to the programs that are served: their names, and where they begin.

    It is the `first` page unless there is another one.
    """

    site: Site
    doors: tuple[tuple[str, str], ...]
    first: bool = True

    async def show_entrance(self, visit: Visit) -> web.Response:
        """Show the way to the programs."""
        return visit.page("entrance.html", doors=self.doors)

    async def choose_language(self, visit: Visit) -> web.Response:
        """Choose the language of the pages."""
        visit.check()
        visit.choose(visit.typed.get("language", ""))
        return visit.go(visit.back(self.site.home))

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages = Pages(self.site)
        language = pages.does("/language", self.choose_language, who=Who.ANYBODY)
        if self.first:
            return (pages.shows("/", self.show_entrance, who=Who.ANYBODY), language)
        return (language,)
