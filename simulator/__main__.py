"""The command line of the simulator; a subcommand is imported when it is called."""

from typing import Any, Final

import click

from reference.lazy import LazyGroup
from simulator.exits import Exit

#: Subcommand -> where it is, and its line in the help.
COMMANDS: Final = {
    "run": ("simulator.run.command:run", "Run scenarios: people who act, and what they must see."),
    "lint": ("simulator.run.command:lint", "Find every mistake in scenario files."),
    "compare": (
        "simulator.compare.command:compare",
        "Run a scenario under several settings: does delivery depend on the replication?",
    ),
    "check": ("simulator.check.command:check", "Check traces of a system against the rules."),
    "explore": (
        "simulator.explore.command:explore",
        "Show that domain and oracle agree in every state of small worlds.",
    ),
    "rules": ("simulator.rules.command:rules", "List every clause, and what covers it."),
}


class Judging(LazyGroup):
    """A command whose exit code is a verdict."""

    def invoke(self, ctx: click.Context) -> Any:
        """Call the subcommand; where somebody ends it early, nothing is decided."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted: there is no verdict", err=True)
            ctx.exit(Exit.UNDECIDED)


@click.group(cls=Judging, table=COMMANDS)
def main() -> None:
    """Run scenarios, check traces of other implementations, and explore our own: by all rules."""


if __name__ == "__main__":
    main()
