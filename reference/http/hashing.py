"""What the hash of a password costs."""

from typing import Final

from attrs import frozen


@frozen
class Hashing:
    """What a hash costs: memory in KiB, passes over it, threads."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


#: The cheapest profile there is, for tests.
CHEAP: Final = Hashing(memory_kib=8, passes=1)
