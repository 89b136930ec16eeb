"""The small worlds: who is in them, what may be done, and how far each goes.

A world lists its alphabet. An act that writes a message takes the next free id (m1, m2, …); an act
on a message is offered for every message that there is. Refused acts are part of every alphabet.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from attrs import field, frozen

from simulator.history.vocabulary import VIAS, VIAS_OF_CASE

Record = dict[str, Any]

ANNA: Final = "anna"
BERT: Final = "bert"
KARL: Final = "k@example.org"
JULE: Final = "j@example.org"
CASE: Final = 53
CONTRACT: Final = "contract.pdf"
MEBIBYTE: Final = 1024 * 1024
MEGABYTE: Final = 1000 * 1000


@frozen(eq=False)
class Letter:
    """One letter of an alphabet: an act without its moment, and what it needs."""

    record: Mapping[str, object]
    writes: bool = False  # takes the next free message id if it is accepted
    on_message: str = ""  # the field that names one of the messages there are

    def bound(self, messages: int) -> Iterator[Record]:
        """Every act that this letter stands for when there are so many messages."""
        record = dict(self.record)
        if self.writes:
            record["message"] = f"m{messages + 1}"
        if not self.on_message:
            yield record
            return
        for number in range(1, messages + 1):
            yield {**record, self.on_message: f"m{number}"}


@frozen(eq=False)
class World:
    """A small world: its beginning, its alphabet, its bounds and the readings that it varies."""

    name: str
    shows: str
    alphabet: tuple[Letter, ...]
    recipients: tuple[str, ...] = (KARL,)
    viewers: tuple[str, ...] = (ANNA,)
    beginning: tuple[Mapping[str, object], ...] = ()
    messages: int = 2
    days: int = 1
    registers: bool = False  # whether recipients have to register before they can do anything
    vary: tuple[Mapping[str, str], ...] = field(factory=lambda: ({},))

    @cache  # noqa: B019 - worlds are a handful of constants
    def acts(self, messages: int, most: int) -> tuple[tuple[Record, bool], ...]:
        """Every act to try when there are so many messages, and whether it writes one."""
        return tuple(
            (record, letter.writes)
            for letter in self.alphabet
            if messages < most or not letter.writes
            for record in letter.bound(messages)
        )


def _act(act: str, by: str | None, **fields: object) -> Letter:
    return Letter({"act": act, **({} if by is None else {"by": by}), **fields})


def _send(expects: object, to: tuple[str, ...] | None = (KARL,), **fields: object) -> Letter:
    chosen = {} if to is None else {"to": list(to)}
    record = {"act": "send", "by": ANNA, "case": CASE, "text": "Please look", "expects": expects}
    return Letter({**record, **chosen, "documents": [], **fields}, writes=True)


def _answer(by: str = KARL, files: tuple[int, ...] = (), **fields: object) -> Letter:
    record = {"act": "reply", "by": by, "case": CASE, "text": "Here", "files": _files(files)}
    return Letter({**record, **fields}, writes=True, on_message="answers")


def _new_message(by: str = KARL, files: tuple[int, ...] = (), **fields: object) -> Letter:
    record = {"act": "reply", "by": by, "case": CASE, "text": "New", "files": _files(files)}
    return Letter({**record, "answers": None, **fields}, writes=True)


def _files(sizes: tuple[int, ...]) -> list[Record]:
    return [{"name": f"photo{number}.jpg", "size": size} for number, size in enumerate(sizes, 1)]


def _open(via: str, by: str = KARL) -> Letter:
    record = {"act": "open", "by": by, "case": CASE, "via": via}
    return Letter(record, on_message="" if via in VIAS_OF_CASE else "message")


def _mark_read(by: str = KARL) -> Letter:
    return Letter({"act": "mark_read", "by": by}, on_message="message")


def _fault(what: str, state: str) -> Letter:
    return _act("fault", None, what=what, state=state)


def _replicate(result: int, **fields: object) -> Letter:
    return _act("replicate", None, result=result, **fields)


def _begin(*letters: Letter) -> tuple[Mapping[str, object], ...]:
    return tuple(letter.record for letter in letters)


def _each(switch: str, *values: str) -> tuple[Mapping[str, str], ...]:
    return tuple({switch: value} for value in values)


ANNA_MAY: Final = _act("set_role", None, caseworker=ANNA, role="Benutzer")
THE_CASE: Final = _act("create_case", ANNA, case=CASE, subject="Hail damage")
A_DOCUMENT: Final = _act("add_document", ANNA, case=CASE, document=CONTRACT, size=1000)
OPENINGS: Final = tuple(_open(via) for via in VIAS)

OPENING: Final = World(
    name="opening",
    shows="one recipient, every way of opening and of answering, every expected action",
    beginning=_begin(ANNA_MAY, THE_CASE),
    alphabet=(
        _send("acknowledge"),
        _send("reply"),
        _send("reply_with_file"),
        *OPENINGS,
        _mark_read(),
        _answer(),
        _answer(files=(10,)),
        _new_message(),
        _new_message(files=(10,)),
        _answer(text=" "),
    ),
    vary=(
        {},
        *_each("open_scope", "message"),
        *_each("reply_scope", "case"),
        *_each("fileless_reply", "unchanged"),
        *_each("last_communication", "last_sent"),
        *_each("acknowledge_on_open", "first_open"),
        {"reply_scope": "case", "fileless_reply": "unchanged"},
        {"reply_scope": "case", "last_communication": "last_sent"},
        {"fileless_reply": "unchanged", "last_communication": "last_sent"},
        {"open_scope": "message", "acknowledge_on_open": "first_open"},
    ),
    messages=3,
)

RECIPIENTS: Final = World(
    name="recipients",
    shows="two recipients over two days, and every reading of the dates",
    recipients=(KARL, JULE),
    beginning=_begin(ANNA_MAY, THE_CASE),
    alphabet=(
        _send("acknowledge", (KARL, JULE)),
        _send("reply", (KARL, JULE)),
        _send("reply_with_file", (KARL, JULE)),
        _send("acknowledge", None),
        _open("widget", KARL),
        _open("message", JULE),
        _mark_read(KARL),
        _mark_read(JULE),
        _answer(KARL),
        _answer(JULE, files=(10,)),
        _replicate(0),
    ),
    days=2,
    vary=(
        {},
        *_each("several_acknowledge", "latest", "all"),
        *_each("acknowledge_on_open", "first_open"),
        *_each("last_communication", "last_sent"),
        *_each("receipt_transport", "replication"),
        *_each("reply_scope", "case"),
        {"several_acknowledge": "all", "receipt_transport": "replication"},
        {"several_acknowledge": "latest", "last_communication": "last_sent"},
    ),
)

SENDING: Final = World(
    name="sending",
    shows="everything that a send, a note or a new case can get wrong, and the preset",
    recipients=(KARL, JULE),
    beginning=_begin(ANNA_MAY),
    alphabet=(
        THE_CASE,
        A_DOCUMENT,
        _act("create_case", ANNA, case=CASE, subject=" "),
        _act("note", ANNA, case=CASE, text="called the customer"),
        _act("note", ANNA, case=CASE, text=" "),
        _send("acknowledge"),
        _send("reply", (JULE, KARL)),
        _send("reply_with_file", (KARL, " K@Example.org ")),
        _send("acknowledge", None),
        _send("reply", (), text="nobody"),
        _send("acknowledge", documents=[CONTRACT]),
        _send("acknowledge", documents=["other.pdf"]),
        _send(None),
        _send("perhaps"),
        _send("acknowledge", text=" "),
        _send("reply", (KARL, "no address")),
        _open("case"),
        _open("case", JULE),
    ),
    vary=({}, *_each("preset_recipients", "all")),
)

RIGHTS: Final = World(
    name="rights",
    shows="cloud roles, releases and the right to write",
    recipients=(KARL, JULE),
    viewers=(ANNA, BERT),
    beginning=_begin(ANNA_MAY, _act("set_role", None, caseworker=BERT, role="none"), THE_CASE),
    alphabet=(
        _act("set_role", None, caseworker=ANNA, role="none"),
        _act("set_role", None, caseworker=ANNA, role="Administrator"),
        _send("reply"),
        Letter({**_send("acknowledge").record, "by": BERT}, writes=True),
        _act("set_release", ANNA, case=CASE, recipient=KARL, create_messages=False),
        _act("set_release", ANNA, case=CASE, recipient=KARL, create_messages=True),
        _act("set_release", BERT, case=CASE, recipient=KARL, create_messages=False),
        _act("set_release", ANNA, case=CASE, recipient="no address", create_messages=True),
        _open("reply"),
        _open("case"),
        _open("message", JULE),
        _open("case", JULE),
        _mark_read(JULE),
        _answer(),
        _answer(JULE),
        _new_message(),
        _new_message(JULE),
    ),
    vary=({}, *_each("reply_right", "if_granted")),
)

OUTAGE: Final = World(
    name="outage",
    shows="outages of link, portal, mail and server; order, arrival, and once only",
    recipients=(KARL,),
    beginning=_begin(ANNA_MAY, THE_CASE),
    alphabet=(
        _fault("link", "down"),
        _fault("link", "up"),
        _fault("mail", "down"),
        _fault("mail", "up"),
        _send("acknowledge"),
        _send("reply_with_file"),
        _open("widget"),
        _mark_read(),
        _answer(),
        _answer(files=(10,)),
        _new_message(),
    ),
    days=2,
    vary=({}, *_each("several_acknowledge", "latest")),
)

FAULTS: Final = World(
    name="faults",
    shows="portal, server and replication down and up again",
    beginning=_begin(ANNA_MAY, THE_CASE),
    alphabet=(
        _fault("portal", "down"),
        _fault("portal", "up"),
        _fault("server", "down"),
        _fault("server", "up"),
        _fault("replication", "down"),
        _fault("replication", "up"),
        _fault("portal", "slow"),
        _send("reply"),
        _open("widget"),
        _answer(),
        _replicate(0),
        _replicate(2),
    ),
)

REPLICATION: Final = World(
    name="replication",
    shows="case data and documents between runs, failed and repeated runs",
    beginning=_begin(ANNA_MAY, THE_CASE),
    alphabet=(
        _act("edit_case", ANNA, case=CASE, subject="Hail damage, roof"),
        _act("edit_case", ANNA, case=CASE, follow_up_on="2024-03-01"),
        A_DOCUMENT,
        _send("acknowledge", documents=[]),
        _send("reply", documents=[CONTRACT]),
        _send("reply_with_file"),
        _open("case"),
        _new_message(files=(10,)),
        _replicate(0),
        _replicate(1, failed=1),
        _replicate(2),
    ),
    vary=({}, *_each("receipt_transport", "replication")),
)

ACCOUNTS: Final = World(
    name="accounts",
    registers=True,
    shows="accounts, links, caseworkers as recipients, the notice switched off",
    recipients=(KARL, "anna@broker.example"),
    beginning=_begin(
        _act("set_role", None, caseworker=ANNA, role="Benutzer", email="anna@broker.example"),
        THE_CASE,
    ),
    alphabet=(
        _send("acknowledge", (KARL,)),
        _send("reply", (KARL, "anna@broker.example")),
        _act("register", KARL),
        _act("request_link", KARL),
        _act("set_mail", None, event="new_message", enabled=False),
        _act("set_mail", None, event="new_message", enabled=True),
        _open("case"),
        _open("case", "anna@broker.example"),
    ),
)

LIMITS: Final = World(
    name="limits",
    shows="20 files and 35 MB exactly, one file or byte more, nothing kept of a refused reply",
    beginning=_begin(ANNA_MAY, THE_CASE),
    alphabet=(
        _send("reply_with_file"),
        _send("acknowledge", documents=["photo1.jpg"]),
        _answer(files=(1,) * 20),
        _answer(files=(1,) * 21),
        _answer(files=(35 * MEBIBYTE,)),
        _answer(files=(35 * MEBIBYTE, 1)),
        _answer(files=(35 * MEGABYTE,)),
        _answer(files=(35 * MEGABYTE, 1)),
        _new_message(text=""),
        _open("case"),
    ),
    messages=3,
    vary=({}, *_each("megabyte", "decimal")),
)

WORLDS: Final[Mapping[str, World]] = {
    world.name: world
    for world in (
        OPENING,
        RECIPIENTS,
        SENDING,
        RIGHTS,
        OUTAGE,
        FAULTS,
        REPLICATION,
        ACCOUNTS,
        LIMITS,
    )
}
