"""The aiohttp application, and how it is served."""

import contextlib
import errno
import socket
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from attrs import evolve, frozen

from reference.app.apis import Apis, apis_of
from reference.app.arrivals import ArrivalsApi
from reference.app.authentication import authentication_of, operator_token
from reference.app.between import breakable, operations_between
from reference.app.config import Config
from reference.app.description import DescriptionApi
from reference.app.dispatch import server_of
from reference.app.folder import StartError, held
from reference.app.front import PORTAL, LateFront
from reference.app.metrics import MetricsApi
from reference.app.operating import ClockApi, OperatingApi
from reference.app.requests import Requests
from reference.app.system import System, running
from reference.clock import ManualClock, Now
from reference.domain.rules import Rules, rules_for
from reference.http.hosts import is_loopback, named
from reference.http.operations import Operation
from reference.mail.api import MailsApi
from reference.mail.wordings import with_wordings
from reference.store.side import Side

#: How long a stop waits for requests that are being answered, in seconds.
SHUTDOWN_S: Final = 2.0


@frozen(eq=False)
class Server:
    """A server at work, and where it listens."""

    system: System
    operations: tuple[Operation, ...]
    front: LateFront
    url: str
    operator_token: str


@contextlib.asynccontextmanager
async def serving(config: Config, now: Now) -> AsyncGenerator[Server]:
    """Serve until the end of the block; port 0 takes one that is free.

    Raises:
        StartError: when the port is taken, or the folder cannot be used.
        StorageError: when a store cannot be opened.
        WordingError: when a file holds no wording of a mail.
    """
    with contextlib.closing(_listening(config)) as listener, held(config.data):
        url = _url(listener, config.host)
        reached = config.public_url or _url(listener, named(config.host))
        config = evolve(config, public_url=reached)
        async with running(config, _rules(config), now) as system:
            token = operator_token(config)
            authentication = authentication_of(system, config, token)
            requests = Requests()
            apis = apis_of(system, authentication, config)
            operations = operations_of(system, apis, config, requests)
            front = LateFront(system, apis, config, token)
            idle_time_max = config.idle_time_max
            served = server_of(operations, front, authentication.identify, requests, idle_time_max)
            runner = web.ServerRunner(served, shutdown_timeout=SHUTDOWN_S)
            await runner.setup()
            try:
                await web.SockSite(runner, listener).start()
                yield Server(system, operations, front, url, token)
            finally:
                await runner.cleanup()


def _listening(config: Config) -> socket.socket:
    """Give the socket at which the server listens, before anything else is touched."""
    host, port = config.host, config.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        listener = socket.create_server((host, port), family=found[0][0], backlog=1024)
    except (OSError, UnicodeError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        advice = "another program listens there: stop it, or choose another --port"
        text = f"{host}:{port}: {advice if taken else f'{error}: choose another --host or --port'}"
        raise StartError(text) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; what listens hands it on to its connections
        idle_ms = min(config.idle_time_max // timedelta(milliseconds=1), 2**31 - 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, idle_ms)
    return listener


def _url(listener: socket.socket, host: str) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _rules(config: Config) -> Rules:
    rules = rules_for(config.readings, time_zone=config.time_zone, carrier=config.carrier)
    every = config.replicate_every or rules.replicate_every
    rules = evolve(rules, replicate_every=every, portal=f"{config.public_url}{PORTAL}/")
    return rules if config.mail_templates is None else with_wordings(rules, config.mail_templates)


def operations_of(
    system: System, apis: Apis, config: Config, requests: Requests
) -> tuple[Operation, ...]:
    """Give all operations of the API that a system serves."""
    operations: list[Operation] = []
    if apis.mvp is not None:
        operations += apis.mvp.cases.operations()
        operations += apis.mvp.documents.operations()
        operations += apis.mvp.caseworkers.operations()
        operations += apis.mvp.texts.operations()
    if apis.collaboration is not None:
        portal = (
            *apis.collaboration.inbox.operations(),
            *apis.collaboration.messages.operations(),
            *apis.collaboration.accounts.operations(),
        )
        operations += breakable(portal, system)
        operations += apis.collaboration.language.operations()
        operations += _mails(apis.collaboration.inbox.side, config).operations()
    operations += operations_between(system)
    operations += ArrivalsApi(system).operations()
    operations += OperatingApi(system).operations()
    operations += MetricsApi(system, requests).operations()
    if isinstance(system.clock, ManualClock):
        operations += ClockApi(system.clock, system).operations()
    operations += DescriptionApi(tuple(operations)).operations()
    return tuple(operations)


def _mails(side: Side, config: Config) -> MailsApi:
    """Show mails to all on this machine if nobody sends them, and users come from here too."""
    url = urlsplit(config.public_url)
    kept = config.smtp is None
    here = is_loopback(config.host) and is_loopback(url.hostname or "")
    return MailsApi(side, config.public_url, kept and here, kept)
