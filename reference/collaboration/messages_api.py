"""The API of what recipients write, and of the files at messages."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Final

from aiohttp import web
from attrs import define, fields_dict, frozen

from reference.collaboration import acts, looks
from reference.collaboration.api import BASE
from reference.domain.acts import File, WriteReply
from reference.domain.mailbox import files_refused
from reference.domain.refusals import Refusal
from reference.http.downloads import download
from reference.http.operations import (
    BYTES_TYPE,
    FORM_TYPE,
    JSON_TYPE,
    Answer,
    Call,
    Operation,
    Who,
    media_type,
)
from reference.http.parsing import parsed
from reference.http.problems import Problem, Refused
from reference.http.uploads import (
    BESIDES_BYTES_MAX,
    Form,
    Uploads,
    check_length,
    read_form,
    with_fingerprint,
)
from reference.store.codec import to_json
from reference.store.link_content import Attached
from reference.store.shapes import Cursor, Name
from reference.store.side import Side
from reference.store.unit import Unit


@frozen
class NewReply:
    """An answer to a message, or with null a new message (INB-10)."""

    text: str
    answers: str | None = None
    message: Name | None = None


@frozen
class Written:
    """A message that was written, with its id."""

    message: str


@frozen
class Place:
    """Which of the files of one name at a message: its place among all, from 1; 0 for the first."""

    place: Cursor = 0


_FIELDS: Final = frozenset(fields_dict(NewReply))


@define(eq=False)
class MessagesApi:
    """The handlers of what recipients write and download."""

    side: Side
    uploads: Uploads

    async def write_reply(self, call: Call) -> Answer:
        """Write an answer or a new message, with files as a form."""
        if call.body is not None:
            return await self._write(call, call.body, ())
        if media_type(call.request) != FORM_TYPE:
            raise Refused(Problem.MEDIA_TYPE)
        rules = self.side.rules
        check_length(call.request, rules.bytes_max + BESIDES_BYTES_MAX, Refusal.TOO_LARGE)
        if call.key is None:  # else the act knows whether it was done before
            await self.side.reader.look(
                lambda connection: looks.writing_allowed(connection, call.case, call.actor, rules)
            )

        def new_of(form: Form) -> tuple[Call, NewReply]:
            whole = with_fingerprint(call, (form.fields, form.files))
            return whole, parsed(to_json(form.fields), NewReply)

        return await self.write_form(call, _FIELDS, new_of)

    async def write_form(
        self,
        call: Call,
        names: frozenset[str],
        new_of: Callable[[Form], tuple[Call, NewReply]],
        typed: dict[str, str] | None = None,
    ) -> Answer:
        """Write what a form with these fields brings, and `new_of` makes of it.

        The fields go into `typed` as they come.
        """
        async with self.side.files.arriving() as arrival:
            async with self.uploads.coming(call):
                refused = partial(files_refused, rules=self.side.rules)
                form = await read_form(call.request, arrival, names, refused, typed)
            whole, new = new_of(form)
            await self.side.files.place(arrival)
            return await self._write(whole, new, form.files)

    async def _write(self, call: Call, new: NewReply, attached: tuple[Attached, ...]) -> Answer:
        message = new.message or self.side.new_id()
        files = tuple(File(each.name, each.size) for each in attached)
        act = WriteReply(message, new.answers, new.text, files)

        def work(unit: Unit) -> Written:
            now, rules = unit.moment, self.side.rules
            acts.act_on_mailbox(unit, call.case, call.actor, act, now, rules, attached)
            return Written(message)

        return await call.act(self.side, work, status=201)

    async def download_file(self, call: Call) -> web.StreamResponse:
        """Download a file of a message that was received or written."""
        name, place = call.path["name"], call.query.place

        def look(connection: sqlite3.Connection) -> str | None:
            found = looks.attached(connection, call.case, call.actor, call.path["message"])
            return next(
                (
                    each.sha256
                    for number, each in enumerate(found, start=1)
                    if each.name == name and place in {0, number}
                ),
                None,
            )

        return await download(self.side.files, await self.side.reader.look(look), name)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of messages and their files."""
        who, messages = Who.RECIPIENT, f"{BASE}/cases/{{case}}/messages"
        return (
            Operation(
                "POST",
                messages,
                who,
                "Reply or write a new message",
                self.write_reply,
                body=NewReply,
                answer=Written,
                status=201,
                act=True,
                upload=True,
                media=(JSON_TYPE, FORM_TYPE),
                example={"text": "Das passt so.", "answers": "m1"},
                refusals=(
                    Refusal.NOT_ADDRESSED,
                    Refusal.UNKNOWN_MESSAGE,
                    Refusal.WRITING_WITHHELD,
                    Refusal.BLANK_REPLY,
                    Refusal.TOO_MANY_FILES,
                    Refusal.TOO_LARGE,
                    Problem.MESSAGE_EXISTS,
                    Problem.TOO_MANY_UPLOADS,
                ),
            ),
            Operation(
                "GET",
                f"{messages}/{{message}}/files/{{name}}",
                who,
                "Download a file",
                self.download_file,
                query=Place,
                gives=BYTES_TYPE,
                refusals=(Refusal.UNKNOWN_MESSAGE, Problem.NOT_FOUND),
            ),
        )
