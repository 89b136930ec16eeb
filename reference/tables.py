"""The tables of the domain as Markdown, for the documents and for the command line."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import click

from reference.domain.readings import READING_VALUES
from reference.domain.refusals import Refusal
from reference.domain.rules import CASE_CHANGES, EFFECTS
from reference.domain.words import STATUS_TEXTS, CloudStatus, Deed
from reference.lazy import Command


def effects() -> str:
    """Give what each deed makes of an unread message, by the expected action."""
    rows = ([deed, *(row[deed] for row in EFFECTS.values())] for deed in Deed)
    return _markdown(["deed", *EFFECTS], rows)


def status() -> str:
    """Give what each event does to the fields of the case."""
    rows = (
        [event, _status(change.status), change.acknowledged_on, change.follow_up_on]
        for event, change in CASE_CHANGES.items()
    )
    return _markdown(["event", "cloud status", "acknowledged on", "follow-up date"], rows)


def refusals() -> str:
    """Give every refusal: code, rule, HTTP status, and what it tells a developer."""
    rows = (
        [f"`{refusal.code}`", text.rule, str(text.http_status), text.english]
        for refusal, text in ((refusal, refusal.value) for refusal in Refusal)
    )
    return _markdown(["code", "rule", "HTTP", "what is wrong, and what would be right"], rows)


def readings() -> str:
    """Give the switches for what the rules leave open, the default first."""
    rows = ([f"`{name}`", ", ".join(values)] for name, values in READING_VALUES.items())
    return _markdown(["reading", "values, the default first"], rows)


#: Name -> the function that gives the table.
TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "effects": effects,
    "status": status,
    "refusals": refusals,
    "readings": readings,
}


@click.command(cls=Command)
@click.argument("name", type=click.Choice(list(TABLES)))
def table(name: str) -> None:
    """Print one of the tables that decide, as Markdown."""
    click.echo(TABLES[name]())


def _status(value: CloudStatus | None) -> str:
    return "as before" if value is None else f"`{value}` {STATUS_TEXTS[value]}"


def _markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head), *map(tuple, rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
