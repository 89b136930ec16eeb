"""What came of the same scenario run several times, each time with something set otherwise."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from attrs import frozen

from simulator.exits import Exit
from simulator.history.moments import moment
from simulator.measures.samples import Figures
from simulator.world.result import Ran


@frozen
class Variant:
    """One run: what was set, as it was written, and what came of it."""

    settings: tuple[tuple[str, str], ...]
    interval_ms: float | None  # of the replication; None: never
    at_once: bool  # messages do not wait for a run of the replication
    ran: Ran

    @property
    def name(self) -> str:
        """Give the settings in a line."""
        return ", ".join(f"{key}={value}" for key, value in self.settings)

    @property
    def exit(self) -> Exit:
        """Give the verdict on the run alone.

        What its steps expect is not asked where messages wait: they expect the system as it is.
        """
        if self.at_once or self.ran.delivered is None:
            return self.ran.exit  # as it is, or not run at all
        return Exit.VIOLATED if self.ran.broken else Exit.KEPT

    @property
    def why(self) -> str:
        """Say why it was not kept; nothing where it was."""
        if self.at_once or self.ran.delivered is None:
            return self.ran.why
        if not self.ran.broken:
            return ""
        found = self.ran.broken[0].finding
        return f"{found.rule}: {found.seen}; {found.because}"

    def figures(self, measure: str) -> Figures | None:
        """Give the figures of a measure, where there is a sample."""
        if self.ran.measured is None or measure not in self.ran.measured.samples:
            return None
        return self.ran.measured.samples[measure].whole

    @property
    def records(self) -> int:
        """Give how many records the replication carried."""
        carried = self.figures("run_records")
        return 0 if carried is None else round(carried.mean * carried.count)

    @property
    def runs(self) -> int:
        """Give how many runs the replication made."""
        return 0 if self.ran.measured is None else int(self.ran.measured.totals["runs"])


@frozen
class Unlike:
    """The first delivery that is not the same in two runs; a moment is None where it never came."""

    case: str
    message: str
    to: str
    name: str
    at_us: int | None
    other_name: str
    other_at_us: int | None

    def told(self, time_zone: str) -> str:
        """Say it in a line, in the time of a zone."""
        where = f"to {self.to}" if self.to else f"into case {self.case}"
        if self.at_us == self.other_at_us:
            names = f"{self.name} and {self.other_name}"
            return f"{self.message} {where} did not come equally often with {names} (DLV-2)"
        zone = ZoneInfo(time_zone)
        times = f"{_when(self.at_us, zone)} with {self.name}"
        other = f"{_when(self.other_at_us, zone)} with {self.other_name}"
        return f"{self.message} {where} came {times}, {other} (DLV-1)"


def _when(at_us: int | None, zone: tzinfo) -> str:
    if at_us is None:
        return "never"
    at = moment(at_us, zone)
    return at.isoformat(" ", "milliseconds" if at.microsecond else "seconds")[:-6]


@frozen
class Compared:
    """All runs of one scenario, and the first delivery that differs among those at once."""

    exit: Exit
    why: str
    variants: tuple[Variant, ...]
    unlike: Unlike | None = None

    @property
    def reasons(self) -> dict[str, str]:
        """Give why runs were not kept, each reason with the runs that it is about."""
        told: dict[str, list[str]] = {}
        for one in self.variants:
            if one.exit is not Exit.KEPT:
                told.setdefault(one.why, []).append(one.name)
        return {why: "; ".join(names) for why, names in told.items() if why}

    @property
    def at_once(self) -> tuple[Variant, ...]:
        """Give the runs in which messages wait for no replication."""
        return tuple(one for one in self.variants if one.at_once)

    @property
    def conclusion(self) -> str:
        """Say in a sentence what the deliveries show."""
        if self.unlike is not None:
            return f"Delivery depends on the replication: {self.why}."
        first = self.at_once[0].ran.delivered if self.at_once else None
        if first is not None and not first.count:
            return "Nothing was delivered."
        if first is None:
            return "No run delivers at once: whether delivery needs the replication is not shown."
        if len(self.at_once) == 1:
            return "Only one run delivers at once: there is none to hold its deliveries against."
        return (
            f"All runs that deliver at once ({len(self.at_once)}) have the same deliveries"
            f" ({first.count:,}), each at the same moment: delivery does not depend on the"
            f" replication (DLV-1). Their hash is {first.digest}."
        )
