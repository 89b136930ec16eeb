"""Files as answers: to be saved, never to be run."""

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from reference.http.file_names import attachment
from reference.http.operations import BYTES_TYPE
from reference.http.problems import Problem, Refused
from reference.store.files import CHUNK_BYTES, Files


async def download(files: Files, sha256: str | None, name: str) -> web.StreamResponse:
    """Answer with a content under a name.

    Raises:
        Refused: when it is not here.
    """
    if sha256 is None or not await files.has(sha256):
        raise Refused(Problem.NOT_FOUND)
    headers = {
        "Content-Type": BYTES_TYPE,
        "Content-Disposition": attachment(name),
        "Cache-Control": "private, no-cache",
    }
    return _Download(files.path(sha256), chunk_size=CHUNK_BYTES, headers=headers)


class _Download(web.FileResponse):
    """A file, or a part of it; a Range that says nothing is as good as none (RFC 9110, 14.2)."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send it."""
        try:
            _ = request.http_range
        except ValueError:
            headers = request.headers.copy()
            del headers[hdrs.RANGE]
            request = request.clone(headers=headers)
        return await super().prepare(request)
