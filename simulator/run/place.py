"""Where scenarios run: on the model, on a server of our own, on one that somebody else runs."""

from datetime import datetime, timedelta
from typing import Final

from attrs import Factory, frozen

from reference.domain.rules import Rules
from simulator.scenario.file import IMMEDIATE, Scenario
from simulator.targets.access import Access
from simulator.targets.in_memory import InMemory
from simulator.targets.port import Target

#: How long a scenario may wait in real time unless more is allowed.
WAIT_MAX: Final = timedelta(minutes=10)


class Unfit(Exception):  # noqa: N818 - nothing failed
    """A scenario does not fit the target; the text says why, and what would let it run."""


@frozen
class Place:
    """A target as the command line names it: `model`, `server`, or an address."""

    target: str = "model"
    access: Access = Factory(Access)
    speed: float = 1.0
    wait_max: timedelta = WAIT_MAX

    @property
    def is_url(self) -> bool:
        """Whether somebody else runs it."""
        return self.target not in {"model", "server"}

    def serves_one_at_a_time(self) -> bool:
        """Tell whether it has one clock, which the scenarios move, or one port for its mails.

        Raises:
            TargetError: when it cannot be reached, or is not the API.
        """
        if not self.is_url:
            return False
        from simulator.targets import opening  # noqa: PLC0415 - the model needs none of it

        return opening.moves_the_clock(self.target, self.access) or self.access.listens


def target_at(place: Place, scenario: Scenario, rules: Rules, limit: timedelta) -> Target:
    """Open the target for a scenario.

    Raises:
        Unfit: when the scenario cannot run there.
        TargetError: when the target cannot be used.
    """
    if place.target == "model":
        return InMemory(rules, registers=scenario.registers)
    if scenario.delivery != IMMEDIATE:
        raise Unfit(
            f"delivery: {scenario.delivery} is a question to the model: no server lets messages"
            " wait for the replication; leave --target out"
        )
    from simulator.targets import opening  # noqa: PLC0415 - the model needs none of it

    setting = opening.Setting(
        rules,
        scenario.readings,
        scenario.time_zone,
        scenario.carrier,
        scenario.registers,
        scenario.begins,
        end_of(scenario),
        limit,
        {name: (each.role, each.email) for name, each in scenario.caseworkers.items()},
        scenario.population is not None,
    )
    if not place.is_url:
        return opening.our_server(setting)
    unlike = opening.unlike(place.access, setting)
    if unlike is not None:
        raise Unfit(unlike)
    target = opening.other_server(place.target, place.access, setting, place.speed)
    if not target.target.virtual:
        wait = wait_of(scenario, place.speed)
        if wait > place.wait_max:
            target.close()
            raise Unfit(
                f"it would take {_words(wait)} of real time: allow that with --max-wait, or let "
                "its waiting pass faster with --speed"
            )
    return target


def end_of(scenario: Scenario) -> datetime:
    """Give when a scenario is over, as far as the file tells."""
    moments = [timed.at for timed in scenario.steps if timed.at is not None]
    return scenario.ends or max(moments, default=scenario.begins)


def wait_of(scenario: Scenario, speed: float) -> timedelta:
    """Give how long a scenario waits in real time, at most."""
    now, total = scenario.begins, timedelta()
    for timed in scenario.steps:
        if timed.at is not None and timed.at > now:
            total += timed.at - now
            now = timed.at
        wait = timed.step.wait
        if wait is not None and wait.duration is not None:
            total += wait.duration
            if wait.kind == "stays_for":
                now += wait.duration
    if scenario.ends is not None and scenario.ends > now:
        total += scenario.ends - now
    return total / speed


def _words(duration: timedelta) -> str:
    hours, seconds = divmod(int(duration.total_seconds()), 3600)
    days, hours = divmod(hours, 24)
    named = ((days, "d"), (hours, "h"), (seconds // 60, "m"), (seconds % 60, "s"))
    return " ".join([f"{count}{unit}" for count, unit in named if count][:2]) or "0s"
