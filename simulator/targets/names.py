"""Names of a scenario on a target that others use too: each run has its own."""

from collections.abc import Container, Mapping
from typing import Any

from attrs import Factory, define, evolve

from simulator.targets.port import Delivery, Record
from simulator.targets.texts import with_texts


@define(eq=False)
class Names:
    """Names as the target knows them; without a `run` they are those of the scenario.

    Caseworkers who are `there` already, with a token that the access file gives, keep theirs.
    Others are made, with a role and a token that runs beside this one must not change.
    """

    run: str = ""
    there: Container[str] = ()
    _scenario: dict[str, int | str] = Factory(dict[str, int | str])  # of the target's names

    def out(self, record: Mapping[str, Any]) -> Record:
        """Give a record as the target is to get it."""
        if not self.run:
            return dict(record)
        sent = dict(record)
        for name in ("case", "message", "answers"):
            if sent.get(name) is not None:
                sent[name] = self._id(sent[name])
        for name in ("by", "caseworker"):
            if isinstance(sent.get(name), str):
                sent[name] = self._person(sent[name])
        for name in ("recipient", "email"):
            if isinstance(sent.get(name), str):
                sent[name] = self._address(sent[name])
        if sent.get("to") is not None:
            sent["to"] = [self._address(each) for each in sent["to"]]
        return sent

    def _id(self, name: int | str) -> str:
        given = f"{self.run}-{name}"
        self._scenario[given] = name
        return given

    def _person(self, name: str) -> str:
        if "@" in name:
            return self._address(name)
        return name if name in self.there else f"{name}-{self.run}"

    def _address(self, address: str) -> str:
        local, at, domain = address.rpartition("@")
        return f"{local}-{self.run}@{domain}" if at and local.strip() else address

    def back(self, line: Record) -> Record:
        """Give what was seen in the names of the scenario; cases of others are left out."""
        if not self.run:
            return line
        if line["see"] == "case_list":
            mine = [each for each in line["cases"] if each["case"] in self._scenario]
            line = {**line, "cases": mine}
        told: Record = with_texts(line, self._back)
        return told

    def _back(self, field: str, text: str) -> int | str:
        del field
        return self._scenario.get(text, text.replace(f"-{self.run}", ""))

    def back_delivery(self, came: Delivery) -> Delivery | None:
        """Give a delivery in the names of the scenario; None for one of others."""
        if not self.run:
            return came
        if came.message not in self._scenario:
            return None
        case, message = self._scenario[str(came.case)], str(self._scenario[came.message])
        to = None if came.to is None else str(self._back("to", came.to))
        return evolve(came, case=case, message=message, to=to)

    def is_mine(self, address: str) -> bool:
        """Say whether an address of the target belongs to this run."""
        return not self.run or f"-{self.run}@" in address
