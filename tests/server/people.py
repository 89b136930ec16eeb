"""A running server, and the people who use it."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson
from attrs import define, field, frozen
from multidict import CIMultiDictProxy

from reference.app.config import Config
from reference.app.server import Server, serving
from reference.clock import ManualClock, SystemClock
from reference.domain.accounts import Account
from reference.http.hashing import CHEAP
from reference.http.passwords import passwords_of
from reference.store.collaboration_tables import LOGINS, Login

PASSWORD = "richtig lang genug"
MONDAY = datetime(2024, 2, 19, 11, 18, 16, tzinfo=UTC)


@frozen
class Seen:
    """An answer as it came."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem document."""
        return self.json["code"]


@define(eq=False)
class Person:
    """Somebody who sends requests, known by a token or, without one, nobody."""

    url: str
    http: aiohttp.ClientSession
    token: str | None = None
    name: str = ""

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] = {},
        **more: Any,
    ) -> Seen:
        """Send a request; a `body` is sent as JSON."""
        known = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            more["data"] = orjson.dumps(body)
            known["Content-Type"] = "application/json"
        async with self.http.request(
            method, self.url + path, headers=known | dict(headers), **more
        ) as answer:
            return Seen(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **more: Any) -> Seen:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: object = None, **more: Any) -> Seen:
        return await self.ask("POST", path, body, **more)

    async def put(self, path: str, body: object = None, **more: Any) -> Seen:
        return await self.ask("PUT", path, body, **more)

    async def patch(self, path: str, body: object = None, **more: Any) -> Seen:
        return await self.ask("PATCH", path, body, **more)

    async def delete(self, path: str, **more: Any) -> Seen:
        return await self.ask("DELETE", path, **more)


@define(eq=False)
class Running:
    """A server at work, and its people."""

    server: Server
    http: aiohttp.ClientSession
    config: Config
    now: SystemClock | ManualClock
    nobody: Person = field(init=False)
    operator: Person = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.nobody = self.person()
        self.operator = self.person(self.server.operator_token, "operator")

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def system(self):
        return self.server.system

    def person(self, token: str | None = None, name: str = "") -> Person:
        return Person(self.server.url, self.http, token, name)

    async def caseworker(self, name: str = "anna", role: str = "Benutzer") -> Person:
        """Give a caseworker with an API token."""
        one = f"/api/mvp/caseworkers/{name}"
        made = await self.operator.put(one, {"role": role, "email": f"{name}@makler.example"})
        assert made.status == 200, made.body
        token = await self.operator.post(f"{one}/token")
        assert token.status == 201, token.body
        return self.person(token.json["token"], name)

    async def registered(self, address: str = "k@example.org", password: str = PASSWORD) -> None:
        """Let a recipient have a password already."""
        kept = await passwords_of(CHEAP).hashed(password)

        def work(unit):
            unit.put(LOGINS, address, Login(Account(address, registered=True), kept))

        await self.system.collaboration.writer.do(work)

    async def recipient(self, address: str = "k@example.org", password: str = PASSWORD) -> Person:
        """Give a recipient who is registered and logged in."""
        await self.registered(address, password)
        body = {"address": address, "password": password}
        begun = await self.nobody.post("/api/collaboration/session", body)
        assert begun.status == 201, begun.body
        return self.person(begun.json["token"], address)

    async def rest(self) -> None:
        """Wait until nothing is under way between the sides."""
        await self.system.rest()


@contextlib.asynccontextmanager
async def serving_in(folder, *, now=None, **options: Any) -> AsyncIterator[Running]:
    now = now or (ManualClock(MONDAY) if options.get("clock") == "manual" else SystemClock())
    config = Config(folder / "data", **({"port": 0, "hashing": CHEAP} | options))
    async with (
        serving(config, now) as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        yield Running(server, http, config, now)
