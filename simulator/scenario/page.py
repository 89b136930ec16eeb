"""The tables of the page about scenario files, made of the forms that read them."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from simulator.history.vocabulary import LABELS
from simulator.scenario import population
from simulator.scenario.chance import DELAY
from simulator.scenario.file import SLOTS
from simulator.scenario.forms import Form, Listed, Nullable, Record, Slot, Word
from simulator.scenario.goals import GOALS
from simulator.scenario.outages import FIELDS
from simulator.scenario.steps import COMMON, OF_ACTS, OF_LOOKS, STEPS


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


def step_table() -> str:
    """Give the fields that steps have besides those of what is done or looked at."""
    acts = [evolve(slot, meaning=slot.meaning + _inside(slot.form)) for slot in OF_ACTS]
    table = _table((*COMMON, *acts, *OF_LOOKS))
    free = [word for (_, word), slots in STEPS.items() for slot in slots if _is_free(slot)]
    who = "who acts or looks: a caseworker's name, or a recipient's address"
    return f"{table}\n| `by` | {who}; not needed with {', '.join(f'`{word}`' for word in free)} |"


def _is_free(slot: Slot) -> bool:
    return slot.name == "by" and not slot.required


def words_table(kind: str) -> str:
    """Give the acts ("act") or the looks ("see"), each with its fields and their words."""
    rows = [f"| `{kind}:` | field | what it says |", "| --- | --- | --- |"]
    common = {slot.name for slot in (*COMMON, *OF_ACTS, *OF_LOOKS)} | {kind, "by"}
    for (of, word), slots in STEPS.items():
        first = _words((word,), LABELS[kind])
        told = [slot for slot in slots if slot.name not in common] if of == kind else []
        for slot in told:
            needed = "**needed**; " if slot.required else ""
            says = f"{needed}{slot.meaning}{_inside(slot.form)}"
            rows.append(f"| {first} | `{slot.name}` | {says} |")
            first = ""
        if of == kind and not told:
            rows.append(f"| {first} | | |")
    return "\n".join(rows)


def _inside(form: Form) -> str:
    """Give the words that a value can be, or the fields of what a list holds."""
    inner = form
    while isinstance(inner, Nullable | Listed):
        inner = inner.inner
    if isinstance(inner, Word):
        return f": {_words(inner.words, inner.labels)}"
    if isinstance(inner, Record):
        fields = (f"`{slot.name}`{_inside(slot.form)}" for slot in inner.slots)
        return f"; each with {', '.join(fields)}"
    return ""


def _words(words: tuple[str, ...], labels: Mapping[str, str]) -> str:
    """Give words, each with the labels that stand for it."""
    named = {word: [label for label, known in labels.items() if known == word] for word in words}
    return ", ".join(
        " or ".join([f"`{word}`" if word else '`""`', *[f"`{label}`" for label in labels]])
        for word, labels in named.items()
    )


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
