"""A server of our own as a process: started on a folder, killed, started again, ended."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from attrs import define

from simulator.targets.port import TargetError

#: How long a server may take to come up, in seconds.
START_S_MAX: Final = 60.0
#: How long one that is told to stop may take.
STOP_S_MAX: Final = 5.0
_LOG_BYTES: Final = 600
_PR_SET_PDEATHSIG: Final = 1


@define(eq=False)
class Server:
    """`reference serve` in a process of its own; all its data is in a folder."""

    folder: Path
    options: Sequence[str]
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Give where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Give the id of its process; 0 where there is none."""
        return 0 if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it; it serves when this returns.

        Raises:
            TargetError: when it does not come up; its last words are told.
        """
        clean = {name: text for name, text in os.environ.items() if not name.startswith("COLLAB_")}
        command = [sys.executable, "-m", "reference", "serve", "--data", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own server
                [*command, "--port", str(self.port), *self.options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=clean,
                start_new_session=True,  # what is typed at the terminal is for us alone
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        assert self._process.stdout is not None  # noqa: S101 - asked for
        line = _first_line(self._process.stdout)
        if not line.startswith(b"ready: "):
            self.stop()
            raise TargetError(f"our server did not start: {self._last_words()}")
        self.port = int(line.split()[1].rpartition(b":")[2])

    def check(self) -> None:
        """Check that it still runs.

        Raises:
            TargetError: when it ended by itself.
        """
        code = None if self._process is None else self._process.poll()
        if code is not None:
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            raise TargetError(f"our server ended by itself ({how}): {self._last_words()}")

    def kill(self) -> None:
        """End it without any chance to put things in order (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def stop(self) -> None:
        """End it, whatever it is at."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.terminate()
                self._process.communicate(timeout=STOP_S_MAX)
            self.kill()

    def _last_words(self) -> str:
        log = (self.folder / "log").read_bytes()[-_LOG_BYTES:].decode(errors="replace").strip()
        return log or "it said nothing"


def _first_line(stream: IO[bytes]) -> bytes:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return stream.readline() if selector.select(START_S_MAX) else b""


def _die_with_parent() -> None:
    """Let the kernel end the server when we end without a chance to."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
