"""What the oracle knows beyond single cases, and how it reports and keeps possibilities apart.

Usually a case has one possible state. It gets several only where a line depends on an envelope
that may or may not have arrived, or on an act of unknown outcome; observations rule states out.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from simulator.oracle.blur import blur
from simulator.oracle.facts import (
    ANSWER,
    DOWN,
    HELD,
    MESSAGE,
    RELEASE,
    UP,
    Case,
    Flight,
    Raw,
    arrive,
)
from simulator.oracle.findings import Finding, Unmentioned
from simulator.oracle.rules.delivery import (
    a_sent_message_is_there_at_once,
    an_outage_delays_and_never_refuses,
    what_is_sent_while_all_is_down_waits,
)
from simulator.oracle.rules.mailing import each_recipient_is_told_at_once
from simulator.oracle.rules.registry import REGISTRY
from simulator.oracle.rules.sending import (
    addresses_differ_by_more_than_case_and_blanks,
    preset_is_what_was_chosen_before,
)
from simulator.oracle.rules.status import days_are_those_of_the_time_zone
from simulator.oracle.settled import Settled
from simulator.press import MakeShelf

Record = dict[str, Any]
#: Judges a line in one state of a case; True if it left all as it was that tells states apart.
Judge = Callable[["World", Case, int, int, Any, str], bool | None]


class Due(NamedTuple):
    """A mail that has to come: since when, by which line, and what it must not say."""

    at: int
    line: int
    text: str | None
    documents: tuple[str, ...]


RULES: Final = tuple(dict.fromkeys(promise.rule for promise in REGISTRY))
INDEX: Final = {rule: index for index, rule in enumerate(RULES)}
#: What is counted: each rule alone, and sets of rules that always decide together.
COUNTED: Final[list[tuple[str, ...]]] = [(rule,) for rule in RULES]
POSSIBILITIES_MAX: Final = 2048
LOGS_MAX: Final = 16 * POSSIBILITIES_MAX  # orders of entries, of all possible states together
QUARTER_US: Final = 900_000_000
DAY_US: Final = 86_400_000_000
NEVER: Final = 1 << 62
UNSEEN_US: Final = 60_000_000  # how often to look for overdue mails where none was ever seen
MAIL_IDS_MAX: Final = 4096
NAMES_MAX: Final = 1000  # of cases or messages, the latest, that an unknown one may be meant for
QUIET_LINES: Final = 50_000  # a case of which so many lines tell nothing is folded up
AWAKE_MIN: Final = 2048  # so many cases are not worth folding
SEEN: Final = ""  # in the place of an outcome: the line shows something
#: Deviates where a message is shown and, in this state, still travels: it is another state then.
SHOWN_YET_TRAVELS: Final = "shown, yet travels"


def together(*rules: str) -> int:
    """Give the place in `World.counts` of rules that decide together."""
    COUNTED.append(rules)
    return len(COUNTED) - 1


class World:
    """The facts of all cases, accounts and mails, and the findings so far."""

    def __init__(
        self,
        readings: Mapping[str, str],
        zone: str,
        carrier: str,
        limit: int,
        make_shelf: MakeShelf,
    ) -> None:
        """Start with nothing known."""
        self.read_as(readings)
        self.zone = ZoneInfo(zone)
        self.carrier = carrier
        self.limit = limit
        self.token, self.borrows = object(), False
        self.cases: dict[int | str, Case] = {}  # those that are awake
        self.awake_max = AWAKE_MIN
        self.settled = Settled(make_shelf)  # the others, folded up
        self.doubt: dict[int | str, list[Case]] = {}
        self.beyond: dict[int | str, int] = {}
        self.home: dict[str, int | str] = {}  # message -> case, of those that are awake
        self.boxes_of: dict[str, tuple[int | str, ...]] = {}  # address -> cases that reached it
        self.roles: dict[str, str] = {}
        self.roles_in_doubt: frozenset[str] = frozenset()  # set with an unknown outcome
        self.emails: frozenset[str] = frozenset()
        self.accounts: dict[str, bool] = {}  # address -> whether this log saw it being created
        self.asked: dict[str, int] = {}  # address -> registration links asked for, not mailed yet
        # What an act of unknown outcome may have registered or created is not sure.
        self.registered, self.perhaps_registered = set[str](), set[str]()
        self.perhaps_created = set[int | str]()
        self.excused: dict[str, tuple[tuple[str, str], ...]] = {}
        self.tries: dict[Hashable, tuple[int, ...]] = {}  # message -> lines of unknown outcome
        # Of such lines: addresses whose account they may have created, mails that came after them.
        self.perhaps_new, self.early = set[str](), set[tuple[str, str, str]]()
        self.links, self.used_links = dict[str, str](), set[str]()  # link -> who it was mailed to
        self.outages: tuple[tuple[int, int], ...] = ()
        self.calm_from = 0  # nothing that is sent from this moment on meets an outage
        self.active = self.down = frozenset[str]()  # `down`: what cannot be reached at all
        self.down_from = NEVER  # since when, without a gap
        self.mail_outages: tuple[tuple[int, int], ...] = ()
        self.mail_active: frozenset[str] = frozenset()
        self.due: dict[tuple[str, str, str], Due] = {}  # by event, message and address
        self.next_due = NEVER
        self.held_back: dict[Raw, int] = {}  # of mails that did not come, while none was seen
        self.given = self.registers = self.mails_seen = False
        self.mail_ids = OrderedDict[str, tuple[str, str, str]]()
        self.common: Hashable = None  # of the fingerprint, while nothing common changes
        self.epoch = object()  # another one after each fault and run
        self.told_presets = frozenset[int | str]()  # cases given with their preset
        self.events_off, self.wording = frozenset[str](), ""  # all that notices were set to say
        self.full_runs = self.partial_runs = 0  # successful in full, or in part at least
        self.full_at = self.partial_at = -1  # the moment of the last one
        self.failed = self.rep_line = 0
        self.refused: set[str] = set()  # messages whose send was refused
        self.counts = [0] * len(COUNTED)
        self.found: dict[tuple[str, str], Finding] = {}
        self.out: list[Finding] = []
        self.trial: list[Raw] | None = None
        self.unknown: dict[int, tuple[int | str, str]] = {}
        self.days: dict[int, int] = {}  # quarter of an hour -> offset
        self.dates: dict[int, str] = {}  # quarter of an hour -> the day that it lies in

    def read_as(self, readings: Mapping[str, str]) -> None:
        """Judge by these readings from now on."""
        self.readings = readings
        self.holds = readings["receipt_transport"] == "replication"  # read marks wait for a run

    def fork(self) -> "World":
        """Give a copy that goes its own way; what is large is copied when either side changes it.

        The counters stay common to both.
        """
        new = World.__new__(World)
        self.borrows = True
        self.settled.share()
        new.__dict__.update(self.__dict__)
        new.cases = self.cases.copy()
        new.doubt = self.doubt.copy()
        self.token = object()
        new.token = object()
        new.out = []
        new.trial = None
        return new

    def own_rest(self) -> None:
        """Stop sharing what changes now and then, before a change of it."""
        if self.borrows:
            self.borrows = False
            for name in _RARE:
                setattr(self, name, getattr(self, name).copy())

    def change_common(self) -> None:
        """Stop sharing before a change of what the fingerprint shows beside the cases."""
        self.common = None
        self.own_rest()

    # Reporting

    def report(
        self, rule: str, key: str, line: int, seen: str, demanded: str, because: str
    ) -> None:
        """Add a finding, or count it where the same deviation was found before."""
        if self.trial is not None:
            self.trial.append((rule, key, line, seen, demanded, because))
            return
        self.own_rest()
        place = (rule, key)
        known = self.found.get(place)
        if known is None:
            finding = Finding(rule, line, seen, demanded, because)
            self.found[place] = finding
            self.out.append(finding)
        else:
            self.found[place] = Finding(
                rule, known.line, known.seen, known.demanded, known.because, known.count + 1
            )

    def decide(self, rule: str) -> None:
        """Count that the rule decided what a line had to be."""
        self.counts[INDEX[rule]] += 1

    def unmentioned(self, line: int, field: str, value: object) -> Unmentioned:
        """Make the error for a case or message that no line mentioned."""
        known: Mapping[Any, Any] = self.cases if field == "case" else self.home
        latest = islice(reversed(known), NAMES_MAX)
        return Unmentioned(line, field, value, tuple(latest)[::-1])

    # Time

    def local(self, at: int) -> int:
        """Give the local time of the broker in microseconds since 1970, offsets cached."""
        quarter = at // QUARTER_US
        offset = self.days.get(quarter)
        if offset is None:
            offset = self.days[quarter] = days_are_those_of_the_time_zone(quarter * 900, self.zone)
        return at + offset

    def day(self, at: int) -> str:
        """Give the calendar day in the broker's time zone (STA-9)."""
        quarter = at // QUARTER_US
        day = self.dates.get(quarter)
        if day is None:
            first = self.local(quarter * QUARTER_US)
            if first // DAY_US != (first + QUARTER_US - 1) // DAY_US:
                return utc_day(self.local(at))
            day = self.dates[quarter] = utc_day(first)
        return day

    def deadline(self, sent: int, *, mail: bool = False) -> int:
        """Give the moment by which what was sent then must be there; outages extend it."""
        outages = self.mail_outages if mail else self.outages
        return an_outage_delays_and_never_refuses(sent, self.limit, outages)

    def is_over(self, sent: int, at: int, *, mail: bool = False) -> bool:
        """Tell whether what was sent must be there by now."""
        latest = self.deadline(sent, mail=mail)
        if mail:
            return not each_recipient_is_told_at_once(at, latest)
        return a_sent_message_is_there_at_once(at, latest, self.limit)

    # Cases and their possible states

    def case(self, number: Any, line: int) -> Case:
        """Give a case that was mentioned, owned by this world."""
        case = self.cases.get(number) or self._unfolded(number, line)
        if case.token is not self.token:
            case = self.own(case)
        case.cached = None
        return case

    def _unfolded(self, number: Any, line: int) -> Case:
        case = self.find(number)
        if case is None:
            raise self.unmentioned(line, "case", number)
        return case

    def find(self, number: Any) -> Case | None:
        """Give a case, unfolded if need be; None if it was never mentioned."""
        case = self.cases.get(number)
        if case is None and number in self.settled:
            self.own_rest()
            self.cases[number] = case = self.settled.unfold(number, self.token)
        return case

    def knows(self, number: Any) -> bool:
        """Tell whether a case was mentioned."""
        return number in self.cases or number in self.settled

    def exists(self, number: Any) -> None:
        """Know that a case is there, whatever became of the act that was to create it."""
        if number in self.perhaps_created:
            self.change_common()
            self.perhaps_created.discard(number)

    def numbers(self) -> list[int | str]:
        """Give the numbers of all cases that were mentioned: those that are awake come first."""
        return list(dict.fromkeys((*self.cases, *self.settled.numbers)))

    def home_of(self, message: str) -> int | str | None:
        """Give the case that a message belongs to; None if it was never mentioned."""
        number = self.home.get(message)
        return self.settled.home_of(message) if number is None else number

    def reaches(self, recipient: str, number: int | str) -> None:
        """Know that a case reached a recipient."""
        numbers = self.boxes_of.get(recipient, ())
        if number not in numbers:
            self.boxes_of[recipient] = (*numbers, number)

    def own(self, case: Case) -> Case:
        """Copy the case, and its other possible states, before a change."""
        number = case.number
        if case.split:
            states = [state.copy(self.token) for state in self.doubt[number]]
            self.doubt[number] = states
            new = states[0]
        else:
            new = case.copy(self.token)
            new.cached = case.cached
        self.cases[number] = new
        return new

    def let_sleep(self, line: int, at: int) -> None:
        """Fold up the cases of which no line told for long."""
        before = line - QUIET_LINES
        quiet: list[Case] = []
        for number in tuple(self.cases):
            case = self.case(number, line)
            rests = case.last_line < before and case.seen < before
            states = self.come_to_rest(case, line, at) if rests else ()
            if len(states) == 1 and not states[0].flights:
                quiet.append(states[0])
        if quiet:
            self._fold(quiet)
        awake = len(self.cases)
        self.awake_max = awake + max(awake // 4, AWAKE_MIN)

    def _fold(self, quiet: Sequence[Case]) -> None:
        self.own_rest()
        messages: dict[int | str, list[str]] = {case.number: [] for case in quiet}
        home: dict[str, int | str] = {}
        for message, number in self.home.items():
            if number in messages:
                messages[number].append(message)
            else:
                home[message] = number
        self.home = home
        self.settled.fold([(case, messages[case.number]) for case in quiet])
        for case in quiet:
            del self.cases[case.number]

    def new_case(self, number: int | str, *, told: bool) -> Case:
        """Begin a case."""
        case = Case(number, self.token)
        case.told = told
        self.cases[number] = case
        return case

    def judge(
        self, number: Any, judge: Judge, need: str, line: int, at: int, data: Any, outcome: str
    ) -> None:
        """Judge a line about a case in each of its possible states, and keep those that fit."""
        case = self.cases.get(number) or self._unfolded(number, line)
        if outcome == "refused" and not case.flights and not case.split:
            judge(self, case, line, at, data, outcome)
            return
        if case.token is not self.token:
            case = self.own(case)
        if case.split or outcome == "unknown" or (case.flights and not self.calm(case, need, at)):
            self._branch(case, judge, need, line, at, data, outcome)
            return
        if not judge(self, case, line, at, data, outcome):
            case.cached = None

    def calm(self, case: Case, need: str, at: int) -> bool:
        """Let arrive what must be there by now; tell whether nothing that travels matters."""
        if self.holds:
            return all(map(self._waits_for_a_run, case.flights))
        oldest = case.flights[0].at
        if oldest < self.calm_from:
            return False
        if oldest + self.limit < at:
            if _may_overtake(case.flights):
                return False
            case.cached = None
            self.settle(case, at)
            if not case.flights:
                return True
        for flight in case.flights:  # noqa: SIM110 - any() takes twice as long
            if self._matters(flight, need):
                return False
        return True

    def _branch(
        self, case: Case, judge: Judge, need: str, line: int, at: int, data: Any, outcome: str
    ) -> None:
        number = case.number
        states = self._what_must_be_there(case, at)
        if outcome == SEEN and need:
            states = self._fewest_arrivals(states, judge, need, line, at, data)
        else:
            if need:
                states = [some for state in states for some in self.arrivals(state, need, at)]
            states = self._bounded(self._distinct(states), line)
            if outcome == "unknown":
                states = self._both(states, judge, line, at, data)
            elif len(states) == 1:
                judge(self, states[0], line, at, data, outcome)
            else:
                tried = [(one, self._try(one, judge, line, at, data, outcome)) for one in states]
                states = self._fitting(tried)
        self.keep(number, states, line)

    def _fewest_arrivals(
        self, states: list[Case], judge: Judge, need: str, line: int, at: int, data: Any
    ) -> list[Case]:
        """Give the states that fit what was seen with the fewest arrivals.

        What else may have arrived is left open: a later line shows it.
        """
        tried: list[tuple[Case, list[Raw]]] = []
        level = states
        while level:
            unfit: list[Case] = []
            for state in level:
                other = state.copy(self.token)
                findings = self._try(other, judge, line, at, data, SEEN)
                tried.append((other, findings))
                if findings:
                    unfit.append(state)
            level = self._next_arrivals(unfit, need, at)
            followed = [*level, *[one for one, _ in tried]]
            if _are_too_many(followed):
                folded = self._bounded(followed, line)
                tried = [(one, self._try(one, judge, line, at, data, SEEN)) for one in folded]
                break
        return self._fitting(tried)

    def _bounded(self, states: list[Case], line: int) -> list[Case]:
        """Fold the states where they are too many; the case then stays undecided."""
        if not _are_too_many(states):
            return states
        self.own_rest()
        self.beyond.setdefault(states[0].number, line)
        return blur([state for state in states if not state.charges], self._not_to_be_forgotten)

    def _not_to_be_forgotten(self, state: Case) -> Hashable:
        preset = state.preset
        if preset is not None and state.chosen is not None:
            reading = self.readings["preset_recipients"]
            preset = preset_is_what_was_chosen_before(preset, state.chosen, reading)
        return (
            preset,
            frozenset(
                (one, box.right) for one, box in state.boxes.items() if box.right is not None
            ),
            tuple(flight for flight in state.flights if flight.kind == RELEASE),
            state.sent if self.readings["last_communication"] == "last_sent" else None,
        )

    def keep(self, number: int | str, states: list[Case], line: int) -> None:
        """Keep the states that differ, up to a bound; beyond it they are folded."""
        if len(states) > 1:
            states.sort(key=lambda state: len(state.charges))
            states = self._bounded(self._distinct(states), line)
        proved = states[0].charges
        for charge in proved:
            self.report(*charge)
        self.cases[number] = states[0]
        for state in states:
            state.cached = None
            state.split = len(states) > 1
            if proved:
                state.charges = tuple(one for one in state.charges if one not in proved)
        if len(states) > 1:
            self.doubt[number] = states

    def _distinct(self, states: list[Case]) -> list[Case]:
        """Give the states that differ; of those that differ in the order of the log alone, one."""
        unique: dict[Hashable, Case] = {}
        for state in reversed(states):
            key = (*state.key(self.day), state.logs())
            if key in unique:
                state.receipts = _later(state.receipts, unique[key].receipts)
            unique[key] = state
        return _merged(list(unique.values())[::-1], self.day)

    def _both(self, states: list[Case], judge: Judge, line: int, at: int, data: Any) -> list[Case]:
        """Give the states in which an act of unknown outcome did not happen, and those in which.

        What the act then breaks is charged to the state, and found once that is the only one.
        """
        kept = list(states)
        for state in states:
            other = state.copy(self.token)
            other.charges += tuple(self._try(other, judge, line, at, data, "ok"))
            other.happened |= {line}
            kept.append(other)
        self.own_rest()
        self.unknown[line] = (kept[0].number, judge.__name__.strip("_"))
        return kept

    def _try(
        self, state: Case, judge: Judge, line: int, at: int, data: Any, outcome: str
    ) -> list[Raw]:
        trial: list[Raw] = []
        self.trial = trial
        try:
            judge(self, state, line, at, data, outcome)
        finally:
            self.trial = None
        return trial

    def _fitting(self, tried: list[tuple[Case, list[Raw]]]) -> list[Case]:
        """Give the states that fit; where none does, report what the one that is best lacks."""
        kept = [state for state, findings in tried if not findings]
        if kept:
            return kept
        state, findings = min(tried, key=_how_far_off)
        for finding in (*state.charges, *findings):
            self.report(*finding)
        state.charges = ()
        return [state]

    # Arrival

    def depart(self, case: Case, flights: Sequence[Flight], at: int) -> None:
        """Let envelopes leave; with a limit of 0 they arrive if nothing is in the way."""
        if self.limit:
            case.flights = (*case.flights, *flights)
        elif case.flights or self.holds or at < self.calm_from:
            case.flights = (*case.flights, *flights)
            self.settle(case, at)
        else:
            for flight in flights:
                arrive(case, flight, at, at, self.readings)

    def come_to_rest(self, case: Case, line: int, at: int) -> Sequence[Case]:
        """Let arrive in a case what must be there by now; give its possible states."""
        number = case.number
        self.keep(number, self._what_must_be_there(case, at), line)
        return self.doubt.get(number) or [self.cases[number]]

    def _what_must_be_there(self, case: Case, at: int) -> list[Case]:
        """Let arrive what must be there by now, in every order in which it may have come."""
        states = self.doubt.pop(case.number) if case.split else [case]
        states = [
            some
            for state in states
            for some in (self.arrivals(state, UP, at) if self._overtakes(state, at) else [state])
        ]
        for state in states:
            self.settle(state, at)
        return states

    def _overtakes(self, case: Case, at: int) -> bool:
        """Tell whether a reply that must be there by now may have met one of somebody else."""
        return _may_overtake(case.flights) and any(
            one.kind == ANSWER and self.is_over(one.at, at) for one in case.flights
        )

    def deliver(self, number: int | str, under_way: Collection[str], line: int, at: int) -> None:
        """Let arrive what was sent and is under way no more; what still is may be there or not."""
        case = self.cases.get(number)
        if case is not None and not case.flights and not case.split:
            return  # nothing travels, as a rule
        case = self.case(number, line)
        for state in self.doubt[number] if case.split else (case,):
            if state.flights:
                self._deliver(state, under_way, at)

    def _deliver(self, case: Case, under_way: Collection[str], at: int) -> None:
        last: dict[str, Flight] = {}  # what has arrived of each recipient's channel
        for flight in case.flights:
            if flight.kind == MESSAGE and flight.message not in under_way:
                last[flight.recipient] = flight
        stay: list[Flight] = []
        for flight in case.flights:
            waits = what_is_sent_while_all_is_down_waits(flight.at, self.down_from)
            if flight.way != DOWN or waits or flight.recipient not in last:
                stay.append(flight)
                continue
            latest = max(flight.at, min(at, self.deadline(flight.at)))
            arrive(case, flight, flight.at, latest, self.readings)
            if last[flight.recipient] is flight:
                del last[flight.recipient]
        if len(stay) < len(case.flights):
            case.cached = None
            case.flights = tuple(stay)

    def settle(self, case: Case, at: int) -> None:
        """Let everything arrive that must be there by now, in the order in which it left."""
        flights, limit = case.flights, self.limit
        if not flights:
            return
        past = limit == 0 or flights[-1].at + limit < at
        if past and flights[0].at >= self.calm_from and not self.holds:
            case.flights = ()
            for flight in flights:
                arrive(case, flight, flight.at, flight.at + limit, self.readings)
            return
        stay: list[Flight] = []
        for flight in flights:
            held = flight.way == HELD
            if self.full_at > flight.at if held else self.is_over(flight.at, at):
                latest = max(flight.at, min(at, self.deadline(flight.at)))
                arrive(case, flight, flight.at, latest, self.readings)
            else:
                stay.append(flight)
        case.flights = tuple(stay)

    def arrivals(self, case: Case, need: str, at: int) -> list[Case]:
        """Give the states that differ by what arrived so far, all arrived first, none last.

        Of more than are followed, only as many are given that this shows.
        """
        states = level = [case]
        while level and not _are_too_many(states):
            level = self._next_arrivals(level, need, at)
            states = [*level, *states]
        return states

    def _next_arrivals(self, states: Sequence[Case], need: str, at: int) -> list[Case]:
        """Give the states in which one thing more has arrived, the order of the log left open."""
        further: list[Case] = []
        for case in states:
            heads: dict[tuple[str, str], Flight] = {}
            for flight in case.flights:
                if self._matters(flight, need):
                    heads.setdefault((flight.way, flight.recipient), flight)
            for flight in heads.values():
                other = case.copy(self.token)
                flights = list(case.flights)
                flights.remove(flight)
                other.flights = tuple(flights)
                latest = max(flight.at, min(at, self.deadline(flight.at)))
                arrive(other, flight, flight.at, latest, self.readings)
                further.append(other)
        return _merged(further)

    def _matters(self, flight: Flight, need: str) -> bool:
        if flight.way == DOWN:
            return flight.recipient == need
        return need == UP and (flight.way == UP or self._may_be_carried(flight))

    def _waits_for_a_run(self, flight: Flight) -> bool:
        return flight.way == HELD and not self._may_be_carried(flight)

    def _may_be_carried(self, flight: Flight) -> bool:
        return self.partial_at >= flight.at


def _are_too_many(states: Sequence[Case]) -> bool:
    """Tell whether there are more possible states than are followed."""
    logs = sum([len(one.other_logs) for one in states])
    return len(states) > POSSIBILITIES_MAX or logs > LOGS_MAX


def _how_far_off(tried: tuple[Case, list[Raw]]) -> tuple[bool, int]:
    """Tell how badly a state fits: one in which what was shown still travels is none."""
    state, findings = tried
    unreal = any(deviates == SHOWN_YET_TRAVELS for _, deviates, *_ in findings)
    return unreal, len(findings) + len(state.charges)


def _may_overtake(flights: Sequence[Flight]) -> bool:
    """Tell whether replies of several recipients are under way: any may come first (DLV-5)."""
    return len(flights) > 1 and len({one.recipient for one in flights if one.kind == ANSWER}) > 1


def _merged(states: list[Case], when: Callable[[int], Hashable] = int) -> list[Case]:
    """Make one state of those that differ in the order of the log alone: only the log shows it."""
    unique: dict[Hashable, Case] = {}
    for state in states:
        key = (*state.key(when), state.happened, state.charges)
        same = unique.setdefault(key, state)
        if same is not state:
            same.stands_as(same.logs() | state.logs())
            same.receipts = _later(same.receipts, state.receipts)
    return list(unique.values())


def _later(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    """Give the later of two moments at which each message may have been delivered."""
    return (
        one if one == other else {**one, **{m: max(at, one.get(m, at)) for m, at in other.items()}}
    )


#: What lines change only now and then: forks share it until one of them changes any of it.
_RARE: Final = (
    "boxes_of",
    "home",
    "settled",
    "roles",
    "accounts",
    "asked",
    "links",
    "used_links",
    "due",
    "held_back",
    "mail_ids",
    "found",
    "unknown",
    "beyond",
    "excused",
    "registered",
    "perhaps_registered",
    "perhaps_created",
    "tries",
    "perhaps_new",
    "early",
    "refused",
)


def utc_day(at: int) -> str:
    """Give the calendar day of a moment in UTC."""
    day = at // DAY_US
    text = _DAYS.get(day)
    if text is None:
        text = _DAYS[day] = date.fromordinal(_EPOCH + day).isoformat()
    return text


_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAYS: Final[dict[int, str]] = {}

address = lru_cache(8192)(addresses_differ_by_more_than_case_and_blanks)
