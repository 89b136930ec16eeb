"""A running server for tests, and the people who use it.

An `async def` test is run to its end by itself:

    async def test_a_message_arrives(serve):
        async with serve() as server:
            anna = await server.caseworker("anna")
            kunde = await server.recipient("k@example.org")
            await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz"})
            assert (await kunde.get("/api/collaboration/inbox")).json["unread"] == 0

`serve` takes the fields of `Config` besides `data`, and `now`, a clock; called again it serves the
same folder.
"""

import asyncio
import inspect
import shutil
import subprocess
from functools import partial

import pytest

from tests.server.people import serving_in


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def serve(tmp_path):
    """Give what starts a server in the test's folder."""
    return partial(serving_in, tmp_path)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Give the files of a certificate for this machine, and of its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    names = ("-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    files = ("-keyout", "key.pem", "-out", "certificate.pem")
    line = [openssl, "req", "-x509", *kind, *files, "-days", "2", *names]
    subprocess.run(line, cwd=folder, check=True, capture_output=True, timeout=60)
    return folder / "certificate.pem", folder / "key.pem"
