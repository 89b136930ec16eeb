"""The steps of a scenario: acts and observations in the words of a trace, and how long to wait."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, frozen

from reference.domain.refusals import Refusal
from simulator.history.bad_input import quote
from simulator.history.clauses import CLAUSES
from simulator.history.vocabulary import (
    ACTS,
    ACTS_OF_NOBODY,
    LABELS,
    SEES,
    VIAS_OF_CASE,
    Field,
    Kind,
)
from simulator.scenario.forms import (
    BAD,
    NAME,
    TEXT,
    Flag,
    Form,
    Listed,
    Nullable,
    Record,
    Scalar,
    Schema,
    Short,
    Slot,
    Word,
    described,
    read_fields,
)
from simulator.scenario.german import meant
from simulator.scenario.nodes import Faults, Fields, Node, Place, Text, texts
from simulator.scenario.quantities import count, duration, size
from simulator.scenario.times import When, calendar_day, when

FILE_BYTES: Final = 100_000  # of a file whose size is not told


def case_number(text: str) -> int | str:
    """Read the number of a case: digits are a number, anything else a name."""
    if text.isascii() and text.isdigit() and len(text) <= 15 and (text == "0" or text[0] != "0"):  # noqa: PLR2004
        return int(text)
    if not text.strip():
        raise ValueError("a case has a number, like 53")
    return text


WHEN: Final = Scalar(when, "a moment", types=("string", "number"))
DURATION: Final = Scalar(duration, "a duration")
SIZE: Final = Scalar(size, "a size", types=("string", "integer"))
DAY: Final = Scalar(lambda text: calendar_day(text).isoformat(), "a calendar day")
CASE: Final = Scalar(case_number, "a case's number", types=("integer", "string"))
COUNT: Final = Scalar(count, "a whole number", types=("integer", "string"))


FILE: Final = Record(
    "a file",
    (
        Slot("name", NAME, "the file's name", required=True),
        Slot("size", SIZE, "its size", default=FILE_BYTES),
    ),
    lambda values, _: values,
    Short(NAME, lambda name: {"name": name, "size": FILE_BYTES}),
)

_FORMS: Final[Mapping[Kind, Form]] = MappingProxyType(
    {
        Kind.MOMENT: TEXT,
        Kind.DATE: DAY,
        Kind.TEXT: TEXT,
        Kind.NAME: NAME,
        Kind.CASE: CASE,
        Kind.COUNT: COUNT,
        Kind.FLAG: Flag(),
        Kind.NAMES: Listed(NAME),
    }
)


def form_of(field: Field) -> Form:
    """Give the form of a field of the vocabulary."""
    if field.name == "files" and field.kind is Kind.RECORDS:
        return Listed(FILE)
    if field.name == "size":
        return SIZE
    if field.kind is Kind.RECORDS:
        slots = tuple(slot_of(inner) for inner in field.fields)
        return Listed(Record(f"an entry of {field.name}", slots, lambda values, _: _told(values)))
    form = _FORMS.get(field.kind)
    if form is None:
        form = Word(field.words, LABELS.get(field.name, {}), f"a word for {field.name}")
    return Nullable(form) if field.nullable else form


#: Marks a field that was not written, where null is a value of its own.
ABSENT: Final = object()


def slot_of(field: Field) -> Slot:
    """Give the slot of a field of the vocabulary."""
    return Slot(field.name, form_of(field), field.meaning, field.required, ABSENT)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Give the fields that were written, lists as a trace has them."""
    return {name: _plain(value) for name, value in values.items() if value is not ABSENT}


def _plain(value: Any) -> Any:
    """Give a value as a line of JSON has it: lists for tuples."""
    return [*value] if type(value) is tuple else value


@frozen
class Wait:
    """How long an expectation may take, or has to hold: `within`, `stays_for`, `never`."""

    kind: str
    duration: timedelta | None = None


@frozen
class Step:
    """One step: an act with the outcome that is expected of it, or a look and what it must show.

    `case` is None in the record where the scenario's own case is meant.
    """

    place: Place
    at: When | None
    record: Mapping[str, Any]
    outcome: str = "ok"
    reason: str | None = None
    wait: Wait | None = None
    rule: str | None = None
    last_line: int = 0  # of the file; comments may stand there too
    unread: frozenset[str] = frozenset()  # every value in a step with a mistake; else empty

    @property
    def is_act(self) -> bool:
        """Whether something is done, not looked at."""
        return "act" in self.record


RULE: Final = Word(tuple(CLAUSES), what="a clause of the rules")
_OUTCOMES: Final = Word(("ok", "refused"), what="an outcome")
_REASONS: Final = Word(tuple(each.code for each in Refusal), what="the code of a refusal")

COMMON: Final = (
    Slot("at", WHEN, "when: 09:00, +5m, day 2 10:00; absent: right after the step above"),
    Slot("rule", RULE, "the clause that this step is about; absent: the one that decides"),
)
OF_ACTS: Final = (
    Slot("outcome", _OUTCOMES, "what has to come of it; ok if absent", default="ok"),
    Slot("reason", _REASONS, "the code of the refusal that has to come"),
)
OF_LOOKS: Final = (
    Slot("within", DURATION, "it has to be seen at the latest after this time"),
    Slot("stays_for", DURATION, "it has to be seen now, and all the time so long"),
    Slot("never", Flag(), "it must not be seen from now to the end", default=False),
)
_WAITS: Final = ("within", "stays_for", "never")
#: The fields of a step that no line of a trace has.
_OWN: Final = ("at", "rule", "outcome", "reason", *_WAITS)


def _slots(kind: str, word: str) -> tuple[Slot, ...]:
    """Give the fields of a step with this word: those of the trace, and those of a scenario."""
    fields = ACTS[word] if kind == "act" else SEES[word]
    known = [slot_of(field) for field in fields if field.name != "by"]
    # What is not told of a look is not compared; the case may be the scenario's only one.
    told = {slot.name for slot in known if slot.required and kind == "act" and slot.name != "case"}
    loose = [evolve(slot, required=slot.name in told) for slot in known]
    needs_by = word not in ACTS_OF_NOBODY if kind == "act" else word not in {"arrival", "mail"}
    by = Slot("by", NAME, "who acts or looks", required=needs_by, default=ABSENT)
    kind_slot = Slot(kind, TEXT, "what is done" if kind == "act" else "what is looked at")
    own = OF_ACTS if kind == "act" else OF_LOOKS
    return (kind_slot, by, *loose, *COMMON, *own)


#: The fields of each act and look, by what is written for it: act or see, and the word.
STEPS: Final = {("act", word): _slots("act", word) for word in ACTS} | {
    ("see", word): _slots("see", word) for word in SEES if word != "arrival"
}


@frozen
class StepForm:
    """A step: which fields it has follows from its act or from what is looked at."""

    def read(self, node: Node, faults: Faults) -> Any:
        """Give the step; of one with a mistake what could be read: its names are still checked."""
        if not isinstance(node, Fields):
            faults.add(node.place, "a step has fields, like {at: 09:00, by: anna, act: send, …}")
            return BAD
        kind = next((kind for kind in ("act", "see") if node.named(kind)), None)
        word = None if kind is None else node.named(kind)
        if kind is None or not isinstance(word, Text):
            self._no_word(node, faults)
            return _in_part(_by(node), node)
        named = LABELS[kind].get(word.value, word.value)
        slots = STEPS.get((kind, named))
        if slots is None:
            known = [known for of, known in STEPS if of == kind]
            known += LABELS[kind]
            message = f'"{kind}" has no word {quote(word.value)}'
            faults.add(word.place, message, meant(word.value, known))
            return _in_part(_by(node), node)
        values, good = read_fields(node, slots, f"{kind} {named}", faults)
        values[kind] = named
        return _step(values, node, faults) if good else _in_part(values, node)

    def _no_word(self, node: Fields, faults: Faults) -> None:
        for key, _ in node.fields:
            if key.value in ACTS:
                faults.add(key.place, f'an act is written as "act: {key.value}"')
                return
            if key.value in SEES:
                faults.add(key.place, f'a look is written as "see: {key.value}"')
                return
        faults.add(node.place, 'a step needs "act" or "see"', "act: send, see: inbox, …")

    def schema(self) -> Schema:
        """Give each act and observation with its fields."""
        return {
            "oneOf": [
                {
                    "type": "object",
                    "title": f"{kind} {word}",
                    "properties": {
                        **{slot.name: described(slot) for slot in slots},
                        kind: {"enum": [word, *_labels(kind, word)]},
                    },
                    "required": [kind, *(slot.name for slot in slots if slot.required)],
                    "additionalProperties": False,
                }
                for (kind, word), slots in STEPS.items()
            ]
        }


def _labels(kind: str, word: str) -> list[str]:
    return [label for label, known in LABELS[kind].items() if known == word]


def _by(node: Fields) -> dict[str, Any]:
    """Give who acts or looks in a step of which it is not known what it does."""
    by = node.named("by")
    return {"by": by.value} if isinstance(by, Text) else {}


def _in_part(values: dict[str, Any], node: Fields) -> Step:
    """Give a step with a mistake as far as it was read."""
    read = {name: value for name, value in values.items() if value is not BAD}
    record = _told({name: value for name, value in read.items() if name not in _OWN})
    outcome = read.get("outcome", "refused" if "outcome" in values else "ok")
    return Step(node.place, read.get("at"), record, outcome, unread=frozenset(texts(node)))


def _step(values: dict[str, Any], node: Fields, faults: Faults) -> Step:
    own = {name: values.get(name) for name in _OWN}
    waits = [name for name in _WAITS if own[name] not in {None, False}]
    if len(waits) > 1:
        faults.add(node.place, f"only one of {', '.join(waits)} fits into a step")
        return _in_part(values, node)
    wait = None
    if waits:
        wait = Wait(waits[0], None if own["never"] else own[waits[0]])
    if own["reason"] is not None and own["outcome"] != "refused":
        faults.add(node.place, 'a "reason" is that of a refusal', 'write "outcome: refused" too')
        return _in_part(values, node)
    record = _told({name: value for name, value in values.items() if name not in _OWN})
    via = record.get("via")
    if via in VIAS_OF_CASE and "message" in record:
        key = next(key for key, _ in node.fields if key.value == "message")
        hint = "leave it out, or say by which click the message is opened: via: message"
        faults.add(key.place, f'"via: {via}" opens the case, not a message of it', hint)
        return _in_part(values, node)
    return Step(
        node.place,
        own["at"],
        record,
        own["outcome"] or "ok",
        own["reason"],
        wait,
        own["rule"],
        node.last_line,
    )
