"""The command line of the reference."""

import click

from reference.tables import TABLES


@click.group()
def main() -> None:
    """Show the reference of the messages between MVP and collaboration."""


@main.command()
@click.argument("name", type=click.Choice(list(TABLES)))
def table(name: str) -> None:
    """Print one of the tables that decide, as Markdown."""
    click.echo(TABLES[name]())


if __name__ == "__main__":
    main()
