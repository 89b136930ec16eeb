"""The tables of the page about scenario files, made of the forms that read them."""

from collections.abc import Iterator

from simulator.scenario import population
from simulator.scenario.chance import DELAY
from simulator.scenario.file import SLOTS
from simulator.scenario.forms import Record, Slot
from simulator.scenario.goals import GOALS
from simulator.scenario.outages import FIELDS


def _rows(slots: tuple[Slot, ...]) -> Iterator[str]:
    yield "| field | what it says |"
    yield "| --- | --- |"
    for slot in slots:
        needed = "**needed**; " if slot.required else ""
        yield f"| `{slot.name}` | {needed}{slot.meaning} |".replace(" | |", " |")


def _table(slots: tuple[Slot, ...]) -> str:
    return "\n".join(_rows(slots))


def file_table() -> str:
    """Give the fields of a file."""
    return _table(SLOTS)


def population_tables() -> str:
    """Give the fields of a population and of its parts, each under its name."""
    parts: tuple[tuple[str, Record], ...] = (
        ("population", population.POPULATION),
        ("messages", population.SENDING),
        ("office_hours", population.OFFICE),
        ("bursts", population.BURST),
        ("profiles", population.PROFILE),
        ("looks", population.LOOKS),
    )
    return "\n\n".join(f"`{name}`:\n\n{_table(form.slots)}" for name, form in parts)


def delay_table() -> str:
    """Give the distributions."""
    return _table(DELAY.choices)


def faults_table() -> str:
    """Give the fields of a fault."""
    return _table(FIELDS)


def goals_list() -> str:
    """Give what can be asked to come up."""
    return "\n".join(f"- {goal}" for goal in GOALS)
