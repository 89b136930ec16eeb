"""The trace of what clients did and saw, in the format that `simulator check` judges.

A line stands at the moment of what it tells: an act at the one that the server says, a look at the
one when its answer had come. What one person does, and what is done in one case, is done one after
the other, since a trace does not tell what overlaps.
"""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import Factory, define

from reference.client import seen
from reference.client.client import Client, File, new_id
from reference.client.connection import Done, NotSeen, Outcome
from reference.clock import EPOCH, Now
from reference.domain.words import CaseNumber, MailEvent
from reference.link.replication import Run
from reference.store.codec import to_json
from reference.store.shapes import ABSENT, Absent

T = TypeVar("T")
Line = dict[str, Any]

#: A look that took longer tells too little about when; it is repeated.
LOOK_MAX: Final = timedelta(seconds=1)
_LOOKS_MAX: Final = 10


@define(eq=False)
class Recorder:
    """The lines of a trace. They are held until `write`, since they stand in the order of `at`.

    `now` is the clock of who records, and has to agree with that of the server; without one, as in
    virtual time, looks stand at the newest moment that the server told.
    """

    now: Now | None = None
    header: Mapping[str, object] = {}
    _lines: list[tuple[datetime, int, Line]] = Factory(list[tuple[datetime, int, Line]])
    _count: int = 0
    _newest: datetime = EPOCH
    _locks: dict[object, asyncio.Lock] = Factory(
        lambda: defaultdict[object, asyncio.Lock](asyncio.Lock)
    )
    _acting: Counter[CaseNumber] = Factory(Counter[CaseNumber])
    _acted: Counter[CaseNumber] = Factory(Counter[CaseNumber])

    def person(self, client: Client, name: str) -> "Person":
        """Let somebody be recorded: a caseworker by name, a recipient by address."""
        return Person(self, client, name)

    def moment(self) -> datetime:
        """Give the moment of what is seen now."""
        return self._newest if self.now is None else self.now()

    async def advance(self, client: Client, by_s: float) -> None:
        """Move the server's virtual time on, until all is at rest."""
        self._newest = max(self._newest, await client.move_clock(by_s))

    def add(self, at: datetime, line: Line, place: int | None = None) -> None:
        """Add a line; of those of one moment, the one with the smaller `place` is first."""
        self._newest = max(self._newest, at)
        self._lines.append((at, self.place() if place is None else place, line))

    def place(self) -> int:
        """Give the place of what begins now among what happens at the same moment."""
        self._count += 1
        return self._count

    def fault(self, what: str, state: str) -> None:
        """Tell that something is `down`, `slow` or `up` from now on."""
        self.add(self.moment(), {"act": "fault", "what": what, "state": state, "outcome": "ok"})

    def mail(self, mail: EmailMessage) -> None:
        """Tell of a mail that arrived now, by what its headers say."""
        body = mail.get_body(("plain",))
        self._mail(
            self.moment(),
            str(mail["To"]),
            str(mail["X-Collab-Event"]),
            mail["X-Collab-Message"] and str(mail["X-Collab-Message"]),
            str(mail["Message-ID"]),
            "" if body is None else str(body.get_content()),
        )

    async def mails(self, client: Client) -> None:
        """Tell of all mails that the server kept, in the end: each arrived when it was written."""
        for each in await client.mails():
            self._mail(
                each.queued_at, each.to, each.event, each.message, each.message_id, each.body
            )

    def _mail(
        self, at: datetime, to: str, event: str, message: str | None, message_id: str, body: str
    ) -> None:
        if event in set(MailEvent):  # a trace does not tell of others
            line = {"see": "mail", "to": to, "event": event, "message": message}
            self.add(at, {**line, "message_id": message_id, "body": body})

    def lines(self) -> list[bytes]:
        """Give the trace, a line for each element."""
        found = [to_json({"trace": 1, **self.header})]
        for at, _, line in sorted(self._lines, key=lambda each: each[:2]):
            found.append(to_json({"at": at.astimezone(UTC).isoformat(), **line}))
        return found

    def write(self, path: Path) -> None:
        """Write the trace into a file."""
        path.write_bytes(b"".join(line + b"\n" for line in self.lines()))

    @contextlib.asynccontextmanager
    async def alone(self, people: tuple[str, ...], case: CaseNumber | None) -> AsyncGenerator[None]:
        """Let these people do nothing else meanwhile, and nobody else anything in the case."""
        wanted: set[tuple[str, object]] = {("person", name) for name in people}
        if case is not None:
            wanted.add(("case", case))
        async with contextlib.AsyncExitStack() as stack:
            for each in sorted(wanted, key=repr):  # always in one order: nobody waits in a circle
                await stack.enter_async_context(self._locks[each])
            yield

    @contextlib.asynccontextmanager
    async def acting(self, case: CaseNumber | None) -> AsyncGenerator[None]:
        """Remember that something is done in a case meanwhile."""
        if case is None:
            yield
            return
        self._acting[case] += 1
        try:
            yield
        finally:
            self._acting[case] -= 1
            self._acted[case] += 1

    def quiet(self) -> dict[CaseNumber, int]:
        """Give the cases in which nothing is being done, with how much was done in each."""
        return {case: acts for case, acts in self._acted.items() if not self._acting[case]}


@define(eq=False)
class Person:
    """Somebody whose acts and looks are recorded."""

    recorder: Recorder
    client: Client
    name: str

    async def set_role(self, caseworker: str, role: str, email: str | None = None) -> Done[None]:
        """Give a caseworker a cloud role."""
        line = {"caseworker": caseworker, "role": role, "email": email}
        done = self.client.set_role(caseworker, role, email)
        return await self._act("set_role", line, done, with_person=caseworker)

    async def create_case(
        self, case: CaseNumber, subject: str = "", follow_up_on: date | None = None
    ) -> Done[None]:
        """Create a case."""
        line = {"case": case, "subject": subject, "follow_up_on": follow_up_on}
        return await self._act(
            "create_case", line, self.client.create_case(case, subject, follow_up_on)
        )

    async def edit_case(
        self,
        case: CaseNumber,
        subject: str | None = None,
        follow_up_on: date | Absent | None = ABSENT,
    ) -> Done[None]:
        """Change the data of a case."""
        line: Line = {"case": case}
        if subject is not None:
            line["subject"] = subject
        if follow_up_on is not ABSENT:
            line["follow_up_on"] = follow_up_on
        return await self._act(
            "edit_case", line, self.client.edit_case(case, subject, follow_up_on)
        )

    async def add_document(self, case: CaseNumber, document: File) -> Done[None]:
        """File a document under a case."""
        line = {"case": case, "document": document.name, "size": len(document.content)}
        return await self._act("add_document", line, self.client.add_document(case, document))

    async def note(self, case: CaseNumber, text: str) -> Done[None]:
        """Save a text without sharing it."""
        return await self._act("note", {"case": case, "text": text}, self.client.note(case, text))

    async def send(
        self,
        case: CaseNumber,
        text: str,
        expects: str | None,
        to: Sequence[str] | None = None,
        documents: Sequence[str] = (),
        message: str | None = None,
    ) -> Done[None]:
        """Share a text with recipients."""
        message = message or new_id()
        line: Line = {"case": case, "message": message, "text": text, "expects": expects}
        if to is not None:
            line["to"] = to
        line["documents"] = documents
        done = self.client.send(case, text, expects, to, documents, message)
        return await self._act("send", line, done)

    async def set_release(
        self, case: CaseNumber, recipient: str, *, create_messages: bool
    ) -> Done[None]:
        """Give or withhold the right to create messages."""
        line = {"case": case, "recipient": recipient, "create_messages": create_messages}
        done = self.client.set_release(case, recipient, create_messages=create_messages)
        return await self._act("set_release", line, done)

    async def set_mail(
        self, event: str, subject: str, body: str, *, enabled: bool = True
    ) -> Done[None]:
        """Change the wording of a mail, or switch it off."""
        line = {"event": event, "enabled": enabled, "subject": subject, "body": body}
        done = self.client.set_mail(event, subject, body, enabled=enabled)
        return await self._act("set_mail", line, done)

    async def register(self, token: str, password: str) -> Done[None]:
        """Set a password through the token of a mailed link."""
        return await self._act("register", {}, self.client.register(token, password))

    async def request_link(self) -> Done[None]:
        """Ask for a new link."""
        return await self._act("request_link", {}, self.client.request_link(self.name))

    async def open(self, case: CaseNumber, via: str, message: str | None = None) -> Done[None]:
        """Open a case, or what belongs to an entry of the inbox."""
        line: Line = {"case": case, "via": via}
        if message is not None:
            line["message"] = message
        return await self._act("open", line, self.client.open(case, via, message))

    async def mark_read(self, message: str) -> Done[None]:
        """Mark a message read."""
        return await self._act("mark_read", {"message": message}, self.client.mark_read(message))

    async def reply(
        self,
        case: CaseNumber,
        text: str,
        answers: str | None = None,
        files: Sequence[File] = (),
        message: str | None = None,
    ) -> Done[None]:
        """Answer a message, or write a new one."""
        message = message or new_id()
        line: Line = {"case": case, "message": message, "answers": answers, "text": text}
        line["files"] = [{"name": file.name, "size": len(file.content)} for file in files]
        done = self.client.reply(case, text, answers, files, message)
        return await self._act("reply", line, done)

    async def replicate(self, result: int | None = None) -> Done[Run]:
        """Run a replication now."""

        def tell(line: Line, done: Done[Run]) -> None:
            run = done.value
            line["result"] = 2 if run is None or run.result is None else run.result
            if run is not None and any(bundle.failed for bundle in run.bundles):
                line["failed"] = sum(bundle.failed for bundle in run.bundles)

        return await self._act("replicate", {}, self.client.replicate(result), tell=tell)

    async def _act(
        self,
        act: str,
        line: Line,
        doing: Awaitable[Done[T]],
        *,
        with_person: str | None = None,
        tell: Callable[[Line, Done[T]], None] | None = None,
    ) -> Done[T]:
        case: CaseNumber | None = line.get("case")
        recorder = self.recorder
        people = (self.name, with_person or self.name)
        async with recorder.alone(people, case), recorder.acting(case):
            began, place = recorder.moment(), recorder.place()
            done = await doing
        said: Line = {"act": act, "by": self.name, **line, "outcome": done.outcome.value}
        if done.reason is not None:
            said["reason"] = done.reason
        if tell is not None:
            tell(said, done)
        ended = began if done.outcome is Outcome.UNKNOWN else recorder.moment()
        recorder.add(done.at or ended, said, place)
        return done

    async def see_case(self, case: CaseNumber, *, under_way: bool = True) -> None:
        """Look at a case; at what is `under_way` only where it was left time to come to rest.

        A message that has arrived is under way to the case until it learns of that.
        """
        await self._see("case", case, lambda: self._case(case, under_way=under_way))

    async def see_case_list(self) -> None:
        """Look at the case list; cases in which something was done meanwhile are left out."""
        await self._see("case_list", None, self._case_list)

    async def see_activities(self, case: CaseNumber) -> None:
        """Look at the activity list of a case."""
        await self._see("activities", case, lambda: seen.activities(self.client, case))

    async def see_preset(self, case: CaseNumber) -> None:
        """Look at the preset of a case."""
        await self._see("preset", case, lambda: seen.preset(self.client, case))

    async def see_inbox(self) -> None:
        """Look at the inbox."""
        await self._see("inbox", None, lambda: seen.inbox(self.client))

    async def see_portal_case(self, case: CaseNumber) -> None:
        """Look at the page of a case."""
        await self._see("portal_case", case, lambda: seen.portal_case(self.client, case))

    async def _see(
        self, see: str, case: CaseNumber | None, look: Callable[[], Awaitable[Line]]
    ) -> None:
        """Look, and record what was seen, unless it takes too long time and again."""
        recorder = self.recorder
        async with recorder.alone((self.name,), case):
            for _ in range(_LOOKS_MAX):
                began = recorder.moment()
                line = await look()
                if recorder.moment() - began <= LOOK_MAX:
                    recorder.add(recorder.moment(), {"see": see, "by": self.name, **line})
                    return
        raise NotSeen("too_slow")

    async def _case(self, case: CaseNumber, *, under_way: bool) -> Line:
        line = await seen.case(self.client, case)
        if not under_way:
            del line["under_way"]
        return line

    async def _case_list(self) -> Line:
        before = self.recorder.quiet().items()
        line = await seen.case_list(self.client)
        quiet = dict(before & self.recorder.quiet().items())
        return {"cases": [each for each in line["cases"] if each["case"] in quiet]}
