"""Forms with files (RFC 7578), read strictly from a stream and in little memory.

aiohttp's own reader goes through a preamble of any length line by line, decodes what nobody
asked for, and takes what is cut off for a part without a name.
"""

from collections.abc import AsyncIterator
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Final

from attrs import define, frozen

from reference.http.problems import Fault, Problem, Refused

#: How long the headers of a part may be together, and a boundary (RFC 2046), in bytes.
HEAD_BYTES_MAX: Final = 8192
BOUNDARY_BYTES_MAX: Final = 70
_END: Final = b"--"
_LINE: Final = b"\r\n"


@frozen
class Part:
    """A part of a form; `content` is to be read before the next part."""

    name: str | None
    file_name: str | None
    content: AsyncIterator[bytes]


async def parts(chunks: AsyncIterator[bytes], boundary: str) -> AsyncIterator[Part]:
    """Give the parts of a form.

    Raises:
        Refused: when it does not begin with the boundary, is cut off, or is no form.
    """
    if not (boundary.isascii() and 0 < len(boundary) <= BOUNDARY_BYTES_MAX):
        raise _broken("it has a boundary of 1 to 70 characters of ASCII")
    delimiter = _LINE + _END + boundary.encode()
    source = _Source(chunks, bytearray(_LINE))
    await source.until(delimiter, 0)
    while (after := await source.take(len(_END))) != _END:
        if after != _LINE:
            raise _broken("a boundary ends its line")
        head = await source.until(_LINE + _LINE, HEAD_BYTES_MAX)
        content = source.content(delimiter)
        name, file_name = _names(head)
        yield Part(name, file_name, content)
        async for _ in content:  # what nobody wanted to read
            pass
    async for _ in chunks:  # the epilogue
        pass


@define(eq=False)
class _Source:
    """Bytes that come bit by bit, and those of them that nobody has taken yet."""

    _chunks: AsyncIterator[bytes]
    _buffer: bytearray

    async def _more(self) -> None:
        chunk = await anext(self._chunks, b"")
        if not chunk:
            raise _broken("it is cut off")
        self._buffer += chunk

    async def take(self, count: int) -> bytes:
        """Take so many bytes."""
        while len(self._buffer) < count:
            await self._more()
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    async def until(self, mark: bytes, bytes_max: int) -> bytes:
        """Take what stands before a mark, and the mark."""
        while (place := self._buffer.find(mark, 0, bytes_max + len(mark))) < 0:
            if len(self._buffer) >= bytes_max + len(mark):
                raise _broken(f"within {bytes_max} bytes {mark!r} is wanted")
            await self._more()
        taken = await self.take(place)
        await self.take(len(mark))
        return taken

    async def content(self, mark: bytes) -> AsyncIterator[bytes]:
        """Give what stands before a mark, as it comes, and take the mark."""
        while (place := self._buffer.find(mark)) < 0:
            sure = len(self._buffer) - len(mark) + 1  # the mark may have begun after that
            if sure > 0:
                yield await self.take(sure)
            await self._more()
        if place:
            yield await self.take(place)
        await self.take(len(mark))


def _names(head: bytes) -> tuple[str | None, str | None]:
    """Give the names of field and file that the headers of a part say."""
    try:
        lines = head.decode().split("\r\n")
    except UnicodeDecodeError:
        raise _broken("the headers of a part are UTF-8") from None
    named = [line.partition(":") for line in lines]
    said = [value for name, _, value in named if name.strip().lower() == "content-disposition"]
    kind, values = parameters(said[0] if said else "")
    if kind != "form-data":
        return None, None
    return values.get("name"), values.get("filename")


def parameters(header: str) -> tuple[str, dict[str, str]]:
    """Give the word that a header begins with, and its parameters; `name*` goes before `name`.

    Raises:
        Refused: when they are written as nobody can read them.
    """
    message = Message()
    message["Content-Disposition"] = header
    found: dict[str, str] = {}
    try:
        (kind, _), *values = message.get_params([], "content-disposition") or [("", "")]
        for name, value in values:
            extended: object = value  # three texts where it was written as `name*`
            if isinstance(extended, tuple) or name.lower() not in found:
                found[name.lower()] = collapse_rfc2231_value(value)
    except (TypeError, ValueError):  # pieces without order, a character set that reads no bytes
        raise _broken("the parameters of a header can be read") from None
    return kind.strip().lower(), found


def _broken(what: str) -> Refused:
    return Refused(Problem.BROKEN, Fault("body", what))
