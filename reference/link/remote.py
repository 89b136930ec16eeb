"""The other side in another process, over HTTP, known by a secret that both sides have."""

from collections.abc import Sequence
from ssl import create_default_context
from types import MappingProxyType
from typing import Final, TypeVar

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from attrs import define, field

from reference.clock import Now
from reference.domain.replication import Bundle
from reference.http.operations import BYTES_TYPE, JSON_TYPE
from reference.http.problems import CODES, Problem
from reference.link.peer import BundleAnswer, NotTaken, Unreachable
from reference.link.signing import digest_of, signed
from reference.link.wire import BASE, BundleTaken, Taken
from reference.store.codec import MisfitError, structure, to_json
from reference.store.database import StorageError
from reference.store.files import Files
from reference.store.link_content import Attached
from reference.store.outbox import Outgoing

T = TypeVar("T")
_MOVED: Final = "is --peer where the other side is itself? what leads there is not followed"
#: What to look after when the other side answers with a status that is none of its own.
_ADVICE: Final = MappingProxyType(
    {
        **dict.fromkeys((301, 302, 307, 308), _MOVED),
        401: "have both sides the same --peer-secret, and clocks less than 5 minutes apart?",
        404: "is --peer the other side, served alone with --side?",
    }
)
#: Answers that are about what was sent, not about whether it came through.
_WRONG: Final = frozenset({400, 413, 422})
_TIMEOUT: Final = ClientTimeout(total=60, sock_connect=2)
_FILE_TIMEOUT: Final = ClientTimeout(total=600, sock_connect=2)


def session() -> ClientSession:
    """Open what speaks to the other side; who opens it closes it.

    By https it trusts whom this machine trusts.
    """
    return ClientSession(connector=TCPConnector(ssl=create_default_context()), timeout=_TIMEOUT)


@define(eq=False)
class Remote:
    """The side that answers at `url`; `now` is the time that both processes have."""

    url: str
    secret: str = field(repr=False)
    now: Now
    http: ClientSession

    async def hand_over(self, parcels: Sequence[Outgoing]) -> Sequence[NotTaken]:
        """Hand parcels over; one that the other side cannot even read is told apart."""
        status, raw = await self._post("parcels", to_json([parcel.text for parcel in parcels]))
        if status in _WRONG and len(parcels) > 1:
            half = len(parcels) // 2
            return [*await self.hand_over(parcels[:half]), *await self.hand_over(parcels[half:])]
        if status in _WRONG:
            return [Problem.INVALID]
        answers = self._said(status, raw, Taken).answers
        if len(answers) != len(parcels):
            raise Unreachable(f"{self.url} answered {len(answers)} of {len(parcels)} parcels")
        return [None if code is None else CODES.get(code, Problem.INTERNAL) for code in answers]

    async def bring(self, files: Files, file: Attached) -> None:
        """Hand a file over; its hash is the digest that is signed."""
        size = await files.size(file.sha256)
        if size != file.size:
            what = "lost" if size is None else "damaged"
            raise StorageError(f"{files.path(file.sha256)} is {what}: restore it from a backup")
        path = f"{BASE}/files/{file.sha256}"
        headers = self._signed("PUT", path, file.sha256)
        headers |= {"Content-Type": BYTES_TYPE, "Content-Length": str(file.size)}
        content = files.read(file.sha256)
        try:
            async with self.http.put(
                self.url + path,
                data=content,
                headers=headers,
                timeout=_FILE_TIMEOUT,
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (TimeoutError, ClientError, OSError) as error:
            raise Unreachable(f"{self.url}: {str(error) or type(error).__name__}") from error
        if status in _WRONG:  # what came has another hash
            raise StorageError(f"{files.path(file.sha256)} is damaged: restore it from a backup")
        self._expect(status, 204)

    async def take_bundle(self, bundle: Bundle) -> BundleAnswer:
        """Hand a replication bundle over."""
        answer = self._said(*await self._post("bundles", to_json(bundle)), BundleTaken)
        places = frozenset(answer.failed)
        failed = (record for place, record in enumerate(bundle.records) if place in places)
        return BundleAnswer(answer.result, frozenset(failed))

    async def turn(self) -> None:
        """Let the other side hand over what waits there for a replication."""
        status, _ = await self._post("turns", b"{}")
        self._expect(status, 204)

    async def _post(self, what: str, body: bytes) -> tuple[int, bytes]:
        """Send a signed request; give the answer."""
        path = f"{BASE}/{what}"
        headers = self._signed("POST", path, digest_of(body))
        headers["Content-Type"] = JSON_TYPE
        try:
            async with self.http.post(
                self.url + path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except (TimeoutError, ClientError, OSError) as error:
            raise Unreachable(f"{self.url}: {str(error) or type(error).__name__}") from error

    def _signed(self, method: str, path: str, digest: str) -> dict[str, str]:
        return signed(self.secret, method, path, digest, int(self.now().timestamp()))

    def _expect(self, status: int, wanted: int) -> None:
        if status != wanted:
            advice = _ADVICE.get(status)
            told = f": {advice}" if advice else ""
            raise Unreachable(f"{self.url} answered {status}{told}")

    def _said(self, status: int, raw: bytes, kind: type[T]) -> T:
        self._expect(status, 200)
        try:
            said: T = structure(orjson.loads(raw), kind)
        except (orjson.JSONDecodeError, MisfitError) as error:
            raise Unreachable(f"{self.url} answered what there is not") from error
        return said
