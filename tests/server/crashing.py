"""Servers that are killed, people who go on as if nothing had been, and the trace of it all.

Everybody's acts and looks are written down as a trace, which the oracle judges. Time is virtual and
moves only while nobody acts, so that each act has the moment of the phase that it falls into.
"""

import asyncio
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import aiohttp
import orjson
from attrs import Factory, define, field

from tests.server.post import PostOffice
from tests.server.processes import environment, free_port

PASSWORD = "richtig lang genug"
OPERATOR_TOKEN = "operator-token-for-tests"
SECRET = "ein-gemeinsames-Geheimnis"
INBOX = "/api/collaboration/inbox?limit=500"
BEGIN = datetime(2024, 2, 19, 11, 0, tzinfo=UTC)
SHORT = timedelta(seconds=1)
STEP = timedelta(seconds=10)
ROOT = Path(__file__).parents[2]


@cache
def nursery() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Give what forks servers, and the socket at which to ask; it ends with this process."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = [sys.executable, "-m", "tests.server.nursery"]
        return ours, subprocess.Popen(command, stdin=its, cwd=ROOT, env=environment())


@define(eq=False)
class Process:
    """A `reference serve` that can be killed and started again on the same folder."""

    folder: Path
    port: int
    options: tuple[str, ...]
    up: asyncio.Event = Factory(asyncio.Event)
    kills: int = 0
    _number: int | None = None
    _said: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, crash_at: str | None = None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        options = (
            *("--data", str(self.folder / "data"), "--port", str(self.port)),
            *("--clock", "manual", "--replicate-every", "never"),
            *("--operator-token", OPERATOR_TOKEN, "--log-level", "warning"),
            *self.options,
        )
        more = {} if crash_at is None else {"REFERENCE_CRASH_AT": crash_at}
        ours, its = socket.socketpair()
        ours.setblocking(False)
        with (self.folder / "log").open("ab") as log, its:
            files = its.fileno(), log.fileno()
            socket.send_fds(nursery()[0], [orjson.dumps((options, more))], files)
        self._said = await asyncio.open_connection(sock=ours)
        self._number = int(await self._line())
        line = await self._line()
        assert line.startswith(b"ready"), (self.folder / "log").read_text()[-2000:]

    async def _line(self) -> bytes:
        return await self._said[0].readline()

    async def died(self) -> int:
        """Wait for its end; give the exit code."""
        code = int(await self._line())
        self._said[1].close()
        self._number = None
        self.up.clear()
        return code

    async def kill(self) -> None:
        self.up.clear()
        assert await self.end() == -signal.SIGKILL
        self.kills += 1

    async def end(self) -> int | None:
        """Stop it whatever it is at; give the exit code, None if it had ended before."""
        if self._number is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)
        return await self.died()


@define(eq=False)
class World:
    """The servers, their users, and the trace."""

    mvp: Process
    portal: Process
    http: aiohttp.ClientSession
    post: PostOffice
    trace: list[dict] = Factory(list)
    at: datetime = BEGIN
    tokens: dict[str, str] = Factory(dict)
    links: dict[str, str] = Factory(dict)
    mails: list[dict] = Factory(list)
    _ids: int = 0

    @property
    def processes(self) -> list[Process]:
        return list(dict.fromkeys((self.mvp, self.portal)))

    def write(self, **line: object) -> None:
        self.trace.append({"at": self.at.isoformat()} | line)

    def id(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}-{self._ids}"

    async def ask(self, process, method, path, token, body=None, *, key=None, data=None):
        """Ask until there is an answer, whatever happens to the server meanwhile."""
        headers = {"Authorization": f"Bearer {token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        while True:
            await process.up.wait()
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with self.http.request(
                    method,
                    process.url + path,
                    json=body,
                    data=None if data is None else data(),
                    headers=headers,
                ) as answer:
                    raw = await answer.read()
                    if answer.status not in {502, 503, 504}:
                        assert answer.status < 500, raw
                        return answer.status, orjson.loads(raw) if raw else None
            await asyncio.sleep(0.01)

    async def act(self, process, method, path, token, body=None, *, data=None, **line):
        """Do an act, again with the same key until it is answered, and write it down."""
        key = self.id("key")
        status, said = await self.ask(process, method, path, token, body, key=key, data=data)
        assert status not in {401, 404, 405, 415}, (status, said, path)
        if status < 400:
            self.write(**line, outcome="ok")
        else:
            self.write(**line, outcome="refused", reason=said["code"])
        return status < 400

    async def operate(self, process, method, path, body=None):
        async with self.http.request(
            method,
            process.url + path,
            json=body,
            headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"},
        ) as answer:
            raw = await answer.read()
            assert answer.status < 400, raw
            return orjson.loads(raw) if raw else None

    async def set_clock(self, process) -> None:
        await self.operate(process, "POST", "/api/clock", {"to": self.at.isoformat()})

    async def start(self, process: Process, crash_at: str | None = None) -> None:
        """Start a server, let it have the time that it is, and let its users in."""
        await process.start(crash_at)
        with contextlib.suppress(aiohttp.ClientError, OSError):  # it may die of that
            await self.set_clock(process)
        process.up.set()

    async def restart(self, process: Process) -> None:
        """Start a server that was killed."""
        self.write(act="fault", what="server", state="down", outcome="ok")
        self.write(act="fault", what="server", state="up", outcome="ok")
        await self.start(process)

    async def come_to_rest(self) -> None:
        for process in (self.mvp, self.portal, self.mvp):
            await self.set_clock(process)

    async def replicate(self) -> None:
        """Start a replication while nobody changes a case; write down what the run answered."""
        path, token = "/api/mvp/replication/runs", self.tokens["anna"]
        status, said = await self.ask(self.mvp, "POST", path, token, {}, key=self.id("key"))
        assert status == 201, said
        self.write(act="replicate", by="anna", result=said["result"], outcome="ok")

    # Who acts

    async def caseworker(self, name: str) -> None:
        path = f"/api/mvp/caseworkers/{name}"
        address = f"{name}@makler.example"
        await self.operate(self.mvp, "PUT", path, {"role": "Benutzer", "email": address})
        self.write(act="set_role", caseworker=name, role="Benutzer", email=address, outcome="ok")
        made = await self.operate(self.mvp, "POST", f"{path}/token")
        self.tokens[name] = made["token"]

    async def recipient(self, address: str) -> str | None:
        """Give the token of a recipient, who registers first; None before the mail with the link."""
        if address in self.tokens:
            return self.tokens[address]
        if address not in self.links:
            return None
        body = {"token": self.links[address], "password": PASSWORD}
        path = "/api/collaboration/registration"
        await self.act(self.portal, "POST", path, "", body, act="register", by=address)
        body = {"address": address, "password": PASSWORD}
        path = "/api/collaboration/session"
        _, said = await self.ask(self.portal, "POST", path, "", body)
        self.tokens[address] = said["token"]
        return said["token"]

    # What everybody sees

    async def look(self, people: "list[Person]") -> None:
        """Come to rest, let time pass, and let everybody look at everything."""
        await self.come_to_rest()
        for step in (SHORT, STEP):  # within the first one a mail that failed is tried again
            for mail in self.mails:  # some came before the sender had the answer
                self.write(**mail)
            self.mails.clear()
            self.at += step
            await self.come_to_rest()
        await asyncio.gather(*(person.look() for person in people))

    def see_mail(self, mail) -> None:
        link = re.search(r"token=(\S+)", mail.text)
        if link:
            self.links[mail.to] = link[1]
        line = {"see": "mail", "to": mail.to, "event": mail.event, "body": mail.text}
        line |= {"message": mail.message["X-Collab-Message"], "message_id": mail.message_id}
        self.mails.append(line)

    def judged(self, folder: Path, *required: str) -> None:
        """Let the oracle judge the trace."""
        path = folder / "trace.jsonl"
        head = {"trace": 1, "time_zone": "Europe/Berlin"}
        path.write_bytes(b"\n".join(orjson.dumps(line) for line in [head, *self.trace]) + b"\n")
        demanded = [option for rule in required for option in ("--require", rule)]
        done = subprocess.run(
            [sys.executable, "-m", "simulator", "check", str(path), *demanded],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@define(eq=False)
class Person:
    """The users of one case: a caseworker and two recipients, who do one thing after another."""

    world: World
    case: int
    chance: random.Random
    registered: set[str] = Factory(set)
    sent: list[str] = Factory(list)
    documents: list[str] = Factory(list)
    name: str = field(init=False)
    addresses: tuple[str, str] = field(init=False)
    writer: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.name = "anna"
        self.addresses = (f"k{self.case}@example.org", f"l{self.case}@example.org")
        self.writer = self.addresses[0]

    @property
    def path(self) -> str:
        return f"/api/mvp/cases/{self.case}"

    async def begin(self) -> None:
        body = {"case": self.case, "subject": "Kfz"}
        await self.mvp_act("POST", "/api/mvp/cases", body, act="create_case", subject="Kfz")

    async def mvp_act(self, method, path, body=None, *, data=None, **line):
        world = self.world
        token = world.tokens[self.name]
        return await world.act(
            world.mvp, method, path, token, body, data=data, by=self.name, case=self.case, **line
        )

    async def act(self) -> None:
        """Do one thing by chance."""
        deeds = [self.send] * 4 + [self.reply] * 3 + [self.open] * 3 + [self.mark_read]
        deeds += [self.note, self.edit, self.release, self.file]
        await self.chance.choice(deeds)()

    async def send(self) -> None:
        message = self.world.id("m")
        to = list(self.addresses[: self.chance.choice([1, 2])])
        expects = self.chance.choice(["acknowledge", "reply", "reply_with_file"])
        documents = self.chance.sample(self.documents, min(1, len(self.documents)))
        line = {
            "message": message,
            "text": f"Text {message}",
            "expects": expects,
            "to": to,
            "documents": documents,
        }
        if await self.mvp_act("POST", f"{self.path}/messages", line, act="send", **line):
            self.registered.update(to)
            self.sent.append(message)

    async def note(self) -> None:
        text = self.world.id("Notiz")
        await self.mvp_act("POST", f"{self.path}/notes", {"text": text}, act="note", text=text)

    async def edit(self) -> None:
        subject = self.world.id("Kfz")
        body = {"subject": subject}
        await self.mvp_act("PATCH", self.path, body, act="edit_case", subject=subject)

    async def release(self) -> None:
        body = {"create_messages": self.chance.random() < 0.8}
        recipient = self.addresses[0]
        path = f"{self.path}/releases/{recipient}"
        line = {"recipient": recipient} | body
        await self.mvp_act("PUT", path, body, act="set_release", **line)

    async def file(self) -> None:
        name = self.world.id("Gutachten")
        content = name.encode() * self.chance.choice([1, 20_000])
        line = {"document": name, "size": len(content)}
        path = f"{self.path}/documents/{name}"
        if await self.mvp_act("PUT", path, data=lambda: content, act="add_document", **line):
            self.documents.append(name)

    async def received(self, address: str | None = None) -> tuple[str, str, list[dict]] | None:
        """Give a recipient with their messages."""
        if address is None and self.registered:
            address = self.chance.choice(sorted(self.registered))
        lines = [] if address is None else await self.inbox(address)
        return (address, self.world.tokens[address], lines) if lines else None

    async def inbox(self, address: str) -> list[dict]:
        """Give the messages of a recipient, who has no account before the first one came."""
        world = self.world
        token = await world.recipient(address)
        if token is None:
            return []
        _, said = await world.ask(world.portal, "GET", INBOX, token)
        return said["messages"]

    async def portal_act(self, address, token, method, path, body=None, *, data=None, **line):
        world = self.world
        return await world.act(
            world.portal, method, path, token, body, data=data, by=address, **line
        )

    async def open(self) -> None:
        found = await self.received()
        if found is None:
            return
        address, token, lines = found
        via = self.chance.choice(["widget", "case", "attachments", "message", "reply"])
        body = {"via": via}
        if via not in {"widget", "case"}:
            body["message"] = self.chance.choice(lines)["message"]
        path = f"/api/collaboration/cases/{self.case}/openings"
        await self.portal_act(
            address, token, "POST", path, body, act="open", case=self.case, **body
        )

    async def mark_read(self) -> None:
        found = await self.received()
        if found is None:
            return
        address, token, lines = found
        message = self.chance.choice(lines)["message"]
        path = f"/api/collaboration/messages/{message}/read"
        await self.portal_act(address, token, "POST", path, act="mark_read", message=message)

    async def reply(self) -> None:
        # One writes in each phase: a reply of another one may overtake one whose files are under
        # way, and which of them arrived first is in no line.
        found = await self.received(self.writer)
        if found is None:
            return
        address, token, lines = found
        message = self.world.id("r")
        answers = self.chance.choice([None, *(line["message"] for line in lines[-3:])])
        fields = {"text": f"Antwort {message}", "message": message}
        if answers is not None:
            fields["answers"] = answers
        contents = {
            self.world.id("Bild"): message.encode() * self.chance.choice([1, 20_000])
            for _ in range(self.chance.choice([0, 0, 1, 2]))
        }

        def form():
            data = aiohttp.FormData(fields)
            for name, content in contents.items():
                data.add_field("file", content, filename=name)
            return data

        files = [{"name": name, "size": len(content)} for name, content in contents.items()]
        path = f"/api/collaboration/cases/{self.case}/messages"
        line = fields | {"answers": answers, "files": files}
        how = {"data": form} if files else {"body": fields}
        await self.portal_act(
            address, token, "POST", path, **how, act="reply", case=self.case, **line
        )

    async def look(self) -> None:
        """See all of the case."""
        self.writer = self.chance.choice(sorted(self.registered) or self.addresses[:1])
        world = self.world
        token = world.tokens[self.name]

        async def shown(what):
            _, said = await world.ask(world.mvp, "GET", f"{self.path}{what}", token)
            return said

        case = await shown("")
        fields = ("cloud_status", "status_text", "acknowledged_on", "follow_up_on", "under_way")
        about = {"by": self.name, "case": self.case}
        world.write(see="case", **about, **{name: case[name] for name in fields})
        entries, after = [], 0
        while after is not None:
            page = await shown(f"/activities?limit=500&after={after}")
            entries += page["entries"]
            after = page["next"]
        world.write(see="activities", **about, entries=entries)
        world.write(see="preset", **about, recipients=(await shown("/preset"))["recipients"])
        for address in sorted(self.registered):
            await self.look_as(address)

    async def look_as(self, address: str) -> None:
        world = self.world
        token = await world.recipient(address)
        if token is None:
            return
        _, seen = await world.ask(world.portal, "GET", INBOX, token)
        unread, lines = seen["unread"], seen["messages"]
        names = ("message", "unread", "hint", "opened", "answered")
        messages = [{name: line[name] for name in names} for line in lines]
        world.write(see="inbox", by=address, unread=unread, messages=messages)
        path = f"/api/collaboration/cases/{self.case}"
        _, page = await world.ask(world.portal, "GET", path, world.tokens[address])
        if page.get("code") == "not_addressed":
            return
        names = ("subject", "text", "button")
        seen = {name: page[name] for name in names} | {"documents": page["documents"]}
        world.write(see="portal_case", by=address, case=self.case, **seen)


@contextlib.asynccontextmanager
async def world(folder: Path, *, apart: bool) -> AsyncIterator[World]:
    """Give servers that are not started yet: one for both sides, or one for each."""
    async with PostOffice().opened() as post, aiohttp.ClientSession() as http:
        smtp = ("--smtp", f"127.0.0.1:{post.port}", "--smtp-tls", "off")
        if apart:
            ports = free_port(), free_port()
            mvp, portal = (
                Process(
                    folder / side,
                    port,
                    (
                        *("--side", side, "--peer", f"http://127.0.0.1:{other}"),
                        *("--peer-secret", SECRET, *smtp),
                    ),
                )
                for side, port, other in zip(
                    ("mvp", "collaboration"), ports, reversed(ports), strict=True
                )
            )
        else:
            mvp = portal = Process(folder / "both", free_port(), smtp)
        made = World(mvp, portal, http, post)
        post.at_data = made.see_mail
        try:
            yield made
        finally:
            for process in made.processes:
                await process.end()
