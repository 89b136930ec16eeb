"""The API between the two sides: what one hands over, the other one takes."""

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Final, TypeVar

import orjson
from aiohttp import web
from attrs import define

from reference.domain.refusals import Refusal
from reference.domain.replication import Bundle
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.http.problems import Problem, Refused
from reference.http.uploads import check_length, chunks_of
from reference.link.peer import NotTaken, Unreachable
from reference.link.receiver import Receiver
from reference.link.signing import DIGEST, digest_of
from reference.link.wire import BASE, BundleTaken, Taken
from reference.store.codec import MisfitError, structure
from reference.store.files import WrongContentError, is_hash

T = TypeVar("T")

#: The longest body that is read; a peer sends less unless a single parcel is as long.
BODY_BYTES_MAX: Final = 64 * 1024 * 1024
#: The longest file; the side where it was uploaded has a bound of its own, which is lower.
FILE_BYTES_MAX: Final = 4 * 1024**3


@define(eq=False)
class LinkApi:
    """The handlers of what the other side sends."""

    receiver: Receiver

    async def take_parcels(self, call: Call) -> Answer:
        """Take parcels in order."""
        parcels = await _body(call.request, tuple[str, ...])
        answers: Sequence[NotTaken] = await _reached(self.receiver.take(parcels))
        return given(Taken(tuple(None if why is None else why.code for why in answers)))

    async def take_file(self, call: Call) -> Answer:
        """Take a file ahead of its parcel; its hash is the digest that was signed."""
        sha256 = call.path["sha256"]
        if not is_hash(sha256):
            raise Refused(Problem.NOT_FOUND)
        if call.request.headers.get(DIGEST) != sha256:
            raise Refused(Problem.NOT_AUTHENTICATED)
        check_length(call.request, FILE_BYTES_MAX)
        try:
            await self.receiver.side.files.receive(chunks_of(call.request), sha256)
        except WrongContentError as error:
            raise Refused(Problem.BROKEN) from error
        return Answer(204, b"")

    async def take_bundle(self, call: Call) -> Answer:
        """Take a replication bundle."""
        bundle = await _body(call.request, Bundle)
        answer = await self.receiver.take_bundle(bundle)
        places = (place for place, r in enumerate(bundle.records) if r in answer.failed)
        return given(BundleTaken(answer.number, tuple(places)))

    async def take_turn(self, call: Call) -> Answer:
        """Hand over what waits here for a replication."""
        await _body(call.request, dict[str, str])
        await _reached(self.receiver.turn())
        return Answer(204, b"")

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of the link."""
        entry = partial(Operation, "POST", who=Who.PEER, upload=True)
        return (
            Operation(
                "PUT",
                f"{BASE}/files/{{sha256}}",
                Who.PEER,
                "Take a file",
                self.take_file,
                status=204,
                upload=True,
                refusals=(Problem.NOT_FOUND, Problem.BROKEN, Problem.TOO_LONG),
            ),
            entry(
                f"{BASE}/parcels",
                summary="Take parcels",
                handle=self.take_parcels,
                answer=Taken,
                refusals=(Problem.INVALID, Refusal.NOT_REACHABLE),
            ),
            entry(
                f"{BASE}/bundles",
                summary="Take a replication bundle",
                handle=self.take_bundle,
                answer=BundleTaken,
                refusals=(Problem.INVALID,),
            ),
            entry(
                f"{BASE}/turns",
                summary="Hand over what waits for a replication",
                handle=self.take_turn,
                status=204,
                refusals=(Refusal.NOT_REACHABLE,),
            ),
        )


async def _reached(taken: Awaitable[T]) -> T:
    """Wait for a side; where its store or what is behind it failed, nothing was taken."""
    try:
        return await taken
    except Unreachable as error:
        raise Refused(Refusal.NOT_REACHABLE) from error


async def _body(request: web.Request, kind: type[T]) -> T:
    """Read a body of JSON; its digest is the one that was signed."""
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > BODY_BYTES_MAX:
            raise Refused(Problem.TOO_LONG)
    if digest_of(raw) != request.headers.get(DIGEST):
        raise Refused(Problem.NOT_AUTHENTICATED)
    try:
        body: T = structure(orjson.loads(raw), kind)
    except orjson.JSONDecodeError as error:
        raise Refused(Problem.BROKEN) from error
    except (MisfitError, ValueError) as error:
        raise Refused(Problem.INVALID) from error
    return body
