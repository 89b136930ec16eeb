"""A population: how many people there are, how often they write, and how recipients behave."""

import re
from collections.abc import Mapping
from datetime import time
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, frozen

from simulator.history.bad_input import quote
from simulator.history.moments import MICROSECOND
from simulator.history.vocabulary import EXPECTED_ACTIONS, LABELS, VIAS
from simulator.scenario.chance import (
    DELAY,
    SHARE,
    Chooser,
    Delay,
    Exponential,
    Fixed,
    Lognormal,
    Shares,
    whole,
)
from simulator.scenario.forms import BAD, NAME, Listed, Named, Record, Scalar, Schema, Slot, Word
from simulator.scenario.nodes import Faults, Fields, Node, Place
from simulator.scenario.quantities import count
from simulator.scenario.steps import COUNT, DAY, DURATION, SIZE, WHEN
from simulator.scenario.times import When, clock

#: More people or cases than any market has; a number beyond is a slip.
MOST: Final = 100_000_000
#: Cases that a caseworker can have had: their numbers begin with that of the caseworker.
CASES_MOST: Final = 100_000
_HOURS: Final = 24
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TAGE: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip(("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"), WEEKDAYS, strict=True))
)
MARK_READ: Final = "mark_read"


@frozen
class Office:
    """When the caseworkers are at work, in the broker's time."""

    opens: time = time(8)
    closes: time = time(17)
    days: tuple[str, ...] = WEEKDAYS[:5]
    holidays: tuple[str, ...] = ()


@frozen
class Burst:
    """Many messages within a short time, each in a case of its own, like renewal notices."""

    place: Place
    at: When
    messages: int
    over_us: int
    expects: str | None


@frozen
class Sending:
    """How often caseworkers send, and what."""

    each_per_hour: float
    office_hours: Office
    by_hour: Mapping[int, float]
    by_day: Mapping[str, float]
    bursts: tuple[Burst, ...]
    expects: Chooser
    recipients: Chooser
    per_case: Chooser
    writing: Delay
    documents: float
    further_recipient: float
    withholds: float
    changes_subject: float


@frozen
class Profile:
    """How a kind of recipient behaves."""

    place: Place
    share: float | None
    notices: Delay
    reads: Delay
    answers: Delay
    opens: Chooser
    files: Chooser
    file_size: int
    ignores: float
    never_registers: float
    answers_without_file: float
    answers_anyway: float
    writes_new: float


@frozen
class Looks:
    """How often a caseworker looks at something after sending and after an answer came."""

    case: float
    activities: float
    case_list: float


@frozen
class Population:
    """How many people there are, and how they behave."""

    caseworkers: int
    recipients: int
    cases_each: int
    idle_cases: int
    scale: float
    scale_on_server: float | None
    messages: Sending
    mail: Delay
    profiles: Mapping[str, Profile]
    looks: Looks
    checks: Delay
    tries_again: Delay

    def scaled(self, scale: float) -> "Population":
        """Give so many times as much: people, bursts, idle cases; at least 1 of each."""

        def some(number: int) -> int:
            return max(round(number * scale), 1)

        bursts = tuple(
            evolve(burst, messages=some(burst.messages)) for burst in self.messages.bursts
        )
        return evolve(
            self,
            caseworkers=some(self.caseworkers),
            recipients=some(self.recipients),
            idle_cases=some(self.idle_cases) if self.idle_cases else 0,
            scale=scale,
            messages=evolve(self.messages, bursts=bursts),
        )


_RATE: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
_FACTOR: Final = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,6})?) ?%")


def _rate(text: str) -> float:
    if _RATE.fullmatch(text) is None:
        raise ValueError(f"{quote(text)} is no number: write it like 6 or 0.5")
    return float(text)


def _factor(text: str) -> float:
    found = _FACTOR.fullmatch(text)
    if found is None:
        raise ValueError(f"{quote(text)} is no factor: write it like 50 % or 150 %")
    return float(found[1]) / 100


def scale_of(text: str) -> float:
    """Read a scale: `1 %`, `100 %`, `250 %`.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    factor = _factor(text)
    if factor <= 0:
        raise ValueError("a scale is more than nothing: write it like 1 %")
    return factor


def _hour(text: str) -> int:
    if not text.isdecimal() or int(text) >= _HOURS:
        raise ValueError(f"{quote(text)} is no hour of a day: write it like 9, for 09:00 to 10:00")
    return int(text)


def _clock(text: str) -> time | None:
    return None if text == "24:00" else clock(text)


def _up_to(most: int) -> Scalar:
    """Give the form of a number from 1 to the most that is within reach."""

    def read(text: str) -> int:
        number = count(text)
        if not 1 <= number <= most:
            raise ValueError(f"{quote(text)} is out of reach: 1 to {most:,}")
        return number

    return evolve(COUNT, parse=read)


_PEOPLE: Final = _up_to(MOST)
_FEW: Final = _up_to(100)
_ACTION: Final = Word(EXPECTED_ACTIONS, LABELS["expects"], "an expected action")
_DAYS: Final = Word(WEEKDAYS, _TAGE, "a day of the week")
_PERCENT: Final = Scalar(_factor, "a factor", "%$")
_VIA: Final = Word((*VIAS, MARK_READ), {"Gelesen markieren": MARK_READ}, "a way of opening")


def _office(values: dict[str, Any], place: Place) -> Any:
    del place
    return Office(values["from"], values["to"] or time.max, values["days"], values["holidays"])


@frozen
class _OpeningHours:
    """Opening hours that end after they begin."""

    inner: Record

    def read(self, node: Node, faults: Faults) -> Any:
        """Give them."""
        office = self.inner.read(node, faults)
        if office is not BAD and office.opens >= office.closes:
            faults.add(node.place, '"to" has to be later than "from"', "up to 24:00")
            return BAD
        return office

    def schema(self) -> Schema:
        """Give the fields."""
        return self.inner.schema()


OFFICE: Final = Record(
    "office hours",
    (
        Slot("from", Scalar(clock, "a time"), "when they begin; 08:00", default=time(8)),
        Slot("to", Scalar(_clock, "a time"), "when they end; 17:00", default=time(17)),
        Slot("days", Listed(_DAYS, least=1), "Mo, Di, …; Mo to Fr", default=WEEKDAYS[:5]),
        Slot("holidays", Listed(DAY), "days on which nobody works", default=()),
    ),
    _office,
)
BURST: Final = Record(
    "a burst",
    (
        Slot("at", WHEN, "when it begins: day 2 09:00", required=True),
        Slot("messages", _PEOPLE, "how many, of all caseworkers together", required=True),
        Slot("over", DURATION, "the time over which they are spread", required=True),
        Slot("expects", _ACTION, "the one action that they ask for; as all others unless told"),
    ),
    lambda values, place: Burst(
        place,
        values["at"],
        values["messages"],
        values["over"] // MICROSECOND,
        values["expects"],
    ),
)


def _chooser(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**values, **{name: Chooser.of(values[name]) for name in names}}


def _shared(name: str, meaning: str) -> Slot:
    return Slot(name, SHARE, meaning, default=0.0)


_MINUTE: Final = 60_000_000
_ALL_ACTIONS: Final = {"acknowledge": 0.4, "reply": 0.4, "reply_with_file": 0.2}

SENDING: Final = Record(
    "messages",
    (
        Slot(
            "each_per_hour",
            Scalar(_rate, "a number", types=("number", "string")),
            "how many each caseworker sends in an hour of work, on average",
            default=0.0,
        ),
        Slot("office_hours", _OpeningHours(OFFICE), "when the caseworkers work", default=Office()),
        Slot(
            "by_hour",
            Named(Scalar(_hour, "an hour", types=("integer", "string")), _PERCENT),
            "how busy an hour of the day is: {9: 150 %, 12: 30 %}; others 100 %",
            default={},
        ),
        Slot(
            "by_day",
            Named(_DAYS, _PERCENT),
            "how busy a day of the week is: {Mo: 130 %, Fr: 60 %}; others 100 %",
            default={},
        ),
        Slot("bursts", Listed(BURST), "many messages within a short time", default=()),
        Slot(
            "expects",
            Shares(_ACTION, "the expected action"),
            "what the messages ask for, by shares",
            default=_ALL_ACTIONS,
        ),
        Slot(
            "recipients",
            Shares(_FEW, "the number of recipients"),
            "how many recipients a case has: {1: 85 %, 2: 15 %}",
            default={1: 1.0},
        ),
        Slot(
            "per_case",
            Shares(_FEW, "the number of messages"),
            "how many messages are sent in a case until it is done: {1: 60 %, 3: 40 %}",
            default={3: 1.0},
        ),
        Slot("writing", DELAY, "how long writing takes", default=Fixed(2 * _MINUTE)),
        _shared("documents", "share of messages that share a document"),
        _shared(
            "further_recipient", "share of later messages for which a further recipient is chosen"
        ),
        _shared("withholds", "share of cases whose first recipient is not allowed to write"),
        _shared("changes_subject", "share of messages after which the case's subject is changed"),
    ),
    lambda values, _: Sending(**_chooser(values, "expects", "recipients", "per_case")),
)
_ALL_WAYS: Final = {"widget": 0.5, "message": 0.3, "case": 0.1, "attachments": 0.05, "reply": 0.05}
_NOTICES: Final = Exponential(30 * _MINUTE)
_READS: Final = Fixed(_MINUTE)
_ANSWERS: Final = Lognormal(20.8, 1.2)  # half within 18 minutes


PROFILE: Final = Record(
    "a profile",
    (
        Slot("share", SHARE, "share of the recipients; needed where there are several"),
        Slot("notices", DELAY, "from the mail until they look into the inbox", default=_NOTICES),
        Slot("reads", DELAY, "how long reading takes", default=_READS),
        Slot("answers", DELAY, "from reading until an answer is written", default=_ANSWERS),
        Slot(
            "opens",
            Shares(_VIA, "the way of opening"),
            "by which way, by shares: widget, case, attachments, message, reply, Gelesen markieren",
            default=_ALL_WAYS,
        ),
        Slot(
            "files",
            Shares(_FEW, "the number of files"),
            "how many files an answer with files has",
            default={1: 1.0},
        ),
        Slot("file_size", SIZE, "how large each file is", default=20_000),
        _shared("ignores", "share of messages that they never look at"),
        _shared("never_registers", "share of them who never set a password"),
        _shared("answers_without_file", "share of file requests that are answered without a file"),
        _shared("answers_anyway", "share of messages to acknowledge that are answered"),
        _shared("writes_new", "share of answers that are written as “Neue Nachricht”"),
    ),
    lambda values, place: Profile(place, **_chooser(values, "opens", "files")),
)


@frozen
class _Profiles:
    """Profiles by name, whose shares make up a whole."""

    inner: Named

    def read(self, node: Node, faults: Faults) -> Any:
        """Give name -> profile; a single one needs no share."""
        if isinstance(node, Fields) and not node.fields:
            faults.add(node.place, "at least one profile is needed, like schnell: {notices: 5m}")
            return BAD
        profiles = self.inner.read(node, faults)
        if profiles is BAD or not isinstance(node, Fields) or len(profiles) < len(node.fields):
            return BAD
        if len(profiles) == 1:
            return {name: evolve(one, share=1.0) for name, one in profiles.items()}
        bare = [key for key, _ in node.fields if profiles[key.value].share is None]
        for key in bare:
            faults.add(key.place, f'the profile {quote(key.value)} needs "share"', "like 40 %")
        shares = [one.share for one in profiles.values()]
        return BAD if bare or not whole(shares, node.place, faults) else profiles

    def schema(self) -> Schema:
        """Give an object with any names."""
        return self.inner.schema()


LOOKS: Final = Record(
    "looks",
    (
        Slot("case", SHARE, "at the fields of the case", default=1.0),
        Slot("activities", SHARE, "at its activity list", default=0.0),
        Slot("case_list", SHARE, "at the list of all cases", default=0.0),
    ),
    lambda values, _: Looks(**values),
)


def _defaults(form: Record) -> Any:
    """Give what a record is of which nothing is told."""
    return form.build({slot.name: slot.default for slot in form.slots}, Place(1, 1))


POPULATION: Final = Record(
    "a population",
    (
        Slot("caseworkers", _PEOPLE, "how many caseworkers there are", required=True),
        Slot("recipients", _PEOPLE, "how many recipients there are", required=True),
        Slot(
            "cases_each",
            _up_to(1000),
            "how many cases each caseworker works on at a time; the next takes the place of one"
            " that is done",
            default=10,
        ),
        Slot(
            "idle_cases",
            COUNT,
            "how many further cases are new at the beginning, in which nobody writes: the first run"
            " of the replication carries a record of each",
            default=0,
        ),
        Slot(
            "scale",
            Scalar(scale_of, "a scale", "%$"),
            "how much of it runs unless --scale says otherwise: caseworkers, recipients, bursts,"
            " idle cases",
            default=1.0,
        ),
        Slot(
            "scale_on_server",
            Scalar(scale_of, "a scale", "%$"),
            "the same where it does not run on the model; as there unless told",
        ),
        Slot("messages", SENDING, "what the caseworkers send, and how often", required=True),
        Slot(
            "mail",
            DELAY,
            "further time until its recipient has a mail; the measure `mail` leaves it out",
            default=Fixed(0),
        ),
        Slot(
            "profiles",
            _Profiles(Named(NAME, PROFILE)),
            "kinds of recipients by name, with their shares",
            default={"alle": evolve(_defaults(PROFILE), share=1.0)},
        ),
        Slot(
            "looks",
            LOOKS,
            "what a caseworker looks at after sending, and after an answer came: by shares",
            default=_defaults(LOOKS),
        ),
        Slot("checks", DELAY, "from an answer until the caseworker looks at it", default=Fixed(0)),
        Slot(
            "tries_again",
            DELAY,
            "until somebody tries again who could not reach the system, or got no answer",
            default=Fixed(5 * _MINUTE),
        ),
    ),
    lambda values, _: Population(**values),
)
