"""What the link carries between the two sides, as it stands in the outboxes."""

from attrs import frozen

from reference.domain.facts import Downward, Envelope, Upward
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
    return dumps(content)


def content_of(text: str) -> LinkContent:
    """Give the content that stands in an outbox.

    Raises:
        MisfitError: when it is none.
    """
    content: LinkContent = structure(loads(text), LinkContent)
    return content


def attached_to(content: LinkContent) -> tuple[Attached, ...]:
    """Give the files that belong to a content."""
    return content.attached if isinstance(content, Parcel) else ()
