"""What all commands of the simulator have in common."""

import click
from click.testing import CliRunner

from simulator.__main__ import Judging
from simulator.exits import Exit


@click.command()
def impatient() -> None:
    """Be ended by who calls it, with Ctrl-C."""
    raise KeyboardInterrupt


def test_a_command_that_is_interrupted_has_decided_nothing() -> None:
    main = Judging("main", table={"impatient": (f"{__name__}:impatient", "Be ended.")})
    ended = CliRunner().invoke(main, ["impatient"])
    assert ended.exit_code == Exit.UNDECIDED
    assert "interrupted: there is no verdict" in ended.output
