"""What the model keeps of a case and of a person, each as a whole, and how it is spelt in bytes."""

import pickle
from collections.abc import Callable, Mapping
from io import BytesIO
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from attrs import fields

from reference.domain.accounts import Account, Link
from reference.domain.case import Case, Channel, Shown
from reference.domain.facts import Entry
from reference.domain.mailbox import Mailbox
from reference.domain.mailbox_item import Item
from reference.domain.values import frozen
from reference.domain.words import CaseNumber


@frozen(eq=False)
class Linked:
    """A log that only grows: its newest entry, and the log before it. Copies share what is old."""

    newest: Entry
    before: "Linked | None"


@frozen(eq=False)
class Matter:
    """A case with the mailboxes of its recipients, and its activity list."""

    case: Case
    boxes: Mapping[str, Mailbox]
    log: Linked | None

    def entries(self) -> list[Entry]:
        """Give the entries of the activity list, oldest first."""
        entries: list[Entry] = []
        log = self.log
        while log is not None:
            entries.append(log.newest)
            log = log.before
        return entries[::-1]


@frozen(eq=False)
class Person:
    """What the portal knows of an address: its account, and the cases that reached it, in order."""

    account: Account | None = None
    cases: tuple[CaseNumber, ...] = ()


def spell(matter: Matter) -> bytes:
    """Give a matter as bytes."""
    return _spelt((matter.case, dict(matter.boxes), matter.entries()))


def spell_person(person: Person) -> bytes:
    """Give a person as bytes."""
    return _spelt((person.account, person.cases))


def _spelt(parts: tuple[object, ...]) -> bytes:
    file = BytesIO()
    pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(parts)
    return file.getvalue()


def read(spelt: bytes) -> Matter:
    """Give the matter that was spelt."""
    case, boxes, entries = pickle.loads(spelt)  # noqa: S301 - our own bytes
    log = None
    for entry in entries:
        log = Linked(entry, log)
    return Matter(case, boxes, log)


def read_person(spelt: bytes) -> Person:
    """Give the person that was spelt."""
    account, cases = pickle.loads(spelt)  # noqa: S301 - our own bytes
    return Person(account, cases)


def _by_fields(kind: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[object, ...]]]:
    values: Any = attrgetter(*(field.name for field in fields(kind)))
    return lambda one: (kind, values(one))


_Reduce = Callable[[Any], tuple[type[Any], tuple[object, ...]]]
_PARTS: Final[tuple[type[Any], ...]] = (Account, Case, Channel, Entry, Item, Link, Mailbox, Shown)
#: How a part is spelt: without its class's own ways, which take three times as long.
_TABLE: Final[dict[type[Any], _Reduce]] = {
    **{kind: _by_fields(kind) for kind in _PARTS},
    MappingProxyType: lambda table: (dict, (dict(table),)),
}
