"""Lets things break for a time, from when to when or again and again."""

from collections import Counter
from typing import TYPE_CHECKING

from attrs import Factory, define

from simulator.history.moments import MICROSECOND
from simulator.scenario.outages import Outage, Span, outage_of
from simulator.world.calendar import on_grid

if TYPE_CHECKING:
    from simulator.world.world import World


@define(eq=False)
class Outages:
    """The outages of a world; several of one thing at once are over with the last one."""

    world: "World"
    _states: dict[str, Counter[str]] = Factory(dict[str, Counter[str]])

    def begin(self) -> None:
        """Lay out what is known of them, and draw the first of those that come again."""
        for number, one in enumerate(self.world.scenario.outages):
            outage = outage_of(one)
            fault = {"act": "fault", "what": outage.what, "state": outage.state}
            why_not = self.world.target.cannot(fault)
            if why_not is not None:
                self.world.skip(outage.place.line, why_not)
            elif isinstance(one, Span):
                self._once(one, number)
            else:
                self._again(one, number, 0, 0)

    def _once(self, span: Span, number: int) -> None:
        begins = self.world.scenario.begins
        start = (span.begins - begins) // MICROSECOND
        if span.ends is not None:
            end = (span.ends - begins) // MICROSECOND
        else:
            end = start + self._drawn(span.outage, number, 0)[1]
        self._lay_out(span.outage, start, end)

    def _again(self, outage: Outage, number: int, turn: int, after_us: int) -> None:
        """Lay out the next of those that come again; the one after it follows from its end."""
        wait, lasts = self._drawn(outage, number, turn)
        start = after_us + wait
        end = on_grid(start + lasts)
        self._lay_out(outage, start, end)
        self.world.calendar.at(
            end, lambda told: self._again(outage, number, *told), (turn + 1, end)
        )

    def _drawn(self, outage: Outage, number: int, turn: int) -> tuple[int, int]:
        draws = self.world.streams.draws(f"fault/{number}/{turn}")
        wait = 0 if outage.every is None else max(outage.every.at(draws[0]), 1)
        return wait, 0 if outage.lasts is None else max(outage.lasts.at(draws[1]), 1)

    def _lay_out(self, outage: Outage, start_us: int, end_us: int) -> None:
        """Whole seconds, so that what people do at the same time is done before or after."""
        self.world.calendar.at(on_grid(start_us), self._fall, outage)
        self.world.calendar.at(on_grid(end_us), self._rise, outage)

    def _fall(self, outage: Outage) -> None:
        states = self._states.setdefault(outage.what, Counter())
        states[outage.state] += 1
        if states[outage.state] == 1 and not (outage.state == "slow" and states["down"]):
            self._tell(outage, outage.state)

    def _rise(self, outage: Outage) -> None:
        states = self._states[outage.what]
        states[outage.state] -= 1
        if states["down"]:
            return
        if not states["slow"]:
            self._tell(outage, "up")
        elif outage.state == "down":
            self._tell(outage, "slow")

    def _tell(self, outage: Outage, state: str) -> None:
        record = {"act": "fault", "what": outage.what, "state": state}
        self.world.do(record, outage.place.line)
