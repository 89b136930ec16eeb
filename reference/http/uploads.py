"""Requests that bring files: streamed to the disk, bounded in size, number and time."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import timedelta
from typing import Final

from aiohttp import ClientError, HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError
from attrs import Factory, define, evolve, frozen

from reference.domain.refusals import Refusal
from reference.http.file_names import safe_name
from reference.http.multipart import Part, parameters, parts
from reference.http.operations import FORM_TYPE, Call, check_plain, fingerprint
from reference.http.problems import Fault, Problem, Refused, too_long
from reference.store.codec import to_json
from reference.store.files import Arrival
from reference.store.link_content import Attached

#: How long the text fields of a form may be together, in bytes.
FIELDS_BYTES_MAX: Final = 1024**2
#: What a form may have besides its files: the fields, and the headers of its parts.
BESIDES_BYTES_MAX: Final = 2 * FIELDS_BYTES_MAX
#: Uploads at the same time: of everybody, and of one caller.
AT_ONCE_MAX: Final = 64
PER_CALLER_MAX: Final = 8


@define(eq=False)
class Uploads:
    """The uploads that are under way; `time_max` is how long one may take."""

    time_max: timedelta
    _running: Counter[str] = Factory(Counter[str])

    @contextlib.asynccontextmanager
    async def coming(self, call: Call) -> AsyncGenerator[None]:
        """Let the body of a request come in within the block, in time.

        Raises:
            Refused: when too many come already, or the time is over.
        """
        running, caller = self._running, call.actor
        if running[caller] >= PER_CALLER_MAX or running.total() >= AT_ONCE_MAX:
            raise Refused(Problem.TOO_MANY_UPLOADS, headers={"Retry-After": "1"})
        running[caller] += 1
        try:
            async with asyncio.timeout(self.time_max.total_seconds()):
                await go_on(call.request)
                yield
        except TimeoutError:
            raise Refused(Problem.TIMEOUT) from None
        finally:
            running[caller] -= 1
            if not running[caller]:
                del running[caller]


async def go_on(request: web.Request) -> None:
    """Tell a client that waits for it that the body is wanted."""
    waits = request.headers.get("Expect", "").lower() == "100-continue"
    if waits and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


def check_length(request: web.Request, bytes_max: int, why: Refusal | None = None) -> None:
    """See that a body can be taken before any of it is read; too long for a reason, or as such.

    Raises:
        Refused: without a length, over the maximum, or when it is compressed.
    """
    check_plain(request)
    if request.content_length is None:
        raise Refused(Problem.LENGTH_REQUIRED)
    if request.content_length > bytes_max:
        raise too_long(bytes_max) if why is None else Refused(why)


async def chunks_of(request: web.Request) -> AsyncIterator[bytes]:
    """Give the body in chunks.

    Raises:
        Refused: when it is cut off.
    """
    while True:
        try:
            chunk = await request.content.readany()
        except (ConnectionError, ClientError, HttpProcessingError, web.RequestPayloadError):
            raise Refused(Problem.BROKEN, Fault("body", "it is cut off")) from None
        if not chunk:
            return
        yield chunk


@frozen
class Form:
    """What a form brought: its text fields, and its files, staged."""

    fields: dict[str, str]
    files: tuple[Attached, ...]


async def read_form(
    request: web.Request,
    arrival: Arrival,
    names: frozenset[str],
    refused: Callable[[int, int], Refusal | Problem | None],
    typed: dict[str, str] | None = None,
) -> Form:
    """Read a form of text fields and any number of parts `file`.

    `refused` says what forbids so many files of so many bytes; it is asked as soon as there is
    one file or some bytes more. The fields also go into `typed` as they come, so that they are
    known whatever happens then. An empty field is as good as none, and so is an empty file
    without a name: that is what a browser sends where nothing was chosen.

    Raises:
        Refused: by that, or when the form is broken, or has other parts.
    """
    form = _Reading(arrival, names, refused, {} if typed is None else typed)
    async for part in parts(chunks_of(request), _boundary(request)):
        await form.take(part)
    return Form({name: text for name, text in form.fields.items() if text}, tuple(form.files))


def _boundary(request: web.Request) -> str:
    kind, values = parameters(request.headers.get("Content-Type", ""))
    return values.get("boundary", "") if kind == FORM_TYPE else ""


@define(eq=False)
class _Reading:
    """A form that is being read."""

    _arrival: Arrival
    _names: frozenset[str]
    _refused: Callable[[int, int], Refusal | Problem | None]
    fields: dict[str, str]
    files: list[Attached] = Factory(list[Attached])
    _parts: int = 0
    _fields_bytes: int = 0
    _files_bytes: int = 0

    async def take(self, part: Part) -> None:
        """Take a part."""
        if part.name == "file":
            await self._take_file(part)
        else:
            self.fields[self._new(part.name)] = await self._text(part)

    async def _take_file(self, part: Part) -> None:
        if part.file_name is None:
            raise Refused(Problem.INVALID, Fault("body.file", "a file has a filename"))
        self._parts += 1
        self._check()
        blob = await self._arrival.add(self._counted(part))
        if part.file_name or blob.size:
            self.files.append(Attached(safe_name(part.file_name), blob.sha256, blob.size))

    async def _counted(self, part: Part) -> AsyncIterator[bytes]:
        async for chunk in part.content:
            self._files_bytes += len(chunk)
            self._check()
            yield chunk

    def _check(self) -> None:
        refusal = self._refused(self._parts, self._files_bytes)
        if refusal is not None:
            raise Refused(refusal)

    def _new(self, name: str | None) -> str:
        if name is None or name not in self._names:
            wanted = ", ".join(sorted({*self._names, "file"}))
            raise Refused(Problem.INVALID, Fault("body", f"the parts of the form are {wanted}"))
        if name in self.fields:
            raise Refused(Problem.INVALID, Fault(f"body.{name}", "it is given twice"))
        return name

    async def _text(self, part: Part) -> str:
        text = bytearray()
        async for chunk in part.content:
            self._fields_bytes += len(chunk)
            if self._fields_bytes > FIELDS_BYTES_MAX:
                raise too_long(FIELDS_BYTES_MAX)
            text += chunk
        try:
            return text.decode()
        except UnicodeDecodeError:
            fault = Fault(f"body.{part.name}", "a text is UTF-8")
            raise Refused(Problem.INVALID, fault) from None


async def let_pass(request: web.Request, seconds: float) -> None:
    """Take what is still coming of a body that is refused, as browsers hear nothing before that."""
    with contextlib.suppress(TimeoutError, Refused):
        async with asyncio.timeout(seconds):
            async for _ in chunks_of(request):
                pass


def with_fingerprint(call: Call, content: object) -> Call:
    """Give a call whose fingerprint covers what it brought."""
    return evolve(call, fingerprint=fingerprint(call.request, to_json(content)))
