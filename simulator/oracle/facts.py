"""The neutral fold of facts: what was sent, to whom, arrived, opened, answered, and when.

A `Case` is one possible state of a case and of its recipients' mailboxes. What travels between the
two sides is a *flight*; until it arrives, only the sender knows of it.
"""

from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import count
from typing import Any, Final, NamedTuple

from simulator.oracle.entries import WORDS, Letter, Words, digest, entry
from simulator.oracle.rules.inbox import (
    ANSWERED,
    COVERED,
    ENTRIES,
    EXPECTS_MASK,
    FACTS,
    FILED,
    MARKED,
    NOTICED,
    OPENED,
    SEEN_READ,
    SEEN_UNREAD,
    WITH_FILE,
)
from simulator.oracle.rules.status import (
    a_reply_without_file_counts,
    the_last_communication_decides,
)

DOWN: Final = "down"  # from the case to a mailbox
UP: Final = "up"  # from a mailbox to the case
HELD: Final = "held"  # a read mark that waits for a replication

MESSAGE: Final = "message"
RELEASE: Final = "release"
ANSWER: Final = "reply"
READ: Final = "read"

UNTOLD: Final = "?"  # a value that no line told
RECEIVED: Final = 3  # in `Case.kind`, beside the three expected actions
SILENT: Final = -1  # no communication yet
CLEAR: Final = ~(SEEN_READ | SEEN_UNREAD)
#: What of the facts about a message makes a difference: an opened one need not be marked.
NOTHING: Final[frozenset[Any]] = frozenset()  # shared: an empty set takes as much as a full one
_TELLING: Final = [
    facts & ~MARKED if facts & OPENED and facts & EXPECTS_MASK == 0 else facts
    for facts in range(FACTS + 1)
]
_SERIALS: Final = count()  # tells states of cases apart, so that they can share mailboxes


Raw = tuple[str, str, int, str, str, str]  # a finding: rule, what deviates, line, and prose


class Flight(NamedTuple):
    """One envelope under way; an answer without a letter is one that perhaps was written."""

    at: int
    way: str
    recipient: str
    kind: str
    message: str
    letter: Letter | None = None
    right: bool | None = None
    line: int = 0


LINE_OF_FLIGHT: Final = 7  # where its fields end that make a difference


class Box:
    """The mailbox of one recipient in one case; messages stand in the order of arrival.

    States of a case share their mailboxes until one of them changes: `Case.own_box`.
    """

    __slots__ = (
        "cached",
        "documents",
        "items",
        "known",
        "own_documents",
        "own_text",
        "owner",
        "right",
        "text",
        "version",
    )

    def __init__(self, owner: int) -> None:
        """Start empty, with nothing said about the right to write."""
        self.owner = owner
        self.cached: Hashable = None
        self.items: dict[str, int] = {}
        self.known = True  # else it may hold less, and what happened to it is not sure
        self.right: bool | None = None
        self.version = -1
        self.text = 0
        self.own_text = 0
        self.documents: frozenset[str] | None = NOTHING
        self.own_documents: frozenset[str] = NOTHING

    def copy(self, owner: int) -> "Box":
        """Copy what changes."""
        new = Box.__new__(Box)
        new.owner = owner
        new.cached = None
        new.items = self.items.copy()
        new.known = self.known
        new.right = self.right
        new.version = self.version
        new.text = self.text
        new.own_text = self.own_text
        new.documents = self.documents
        new.own_documents = self.own_documents
        return new

    def key(self) -> Hashable:
        """Give what distinguishes this mailbox from another."""
        if self.cached is None:
            self.cached = (
                tuple([(name, _TELLING[bits & FACTS]) for name, bits in self.items.items()]),
                self.known,
                self.right,
                self.text,
                self.own_text,
                self.documents,
                self.own_documents,
            )
        return self.cached

    def newest(self) -> str:
        """Name the message that arrived last; there must be one."""
        return next(reversed(self.items))


class Case:
    """One possible state of a case: what its side and the mailboxes know."""

    __slots__ = (
        "boxes",
        "cached",
        "charges",
        "chosen",
        "documents",
        "flights",
        "follow_up",
        "given_date",
        "happened",
        "kind",
        "last",
        "last_line",
        "log",
        "message",
        "moment",
        "notices",
        "number",
        "other_logs",
        "perhaps",
        "preset",
        "reads",
        "receipts",
        "recipients",
        "seen",
        "seen_date",
        "seen_status",
        "sent",
        "serial",
        "split",
        "token",
        "told",
        "versions",
        "whole_log",
    )

    def __init__(self, number: int | str, token: object) -> None:
        """Start as a case that never communicated."""
        self.number = number
        self.token = token
        self.versions: tuple[tuple[int, int, int, str | None], ...] = ()
        self.documents: frozenset[str] | None = None
        self.perhaps: frozenset[str] = NOTHING
        self.preset: tuple[str, ...] | None = ()
        self.chosen: tuple[str, ...] | None = ()
        self.boxes: dict[str, Box] = {}
        self.serial = next(_SERIALS)
        self.cached: tuple[object, Hashable, Hashable] | None = (
            None  # its part of the fingerprint, while nothing changes
        )
        self.flights: tuple[Flight, ...] = ()
        self.kind = SILENT
        self.message: str | None = None
        self.moment = 0
        self.recipients = 0
        self.reads: dict[str, int] = {}
        self.receipts: Mapping[str, int] = {}  # delivered lately -> when at the latest
        self.sent: str | None = None
        self.given_date: str | None = None
        self.seen_status: str | None = None
        self.seen_date: tuple[str | None] | None = None
        self.follow_up: tuple[int, int] | str | None = UNTOLD
        self.log: array[int] = array("I")
        self.other_logs: frozenset[bytes] = NOTHING  # the same entries in another order
        self.whole_log = True
        self.notices: frozenset[tuple[str, str]] = NOTHING
        self.last = "create"
        self.last_line = 0
        self.seen = 0
        self.split = False
        self.told = True
        self.happened: frozenset[int] = NOTHING  # lines of acts of unknown outcome
        self.charges: tuple[Raw, ...] = ()  # what these acts break, should they have happened

    def copy(self, token: object) -> "Case":
        """Copy the state; what is immutable is shared."""
        new = Case.__new__(Case)
        new.number = self.number
        new.token = token
        new.versions = self.versions
        new.documents = self.documents
        new.perhaps = self.perhaps
        new.preset = self.preset
        new.chosen = self.chosen
        new.boxes = self.boxes.copy()
        new.serial = next(_SERIALS)
        self.serial = next(_SERIALS)
        new.cached = None
        new.flights = self.flights
        new.kind = self.kind
        new.message = self.message
        new.moment = self.moment
        new.recipients = self.recipients
        new.reads = self.reads
        new.receipts = self.receipts
        new.sent = self.sent
        new.given_date = self.given_date
        new.seen_status = self.seen_status
        new.seen_date = self.seen_date
        new.follow_up = self.follow_up
        new.log = self.log[:]
        new.other_logs = self.other_logs
        new.whole_log = self.whole_log
        new.notices = self.notices
        new.last = self.last
        new.last_line = self.last_line
        new.seen = self.seen
        new.split = self.split
        new.told = self.told
        new.happened = self.happened
        new.charges = self.charges
        return new

    def key(self, when: Callable[[int], Hashable] = int) -> tuple[Hashable, ...]:
        """Give what distinguishes this state from another, the growing log left out.

        `when` says what of a moment counts.
        """
        follow_up = self.follow_up
        if isinstance(follow_up, tuple):
            follow_up = (when(follow_up[0]), when(follow_up[1]))  # type: ignore[assignment]
        return (
            tuple([(name, box.version, box.key()) for name, box in sorted(self.boxes.items())]),
            tuple((f[1:LINE_OF_FLIGHT], when(f.at)) for f in self.flights),
            self.kind,
            self.message,
            self.recipients,
            tuple(sorted((one, when(at)) for one, at in self.reads.items())),
            self.sent,
            self.given_date,
            self.seen_status,
            self.seen_date,
            follow_up,
            self.preset,
            self.chosen,
            self.documents,
            self.perhaps,
            self.versions,
        )

    def own_box(self, recipient: str) -> Box:
        """Give the recipient's mailbox for a change: made when first needed, shared no longer."""
        box = self.boxes.get(recipient)
        if box is None:
            box = self.boxes[recipient] = Box(self.serial)
        elif box.owner != self.serial:
            box = self.boxes[recipient] = box.copy(self.serial)
        else:
            box.cached = None
        return box

    def write(self, words: Words) -> None:
        """Add an entry to the log, in whichever order those before it stand."""
        self.log.extend(words)
        if self.other_logs:
            added = array("I", words).tobytes()
            self.other_logs = frozenset([log + added for log in self.other_logs])

    def logs(self) -> frozenset[bytes]:
        """Give every order in which the entries may stand."""
        return self.other_logs | {bytes(self.log)}

    def stands_as(self, logs: frozenset[bytes]) -> None:
        """Know that the entries stand as in one of these logs."""
        first = min(logs)
        self.log, self.other_logs = array("I", first), logs - {first}

    def happens(self, what: str, line: int) -> None:
        """Remember the last thing that happened, so that a deviation can be blamed on it."""
        self.last = what
        self.last_line = line
        self.seen = 0

    def forget_fields(self) -> None:
        """Know no longer what the case shows, until it is seen or something is sent again."""
        self.communicate(SILENT, None)
        self.told = False
        self.given_date = UNTOLD
        self.follow_up = UNTOLD

    def communicate(
        self, kind: int, message: str | None, *, moment: int = 0, recipients: int = 0
    ) -> None:
        """Make this the last communication; what was seen of the older one is void.

        Of a reply the moment counts, of what was sent the number of its recipients.
        """
        self.kind = kind
        self.message = message
        self.moment = moment
        self.recipients = recipients
        self.reads = {}
        self.given_date = None
        self.seen_status = None
        self.seen_date = None

    def first_use(self, message: str) -> Words | None:
        """Give the words of what was sent or written under this id, if anything was."""
        for flight in self.flights:
            if flight.kind == ANSWER and flight.message == message and flight.letter is not None:
                return entry_of_reply(flight, flight.letter)
        names, name = self.log[::WORDS], digest(message)
        if name not in names:
            return None
        place = names.index(name) * WORDS
        return self.log[place : place + WORDS]


def entry_of_reply(flight: Flight, letter: Letter) -> Words:
    """Give the words of a reply; as it has no recipients, it keeps what it answers."""
    to = digest(letter.answers)
    return entry(flight.line, flight.at, flight.recipient, flight.message, letter, to)


def unread(bits: int) -> bool:
    """Tell whether a message with these facts counts as unread."""
    return ENTRIES[bits & FACTS].unread


def open_messages(case: Case, recipient: str, closed: Iterable[tuple[str, int]]) -> bool:
    """Open messages; tell whether the case has to learn that its last one was read."""
    learns = False
    items = case.own_box(recipient).items
    for message, bits in closed:
        if message == case.message and (bits & EXPECTS_MASK or unread(bits)):
            learns = True
        items[message] = (bits | OPENED) & CLEAR
    return learns


def mark_message(case: Case, recipient: str, message: str) -> bool:
    """Mark a message, unless it is read already; tell whether the case has to learn of it."""
    bits = case.boxes[recipient].items[message]
    if not unread(bits):
        return False
    case.own_box(recipient).items[message] = (bits | MARKED) & CLEAR
    return message == case.message


def answer_message(box: Box, message: str, *, filed: bool) -> None:
    """Note that a message was answered, with or without a file."""
    bits = box.items[message] | ANSWERED
    box.items[message] = (bits | FILED if filed else bits) & CLEAR


def cover_messages(case: Case, box: Box, *, filed: bool) -> bool:
    """Let an answer settle whatever is open; tell whether the case has to learn of it."""
    learns = False
    for message, bits in box.items.items():
        if unread(bits) and (filed or bits & EXPECTS_MASK != WITH_FILE):
            box.items[message] = (bits | COVERED) & CLEAR
            if message == case.message and not bits & EXPECTS_MASK:
                learns = True
    return learns


def arrive(
    case: Case, flight: Flight, earliest: int, latest: int, readings: Mapping[str, str]
) -> None:
    """Let one envelope arrive, at a moment between the two."""
    at, _, recipient, kind, message, letter, right, _ = flight
    if kind == MESSAGE and letter is not None:
        box = case.own_box(recipient)
        bits, text, documents, version, *_ = letter
        notice = (message, recipient)
        if notice in case.notices:
            case.notices = case.notices - {notice} or NOTHING
            bits |= NOTICED
        box.items[message] = bits
        case.receipts = {**case.receipts, message: latest}
        box.text = text
        box.own_text = 0
        box.version = max(box.version, version)
        if box.documents is not None and documents:
            box.documents = box.documents.union(documents)
    elif kind == RELEASE:
        case.own_box(recipient).right = right
    elif kind == READ:
        if message == case.message and case.kind != RECEIVED:
            case.reads = {**case.reads, recipient: at}
            case.seen_date = None
            case.seen = 0
    elif letter is None:
        case.forget_fields()
    else:
        _reply_arrives(case, flight, letter, (earliest, latest), readings)


def _reply_arrives(
    case: Case, flight: Flight, letter: Letter, when: tuple[int, int], readings: Mapping[str, str]
) -> None:
    before = case.follow_up[0] if isinstance(case.follow_up, tuple) else when[0]
    case.follow_up = (max(when[0], before), when[1])
    case.write(entry_of_reply(flight, letter))
    if letter.files and case.documents is not None:
        case.documents = case.documents.union(letter.files)
    case.seen = 0
    filed = bool(letter.files)
    if not a_reply_without_file_counts(
        letter.answered_expects, readings["fileless_reply"], has_file=filed
    ):
        case.last = "fileless"
    elif not the_last_communication_decides(
        letter.answers, case.sent, readings["last_communication"]
    ):
        case.last = "older"
    else:
        older = letter.answers is not None and letter.answers != case.sent
        case.last = "older reply" if older else "reply"
        case.communicate(RECEIVED, flight.message, moment=flight.at)
