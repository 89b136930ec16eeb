"""In which language a recipient gets mails."""

import sqlite3

from attrs import define, evolve, frozen

from reference.collaboration.api import BASE
from reference.domain.refusals import Refusal
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.http.problems import Refused
from reference.store.collaboration_tables import LOGINS, Login
from reference.store.shapes import LanguageCode
from reference.store.side import Side
from reference.store.unit import Unit


@frozen
class Language:
    """The language of a recipient's mails: German, or English."""

    language: LanguageCode


@define(eq=False)
class LanguageApi:
    """The handlers of a recipient's language."""

    side: Side

    async def show_language(self, call: Call) -> Answer:
        """Show the language of my mails."""
        return given(await self.language_of(call.actor))

    async def language_of(self, address: str) -> Language:
        """Give the language of somebody's mails.

        Raises:
            Refused: when there is no such account.
        """

        def look(connection: sqlite3.Connection) -> Language:
            return Language(_known(LOGINS.load(connection, address)).language)

        return await self.side.reader.look(look)

    async def set_language(self, call: Call) -> Answer:
        """Choose the language of my mails."""
        chosen: Language = call.body

        def work(unit: Unit) -> Language:
            login = _known(unit.get(LOGINS, call.actor))
            unit.put(LOGINS, call.actor, evolve(login, language=chosen.language))
            return chosen

        return await call.act(self.side, work)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations."""
        path, who = f"{BASE}/language", Who.RECIPIENT
        return (
            Operation("GET", path, who, "Show my language", self.show_language, answer=Language),
            Operation(
                "PUT",
                path,
                who,
                "Choose my language",
                self.set_language,
                body=Language,
                answer=Language,
                act=True,
            ),
        )


def _known(login: Login | None) -> Login:
    if login is None:
        raise Refused(Refusal.UNKNOWN_ACCOUNT)
    return login
