"""The aiohttp application, and how it is served."""

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web
from attrs import frozen

from reference.app.authentication import Authentication, authentication_of, operator_token
from reference.app.config import Config
from reference.app.description import DescriptionApi
from reference.app.dispatch import BODY_MAX, Identify, add_routes
from reference.app.headers import secured
from reference.app.system import System, running
from reference.clock import Now
from reference.collaboration.accounts_api import AccountsApi
from reference.collaboration.api import CollaborationApi
from reference.collaboration.messages_api import MessagesApi
from reference.domain.rules import rules_for
from reference.http.operations import Operation
from reference.http.uploads import Uploads
from reference.mvp.api import MvpApi
from reference.mvp.caseworkers_api import CaseworkersApi
from reference.mvp.documents_api import DocumentsApi


@frozen(eq=False)
class Server:
    """A server at work, and where it listens."""

    system: System
    operations: tuple[Operation, ...]
    url: str
    operator_token: str


@contextlib.asynccontextmanager
async def serving(config: Config, now: Now) -> AsyncIterator[Server]:
    """Serve until the end of the block; port 0 takes one that is free.

    Raises:
        OSError: when the port is taken, or the folder cannot be used.
        StorageError: when a store cannot be opened.
    """
    rules = rules_for(config.readings, time_zone=config.time_zone, carrier=config.carrier)
    async with running(config, rules, now) as system:
        token = operator_token(config)
        authentication = authentication_of(system, config, token)
        operations = operations_of(system, authentication, config)
        runner = web.AppRunner(build_app(operations, authentication.identify), access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, config.host, config.port)
            await site.start()
            yield Server(system, operations, _url(runner, config.host), token)
        finally:
            await runner.cleanup()


def _url(runner: web.AppRunner, host: str) -> str:
    port = runner.addresses[0][1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def build_app(operations: tuple[Operation, ...], identify: Identify) -> web.Application:
    """Build the application that serves operations."""
    app = web.Application(client_max_size=BODY_MAX)
    app.on_response_prepare.append(secured)
    add_routes(app, operations, identify)
    return app


def operations_of(
    system: System, authentication: Authentication, config: Config
) -> tuple[Operation, ...]:
    """Give all operations that a system serves."""
    uploads = Uploads(config.upload_time_max)
    operations: list[Operation] = []
    if system.mvp is not None and authentication.mvp is not None:
        operations += MvpApi(system.mvp).operations()
        operations += DocumentsApi(system.mvp, uploads, config.document_bytes_max).operations()
        operations += CaseworkersApi(system.mvp, authentication.mvp).operations()
    if system.collaboration is not None and authentication.collaboration is not None:
        operations += CollaborationApi(system.collaboration).operations()
        operations += MessagesApi(system.collaboration, uploads).operations()
        operations += AccountsApi(
            system.collaboration,
            authentication.collaboration,
            without_password=config.clock == "manual",
        ).operations()
    operations += DescriptionApi(tuple(operations)).operations()
    return tuple(operations)
