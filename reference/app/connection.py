"""Connections: how a request begins to be answered, and what is answered to what is no HTTP."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, cast

import structlog
from aiohttp import web
from aiohttp.http import RawRequestMessage, StreamWriter
from aiohttp.http_exceptions import ContentEncodingError

from reference.app.headers import secured
from reference.app.replies import Reply
from reference.http.operations import Response
from reference.http.problems import PROBLEM_TYPE, Fault, Problem, Refused

_TOLD_MAX: Final = 200  # characters of what the parser says
log = structlog.get_logger(__name__)

#: What answers a request.
Begin = Callable[[web.Request], Coroutine[Any, Any, Response]]
#: What gives, by method and path, what answers with a `Reply` and waits for futures alone, if so.
FindBrief = Callable[[str, str], Begin | None]


class Served(web.Server):
    """A server whose connections are `Connection`s."""

    def __init__(self, handler: Any, find_brief: FindBrief, **options: Any) -> None:  # noqa: ANN401 - aiohttp's
        """Answer what can be answered briefly as `find_brief` says, all else by the handler."""
        super().__init__(handler, **options)
        self.find_brief = find_brief

    def __call__(self) -> web.RequestHandler:
        """Give what deals with a new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)


class Connection(web.RequestHandler):
    """A connection; it ends with the first request that cannot be read.

    aiohttp makes a task for each request, and lets another one wait for it. A request that waits
    for the stores alone is answered without, as long as it is the only one that came.
    """

    __slots__ = ("_brief", "_find_brief")

    def __init__(self, served: Served, **options: Any) -> None:  # noqa: ANN401 - aiohttp's
        """Deal with a new connection of a server."""
        super().__init__(served, **options)
        self._find_brief = served.find_brief
        self._brief = False  # a request is being answered briefly

    def data_received(self, data: bytes) -> None:
        """Begin to answer what came, or let it wait for what is under way."""
        waiter, self._waiter = self._waiter, None  # that of aiohttp's own loop over requests
        super().data_received(data)
        self._waiter = waiter
        if self._messages and not self._brief and not self._begin():
            self._go_on()

    def _go_on(self) -> None:
        """Let aiohttp deal with what waits."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _begin(self) -> bool:
        """Begin to answer the only request that waits; say whether that can be done briefly."""
        message, payload = self._messages[0]
        if (
            self._waiter is None
            or self._waiter.done()
            or len(self._messages) > 1
            or self.writing_paused
            or self._reading_paused
            or not isinstance(message, RawRequestMessage)
            or message.upgrade
            or not payload.is_eof()
        ):
            return False
        begin = self._find_brief(message.method, message.url.raw_path)
        if begin is None:
            return False
        parser, manager = self._parser, self._manager
        make, task = self._request_factory, self._task_handler
        assert parser is not None  # noqa: S101 - all of them are there while it is connected
        assert manager is not None  # noqa: S101
        assert make is not None  # noqa: S101
        assert task is not None  # noqa: S101
        self._messages.popleft()
        parser.message_consumed()
        manager.requests_count += 1
        self._brief = self._request_in_progress = True
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        request = make(message, payload, self, StreamWriter(self, self._loop), task)
        self._step(begin(cast("web.Request", request)))
        return True

    def _step(self, answering: Coroutine[Any, Any, Response]) -> None:
        """Let an answer come as far as it comes without waiting."""
        try:
            future: asyncio.Future[Any] = answering.send(None)
        except StopIteration as end:
            self._end(end.value)
        except BaseException:
            self.force_close()
            raise
        else:
            future.add_done_callback(lambda _: self._step(answering))

    def _end(self, reply: Reply) -> None:
        """Write an answer, and turn to what came in the meantime."""
        self._brief = self._request_in_progress = False
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(reply.written())
            if not reply.keep_alive:
                self.transport.close()
            elif self._messages:
                self._go_on()
        if self._handler_waiter is not None:
            self._handler_waiter.set_result(None)

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002 - aiohttp's
        """Go on reading if it was held; aiohttp asks for it whenever a body was read."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

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
        refused = _refused(status, exc, message)
        if refused.why is Problem.INTERNAL:
            log.error("defect", error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("part of another answer has gone out already")
        answer = web.Response(status=refused.status, body=refused.body(), content_type=PROBLEM_TYPE)
        secured(answer)
        answer.force_close()
        return answer


def _refused(status: int, exc: BaseException | None, message: str | None) -> Refused:
    if isinstance(exc, ContentEncodingError):
        return Refused(
            Problem.MEDIA_TYPE, Fault("header Content-Encoding", "send the body as it is")
        )
    if status >= 500:  # noqa: PLR2004
        return Refused(Problem.INTERNAL)
    told = " ".join((message or "it is no HTTP").split())[:_TOLD_MAX]
    return Refused(Problem.BROKEN, Fault("request", told))
