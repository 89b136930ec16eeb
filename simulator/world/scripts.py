"""What people do in a row within a moment, side by side with what others do."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from attrs import define

from simulator.targets.port import Outcome

Record = dict[str, Any]


@define(eq=False)
class Script:
    """Acts and looks of one person, each after the one before came out well.

    `then` is called at the end with None, else with the outcome of the act that did not come out
    well; of a look that nothing answered, with an outcome `unknown`.
    """

    records: tuple[Record, ...]
    then: Callable[["Script", Outcome | None], None]
    about: Any = None
    place: int = 0
    tries: int = 0
    meant: datetime | None = None  # when what comes next was meant to be done, where earlier

    @property
    def record(self) -> Record:
        """What comes next."""
        return self.records[self.place]
