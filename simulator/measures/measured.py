"""What was measured in a run, small enough to be handed on whole."""

from collections.abc import Mapping
from typing import Any

from attrs import Factory, asdict, frozen

from simulator.measures.levels import Course
from simulator.measures.limits import Checked
from simulator.measures.registry import MEASURES
from simulator.measures.samples import Figures


@frozen
class Sampled:
    """The figures of one measure: of all samples, by group, and a curve for a plot.

    Groups are `action` (the expected action), `profile` (of the recipient) and `hour` (of the day
    at which it was sent).
    """

    whole: Figures
    by: Mapping[str, Mapping[str, Figures]]
    curve: tuple[float, ...]


@frozen
class Measured:
    """All measures of a run by name; a measure without a sample is not there.

    `effects` counts, by expected action, the deeds that met an unread message (a way of opening,
    `mark_read`, `reply_without_file`, `reply_with_file`, `new_message`); `moves`, by cloud
    status, the events that met a case in it (a send by what it expects, or `came_back`).
    """

    begin_us: int
    end_us: int
    samples: Mapping[str, Sampled] = Factory(dict[str, Sampled])
    levels: Mapping[str, Course] = Factory(dict[str, Course])
    totals: Mapping[str, float] = Factory(dict[str, float])
    status: Mapping[str, Course] = Factory(dict[str, Course])  # cases by cloud status
    sent_by_hour: tuple[int, ...] = ()  # from the hour in which the run begins
    effects: Mapping[str, Mapping[str, int]] = Factory(dict[str, Mapping[str, int]])
    moves: Mapping[str, Mapping[str, int]] = Factory(dict[str, Mapping[str, int]])
    limits: tuple[Checked, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give the figures as plain values, the unit last in each name; no curves."""
        told: dict[str, Any] = {}
        for name, measure in MEASURES.items():
            if name in self.samples:
                sampled = self.samples[name]
                groups = {
                    f"by_{kind}": {group: asdict(each) for group, each in by.items()}
                    for kind, by in sampled.by.items()
                }
                told[measure.key] = {**asdict(sampled.whole), **groups}
            elif name in self.levels:
                told[measure.key] = _figures_of(self.levels[name])
            elif name in self.totals:
                told[measure.key] = self.totals[name]
        return {**told, "sent_by_hour": list(self.sent_by_hour)}

    def flat(self) -> dict[str, float]:
        """Give the figures of the whole run under one name each: `delivery_ms_p99`."""
        told: dict[str, float] = {}
        for name, measure in MEASURES.items():
            figures: dict[str, float | None] = {}
            if name in self.samples:
                figures = asdict(self.samples[name].whole)
            elif name in self.levels:
                figures = _figures_of(self.levels[name])
            elif name in self.totals:
                told[measure.key] = self.totals[name]
            told |= {f"{measure.key}_{key}": one for key, one in figures.items() if one is not None}
        return told


def _figures_of(course: Course) -> dict[str, float | None]:
    return {"max": course.max, "mean": course.mean, "last": course.last}
