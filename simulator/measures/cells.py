"""The samples of messages, kept apart by who they are for, what they ask for, and the hour."""

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import Final

from attrs import Factory, define

from simulator.history.moments import moment
from simulator.measures.samples import Samples

#: The measures whose samples belong to a message.
OF_MESSAGES: Final = ("delivery", "mail", "read", "answer", "settle", "reply_delivery")
#: What samples are grouped by: profile of the recipient, expected action, hour of the day.
GROUPS: Final = ("profile", "action", "hour")
MS_US: Final = 1000
_QUARTER_US: Final = 900_000_000  # clocks are put forward and back by whole quarters of an hour


class Cell:
    """The samples, in milliseconds, of messages of one profile, one action, one hour."""

    __slots__ = (*OF_MESSAGES, "arrived", "settled")

    def __init__(self) -> None:
        """Begin without samples."""
        self.delivery = Samples()
        self.mail = Samples()
        self.read = Samples()
        self.answer = Samples()
        self.settle = Samples()
        self.reply_delivery = Samples()
        self.arrived = 0
        self.settled = 0

    def samples(self, measure: str) -> Samples:
        """Give the samples of a measure."""
        found: Samples = getattr(self, measure)
        return found


@define(eq=False)
class Cells:
    """All cells of a run."""

    zone: tzinfo
    profile_of: Callable[[str], str]
    _cells: dict[tuple[str, str, int], Cell] = Factory(dict[tuple[str, str, int], Cell])
    _hours: dict[int, int] = Factory(dict[int, int])

    def of(self, recipient: str, action: str, meant_us: int) -> Cell:
        """Give the cell of a message; `action` is "" for one that comes from the recipient."""
        quarter = meant_us // _QUARTER_US
        hour = self._hours.get(quarter)
        if hour is None:
            hour = self._hours[quarter] = moment(quarter * _QUARTER_US, self.zone).hour
        key = self.profile_of(recipient), action, hour
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell()
        return cell

    def all(self) -> Iterable[Cell]:
        """Give every cell."""
        return self._cells.values()

    def groups(self, kind: str) -> Iterator[tuple[str, list[Cell]]]:
        """Give the cells by the value of a kind of group, in order; what has none is left out."""
        place = GROUPS.index(kind)
        found: dict[str | int, list[Cell]] = {}
        for key, cell in self._cells.items():
            found.setdefault(key[place], []).append(cell)
        for group in sorted(found):
            if group != "":
                name = f"{group:02}" if isinstance(group, int) else group
                yield name, found[group]

    def named(self, group: str) -> list[Cell]:
        """Give the cells of an expected action or of a profile; of "", all."""
        return [cell for key, cell in self._cells.items() if not group or group in key[:2]]
