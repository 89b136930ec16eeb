"""What the link carries between the two sides, as it stands in the outboxes."""

from typing import Any

from reference.domain.case import EXPECTED_ACTIONS
from reference.domain.facts import Downward, Envelope, Message, Upward
from reference.domain.values import frozen
from reference.store.codec import dumps, loads, structure, tagged


@frozen
class Attached:
    """A file that travels with an envelope: its name there, and the hash of its content."""

    name: str
    sha256: str
    size: int


@frozen
class Parcel:
    """An envelope, with the files that belong to it."""

    envelope: Envelope
    attached: tuple[Attached, ...] = ()


@frozen
class CaseworkerAddress:
    """The news that an address belongs to a caseworker: it has an account (ACC-5)."""

    address: str


@frozen
class Wording:
    """The wording of a mail in a language, and whether its event sends mails (MAIL-2)."""

    event: str
    language: str
    subject: str
    body: str
    enabled: bool


LinkContent = Parcel | CaseworkerAddress | Wording
tagged(Downward | Upward)
tagged(LinkContent)


def written(content: LinkContent) -> str:
    """Give a content as it stands in an outbox."""
    if isinstance(content, Parcel) and not content.attached:
        envelope, message = content.envelope, content.envelope.content
        if isinstance(message, Message):
            return dumps(_with_message(envelope, message))
    return dumps(content)


def _with_message(envelope: Envelope, message: Message) -> dict[str, object]:
    """Give what JSON has of a message without files, which is what most contents are."""
    return {
        "kind": "Parcel",
        "envelope": {
            "case": envelope.case,
            "recipient": envelope.recipient,
            "number": envelope.number,
            "content": {
                "kind": "Message",
                "message": message.message,
                "text": message.text,
                "expects": message.expects,
                "subject": message.subject,
                "documents": message.documents,
                "revision": message.revision,
            },
        },
        "attached": (),
    }


def content_of(text: str) -> LinkContent:
    """Give the content that stands in an outbox.

    Raises:
        MisfitError: when it is none.
    """
    value = loads(text)
    try:
        return _message_of(value)
    except (KeyError, TypeError, ValueError):  # it is something else, or wrong
        content: LinkContent = structure(value, LinkContent)
        return content


def _message_of(value: Any) -> Parcel:  # noqa: ANN401 - what JSON gives
    """Give a message without files, which is what most contents are: ten times as fast.

    Raises:
        KeyError, TypeError, ValueError: when it is something else.
    """
    kind, envelope, attached = value["kind"], value["envelope"], value["attached"]
    content = envelope["content"]
    case, recipient, number = envelope["case"], envelope["recipient"], envelope["number"]
    revision = content["revision"]
    texts = (recipient, content["message"], content["text"], content["subject"])
    if (
        (kind, content["kind"]) != ("Parcel", "Message")
        or attached
        or content["documents"]
        or (len(value), len(envelope), len(content)) != (3, 4, 7)
        or {str} != set(map(type, texts))
        or (type(number), type(revision)) != (int, int)
        or type(case) not in (int, str)
    ):
        raise ValueError("no message without files")
    _, message, text, subject = texts
    expects = EXPECTED_ACTIONS[content["expects"]]
    sent = Message(message, text, expects, subject, (), revision)
    return Parcel(Envelope(case, recipient, number, sent))


def attached_to(content: LinkContent) -> tuple[Attached, ...]:
    """Give the files that belong to a content."""
    return content.attached if isinstance(content, Parcel) else ()
