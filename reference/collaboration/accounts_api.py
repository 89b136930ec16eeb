"""How recipients log in to the collaboration, and how they end that."""

from attrs import define, evolve, frozen

from reference.collaboration.api import BASE
from reference.http.access import Access, LoggedIn
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.http.problems import Problem
from reference.store.side import Side


@frozen
class RecipientLogIn:
    """What a recipient logs in with."""

    address: str
    password: str


@define(eq=False)
class AccountsApi:
    """The handlers of recipients' accounts."""

    side: Side
    access: Access

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
            Operation(
                "POST",
                f"{BASE}/session",
                Who.ANYBODY,
                "Log in",
                self.log_in,
                body=RecipientLogIn,
                answer=LoggedIn,
                status=201,
                refusals=(Problem.WRONG_PASSWORD, Problem.TOO_MANY_ATTEMPTS),
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
