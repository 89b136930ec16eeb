"""What is no HTTP that can be read is answered by a problem document, as everything else is."""

import logging
from typing import Final

from aiohttp import web

from reference.app.headers import secured
from reference.http.problems import PROBLEM_TYPE, Fault, Problem, Refused

_TOLD_MAX: Final = 200  # characters of what the parser says
log = logging.getLogger(__name__)


class Served(web.Server):
    """A server whose connections are `Connection`s."""

    def __call__(self) -> web.RequestHandler:
        """Give what deals with a new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)


class Connection(web.RequestHandler):
    """A connection; it ends with the first request that cannot be read."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Say what is wrong.

        Raises:
            ConnectionError: when part of another answer has gone out already.
        """
        refused = _refused(status, message)
        if refused.why is Problem.INTERNAL:
            log.error("defect", extra={"error": type(exc).__name__})
        if request.writer.output_size > 0:
            raise ConnectionError("part of another answer has gone out already")
        answer = web.Response(status=refused.status, body=refused.body(), content_type=PROBLEM_TYPE)
        secured(answer)
        answer.force_close()
        return answer


def _refused(status: int, message: str | None) -> Refused:
    if status >= 500:  # noqa: PLR2004
        return Refused(Problem.INTERNAL)
    told = " ".join((message or "it is no HTTP").split())[:_TOLD_MAX]
    return Refused(Problem.BROKEN, Fault("request", told))
