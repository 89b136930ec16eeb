"""Renders a page of the report, and says on what machine it was made."""

import os
import platform
import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from simulator.history.vocabulary import READ_AS, READINGS
from simulator.printing import printable

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("simulator.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
#: The product's own labels, which are German in a page that is not.
_LABELS: Final = re.compile(
    r"\b(Antwort mit Datei|Antwort|Datei|Gelesen markieren|Kenntnisnahme am|Kenntnisnahme"
    r"|nächste Aktion|Nachrichten|Neue Nachricht)\b"
)
WORDS: Final = {
    "kept": "Kept",
    "violated": "Violated",
    "bad_input": "Bad input",
    "undecided": "Undecided",
    "environment": "Environment failed",
}
_MADE_WITH: Final = ("collab-reference", "simpy", "attrs")


def page(template: str, again: str, told: Mapping[str, Any]) -> str:
    """Give a page as one HTML file; `again` is the command line that repeats it."""
    found = _ENVIRONMENT.get_template(f"{template}.html.j2")
    return found.render(again=printable(again), machine=_machine(), **told)


def german(text: str) -> Markup:
    """Mark the product's labels in a text as German, for who has it read out."""
    return Markup(_LABELS.sub(r'<span lang="de">\1</span>', str(escape(text))))  # noqa: S704 - escaped


_ENVIRONMENT.filters["german"] = german


def _machine() -> str:
    made = ", ".join(f"{name} {version(name)}" for name in _MADE_WITH)
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return f"{python}, {os.cpu_count()} cores; {made}."


def readings_rows(readings: Mapping[str, str]) -> list[tuple[str, str, bool, str]]:
    """Give each reading with its value, whether that is the default, and what it says."""
    return [
        (name, value, value == READINGS[name][0], READ_AS[name][value])
        for name, value in readings.items()
    ]
