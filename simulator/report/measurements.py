"""What was measured in a run, as tables and plots of the report."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

from attrs import frozen

from simulator.history.vocabulary import LABELS
from simulator.measures.formats import digits, duration, in_unit, share
from simulator.measures.levels import Course
from simulator.measures.limits import Checked
from simulator.measures.measured import Measured
from simulator.measures.registry import MEASURES, Kind, Measure
from simulator.measures.samples import CURVE_STEPS, Figures
from simulator.report.axes import Linear, LogDurations, Share, Times
from simulator.report.charts import (
    COLOURS,
    DASHES,
    Chart,
    Point,
    Series,
    area_chart,
    line_chart,
    steps_of,
)

NONE: Final = "–"
#: From how many messages on plots say more than the pictures of what happened.
MANY: Final = 20
_WAITS: Final = ("read", "answer", "settle")
_DELAYS: Final = ("delivery", "mail", "reply_delivery")
#: Expected action -> its label.
ACTIONS: Final = {action: label for label, action in LABELS["expects"].items()}
STATUS_COLOURS: Final = {
    "Datei": "#c96a3e",
    "Antwort": "#d9a62b",
    "Info": "#6c9bcd",
    "OK": "#63a36a",
}
_GROUPS: Final = {
    "action": "By expected action (nächste Aktion)",
    "profile": "By profile of the recipient",
    "hour": "By hour of the day at which they were sent",
}


@frozen
class Table:
    """Figures of a measure for each group of a kind."""

    label: str
    rows: Sequence[tuple[str, Sequence[str]]]


@frozen
class Group:
    """The figures of all measures by one kind of group."""

    title: str
    tables: Sequence[Table]


@frozen
class Shown:
    """What the report shows of the measurements of a run."""

    limits: Sequence[Mapping[str, str]]
    rows: Sequence[Mapping[str, Any]]
    others: Sequence[tuple[str, str, str]]
    charts: Sequence[tuple[str, Chart, str]]
    groups: Sequence[Group]


def shown(measured: Measured, zone: tzinfo) -> Shown:
    """Give what the report shows; plots only where there are many messages."""
    many = measured.totals.get("messages", 0) >= MANY
    return Shown(
        [_limit(checked) for checked in measured.limits],
        [
            {"name": name, "meaning": measure.meaning, "figures": figures}
            for name, measure in MEASURES.items()
            if name in measured.samples
            and (figures := _figures(measure, measured.samples[name].whole))
        ],
        list(_others(measured)),
        list(_charts(measured, zone)) if many else [],
        list(_groups(measured)) if many else [],
    )


def facts(measured: Measured) -> list[tuple[str, str]]:
    """Give the figures that are asked for first."""
    totals, told = measured.totals, [(f"{measured.totals['messages']:,.0f}", "messages sent")]
    if len(measured.sent_by_hour) > 1:
        told.append((f"{max(measured.sent_by_hour):,}", "sends in the busiest hour"))
    for name, what in (
        ("delivery", "until 99 of 100 are in the inbox"),
        ("mail", "until 99 of 100 mails are there"),
    ):
        if name in measured.samples:
            told.append((duration(measured.samples[name].whole.p99), what))
    if "answer" in measured.samples:
        told.append((duration(measured.samples["answer"].whole.p50), "until half of the answers"))
    if "settled" in totals:
        told.append((share(totals["settled"]), "settled at the end"))
    return told


def _limit(checked: Checked) -> dict[str, str]:
    verdict = {True: "kept", False: "violated", None: "undecided"}[checked.kept]
    return {"text": checked.limit.text, "measured": checked.told, "verdict": verdict}


def _figures(measure: Measure, figures: Figures) -> list[str]:
    asked = (figures.p50, figures.p95, figures.p99, figures.max)
    return [f"{figures.count:,}", *(in_unit(measure.unit, each) for each in asked)]


def _others(measured: Measured) -> Iterable[tuple[str, str, str]]:
    """Give what is one number: totals, and the highest of what goes up and down."""
    for name, measure in MEASURES.items():
        if measure.kind is Kind.TOTAL and name in measured.totals:
            yield measure.name, measure.meaning, in_unit(measure.unit, measured.totals[name])
        elif measure.kind is Kind.LEVEL:
            course = measured.levels[name]
            mean = NONE if course.mean is None else digits(course.mean)
            told = f"at most {course.max:,}, {mean} in the mean, {course.last:,} at the end"
            yield measure.name, measure.meaning, told


def _groups(measured: Measured) -> Iterable[Group]:
    """Give the figures by group, of each measure of which there is more than one group."""
    for kind, title in _GROUPS.items():
        tables = [table for name in (*_DELAYS, *_WAITS) for table in _by(measured, name, kind)]
        if tables:
            yield Group(title, tables)


def _by(measured: Measured, name: str, kind: str) -> Iterable[Table]:
    if name not in measured.samples or kind not in measured.samples[name].by:
        return
    by = measured.samples[name].by[kind]
    if len(by) > 1 and any(figures.max > 0 for figures in by.values()):
        measure = MEASURES[name]
        rows = [(ACTIONS.get(group, group), _figures(measure, each)) for group, each in by.items()]
        yield Table(measure.name, rows)


# Plots


def curve_points(measured: Measured, measure: str) -> list[Point]:
    """Give the points of a distribution: value, and the share of samples up to it."""
    points = [(value, at / CURVE_STEPS) for at, value in enumerate(measured.samples[measure].curve)]
    return [(points[0][0], 0.0), *points]


def _charts(measured: Measured, zone: tzinfo) -> Iterable[tuple[str, Chart, str]]:
    times = Times(measured.begin_us, measured.end_us, zone)
    for names, title in ((_DELAYS, "How long messages travel"), (_WAITS, "How long people take")):
        chart = _distributions(measured, names)
        if chart is not None:
            yield title, chart, "For each time, the share that was done by then."
    yield "Messages that count as unread", _level(measured, "unread", times), ""
    if any(name in measured.samples and measured.samples[name].whole.max for name in _DELAYS):
        yield "Messages on their way", _level(measured, "under_way", times), ""
    yield "Cases by cloud status", _status(measured, times), ""
    if len(measured.sent_by_hour) > 1:
        yield "Messages sent in each hour", _sends(measured, times), ""


def _distributions(measured: Measured, names: Iterable[str]) -> Chart | None:
    found = [name for name in names if name in measured.samples]
    found = [name for name in found if measured.samples[name].whole.max > 0]
    if not found:
        return None
    wholes = [measured.samples[name].whole for name in found]
    positive = [value for name in found for value in measured.samples[name].curve if value > 0]
    axis = LogDurations.over(min(positive), max(positive))
    series = [
        Series(
            name,
            [(axis.low, 0.0), *curve_points(measured, name), (axis.top, 1.0)],
            COLOURS[at],
            DASHES[at],
        )
        for at, name in enumerate(found)
    ]
    told = "; ".join(
        f"{name}: half within {duration(whole.p50)}, 95 % within {duration(whole.p95)}"
        for name, whole in zip(found, wholes, strict=True)
    )
    return line_chart(told, axis, Share(), series)


def _steps(course: Course, times: Times) -> list[Point]:
    return steps_of(times.begin_us, times.end_us, course.step_us, course.steps)


def _level(measured: Measured, name: str, times: Times) -> Chart:
    course = measured.levels[name]
    told = f"{name} over time: at most {course.max:,}, at the end {course.last:,}"
    return line_chart(told, times, Linear(course.max), [Series("", _steps(course, times))])


def _status(measured: Measured, times: Times) -> Chart:
    """Draw the cases by cloud status upon each other."""
    step_us = max(course.step_us for course in measured.status.values())
    length = (times.end_us - times.begin_us) // step_us + 1
    rows = {
        status: _resampled(measured.status[status], step_us, length) for status in STATUS_COLOURS
    }
    top = max(map(sum, zip(*rows.values(), strict=True)), default=0)
    series = [
        Series(status, steps_of(times.begin_us, times.end_us, step_us, rows[status]), colour)
        for status, colour in STATUS_COLOURS.items()
    ]
    ends = ", ".join(f"{status} {measured.status[status].last:,}" for status in STATUS_COLOURS)
    return area_chart(
        f"Cases by cloud status over time; at the end {ends}", times, Linear(top), series
    )


def _resampled(course: Course, step_us: int, length: int) -> list[float]:
    """Give a course in longer steps, and to the end: the last value stays."""
    together = step_us // course.step_us
    steps = course.steps
    values: list[float] = [max(steps[at : at + together]) for at in range(0, len(steps), together)]
    return (values + [course.last] * length)[:length]


def _sends(measured: Measured, times: Times) -> Chart:
    counts = measured.sent_by_hour
    points = steps_of(times.begin_us, times.end_us, 3_600_000_000, counts)
    told = f"Messages sent in each hour: at most {max(counts):,}"
    return area_chart(told, times, Linear(max(counts)), [Series("", points)])
