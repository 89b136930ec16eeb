"""The command that serves: its options are those of `Config`."""

import contextlib
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from ssl import SSLContext

import click

from reference.app.config import FILE_VARIABLE, Config, ConfigError, config_from, options
from reference.lazy import Command, importing

BAD_INPUT = 2


def _parameters() -> Iterator[click.Parameter]:
    yield click.Option(
        ["--config"],
        metavar="FILE",
        help="TOML file of options, named as here without the dashes, _ for -; what the command "
        f"line or the environment says counts before it. [{FILE_VARIABLE}]",
    )
    for option in options():
        default = f"; default: {option.default}" if option.default else ""
        yield click.Option(
            [option.flag],
            metavar=option.metavar or None,
            help=f"{option.help} [{option.variable}{default}]",
            multiple=option.name == "reading",
            is_flag=option.is_switch,
            flag_value="yes" if option.is_switch else None,
        )


def _configured(config: str | None, given: dict[str, str | tuple[str, ...] | None]) -> Config:
    texts: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, str):
            texts[name] = value
        elif value:  # an option that may come several times
            texts[name] = ",".join(value)
    file = config or os.environ.get(FILE_VARIABLE)
    return config_from(texts, os.environ, Path(file) if file else None)


def _serve(config: str | None, **given: str | tuple[str, ...] | None) -> None:
    try:
        configured = _configured(config, given)
    except ConfigError as error:
        click.echo(f"collab-reference serve: {error}", err=True)
        sys.exit(BAD_INPUT)
    with importing(), _without_certificates():
        from reference.app.process import run  # noqa: PLC0415 - the help needs no server

    sys.exit(run(configured))


@contextlib.contextmanager
def _without_certificates() -> Generator[None]:
    """Let aiohttp be imported without its reading, twice, of the certificates of all authorities.

    That takes longer than all else that it does then. What speaks TLS here brings what it trusts:
    the link to a peer, and mail. A connection that did not would be refused, never trusted.
    """

    def read_none(context: SSLContext) -> None:
        del context

    name = "set_default_verify_paths"
    reads = getattr(SSLContext, name)
    setattr(SSLContext, name, read_none)
    try:
        yield
    finally:
        setattr(SSLContext, name, reads)


serve = Command(
    name="serve",
    callback=_serve,
    params=list(_parameters()),
    help="Serve MVP and collaboration over HTTP, with their data in a folder.\n\n"
    "Each option can also be an environment variable, shown in brackets, or stand in a file. "
    "SIGTERM and SIGINT end what is under way and stop. Exit codes: 0 stopped, 2 a wrong option, "
    "4 the environment: port, folder, store, clock.",
)
