"""What can be wrong with a request, as problem documents (RFC 9457).

The refusals of the domain come with their rules; the problems here are those of HTTP itself.
"""

from collections.abc import Mapping
from enum import Enum, unique
from typing import Any, Final

import orjson
from attrs import frozen

from reference.domain.refusals import Refusal, RefusalText

PROBLEM_TYPE = "application/problem+json"


@frozen
class ProblemText:
    """What is registered of a problem: German for the screen, English for developers."""

    http_status: int
    german: str
    english: str


@unique
class Problem(Enum):
    """A request that cannot be taken, whatever the rules say."""

    NOT_AUTHENTICATED = ProblemText(
        401,
        "Melden Sie sich an.",
        "nobody is logged in: send the session cookie, or an API token as Authorization: Bearer",
    )
    WRONG_PASSWORD = ProblemText(
        401,
        "Adresse und Kennwort passen nicht zusammen.",
        "address and password do not match: try again, or ask for a new link",
    )
    NOT_ALLOWED = ProblemText(
        403,
        "Das dürfen Sie nicht.",
        "whoever is logged in may not do this: log in as one who may, as /docs says",
    )
    CROSS_SITE = ProblemText(
        403,
        "Diese Anfrage kam von einer fremden Seite.",
        "the request comes from another site: send it from this one, or with an API token",
    )
    FORM_OUTDATED = ProblemText(
        403,
        "Diese Seite war veraltet. Senden Sie sie bitte noch einmal ab.",
        "the page was outdated: please send it once more",
    )
    NOT_FOUND = ProblemText(
        404, "Das gibt es nicht.", "there is nothing at this address: see /docs"
    )
    METHOD = ProblemText(
        405, "Das geht hier nicht.", "this address does not take this method: see Allow"
    )
    TIMEOUT = ProblemText(
        408, "Die Übertragung dauerte zu lange.", "the body did not arrive in time: send it again"
    )
    FILES_MISSING = ProblemText(
        409,
        "Zu dieser Sendung fehlen Dateien.",
        "the files of the parcel are not here: send them first, then the parcel again",
    )
    KEY_REUSED = ProblemText(
        409,
        "Diese Anfrage wurde mit anderem Inhalt schon gestellt.",
        "the Idempotency-Key was used for another request: take a new key",
    )
    MESSAGE_EXISTS = ProblemText(
        409,
        "Diese Nachricht gibt es schon.",
        "a message has this id already: leave the id out, or choose another",
    )
    LENGTH_REQUIRED = ProblemText(
        411,
        "Die Größe der Übertragung fehlt.",
        "the length of the body is not known: send Content-Length",
    )
    TOO_LONG = ProblemText(
        413, "Die Übertragung ist zu groß.", "the body is longer than is taken here: send less"
    )
    MEDIA_TYPE = ProblemText(
        415,
        "Dieses Format wird nicht angenommen.",
        "the body has a type that this operation does not take: send one that /docs names",
    )
    BROKEN = ProblemText(
        400,
        "Die Anfrage ist unvollständig.",
        "the request, or its body, is broken or cut off: send it whole",
    )
    INVALID = ProblemText(
        422,
        "Die Angaben passen nicht.",
        "the request does not have the form that /docs describes: see errors",
    )
    TOO_MANY_ATTEMPTS = ProblemText(
        429,
        "Zu viele Versuche. Warten Sie etwas.",
        "too many attempts: wait as long as Retry-After says",
    )
    TOO_MANY_UPLOADS = ProblemText(
        429,
        "Es werden schon zu viele Dateien übertragen. Versuchen Sie es gleich noch einmal.",
        "too many uploads at the same time: wait as long as Retry-After says",
    )
    STORAGE = ProblemText(
        503,
        "Zurzeit kann nichts gespeichert werden. Versuchen Sie es später wieder.",
        "the store failed and nothing happened: try again later",
    )
    INTERNAL = ProblemText(
        500, "Ein Fehler ist aufgetreten.", "the program has a defect: see its log"
    )

    @property
    def code(self) -> str:
        """Give the code that answers name."""
        return self.name.lower()


#: What a code stands for, in answers and on the link.
CODES: Final[Mapping[str, Refusal | Problem]] = {why.code: why for why in (*Refusal, *Problem)}


@frozen
class Fault:
    """One place of a request that does not fit, and what would."""

    where: str
    what: str


class Refused(Exception):  # noqa: N818 - a refusal is no error
    """A request ends here: by a rule of the domain, or by a problem of HTTP."""

    def __init__(
        self, why: Refusal | Problem, *faults: Fault, headers: dict[str, str] | None = None
    ) -> None:
        """Say why, and where the request does not fit."""
        super().__init__(why.code)
        self.why = why
        self.faults = faults
        self.headers = headers or {}

    @property
    def status(self) -> int:
        """Give the HTTP status."""
        text: RefusalText | ProblemText = self.why.value
        return text.http_status

    def document(self) -> dict[str, Any]:
        """Give the problem document."""
        why = self.why
        document: dict[str, Any] = {
            "type": f"/problems/{why.code}",
            "title": why.value.english,
            "status": self.status,
            "code": why.code,
            "title_de": why.value.german,
            "definite": why.definite if isinstance(why, Refusal) else True,
        }
        if isinstance(why, Refusal):
            document["rule"] = why.rule
        if self.faults:
            document["errors"] = [{"where": f.where, "what": f.what} for f in self.faults]
        return document

    def body(self) -> bytes:
        """Give the problem document as bytes."""
        return orjson.dumps(self.document())


def too_long(bytes_max: int) -> Refused:
    """Give the refusal of a body that is longer than so many bytes."""
    return Refused(Problem.TOO_LONG, Fault("body", f"at most {bytes_max} bytes are taken"))
