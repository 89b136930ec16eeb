"""Command lines whose subcommands are imported only when they are called: `--help` is quick."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from rich_click import RichCommand, RichGroup


class LazyGroup(RichGroup):
    """A command with subcommands: `table` says where each is, and its line in the help."""

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **attrs: Any) -> None:  # noqa: ANN401 - handed on
        """Take the table besides what every group takes."""
        super().__init__(*args, **attrs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, in the order of the table."""
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give what the help shows of a subcommand; None if there is none of this name."""
        del ctx
        if cmd_name not in self.table:
            return None
        return RichCommand(name=cmd_name, help=self.table[cmd_name][1])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the subcommand that is called; a usage error if there is none of this name."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in self.table:
            module, _, function = self.table[name][0].partition(":")
            command = getattr(import_module(module), function)
        return name, command, rest
