"""Collects what a run is measured by: takes its lines and its deliveries, one by one.

It follows each message from the moment at which somebody meant to write it, and forgets it when
it no longer counts as unread. What it knows of the rules is what a message is settled by, and
what an act makes of the cloud status; whether the rules are kept is not its business.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Final

from simulator.measures.cells import GROUPS, OF_MESSAGES, Cell, Cells
from simulator.measures.levels import Course
from simulator.measures.limits import Checked, Limit
from simulator.measures.measured import Measured, Sampled
from simulator.measures.messages import Messages, Record
from simulator.measures.registry import MEASURES, Kind
from simulator.measures.runs import OF_RUNS, Runs
from simulator.measures.samples import Figures, Samples, curve, figures, statistic
from simulator.measures.statuses import Statuses

Case = int | str
_HOUR_US: Final = 3_600_000_000
_TOTALS: Final = ("messages", "replies", "mails", "runs", "retries")


def nobody(_: str) -> str:
    """Give the profile of recipients that have none."""
    return ""


class Collector:
    """Takes a run as it happens; `finish` gives what was measured.

    Moments are in microseconds since 1970 (UTC) and come in order. `profile_of` names the profile
    of a recipient; "" for one that has none.
    """

    def __init__(
        self,
        begin_us: int,
        zone: tzinfo,
        readings: Mapping[str, str],
        profile_of: Callable[[str], str] = nobody,
    ) -> None:
        """Begin with nothing."""
        self.begin_us = begin_us
        totals: Counter[str] = Counter()
        self.cells = Cells(zone, profile_of)
        self.messages = Messages(self.cells, readings, begin_us, totals)
        self.runs = Runs(begin_us, totals)
        self.statuses = Statuses(begin_us, readings)
        self.totals = totals
        self.sent_by_hour: Counter[int] = Counter()
        self._written: dict[str, tuple[str | None, bool]] = {}
        #: The words of the lines that are measured, each with what takes them.
        self.words: dict[str, Callable[[Record, int, int], None]] = {
            "send": self._send,
            "reply": self._reply,
            "open": lambda line, at_us, _: self.messages.opened(line, at_us),
            "mark_read": lambda line, at_us, _: self.messages.marked(line, at_us),
            "mail": lambda line, at_us, _: self.messages.mail(line, at_us),
            "edit_case": self._edit,
            "set_mail": self._set_mail,
            "replicate": lambda line, at_us, _: self.runs.run(line, at_us),
            "fault": self._fault,
        }

    def take(self, word: str, line: Record, at_us: int, meant_us: int) -> None:
        """Take a line of the run, of an act or a look that is measured.

        `meant_us` is when who acts meant to, where that was earlier than the moment `at_us`.
        """
        if line.get("outcome") != "refused":
            self.words[word](line, at_us, meant_us)
        elif word == "mark_read":
            self.messages.not_marked(line)

    def deliver(self, at_us: int, case: Case, message: str, to: str | None) -> None:
        """Take a delivery: into the inbox of a recipient, or (None) into the case."""
        if to is None:
            self.messages.into_case(message, at_us)
            answers, fileless = self._written.pop(message, (None, False))
            self.statuses.came_back(case, answers, fileless=fileless, at_us=at_us)
        else:
            self.messages.into_inbox(case, message, to, at_us)
            self.runs.brought(case, at_us)
        self.runs.waits(self.messages.under_way.value, at_us)

    def _send(self, line: Record, at_us: int, meant_us: int) -> None:
        self.messages.send(line, at_us, meant_us)
        if line["outcome"] == "ok":
            self.statuses.sent(line["case"], line["message"], line["expects"], at_us)
            self.sent_by_hour[(at_us - self.begin_us) // _HOUR_US] += 1

    def _reply(self, line: Record, at_us: int, meant_us: int) -> None:
        answers = line.get("answers")
        fileless = not line.get("files") and self.messages.asks_for_file(answers, line["by"])
        self._written[line["message"]] = answers, fileless
        self.messages.reply(line, at_us, meant_us)

    def _edit(self, line: Record, at_us: int, _: int) -> None:
        if line["outcome"] == "ok" and self.statuses.known(line["case"]):
            self.runs.edit(line["case"], at_us)

    def _set_mail(self, line: Record, _: int, __: int) -> None:
        if line["event"] == "new_message" and line.get("enabled") is not None:
            self.messages.mails_on = line["enabled"]

    def _fault(self, line: Record, at_us: int, _: int) -> None:
        self.runs.fault(line, self.messages.under_way.value, at_us)

    # What came of it

    def finish(self, end_us: int, limits: Iterable[Limit] = ()) -> Measured:
        """Give what was measured, and how it stands to limits."""
        end_us = max(end_us, self.begin_us)
        samples = {name: self._sampled(name) for name in MEASURES}
        hours = (end_us - self.begin_us) // _HOUR_US + 1
        levels = {
            "unread": self.messages.unread.course(end_us),
            "under_way": self.messages.under_way.course(end_us),
            "outdated": self.runs.outdated.course(end_us),
        }
        totals: dict[str, float] = {name: self.totals[name] for name in _TOTALS}
        settled = _settled(self.cells.all())
        if settled is not None:
            totals["settled"] = settled
        return Measured(
            self.begin_us,
            end_us,
            {name: one for name, one in samples.items() if one is not None},
            levels,
            totals,
            self.statuses.courses(end_us),
            tuple(self.sent_by_hour[hour] for hour in range(hours)),
            _nested(self.messages.effects),
            self.statuses.moved(),
            tuple(Checked(limit, self._value(limit, levels, totals)) for limit in limits),
        )

    def _parts(self, name: str, cells: Iterable[Cell]) -> list[Samples]:
        """Give the samples of a measure in these cells; of one that belongs to no message, all."""
        if name in OF_RUNS:
            return [self.runs.samples[name]]
        return [cell.samples(name) for cell in cells]

    def _sampled(self, name: str) -> Sampled | None:
        if MEASURES[name].kind is not Kind.SAMPLES:
            return None
        parts = self._parts(name, self.cells.all())
        whole = figures(parts)
        if whole is None:
            return None
        by: dict[str, dict[str, Figures]] = {}
        for kind in GROUPS if name in OF_MESSAGES else ():
            groups = self.cells.groups(kind)
            told = ((group, figures(self._parts(name, cells))) for group, cells in groups)
            by[kind] = {group: each for group, each in told if each is not None}
        return Sampled(whole, by, curve(parts))

    def _value(
        self, limit: Limit, levels: Mapping[str, Course], totals: Mapping[str, float]
    ) -> float | None:
        """Give what a limit is about; None where there is no sample of it."""
        name = limit.measure.name
        if limit.measure.kind is Kind.SAMPLES:
            return statistic(self._parts(name, self.cells.named(limit.group)), limit.statistic)
        if name == "settled":
            return _settled(self.cells.named(limit.group))
        if limit.measure.kind is Kind.TOTAL:
            return totals[name]
        if not self.totals["messages"]:
            return None
        value: float | None = getattr(levels[name], limit.statistic)
        return value


def _nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    told: dict[str, dict[str, int]] = {}
    for (outer, inner), count in sorted(counts.items()):
        told.setdefault(outer, {})[inner] = count
    return told


def _settled(cells: Iterable[Cell]) -> float | None:
    arrived = settled = 0
    for cell in cells:
        arrived += cell.arrived
        settled += cell.settled
    return settled / arrived if arrived else None
