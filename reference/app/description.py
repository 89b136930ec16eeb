"""What the API says about itself: its OpenAPI document, a page to read, and its problems."""

from functools import cached_property

from attrs import define, frozen

from reference.domain.refusals import Refusal
from reference.http.operations import HTML_TYPE, Answer, Call, Operation, Who, given
from reference.http.problems import CODES, Problem, Refused


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
    """The handlers of what describes `described`, and themselves.

    What makes the descriptions is imported when somebody asks for one.
    """

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
        return given(ProblemTypes(tuple(map(self._type, sorted(CODES)))))

    async def show_problem(self, call: Call) -> Answer:
        """Show what a code says; as a page to whoever accepts that first."""
        code = call.path["code"]
        if code not in CODES:
            raise Refused(Problem.NOT_FOUND)
        if call.request.headers.get("Accept", "").startswith(HTML_TYPE):
            from reference.app.description_pages import problem_page  # noqa: PLC0415 - as said

            return problem_page(self._type(code))
        return given(self._type(code))

    @cached_property
    def _all(self) -> tuple[Operation, ...]:
        return (*self.described, *self.operations())

    @cached_property
    def _json(self) -> bytes:
        from reference.app.openapi import as_json  # noqa: PLC0415 - as said

        return as_json(self._all)

    @cached_property
    def _docs(self) -> Answer:
        from reference.app.description_pages import docs_page  # noqa: PLC0415 - as said

        return docs_page(self._all)

    def _type(self, code: str) -> ProblemType:
        from reference.app.openapi import problems_of  # noqa: PLC0415 - as said

        why = CODES[code]
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
