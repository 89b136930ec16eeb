"""What people do in a row within a moment, side by side with what others do."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from simulator.targets.port import Outcome

Record = dict[str, Any]


class Script:
    """Acts and looks of one person, each after the one before came out well.

    `then` is called at the end with None, else with the outcome of the act that did not come out
    well; of a look that nothing answered, with an outcome `unknown`.
    """

    __slots__ = ("_place", "about", "meant", "record", "records", "then", "tries")

    def __init__(
        self,
        records: Sequence[Record],
        then: Callable[["Script", Outcome | None], None],
        about: Any = None,
    ) -> None:
        """Begin with the first of them."""
        self.records, self.then, self.about = records, then, about
        self.record = records[0]  # what comes next
        self._place = self.tries = 0
        self.meant: datetime | None = None  # when what comes next was meant to be, where earlier

    def goes_on(self) -> bool:
        """Take that what came next came out well; say whether there is more."""
        self._place += 1
        self.meant = None
        if self._place < len(self.records):
            self.record = self.records[self._place]
            return True
        self.then(self, None)
        return False
