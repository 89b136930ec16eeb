"""A running server, and people who use it in a browser.

    async def test_somebody_logs_in(serve, browse):
        async with serve() as server, browse(server) as tab:
            await tab.goto("/collaboration/")

`serve` is that of the tests of the server. All tests of a worker share one browser and one loop;
each `browse` is a person of its own, with own cookies. Without a browser these tests are skipped,
but for CI, where they fail.
"""

import asyncio
import contextlib
import inspect
import os
import shutil

import pytest

from tests.server.conftest import serve

__all__ = ["serve"]

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RUNNER = pytest.StashKey[asyncio.Runner]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUNNER] = asyncio.Runner()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[RUNNER].close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test in the loop that the browser lives in."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    values = {name: pyfuncitem.funcargs[name] for name in names}
    pyfuncitem.config.stash[RUNNER].run(pyfuncitem.obj(**values))
    return True


def chromium() -> str | None:
    """Find the browser; the one without windows is the same engine at a quarter of the cost."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what}, which CI has")
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser(pytestconfig):
    """Give the browser of this worker."""
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - an extra
    except ImportError:
        _missing("playwright is not installed: pip install -e '.[browser]'")
    path = chromium()
    if path is None:
        _missing("there is no chromium: apt-get install chromium-headless-shell")
    run = pytestconfig.stash[RUNNER].run
    playwright = run(async_playwright().start())
    browser = run(playwright.chromium.launch(executable_path=path, args=OPTIONS))
    yield browser
    run(browser.close())
    run(playwright.stop())


@pytest.fixture
def browse(browser):
    """Give what lets a person use a server in a browser."""

    @contextlib.asynccontextmanager
    async def begin(server, *, wide=True, javascript=True, **options):
        size = {"width": 1280, "height": 800} if wide else {"width": 390, "height": 844}
        context = await browser.new_context(
            base_url=server.url, viewport=size, java_script_enabled=javascript, **options
        )
        context.set_default_timeout(30_000)
        broken = []
        tab = await context.new_page()
        tab.on("pageerror", lambda error: broken.append(str(error)))
        tab.on(
            "console",
            lambda said: broken.append(said.text) if "Content Security" in said.text else None,
        )
        try:
            yield tab
        finally:
            await context.close()
        assert broken == []

    return begin
