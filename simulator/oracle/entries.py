"""Entries of a log as words: digests of what was sent or written, by whom and when.

They serve two questions: whether the Aktivitätenliste shows what was written, and whether an id
that is used again stands for the same message.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final, NamedTuple

Words = Sequence[int]

DIGEST: Final = 0xFFFFFFFF  # the bits of a word
#: The words of an entry: digests, but for the second, the kind and the line.
NAME, TEXT, AUTHOR, TO, FILES, SECOND, KIND, LINE = range(8)
WORDS: Final = 8
NOTE: Final = 0xFFFFFFFF  # the kind of a text that was not shared
RECEIVED_WORD: Final = 1  # the kind of a reply; what was sent has its expected action and 2
#: What a retry repeats of a send and of a reply, and the word that it stands in.
SENT_FIELDS: Final = {"by": AUTHOR, "text": TEXT, "expects": KIND, "to": TO, "documents": FILES}
REPLY_FIELDS: Final = {"by": AUTHOR, "text": TEXT, "answers": TO, "files": FILES}


class Letter(NamedTuple):
    """What a message or a reply carries."""

    expects: int
    text: int
    documents: tuple[str, ...] | None
    version: int
    answers: str | None = None
    answered_expects: int | None = None
    files: tuple[str, ...] = ()


def digest(value: Hashable) -> int:
    """Give a 32-bit digest, never 0, which means that nothing was told."""
    return hash(value) & DIGEST or 1


def digest_of_text(text: str | None) -> int:
    """Give the digest of a text; 0 where the line leaves it out."""
    return 0 if text is None else digest(text)


def digest_of_recipients(to: Sequence[str] | None) -> int:
    """Give the digest of recipients in any order; 0 where the line leaves them out."""
    return 0 if to is None else digest(tuple(sorted(set(to))))


def entry(line: int, at: int, author: str, message: str | None, letter: Letter, to: int) -> Words:
    """Give the words of an entry; `to` is the digest of the recipients, or of what is answered."""
    return (
        digest(message),
        letter.text,
        digest(author),
        to,
        0 if letter.documents is None else digest(letter.documents),
        at // 1_000_000 & DIGEST,
        letter.expects + 2,
        line,
    )


def differences(first: Words, again: Words) -> list[str]:
    """Name the fields in which two uses of one id differ; what either leaves out does not."""
    if (first[KIND] == RECEIVED_WORD) != (again[KIND] == RECEIVED_WORD):
        return ["act"]
    fields: Mapping[str, int] = REPLY_FIELDS if first[KIND] == RECEIVED_WORD else SENT_FIELDS
    return [
        field
        for field, word in fields.items()
        if first[word] and again[word] and first[word] != again[word]
    ]
