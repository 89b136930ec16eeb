"""The options that `run` and `compare` have in common."""

from pathlib import Path
from typing import Final

import click

LIMIT: Final = click.option(
    "--limit", metavar="TIME", default="2s", show_default=True, help="What “at once” means."
)
SCALE: Final = click.option(
    "--scale",
    metavar="SHARE",
    help="How much of each population runs: 100 %; each file has its own.",
)
JSON: Final = click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the result as JSON; - is stdout.",
)
REPORT: Final = click.option(
    "--report", metavar="DIR", type=click.Path(path_type=Path), help="A folder for the report."
)
