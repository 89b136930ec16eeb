"""Where the mails of a target arrive: at a port that we listen at, in a maildir, in its API."""

import asyncio
import email
import email.policy
import mailbox
import re
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final, Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session
from attrs import Factory, define

from reference.client.client import Client
from reference.client.connection import NotSeen
from reference.clock import Now, SystemClock
from reference.mail.api import MailView
from simulator.targets.access import LINK
from simulator.targets.port import Record, TargetError

_MAIL_BYTES_MAX: Final = 2**20
#: What a header has that is not to be taken as it stands: encoded words, further lines, comments.
_NOT_PLAIN: Final = ("=?", "\n", "\r", "(", '"')


class Post(Protocol):
    """A place where mails arrive."""

    async def open(self) -> None:
        """Begin to take mails; those that are there already are none of ours."""
        ...

    async def take(self) -> Sequence[Record]:
        """Give the mails that arrived since this was asked last, as lines of a trace."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@define(eq=False)
class Reader:
    """Makes lines of mails; `link` finds the token of a registration link in a text."""

    link: re.Pattern[str] = re.compile(LINK)

    def line(self, mail: EmailMessage, to: str | None = None) -> Record:
        """Give the line of a mail; its event may be one that a trace does not tell of."""
        part = mail.get_body(("plain", "html"))
        text = "" if part is None else str(part.get_content()).replace("\r\n", "\n")
        return self.told(
            to or _header(mail, "To") or "",
            _header(mail, "X-Collab-Event"),
            _header(mail, "X-Collab-Message"),
            _header(mail, "Message-ID"),
            _header(mail, "Subject") or "",
            text,
        )

    def told(
        self,
        to: str,
        event: str | None,
        message: str | None,
        message_id: str | None,
        subject: str,
        text: str,
    ) -> Record:
        """Give the line of what is told of a mail; without an event, a link tells which it is."""
        found, named = self.link.search(text), event is not None
        if event is None:
            event = "registration" if found else "new_message"
        line: dict[str, Any] = {"see": "mail", "to": to.strip().lower(), "event": event}
        if named:
            line["message"] = message or None
        if message_id:
            line["message_id"] = message_id.strip()
        line["body"] = f"{subject}\n\n{text}"
        if found:
            line["link"] = found[1]
        return line


@define(eq=False)
class Nowhere:
    """Mails cannot be read."""

    async def open(self) -> None:
        """Begin nothing."""

    async def take(self) -> Sequence[Record]:
        """Give none."""
        return ()

    def close(self) -> None:
        """End nothing."""


@define(eq=False)
class Listening:
    """A mail server of our own: what comes in is seen as it arrives."""

    reader: Reader = Factory(Reader)
    host: str = "127.0.0.1"
    port: int = 0
    _arrived: list[Record] = Factory(list[Record])
    _server: asyncio.Server | None = None
    _now: Now = Factory(SystemClock)

    async def open(self) -> None:
        """Listen; the port is known from now on."""
        loop = asyncio.get_running_loop()

        def connected() -> SMTP:
            return SMTP(self, loop=loop, hostname="localhost", data_size_limit=_MAIL_BYTES_MAX)

        try:
            self._server = await loop.create_server(connected, self.host, self.port)
        except OSError as error:
            raise TargetError(
                f"mails: nobody can listen at {self.host}:{self.port}: {error.strerror}"
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as aiosmtpd calls it
        """Take a mail."""
        del server, session
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        mail = _parsed(raw)
        for to in envelope.rcpt_tos:
            at = self._now().isoformat()
            self._arrived.append({"at": at, **self.reader.line(mail, str(to))})
        return "250 OK"

    async def take(self) -> Sequence[Record]:
        """Give what arrived."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def close(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()


@define(eq=False)
class InFolder:
    """A maildir that the target delivers into."""

    folder: Path
    reader: Reader = Factory(Reader)
    _known: set[str] = Factory(set[str])

    async def open(self) -> None:
        """Find the folder; what is in it is older than the run."""
        if not (self.folder / "new").is_dir():
            raise TargetError(f"mails: {self.folder} is no maildir: it has no folder new/")
        self._known.update(self._box().keys())

    async def take(self) -> Sequence[Record]:
        """Give what is new."""
        box = self._box()
        new = sorted(set(box.keys()) - self._known)
        self._known.update(new)
        return [self.reader.line(_parsed(box.get_bytes(key))) for key in new]

    def _box(self) -> mailbox.Maildir:
        return mailbox.Maildir(self.folder, create=False)

    def close(self) -> None:
        """Leave it as it is."""


@define(eq=False)
class FromApi:
    """The mails that the target shows at /mails."""

    client: Client
    reader: Reader = Factory(Reader)
    _page: int = 0  # the newest page, and how many of its mails were told
    _told: int = 0

    async def open(self) -> None:
        """Skip what is there already."""
        await self._new()

    async def take(self) -> Sequence[Record]:
        """Give what was written since."""
        lines: list[Record] = []
        for mail in await self._new():
            line = self.reader.told(
                mail.to, mail.event, mail.message, mail.message_id, mail.subject, mail.body
            )
            lines.append({"at": mail.queued_at.isoformat(), **line})
        return lines

    async def _new(self) -> Sequence[MailView]:
        new: list[MailView] = []
        while True:
            try:
                page = await self.client.mail_page(self._page)
            except NotSeen as error:
                raise TargetError(
                    f"mails: {self.client.connection.url}/mails cannot be read ({error.reason}): "
                    "give the operator's token, or say where else mails arrive"
                ) from error
            new += page.mails[self._told :]
            self._told = len(page.mails)
            if page.next is None:
                return new
            self._page, self._told = page.next, 0

    def close(self) -> None:
        """End nothing."""


def _header(mail: EmailMessage, name: str) -> str | None:
    """Give a header; what is written plainly need not be parsed, which takes most of the time."""
    wanted = name.lower()
    for each, raw in mail.raw_items():
        if each.lower() == wanted:
            plain = raw.isascii() and not any(mark in raw for mark in _NOT_PLAIN)
            return raw.strip() if plain else str(mail[name])
    return None


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)
