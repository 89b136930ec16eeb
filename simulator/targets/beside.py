"""The model beside another target: the same is done to both, and what differs is told."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import Factory, define

from simulator.targets.in_memory import InMemory
from simulator.targets.over_http import OverHttp
from simulator.targets.port import Delivery, Difference, Hitch, Outcome, Record, described

#: How often a look that differs is repeated in real time, in seconds.
_AGAIN_S: Final = 0.05
#: Refusals whose code is open: nobody may learn from the answer whether an address is known.
_REASON_OPEN: Final = frozenset({"register", "request_link"})
#: Lists whose order says nothing, with what sorts them.
_UNORDERED: Final = {
    "messages": "message",
    "cases": "case",
    "documents": None,
    "recipients": None,
    "under_way": None,
}
_OF_RECORDS: Final = frozenset({"messages", "cases", "entries"})
_Key = tuple[Any, ...]


@define(eq=False)
class Beside:
    """A target with the model beside it; in real time both have `limit` to come to the same."""

    target: OverHttp
    model: InMemory
    limit: timedelta
    judges_reasons: bool = True
    _differences: list[Difference] = Factory(list[Difference])
    _news: list[Record] = Factory(list[Record])
    _deliveries: list[Delivery] = Factory(list[Delivery])
    #: What arrived at one of them alone: how often at the target, less how often at the model.
    _owed: Counter[_Key] = Factory(Counter[_Key])
    _mailed: dict[_Key, list[Record]] = Factory(dict[_Key, list[Record]])  # the model's mails
    _refused: set[str] = Factory(set[str])  # messages that the target did not take
    _link_of: dict[str, str] = Factory(dict[str, str])  # the target's link -> the model's

    def cannot(self, record: Mapping[str, Any]) -> str | None:
        """Say why an act cannot be done."""
        return self.target.cannot(record)

    def act(
        self, records: Sequence[Record], at: datetime, hitches: Sequence[Hitch | None] = ()
    ) -> Sequence[Outcome]:
        """Do the same to both."""
        expected = [self._expected(record) for record in records]
        outcomes = self.target.act(records, at, hitches)
        for place, (record, outcome) in enumerate(zip(records, outcomes, strict=True)):
            moment = outcome.at or self.target.moment(at)
            hitch = hitches[place] if place < len(hitches) else None
            (wanted,) = self.model.act([self._for_model(record)], moment, [hitch])
            self._compare_outcomes(record, wanted, outcome)
            if outcome.word == "refused" and record["act"] == "reply":
                self._refused.add(record["message"])
            if outcome.word != "refused" and record["act"] in {"send", "reply"}:
                self.target.arriving.expect(self.target.names.out(expected[place]))
        return outcomes

    def _expected(self, record: Record) -> Record:
        """Name the recipients of a message that goes to the preset ones."""
        if record["act"] == "send" and record.get("to") is None:
            return {**record, "to": self.model.preset(record["case"])}
        return record

    def _for_model(self, record: Record) -> Record:
        if record["act"] == "register" and "link" in record:
            return {**record, "link": self._link_of.get(record["link"], record["link"])}
        return record

    def _compare_outcomes(self, record: Record, wanted: Outcome, outcome: Outcome) -> None:
        act = record["act"]
        same = wanted.word == outcome.word and (
            wanted.reason == outcome.reason or act in _REASON_OPEN or not self.judges_reasons
        )
        # The answer to who asks for a link tells nothing; a run that is to fail may fail otherwise.
        open_ = act == "request_link" or (act == "replicate" and record.get("result") != 0)
        if not (same or open_):
            told = Difference(described(record), str(wanted), str(outcome))
            self._differences.append(told)
        elif wanted.told != outcome.told and outcome.told and not open_:
            told = Difference("the bundles of the run", str(wanted.told), str(outcome.told))
            self._differences.append(told)

    def look(self, records: Sequence[Mapping[str, Any]], at: datetime) -> Sequence[Record | None]:
        """Look at both; give what the target shows."""
        until = time.monotonic() + self.limit.total_seconds()
        while True:
            seen = self.target.look_and_say(records, at)
            moment = self.target.moment(at)
            wanted = self.model.look(records, moment)
            differences = [
                found
                for record, model, (line, why) in zip(records, wanted, seen, strict=True)
                if (found := self._differs(record, model, line, why)) is not None
            ]
            if not differences or self.target.virtual or time.monotonic() >= until:
                self._differences += differences
                return [line for line, _ in seen]
            self.target.wait(_AGAIN_S)

    def _differs(
        self, record: Mapping[str, Any], model: Record | None, seen: Record | None, why: str | None
    ) -> Difference | None:
        what = described(record)
        if seen is None or model is None:
            if (seen is None) is (model is None) or why == "not_registered":
                return None
            there = "something", f"nothing ({why})"
            return Difference(what, *(there if seen is None else ("nothing", "something")))
        ignored = {"at"} if self.target.virtual else {"at", "stamp"}
        for name, wanted in model.items():
            if name in seen and name not in ignored:
                one, other = _plain(name, wanted, ignored), _plain(name, seen[name], ignored)
                if one != other:
                    return Difference(f"{what}: {name}", *_first_difference(name, one, other))
        return None

    def advance(self, to: datetime) -> None:
        """Let time pass."""
        self.target.advance(to)

    def news(self) -> Sequence[Record]:
        """Give what arrived since this was asked last."""
        self._ask()
        news, self._news = self._news, []
        return news

    def deliveries(self) -> Sequence[Delivery]:
        """Give what was delivered since this was asked last."""
        self._ask()
        deliveries, self._deliveries = self._deliveries, []
        return deliveries

    def _ask(self) -> None:
        """Take what arrived; in real time, wait for what is due."""
        until = time.monotonic() + self.limit.total_seconds()
        self._take()
        while self.target.real_time and self._owed and time.monotonic() < until:
            self.target.wait(_AGAIN_S)
            self._take()

    def _take(self) -> None:
        for mail in self.model.news():
            if mail["see"] == "mail" and self.target.reads_mails:
                self._owe(_mail_key(mail), -1)
                self._mailed.setdefault(_mail_key(mail), []).append(mail)
        for came in self.model.deliveries():
            self._owe(_delivery_key(came), -1)
        for line in self.target.news():
            # What arrives although it was refused is a difference; in a trace it cannot stand.
            if line["see"] != "arrival" or line["message"] not in self._refused:
                self._news.append(line)
            if line["see"] == "mail":
                self._owe(_mail_key(line), +1)
                self._pair(line)
        for came in self.target.deliveries():
            self._deliveries.append(came)
            self._owe(_delivery_key(came), +1)

    def _pair(self, line: Record) -> None:
        """Find the mail of the model that one of the target stands for: they come in order."""
        models = self._mailed.get(_mail_key(line))
        if not models:
            return
        mail = models.pop(0)
        line.setdefault("message", mail["message"])  # where the target's mails do not tell it
        if "link" in line and "link" in mail:
            self._link_of[line["link"]] = mail["link"]

    def _owe(self, key: _Key, count: int) -> None:
        self._owed[key] += count
        if not self._owed[key]:
            del self._owed[key]

    def differences(self) -> Sequence[Difference]:
        """Give where they differed since this was asked last."""
        self._ask()
        differences, self._differences = self._differences, []
        return [*differences, *self.target.differences(), *self._overdue()]

    def _overdue(self) -> Iterable[Difference]:
        """Give what arrived at one of them alone: the other one has had its time."""
        for key in list(self._owed):
            more = self._owed.pop(key)
            arrived, not_there = "it arrived", "it is not there"
            if abs(more) > 1:
                arrived = f"it arrived {abs(more)} times more"
            said = (not_there, arrived) if more > 0 else (arrived, not_there)
            yield Difference(_said(key), *said)

    @property
    def is_the_model(self) -> bool:
        """Say no."""
        return False

    @property
    def real_time(self) -> bool:
        """Whether time passes by itself."""
        return self.target.real_time

    def moment(self, at: datetime) -> datetime:
        """Give the moment of the target's clock."""
        return self.target.moment(at)

    def close(self) -> None:
        """End both."""
        self.target.close()


def _mail_key(mail: Record) -> _Key:
    return "mail", mail["to"], mail["event"]


def _delivery_key(came: Delivery) -> _Key:
    return "message", came.message, came.case, came.to


def _said(key: _Key) -> str:
    if key[0] == "mail":
        return f"a mail to {key[1]} ({key[2]})"
    _, message, case, to = key
    return f"{message} in {f'the case {case}' if to is None else f'the mailbox of {to}'}"


def _plain(name: str, value: Any, ignored: set[str]) -> Any:
    """Give a value without what may differ."""
    if name in _UNORDERED:
        key = _UNORDERED[name]
        return sorted(value, key=str if key is None else lambda each: str(each[key]))
    if name == "entries":
        return [{field: each[field] for field in each if field not in ignored} for each in value]
    return value


def _first_difference(name: str, one: Any, other: Any) -> tuple[str, str]:
    """Say where two values differ, as closely as it can be said."""
    if name in _OF_RECORDS:
        for mine, theirs in zip(one, other, strict=False):
            about = mine.get("message") or mine.get("case") or mine.get("text")
            for field in mine:
                if mine[field] != theirs.get(field):
                    said = (f"{about}: {field}: {each.get(field)!r}" for each in (mine, theirs))
                    return next(said), next(said)
    return repr(one), repr(other)
