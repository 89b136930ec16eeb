"""How recipients come to a password and log in, and how they end that."""

import sqlite3
from datetime import timedelta
from functools import partial
from hashlib import blake2b, sha256

from attrs import Factory, define, evolve, frozen

from reference.collaboration import accounts
from reference.collaboration.api import BASE
from reference.collaboration.links import address_of
from reference.domain.accounts import register
from reference.domain.refusals import Refusal
from reference.http.access import Access, LoggedIn
from reference.http.attempts import Attempts
from reference.http.operations import Answer, Call, Operation, Who, accepted, given
from reference.http.problems import Problem, Refused
from reference.store.collaboration_tables import LOGINS
from reference.store.secrets import hashed, new_secret
from reference.store.side import Side
from reference.store.unit import Unit


@frozen
class RecipientLogIn:
    """What a recipient logs in with."""

    address: str
    password: str


@frozen
class Registration:
    """The token of a mailed link, and a password of 10 to 200 characters."""

    token: str
    password: str


@frozen
class LinkWanted:
    """The address that a link is to be sent to."""

    address: str


@frozen
class LogInWanted:
    """Whether somebody may be logged in who has set no password yet."""

    unregistered: bool = False


@define(eq=False)
class AccountsApi:
    """The handlers of recipients' accounts.

    With `without_password` an administrator can log recipients in, for tests with many of them.
    """

    side: Side
    access: Access
    without_password: bool = False
    #: Links that may be asked for, for one address.
    _asked: Attempts = Factory(
        lambda self: Attempts(self.side.now, 3, timedelta(minutes=10)), takes_self=True
    )

    async def register(self, call: Call) -> Answer:
        """Set a password through a mailed link, which ends the sessions of before."""
        token: str = call.body.token
        address = await self.side.reader.look(partial(address_of, token=token))
        # The salt comes from the token, so that the same request can be known again by its
        # fingerprint without anything being kept that a password could be guessed from quickly.
        salt = sha256(token.encode()).digest()[:16]
        password = await self.access.passwords.hashed(call.body.password, salt)
        fingerprint = blake2b(password.encode(), digest_size=16).hexdigest()

        def work(unit: Unit) -> None:
            accounts.set_password(unit, address, token, password, unit.moment)
            self.access.end_all_in(unit, address)

        known = evolve(call, actor=address, fingerprint=fingerprint)
        answer = await known.act(self.side, work)
        self.access.forget(user=address)
        return answer

    async def check_link(self, token: str) -> str:
        """Give the address that a mailed link is for.

        Raises:
            Refused: when it would set no password any more (ACC-2).
        """

        def look(connection: sqlite3.Connection) -> str:
            address = address_of(connection, token)
            login = LOGINS.load(connection, address)
            account = None if login is None else login.account
            accepted(register(account, hashed(token), self.side.now()))
            return address

        return await self.side.reader.look(look)

    async def ask_for_link(self, call: Call) -> Answer:
        """Ask for a new link; the answer is the same whether or not the address is known."""
        address = self.side.rules.normal_address(call.body.address)
        self.access.by_client.take(self.access.client_of(call.request))
        self._asked.take(hashed(address))

        def work(unit: Unit) -> None:
            accounts.send_link(unit, address, new_secret(), unit.moment, self.side.rules)

        return await call.act(self.side, work, status=202)

    async def send_registration_link(self, call: Call) -> Answer:
        """Send a new registration link to a recipient."""
        address = self._address(call)

        def work(unit: Unit) -> None:
            now, rules = unit.moment, self.side.rules
            accounts.send_registration_link(unit, address, new_secret(), now, rules)

        return await call.act(self.side, work, status=202)

    async def begin_session_of(self, call: Call) -> Answer:
        """Log a recipient in without the password."""
        address = self._address(call)
        wanted: LogInWanted = call.query

        def work(unit: Unit) -> LoggedIn:
            login = unit.get(LOGINS, address)
            if login is None:
                raise Refused(Refusal.UNKNOWN_ACCOUNT)
            if not (login.account.registered or wanted.unregistered):
                raise Refused(Refusal.NOT_REGISTERED)
            return self.access.begin(unit, address)

        return given(await self.side.writer.do(work), 201)

    async def end_sessions_of(self, call: Call) -> Answer:
        """End all sessions of a recipient."""
        await self.access.end_all(self._address(call))
        return given(None)

    def _address(self, call: Call) -> str:
        return self.side.rules.normal_address(call.path["address"])

    async def log_in(self, call: Call) -> Answer:
        """Log in with address and password; the answer's token is also kept in a cookie."""
        log_in: RecipientLogIn = call.body
        address = self.side.rules.normal_address(log_in.address)
        session = await self.access.log_in(call.request, address, log_in.password)
        return evolve(given(session, 201), headers=self.access.kept_in_cookie(session))

    async def log_out(self, call: Call) -> Answer:
        """End the session that sends this."""
        return await self.access.log_out(call.request)

    async def end_my_sessions(self, call: Call) -> Answer:
        """End all sessions of who sends this."""
        await self.access.end_all(call.actor)
        return Answer(204, b"", headers=self.access.out_of_cookie())

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of recipients' accounts."""
        return (
            *self._own_operations(),
            *self._operations_of_administrators(),
        )

    def _own_operations(self) -> tuple[Operation, ...]:
        limited = Problem.TOO_MANY_ATTEMPTS
        return (
            Operation(
                "POST",
                f"{BASE}/registration",
                Who.ANYBODY,
                "Set a password through a mailed link",
                self.register,
                body=Registration,
                status=204,
                act=True,
                refusals=(Refusal.UNKNOWN_LINK, Refusal.LINK_USED, Refusal.LINK_EXPIRED),
            ),
            Operation(
                "POST",
                f"{BASE}/registration/link",
                Who.ANYBODY,
                "Ask for a new link",
                self.ask_for_link,
                body=LinkWanted,
                status=202,
                act=True,
                refusals=(limited,),
            ),
            Operation(
                "POST",
                f"{BASE}/session",
                Who.ANYBODY,
                "Log in",
                self.log_in,
                body=RecipientLogIn,
                answer=LoggedIn,
                status=201,
                refusals=(Problem.WRONG_PASSWORD, limited),
            ),
            Operation(
                "DELETE",
                f"{BASE}/session",
                Who.RECIPIENT,
                "Log out",
                self.log_out,
                status=204,
            ),
            Operation(
                "DELETE",
                f"{BASE}/sessions",
                Who.RECIPIENT,
                "End all my sessions",
                self.end_my_sessions,
                status=204,
            ),
        )

    def _operations_of_administrators(self) -> tuple[Operation, ...]:
        one = f"{BASE}/accounts/{{address}}"
        session = Operation(
            "POST",
            f"{one}/session",
            Who.ADMINISTRATOR,
            "Log a recipient in",
            self.begin_session_of,
            query=LogInWanted,
            answer=LoggedIn,
            status=201,
            refusals=(Refusal.UNKNOWN_ACCOUNT, Refusal.NOT_REGISTERED),
        )
        return (
            Operation(
                "POST",
                f"{one}/link",
                Who.ADMINISTRATOR,
                "Send a new registration link",
                self.send_registration_link,
                status=202,
                act=True,
                refusals=(Refusal.UNKNOWN_ACCOUNT, Refusal.ALREADY_REGISTERED),
            ),
            Operation(
                "DELETE",
                f"{one}/sessions",
                Who.ADMINISTRATOR,
                "End all sessions of a recipient",
                self.end_sessions_of,
                status=204,
            ),
            *((session,) if self.without_password else ()),
        )
