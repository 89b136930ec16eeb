"""A request for a page: who asks, in which language, what they typed, what they get."""

import asyncio
import hmac
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web
from attrs import Factory, define, evolve, field
from markupsafe import Markup
from multidict import MultiDict

from reference.domain.refusals import Refusal
from reference.domain.words import CaseNumber
from reference.http.operations import (
    MOMENT,
    Answer,
    Call,
    Handle,
    check_plain,
    fingerprint,
    media_type,
)
from reference.http.problems import CODES, Problem, Refused
from reference.pages import formats, static
from reference.pages.site import TEMPLATES, Site
from reference.pages.texts import markup, text, worded
from reference.store.codec import case_number, loads, to_json
from reference.store.secrets import new_id
from reference.store.shapes import LANGUAGES

#: What a page may do: load what is ours, and send forms to us.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The fields that every form has besides its own: whose it is, and which act of theirs.
TOKEN: Final = "token_of_form"  # noqa: S105 - the name of a field
KEY: Final = "key_of_act"
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_OWN_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_FIELDS_MAX: Final = 1000
_DIGITS_MAX: Final = 6
_BODY_S_MAX: Final = 30
_YEAR_S: Final = 365 * 24 * 3600
_LANGUAGE: Final = "language"
_VISITOR: Final = "visitor"


@define(eq=False)
class Visit:
    """One request for a page of a site, and how it is answered.

    `typed` is what a form brought. `errors` has what is wrong by field; what belongs to no field
    stands at the empty string.
    """

    site: Site
    request: web.Request
    call: Call | None = None
    typed: MultiDict[str] = Factory(MultiDict[str])
    errors: dict[str, str] = Factory(dict[str, str])
    _visitor: str = field(init=False)
    _cookies: list[str] = Factory(list[str])
    _moment: str | None = None

    def __attrs_post_init__(self) -> None:
        """Know the browser again, or from now on."""
        kept = self.request.cookies.get(_VISITOR, "")
        self._visitor = kept if _KEY.fullmatch(kept) else new_id()
        if self._visitor != kept:
            self._cookies.append(self.site.set_cookie(_VISITOR, self._visitor))

    # What templates say

    @property
    def language(self) -> str:
        """Give the language that was chosen."""
        chosen = self.request.cookies.get(_LANGUAGE)
        return chosen if chosen in LANGUAGES else LANGUAGES[0]

    @property
    def user(self) -> str:
        """Give who is logged in; nobody is the empty string."""
        return "" if self.call is None else self.call.actor

    @property
    def path(self) -> Mapping[str, str]:
        """Give the parts of the address that name something."""
        return self.known.path

    @property
    def case(self) -> CaseNumber:
        """Give the number of the case that the page is about."""
        return case_number(self.path["case"])

    @property
    def token(self) -> str:
        """Give what makes a form ours."""
        return self.site.token_for(self._visitor)

    @property
    def here(self) -> str:
        """Give the address of this page."""
        return own_path(self.request.path_qs) or self.site.home

    def text(self, key: str, **values: object) -> str:
        """Give a text of the catalogue."""
        return text(self.language, key, **values)

    def markup(self, key: str, **values: object) -> Markup:
        """Give a text of the catalogue as part of a page."""
        return markup(self.language, key, **values)

    def worded(self, why: Refusal | Problem) -> str:
        """Give the registered text of a refusal."""
        return worded(self.language, why)

    def day(self, value: date) -> str:
        """Give a day as it is shown."""
        return formats.day(value, self.language)

    def moment(self, value: datetime) -> Markup:
        """Give a moment as it is shown."""
        return formats.moment(value, self.site.zone, self.language)

    def size(self, count: int) -> str:
        """Give a number of bytes as it is shown."""
        return formats.size(count, self.site.kilobyte, self.language)

    @property
    def place(self) -> int:
        """Give which page of a list is asked for; what is no number is the first one."""
        asked = self.request.query.get("page", "")
        fits = asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS_MAX
        return max(1, int(asked)) if fits else 1

    def new_key(self) -> str:
        """Give the key of an act that a form is for, so that it happens once."""
        return new_id()

    # What forms bring

    async def read(self) -> None:
        """Read a form.

        Raises:
            Refused: when it is no form.
        """
        self.typed = await _typed_in(self.request)

    def check(self) -> None:
        """See that a form is ours, and was given to this browser: before anything is done for it.

        Raises:
            Refused: when it is not; what was typed is still there.
        """
        if not hmac.compare_digest(self.typed.get(TOKEN, "").encode(), self.token.encode()):
            raise Refused(Problem.FORM_OUTDATED)

    def fields(self) -> dict[str, list[str]]:
        """Give what was typed, without what every form has."""
        names = dict.fromkeys(name for name in self.typed if name not in {TOKEN, KEY})
        return {name: self.typed.getall(name) for name in names}

    def missing(self, *names: str) -> bool:
        """Say whether a field was left empty, and let the page say so there."""
        for name in names:
            if not self.typed.get(name, "").strip():
                self.errors[name] = self.text("layout.missing")
        return bool(self.errors)

    @property
    def known(self) -> Call:
        """Give the request as the API sees it.

        Raises:
            Refused: when it reached no operation.
        """
        if self.call is None:
            raise Refused(Problem.NOT_FOUND)
        return self.call

    async def ask(self, handle: Handle, body: object = None, **path: str) -> Answer:
        """Let an operation of the API do what a form asks for, as often as it is sent.

        Raises:
            Refused: as the operation does, and when the form is not ours.
        """
        self.check()
        return self.happened(await handle(evolve(self.known, body=body, path=path, key=None)))

    async def act(self, handle: Handle, body: object = None, **path: str) -> Answer:
        """Let an operation of the API do what a form asks for, once for each form.

        Raises:
            Refused: as the operation does, also when the same form was refused before.
        """
        mark = fingerprint(self.request, to_json(self.fields()))
        call = evolve(self.keyed(), body=body, path=path, fingerprint=mark)
        return self.happened(await handle(call))

    def happened(self, answer: Answer | web.StreamResponse) -> Answer:
        """Give the answer to an act; where it leads tells when the act happened.

        Raises:
            Refused: when it was refused, now or when the same was asked for before.
        """
        if not isinstance(answer, Answer):
            raise TypeError("a form asks for what answers in JSON")
        if answer.status >= 400:  # noqa: PLR2004
            raise Refused(CODES[loads(answer.body)["code"]])
        self._moment = answer.headers.get(MOMENT)
        return answer

    def keyed(self) -> Call:
        """Give the request as the API sees it, as the act that the form is for.

        Raises:
            Refused: when the form is not ours.
        """
        self.check()
        key = self.typed.get(KEY, "")
        if not _KEY.fullmatch(key):
            raise Refused(Problem.FORM_OUTDATED)
        return evolve(self.known, key=f"page {key}")

    def back(self, otherwise: str) -> str:
        """Give the address that the form was sent from, as it says."""
        return own_path(self.typed.get("back", "")) or otherwise

    def refused(self, refused: Refused, places: Mapping[Refusal | Problem, str] = {}) -> int:
        """Let the page say why something is refused, at the field that `places` names.

        Gives the status of the page.
        """
        self.errors.setdefault(places.get(refused.why, ""), self.worded(refused.why))
        return refused.status

    # What is answered

    def page(self, template: str, status: int = 200, **values: object) -> web.Response:
        """Give a page."""
        notice = self._notice()
        body = TEMPLATES.get_template(template).render(
            visit=self,
            site=self.site,
            t=self.markup,
            static=static.address_of,
            notice=notice,
            **values,
        )
        response = web.Response(
            status=status,
            text=body,
            content_type="text/html",
            headers={
                "Content-Security-Policy": POLICY,
                "Referrer-Policy": "same-origin",
                "Vary": "Cookie",
            },
        )
        return self._with_cookies(response)

    def _notice(self) -> str | None:
        """Give what the page before left to be said, once."""
        name = f"{self.site.name}_notice"
        kept = self.site.unsigned(self.request.cookies.get(name, ""))
        if kept is None:
            return None
        self._cookies.append(self.site.set_cookie(name, "", 0))
        key, values = kept
        return self.text(key, **values)

    def go(
        self,
        path: str,
        notice: str | None = None,
        *,
        headers: Mapping[str, str] = {},
        **values: object,
    ) -> web.Response:
        """Send the browser to a page, which says the `notice` once."""
        if notice is not None:
            name = f"{self.site.name}_notice"
            self._cookies.append(self.site.set_cookie(name, self.site.signed([notice, values]), 60))
        response = web.Response(status=303, headers={**headers, "Location": path})
        if self._moment is not None:
            response.headers[MOMENT] = self._moment
        return self._with_cookies(response)

    def choose(self, language: str) -> None:
        """Keep a language for the pages that follow."""
        if language in LANGUAGES:
            self._cookies.append(self.site.set_cookie(_LANGUAGE, language, _YEAR_S))

    def _with_cookies(self, response: web.Response) -> web.Response:
        for cookie in self._cookies:
            response.headers.add("Set-Cookie", cookie)
        return response


def own_path(text: str) -> str | None:
    """Give an address of ours; None where it would lead elsewhere, or is none."""
    return text if _OWN_PATH.fullmatch(text) else None


def lines(text: str) -> str:
    """Give a text with the ends of lines that everything else has; forms have those of mails."""
    return text.replace("\r\n", "\n")


async def _typed_in(request: web.Request) -> MultiDict[str]:
    if media_type(request) != _FORM_TYPE:
        raise Refused(Problem.MEDIA_TYPE)
    check_plain(request)
    try:
        async with asyncio.timeout(_BODY_S_MAX):
            raw = await request.read()
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_FIELDS_MAX,
        )
    except TimeoutError:
        raise Refused(Problem.TIMEOUT) from None
    except ValueError:
        raise Refused(Problem.BROKEN) from None
    if any("\0" in value for _, value in pairs):
        raise Refused(Problem.INVALID)
    return MultiDict((name, lines(value)) for name, value in pairs)
