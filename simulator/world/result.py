"""What came of a scenario: the verdict, and everything that the outputs are written from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import Factory, frozen

from simulator.exits import Exit
from simulator.measures.measured import Measured
from simulator.oracle import Finding
from simulator.targets.port import Difference
from simulator.world.deliveries import Delivered

#: What is said of a reason, each with what it is.
Parts = tuple[tuple[str, str], ...]


@frozen
class Failure:
    """A step that did not come out as the scenario says."""

    line: int
    rule: str
    expected: str
    seen: str
    at: datetime
    because: str = ""  # why the rules demand what they do; empty where they tell nothing of it

    @property
    def title(self) -> str:
        """Name what went wrong."""
        return self.rule

    @property
    def parts(self) -> Parts:
        """Say what was wanted, what was seen, and why."""
        parts = ("expected", self.expected), ("seen", self.seen)
        return (*parts, ("because", self.because)) if self.because else parts


@frozen
class Skipped:
    """A step that decides nothing on this target, and why."""

    line: int
    why: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"line {self.line}: {self.why}"


@frozen
class Differed:
    """A step at which the target did otherwise than the model."""

    line: int
    difference: Difference
    at: datetime

    def __str__(self) -> str:
        """Say it in a line."""
        told = self.difference
        return f"{told.what}: the model says {told.model}, the target {told.target}"

    @property
    def title(self) -> str:
        """Name what went wrong."""
        return f"otherwise than the model: {self.difference.what}"

    @property
    def parts(self) -> Parts:
        """Say what both did."""
        return ("model", self.difference.model), ("target", self.difference.target)


@frozen
class Broken:
    """A finding of the oracle, with the line of the scenario whose step brought it up."""

    finding: Finding
    line: int

    @property
    def rule(self) -> str:
        """Name the rule."""
        return self.finding.rule

    @property
    def title(self) -> str:
        """Name what went wrong, and how often."""
        times = f" ({self.finding.count} times)" if self.finding.count > 1 else ""
        return f"{self.rule}{times}"

    @property
    def parts(self) -> Parts:
        """Say what was seen, what the rule demands, and what that follows from."""
        found = self.finding
        return ("seen", found.seen), ("demanded", found.demanded), ("because", found.because)


@frozen
class Ran:
    """What came of one file: the verdict and the reasons for it, or why there is none."""

    file: str
    exit: Exit
    title: str = ""
    story: str = ""
    time_zone: str = "Europe/Berlin"
    lines: tuple[Mapping[str, Any], ...] = ()
    errors: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    broken: tuple[Broken, ...] = ()
    differed: tuple[Differed, ...] = ()
    undecided: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    readings: Mapping[str, str] = Factory(dict[str, str])
    acts: int = 0
    looks: int = 0
    decisive: Mapping[str, int] = Factory(dict[str, int])
    measured: Measured | None = None
    seed: int | None = None  # None: nothing was drawn
    scale: float | None = None  # None: there is no population
    always: tuple[str, ...] = ()  # the rules whose violation counts; empty: all
    let_pass: tuple[Broken, ...] = ()  # violations of other rules
    delivered: Delivered | None = None
    witnesses: Mapping[str, tuple[Mapping[str, Any], ...]] = Factory(
        dict[str, tuple[Mapping[str, Any], ...]]
    )  # the lines of cases in which rules were broken, each case's up to the one that shows it
    wrong: frozenset[int] = frozenset()  # which of `lines` are not as they have to be
    steps: Mapping[int, str] = Factory(dict[int, str])  # those of the reasons, as they are written

    @property
    def reasons(self) -> Sequence[Failure | Broken | Differed]:
        """Give what went wrong in the order of the file: what comes first may cause the rest.

        At a step, a broken rule comes first: it names the message and the facts.
        """
        found: list[Failure | Broken | Differed] = [*self.broken, *self.failures, *self.differed]
        return sorted(found, key=lambda one: one.line)

    @property
    def why(self) -> str:
        """Say in a line why the verdict is what it is; empty where all was kept."""
        if self.errors:
            return self.errors[0]
        if self.reasons:
            return f"{_place(self.reasons[0].line)}{_in_a_line(self.reasons[0])}"
        limits = () if self.measured is None else self.measured.limits
        if beyond := [f"limit {limit}" for limit in limits if limit.kept is False]:
            return "; ".join(beyond)
        return self.undecided[0] if self.undecided else ""


def _in_a_line(reason: Failure | Broken | Differed) -> str:
    match reason:
        case Failure():
            because = f"; {reason.because}" if reason.because else ""
            return f"{reason.rule}: expected {reason.expected}, seen {reason.seen}{because}"
        case Broken():
            return f"{reason.rule}: {reason.finding.seen}; {reason.finding.because}"
        case Differed():
            return str(reason)


def _place(line: int) -> str:
    """Name the line of the file; what people do by chance has none."""
    return f"line {line}: " if line else ""
