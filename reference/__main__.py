"""The command line of the reference; a subcommand is imported when it is called."""

from typing import Final

import click

from reference.lazy import LazyGroup

#: Subcommand -> where it is, and its line in the help.
COMMANDS: Final = {
    "serve": ("reference.app.serve:serve", "Serve MVP and collaboration over HTTP."),
    "openapi": ("reference.app.openapi_command:openapi", "Print the description of the API."),
    "table": ("reference.tables:table", "Print one of the tables that decide, as Markdown."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def main() -> None:
    """Serve the reference of the messages between MVP and collaboration, and show its rules."""


if __name__ == "__main__":
    main()
