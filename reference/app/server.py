"""The aiohttp application."""

from aiohttp import web

from reference.app.dispatch import Identify, handler
from reference.collaboration.api import CollaborationApi
from reference.http.operations import Operation
from reference.mvp.api import MvpApi
from reference.app.system import System


def build_app(system: System, identify: Identify) -> web.Application:
    """Build the application of a system."""
    app = web.Application()
    for operation in operations_of(system):
        app.router.add_route(operation.method, operation.path, handler(operation, identify))
    return app


def operations_of(system: System) -> tuple[Operation, ...]:
    """Give all operations that a system serves."""
    return (
        *MvpApi(system.mvp).operations(),
        *CollaborationApi(system.collaboration).operations(),
    )
