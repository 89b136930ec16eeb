"""The process that serves: started, told to stop, ended in any case."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Final

from reference.app.config import Config
from reference.app.folder import StartError, newest_moment
from reference.app.front import LateFront
from reference.app.logs import set_up_logs
from reference.app.serve import BAD_INPUT
from reference.app.server import serving
from reference.clock import UNSET, ManualClock, SystemClock
from reference.mail.wordings import WordingError
from reference.store.database import StorageError

ENVIRONMENT: Final = 4
#: How far the system's clock may be behind the newest moment in the stores.
BEHIND_MAX: Final = timedelta(minutes=5)
#: A process that has not come to its end by then is ended, in seconds.
STOP_S_MAX: Final = 10.0
#: Signals that come so soon after the first one are the same: launchers such as timeout, or a
#: terminal and who it runs, send it to the process and to its group; in seconds.
SAME_SIGNAL_S: Final = 1.0
#: New objects more than were let go, before cycles are looked for; requests leave hardly any.
COLLECT_AFTER: Final = 20_000
#: What handlers import when they are called.
_LATER: Final = ("reference.app.description_pages", "reference.app.exposition")
log = logging.getLogger(__name__)


def run(config: Config) -> int:
    """Serve until a signal comes; give the exit code."""
    os.umask(0o077)  # what is kept is for its owner alone: messages, and mails with links
    set_up_logs(config.log_level)
    gc.freeze()  # what is loaded by now stays to the end
    gc.set_threshold(COLLECT_AFTER)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(config))
    except WordingError as error:
        return _failed(f"--mail-templates: {error}", BAD_INPUT)
    except (StartError, StorageError, OSError) as error:
        return _failed(error, ENVIRONMENT)
    return 0


def _failed(error: Exception | str, code: int) -> int:
    sys.stderr.write(f"collab-reference serve: {error}\n")
    return code


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give the quicker loop where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(config: Config) -> None:
    told = asyncio.Event()
    _on_signals(told)
    async with serving(config, _clock(config)) as server:
        if config.demo:
            from reference.app.demo import prepare  # noqa: PLC0415 - it needs the whole client

            await prepare(server)
        with contextlib.suppress(OSError):  # nobody has to read it
            sys.stdout.write(f"ready: {server.url} (data in {config.data})\n")
            sys.stdout.flush()
        begun = {"side": config.side, "clock": config.clock}
        await asyncio.to_thread(log.info, "serving", extra=begun)  # loads what makes lines
        loading = asyncio.create_task(_load_the_rest(server.front))
        await told.wait()
        log.info("stopping")
        _end_in_any_case()
        await loading
    log.info("stopped")


async def _load_the_rest(front: LateFront) -> None:
    """Load what the first who asks for a page, or for metrics, would have to wait for."""
    await front.soon()
    for module in _LATER:
        await asyncio.to_thread(import_module, module)
    gc.freeze()  # this stays too


def _on_signals(told: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    told_at = 0.0

    def tell() -> None:
        nonlocal told_at
        if not told.is_set():
            told_at = loop.time()
            told.set()
        elif loop.time() - told_at > SAME_SIGNAL_S:  # whoever asks twice does not want to wait
            os._exit(1)

    with contextlib.suppress(NotImplementedError):  # Windows
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, tell)


def _end_in_any_case() -> None:
    """End the process if it hangs on its way out; what was answered is on disk."""
    timer = threading.Timer(STOP_S_MAX, os._exit, (ENVIRONMENT,))
    timer.daemon = True
    timer.start()


def _clock(config: Config) -> SystemClock | ManualClock:
    """Give the clock, which never shows a time before what the stores tell of.

    Raises:
        StartError: when the system's clock is far behind.
    """
    newest = newest_moment(config.data)
    if config.clock == "manual":
        return ManualClock(max(newest, UNSET))
    clock = SystemClock()
    if newest - clock() > BEHIND_MAX:
        raise StartError(
            f"{config.data}: the system's clock says {clock():%Y-%m-%d %H:%M} UTC, but the stores "
            f"tell of {newest:%Y-%m-%d %H:%M}: set the clock, or choose another --data"
        )
    return SystemClock(newest)
