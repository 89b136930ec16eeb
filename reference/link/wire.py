"""What the two sides say to each other over HTTP."""

from typing import Final

from attrs import frozen

#: Where the operations of the link are.
BASE: Final = "/api/link"


@frozen
class Taken:
    """An answer to each parcel: null where it was taken, else the code of what forbids it."""

    answers: tuple[str | None, ...]


@frozen
class BundleTaken:
    """The answer to a bundle: 0, 1 or 2, and the places of the records that failed."""

    result: int
    failed: tuple[int, ...]
