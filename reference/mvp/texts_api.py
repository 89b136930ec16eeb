"""Texts that are prepared: text blocks for messages, and the wordings of mails."""

import sqlite3
from typing import Annotated, Final, TypeAlias

from attrs import define, frozen

from reference.domain.refusals import Refusal
from reference.domain.rules import Template
from reference.domain.sending import TextBlock, offered_text_blocks
from reference.http.operations import Answer, Call, NamesPage, Operation, Who, shown
from reference.http.problems import Fault, Problem, Refused
from reference.mail.wordings import EVENTS, checked, wording
from reference.mvp import looks
from reference.mvp.acts import tell
from reference.mvp.api import BASE
from reference.store.link_content import Wording
from reference.store.shapes import CONTROLS, LANGUAGES, NAME, LanguageCode, TextShape
from reference.store.shared_tables import WORDINGS
from reference.store.side import Side
from reference.store.unit import Unit

#: What the subject of a mail is, and what other texts are.
LINE: Final = TextShape(
    rf"[^{CONTROLS}]*[^{CONTROLS} ][^{CONTROLS}]*",
    "1 to 200 characters in one line, not only blanks",
    200,
)
TEXT: Final = TextShape(r"[\s\S]*\S[\s\S]*", "1 to 20000 characters, not only blanks", 20_000)
Line: TypeAlias = Annotated[str, LINE]
Text: TypeAlias = Annotated[str, TEXT]
_SET_BLOCK: Final = (
    "INSERT INTO text_blocks (catalogue, name, text) VALUES (?, ?, ?) "
    "ON CONFLICT (catalogue, name) DO UPDATE SET text = excluded.text"
)
_DELETE_BLOCK: Final = "DELETE FROM text_blocks WHERE catalogue = ? AND name = ?"


@frozen
class Catalogue(NamesPage):
    """Which text blocks: those of a catalogue, with an empty one all; else those for messages."""

    catalogue: str | None = None


@frozen
class TextBlocks:
    """A page of text blocks, by catalogue and name; `next` asks for the following one."""

    text_blocks: tuple[TextBlock, ...]
    next: str | None


@frozen
class BlockText:
    """The text of a text block."""

    text: Text


@frozen
class Language:
    """In which language."""

    language: LanguageCode = LANGUAGES[0]


@frozen
class MailTemplate:
    """The wording of a mail, and whether its event sends mails (MAIL-2)."""

    subject: Line
    body: Text
    enabled: bool = True


@frozen
class MailTemplateView:
    """The wording of a mail in a language."""

    event: str
    language: str
    subject: str
    body: str
    enabled: bool


@frozen
class MailTemplates:
    """The wordings of all mails in all languages."""

    mail_templates: tuple[MailTemplateView, ...]


def _place(block: TextBlock) -> str:
    """Give where a text block stands in the order of catalogue and name."""
    return f"{block.catalogue}\t{block.name}"


@define(eq=False)
class TextsApi:
    """The handlers of prepared texts."""

    side: Side

    async def list_text_blocks(self, call: Call) -> Answer:
        """List text blocks, those of the catalogue for messages unless another is asked for."""
        page: Catalogue = call.query
        wanted = page.catalogue

        def look(connection: sqlite3.Connection) -> TextBlocks:
            blocks = looks.text_blocks(connection)
            offered = offered_text_blocks(blocks, self.side.rules, filtered=wanted is None)
            listed = [b for b in offered if not wanted or b.catalogue == wanted]
            found = tuple(b for b in listed if _place(b) > page.after)
            more = len(found) > page.limit
            return TextBlocks(found[: page.limit], _place(found[page.limit - 1]) if more else None)

        return await shown(self.side, look)

    async def set_text_block(self, call: Call) -> Answer:
        """Write a text block."""
        block = TextBlock(call.path["name"], call.path["catalogue"], call.body.text)
        for where in ("catalogue", "name"):
            if not NAME.fits(call.path[where]):
                raise Refused(Problem.INVALID, Fault(f"path.{where}", f"wanted: {NAME.wanted}"))

        def work(unit: Unit) -> TextBlock:
            unit.write("text_blocks", _SET_BLOCK, (block.catalogue, block.name, block.text))
            return block

        return await call.act(self.side, work)

    async def delete_text_block(self, call: Call) -> Answer:
        """Delete a text block, should there be one."""
        row = (call.path["catalogue"], call.path["name"])
        return await call.act(self.side, lambda unit: unit.write("text_blocks", _DELETE_BLOCK, row))

    async def list_mail_templates(self, call: Call) -> Answer:
        """List the wordings of all mails in all languages."""
        del call

        def look(connection: sqlite3.Connection) -> MailTemplates:
            return MailTemplates(
                tuple(
                    self.view(connection, event, language)
                    for event in EVENTS
                    for language in LANGUAGES
                )
            )

        return await shown(self.side, look)

    async def show_mail_template(self, call: Call) -> Answer:
        """Show the wording of a mail."""
        event, language = _event(call), call.query.language
        return await shown(self.side, lambda raw: self.view(raw, event, language))

    async def set_mail_template(self, call: Call) -> Answer:
        """Change the wording of a mail, or switch its event off."""
        event, language, new = _event(call), call.query.language, call.body
        template = checked(event, Template(new.subject, new.body, new.enabled), self.side.rules)
        if isinstance(template, Refusal):
            raise Refused(template)

        def work(unit: Unit) -> MailTemplateView:
            _reword(unit, event, language, template)
            return MailTemplateView(event, language, new.subject, new.body, new.enabled)

        return await call.act(self.side, work)

    def view(self, connection: sqlite3.Connection, event: str, language: str) -> MailTemplateView:
        """Give the wording of a mail as it is now."""
        changed = WORDINGS.load(connection, (event, language))
        now = changed or wording(event, language, self.side.rules)
        return MailTemplateView(event, language, now.subject, now.body, now.enabled)

    def reword(self, unit: Unit, event: str, language: str, subject: str, body: str) -> None:
        """Change what a mail says, and leave it to its event whether it is sent (MAIL-2)."""
        before = self._now(unit, event, language)
        _reword(unit, event, language, Template(subject, body, before.enabled))

    def switch(self, unit: Unit, event: str, *, enabled: bool) -> None:
        """Switch the mails of an event off or on, in all languages (MAIL-2)."""
        for language in LANGUAGES:
            before = self._now(unit, event, language)
            _reword(unit, event, language, Template(before.subject, before.body, enabled))

    def _now(self, unit: Unit, event: str, language: str) -> Wording | Template:
        changed = unit.get(WORDINGS, (event, language))
        return changed or wording(event, language, self.side.rules)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of prepared texts."""
        staff, administrator = Who.STAFF, Who.ADMINISTRATOR
        block, mail = f"{BASE}/text-blocks", f"{BASE}/mail-templates"
        return (
            Operation(
                "GET",
                block,
                staff,
                "List text blocks",
                self.list_text_blocks,
                query=Catalogue,
                answer=TextBlocks,
            ),
            Operation(
                "PUT",
                f"{block}/{{catalogue}}/{{name}}",
                administrator,
                "Write a text block",
                self.set_text_block,
                body=BlockText,
                answer=TextBlock,
                act=True,
            ),
            Operation(
                "DELETE",
                f"{block}/{{catalogue}}/{{name}}",
                administrator,
                "Delete a text block",
                self.delete_text_block,
                status=204,
                act=True,
            ),
            Operation(
                "GET",
                mail,
                staff,
                "List the wordings of mails",
                self.list_mail_templates,
                answer=MailTemplates,
            ),
            Operation(
                "GET",
                f"{mail}/{{event}}",
                staff,
                "Show the wording of a mail",
                self.show_mail_template,
                query=Language,
                answer=MailTemplateView,
                refusals=(Refusal.UNKNOWN_MAIL_EVENT,),
            ),
            Operation(
                "PUT",
                f"{mail}/{{event}}",
                administrator,
                "Change the wording of a mail",
                self.set_mail_template,
                query=Language,
                body=MailTemplate,
                answer=MailTemplateView,
                act=True,
                refusals=(Refusal.UNKNOWN_MAIL_EVENT, Refusal.TEMPLATE_FIELD),
            ),
        )


def _reword(unit: Unit, event: str, language: str, now: Template) -> None:
    changed = Wording(event, language, now.subject, now.body, now.enabled)
    unit.put(WORDINGS, (event, language), changed)
    tell(unit, changed)


def _event(call: Call) -> str:
    event = call.path["event"]
    if event not in EVENTS:
        raise Refused(Refusal.UNKNOWN_MAIL_EVENT)
    return event
