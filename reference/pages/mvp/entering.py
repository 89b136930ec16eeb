"""How caseworkers log in to the MVP and out again."""

from aiohttp import web
from attrs import define

from reference.http.access import Access
from reference.http.operations import Operation, Who
from reference.http.problems import Problem, Refused
from reference.pages.making import Pages
from reference.pages.mvp.places import BASE, CASES
from reference.pages.visit import Visit, own_path


@define(eq=False)
class EnteringPages:
    """The pages to log in and out."""

    pages: Pages
    access: Access

    async def show_log_in(self, visit: Visit) -> web.Response:
        """Show the form to log in."""
        return self._form(visit)

    def _form(self, visit: Visit, status: int = 200) -> web.Response:
        return visit.page("mvp/login.html", status, next=_next(visit))

    async def log_in(self, visit: Visit) -> web.Response:
        """Log in with name and password."""
        name, password = visit.typed.get("name", "").strip(), visit.typed.get("password", "")
        try:
            session = await self.access.log_in(visit.request, name, password)
        except Refused as refused:
            response = self._form(visit, visit.refused(refused, {Problem.WRONG_PASSWORD: "password"}))
            response.headers.update(refused.headers)
            return response
        return visit.go(_next(visit) or CASES, headers=self.access.kept_in_cookie(session))

    async def log_out(self, visit: Visit) -> web.Response:
        """Log out."""
        answer = await self.access.log_out(visit.request)
        return visit.go(f"{BASE}/login", "mvp.logged_out", headers=answer.headers)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, anybody = self.pages, Who.ANYBODY
        return (
            pages.shows(f"{BASE}/login", self.show_log_in, who=anybody),
            pages.does(f"{BASE}/login", self.log_in, who=anybody),
            pages.does(f"{BASE}/logout", self.log_out, who=anybody),
        )


def _next(visit: Visit) -> str:
    """Give the page that was wanted before the log-in."""
    return own_path(visit.typed.get("next") or visit.request.query.get("next", "")) or ""
