"""Writes the report of a run from its results."""

import platform
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from simulator.exits import Exit, worst_of
from simulator.history.clauses import CLAUSES, Shown
from simulator.history.vocabulary import READINGS
from simulator.printing import printable
from simulator.report.sequence import sequence_svg, status_svg
from simulator.world.result import Ran

WORDS: Final = {
    "kept": "Kept",
    "violated": "Violated",
    "bad_input": "Bad input",
    "undecided": "Undecided",
    "environment": "Environment failed",
}
_ENVIRONMENT: Final = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def report_html(ran: Sequence[Ran], again: str) -> str:
    """Give the report as one HTML file: verdict first, what failed before what was kept."""
    order = sorted(ran, key=lambda one: one.exit is Exit.KEPT)
    verdict = worst_of(one.exit for one in ran).name.lower()
    kept = sum(one.exit is Exit.KEPT for one in ran)
    decided: dict[str, int] = {}
    for one in ran:
        for rule, count in one.decisive.items():
            decided[rule] = decided.get(rule, 0) + count
    page = _ENVIRONMENT.from_string(
        files("simulator.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    return page.render(
        headline=f"{kept} of {len(ran)} scenarios kept",
        verdict=verdict,
        words=WORDS,
        summary=_summary(order),
        scenarios=[_shown(one) for one in order],
        promises={rule: clause.promise for rule, clause in CLAUSES.items()},
        coverage=[
            (rule, decided.get(rule, 0))
            for rule, clause in CLAUSES.items()
            if clause.shown is Shown.TRACE
        ],
        again=printable(again),
        machine=f"Python {platform.python_version()} on {platform.machine()}",
    )


def _summary(order: Sequence[Ran]) -> str:
    first = order[0]
    if first.exit is Exit.KEPT:
        acts, looks = sum(one.acts for one in order), sum(one.looks for one in order)
        return f"{acts:,} acts and {looks:,} looks were judged, every one by all rules."
    return printable(f"{first.title or first.file}: {first.why}")


def _shown(one: Ran) -> dict[str, Any]:
    zone = ZoneInfo(one.time_zone)
    changed = {name: value for name, value in one.readings.items() if value != READINGS[name][0]}
    return {
        "ran": one,
        "zone": zone,
        "verdict": one.exit.name.lower(),
        "failed": one.exit is not Exit.KEPT,
        # The pictures escape every text themselves.
        "sequence": Markup(sequence_svg(one.lines, zone)) if one.lines else "",  # noqa: S704
        "status": Markup(status_svg(one.lines)),  # noqa: S704
        "changed": ", ".join(f"{name} = {value}" for name, value in changed.items()),
    }
