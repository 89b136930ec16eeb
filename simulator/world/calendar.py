"""What is to happen when: everything of one moment is one event of SimPy."""

from collections.abc import Callable
from typing import Any, Final

import simpy
from attrs import Factory, define

#: People act at whole seconds, so that what happens in one second is one batch for a target.
GRID_US: Final = 1_000_000
Call = tuple[Callable[[Any], None], Any]


def on_grid(moment_us: int) -> int:
    """Give the first whole second that is not before a moment."""
    return -(-moment_us // GRID_US) * GRID_US


@define(eq=False)
class Calendar:
    """Calls that are due, by moment; `after` is called when those of a moment are done."""

    env: simpy.Environment
    after: Callable[[], None]
    _due: dict[int, list[Call]] = Factory(dict[int, list[Call]])

    def at(self, moment_us: int, call: Callable[[Any], None], argument: Any) -> None:
        """Let something be called at a moment, in microseconds since the beginning."""
        self._lay_out(moment_us, int(self.env.now), call, argument)

    def later(self, wait_us: int, call: Callable[[Any], None], argument: Any) -> None:
        """Let something be called at the first whole second that is not before so long from now."""
        now_us = int(self.env.now)
        self._lay_out(on_grid(now_us + wait_us), now_us, call, argument)

    def _lay_out(
        self, moment_us: int, now_us: int, call: Callable[[Any], None], argument: Any
    ) -> None:
        due = self._due.get(moment_us)
        if due is None:
            due = self._due[moment_us] = []
            event = self.env.timeout(max(moment_us - now_us, 0))
            event.callbacks.append(self._run)  # pyright: ignore[reportUnknownMemberType] - SimPy's
        due.append((call, argument))

    def _run(self, _: simpy.Event) -> None:
        for call, argument in self._due.pop(int(self.env.now)):
            call(argument)
        self.after()
