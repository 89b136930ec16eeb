"""Writes the report of a run from its results."""

from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import frozen

from simulator.exits import WORST_FIRST, Exit, worst_of
from simulator.history.clauses import CLAUSES
from simulator.history.vocabulary import READINGS
from simulator.printing import printable
from simulator.report.coverage import effects_met, moves_met, rules_decided
from simulator.report.measurements import ACTIONS, MANY, facts, shown
from simulator.report.page import WORDS, page, readings_rows
from simulator.report.sequence import Arrow, State, arrows, sequence_svg, states_of
from simulator.world.result import Ran

Record = Mapping[str, Any]
#: How many reasons of a kind are told of a scenario, and how many rows a picture has.
REASONS_MAX: Final = 10
ROWS_MAX: Final = 80


@frozen
class Picture:
    """What happened, as a picture and as a list, with the status that was seen."""

    title: str
    rows: Sequence[Arrow]
    left_out: int
    states: Mapping[object, Sequence[State]]
    case: str = ""

    @property
    def svg(self) -> str:
        """Draw it; every text in it is escaped."""
        return sequence_svg(self.rows)


def report_html(ran: Sequence[Ran], again: str) -> str:
    """Give the report as one HTML file: verdict first, the worst first."""
    order = sorted(ran, key=lambda one: WORST_FIRST.index(one.exit))
    settings = {tuple(one.readings.items()) for one in ran if one.readings}
    folders = {Path(one.file).parent for one in ran}
    told = {
        "headline": _headline(order),
        "verdict": worst_of(one.exit for one in ran).name.lower(),
        "words": WORDS,
        "summary": _summary(order),
        "scenarios": [_shown(one) | {"id": f"s{at}"} for at, one in enumerate(order, 1)],
        "in_folders": len(folders) > 1,
        "promises": {rule: clause.promise for rule, clause in CLAUSES.items()},
        "coverage": rules_decided(ran),
        "effects": effects_met(ran),
        "moves": moves_met(ran),
        "actions": list(ACTIONS.values()),
        "reading_rows": readings_rows(dict(settings.pop())) if len(settings) == 1 else [],
    }
    return page("run", again, told)


def _headline(order: Sequence[Ran]) -> str:
    if len(order) == 1:
        return printable(order[0].title or order[0].file)
    kept = sum(one.exit is Exit.KEPT for one in order)
    return f"{kept} of {len(order)} scenarios kept"


def _summary(order: Sequence[Ran]) -> str:
    first = order[0]
    if first.exit is Exit.KEPT:
        acts, looks = sum(one.acts for one in order), sum(one.looks for one in order)
        return f"{acts:,} acts and {looks:,} looks were judged, every one by all rules."
    why = first.why if len(order) == 1 else f"{first.title or first.file}: {first.why}"
    return printable(why)


def _shown(one: Ran) -> dict[str, Any]:
    zone = ZoneInfo(one.time_zone)
    changed = {name: value for name, value in one.readings.items() if value != READINGS[name][0]}
    measured = None if one.measured is None else shown(one.measured, zone)
    many = one.measured is not None and one.measured.totals["messages"] >= MANY
    return {
        "ran": one,
        "folder": Path(one.file).parent.as_posix(),
        "zone": zone,
        "verdict": one.exit.name.lower(),
        "failed": one.exit is not Exit.KEPT,
        "reasons": one.reasons[:REASONS_MAX],
        "more": max(len(one.reasons) - REASONS_MAX, 0),
        "pictures": _pictures(one, zone, many=many),
        "measured": measured,
        "beyond": [each for each in measured.limits if each["verdict"] == "violated"]
        if measured
        else [],
        "many": many,
        "facts": facts(one.measured) if many and one.measured is not None else [],
        "changed": ", ".join(f"{name} = {value}" for name, value in changed.items()),
    }


def _pictures(one: Ran, zone: tzinfo, *, many: bool) -> list[Picture]:
    """Draw the cases in which rules were broken, else a story as a whole; no crowd."""
    if one.witnesses and (many or len(one.lines) > ROWS_MAX):
        found = [
            _picture(f"What happened in case {case}", lines, zone, {len(lines) - 1}, case)
            for case, lines in one.witnesses.items()
        ]
    else:
        found = [] if many else [_picture("What happened", one.lines, zone, one.wrong)]
    return [picture for picture in found if picture.rows]


def _picture(
    title: str, lines: Sequence[Record], zone: tzinfo, wrong: Collection[int], case: str = ""
) -> Picture:
    rows = arrows(lines, zone, wrong)
    left_out = max(len(rows) - ROWS_MAX, 0)
    states = states_of(lines, zone)
    return Picture(title, rows[left_out:], left_out, states, case)
