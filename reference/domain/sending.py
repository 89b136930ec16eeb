"""What the MVP offers while a message is written: dialog, text blocks (SEND-6 to SEND-11)."""

from collections.abc import Iterable

from attrs import frozen

from reference.domain.case import Case
from reference.domain.facts import Envelope, Message
from reference.domain.rules import Rules


@frozen
class TextBlock:
    """A prepared text of a catalogue."""

    name: str
    catalogue: str
    text: str


def offered_text_blocks(
    blocks: Iterable[TextBlock], rules: Rules, *, filtered: bool = True
) -> tuple[TextBlock, ...]:
    """Give the text blocks on offer; the filter on the catalogue can be lifted (SEND-11)."""
    return tuple(b for b in blocks if not filtered or b.catalogue == rules.text_block_catalogue)


def dialog_appears(case: Case, *, share_more: bool) -> bool:
    """Say whether saving opens the dialog for recipients and documents (SEND-5 to SEND-7, SEND-10).

    `share_more` is the box "Dokumente teilen/weiteren Empfänger hinzufügen".
    """
    return share_more or not case.preset


def under_way(outbox: Iterable[Envelope], case: Case) -> tuple[str, ...]:
    """Give the messages of a case that some recipient has yet to get, in order (DLV-4)."""
    names = (
        envelope.content.message
        for envelope in outbox
        if envelope.case == case.number and isinstance(envelope.content, Message)
    )
    return tuple(dict.fromkeys(names))
