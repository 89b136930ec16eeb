"""How recipients register, log in and out, ask for another password, and choose what is theirs."""

from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from attrs import define

from reference.collaboration.accounts_api import (
    AccountsApi,
    LinkWanted,
    RecipientLogIn,
    Registration,
)
from reference.collaboration.language_api import Language, LanguageApi
from reference.domain.addresses import LENGTH_MAX as ADDRESS_MAX
from reference.domain.refusals import Refusal
from reference.http.operations import Operation, Who
from reference.http.passwords import LENGTH_MAX, LENGTH_MIN
from reference.http.problems import Problem, Refused
from reference.pages.making import Pages
from reference.pages.visit import Visit, own_path
from reference.store.shapes import LANGUAGES

#: Where mailed links lead to.
REGISTER: Final = "/register"
_LINK_REFUSALS: Final = {Refusal.UNKNOWN_LINK, Refusal.LINK_USED, Refusal.LINK_EXPIRED}


@define(eq=False)
class AccountPages:
    """The pages of recipients' accounts."""

    pages: Pages
    accounts: AccountsApi
    language: LanguageApi

    async def show_log_in(self, visit: Visit) -> web.Response:
        """Show the page to log in."""
        return self._log_in(visit)

    def _log_in(self, visit: Visit, status: int = 200) -> web.Response:
        query = visit.request.query
        return visit.page(
            "collaboration/log_in.html",
            status,
            address=query.get("address", ""),
            following=visit.typed.get("next", query.get("next", "")),
        )

    async def log_in(self, visit: Visit) -> web.Response:
        """Log in."""
        if visit.missing("address", "password"):
            return self._log_in(visit, 422)
        body = RecipientLogIn(visit.typed["address"], visit.typed["password"])
        try:
            answer = await visit.ask(self.accounts.log_in, body)
        except Refused as refused:
            return self._log_in(visit, visit.refused(refused))
        wanted = own_path(visit.typed.get("next", ""))
        base = self.pages.site.base
        own = wanted is not None and wanted.startswith(f"{base}/")
        return visit.go(wanted if own and wanted else self.pages.site.home, headers=answer.headers)

    async def log_out(self, visit: Visit) -> web.Response:
        """Log out."""
        answer = await visit.ask(self.accounts.log_out)
        return visit.go(self.pages.site.log_in, "log_in.out", headers=answer.headers)

    async def show_registration(self, visit: Visit) -> web.Response:
        """Show the page to set a password."""
        return await self._registration(visit, visit.request.query.get("token", ""))

    async def _registration(self, visit: Visit, token: str, status: int = 200) -> web.Response:
        try:
            address = await self.accounts.check_link(token)
        except Refused as refused:
            if refused.why not in _LINK_REFUSALS:
                raise
            status = refused.status
            return visit.page("collaboration/link_refused.html", status, why=refused.why)
        return visit.page(
            "collaboration/register.html",
            status,
            address=address,
            token=token,
            least=LENGTH_MIN,
            most=LENGTH_MAX,
        )

    async def register(self, visit: Visit) -> web.Response:
        """Set a password."""
        token = visit.typed.get("token", "")
        if visit.missing("password", "again"):
            return await self._registration(visit, token, 422)
        password = visit.typed["password"]
        if password != visit.typed["again"]:
            visit.errors["again"] = visit.text("register.differ")
            return await self._registration(visit, token, 422)
        try:
            await visit.act(self.accounts.register, Registration(token, password))
        except Refused as refused:
            if refused.why is Problem.INVALID:
                rule = visit.text("register.wrong", least=LENGTH_MIN, most=LENGTH_MAX)
                visit.errors["password"] = rule
                return await self._registration(visit, token, refused.status)
            if refused.why in _LINK_REFUSALS:
                return visit.page(
                    "collaboration/link_refused.html", refused.status, why=refused.why
                )
            raise
        known = urlencode({"address": visit.typed.get("address", "")[:ADDRESS_MAX]})
        return visit.go(f"{self.pages.site.log_in}?{known}", "register.done")

    async def show_forgotten(self, visit: Visit) -> web.Response:
        """Show the page to ask for a link."""
        return visit.page("collaboration/forgotten.html")

    async def ask_for_link(self, visit: Visit) -> web.Response:
        """Ask for a link; whether the address is known is not told."""
        if visit.missing("address"):
            return visit.page("collaboration/forgotten.html", 422)
        try:
            await visit.act(self.accounts.ask_for_link, LinkWanted(visit.typed["address"]))
        except Refused as refused:
            return visit.page("collaboration/forgotten.html", visit.refused(refused))
        return visit.go(self.pages.site.log_in, "forgotten.done")

    async def show_account(self, visit: Visit) -> web.Response:
        """Show my account."""
        mine = await self.language.language_of(visit.user)
        return visit.page("collaboration/account.html", mine=mine.language)

    async def choose_mail_language(self, visit: Visit) -> web.Response:
        """Choose the language of my mails."""
        chosen = visit.typed.get("mails", "")
        if chosen not in LANGUAGES:
            raise Refused(Problem.INVALID)
        await visit.act(self.language.set_language, Language("en" if chosen == "en" else "de"))
        return visit.go(f"{self.pages.site.base}/account", "account.kept")

    async def end_sessions(self, visit: Visit) -> web.Response:
        """Log out everywhere."""
        answer = await visit.ask(self.accounts.end_my_sessions)
        return visit.go(self.pages.site.log_in, "log_in.out", headers=answer.headers)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, base, anybody = self.pages, self.pages.site.base, Who.ANYBODY
        return (
            pages.shows(f"{base}/login", self.show_log_in, who=anybody),
            pages.does(f"{base}/login", self.log_in, who=anybody),
            pages.does(f"{base}/logout", self.log_out),
            pages.shows(REGISTER, self.show_registration, who=anybody),
            pages.does(REGISTER, self.register, who=anybody),
            pages.shows(f"{base}/forgotten", self.show_forgotten, who=anybody),
            pages.does(f"{base}/forgotten", self.ask_for_link, who=anybody),
            pages.shows(f"{base}/account", self.show_account),
            pages.does(f"{base}/account", self.choose_mail_language),
            pages.does(f"{base}/account/sessions", self.end_sessions),
        )
