"""Pages as operations: what a path shows, what its form does, how it refuses."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from aiohttp import web
from attrs import define

from reference.http.operations import HTML_TYPE, Answer, Call, Operation, Who
from reference.http.problems import Problem, Refused
from reference.pages.site import Site
from reference.pages.visit import Visit

Show = Callable[[Visit], Awaitable[web.StreamResponse]]
_CALL: Final = web.RequestKey("call", Call)


@define(eq=False)
class Pages:
    """What makes the pages of a site."""

    site: Site

    def shows(
        self, path: str, show: Show, *, who: Who | None = None, query: type | None = None
    ) -> Operation:
        """Give the operation that shows a page, to the users of the site unless `who` says."""

        async def handle(call: Call) -> Answer | web.StreamResponse:
            return await show(self._visit(call))

        return self._operation("GET", path, show, handle, who, query)

    def does(self, path: str, do: Show, *, who: Who | None = None, reads: bool = True) -> Operation:
        """Give the operation that does what a form asks for.

        Before that the form is read, unless `do` does that itself: then nothing `reads` it.
        """

        async def handle(call: Call) -> Answer | web.StreamResponse:
            visit = self._visit(call)
            if reads:
                await visit.read()
            return await do(visit)

        return self._operation("POST", path, do, handle, who, None)

    def _visit(self, call: Call) -> Visit:
        """Give the visit; what the request is refused for later can tell who asked."""
        call.request[_CALL] = call
        return Visit(self.site, call.request, call)

    def _operation(
        self,
        method: str,
        path: str,
        function: Show,
        handle: Callable[[Call], Awaitable[Answer | web.StreamResponse]],
        who: Who | None,
        query: type | None,
    ) -> Operation:
        handle.__name__ = f"{self.site.name}_{function.__name__}"
        return Operation(
            method,
            path,
            who or self.site.who,
            (function.__doc__ or "").partition("\n")[0].rstrip("."),
            handle,
            query=query,
            upload=method == "POST",  # the body is ours to read
            refused=self.refused,
            gives=HTML_TYPE,
        )

    def refused(self, request: web.Request, refused: Refused) -> web.StreamResponse:
        """Give the page that says why something is refused; who is not logged in may do that."""
        visit = Visit(self.site, request, request.get(_CALL))
        if refused.why is Problem.NOT_AUTHENTICATED and self.site.who is not Who.ANYBODY:
            if request.method in {"GET", "HEAD"}:
                return visit.go(f"{self.site.log_in}?next={quote(visit.here, safe='')}")
            return visit.page("signed_out.html", refused.status)
        response = visit.page("refusal.html", refused.status, why=refused.why)
        response.headers.update(refused.headers)
        return response
