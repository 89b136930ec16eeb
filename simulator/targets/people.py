"""Everybody who acts on a system that serves the API: how they come in, and as whom."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from attrs import Factory, define

from reference.client.client import Client
from reference.client.connection import NotSeen
from simulator.targets.access import PASSWORD
from simulator.targets.port import TargetError

#: Who does what a caseworker has to do where there is none.
HARNESS: Final = "simulator"
#: How long the mail with a link may take, and how often it is looked for, in seconds.
_LINK_S_MAX: Final = 5.0
_AGAIN_S: Final = 0.1
_NO_ROUTE: Final = frozenset({"404", "405", "not_found", "method"})


class Barred(Exception):  # noqa: N818 - often what is expected
    """Somebody does not come in; `reason` is the code of the refusal."""

    def __init__(self, reason: str) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason


@define(eq=False)
class People:
    """Who is known, each with a client of their own.

    `operator` makes tokens for caseworkers, and lets recipients in where time is virtual; `tokens`
    are those of caseworkers whom nobody has to make one. With `registers` recipients have to
    register before they come in; without, that is seen to when they first do something.
    """

    mvp: Client
    portal: Client
    operator: bool
    registers: bool
    tokens: Mapping[str, str] = {}
    password: str = PASSWORD
    passwords: Mapping[str, str] = {}
    links: dict[str, str] = Factory(dict[str, str])  # the newest that was mailed to an address
    read_mails: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
    named: dict[str, None] = Factory(dict[str, None])  # caseworkers who were given a role
    _caseworkers: dict[str, Client] = Factory(dict[str, Client])
    _recipients: dict[str, Client] = Factory(dict[str, Client])
    _registered: set[str] = Factory(set[str])
    #: To whom a link is mailed because of us, and because of nothing that the scenario says.
    asked_for: set[str] = Factory(set[str])
    _waited_for: set[str] = Factory(set[str])  # whose link may have been waited for in vain
    _lets_in: bool = True

    async def come_in(self, name: str) -> Client:
        """Give the client of a caseworker, by name, or of a recipient, by address.

        Raises:
            Barred: when they are not let in.
            TargetError: when a token is worth nothing.
        """
        return await (self.recipient(name) if "@" in name else self.caseworker(name))

    async def caseworker(self, name: str) -> Client:
        """Give the client of a caseworker."""
        known = self._caseworkers.get(name)
        if known is None:
            known = self._caseworkers[name] = self.mvp.known_by(await self._token(name))
        return known

    async def _token(self, name: str) -> str:
        if name in self.tokens:
            return self.tokens[name]
        if not self.operator:
            raise TargetError(
                f"there is no token for the caseworker {name!r}: give one under [caseworkers], or "
                "the operator's token, with which one is made"
            )
        done = await self.mvp.make_token(name)
        if done.value is None:
            raise Barred(done.reason or "no_answer")
        return done.value.token

    async def anybody(self) -> Client:
        """Give the client of some caseworker, for what has to be done by one."""
        known = next(iter((*self._caseworkers, *self.tokens, *self.named)), None)
        if known is None:
            await self.mvp.set_role(HARNESS, "none")
            known = HARNESS
        return await self.caseworker(known)

    async def recipient(self, address: str) -> Client:
        """Give the client of a recipient."""
        key = address.strip().lower()
        known = self._recipients.get(key)
        if known is None:
            known = self._recipients[key] = await self._log_in(key)
        return known

    async def _log_in(self, address: str) -> Client:
        if self.operator and self._lets_in:
            try:
                return await self.portal.let_in(address, unregistered=not self.registers)
            except NotSeen as refused:
                if refused.reason not in _NO_ROUTE:
                    raise Barred(refused.reason) from refused
                self._lets_in = False
        try:
            return await self._by_password(address)
        except NotSeen as refused:
            raise Barred(refused.reason) from refused

    async def _by_password(self, address: str) -> Client:
        known = self.passwords.get(address)
        if known is not None:
            return await self.portal.log_in(address, known)
        if address not in self._registered:
            link = None if self.registers else await self._link(address)
            if link is None:
                raise Barred("not_registered")
            await self.portal.known_by(None).register(link, self.password)
            self._registered.add(address)
        return await self.portal.log_in(address, self.password)

    async def _link(self, address: str) -> str | None:
        """Give the link that was mailed to somebody, else ask for one and wait for it, once."""
        await self.read_mails()
        if address not in self.links and address not in self._waited_for:
            self._waited_for.add(address)
            self.asked_for.add(address)
            await self.portal.known_by(None).request_link(address)
            until = time.monotonic() + _LINK_S_MAX
            while address not in self.links and time.monotonic() < until:
                await asyncio.sleep(_AGAIN_S)
                await self.read_mails()
        return self.links.get(address)

    def registered(self, address: str) -> None:
        """Keep that somebody has set the password; that ends their sessions."""
        key = address.strip().lower()
        self._registered.add(key)
        self._recipients.pop(key, None)

    def forget(self, name: str) -> None:
        """Let somebody come in anew: what let them in has run out."""
        self._caseworkers.pop(name, None)
        self._recipients.pop(name.strip().lower(), None)
