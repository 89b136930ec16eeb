"""What the whole office has: caseworkers, text blocks, wordings of mails, replication."""

import sqlite3
from typing import Final

from aiohttp import web
from attrs import define, evolve, frozen

from reference.domain.accounts import filled
from reference.domain.refusals import Refusal
from reference.domain.rules import Template
from reference.domain.sending import TextBlock
from reference.domain.words import CloudRole
from reference.http.operations import Operation, Who
from reference.http.passwords import LENGTH_MAX, LENGTH_MIN
from reference.http.problems import Problem, Refused
from reference.link.replication_api import ReplicationApi
from reference.mail.wordings import EVENTS, checked, fields_of, text_of
from reference.mvp import acts, looks
from reference.mvp.caseworkers_api import CaseworkersApi
from reference.mvp.texts_api import LINE, TEXT, BlockText, MailTemplateView, TextsApi
from reference.pages.making import Pages
from reference.pages.mvp.places import BASE, block_at, caseworker_at, mail_at, pages_at, with_query
from reference.pages.mvp.typed import malformed, whole
from reference.pages.visit import Visit
from reference.store.mvp_tables import CASEWORKERS as KEPT_CASEWORKERS
from reference.store.shapes import LANGUAGES, NAME
from reference.store.side import Side
from reference.store.unit import Unit

CASEWORKERS: Final = f"{BASE}/caseworkers"
BLOCKS: Final = f"{BASE}/text-blocks"
MAILS: Final = f"{BASE}/mail-templates"
REPLICATION: Final = f"{BASE}/replication"
BLOCKS_A_PAGE: Final = 20
#: What a preview says of a portal and of a link to it.
_PORTAL: Final = "https://portal.example"
_LINK: Final = "53-a7f09c"
_ROLES: Final = tuple(role.value for role in CloudRole)


@define(eq=False)
class CaseworkersPages:
    """The pages of caseworkers and their cloud roles (RGT-3)."""

    pages: Pages
    side: Side
    api: CaseworkersApi

    async def show_caseworkers(self, visit: Visit) -> web.Response:
        """Show the caseworkers with their cloud roles."""
        found, role = await self.side.reader.look(
            lambda raw: (looks.caseworkers(raw), looks.role_of_viewer(raw, visit.user))
        )
        return visit.page(
            "mvp/caseworkers.html",
            caseworkers=found,
            may_change=role is CloudRole.ADMINISTRATOR,
            caseworker_at=caseworker_at,
        )

    async def show_caseworker(self, visit: Visit) -> web.Response:
        """Show the form for a caseworker."""
        return await self._caseworker(visit, visit.path["name"])

    async def show_new_caseworker(self, visit: Visit) -> web.Response:
        """Show the form for a new caseworker."""
        return await self._caseworker(visit, None)

    async def _caseworker(self, visit: Visit, name: str | None, status: int = 200) -> web.Response:
        found = await self.side.reader.look(looks.caseworkers)
        one = next((each for each in found if each.name == name), None)
        if one is None and name is not None:
            raise Refused(Problem.NOT_FOUND)
        return visit.page(
            "mvp/caseworker.html",
            status,
            one=one or looks.CaseworkerView("", CloudRole.NONE.value, ""),
            is_new=name is None,
            role_choices=[(role, visit.text(f"mvp.role.{role}")) for role in _ROLES],
            action=f"{BASE}/new-caseworker" if name is None else caseworker_at(name),
        )

    async def save_caseworker(self, visit: Visit) -> web.Response:
        """Give a caseworker a role, an address, and a new password if one was typed."""
        visit.check()
        known = visit.path.get("name")
        name = known or visit.typed.get("name", "").strip()
        email = visit.typed.get("email", "").strip()
        await self._look_for_errors(visit, known, name, email)
        password = await self._password(visit, known)
        if visit.errors:
            return await self._caseworker(visit, known, 422)

        def work(unit: Unit) -> None:
            role = visit.typed.get("role", "")
            who = acts.set_role(unit, name, role, email, self.side.rules)
            if password is not None:
                unit.put(KEPT_CASEWORKERS, name, evolve(who, password=password))
                self.api.access.end_all_in(unit, name)

        try:
            await visit.act(lambda call: call.act(self.side, work))
        except Refused as refused:
            status = visit.refused(refused, {Refusal.UNKNOWN_ROLE: "role"})
            return await self._caseworker(visit, known, status)
        if password is not None:
            self.api.access.forget(user=name)
        return visit.go(CASEWORKERS, "mvp.caseworkers.saved", name=name)

    async def _look_for_errors(
        self, visit: Visit, known: str | None, name: str, email: str
    ) -> None:
        rules = self.side.rules
        if not NAME.fits(name) or name == rules.carrier:
            visit.errors["name"] = visit.text("mvp.caseworkers.wrong_name")
        elif known is None and await self._exists(name):
            visit.errors["name"] = visit.text("mvp.caseworkers.exists")
        if email and (wrong := malformed(visit, [email])):
            visit.errors["email"] = wrong

    async def _password(self, visit: Visit, known: str | None) -> str | None:
        """Give the hash of the password that was typed; who is known may keep the old one."""
        password = visit.typed.get("password", "")
        if known is not None and not password:
            return None
        try:
            return await self.api.access.passwords.hashed(password)
        except Refused:
            visit.errors["password"] = visit.text(
                "mvp.caseworkers.wrong_password", least=LENGTH_MIN, most=LENGTH_MAX
            )
            return None

    async def _exists(self, name: str) -> bool:
        found = await self.side.reader.look(looks.caseworkers)
        return any(each.name == name for each in found)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, one, new = self.pages, f"{CASEWORKERS}/{{name}}", f"{BASE}/new-caseworker"
        administrator = Who.ADMINISTRATOR
        return (
            pages.shows(CASEWORKERS, self.show_caseworkers),
            pages.shows(one, self.show_caseworker, who=administrator),
            pages.does(one, self.save_caseworker, who=administrator),
            pages.shows(new, self.show_new_caseworker, who=administrator),
            pages.does(new, self.save_caseworker, who=administrator),
        )


@frozen
class BlocksShown:
    """Text blocks, of a catalogue or all, with the catalogues there are."""

    blocks: tuple[TextBlock, ...]
    catalogues: tuple[str, ...]
    role: CloudRole


@define(eq=False)
class TextsPages:
    """The pages of text blocks and of the wordings of mails."""

    pages: Pages
    side: Side
    api: TextsApi

    async def show_text_blocks(self, visit: Visit) -> web.Response:
        """Show the text blocks of a catalogue, or all."""
        query = visit.request.query
        preset = self.side.rules.text_block_catalogue
        wanted = query.get("catalogue", preset).strip("*")

        def look(connection: sqlite3.Connection) -> BlocksShown:
            every = tuple(looks.text_blocks(connection))
            return BlocksShown(
                tuple(each for each in every if not wanted or each.catalogue == wanted),
                tuple(dict.fromkeys([preset, *(each.catalogue for each in every)])),
                looks.role_of_viewer(connection, visit.user),
            )

        shown = await self.side.reader.look(look)
        pages = max(1, -(-len(shown.blocks) // BLOCKS_A_PAGE))
        page = min(max(whole(query.get("page", "")), 1), pages)
        return visit.page(
            "mvp/text_blocks.html",
            blocks=shown.blocks[(page - 1) * BLOCKS_A_PAGE : page * BLOCKS_A_PAGE],
            catalogues=shown.catalogues,
            wanted=wanted,
            may_change=shown.role is CloudRole.ADMINISTRATOR,
            block_at=block_at,
            page=page,
            pages=pages,
            page_at=pages_at(BLOCKS, catalogue=wanted or "*"),
        )

    async def show_text_block(self, visit: Visit) -> web.Response:
        """Show the form for a text block."""
        return await self._text_block(visit)

    async def _text_block(self, visit: Visit, status: int = 200) -> web.Response:
        query = visit.request.query
        place = (query.get("catalogue", ""), query.get("name", ""))
        every = await self.side.reader.look(lambda raw: tuple(looks.text_blocks(raw)))
        block = next((each for each in every if (each.catalogue, each.name) == place), None)
        new = TextBlock("", self.side.rules.text_block_catalogue, "")
        return visit.page("mvp/text_block.html", status, block=block or new, is_new=block is None)

    async def save_text_block(self, visit: Visit) -> web.Response:
        """Write a text block, or delete it."""
        typed = visit.typed
        place = {name: typed.get(name, "").strip() for name in ("catalogue", "name")}
        if typed.get("do") == "delete":
            await visit.act(self.api.delete_text_block, **place)
            return visit.go(BLOCKS, "mvp.blocks.deleted", name=place["name"])
        for name, value in place.items():
            if not NAME.fits(value):
                visit.errors[name] = visit.text("mvp.blocks.wrong_name")
        is_new = "name" not in visit.request.query
        if is_new and not visit.errors and await self._exists(**place):
            visit.errors["name"] = visit.text("mvp.blocks.exists")
        if not TEXT.fits(typed.get("text", "")):
            visit.errors["text"] = visit.text("mvp.blocks.wrong_text")
        if visit.errors:
            return await self._text_block(visit, 422)
        await visit.act(self.api.set_text_block, BlockText(typed["text"]), **place)
        at = with_query(BLOCKS, catalogue=place["catalogue"])
        return visit.go(at, "mvp.blocks.saved", name=place["name"])

    async def _exists(self, catalogue: str, name: str) -> bool:
        every = await self.side.reader.look(lambda raw: tuple(looks.text_blocks(raw)))
        return any((each.catalogue, each.name) == (catalogue, name) for each in every)

    async def show_mail_templates(self, visit: Visit) -> web.Response:
        """Show which mails there are, and whether they are sent."""

        def look(connection: sqlite3.Connection) -> tuple[tuple[MailTemplateView, ...], CloudRole]:
            views = tuple(
                self.api.view(connection, event, language)
                for event in EVENTS
                for language in LANGUAGES
            )
            return views, looks.role_of_viewer(connection, visit.user)

        views, role = await self.side.reader.look(look)
        return visit.page(
            "mvp/mail_templates.html",
            events=[[view for view in views if view.event == event] for event in EVENTS],
            may_change=role is CloudRole.ADMINISTRATOR,
            mail_at=mail_at,
        )

    async def switch_mail(self, visit: Visit) -> web.Response:
        """Switch the mails of an event off or on, in every language (MAIL-2)."""
        event, enabled = _event(visit), visit.typed.get("enabled") == "yes"

        def work(unit: Unit) -> None:
            self.api.switch(unit, event, enabled=enabled)

        await visit.act(lambda call: call.act(self.side, work))
        return visit.go(MAILS, "mvp.mails.on" if enabled else "mvp.mails.off")

    async def show_mail_template(self, visit: Visit) -> web.Response:
        """Show the form for the wording of a mail."""
        return await self._mail_template(visit)

    async def _mail_template(
        self, visit: Visit, status: int = 200, *, preview: bool = False
    ) -> web.Response:
        event, language = _event(visit), _language(visit)
        view = await self.side.reader.look(lambda raw: self.api.view(raw, event, language))
        subject = visit.typed.get("subject", view.subject)
        body = visit.typed.get("body", view.body)
        fields = fields_of(event, self.side.rules)
        values = {
            "recipient": "k.lieblingskunde@example.org",
            "case": "53",
            "link": _LINK,
            "portal": f"{_PORTAL}/collaboration/",
        }
        previewed = None
        if not visit.errors:
            link = _LINK if "link" in fields else None
            previewed = (filled(subject, values), text_of(filled(body, values), link, _PORTAL))
        return visit.page(
            "mvp/mail_template.html",
            status,
            view=view,
            action=mail_at(event, language),
            other=next(each for each in LANGUAGES if each != language),
            mail_at=mail_at,
            fields=sorted(fields),
            previewed=previewed,
            is_preview=preview,
        )

    async def save_mail_template(self, visit: Visit) -> web.Response:
        """Change the wording of a mail, or look at it beforehand."""
        visit.check()
        event, language, typed = _event(visit), _language(visit), visit.typed
        new = Template(typed.get("subject", "").strip(), typed.get("body", ""))
        if not LINE.fits(new.subject):
            visit.errors["subject"] = visit.text("mvp.mails.wrong_subject")
        if not TEXT.fits(new.body):
            visit.errors["body"] = visit.text("mvp.mails.wrong_body")
        for name, template in (
            ("subject", evolve(new, body="")),
            ("body", evolve(new, subject="")),
        ):
            if isinstance(why := checked(event, template, self.side.rules), Refusal):
                visit.errors[name] = visit.worded(why)
        if visit.errors:
            return await self._mail_template(visit, 422)
        if typed.get("do") == "preview":
            return await self._mail_template(visit, preview=True)

        def work(unit: Unit) -> None:
            self.api.reword(unit, event, language, new.subject, new.body)

        await visit.act(lambda call: call.act(self.side, work))
        return visit.go(mail_at(event, language), "mvp.mails.saved")

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, administrator = self.pages, Who.ADMINISTRATOR
        block, mail = f"{BASE}/text-block", f"{MAILS}/{{event}}"
        return (
            pages.shows(BLOCKS, self.show_text_blocks),
            pages.shows(block, self.show_text_block, who=administrator),
            pages.does(block, self.save_text_block, who=administrator),
            pages.shows(MAILS, self.show_mail_templates),
            pages.shows(mail, self.show_mail_template, who=administrator),
            pages.does(mail, self.save_mail_template, who=administrator),
            pages.does(f"{mail}/switch", self.switch_mail, who=administrator),
        )


def _event(visit: Visit) -> str:
    event = visit.path["event"]
    if event not in EVENTS:
        raise Refused(Problem.NOT_FOUND)
    return event


def _language(visit: Visit) -> str:
    chosen = visit.request.query.get("language", "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


@define(eq=False)
class ReplicationPages:
    """The page of replication."""

    pages: Pages
    api: ReplicationApi

    async def show_replication(self, visit: Visit) -> web.Response:
        """Show what waits for the next replication, and the last ones."""
        return await self._replication(visit)

    async def _replication(self, visit: Visit, status: int = 200) -> web.Response:
        replicator = self.api.replicator
        every, state = replicator.every, await replicator.state()
        minutes = "" if every is None else f"{every.total_seconds() / 60:.4g}"
        if visit.language == "de":
            minutes = minutes.replace(".", ",")
        return visit.page("mvp/replication.html", status, state=state, minutes=minutes)

    async def start_replication(self, visit: Visit) -> web.Response:
        """Start a replication by hand (RPL-1)."""
        try:
            await visit.act(self.api.start_replication)
        except Refused as refused:
            return await self._replication(visit, visit.refused(refused))
        return visit.go(REPLICATION, "mvp.replication.done")

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        return (
            self.pages.shows(REPLICATION, self.show_replication),
            self.pages.does(REPLICATION, self.start_replication),
        )
