"""What people do in a row within a moment, side by side with what others do."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from attrs import define, field

from simulator.targets.port import Outcome

Record = dict[str, Any]


@define(eq=False)
class Script:
    """Acts and looks of one person, each after the one before came out well.

    `then` is called at the end with None, else with the outcome of the act that did not come out
    well; of a look that nothing answered, with an outcome `unknown`.
    """

    records: Sequence[Record]
    then: Callable[["Script", Outcome | None], None]
    about: Any = None
    tries: int = 0
    meant: datetime | None = None  # when what comes next was meant to be done, where earlier
    record: Record = field(init=False)  # what comes next
    _place: int = 0

    def __attrs_post_init__(self) -> None:
        """Begin with the first."""
        self.record = self.records[0]

    def goes_on(self) -> bool:
        """Take that what came next came out well; say whether there is more."""
        self._place += 1
        self.meant = None
        if self._place < len(self.records):
            self.record = self.records[self._place]
            return True
        self.then(self, None)
        return False
