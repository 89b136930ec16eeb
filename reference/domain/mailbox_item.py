"""One received message, as its recipient's mailbox knows it."""

from reference.domain.values import frozen
from reference.domain.words import ExpectedAction


@frozen(cache_hash=True)
class Item:
    """Three separate facts of a received message: read, opened, answered (INB-11)."""

    message: str
    expects: ExpectedAction
    read: bool = False
    opened: bool = False
    answered: bool = False
