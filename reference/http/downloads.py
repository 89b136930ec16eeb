"""Files as answers: to be saved, never to be run."""

from aiohttp import web

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
    return web.FileResponse(files.path(sha256), chunk_size=CHUNK_BYTES, headers=headers)
