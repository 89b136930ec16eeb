"""The other side, as the link sees it: in the same process or at the end of a wire."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from reference.domain.refusals import Refusal
from reference.domain.replication import Bundle, Record
from reference.http.problems import Problem
from reference.store.files import Files
from reference.store.link_content import Attached
from reference.store.outbox import Outgoing

#: Why something was not taken; None where it was, now or before.
NotTaken = Refusal | Problem | None


class Unreachable(Exception):  # noqa: N818 - a state of the link
    """The other side could not be reached, or gave no answer: what was sent may have been taken."""


@frozen
class BundleAnswer:
    """The receiver's answer to a bundle: its number, and the records that failed (RPL-4)."""

    number: int
    failed: frozenset[Record] = frozenset()


class Peer(Protocol):
    """The other side, as the link sees it."""

    async def hand_over(self, parcels: Sequence[Outgoing]) -> Sequence[NotTaken]:
        """Hand over what waits in the outbox, in order; give an answer to each.

        Raises:
            Unreachable: when there is no answer.
        """
        ...

    async def bring(self, files: Files, file: Attached) -> None:
        """Hand over a file of a parcel, which has to be there before the parcel is taken.

        Raises:
            Unreachable: when there is no answer.
            StorageError: when it cannot be read here, or kept there.
        """
        ...

    async def take_bundle(self, bundle: Bundle) -> BundleAnswer:
        """Hand a replication bundle over (RPL-4).

        Raises:
            Unreachable: when there is no answer.
        """
        ...

    async def turn(self) -> None:
        """Let the other side hand over what waits there for a replication.

        Raises:
            Unreachable: when that did not come to pass.
        """
        ...
