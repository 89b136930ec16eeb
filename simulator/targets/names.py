"""Names of a scenario on a target that others use too: each run has its own."""

from collections.abc import Mapping
from typing import Any

from attrs import Factory, define, evolve

from simulator.targets.port import Delivery, Record


@define(eq=False)
class Names:
    """Cases, messages and addresses as the target knows them; without a `run` they are the same.

    The names of caseworkers stay: theirs are the tokens.
    """

    run: str = ""
    _scenario: dict[str, int | str] = Factory(dict[str, int | str])  # of the target's names

    def out(self, record: Mapping[str, Any]) -> Record:
        """Give a record as the target is to get it."""
        if not self.run:
            return dict(record)
        sent = dict(record)
        for name in ("case", "message", "answers"):
            if sent.get(name) is not None:
                sent[name] = self._id(sent[name])
        for name in ("by", "recipient", "email"):
            if isinstance(sent.get(name), str):
                sent[name] = self._address(sent[name])
        if sent.get("to") is not None:
            sent["to"] = [self._address(each) for each in sent["to"]]
        return sent

    def _id(self, name: int | str) -> str:
        given = f"{self.run}-{name}"
        self._scenario[given] = name
        return given

    def _address(self, address: str) -> str:
        local, at, domain = address.rpartition("@")
        return f"{local}-{self.run}@{domain}" if at and local.strip() else address

    def back(self, line: Record) -> Record:
        """Give what was seen in the names of the scenario; cases of others are left out."""
        if not self.run:
            return line
        told: Record = self._back(line)
        if line["see"] == "case_list":
            told["cases"] = [
                self._back(each) for each in line["cases"] if each["case"] in self._scenario
            ]
        return told

    def _back(self, value: Any) -> Any:  # noqa: ANN401 - any value of JSON
        if isinstance(value, str):
            return self._scenario.get(value, value.replace(f"-{self.run}@", "@"))
        if isinstance(value, list):
            return [self._back(each) for each in value]
        if isinstance(value, dict):
            return {name: self._back(each) for name, each in value.items()}
        return value

    def back_delivery(self, came: Delivery) -> Delivery | None:
        """Give a delivery in the names of the scenario; None for one of others."""
        if not self.run:
            return came
        if came.message not in self._scenario:
            return None
        return evolve(
            came,
            case=self._back(came.case),
            message=self._back(came.message),
            to=self._back(came.to),
        )

    def is_mine(self, address: str) -> bool:
        """Say whether an address of the target belongs to this run."""
        return not self.run or f"-{self.run}@" in address
