"""What came into mailboxes and cases of a target: told by it, or found by looking."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import Factory, define

from reference.client.client import Client
from reference.client.connection import NotSeen
from simulator.targets.doing import Doing
from simulator.targets.port import Delivery, Record, TargetError


class Arriving(Protocol):
    """Finds what arrived."""

    async def take(self, moment: datetime | None) -> Sequence[Delivery]:
        """Give what arrived since this was asked last; what has no moment of its own, at one."""
        ...

    def expect(self, record: Record) -> None:
        """Learn of an act that was done."""
        ...


@define(eq=False)
class Told:
    """The target tells what arrived, in virtual time when all is at rest."""

    client: Client
    _mailboxes_after: int = 0
    _cases_after: int = 0

    async def take(self, moment: datetime | None) -> Sequence[Delivery]:
        """Ask for it."""
        found: list[Delivery] = []
        while True:
            try:
                told = await self.client.arrivals(self._mailboxes_after, self._cases_after)
            except NotSeen as error:
                raise TargetError(f"what arrived is not told: {error.reason}") from error
            self._mailboxes_after = told.mailboxes_after
            self._cases_after = told.cases_after
            for each in told.arrivals:
                at = each.at or moment
                assert at is not None  # noqa: S101 - nothing arrives before time begins
                found.append(Delivery(each.case, each.message, each.recipient, at))
            if not told.more:
                return found

    def expect(self, record: Record) -> None:
        """Learn nothing: the target tells."""
        del record


@define(eq=False)
class Found:
    """Inboxes and activity lists are looked into for what was sent."""

    doing: Doing
    _sent: dict[tuple[str, str], int | str] = Factory(dict[tuple[str, str], int | str])
    _replied: dict[str, tuple[int | str, str]] = Factory(dict[str, tuple[int | str, str]])
    _writers: dict[int | str, str] = Factory(dict[int | str, str])

    def expect(self, record: Record) -> None:
        """Wait for a message from now on: `to` names its recipients."""
        case: int | str = record["case"]
        message: str = record["message"]
        if record["act"] == "reply":
            self._replied[message] = (case, self._writers.get(case, ""))
            return
        self._writers[case] = record["by"]
        for address in record["to"]:
            self._sent[address.strip().lower(), message] = case

    async def take(self, moment: datetime | None) -> Sequence[Delivery]:
        """Look for what is waited for."""
        assert moment is not None  # noqa: S101 - in real time it is always some time
        found: list[Delivery] = []
        for address in dict.fromkeys(address for address, _ in self._sent):
            line, _ = await self.doing.look({"see": "inbox", "by": address})
            there = {each["message"] for each in (line or {}).get("messages", ())}
            came = [key for key in self._sent if key[0] == address and key[1] in there]
            found += [Delivery(self._sent.pop(key), key[1], address, moment) for key in came]
        for case, by in dict.fromkeys(self._replied.values()):
            line, _ = await self.doing.look({"see": "activities", "by": by, "case": case})
            there = {each.get("message") for each in (line or {}).get("entries", ())}
            for message in [m for m, (of, _) in self._replied.items() if of == case and m in there]:
                del self._replied[message]
                found.append(Delivery(case, message, None, moment))
        return found
