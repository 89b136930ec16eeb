"""All deliveries of a run, in order, with a hash: two runs deliver the same if the hashes agree."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from attrs import Factory, define, frozen

from simulator.targets.port import Delivery

#: A delivery as it stands in a file: when, in which case, which message, to whom.
Line = tuple[int, str, str, str]


@frozen
class Delivered:
    """How many deliveries there were, their hash, and the file that holds them in order."""

    count: int
    digest: str
    file: str


@define(eq=False)
class Deliveries:
    """Takes the deliveries of a run."""

    _lines: list[str] = Factory(list[str])

    def take(self, at_us: int, came: Delivery) -> None:
        """Keep a delivery; one into the case has no recipient."""
        fields = (f"{at_us:020}", str(came.case), came.message, came.to or "")
        self._lines.append("\t".join(map(_plain, fields)))

    def write(self, place: Path) -> Delivered:
        """Write them in order.

        Raises:
            OSError: when the file cannot be written.
        """
        self._lines.sort()
        text = "".join(f"{line}\n" for line in self._lines).encode()
        place.write_bytes(text)
        return Delivered(len(self._lines), blake2b(text, digest_size=16).hexdigest(), str(place))


def _plain(text: str) -> str:
    """Keep a text from being taken for two fields."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def read(file: str) -> Iterator[Line]:
    """Give the deliveries of a file."""
    with Path(file).open(encoding="utf-8") as lines:
        for line in lines:
            at_us, case, message, to = line.removesuffix("\n").split("\t")
            yield int(at_us), case, message, to


def first_unlike(one: Iterable[Line], other: Iterable[Line]) -> tuple[Line, bool] | None:
    """Give the first line that only one of two has, and whether it is the first that has it."""
    ones, others = iter(one), iter(other)
    mine, yours = next(ones, None), next(others, None)
    while mine is not None and mine == yours:
        mine, yours = next(ones, None), next(others, None)
    if mine is None:
        return None if yours is None else (yours, False)
    if yours is None or mine < yours:
        return mine, True
    return yours, False
