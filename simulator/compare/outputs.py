"""Writes what came of a comparison: a table for people, and JSON."""

from typing import Any, Final

import orjson
from attrs import asdict
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.exits import Exit
from simulator.measures.formats import duration
from simulator.printing import printable
from simulator.world.compared import Compared, Variant

_STYLES: Final = {Exit.KEPT: "green", Exit.UNDECIDED: "yellow"}
_HEADS: Final = ("delay p95", "data p95", "runs")


def write_text(console: Console, compared: Compared, again: str) -> None:
    """Write a line for each run, then what they have in common or not."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for slot, _ in compared.variants[0].settings:
        table.add_column(slot, no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for head in _HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    for one in compared.variants:
        verdict = Text(_word(one.exit), style=_STYLES.get(one.exit, "bold red"))
        table.add_row(*(value for _, value in one.settings), verdict, *_row(one))
    console.print(table)
    console.print(Text(printable(compared.conclusion)), soft_wrap=True)
    for why, names in compared.reasons.items():
        console.print(Text(printable(f"{names}: {why}")), soft_wrap=True)
    if compared.exit is not Exit.KEPT:
        console.print(Text(f"again: {printable(again)}"), soft_wrap=True)


def _row(one: Variant) -> list[str]:
    if one.ran.measured is None:
        return [""] * len(_HEADS)
    delays, ages = one.figures("delivery"), one.figures("staleness")
    return [
        duration(delays.p95) if delays else "–",
        duration(ages.p95) if ages else "–",
        f"{one.runs:,}",
    ]


def _word(code: Exit) -> str:
    return code.name.lower().replace("_", " ")


def as_json(compared: Compared, again: str) -> bytes:
    """Give the result as one JSON document."""
    result = {
        "verdict": compared.exit.name.lower(),
        "exit": int(compared.exit),
        "why": compared.why,
        "conclusion": compared.conclusion,
        "first_difference": None if compared.unlike is None else asdict(compared.unlike),
        "again": again,
        "runs": [_plain(one) for one in compared.variants],
    }
    return orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _plain(one: Variant) -> dict[str, Any]:
    ran = one.ran
    return {
        "settings": dict(one.settings),
        "verdict": one.exit.name.lower(),
        "why": one.why,
        "deliveries": None if ran.delivered is None else ran.delivered.count,
        "hash": None if ran.delivered is None else ran.delivered.digest,
        "measured": None if ran.measured is None else ran.measured.plain(),
    }
