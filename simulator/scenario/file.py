"""A scenario file as a whole: who and what there is, under which readings, and the steps."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from simulator.history.bad_input import BadInput, quote, suggest
from simulator.history.clauses import CLAUSES
from simulator.history.vocabulary import EXPECTED_ACTIONS, LABELS, READ_AS, ROLES
from simulator.measures.limits import Limit
from simulator.scenario.forms import (
    BAD,
    NAME,
    TEXT,
    Flag,
    Listed,
    Named,
    Record,
    Scalar,
    Schema,
    Short,
    Slot,
    Word,
    read_fields,
)
from simulator.scenario.goals import GOALS
from simulator.scenario.limits import LIMIT
from simulator.scenario.nodes import Faults, Fields, Place, tree_of
from simulator.scenario.outages import FAULT, Outage, Span, Unreliable, outage_of
from simulator.scenario.population import POPULATION, Population
from simulator.scenario.quantities import duration
from simulator.scenario.steps import (
    CASE,
    COUNT,
    DAY,
    FILE,
    WHEN,
    Step,
    StepForm,
)
from simulator.scenario.times import When, calendar_day, clock, moment_of

#: A Monday on which nothing is left out or repeated by the clocks.
FIRST_DAY: Final = calendar_day("2024-02-19")
DAWN: Final = time(8, 0)
IMMEDIATE, WITH_REPLICATION = DELIVERIES = ("immediate", "with_replication")


@frozen
class CaseworkerSetup:
    """A caseworker with the cloud role that they hold from the beginning."""

    role: str = "Benutzer"
    email: str | None = None


@frozen
class CaseSetup:
    """A case that exists from the beginning."""

    subject: str = ""
    follow_up_on: str | None = None
    documents: tuple[Mapping[str, Any], ...] = ()
    by: str | None = None


@frozen
class Scenario:
    """What a file says, checked: times are moments in UTC, each step knows its case."""

    file: str
    title: str
    story: str
    rules: tuple[str, ...]
    readings: Mapping[str, str]
    time_zone: str
    carrier: str
    begins: datetime
    ends: datetime | None
    replicate_every: timedelta | None
    delivery: str
    registers: bool
    caseworkers: Mapping[str, CaseworkerSetup]
    cases: Mapping[int | str, CaseSetup]
    steps: tuple["Timed", ...]
    seed: int
    population: Population | None
    bursts: tuple[datetime, ...]  # when those of the population begin
    outages: tuple[Span | Outage, ...]
    unreliable: Mapping[str, float]
    always: tuple[str, ...]
    sometimes: tuple[str, ...]
    limits: tuple[Limit, ...]
    text: str = ""  # of the file

    def written_at(self, line: int) -> str:
        """Give the step that begins in a line as it was written; else the line alone."""
        last = {timed.step.place.line: timed.step.last_line for timed in self.steps}
        lines = self.text.splitlines()[line - 1 : last.get(line, line)]
        while lines and not lines[-1].partition("#")[0].strip():
            del lines[-1]
        return dedent(re.sub(r"^( *)-", r"\1 ", "\n".join(lines)))

    @property
    def drawn(self) -> bool:
        """Whether anything happens by chance."""
        drawn = any(one.every or one.lasts for one in map(outage_of, self.outages))
        return bool(self.population or self.unreliable or drawn)


@frozen
class Timed:
    """A step and its moment; None: right after the step above."""

    step: Step
    at: datetime | None
    record: Mapping[str, Any]


class BadScenario(Exception):  # noqa: N818 - it is the file that is bad, we did not fail
    """A file with mistakes: all of them, each with its place."""

    def __init__(self, faults: tuple[BadInput, ...]) -> None:
        """Keep the mistakes in the order of the file."""
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{quote(text)} is no time zone: write it like Europe/Berlin") from None
    return text


def _begin(text: str) -> tuple[Any, time]:
    day, _, hour = text.partition(" ")
    return calendar_day(day), clock(hour) if hour else DAWN


def interval(text: str) -> timedelta | None:
    """Read the interval of the replication: `15m`, or `never` (None).

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    if text == "never":
        return None
    every = duration(text)
    if every <= timedelta():
        raise ValueError("an interval is longer than nothing: write it like 15m, or never")
    return every


_CASEWORKER: Final = Record(
    "a caseworker",
    (
        Slot(
            "role",
            Word(ROLES, LABELS["role"], "a cloud role"),
            "the cloud role: none, Benutzer, Administrator",
            default="Benutzer",
        ),
        Slot("email", NAME, "their address: it has an account (ACC-5)"),
    ),
    lambda values, _: CaseworkerSetup(**values),
)
_CASE: Final = Record(
    "a case",
    (
        Slot("subject", TEXT, "its subject", default=""),
        Slot("follow_up_on", DAY, "its follow-up date"),
        Slot("documents", Listed(FILE), "the case documents", default=()),
        Slot("by", NAME, "who created it; the first caseworker unless told"),
    ),
    lambda values, _: CaseSetup(**values),
    Short(TEXT, lambda subject: CaseSetup(subject=subject)),
)


_READINGS: Final = Record(
    "the readings",
    tuple(
        Slot(
            name,
            Word(tuple(values), what=f"a value of {name}"),
            "; ".join(f"{value}: {says}" for value, says in values.items()),
        )
        for name, values in READ_AS.items()
    ),
    lambda values, _: {name: value for name, value in values.items() if value is not None},
)

SLOTS: Final = (
    Slot("scenario", TEXT, "what it shows, in a sentence", required=True),
    Slot("story", TEXT, "more about it, for who reads the report", default=""),
    Slot(
        "rules",
        Listed(Word(tuple(CLAUSES), what="a clause of the rules")),
        "the clauses that it is about: each has to decide something, else it is undecided",
        default=(),
    ),
    Slot("readings", _READINGS, "values of the readings that differ from the default", default={}),
    Slot("time_zone", Scalar(_zone, "a time zone"), "the broker's", default="Europe/Berlin"),
    Slot("carrier", NAME, "the MVP user who stands for transfers", default="cloudtransfer"),
    Slot(
        "begins",
        Scalar(_begin, "a day with a time"),
        "the first day, with the time at which it begins",
        default=(FIRST_DAY, DAWN),
    ),
    Slot("ends", WHEN, "when it ends; right after the last step unless told"),
    Slot(
        "replicate_every",
        Scalar(interval, "an interval"),
        "the interval of replication: 15m, or never",
        default=None,
    ),
    Slot(
        "delivery",
        Word(DELIVERIES, what="a way of delivery"),
        "immediate, as the rules have it; with_replication: what if messages waited for a run",
        default=IMMEDIATE,
    ),
    Slot(
        "registers",
        Flag(),
        "whether recipients have to register before they can do anything",
        default=False,
    ),
    Slot(
        "caseworkers",
        Named(NAME, _CASEWORKER, CaseworkerSetup()),
        "the caseworkers by name; a list of names is enough",
        default=None,
    ),
    Slot(
        "cases",
        Named(CASE, _CASE, CaseSetup()),
        "the cases by number, each with its subject or more",
        default=None,
    ),
    Slot("steps", Listed(StepForm()), "what is done and looked at, in order"),
    Slot("population", POPULATION, "many people who act by chance"),
    Slot(
        "seed",
        COUNT,
        "what chance begins with: the same seed gives the same run",
        default=1,
    ),
    Slot("faults", Listed(FAULT), "what breaks, and when", default=()),
    Slot(
        "always",
        Listed(Word(tuple(CLAUSES), what="a clause of the rules")),
        "the clauses whose violation counts; all unless told",
        default=(),
    ),
    Slot(
        "sometimes",
        Listed(Word(tuple(GOALS), what="a goal")),
        "what has to come up at least once, else it is undecided",
        default=(),
    ),
    Slot("limits", Listed(LIMIT), "limits on what is measured: delivery p99 <= 2s", default=()),
)

_FILE: Final = Record("a scenario", SLOTS, lambda values, place: (values, place))
#: The fields that nothing else in a file is held against.
_APART: Final = frozenset(
    {"scenario", "story", "rules", "readings", "carrier", "replicate_every", "delivery", "seed"}
    | {"faults", "always", "sometimes", "limits"}
)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        BadScenario: with every mistake of the file.
        OSError: when it cannot be read.
    """
    raw = path.read_bytes()
    faults = Faults(str(path))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        faults.add(Place(line, 1), "the file is not in UTF-8", "save it as UTF-8")
        raise BadScenario(tuple(faults)) from None
    return scenario_of(text, faults)


def scenario_of(text: str, faults: Faults) -> Scenario:
    """Read a scenario from its text.

    Raises:
        BadScenario: with every mistake of the text.
    """
    tree = tree_of(text, faults)
    scenario = None
    if isinstance(tree, Fields):
        values, good = read_fields(tree, SLOTS, _FILE.what, faults)
        bad = {name for name, value in values.items() if value is BAD}
        known = all(key.value in values for key, _ in tree.fields)
        if good or (known and bad <= _APART):  # the names in steps are checked all the same
            values |= {slot.name: slot.default for slot in SLOTS if slot.name in bad}
            scenario = evolve(_whole(values, tree.place, faults), text=text)
    elif tree is not None:
        _FILE.read(tree, faults)
    if faults.found or scenario is None:
        raise BadScenario(tuple(faults))
    return scenario


def _whole(values: dict[str, Any], place: Place, faults: Faults) -> Scenario:
    """Put the parts together, and check what only the whole file shows."""
    zone = ZoneInfo(values["time_zone"])
    day, hour = values["begins"]
    begins = datetime.combine(day, hour, zone).astimezone(UTC)
    population = values["population"]
    bare = values["steps"] is None  # a population needs no case and nobody else
    cases: Mapping[int | str, CaseSetup] = values["cases"] or {}
    if values["cases"] is None and not bare:
        cases = {53: CaseSetup()}
    caseworkers: Mapping[str, CaseworkerSetup] = values["caseworkers"] or {}
    if values["caseworkers"] is None and not bare:
        caseworkers = {"anna": CaseworkerSetup()}
    if bare and population is None:
        faults.add(place, 'a scenario needs "steps" or a "population"', "what is done, and by whom")
    steps = _timed(values["steps"] or (), begins, zone, cases, faults)
    _check_names(cases, steps, faults)
    _check_people(caseworkers, steps, faults)
    if population is None:
        _check_recipients(steps, faults)
    ends = _end(values["ends"], begins, steps, zone, place, faults)
    if population is not None and values["ends"] is None:
        faults.add(place, 'with a population a scenario needs "ends"', "when it ends: day 2 00:00")
    if population is not None and not values["registers"]:
        _check_registers(population, faults)
    _check_groups(values["limits"], population, faults)
    clocks = _Clocks(begins, ends, zone, faults)
    bursts = () if population is None else population.messages.bursts
    return Scenario(
        faults.file,
        values["scenario"],
        values["story"],
        values["rules"],
        values["readings"],
        values["time_zone"],
        values["carrier"],
        begins,
        ends,
        values["replicate_every"],
        values["delivery"],
        values["registers"],
        caseworkers,
        cases,
        steps,
        values["seed"],
        population,
        tuple(clocks.beginning(burst.at, burst.place) for burst in bursts),
        clocks.spans(values["faults"]),
        {one.what: one.share for one in values["faults"] if isinstance(one, Unreliable)},
        values["always"],
        values["sometimes"],
        tuple(limit for _, limit in values["limits"]),
    )


def _check_registers(population: Population, faults: Faults) -> None:
    """Note who never registers where nobody has to."""
    for name, profile in population.profiles.items():
        if profile.never_registers:
            message = f"{quote(name)} never registers, and nobody has to"
            faults.add(profile.place, message, 'write "registers: true" for the whole file')


def _check_groups(
    limits: Iterable[tuple[Place, Limit]], population: Population | None, faults: Faults
) -> None:
    """Check that a limit of somebody's is about an expected action or a profile."""
    known = (*EXPECTED_ACTIONS, *LABELS["expects"], *(population.profiles if population else ()))
    for place, limit in limits:
        if limit.group and limit.group not in known:
            message = f"{quote(limit.group)} is no expected action, and no profile of this file"
            faults.add(place, message, suggest(limit.group, known))


@frozen
class _Clocks:
    """Gives moments of what is not a step; mistakes are noted."""

    begins: datetime
    ends: datetime | None
    zone: ZoneInfo
    faults: Faults

    def beginning(self, asked: When, place: Place) -> datetime:
        """Give the moment at which something begins, which is before the end."""
        moment = self.moment(asked, place, self.begins)
        if self.ends is not None and moment >= self.ends:
            local = self.ends.astimezone(self.zone)
            end = f"the end ({local:%Y-%m-%d %H:%M:%S})"
            self.faults.add(place, f"{asked.text} does not lie before {end}: it would never begin")
        return moment

    def moment(
        self, asked: When, place: Place, before: datetime, above: str = "the beginning"
    ) -> datetime:
        """Give the moment of what is asked for; the beginning where it cannot be."""
        try:
            return moment_of(asked, before, self.begins, self.zone, above)
        except ValueError as error:
            self.faults.add(place, str(error))
            return self.begins

    def spans(self, told: Iterable[Outage | Unreliable]) -> tuple[Span | Outage, ...]:
        """Give the outages, those from when to when with their moments."""
        found: list[Span | Outage] = []
        for one in told:
            if not isinstance(one, Outage):
                continue
            if one.start is None:
                found.append(one)
                continue
            start = self.beginning(one.start, one.place)
            ends = None if one.until is None else self.moment(one.until, one.place, start, '"from"')
            found.append(Span(one, start, ends))
        return tuple(found)


def _timed(
    steps: tuple[Step, ...],
    begins: datetime,
    zone: ZoneInfo,
    cases: Mapping[int | str, CaseSetup],
    faults: Faults,
) -> tuple[Timed, ...]:
    """Give each step its moment, and its case where there is only one."""
    timed: list[Timed] = []
    before = begins
    follows = True  # whether it is known when the step above is
    for step in steps:
        at = None
        follows = follows and (step.at is not None or not step.unread)
        if step.at is not None and follows:
            try:
                at = moment_of(step.at, before, begins, zone)
            except ValueError as error:
                faults.add(step.place, str(error))
            else:
                before = at
        record = dict(step.record)
        if "case" not in record and not step.unread and _has_case(record):
            if len(cases) == 1:
                record["case"] = next(iter(cases))
            else:
                why = "there is more than one" if cases else "there is none"
                faults.add(step.place, f'this step needs "case": {why}')
        timed.append(Timed(step, at, record))
        before += _stay(step)
    return tuple(timed)


def _stay(step: Step) -> timedelta:
    """Give how long a step takes at least: it looks for so long."""
    wait = step.wait
    if wait is None or wait.kind != "stays_for" or wait.duration is None:
        return timedelta()
    return wait.duration


#: What belongs to no case.
_WITHOUT_CASE: Final = frozenset(
    {
        "set_role",
        "set_mail",
        "register",
        "request_link",
        "mark_read",
        "replicate",
        "fault",
        "case_list",
        "inbox",
        "mail",
    }
)


def _has_case(record: Mapping[str, Any]) -> bool:
    return (record.get("act") or record.get("see")) not in _WITHOUT_CASE


def _check_names(
    cases: Mapping[int | str, CaseSetup], steps: tuple[Timed, ...], faults: Faults
) -> None:
    """Check that what a step names is there by then: cases, messages, caseworkers."""
    known_cases = dict.fromkeys(cases)
    messages: dict[str, None] = {}
    perhaps: set[str] = set()  # what may be named in steps with mistakes
    for timed in steps:
        record, place = timed.record, timed.step.place
        act, refused = record.get("act"), timed.step.outcome == "refused"
        case = record.get("case")
        if act == "create_case" and case is not None:
            known_cases[case] = None
        elif case is not None and case not in known_cases and not (refused or str(case) in perhaps):
            faults.add(
                place,
                f"no case has the number {quote(case)}",
                suggest(str(case), map(str, known_cases)),
            )
        message = record.get("message")
        if act in {"send", "reply"} and isinstance(message, str):
            if message in messages and not refused:
                faults.add(place, f"the message {quote(message)} was written already")
            messages[message] = None
        for name in _named_messages(record):
            if name not in messages and name not in perhaps and not refused:
                faults.add(
                    place, f"no message {quote(name)} was written before", suggest(name, messages)
                )
        perhaps |= timed.step.unread


def _check_people(
    caseworkers: Mapping[str, CaseworkerSetup], steps: tuple[Timed, ...], faults: Faults
) -> None:
    """Check that who acts or looks is a caseworker of the file, or an address."""
    known = dict.fromkeys(caseworkers)
    perhaps: set[str] = set()
    for timed in steps:
        if timed.record.get("act") == "set_role" and "caseworker" in timed.record:
            known[timed.record["caseworker"]] = None
        by = timed.record.get("by")
        if isinstance(by, str) and "@" not in by and by not in known and by not in perhaps:
            message = f"{quote(by)} is no caseworker of this scenario, and no address"
            faults.add(timed.step.place, message, suggest(by, known))
        perhaps |= timed.step.unread


def _check_recipients(steps: tuple[Timed, ...], faults: Faults) -> None:
    """Check that a recipient who does something, or is to find a message, was written to before."""
    known: dict[str, None] = {}
    perhaps: set[str] = set()
    for timed in steps:
        record = timed.record
        if record.get("act") in {"send", "set_release"}:
            told = record.get("to") or filter(None, [record.get("recipient")])
            known |= dict.fromkeys(one.strip().lower() for one in told)
        by = str(record.get("by")).strip().lower()
        works = record.get("act") in {"open", "mark_read", "reply"}
        finds = record.get("see") == "inbox" and record.get("messages")
        stranger = "@" in by and by not in known and by not in perhaps
        if stranger and (works or finds) and timed.step.outcome != "refused":
            message = f"nobody wrote to {quote(by)} before"
            faults.add(timed.step.place, message, suggest(by, known))
        perhaps |= {each.strip().lower() for each in timed.step.unread}


def _named_messages(record: Mapping[str, Any]) -> list[str]:
    """Give the messages that a step speaks of, but for one that it writes."""
    named = [record["answers"]] if isinstance(record.get("answers"), str) else []
    act = record.get("act")
    if act not in {"send", "reply"} and isinstance(record.get("message"), str):
        named.append(record["message"])
    named += [entry["message"] for entry in record.get("messages", ()) if "message" in entry]
    named += record.get("under_way", ())
    return named


def _end(
    asked: When | None,
    begins: datetime,
    steps: tuple[Timed, ...],
    zone: ZoneInfo,
    place: Place,
    faults: Faults,
) -> datetime | None:
    if asked is None:
        return None
    last = begins
    for timed in steps:
        last = (timed.at or last) + _stay(timed.step)
    try:
        return moment_of(asked, last, begins, zone)
    except ValueError as error:
        faults.add(place, f"ends: {error}")
        return None


def schema() -> Schema:
    """Give the JSON Schema of scenario files, for completion in editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of messages between an MVP and its collaboration",
        **_FILE.schema(),
    }
