"""Replication: which records a run carries, in which bundles, and what is sent again."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from reference.domain.facts import CaseChanged, DocumentFiled, Fact
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules
from reference.domain.words import CaseNumber, RecordKind, Word


class Answer(Word):
    """The receiver's answer to a bundle; its numbers are those of the protocol (RPL-4)."""

    ALL_TAKEN = "0"
    SOME_FAILED = "1"
    FAILED = "2"


@frozen
class Record:
    """A changed record with its fields as they are now; `name` tells records of a case apart.

    `revision` is that of the subject, and does not compare.
    """

    kind: RecordKind
    case: CaseNumber
    name: str
    fields: tuple[tuple[str, str], ...]
    revision: int = field(default=0, eq=False)

    @property
    def key(self) -> tuple[RecordKind, CaseNumber, str]:
        """What the newest state of a record replaces an older one by, where both are marked."""
        return self.kind, self.case, self.name


@frozen
class Bundle:
    """Records of one kind, at most `Rules.bundle_records_max` (RPL-4)."""

    kind: RecordKind
    records: tuple[Record, ...]


@frozen
class Settlement:
    """What the answer to a bundle comes to: taken for good, or sent again and maybe logged."""

    taken: tuple[Record, ...]
    again: tuple[Record, ...]
    logged: tuple[Record, ...]


def record_of(fact: Fact) -> Record | None:
    """Give the record that a fact marks as changed; None where replication has no part (RPL-2)."""
    match fact:
        case CaseChanged():
            day = "" if fact.follow_up_on is None else fact.follow_up_on.isoformat()
            fields = (("subject", fact.subject), _shared("follow_up_on", day))
            return Record(RecordKind.CASE, fact.case, "", fields, fact.revision)
        case DocumentFiled():
            size = (_shared("size", str(fact.size)),)
            return Record(RecordKind.DOCUMENT, fact.case, fact.document, size)
        case _:
            return None


@lru_cache(maxsize=1_000)
def _shared(name: str, value: str) -> tuple[str, str]:
    """Give a field whose value many records have, once for all of them."""
    return name, value


def address_record(case: CaseNumber, addresses: tuple[str, ...]) -> Record:
    """Give the record of the addresses that belong to a case (RPL-2)."""
    fields = tuple((str(place), address) for place, address in enumerate(addresses))
    return Record(RecordKind.ADDRESS, case, "", fields)


def bundles(marked: tuple[Record, ...], rules: Rules) -> tuple[Bundle, ...]:
    """Bundle the marked records by kind, cases first, in the order of marking (RPL-4)."""
    size = rules.bundle_records_max
    order = tuple(RecordKind)
    result: list[Bundle] = []
    for kind, group in groupby(sorted(marked, key=lambda r: order.index(r.kind)), lambda r: r.kind):
        records = tuple(group)
        parts = range(0, len(records), size)
        result += [Bundle(kind, records[start : start + size]) for start in parts]
    return tuple(result)


#: The protocol's numbers; a missing one is the refusal (RPL-4).
ANSWERS: Final[Mapping[int, Answer]] = MappingProxyType({int(answer): answer for answer in Answer})


def answer_of(number: int) -> Answer | Refusal:
    """Read the number of an answer."""
    return ANSWERS.get(number, Refusal.UNKNOWN_REPLICATION_RESULT)


def settle(bundle: Bundle, answer: Answer, failed: frozenset[Record]) -> Settlement:
    """Say what is taken and what is sent again after an answer (RPL-4, RPL-6).

    `failed` names the records that the receiver could not take, with `SOME_FAILED`.
    """
    match answer:
        case Answer.ALL_TAKEN:
            return Settlement(bundle.records, (), ())
        case Answer.SOME_FAILED:
            again = tuple(record for record in bundle.records if record in failed)
            taken = tuple(record for record in bundle.records if record not in failed)
            return Settlement(taken, again, again)
        case _:
            return Settlement((), bundle.records, ())


def portal_fields(record: Record, rules: Rules) -> Mapping[str, str]:
    """Give the fields of a record that the portal takes over (RPL-2, RPL-3)."""
    carried = rules.replicated[record.kind]
    return {name: value for name, value in record.fields if name in carried}
