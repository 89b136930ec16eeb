"""Values: never changed once they are made, as the type checkers see to."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen as frozen  # noqa: PLC0414 - given on
else:
    from functools import partial

    from attrs import define

    # One that refuses a change also at run time takes three times as long to make.
    frozen = partial(define, unsafe_hash=True)
