"""Writes the report of a comparison: what does not change, what waiting costs, what runs cost."""

from collections.abc import Sequence
from typing import Any

from simulator.measures.formats import duration
from simulator.measures.measured import Measured
from simulator.printing import printable
from simulator.report.axes import Durations, Linear, LogDurations, Share
from simulator.report.charts import COLOURS, DASHES, Chart, Series, line_chart
from simulator.report.measurements import NONE, curve_points
from simulator.report.page import WORDS, page, readings_rows
from simulator.world.compared import Compared, Variant

_HASH_SHOWN = 12
_SERIES_MAX = 6


def comparison_html(compared: Compared, again: str) -> str:
    """Give the report of a comparison as one HTML file."""
    first = compared.variants[0].ran
    costs = _costs(compared)
    told = {
        "headline": f"Delivery and replication: {printable(first.title or first.file)}",
        "file": first.file,
        "story": first.story,
        "seed": first.seed,
        "verdict": compared.exit.name.lower(),
        "word": WORDS[compared.exit.name.lower()],
        "conclusion": printable(compared.conclusion),
        "why": "" if compared.unlike or not compared.why else printable(compared.why),
        "facts": _facts(compared),
        "slots": [slot for slot, _ in compared.variants[0].settings],
        "rows": [_row(one) for one in compared.variants],
        "waits": any(not one.at_once for one in compared.variants),
        "reasons": [
            {"name": names, "why": printable(why)} for why, names in compared.reasons.items()
        ],
        "worth": _worth(compared),
        "delays": _delays(compared),
        "costs": costs,
        "no_edits": any(NONE in (one["p95"], one["catch_up"]) for one in costs),
        "ages": _ages(compared),
        "runs": _runs(compared),
        "reading_rows": readings_rows(first.readings),
    }
    return page("compare", again, told)


def _facts(compared: Compared) -> list[tuple[str, str]]:
    """Give the figures that an architect asks for first."""
    measured = _measured(compared.at_once[0]) if compared.at_once else None
    if measured is None:
        return []
    facts = [(f"{measured.totals['messages']:,.0f}", "messages sent (Nachrichten)")]
    if measured.sent_by_hour:
        facts.append((f"{max(measured.sent_by_hour):,}", "of them in the busiest hour"))
    delays = [one.figures("delivery") for one in compared.at_once]
    shown = [each.p99 for each in delays if each is not None]
    if shown:
        facts.append((duration(max(shown)), "until 99 of 100 are in the inbox, at once"))
    waiting = [one.figures("delivery") for one in compared.variants if not one.at_once]
    late = [each.p95 for each in waiting if each is not None]
    if late:
        facts.append((_range(late), "for 95 of 100, if they waited for a run"))
    ages = [each.p95 for one in compared.at_once if (each := one.figures("staleness"))]
    if ages:
        facts.append((_range(ages), "age of case data (95 of 100), by interval"))
    return facts


def _range(values: Sequence[float]) -> str:
    low, high = duration(min(values)), duration(max(values))
    return low if low == high else f"{low} – {high}"


def _measured(one: Variant) -> Measured | None:
    return one.ran.measured


def _row(one: Variant) -> dict[str, Any]:
    delays, delivered = one.figures("delivery"), one.ran.delivered
    verdict = one.exit.name.lower()
    return {
        "settings": [value for _, value in one.settings],
        "verdict": verdict,
        "word": WORDS[verdict],
        "count": NONE if delivered is None else f"{delivered.count:,}",
        "hash": NONE if delivered is None else delivered.digest[:_HASH_SHOWN],
        "mean": duration(delays.mean) if delays else NONE,
        "p95": duration(delays.p95) if delays else NONE,
        "max": duration(delays.max) if delays else NONE,
    }


def _interval(one: Variant) -> str:
    """Give the interval as it was written, else as the file has it."""
    told = "never" if one.interval_ms is None else duration(one.interval_ms)
    return dict(one.settings).get("replicate_every", told)


def _worth(compared: Compared) -> list[dict[str, str]]:
    """Set the runs in which messages wait beside those at once with the same interval."""
    rows: list[dict[str, str]] = []
    at_once = {one.interval_ms: one for one in compared.at_once}
    for one in compared.variants:
        if one.at_once:
            continue
        delays, every = one.figures("delivery"), one.interval_ms
        beside = at_once[every].figures("delivery") if every in at_once else None
        measured = _measured(one)
        sent = 0.0 if measured is None else measured.totals["messages"]
        came = 0 if delays is None else delays.count
        rows.append(
            {
                "interval": _interval(one),
                "at_once": duration(beside.p95) if beside else NONE,
                "mean": duration(delays.mean) if delays else NONE,
                "half": NONE if every is None else duration(every / 2),
                "p95": duration(delays.p95) if delays else NONE,
                "most": NONE if every is None else duration(0.95 * every),
                "missing": f"{sent - came:,.0f}",
            }
        )
    return rows


def _costs(compared: Compared) -> list[dict[str, str]]:
    """Say for each interval what it costs; messages that wait are left out of it."""
    rows: list[dict[str, str]] = []
    for one in compared.at_once:
        ages, run = one.figures("staleness"), one.figures("run_records")
        bundle, catch_up = one.figures("bundle_records"), one.figures("data_catch_up")
        measured = _measured(one)
        rows.append(
            {
                "interval": _interval(one),
                "runs": f"{one.runs:,}",
                "records": f"{one.records:,}",
                "run_p95": f"{run.p95:,.0f}" if run else NONE,
                "bundle": f"{bundle.max:,.0f}" if bundle else NONE,
                "p50": duration(ages.p50) if ages else NONE,
                "p95": duration(ages.p95) if ages else NONE,
                "max": duration(ages.max) if ages else NONE,
                "missing": f"{measured.levels['outdated'].last:,}" if measured else NONE,
                "catch_up": duration(catch_up.max) if catch_up else NONE,
            }
        )
    return rows if len(rows) > 1 or any(row["runs"] != "0" for row in rows) else []


# Plots


def _label(one: Variant, measure: str) -> str:
    if measure == "delivery":
        return f"waiting for a run every {_interval(one)}" if not one.at_once else "at once"
    return f"runs every {_interval(one)}" if one.interval_ms is not None else "no runs"


def _curves(variants: Sequence[Variant], measure: str) -> list[Series]:
    shown = [
        (one, measured)
        for one in variants
        if (measured := _measured(one)) is not None and measure in measured.samples
    ]
    return [
        Series(_label(one, measure), curve_points(measured, measure), COLOURS[at], DASHES[at])
        for at, (one, measured) in enumerate(shown[:_SERIES_MAX])
    ]


def _delays(compared: Compared) -> Chart | None:
    """Draw the delays: one line for the runs at once, one for each that waits."""
    waiting = [one for one in compared.variants if not one.at_once]
    series = _curves([*compared.at_once[:1], *waiting], "delivery")
    top = max((point for one in series for point, _ in one.points), default=0.0)
    if not waiting or top <= 0:
        return None
    told = "; ".join(
        f"{one.name}: half of all within {duration(delays.p50)}"
        for one in [*compared.at_once[:1], *waiting]
        if (delays := one.figures("delivery"))
    )
    lines = [_to_the_end(one, top) for one in series]
    return line_chart(f"Delay until delivery. {told}", Durations(top), Share(), lines)


def _to_the_end(one: Series, top: float) -> Series:
    """Let a line go on at all until the end of the axis."""
    return Series(one.label, [*one.points, (top, 1.0)], one.colour, one.dash)


def _ages(compared: Compared) -> Chart | None:
    series = _curves(compared.at_once, "staleness")
    values = [value for one in series for value, _ in one.points if value > 0]
    if not values:
        return None
    top = max(values)
    told = "; ".join(
        f"{one.name}: half of all within {duration(ages.p50)}, oldest {duration(ages.max)}"
        for one in compared.at_once
        if (ages := one.figures("staleness"))
    )
    axis = LogDurations.over(min(values), top)
    lines = [_to_the_end(one, axis.top) for one in series]
    return line_chart(f"Age of case data. {told}", axis, Share(), lines)


def _runs(compared: Compared) -> Chart | None:
    """Draw the number of runs over the interval."""
    points = sorted(
        (one.interval_ms, float(one.runs))
        for one in compared.at_once
        if one.interval_ms is not None and one.runs
    )
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    told = "; ".join(f"every {duration(every)}: {runs:,.0f} runs" for every, runs in points)
    axis = LogDurations.over(points[0][0], points[-1][0])
    top = Linear(max(runs for _, runs in points))
    return line_chart(f"Runs of the replication. {told}", axis, top, [Series("", points)])
