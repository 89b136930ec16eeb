"""How caseworkers log in to the MVP and out again."""

from aiohttp import web
from attrs import define

from reference.http.operations import Operation, Who
from reference.http.problems import Problem, Refused
from reference.mvp.caseworkers_api import CaseworkerLogIn, CaseworkersApi
from reference.pages.making import Pages
from reference.pages.mvp.places import BASE, CASES
from reference.pages.visit import Visit, own_path


@define(eq=False)
class EnteringPages:
    """The pages to log in and out."""

    pages: Pages
    api: CaseworkersApi

    async def show_log_in(self, visit: Visit) -> web.Response:
        """Show the page to log in."""
        return self._log_in(visit)

    def _log_in(self, visit: Visit, status: int = 200) -> web.Response:
        following = visit.typed.get("next", visit.request.query.get("next", ""))
        return visit.page("mvp/log_in.html", status, following=following)

    async def log_in(self, visit: Visit) -> web.Response:
        """Log in."""
        if visit.missing("name", "password"):
            return self._log_in(visit, 422)
        body = CaseworkerLogIn(visit.typed["name"].strip(), visit.typed["password"])
        try:
            answer = await visit.ask(self.api.log_in_caseworker, body)
        except Refused as refused:
            if refused.why is Problem.WRONG_PASSWORD:
                visit.errors[""] = visit.text("mvp.log_in.wrong")
            response = self._log_in(visit, visit.refused(refused))
            response.headers.update(refused.headers)
            return response
        wanted = own_path(visit.typed.get("next", "")) or ""
        return visit.go(wanted if wanted.startswith(f"{BASE}/") else CASES, headers=answer.headers)

    async def log_out(self, visit: Visit) -> web.Response:
        """Log out."""
        answer = await visit.ask(self.api.log_out_caseworker)
        return visit.go(self.pages.site.log_in, "mvp.log_in.out", headers=answer.headers)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages = self.pages
        return (
            pages.shows(f"{BASE}/login", self.show_log_in, who=Who.ANYBODY),
            pages.does(f"{BASE}/login", self.log_in, who=Who.ANYBODY),
            pages.does(f"{BASE}/logout", self.log_out),
        )
