"""The command that prints the API's description."""

import asyncio
import tempfile
from pathlib import Path

import click

from reference.app.config import Config
from reference.app.openapi import as_json
from reference.app.server import serving
from reference.clock import SystemClock


@click.command()
def openapi() -> None:
    """Print the API's description, an OpenAPI 3.1 document, as a server with both sides has it."""
    click.echo(asyncio.run(_described()))


async def _described() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Config(Path(folder), port=0), SystemClock()) as server:
            return as_json(server.operations)
