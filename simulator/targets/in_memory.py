"""The domain in memory, as a target that a scenario drives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reference.domain.rules import Rules
from simulator.targets.model import Model
from simulator.targets.port import (
    DONE,
    Delivery,
    Difference,
    Hitch,
    Outcome,
    Record,
    arrival,
    key_of,
)


class InMemory:
    """The model: what is sent arrives at the same moment."""

    def __init__(self, rules: Rules, *, registers: bool = False) -> None:
        """Begin with nothing."""
        self.model = Model(rules, registers)
        self._lost: dict[bytes, Outcome] = {}
        self._news: list[Record] = []
        self._deliveries: list[Delivery] = []

    def cannot(self, record: Mapping[str, Any]) -> str | None:
        """Say that there is no server to be killed."""
        if record.get("what") == "server":
            return "fault server: nothing runs that could be killed"
        return None

    def act(
        self, records: Sequence[Record], at: datetime, hitches: Sequence[Hitch | None] = ()
    ) -> Sequence[Outcome]:
        """Do the acts of one moment, in order."""
        outcomes = [(self._once if self._lost else self._act)(record, at) for record in records]
        for place, hitch in enumerate(hitches):
            if hitch is Hitch.LOST:
                self._lost[key_of(records[place])] = outcomes[place]
                outcomes[place] = Outcome("unknown")
        mails, deliveries = self.model.told()
        if deliveries:
            self._news += [arrival(each) for each in deliveries if each.to is None]
            self._deliveries += deliveries
        self._news += mails
        return outcomes

    def _once(self, record: Record, at: datetime) -> Outcome:
        """Do an act, unless it was done already and only its answer was lost."""
        known = self._lost.pop(key_of(record), None)
        return self._act(record, at) if known is None else known

    def _act(self, record: Record, at: datetime) -> Outcome:
        word, reason = self.model.act(record, at)
        if word != "ok":
            return Outcome(word, reason)
        if record["act"] == "replicate":
            return Outcome(word, None, {"bundles": list(self.model.run)})
        return DONE

    def look(self, records: Sequence[Mapping[str, Any]], at: datetime) -> Sequence[Record | None]:
        """Give what is seen."""
        del at  # time is virtual
        see = self.model.look
        return [see(each["see"], each["by"], each.get("case")) for each in records]

    def advance(self, to: datetime) -> None:
        """Do nothing: in memory nothing waits for a moment but replication, which is an act."""

    def news(self) -> Sequence[Record]:
        """Give what arrived since this was asked last."""
        news, self._news = self._news, []
        return news

    def deliveries(self) -> Sequence[Delivery]:
        """Give what was delivered since this was asked last."""
        deliveries, self._deliveries = self._deliveries, []
        return deliveries

    def preset(self, case: int | str) -> Sequence[str]:
        """Give the preset recipients of a case; none where there is no such case."""
        seen = self.model.look("preset", "", case)
        return [] if seen is None else seen["recipients"]

    def differences(self) -> Sequence[Difference]:
        """Give none: this is the model."""
        return ()

    @property
    def is_the_model(self) -> bool:
        """Say yes."""
        return True

    @property
    def real_time(self) -> bool:
        """Say no: time is virtual."""
        return False

    def moment(self, at: datetime) -> datetime:
        """Give the same moment: time is virtual."""
        return at

    def close(self) -> None:
        """Do nothing: there is nothing to end."""
