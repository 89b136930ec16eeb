"""Command lines whose subcommands are imported only when they are called: `--help` is quick."""

import contextlib
import errno
import gc
import os
import sys
from collections.abc import Callable, Generator, Mapping
from importlib import import_module
from typing import Any, Final

import click

#: The exit code of a failed environment.
ENVIRONMENT: Final = 4


@contextlib.contextmanager
def importing() -> Generator[None]:
    """Import what a program is made of: it stays, so that the collector need not walk it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class LazyGroup(click.Group):
    """A command with subcommands: `table` says where each is, and its line in the help.

    Its own help is plain: what draws boxes would take longer to load than all else.
    """

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **attrs: Any) -> None:  # noqa: ANN401 - handed on
        """Take the table besides what every group takes."""
        super().__init__(*args, **attrs)
        self.table = table
        for name, (_, line) in table.items():
            self.add_command(click.Command(name, short_help=line))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what the command gives
        """Call the subcommand; an output that cannot be written is a failed environment."""
        reconfigure: Callable[..., None] | None = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:  # that an output cannot show a letter is no reason to fail
            with contextlib.suppress(OSError):  # nor that one cannot tell how far it was written
                reconfigure(errors="backslashreplace")
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # who reads has seen enough
            with contextlib.suppress(OSError):  # nothing is left to be written at the end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            name = error.filename or "standard output"
            click.echo(f"error: {name}: {error.strerror or error}", err=True)
            ctx.exit(ENVIRONMENT)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, in the order of the table."""
        del ctx
        return list(self.table)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the subcommand that is called; a usage error if there is none of this name."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in self.table:
            module, _, function = self.table[name][0].partition(":")
            with importing():
                command = getattr(import_module(module), function)
        return name, command, rest


class Command(click.Command):
    """A subcommand; what draws the boxes of its help is imported when somebody asks for that."""

    def get_help(self, ctx: click.Context) -> str:
        """Give the help."""
        from rich_click import RichCommand, RichContext  # noqa: PLC0415 - as said

        drawn = RichCommand(name=self.name, params=self.params, help=self.help)
        return drawn.get_help(RichContext(drawn, ctx.parent, ctx.info_name))
