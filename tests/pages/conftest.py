"""Pages as a browser gets them; `serve` as in the tests of the server."""

from tests.server.conftest import pytest_pyfunc_call, serve

__all__ = ["pytest_pyfunc_call", "serve"]
