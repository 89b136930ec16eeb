"""The command line of the simulator; a subcommand is imported when it is called."""

from importlib import import_module
from typing import Final

import click
from rich_click import RichCommand, RichGroup

#: Subcommand -> where it is, and its line in the help.
COMMANDS: Final = {
    "check": ("simulator.check.command:check", "Check traces of a system against the rules."),
    "explore": (
        "simulator.explore.command:explore",
        "Show that domain and oracle agree in every state of small worlds.",
    ),
    "run": ("simulator.run.command:run", "Run scenarios: people who act, and what they must see."),
    "lint": ("simulator.run.command:lint", "Find every mistake in scenario files."),
    "rules": ("simulator.rules.command:rules", "List every clause, and what covers it."),
}


class LazyGroup(RichGroup):
    """Subcommands that are imported only when they are called, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give what the help shows of a subcommand; None if there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return RichCommand(name=cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the subcommand that is called; a usage error if there is none of this name."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            module, _, function = COMMANDS[name][0].partition(":")
            command = getattr(import_module(module), function)
        return name, command, rest


@click.group(cls=LazyGroup)
def main() -> None:
    """Check other implementations against the rules, and explore our own."""


if __name__ == "__main__":
    main()
