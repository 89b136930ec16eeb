"""What the API says about itself: its OpenAPI document, a page to read, and its problems."""

from base64 import b64encode
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from attrs import define, frozen
from jinja2 import Environment, PackageLoader

from reference.app.openapi import as_json, document, problems_of
from reference.domain.refusals import Refusal
from reference.http.operations import Answer, Call, Operation, Who, given
from reference.http.problems import Problem, Refused
from reference.store.codec import to_json

HTML_TYPE: Final = "text/html"
_PAGES: Final = Environment(
    loader=PackageLoader("reference.app"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_CODES: Final = {why.code: why for why in (*Refusal, *Problem)}


@frozen
class ProblemType:
    """A problem that answers can name, and the operations that can."""

    type: str
    code: str
    http_status: int
    title: str
    title_de: str
    rule: str | None
    definite: bool
    operations: tuple[str, ...]


@frozen
class ProblemTypes:
    """All problems that answers can name."""

    problems: tuple[ProblemType, ...]


@define(eq=False, slots=False)
class DescriptionApi:
    """The handlers of what describes `described`, and themselves."""

    described: tuple[Operation, ...]

    async def show_openapi(self, call: Call) -> Answer:
        """Show this description as an OpenAPI document."""
        del call
        return Answer(200, self._json)

    async def show_docs(self, call: Call) -> Answer:
        """Show this description as a page to read."""
        del call
        return self._docs

    async def list_problems(self, call: Call) -> Answer:
        """List what answers can be refused by."""
        del call
        return given(ProblemTypes(tuple(map(self._type, sorted(_CODES)))))

    async def show_problem(self, call: Call) -> Answer:
        """Show what a code says; as a page to whoever accepts that first."""
        code = call.path["code"]
        if code not in _CODES:
            raise Refused(Problem.NOT_FOUND)
        if call.request.headers.get("Accept", "").startswith(HTML_TYPE):
            return _page("problem.html", problem=self._type(code))
        return given(self._type(code))

    @cached_property
    def _all(self) -> tuple[Operation, ...]:
        return (*self.described, *self.operations())

    @cached_property
    def _json(self) -> bytes:
        return as_json(self._all)

    @cached_property
    def _docs(self) -> Answer:
        return _page("docs.html", document=document(self._all), example=_example)

    def _type(self, code: str) -> ProblemType:
        why = _CODES[code]
        return ProblemType(
            f"/problems/{code}",
            code,
            why.value.http_status,
            why.value.english,
            why.value.german,
            why.rule if isinstance(why, Refusal) else None,
            why.definite if isinstance(why, Refusal) else True,
            tuple(sorted(each.name for each in self._all if why in problems_of(each))),
        )

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of the description."""
        who, html = Who.ANYBODY, HTML_TYPE
        return (
            Operation(
                "GET",
                "/openapi.json",
                who,
                "Show the OpenAPI document",
                self.show_openapi,
                answer=object,
            ),
            Operation("GET", "/docs", who, "Show this page", self.show_docs, gives=html),
            Operation(
                "GET",
                "/problems",
                who,
                "List problems",
                self.list_problems,
                answer=ProblemTypes,
            ),
            Operation(
                "GET",
                "/problems/{code}",
                who,
                "Show a problem",
                self.show_problem,
                answer=ProblemType,
                refusals=(Problem.NOT_FOUND,),
            ),
        )


def _page(template: str, **values: object) -> Answer:
    """Give a page; the browser takes its style, and nothing else, from it."""
    style = _PAGES.get_template("style.css").render()
    text = _PAGES.get_template(template).render(style=style, **values)
    fingerprint = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{fingerprint}'; frame-ancestors 'none'"
    return Answer(200, text.encode(), HTML_TYPE, {"Content-Security-Policy": policy})


def _example(value: Any) -> str:  # noqa: ANN401 - any JSON
    return to_json(value).decode()
