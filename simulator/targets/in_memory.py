"""The domain in memory, as a target that a scenario drives."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from reference.domain.rules import Rules
from simulator.targets.model import Model
from simulator.targets.port import Outcome, Record


class InMemory:
    """The model: what is sent arrives at the same moment."""

    cannot = frozenset({"server"})  # nothing runs that could be killed

    def __init__(self, rules: Rules, *, registers: bool = False) -> None:
        """Begin with nothing."""
        self.model = Model(rules, registers)
        self._told = self.model.fork()

    def act(self, records: Sequence[Record], at: datetime) -> Sequence[Outcome]:
        """Do the acts of one moment, in order."""
        return [self._act(record, at) for record in records]

    def _act(self, record: Record, at: datetime) -> Outcome:
        word, reason = self.model.act(record, at)
        if record["act"] == "replicate" and word == "ok":
            return Outcome(word, reason, {"bundles": list(self.model.run)})
        return Outcome(word, reason)

    def look(self, record: Mapping[str, Any], at: datetime) -> Record | None:
        """Give what is seen."""
        return self.model.look(record["see"], record["by"], record.get("case"), at=at)

    def advance(self, to: datetime) -> None:
        """Do nothing: in memory nothing waits for a moment but replication, which is an act."""

    def news(self) -> Iterable[Record]:
        """Give what arrived since this was asked last."""
        before, self._told = self._told, self.model.fork()
        return [*self.model.arrivals_since(before), *self.model.mails_since(before)]

    def close(self) -> None:
        """Do nothing: there is nothing to end."""
