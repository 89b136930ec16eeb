"""A client of the reference: one method for each act and each look of a trace, and the rest."""

import secrets  # noqa: TID251 - an id that nobody else has is made where it is sent
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final, TypeVar, cast

import aiohttp
from attrs import define, evolve, frozen

from reference.client.connection import (
    Connection,
    Done,
    Misread,
    NotSeen,
    Patience,
    Reply,
    fitting,
    json_of,
    part,
)
from reference.collaboration import looks as portal
from reference.collaboration.api import BASE as PORTAL
from reference.domain.sending import TextBlock
from reference.domain.words import CaseNumber
from reference.http.access import LoggedIn
from reference.link.replication import ReplicationState, Run
from reference.mail.api import Mails, MailView
from reference.mvp import looks as mvp
from reference.mvp.api import BASE as MVP
from reference.mvp.api import Recipients
from reference.mvp.caseworkers_api import ApiToken
from reference.mvp.texts_api import MailTemplates, TextBlocks
from reference.store.shapes import ABSENT, Absent

T = TypeVar("T")
_PAGE: Final = 500
_PASSES_MAX: Final = 100
#: Written as browsers do: no header can hold the ends of lines.
_LINE_ENDS: Final = {ord("\r"): "%0D", ord("\n"): "%0A"}


@frozen
class File:
    """A file to send."""

    name: str
    content: bytes


@frozen
class Arrival:
    """A message that came into a recipient's mailbox; into its case, where `recipient` is None."""

    case: CaseNumber
    message: str
    recipient: str | None
    at: datetime | None = None


@frozen
class Arrivals:
    """What arrived; `more` may follow after these numbers."""

    arrivals: tuple[Arrival, ...]
    mailboxes_after: int
    cases_after: int
    more: bool


@frozen
class Clock:
    """What time it is."""

    now: datetime


def new_id() -> str:
    """Give an id for a message, which stays the same when sending is repeated."""
    return secrets.token_hex(16)


@define(eq=False)
class Client:
    """Somebody who uses the reference over HTTP: a caseworker, a recipient, or the operator."""

    connection: Connection

    @classmethod
    def at(
        cls,
        url: str,
        http: aiohttp.ClientSession,
        token: str | None = None,
        patience: Patience | None = None,
    ) -> "Client":
        """Give a client of the server at an address."""
        return cls(Connection(url.rstrip("/"), http, token, patience or Patience()))

    def known_by(self, token: str | None) -> "Client":
        """Give a client of the same server for whoever has this token."""
        return evolve(self, connection=self.connection.known_by(token))

    def with_key(self, key: str) -> "Client":
        """Give a client whose acts have this key: an act that is repeated happens once."""
        return evolve(self, connection=evolve(self.connection, key=key))

    # What caseworkers and administrators of the MVP do

    async def set_role(self, caseworker: str, role: str, email: str | None = None) -> Done[None]:
        """Give a caseworker a cloud role (RGT-3)."""
        return await self._act("PUT", _caseworker(caseworker), {"role": role, "email": email})

    async def make_token(self, caseworker: str) -> Done[ApiToken]:
        """Make an API token for a caseworker."""
        path = f"{_caseworker(caseworker)}/token"
        return await self.connection.act("POST", path, answer=ApiToken)

    async def create_case(
        self,
        case: CaseNumber,
        subject: str = "",
        follow_up_on: date | None = None,
        customer: str = "",
    ) -> Done[None]:
        """Create a case (SEND-1)."""
        body = {
            "case": case,
            "subject": subject,
            "follow_up_on": follow_up_on,
            "customer": customer,
        }
        return await self._act("POST", f"{MVP}/cases", body)

    async def edit_case(
        self,
        case: CaseNumber,
        subject: str | None = None,
        follow_up_on: date | Absent | None = ABSENT,
    ) -> Done[None]:
        """Change the data of a case; what is absent stays."""
        body: dict[str, object] = {} if subject is None else {"subject": subject}
        if follow_up_on is not ABSENT:
            body["follow_up_on"] = follow_up_on
        return await self._act("PATCH", _case(case), body)

    async def add_document(self, case: CaseNumber, document: File) -> Done[None]:
        """File a document under a case."""
        path = f"{_case(case)}/documents/{part(document.name)}"
        return await self.connection.act("PUT", path, content=lambda: BytesIO(document.content))

    async def note(self, case: CaseNumber, text: str) -> Done[None]:
        """Save a text without sharing it (SEND-2)."""
        return await self._act("POST", f"{_case(case)}/notes", {"text": text})

    async def send(
        self,
        case: CaseNumber,
        text: str,
        expects: str | None,
        to: Sequence[str] | None = None,
        documents: Sequence[str] = (),
        message: str | None = None,
    ) -> Done[None]:
        """Share a text with recipients; without `to`, with the preset ones (SEND)."""
        body = {
            "text": text,
            "expects": expects,
            "to": to,
            "documents": documents,
            "message": message or new_id(),
        }
        return await self._act("POST", f"{_case(case)}/messages", body)

    async def set_release(
        self, case: CaseNumber, recipient: str, *, create_messages: bool
    ) -> Done[None]:
        """Give or withhold the right to create messages (RGT-2)."""
        path = f"{_case(case)}/releases/{part(recipient)}"
        return await self._act("PUT", path, {"create_messages": create_messages})

    async def set_mail(
        self, event: str, subject: str, body: str, *, enabled: bool = True, language: str = "de"
    ) -> Done[None]:
        """Change the wording of a mail, or switch it off (MAIL-2)."""
        path = f"{MVP}/mail-templates/{part(event)}?language={part(language)}"
        return await self._act("PUT", path, {"subject": subject, "body": body, "enabled": enabled})

    async def set_case_addresses(
        self, case: CaseNumber, recipients: Sequence[str]
    ) -> Done[Recipients]:
        """Say which addresses belong to a case."""
        path, body = f"{_case(case)}/addresses", {"recipients": recipients}
        return await self.connection.act("PUT", path, body, answer=Recipients)

    async def set_customer_addresses(
        self, customer: str, recipients: Sequence[str]
    ) -> Done[Recipients]:
        """Say which addresses belong to a customer."""
        path, body = f"{MVP}/customers/{part(customer)}/addresses", {"recipients": recipients}
        return await self.connection.act("PUT", path, body, answer=Recipients)

    async def set_text_block(self, catalogue: str, name: str, text: str) -> Done[None]:
        """Write a text block."""
        path = f"{MVP}/text-blocks/{part(catalogue)}/{part(name)}"
        return await self._act("PUT", path, {"text": text})

    async def replicate(self, result: int | None = None, failed: int = 0) -> Done[Run]:
        """Run a replication now; a harness may say what the receiver answers (RPL-4)."""
        body = None if result is None else {"result": result, "failed": failed}
        return await self.connection.act("POST", f"{MVP}/replication/runs", body, answer=Run)

    # What caseworkers see

    async def case(self, case: CaseNumber) -> mvp.CaseView:
        """Look at a case."""
        return await self.connection.look(_case(case), mvp.CaseView)

    async def case_list(self, status: str | None = None) -> tuple[mvp.ListedCase, ...]:
        """Look at the whole case list."""
        query = {"status": status}
        return await self._listed(f"{MVP}/cases", "cases", mvp.ListedCase, query)

    async def activities(self, case: CaseNumber) -> tuple[mvp.EntryView, ...]:
        """Look at the whole activity list of a case."""
        return await self._listed(f"{_case(case)}/activities", "entries", mvp.EntryView)

    async def preset(self, case: CaseNumber) -> tuple[str, ...]:
        """Look at the preset recipients of a case."""
        return (await self.connection.look(f"{_case(case)}/preset", Recipients)).recipients

    async def addresses(self, case: CaseNumber, scope: str = "case") -> tuple[str, ...]:
        """Look at the proposed addresses (SEND-8)."""
        path = f"{_case(case)}/addresses"
        return (await self.connection.look(path, Recipients, {"scope": scope})).recipients

    async def documents(self, case: CaseNumber) -> tuple[mvp.DocumentView, ...]:
        """Look at the case documents."""
        return await self._listed(f"{_case(case)}/documents", "documents", mvp.DocumentView)

    async def document(self, case: CaseNumber, name: str) -> bytes:
        """Download a document of a case."""
        return (await self.connection.get(f"{_case(case)}/documents/{part(name)}")).body

    async def releases(self, case: CaseNumber) -> mvp.Releases:
        """Look at all releases of a case."""
        path = f"{_case(case)}/releases"
        pages = await self._pages(path, "releases", first="")
        return mvp.Releases(tuple(_items(pages, "releases", mvp.ReleaseView, path)), None)

    async def caseworkers(self) -> mvp.Caseworkers:
        """Look at all caseworkers."""
        path = f"{MVP}/caseworkers"
        pages = await self._pages(path, "caseworkers", first="")
        return mvp.Caseworkers(tuple(_items(pages, "caseworkers", mvp.CaseworkerView, path)), None)

    async def text_blocks(self, catalogue: str | None = None) -> TextBlocks:
        """Look at the text blocks that are offered (SEND-11)."""
        path, query = f"{MVP}/text-blocks", {"catalogue": catalogue}
        pages = await self._pages(path, "text_blocks", query, first="")
        return TextBlocks(tuple(_items(pages, "text_blocks", TextBlock, path)), None)

    async def mail_templates(self) -> MailTemplates:
        """Look at the wordings of mails."""
        return await self.connection.look(f"{MVP}/mail-templates", MailTemplates)

    async def replication(self) -> ReplicationState:
        """Look at what waits for a replication, and the last runs."""
        return await self.connection.look(f"{MVP}/replication", ReplicationState)

    # What recipients do

    async def register(self, token: str, password: str) -> Done[None]:
        """Set a password through the token of a mailed link (ACC-2)."""
        body = {"token": token, "password": password}
        return await self._act("POST", f"{PORTAL}/registration", body)

    async def request_link(self, address: str) -> Done[None]:
        """Ask for a new link; the answer never tells whether there is an account."""
        return await self._act("POST", f"{PORTAL}/registration/link", {"address": address})

    async def log_in(self, address: str, password: str) -> "Client":
        """Log in as a recipient, and give the client that is logged in.

        Raises:
            NotSeen: with the code of the refusal.
        """
        body = {"address": address, "password": password}
        return await self._logged_in(f"{PORTAL}/session", body)

    async def log_in_caseworker(self, name: str, password: str) -> "Client":
        """Log in as a caseworker, and give the client that is logged in.

        Raises:
            NotSeen: with the code of the refusal.
        """
        return await self._logged_in(f"{MVP}/session", {"name": name, "password": password})

    async def log_out(self) -> Done[None]:
        """End the session of a recipient."""
        return await self._act("DELETE", f"{PORTAL}/session")

    async def open(self, case: CaseNumber, via: str, message: str | None = None) -> Done[None]:
        """Open a case, or what belongs to an entry of the inbox (INB-2)."""
        body = {"via": via, "message": message}
        return await self._act("POST", f"{_released(case)}/openings", body)

    async def mark_read(self, message: str) -> Done[None]:
        """Mark a message read (INB-5)."""
        return await self._act("POST", f"{PORTAL}/messages/{part(message)}/read")

    async def reply(
        self,
        case: CaseNumber,
        text: str,
        answers: str | None = None,
        files: Sequence[File] = (),
        message: str | None = None,
    ) -> Done[None]:
        """Answer a message, or write a new one (REP)."""
        path = f"{_released(case)}/messages"
        body = {"text": text, "answers": answers, "message": message or new_id()}
        if not files:
            return await self._act("POST", path, body)

        def form() -> aiohttp.FormData:
            fields = {name: value for name, value in body.items() if value}
            data = aiohttp.FormData(fields, quote_fields=False)  # names go as UTF-8 (RFC 7578)
            for file in files:
                name = file.name.translate(_LINE_ENDS)
                data.add_field("file", BytesIO(file.content), filename=name)
            return data

        return await self.connection.act("POST", path, content=form)

    # What recipients see

    async def inbox(self) -> portal.Inbox:
        """Look at the whole inbox."""
        path = f"{PORTAL}/inbox"
        pages = await self._pages(path, "messages")
        messages = tuple(_items(pages, "messages", portal.InboxLine, path))
        unread = fitting(pages[0].get("unread"), int, f"GET {path}, unread")
        return portal.Inbox(unread, messages, None)

    async def widget(self) -> portal.Widget:
        """Look at the inbox widget of the start page."""
        return await self.connection.look(f"{PORTAL}/widget", portal.Widget)

    async def released_cases(self) -> portal.ReleasedCases:
        """Look at all cases that were released."""
        path = f"{PORTAL}/cases"
        pages = await self._pages(path, "cases", first="")
        return portal.ReleasedCases(tuple(_items(pages, "cases", portal.ReleasedCase, path)), None)

    async def portal_case(self, case: CaseNumber) -> portal.PortalCase:
        """Look at the page of a case."""
        return await self.connection.look(_released(case), portal.PortalCase)

    async def file(self, case: CaseNumber, message: str, name: str) -> bytes:
        """Download a file of a message."""
        path = f"{_released(case)}/messages/{part(message)}/files/{part(name)}"
        return (await self.connection.get(path)).body

    # What operators see

    async def mails(self) -> tuple[MailView, ...]:
        """Look at all mails that were written."""
        return await self._listed("/mails", "mails", MailView)

    async def mail_page(self, after: int = 0) -> Mails:
        """Look at a page of the mails that were written, oldest first."""
        return await self.connection.look("/mails", Mails, {"after": after, "limit": _PAGE})

    async def move_clock(self, by_s: float = 0, to: datetime | None = None) -> datetime:
        """Move virtual time on, through all that falls due, and give what time it is then.

        Raises:
            NotSeen: with the code of the refusal.
        """
        body = {"by_s": by_s} if to is None else {"to": to}
        done = await self.connection.act("POST", "/api/clock", body, answer=Clock)
        if done.value is None:
            raise NotSeen(done.reason or "no_answer")
        return done.value.now

    # What only a harness does

    async def set_fault(self, what: str, state: str) -> Done[None]:
        """Let something be `down`, `slow` or `up` from now on."""
        return await self._act("PUT", f"/api/faults/{part(what)}", {"state": state})

    async def arrivals(self, mailboxes_after: int = 0, cases_after: int = 0) -> Arrivals:
        """Look at what came into mailboxes and cases, when all is at rest."""
        query = {"mailboxes_after": mailboxes_after, "cases_after": cases_after}
        return await self.connection.look("/api/arrivals", Arrivals, query)

    async def let_in(self, address: str, *, unregistered: bool = False) -> "Client":
        """Log a recipient in without a password, as the operator in virtual time.

        Raises:
            NotSeen: with the code of the refusal.
        """
        query = "?unregistered=true" if unregistered else ""
        return await self._logged_in(f"{PORTAL}/accounts/{part(address)}/session{query}", None)

    async def _act(self, method: str, path: str, body: object = None) -> Done[None]:
        return await self.connection.act(method, path, body)

    async def _logged_in(self, path: str, body: Mapping[str, str] | None) -> "Client":
        done = await self.connection.act("POST", path, body, answer=LoggedIn)
        if done.value is None:
            raise NotSeen(done.reason or "not_reachable")
        return self.known_by(done.value.token)

    async def _listed(
        self, path: str, name: str, kind: type[T], query: Mapping[str, object] = {}
    ) -> tuple[T, ...]:
        """Give what all pages of a list have under a name."""
        return tuple(_items(await self._pages(path, name, query), name, kind, path))

    async def _pages(
        self, path: str, name: str, query: Mapping[str, object] = {}, first: CaseNumber = 0
    ) -> list[dict[str, Any]]:
        """Read all pages of a list as they were at one moment.

        `first` is what comes before the first page: the numbers of cases may be names too.
        Where there are several, they are read until none has changed since it was read before:
        between the two readings all of them were so. Raises Misread for what is no page.
        """
        tags: dict[CaseNumber, str] = {}
        pages: dict[CaseNumber, dict[str, Any]] = {}
        for _ in range(_PASSES_MAX):
            after: CaseNumber | None = first
            read: dict[CaseNumber, dict[str, Any]] = {}
            changed = False
            while after is not None:
                place = {**query, "after": after, "limit": _PAGE}
                reply = await self.connection.get(path, place, tags.get(after, ""))
                if reply.status == 304:  # noqa: PLR2004
                    read[after] = pages[after]
                else:
                    changed = True
                    read[after] = _page(reply, name, f"GET {path}")
                    tags[after] = reply.headers.get("ETag", "")
                after = read[after]["next"]
            pages = read
            if len(read) == 1 or not changed:
                return list(read.values())
        raise NotSeen("restless")


def _page(reply: Reply, name: str, request: str) -> dict[str, Any]:
    """Give a page that has a list of that name, and where the next one begins."""
    page = json_of(reply, request)
    if not isinstance(page, dict) or not isinstance(page.get(name), list) or "next" not in page:  # pyright: ignore[reportUnknownMemberType] - what JSON gives
        raise Misread(f'{request}: the answer is no object with "next" and a list "{name}"')
    return cast("dict[str, Any]", page)


def _items(pages: Iterable[Mapping[str, Any]], name: str, kind: type[T], path: str) -> Iterable[T]:
    for page in pages:
        for item in page[name]:
            yield fitting(item, kind, f"GET {path}, {name}")


def _case(case: CaseNumber) -> str:
    return f"{MVP}/cases/{part(case)}"


def _released(case: CaseNumber) -> str:
    return f"{PORTAL}/cases/{part(case)}"


def _caseworker(name: str) -> str:
    return f"{MVP}/caseworkers/{part(name)}"
