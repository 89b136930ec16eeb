"""The API's description as OpenAPI 3.1, made from the table of operations and their classes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from http import HTTPStatus
from inspect import getdoc
from itertools import groupby
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, cast, get_args, get_origin

from attrs import NOTHING, Factory, define, fields, has

from reference.app.authentication import COLLABORATION_COOKIE, MVP_COOKIE
from reference.collaboration.api import BASE as COLLABORATION
from reference.domain.refusals import Refusal
from reference.domain.words import CaseNumber, Word
from reference.http.examples import EXAMPLES, OTHERS, WORDS
from reference.http.operations import BYTES_TYPE, FORM_TYPE, JSON_TYPE, TEXT_TYPE, Operation, Who
from reference.http.problems import CODES, PROBLEM_TYPE, Problem
from reference.mvp.api import BASE as MVP
from reference.store.codec import LIST_MAX, shape_of, to_json
from reference.store.shapes import NAME, WHOLE_MAX, Absent, TextShape, WholeShape

Json = dict[str, Any]
_UNIONS: Final = frozenset({Union, UnionType})

_OF_STAFF: Final[list[Json]] = [
    {"operator_token": []},
    {"caseworker_token": []},
    {"caseworker_session": []},
]
_SECURITY: Final[Mapping[Who, list[Json]]] = {
    Who.ANYBODY: [],
    Who.CASEWORKER: [{"caseworker_token": []}, {"caseworker_session": []}],
    Who.STAFF: _OF_STAFF,
    Who.ADMINISTRATOR: _OF_STAFF,
    Who.RECIPIENT: [{"recipient_token": []}, {"recipient_session": []}],
    Who.PEER: [{"peer_signature": []}],
    Who.HERE: [{}, {"operator_token": []}, {"caseworker_token": []}],
}
_SCHEMES: Final[Json] = {
    "operator_token": {
        "type": "http",
        "scheme": "bearer",
        "description": "the token in the file operator.token of the data folder",
    },
    "caseworker_token": {
        "type": "http",
        "scheme": "bearer",
        "description": "a caseworker's API token, as POST /api/mvp/caseworkers/{name}/token gives "
        "it, or the token that POST /api/mvp/session gives",
    },
    "caseworker_session": {
        "type": "apiKey",
        "in": "cookie",
        "name": MVP_COOKIE,
        "description": "set by POST /api/mvp/session",
    },
    "recipient_token": {
        "type": "http",
        "scheme": "bearer",
        "description": "the token that POST /api/collaboration/session gives",
    },
    "recipient_session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COLLABORATION_COOKIE,
        "description": "set by POST /api/collaboration/session",
    },
    "peer_signature": {
        "type": "http",
        "scheme": "signature",
        "description": "the other side signs with the secret that both share",
    },
}
_INTRODUCTION: Final = """\
Messages between an insurance broker's case management (MVP) and the collaboration portal.

An act may carry an `Idempotency-Key`: for a day the same key with the same request gives the
first answer, and nothing happens twice. Lists that grow are read page by page: `next`
of a page is `after` of the following one, null at the end. What is read carries an `ETag`. Errors
are problem documents (RFC 9457) with a `code`, and with the `rule` that refuses."""


def document(operations: Iterable[Operation]) -> Json:
    """Give the OpenAPI document of operations."""
    schemas = _Schemas()
    paths: Json = {}
    for operation in sorted(operations, key=lambda each: (each.path, each.method)):
        described = _operation(operation, schemas)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "collab-reference", "version": "1", "description": _INTRODUCTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.found.items())) | {"Problem": _problem_schema()},
            "securitySchemes": _SCHEMES,
        },
    }


def _operation(operation: Operation, schemas: "_Schemas") -> Json:
    described: Json = {
        "operationId": operation.name,
        "tags": [_tag(operation)],
        "summary": operation.summary,
        "description": _description(operation),
        "security": _SECURITY[operation.who],
        "parameters": _parameters(operation, schemas),
        "responses": _responses(operation, schemas),
    }
    content = _body(operation, schemas)
    if content:
        described["requestBody"] = {"required": True, "content": content}
    return described


#: What the schemes alone do not say of who may call an operation.
_ONLY: Final[Mapping[Who, str]] = {
    Who.ADMINISTRATOR: "For the operator, and caseworkers with the cloud role Administrator.",
    Who.HERE: "On this machine; else for the operator, and caseworkers with the cloud role "
    "Administrator.",
}


def _description(operation: Operation) -> str:
    says = getdoc(operation.handle) or f"{operation.summary}."
    return " ".join(filter(None, (says, _ONLY.get(operation.who))))


def _tag(operation: Operation) -> str:
    for start, tag in ((MVP, "MVP"), (COLLABORATION, "collaboration")):
        if operation.path.startswith(start):
            return tag
    return "link" if operation.who is Who.PEER else "server"


def _parameters(operation: Operation, schemas: "_Schemas") -> list[Json]:
    found: list[Json] = []
    for name in path_names(operation):
        kind: Any = CaseNumber if name == "case" else str
        schema = schemas.of(kind) if name == "case" else {"type": "string", "minLength": 1}
        found.append(_parameter("path", name, schema, required=True))
    for field in () if operation.query is None else fields(operation.query):
        schema = schemas.of(field.type, field.name)
        if field.default is not None and field.default is not NOTHING:
            schema = schema | {"default": field.default}
        required = field.default is NOTHING
        found.append(_parameter("query", field.name, schema, field.type, required=required))
    if operation.act:
        again = "gives the first answer again to the same request, for a day"
        key: Json = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}
        found.append(_parameter("header", "Idempotency-Key", key) | {"description": again})
    text: Json = {"type": "string"}
    if _is_tagged(operation):
        what = "tags of what is known already: 304 if it is still so"
        found.append(_parameter("header", "If-None-Match", text) | {"description": what})
    if _is_download(operation):
        what = "the part that is wanted, as bytes=0-999: 206 with it"
        found.append(_parameter("header", "Range", text) | {"description": what})
    return found


def _is_tagged(operation: Operation) -> bool:
    """Say whether an answer carries an ETag: what is read does, metrics are new each time."""
    return operation.method == "GET" and operation.gives != TEXT_TYPE


def _is_download(operation: Operation) -> bool:
    return operation.method == "GET" and operation.gives == BYTES_TYPE


def path_names(operation: Operation) -> tuple[str, ...]:
    """Give the names of the parts of a path that stand for something."""
    parts = operation.path.split("/")
    return tuple(part[1:-1] for part in parts if part.startswith("{"))


def _parameter(
    where: str, name: str, schema: Json, kind: type | None = None, *, required: bool = False
) -> Json:
    found: Json = {"name": name, "in": where, "required": required, "schema": schema}
    example = OTHERS.get((name, kind), EXAMPLES.get(name))
    return found if example is None else found | {"example": example}


def _body(operation: Operation, schemas: "_Schemas") -> Json:
    content: Json = {}
    schema_of_bytes: Json = {"type": "string", "format": "binary"}
    for media in operation.takes:
        schema = schema_of_bytes
        if operation.body is not None:
            schema = schemas.of(operation.body)
        if media == FORM_TYPE and operation.body is not None:
            properties, required = schemas.properties(operation.body)
            properties["file"] = {"type": "array", "items": schema_of_bytes}
            schema = {"type": "object", "properties": properties, "required": required}
        content[media] = {"schema": schema}
        if media == JSON_TYPE and operation.body is not None:
            content[media]["example"] = body_example(operation)
    return content


def _responses(operation: Operation, schemas: "_Schemas") -> Json:
    success: Json = {"description": operation.summary}
    if operation.answer is not None:
        content = {"schema": schemas.of(operation.answer)}
        if operation.answer is not object:
            content["example"] = example_of(operation.answer)
        success["content"] = {operation.gives: content}
    elif operation.gives != JSON_TYPE:
        success["content"] = {operation.gives: {"schema": {"type": "string"}}}
    found: Json = {str(operation.status): success}
    if _is_tagged(operation):
        found["304"] = {"description": "it is what the caller knows already"}
    if _is_download(operation):
        found["206"] = success | {"description": "the part of it that Range names"}
        found["416"] = {"description": "it has no such part"}
    problems = sorted(problems_of(operation), key=lambda why: (why.value.http_status, why.code))
    for status, group in groupby(problems, lambda why: why.value.http_status):
        found[str(status)] = _refused(list(group))
    return found


def _refused(whys: list[Refusal | Problem]) -> Json:
    told = [f"- `{why.code}`{_rule(why)}: {why.value.english}" for why in whys]
    codes: Json = {"properties": {"code": {"enum": [why.code for why in whys]}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, codes]}
    status = HTTPStatus(whys[0].value.http_status).phrase
    content = {PROBLEM_TYPE: {"schema": schema}}
    return {"description": "\n".join((status, *told)), "content": content}


def _rule(why: Refusal | Problem) -> str:
    return f" ({why.rule})" if isinstance(why, Refusal) else ""


def problems_of(operation: Operation) -> set[Refusal | Problem]:
    """Give everything that an operation can be refused by, besides defects."""
    found: set[Refusal | Problem] = {*operation.refusals, Problem.STORAGE}
    if operation.who is not Who.ANYBODY:
        found.add(Problem.NOT_AUTHENTICATED)
    if operation.who in {Who.CASEWORKER, Who.ADMINISTRATOR}:
        found.add(Problem.NOT_ALLOWED)
    if operation.method != "GET":
        found.add(Problem.CROSS_SITE)
    if path_names(operation):
        found.add(Problem.NOT_FOUND)
    if operation.query is not None or operation.act:
        found.add(Problem.INVALID)
    if operation.act:
        found.add(Problem.KEY_REUSED)
    if operation.takes:
        found |= {Problem.BROKEN, Problem.TIMEOUT, Problem.TOO_LONG}
    if operation.body is not None:
        found |= {Problem.INVALID, Problem.MEDIA_TYPE}
    if operation.upload:
        found |= {Problem.LENGTH_REQUIRED, Problem.MEDIA_TYPE}
    return found


def _problem_schema() -> Json:
    text: Json = {"type": "string"}
    place = {"type": "object", "properties": {"where": text, "what": text}}
    return {
        "type": "object",
        "description": "Why nothing happened (RFC 9457), unless it is not definite.",
        "required": ["type", "title", "status", "code", "title_de", "definite"],
        "properties": {
            "type": {"type": "string", "description": "the page that explains the code"},
            "title": {"type": "string", "description": "what is wrong, and what would be right"},
            "title_de": {"type": "string", "description": "the same for the screen, in German"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(CODES)},
            "rule": {"type": "string", "description": "the rule that refuses"},
            "definite": {"type": "boolean", "description": "whether nothing happened for certain"},
            "errors": {"type": "array", "items": place},
        },
        "example": {
            "type": "/problems/blank_text",
            "title": Refusal.BLANK_TEXT.english,
            "title_de": Refusal.BLANK_TEXT.german,
            "status": Refusal.BLANK_TEXT.http_status,
            "code": Refusal.BLANK_TEXT.code,
            "rule": Refusal.BLANK_TEXT.rule,
            "definite": True,
        },
    }


@define
class _Schemas:
    """The schemas of classes, collected while they are referred to."""

    found: Json = Factory(Json)

    def of(self, kind: Any, name: str = "") -> Json:  # noqa: ANN401 - any annotation
        """Give the schema of a type; of a text called `name`, with the words that it can be."""
        plain = _plain(kind, name)
        if plain is not None:
            return plain
        if kind == CaseNumber:
            self.found["CaseNumber"] = _CASE_NUMBER
            return {"$ref": "#/components/schemas/CaseNumber"}
        if has(kind):
            return self._class(kind)
        members = get_args(kind)
        if get_origin(kind) is tuple:
            items = self.of(members[0], name)
            return {"type": "array", "items": items, "maxItems": LIST_MAX}
        if get_origin(kind) in _UNIONS:
            return self._union([each for each in members if each != Absent], name)
        return {"type": "object", "additionalProperties": self.of(members[1])}

    def _union(self, members: list[Any], name: str) -> Json:
        if {int, str} <= set(members):
            members = [CaseNumber, *(each for each in members if each is NoneType)]
        schemas = [self.of(each, name) for each in members]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _class(self, kind: type) -> Json:
        if kind.__name__ not in self.found:
            self.found[kind.__name__] = {}  # it may refer to itself
            properties, required = self.properties(kind)
            self.found[kind.__name__] = {
                "type": "object",
                "description": getdoc(kind),
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            }
        return {"$ref": f"#/components/schemas/{kind.__name__}"}

    def properties(self, kind: Any) -> tuple[Json, list[str]]:  # noqa: ANN401 - an attrs class
        """Give the schema of each field of a class, and which fields are required."""
        properties = {field.name: self.of(field.type, field.name) for field in fields(kind)}
        return properties, [field.name for field in fields(kind) if field.default is NOTHING]


_CASE_NUMBER: Final[Json] = {
    "description": "the number of a case; what looks like a whole number is one",
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": WHOLE_MAX},
        {
            "type": "string",
            "pattern": f"^{NAME.pattern}$",
            "maxLength": NAME.length_max,
            "not": {"pattern": "^[0-9]+$"},
        },
    ],
}
_PLAIN: Final[Mapping[object, Json]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    NoneType: {"type": "null"},
    object: {},
    Any: {},
}


def _plain(kind: Any, name: str) -> Json | None:  # noqa: ANN401 - any annotation
    if kind is str and name in WORDS:
        return {"type": "string", "enum": [str(word) for word in WORDS[name]]}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if isinstance(kind, type) and issubclass(kind, Word):
        return {"type": "string", "enum": [word.value for word in kind]}
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    match shape_of(cast("object", kind)):
        case TextShape(pattern, _, length_max):
            return {"type": "string", "pattern": f"^{pattern}$", "maxLength": length_max}
        case WholeShape(smallest, largest):
            return {"type": "integer", "minimum": smallest, "maximum": largest}
        case None:
            return None


def body_example(operation: Operation) -> object:
    """Give a body that an operation takes."""
    return operation.example or example_of(operation.body)


def example_of(kind: Any, name: str = "") -> Any:  # noqa: ANN401 - any annotation, any JSON
    """Give a value of a type, made of the examples of its fields' names."""
    if has(kind):
        return {field.name: example_of(field.type, field.name) for field in fields(kind)}
    inner = next((each for each in get_args(kind) if isinstance(each, type) and has(each)), None)
    if inner is None:
        return OTHERS.get((name, kind), EXAMPLES.get(name))
    return [example_of(inner)] if get_origin(kind) is tuple else example_of(inner)


def as_json(operations: Iterable[Operation]) -> bytes:
    """Give the OpenAPI document of operations as JSON."""
    return to_json(document(operations))
