"""Who logs in to a side, and who they are afterwards: sessions, API tokens, attempts."""

import sqlite3
from collections import OrderedDict
from datetime import timedelta
from typing import Any, Final

from aiohttp import hdrs, web
from attrs import Factory, define, frozen

from reference.http.attempts import Attempts, client_key
from reference.http.operations import Answer
from reference.http.passwords import Passwords
from reference.http.problems import Problem, Refused
from reference.store.codec import from_us, to_us
from reference.store.secrets import hashed, new_secret
from reference.store.shared_tables import (
    END_EXPIRED_SESSIONS,
    END_SESSION,
    END_SESSIONS_OF,
    INSERT_SESSION,
)
from reference.store.side import Side
from reference.store.unit import Kept, Unit

#: How many users stay known without a look into the store.
KNOWN_MAX: Final = 10_000
_SESSION: Final = "SELECT user, ends_at FROM sessions WHERE token = ?"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@frozen
class Known:
    """Whose a token is, and until when in microseconds since 1970; an API token has no end."""

    user: str
    ends_at: int | None


@frozen
class LoggedIn:
    """A session that began; its token goes into the cookie, or as Authorization: Bearer."""

    user: str
    token: str
    ends_at: str


@define(eq=False)
class Access:
    """The sessions of a side, and who its tokens belong to.

    `users` have a password, None if they set none. `proxy` is the address of one that is trusted
    to say where a request comes from. `tokens` is the query that gives the user of an API token
    by its hash, where there are any.
    """

    side: Side
    cookie: str
    users: Kept[str, Any]
    lifetime: timedelta
    passwords: Passwords
    by_account: Attempts
    by_client: Attempts
    secure: bool = False
    proxy: str | None = None
    tokens: str | None = None
    _known: OrderedDict[str, Known] = Factory(OrderedDict[str, Known])
    _ended: int = 0

    async def user_of(self, request: web.Request) -> str:
        """Give who sends a request.

        Raises:
            Refused: when nobody is logged in, or another site uses the cookie.
        """
        header = request.headers.get(hdrs.AUTHORIZATION, "")
        token = header.removeprefix("Bearer ")  # mostly it is one that is known
        known = self._known.get(token) if token != header else None
        if known is None:
            token = self.token_of(request) or ""
            known = self._known.get(token)
        if not token:
            raise not_authenticated()
        if known is None:
            known = await self._look_up(token)
        else:
            self._known.move_to_end(token)
        if known is None:
            raise not_authenticated()
        if known.ends_at is not None and known.ends_at <= to_us(self.side.now()):
            self._known.pop(token, None)
            raise not_authenticated()
        return known.user

    def token_of(self, request: web.Request) -> str | None:
        """Give the token that a request carries: as Authorization, else in the cookie.

        Raises:
            Refused: when another site sends the cookie along.
        """
        if hdrs.AUTHORIZATION in request.headers:
            return bearer_of(request)
        check_site(request)
        token = request.cookies.get(self.cookie)
        return token if token and token.isascii() else None

    async def _look_up(self, token: str) -> Known | None:
        ended, key = self._ended, hashed(token)
        known = await self.side.reader.look(lambda connection: self._kept(connection, key))
        # What ended while we looked may be what we saw.
        if known is not None and ended == self._ended:
            self._known[token] = known
            if len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)
        return known

    def _kept(self, connection: sqlite3.Connection, key: str) -> Known | None:
        row = connection.execute(_SESSION, (key,)).fetchone()
        if row is not None:
            return Known(*row)
        row = None if self.tokens is None else connection.execute(self.tokens, (key,)).fetchone()
        return None if row is None else Known(row[0], None)

    def begin(self, unit: Unit, user: str) -> LoggedIn:
        """Begin a session of a user; the store keeps the hash of its token."""
        token = new_secret()
        now, ends_at = to_us(unit.moment), to_us(unit.moment + self.lifetime)
        unit.write("sessions", END_EXPIRED_SESSIONS, (now,))
        unit.write("sessions", INSERT_SESSION, (hashed(token), user, now, ends_at))
        return LoggedIn(user, token, from_us(ends_at).isoformat())

    async def log_in(self, request: web.Request, user: str, password: str) -> LoggedIn:
        """Begin a session of who knows the password.

        Raises:
            Refused: for a wrong password and an unknown user alike; after too many attempts.
        """
        client, account = self.client_of(request), hashed(user)
        self.by_client.take(client)
        self.by_account.take(account)
        found = await self.side.reader.look(lambda connection: self.users.load(connection, user))
        kept = None if found is None else found.password
        if not await self.passwords.fits(password, kept):
            raise Refused(Problem.WRONG_PASSWORD)
        self.by_client.give_back(client)
        self.by_account.give_back(account)
        before = self.token_of(request) or ""

        def work(unit: Unit) -> LoggedIn:
            found = unit.get(self.users, user)
            if found is None or found.password != kept:
                raise Refused(Problem.WRONG_PASSWORD)  # it was changed in the meantime
            unit.write("sessions", END_SESSION, (hashed(before),))
            return self.begin(unit, user)

        logged_in = await self.side.writer.do(work)
        self.forget(token=before)
        return logged_in

    def client_of(self, request: web.Request) -> str:
        """Give the key of the client that a request comes from."""
        by_proxy = self.proxy is not None and request.remote == self.proxy
        return client_key(
            request.remote, request.headers.get("X-Forwarded-For") if by_proxy else None
        )

    async def log_out(self, request: web.Request) -> Answer:
        """End the session that a request belongs to; an API token stays."""
        token = self.token_of(request) or ""
        await self.side.writer.do(
            lambda unit: unit.write("sessions", END_SESSION, (hashed(token),))
        )
        self.forget(token=token)
        return Answer(204, b"", headers=self.out_of_cookie())

    async def end_all(self, user: str) -> None:
        """End all sessions of a user."""
        await self.side.writer.do(lambda unit: self.end_all_in(unit, user))
        self.forget(user=user)

    def end_all_in(self, unit: Unit, user: str) -> None:
        """End all sessions of a user in a transaction; `forget` the user when it is committed."""
        unit.write("sessions", END_SESSIONS_OF, (user,))

    def forget(self, *, token: str | None = None, user: str | None = None) -> None:
        """Look into the store again for a token, or for all tokens of a user."""
        self._ended += 1
        if token is not None:
            self._known.pop(token, None)
        if user is not None:
            for each in [each for each, known in self._known.items() if known.user == user]:
                del self._known[each]

    def kept_in_cookie(self, logged_in: LoggedIn) -> dict[str, str]:
        """Give the header that keeps a session's token in the browser."""
        return self._set_cookie(logged_in.token, int(self.lifetime.total_seconds()))

    def out_of_cookie(self) -> dict[str, str]:
        """Give the header that removes the token from the browser."""
        return self._set_cookie("", 0)

    def _set_cookie(self, value: str, seconds: int) -> dict[str, str]:
        secure = "; Secure" if self.secure else ""
        return {
            "Set-Cookie": f"{self.cookie}={value}; Max-Age={seconds}; Path=/; HttpOnly; "
            f"SameSite=Lax{secure}"
        }


def not_authenticated() -> Refused:
    """Give the refusal of a request that nobody sent who is known."""
    return Refused(Problem.NOT_AUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})


def bearer_of(request: web.Request) -> str | None:
    """Give the token that a request carries as Authorization."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token and token.isascii() else None


def check_site(request: web.Request) -> None:
    """Check that no other site lets a browser change something here.

    Raises:
        Refused: when the browser says so.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        own = site in {"same-origin", "none"}
    else:  # an old browser, or none
        origin = request.headers.get(hdrs.ORIGIN)
        own = origin is None or origin.partition("://")[2] == request.host
    if not own:
        raise Refused(Problem.CROSS_SITE)
