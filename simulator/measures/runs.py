"""Follows the replication: its runs, how old the portal's case data is, how outages are made up."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from attrs import Factory, define, field

from simulator.history.vocabulary import CARRIES, RUNS
from simulator.measures.cells import MS_US
from simulator.measures.levels import Level
from simulator.measures.samples import Samples

Record = Mapping[str, Any]
Case = int | str
#: The measures whose samples belong to no message.
OF_RUNS: Final = ("staleness", "catch_up", "data_catch_up", "run_records", "bundle_records")


@define(eq=False)
class Runs:
    """The runs of the replication, changes of case data that wait for one, and outages.

    A run in which some records failed brings nothing for certain: which ones failed is not told.
    """

    begin_us: int
    totals: Counter[str] = Factory(Counter[str])
    samples: dict[str, Samples] = Factory(lambda: {name: Samples() for name in OF_RUNS})
    outdated: Level = field(init=False)  # changes that the portal does not have yet
    _edits: dict[Case, list[int]] = Factory(dict[Case, list[int]])
    _down: frozenset[str] = frozenset()
    _up_us: int | None = None  # end of an outage after which messages wait
    _data_up_us: int | None = None  # end of an outage after which case data waits

    def __attrs_post_init__(self) -> None:
        """Nothing has changed yet."""
        self.outdated = Level(self.begin_us)

    def edit(self, case: Case, at_us: int) -> None:
        """Take a change of the data of a case that the portal knows."""
        self.outdated.add(1, at_us)
        self._edits.setdefault(case, []).append(at_us)

    def brought(self, case: Case, at_us: int) -> None:
        """Take a message, which brings the data of its case as of sending (RPL-2)."""
        edits = self._edits.pop(case, None)
        if edits is not None:
            self._seen(edits, at_us)
            self._caught_up(at_us)

    def _seen(self, edits: list[int], at_us: int) -> None:
        self.outdated.add(-len(edits), at_us)
        for edit in edits:
            self.samples["staleness"].append((at_us - edit) / MS_US)

    def run(self, line: Record, at_us: int) -> None:
        """Take a run that was made."""
        self.totals["runs"] += 1
        bundles = line.get("bundles")
        if bundles is not None:
            self.samples["run_records"].append(sum(bundle["records"] for bundle in bundles))
            for bundle in bundles:
                self.samples["bundle_records"].append(bundle["records"])
        if line["result"] != 0:
            return
        for edits in self._edits.values():
            self._seen(edits, at_us)
        self._edits.clear()
        self._caught_up(at_us)

    def _caught_up(self, at_us: int) -> None:
        if self._data_up_us is not None and not self._edits:
            self.samples["data_catch_up"].append((at_us - self._data_up_us) / MS_US)
            self._data_up_us = None

    def fault(self, line: Record, under_way: int, at_us: int) -> None:
        """Take the beginning or the end of an outage, with the messages that wait by then."""
        before = self._down
        change = {line["what"]}
        self._down = before | change if line["state"] == "down" else before - change
        if before & CARRIES and not self._down & CARRIES:
            self._up_us = at_us if under_way else None
        if before & RUNS and not self._down & RUNS:
            self._data_up_us = at_us if self._edits else None

    def waits(self, under_way: int, at_us: int) -> None:
        """Take how many messages are on their way: with none, an outage is made up for."""
        if self._up_us is not None and not under_way:
            self.samples["catch_up"].append((at_us - self._up_us) / MS_US)
            self._up_us = None
