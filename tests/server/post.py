"""A mail server in the test's own loop, which can refuse, hang, and hang up."""

import asyncio
import contextlib
import email
import email.policy
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult
from attrs import Factory, define, frozen

Answer = str | None


@frozen
class Arrived:
    """A mail that the server took."""

    to: str
    message: EmailMessage

    @property
    def text(self) -> str:
        return self.message.get_content().replace("\r\n", "\n")

    @property
    def event(self) -> str:
        return self.message["X-Collab-Event"]

    @property
    def message_id(self) -> str:
        return self.message["Message-ID"]


@define(eq=False)
class PostOffice:
    """Takes mails; `at_recipient` and `at_data` may answer otherwise, or never."""

    port: int = 0
    arrived: list[Arrived] = Factory(list)
    tried: list[Arrived] = Factory(list)
    connections: int = 0
    at_recipient: Callable[[str], Answer] = lambda _: None
    at_data: Callable[[Arrived], object] = lambda _: None
    tls: ssl.SSLContext | None = None
    users: list[tuple[bytes, bytes]] = Factory(list)
    _changed: asyncio.Condition = Factory(asyncio.Condition)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        refused = self.at_recipient(address)
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail = Arrived(envelope.rcpt_tos[0], message)
        self.tried.append(mail)
        answer = self.at_data(mail)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer == "hang up":
            server.transport.abort()
            return "421 gone"
        if answer is None:
            self.arrived.append(mail)
        async with self._changed:
            self._changed.notify_all()
        return answer or "250 OK"

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        self.users.append((data.login, data.password))
        return AuthResult(success=True)

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait until something holds that mails bring about."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(there)

    async def mails(self, number: int) -> list[Arrived]:
        """Wait until so many mails are there."""
        await self.until(lambda: len(self.arrived) >= number)
        return self.arrived

    @contextlib.asynccontextmanager
    async def opened(self, port: int = 0, **options) -> AsyncIterator["PostOffice"]:
        """Take mails at a port until the end of the block."""

        def connected() -> SMTP:
            self.connections += 1
            with warnings.catch_warnings(action="ignore"):  # of a log-in without encryption
                loop = asyncio.get_running_loop()
                return SMTP(self, loop=loop, hostname="mail.example", **options)

        server = await asyncio.get_running_loop().create_server(
            connected, "127.0.0.1", port, ssl=self.tls
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    @property
    def place(self) -> tuple[str, int]:
        """What `--smtp` says."""
        return "127.0.0.1", self.port
