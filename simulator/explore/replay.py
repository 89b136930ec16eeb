"""The trace of a counterexample: as short as it can be, to be read, or checked again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from reference.domain.rules import Rules
from simulator.explore.search import (
    NIGHT,
    START,
    Counterexample,
    Settings,
    came_of,
    timed,
    told,
    views,
)
from simulator.explore.worlds import Record
from simulator.oracle import Finding, Oracle
from simulator.targets.model import Model

_ZONE: Final = ZoneInfo("Europe/Berlin")
STEP: Final = timedelta(seconds=10)  # between acts: longer than anything may take to arrive
LOOK: Final = timedelta(seconds=5)  # from an act to the looks that follow it
#: What is told besides acts: it comes by itself, nobody has to look.
_NEWS: Final = (None, "mail", "arrival")
Timed = tuple[int, Record]  # a line with its moment in microseconds


def trace_of(
    settings: Settings, rules: Rules, found: Counterexample
) -> tuple[list[Record], Finding]:
    """Do the steps again: the fewest lines that show the finding, header first, and the finding.

    Looks are left out unless they are what shows it.
    """
    lines = [line for step in _lived(settings, rules, found) for line in step]
    finding = found.finding
    for look in reversed([line for line in lines if line[1].get("see") not in _NEWS]):
        fewer = [line for line in lines if line is not look]
        shown = _judged(settings, fewer)
        if shown is not None and shown.rule == found.finding.rule:
            lines, finding = fewer, shown
    header = {"trace": 1, "time_zone": str(_ZONE), "readings": dict(settings.readings)}
    return [header, *(line for _, line in lines)], finding


def _judged(settings: Settings, lines: list[Timed]) -> Finding | None:
    oracle = Oracle(settings.readings, registers=settings.world.registers)
    for number, (at, record) in enumerate(lines, 2):
        findings = oracle.take(number, at, record)
        if findings:
            return findings[0]
    return None


def _lived(settings: Settings, rules: Rules, found: Counterexample) -> Iterator[list[Timed]]:
    """Give the lines of each step: the act, the mails it caused, the looks at what came of it."""
    world = settings.world
    model = Model(rules, world.registers)
    at = START - len(world.beginning) * STEP
    for record in world.beginning:
        yield list(_acted(model, dict(record), *timed(at)))
        at += STEP
    looks: list[Timed] = list(_looked(settings, model, *timed(at + LOOK)))
    for step in found.steps:
        at += STEP if step.record is not None else NIGHT
        lines: list[Timed] = []
        if step.record is not None:
            lines = list(_acted(model, dict(step.record), *timed(at)))
        yield [*looks, *lines]
        looks = list(_looked(settings, model, *timed(at + LOOK)))
    yield looks


def _acted(model: Model, record: Record, at: datetime, at_us: int) -> Iterator[Timed]:
    outcome, reason = model.act(record, at)
    line = {"at": _text(at), **told(record, outcome, model)}
    yield at_us, line if reason is None else {**line, "reason": reason}
    for seen in came_of(model, record):
        yield at_us, {**seen, "at": _text(at)}


def _looked(settings: Settings, model: Model, at: datetime, at_us: int) -> Iterator[Timed]:
    for see, by, case in views(settings.world):
        record = model.look(see, by, case)
        if record is not None:
            yield at_us, {**record, "at": _text(at)}


def _text(at: datetime) -> str:
    return at.astimezone(_ZONE).isoformat()
