"""The few files that pages load: each under a name that changes with its content."""

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final

from attrs import frozen

from reference.http.operations import Answer, Call, Operation, Who
from reference.http.problems import Problem, Refused

BASE: Final = "/static"
_TYPES: Final = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@frozen
class _File:
    """A file as it is served."""

    address: str
    content: bytes
    content_type: str


@cache
def _files() -> dict[str, _File]:
    found: dict[str, _File] = {}
    for each in files("reference.pages").joinpath("static").iterdir():
        stem, _, ending = each.name.rpartition(".")
        if ending in _TYPES:
            content = each.read_bytes()
            mark = blake2b(content, digest_size=6).hexdigest()
            address = f"{BASE}/{stem}.{mark}.{ending}"
            found[each.name] = _File(address, content, _TYPES[ending])
    return found


def address_of(name: str) -> str:
    """Give the address of a file by its name, like `style.css`."""
    return _files()[name].address


async def show_static_file(call: Call) -> Answer:
    """Show a file that pages load."""
    wanted = f"{BASE}/{call.path['name']}"
    for each in _files().values():
        if each.address == wanted:
            return Answer(200, each.content, each.content_type, _FOREVER)
    raise Refused(Problem.NOT_FOUND)


def static_operations() -> tuple[Operation, ...]:
    """Give the operation that serves the files."""
    path = f"{BASE}/{{name}}"
    return (Operation("GET", path, Who.ANYBODY, "Show a file of pages", show_static_file),)
