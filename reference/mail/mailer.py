"""Sends the mails that wait in the collaboration's store: at once, and again until they are taken.

A mail goes out twice only if the mail server's answer is lost, by a kill or a cut between that
answer and our commit: SMTP has no way to ask. Both then have the same Message-ID.
"""

import asyncio
import contextlib
import email.policy
import logging
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import Final

import aiosmtplib
from attrs import Factory, define, frozen

from reference.mail.wordings import text_of
from reference.store.codec import from_us, to_us
from reference.store.crash import reached
from reference.store.database import StorageError
from reference.store.side import Side
from reference.store.unit import Unit

#: Connections to the mail server at the same time.
CONNECTIONS_MAX: Final = 4
#: Mails that are read from the store together.
READ_MAX: Final = 200
#: How long the mail server may take for one answer, in seconds.
ANSWER_S_MAX: Final = 20.0
#: How long an idle connection is kept for the next mail, in seconds.
IDLE_S: Final = 5.0
#: How long a stop waits for mails that are being handed over, in seconds.
STOP_S: Final = 3.0
#: The pause after the mail server was not reached: the first, and the longest.
PAUSE_MIN: Final = timedelta(milliseconds=250)
PAUSE_MAX: Final = timedelta(seconds=30)
#: The pause after the mail server refused a mail: the first, and the longest.
REFUSED_MIN: Final = timedelta(seconds=30)
REFUSED_MAX: Final = timedelta(hours=1)
#: A mail that could not be sent for so long is given up.
GIVE_UP_AFTER: Final = timedelta(days=5)

#: What tells that a mail was refused, and not that the server is away.
_REFUSED: Final = (
    aiosmtplib.SMTPRecipientsRefused,
    aiosmtplib.SMTPRecipientRefused,
    aiosmtplib.SMTPSenderRefused,
    aiosmtplib.SMTPDataError,
    aiosmtplib.SMTPNotSupported,
)
#: What is told in our library's words, of whoever was to be reached and what it does not offer.
_OWN_WORDS: Final = frozenset({aiosmtplib.SMTPConnectError, aiosmtplib.SMTPException})
_UNAVAILABLE: Final = 421  # "closing the connection": about the server, not about the mail
log = logging.getLogger(__name__)


@frozen
class Relay:
    """The mail server that takes our mails, and how it is spoken to."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    tls: str = "auto"
    near: bool = False  # on this machine: nobody listens in between


@frozen
class Waiting:
    """A mail that waits, as its row has it."""

    id: int
    recipient: str
    event: str
    message: str | None
    message_id: str
    subject: str
    body: str
    link: str | None
    queued_at: int
    attempts: int


class _End(Enum):
    """What became of a mail: taken, refused, or nobody was there to say."""

    TAKEN = "taken"
    REFUSED = "refused"
    AWAY = "away"


@frozen
class _Outcome:
    end: _End
    failure: str | None = None


@define(eq=False)
class Mailer:
    """The only one who sends mails; none while they are `held`, each after a `delay`."""

    side: Side
    relay: Relay
    public_url: str
    held: Callable[[], bool] = lambda: False
    delay: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
    _woken: asyncio.Event = Factory(asyncio.Event)
    _resting: asyncio.Event = Factory(asyncio.Event)
    _queue: asyncio.Queue[Waiting] = Factory(asyncio.Queue[Waiting])
    _under_way: set[int] = Factory(set[int])
    _tasks: list[asyncio.Task[None]] = Factory(list["asyncio.Task[None]"])
    _failures: int = 0
    _paused_until: datetime | None = None
    _due: datetime | None = None
    _stopping: bool = False

    def start(self) -> None:
        """Begin to send."""
        self._woken.set()
        self._tasks = [asyncio.create_task(self._read())]
        self._tasks += [asyncio.create_task(self._send()) for _ in range(CONNECTIONS_MAX)]

    async def stop(self) -> None:
        """Stop; what was not taken waits in the store."""
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._queue.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self) -> None:
        """Tell that mails may have been queued, or that some may be due."""
        self._resting.clear()
        self._woken.set()

    def try_again(self) -> None:
        """Tell that the mail server can be reached again."""
        self._failures, self._paused_until = 0, None
        self.wake()

    @property
    def due(self) -> datetime | None:
        """Give the moment at which there is something to do without being woken."""
        return self._due

    async def rest(self) -> None:
        """Wait until all mails that are due are taken, or nothing can be done about it now."""
        await self._resting.wait()

    async def _read(self) -> None:
        """Give the senders what is due, for ever."""
        while True:
            await self._until_due()
            self._woken.clear()
            try:
                await self._read_due()
            except Exception as error:  # noqa: BLE001 - mails must not wait for ever
                log.warning("mails_unread", extra={"error": _named(error)})
                await asyncio.sleep(1)
                self._woken.set()
            if not (self._woken.is_set() or self._under_way):
                self._resting.set()

    async def _until_due(self) -> None:
        wait = None if self._due is None else (self._due - self.side.now()).total_seconds()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if wait is None else max(wait, 0.01)):
                await self._woken.wait()

    async def _read_due(self) -> None:
        now = self.side.now()
        if self.held():
            self._due = None
            return
        if self._paused(now):
            self._due = self._paused_until
            return
        # While the server is away, one mail tries whether it is back.
        free = (1 if self._failures else READ_MAX) - len(self._under_way)
        # Taken before the look, so that none is seen waiting that was marked in the meantime.
        under_way = frozenset(self._under_way)
        if free <= 0:
            self._due = None  # woken when one of them is done
            return
        found = await self.side.reader.look(
            partial(_waiting, now=to_us(now), limit=len(under_way) + free)
        )
        for mail in [mail for mail in found.due if mail.id not in under_way][:free]:
            self._under_way.add(mail.id)
            self._queue.put_nowait(mail)
        self._due = None if self._under_way else found.next

    def _paused(self, now: datetime) -> bool:
        return self._paused_until is not None and now < self._paused_until

    async def _send(self) -> None:
        """Send what the queue gives, for ever, over one connection after the other."""
        while True:
            mail: Waiting | None = await self._queue.get()
            async with _connection(self.relay) as server:
                while mail is not None:
                    good = await self._deal_with(server, mail)
                    mail = await self._next() if good else None

    async def _next(self) -> Waiting | None:
        try:
            async with asyncio.timeout(IDLE_S):
                return await self._queue.get()
        except TimeoutError:
            return None

    async def _deal_with(self, server: aiosmtplib.SMTP, mail: Waiting) -> bool:
        """Send a mail and keep what became of it; say whether the connection is still good."""
        try:
            if self._stopping or self._paused(self.side.now()):
                return True
            outcome = await self._try(server, mail)
            await self._keep(mail, outcome)
            return outcome.end is _End.TAKEN
        finally:
            self._under_way.discard(mail.id)
            self._queue.task_done()
            if self._queue.empty():
                self.wake()

    async def _try(self, server: aiosmtplib.SMTP, mail: Waiting) -> _Outcome:
        """Hand a mail over."""
        reached("mail.before")
        await self.delay()
        try:
            message = composed(mail, self.relay.sender, self.public_url)
            if not server.is_connected:
                await server.connect()
            await server.send_message(message)
        except _REFUSED as error:
            gone = not server.is_connected or _code(error) == _UNAVAILABLE
            return _Outcome(_End.AWAY if gone else _End.REFUSED, _named(error))
        except (aiosmtplib.SMTPException, OSError) as error:
            return _Outcome(_End.AWAY, _named(error))
        except Exception as error:  # noqa: BLE001 - a mail that cannot be written holds up no other
            return _Outcome(_End.REFUSED, _named(error))
        reached("mail.after")
        return _Outcome(_End.TAKEN)

    async def _keep(self, mail: Waiting, outcome: _Outcome) -> None:
        """Keep what became of a mail; not to know would mean to send it again."""
        now = self.side.now()
        if outcome.end is _End.TAKEN:
            self._failures, self._paused_until = 0, None
        else:
            what = {"mail": mail.id, "attempts": mail.attempts + 1, "error": outcome.failure}
            log.warning("mail_not_taken", extra=what)
            if _is_too_old(mail, now):
                log.error("mail_given_up", extra=what)
        if outcome.end is _End.AWAY and not self._paused(now):  # several fail as one
            self._failures += 1
            self._paused_until = now + _pause(self._failures, PAUSE_MIN, PAUSE_MAX)
        work = partial(_mark, mail=mail, outcome=outcome, now=now)
        while True:
            try:
                return await self.side.writer.do(work)
            except StorageError as error:
                log.warning("mail_not_marked", extra={"mail": mail.id, "error": str(error)})
                await asyncio.sleep(1)


@frozen
class _Found:
    due: tuple[Waiting, ...]
    next: datetime | None


def _waiting(raw: sqlite3.Connection, now: int, limit: int) -> _Found:
    rows = raw.execute(
        "SELECT id, recipient, event, message, message_id, subject, body, link, queued_at, "
        "attempts FROM mails WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= ? "
        "ORDER BY due_at, id LIMIT ?",
        (now, limit),
    )
    due = tuple(Waiting(*row) for row in rows)
    (following,) = raw.execute(
        "SELECT min(due_at) FROM mails "
        "WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at > ?",
        (now,),
    ).fetchone()
    return _Found(due, None if following is None else from_us(following))


def _mark(unit: Unit, mail: Waiting, outcome: _Outcome, now: datetime) -> None:
    """Keep what became of a mail; of a link that was sent nothing stays by which to use it."""
    if outcome.end is _End.TAKEN:
        unit.write(
            "mails under way",
            "UPDATE mails SET sent_at = ?, attempts = attempts + 1, failure = NULL, link = NULL, "
            "body = CASE WHEN link IS NULL THEN body ELSE '' END WHERE id = ?",
            (to_us(now), mail.id),
        )
        return
    refused = outcome.end is _End.REFUSED
    shortest, longest = (REFUSED_MIN, REFUSED_MAX) if refused else (PAUSE_MIN, PAUSE_MAX)
    due = to_us(now + _pause(mail.attempts + 1, shortest, longest))
    unit.write(
        "mails under way",
        "UPDATE mails SET due_at = ?, attempts = attempts + 1, failure = ?, given_up_at = ? "
        "WHERE id = ?",
        (due, outcome.failure, to_us(now) if _is_too_old(mail, now) else None, mail.id),
    )


def _is_too_old(mail: Waiting, now: datetime) -> bool:
    """Say whether a mail that was not taken again is given up."""
    return now - from_us(mail.queued_at) > GIVE_UP_AFTER


def _pause(times: int, shortest: timedelta, longest: timedelta) -> timedelta:
    """Give the pause after so many failures: doubled each time."""
    return min(shortest * (1 << min(times - 1, 20)), longest)


@contextlib.asynccontextmanager
async def _connection(relay: Relay) -> AsyncGenerator[aiosmtplib.SMTP, None]:
    """Give a connection, opened with the first mail and closed politely in the end."""
    # Where it says auto: a log-in insists on encryption, a server on this machine needs none.
    auto = False if relay.near else relay.user is not None or None
    server = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        username=relay.user,
        password=relay.password,
        local_hostname=relay.sender.rpartition("@")[2],
        timeout=ANSWER_S_MAX,
        use_tls=relay.tls == "tls",
        start_tls={"auto": auto, "starttls": True}.get(relay.tls, False),
    )
    try:
        yield server
    finally:
        if server.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await server.quit(timeout=1)
        server.close()


def _code(error: Exception) -> int | None:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return error.recipients[0].code
    return getattr(error, "code", None)


def _named(error: Exception) -> str:
    """Name a failure by its kind and code; the server's text may repeat what nobody may log."""
    if type(error) in _OWN_WORDS:
        return str(error)
    code = _code(error)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"


def composed(mail: Waiting, sender: str, public_url: str) -> EmailMessage:
    """Write a mail as it is sent: each time the same."""
    message = EmailMessage(policy=email.policy.SMTP)
    domain = sender.rpartition("@")[2]
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(from_us(mail.queued_at))
    message["Message-ID"] = f"<{sha256(mail.message_id.encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Collab-Event"] = mail.event
    if mail.message is not None:
        message["X-Collab-Message"] = mail.message
    message.set_content(text_of(mail.body, mail.link, public_url))
    return message
