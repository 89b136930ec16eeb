"""Real processes that serve, and what they say."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from attrs import define, frozen

#: How long anything may take that ends by itself, in seconds.
PATIENCE_S = 60


@frozen
class Seen:
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@define(eq=False)
class Served:
    """A process that serves."""

    process: subprocess.Popen[str]
    url: str
    data: Path

    @property
    def token(self) -> str:
        return (self.data / "operator.token").read_text().strip()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = "",
        patience_s: float = PATIENCE_S,
    ) -> Seen:
        """Send a request as the operator, or with another token, or None."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 - our own
        try:
            with urllib.request.urlopen(request, timeout=patience_s) as answer:  # noqa: S310
                return Seen(answer.status, answer.read())
        except HTTPError as error:
            with error:
                return Seen(error.code, error.read())

    def caseworker(self, name: str = "anna") -> str:
        """Give the API token of a caseworker."""
        path = f"/api/mvp/caseworkers/{name}"
        self.ask("PUT", path, {"role": "Benutzer", "email": f"{name}@makler.example"})
        return self.ask("POST", f"{path}/token").json["token"]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; give the exit code, and what was logged."""
        self.process.send_signal(number)
        _, logged = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, logged


def free_port() -> int:
    """Give a port to listen at that nobody else is given: it stays bound as long as we are here."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    port = holder.getsockname()[1]
    holder.detach()
    return port


def command(data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "reference", "serve", "--data", str(data), *options]


def environment(**more: str) -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if "COLLAB_" not in name} | more


@contextlib.contextmanager
def served(data: Path, *options: str, **more: str) -> Iterator[Served]:
    """Serve at a free port in a process until the end of the block."""
    process = subprocess.Popen(
        command(data, "--port", "0", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**more),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready: "), (line, process.communicate(timeout=PATIENCE_S))
        yield Served(process, line.split()[1], data)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)


def refused(data: Path, *options: str) -> tuple[int, str]:
    """Start a server that cannot start; give the exit code, and what it says."""
    done = subprocess.run(
        command(data, *options),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment(),
    )
    assert not done.stdout
    return done.returncode, done.stderr
