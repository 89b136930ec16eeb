"""How caseworkers log in to the MVP, and how they are given what they log in with."""

from attrs import define, evolve, frozen

from reference.http.access import Access, LoggedIn
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.http.problems import Fault, Problem, Refused
from reference.mvp.api import BASE
from reference.store.mvp_tables import CASEWORKERS, Caseworker
from reference.store.secrets import hashed, new_secret
from reference.store.side import Side
from reference.store.unit import Unit


@frozen
class CaseworkerLogIn:
    """What a caseworker logs in with."""

    name: str
    password: str


@frozen
class NewPassword:
    """A password of 10 to 200 characters."""

    password: str


@frozen
class ApiToken:
    """A caseworker's API token, which is shown this once and sent as Authorization: Bearer."""

    name: str
    token: str


@define(eq=False)
class CaseworkersApi:
    """The handlers of logging in to the MVP."""

    side: Side
    access: Access

    async def log_in_caseworker(self, call: Call) -> Answer:
        """Log in with name and password; the answer's token is also kept in a cookie."""
        log_in: CaseworkerLogIn = call.body
        session = await self.access.log_in(call.request, log_in.name, log_in.password)
        return evolve(given(session, 201), headers=self.access.kept_in_cookie(session))

    async def log_out_caseworker(self, call: Call) -> Answer:
        """End the session that sends this."""
        return await self.access.log_out(call.request)

    async def end_my_caseworker_sessions(self, call: Call) -> Answer:
        """End all sessions of who sends this."""
        await self.access.end_all(call.actor)
        return Answer(204, b"", headers=self.access.out_of_cookie())

    async def end_sessions_of_caseworker(self, call: Call) -> Answer:
        """End all sessions of a caseworker."""
        await self.access.end_all(call.path["name"])
        return given(None)

    async def set_caseworker_password(self, call: Call) -> Answer:
        """Set a caseworker's password, which ends the sessions."""
        name = call.path["name"]
        password = await self.access.passwords.hashed(call.body.password)

        def work(unit: Unit) -> None:
            unit.put(CASEWORKERS, name, evolve(_known(unit, name), password=password))
            self.access.end_all_in(unit, name)

        await self.side.writer.do(work)
        self.access.forget(user=name)
        return given(None)

    async def make_caseworker_token(self, call: Call) -> Answer:
        """Make an API token for a caseworker; the one before is worth nothing any more."""
        name, token = call.path["name"], new_secret()

        def work(unit: Unit) -> None:
            unit.put(CASEWORKERS, name, evolve(_known(unit, name), token=hashed(token)))

        await self.side.writer.do(work)
        self.access.forget(user=name)
        return given(ApiToken(name, token), 201)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of logging in to the MVP."""
        one = f"{BASE}/caseworkers/{{name}}"
        return (
            Operation(
                "POST",
                f"{BASE}/session",
                Who.ANYBODY,
                "Log in as a caseworker",
                self.log_in_caseworker,
                body=CaseworkerLogIn,
                answer=LoggedIn,
                status=201,
                refusals=(Problem.WRONG_PASSWORD, Problem.TOO_MANY_ATTEMPTS),
            ),
            Operation(
                "DELETE",
                f"{BASE}/session",
                Who.CASEWORKER,
                "Log out as a caseworker",
                self.log_out_caseworker,
                status=204,
            ),
            Operation(
                "DELETE",
                f"{BASE}/sessions",
                Who.CASEWORKER,
                "End all my sessions as a caseworker",
                self.end_my_caseworker_sessions,
                status=204,
            ),
            Operation(
                "DELETE",
                f"{one}/sessions",
                Who.ADMINISTRATOR,
                "End all sessions of a caseworker",
                self.end_sessions_of_caseworker,
                status=204,
            ),
            Operation(
                "PUT",
                f"{one}/password",
                Who.ADMINISTRATOR,
                "Set a caseworker's password",
                self.set_caseworker_password,
                body=NewPassword,
                status=204,
                refusals=(Problem.NOT_FOUND,),
            ),
            Operation(
                "POST",
                f"{one}/token",
                Who.ADMINISTRATOR,
                "Make an API token for a caseworker",
                self.make_caseworker_token,
                answer=ApiToken,
                status=201,
                refusals=(Problem.NOT_FOUND,),
            ),
        )


def _known(unit: Unit, name: str) -> Caseworker:
    caseworker = unit.get(CASEWORKERS, name)
    if caseworker is None:
        raise Refused(Problem.NOT_FOUND, Fault("path.name", "no caseworker has this name"))
    return caseworker
