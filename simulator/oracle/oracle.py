"""The oracle: takes the lines of a trace one by one and judges them."""

from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from simulator.history.vocabulary import READINGS
from simulator.oracle.acts import ACTS
from simulator.oracle.facts import HELD, LINE_OF_FLIGHT, RECEIVED, Case
from simulator.oracle.findings import Finding, Verdict
from simulator.oracle.givens import GIVENS
from simulator.oracle.rules.inbox import ACKNOWLEDGE
from simulator.oracle.sees import SEES
from simulator.oracle.sees.mail import overdue
from simulator.oracle.world import COUNTED, NEVER, RULES, World
from simulator.press import InMemory, MakeShelf

NONE: Final[tuple[Finding, ...]] = ()


class Oracle:
    """Judges a trace line by line under one setting of the readings."""

    __slots__ = ("world",)

    def __init__(
        self,
        readings: Mapping[str, str] = MappingProxyType({}),
        *,
        time_zone: str = "Europe/Berlin",
        carrier: str = "cloudtransfer",
        limit_us: int = 2_000_000,
        registers: bool = False,
        make_shelf: MakeShelf = InMemory,
    ) -> None:
        """Start with no facts; readings that are not named have their default.

        `limit_us` is what "at once" means, in microseconds; with `registers`, accounts that the
        trace creates have to register before they act (ACC-2). Cases of which nothing is told for
        long are laid on a shelf.
        """
        values = {name: readings.get(name, allowed[0]) for name, allowed in READINGS.items()}
        self.world = World(values, time_zone, carrier, limit_us, make_shelf)
        self.world.registers = registers

    def take(self, line: int, at: int, record: dict[str, Any]) -> Sequence[Finding]:
        """Fold one line (its moment in microseconds since 1970 UTC) and judge it.

        Gives the new findings. Raises BadLine where the line does not fit those before it:
        it names what none told of, or uses the id of another message.
        """
        world = self.world
        word = record.get("see")
        if word is not None:
            SEES[word](world, line, at, record)
        else:
            word = record.get("act")
            if word is not None:
                ACTS[word](world, line, at, record)
            else:
                world.given = True
                world.change_common()
                GIVENS[record["given"]](world, line, at, record)
        if world.perhaps_created and record.get("outcome", "ok") == "ok":
            world.exists(record.get("case"))  # what was done to it or shown of it proves it
        if len(world.cases) > world.awake_max:
            world.let_sleep(line, at)
        if at > world.next_due:
            overdue(world, at, line)
        if world.out:
            found = tuple(world.out)
            world.out = []
            return found
        return NONE

    @property
    def decisive(self) -> Mapping[str, int]:
        """How often each rule decided what a line had to be."""
        decisive = dict.fromkeys(RULES, 0)
        for rules, count in zip(COUNTED, self.world.counts, strict=True):
            for rule in rules:
                decisive[rule] += count
        return decisive

    def finish(self) -> Verdict:
        """Close the trace and give the verdict."""
        world = self.world
        findings = tuple(sorted(world.found.values(), key=lambda finding: finding.line))
        undecided = [
            f"line {line}: case {number} had more possible states than are followed;"
            " what tells them apart was not judged until it was seen again; where replies of"
            " several recipients came within the limit, arrival lines tell their order"
            for number, line in world.beyond.items()
        ]
        for line, (number, act) in world.unknown.items():
            states = world.doubt.get(number, ())
            told = {line in state.happened for state in states if not state.charges}
            if len(told) > 1:
                undecided.append(
                    f"line {line}: whether the {act} of unknown outcome happened was never shown"
                )
        decisive = self.decisive
        if not any(decisive.values()):
            undecided.append("no line exercised any rule")
        return Verdict(findings, tuple(undecided), decisive)

    def fork(self) -> "Oracle":
        """Give a copy that goes its own way; cases are copied when they change."""
        new = Oracle.__new__(Oracle)
        new.world = self.world.fork()
        return new

    def fingerprint(self) -> Hashable:
        """Give what the oracle still distinguishes; logs and counters are left out."""
        world = self.world
        if world.common is None:
            world.common = _common(world)
        if not world.doubt and len(world.cases) == 1:  # alone it is not folded up
            return world.common, _cached_rest(world, next(iter(world.cases.values())))
        cases = [
            (number, *[_cached_rest(world, state) for state in world.doubt.get(number) or [alone]])
            for number in world.numbers()
            if (alone := world.find(number))
        ]
        return world.common, tuple(cases)


def _common(world: World) -> Hashable:
    """Give what belongs to no single case."""
    return (
        tuple(sorted(world.roles.items())),
        world.emails,
        tuple(sorted(world.accounts.items())),
        frozenset(world.registered),
        frozenset(world.perhaps_registered),
        frozenset(world.perhaps_created),
        world.down,
        world.mail_active,  # also what delays messages: all of that delays mails
        world.events_off,
        world.wording,
        tuple(sorted(world.due)),
        frozenset([(owner, link in world.used_links) for link, owner in world.links.items()]),
        tuple(sorted(world.asked.items())),
    )


def _cached_rest(world: World, case: Case) -> Hashable:
    cached = case.cached
    if cached is None or cached[0] is not world.epoch:
        cached = case.cached = (world.epoch, case.number, _rest(world, case))
    return cached[1:]


def _rest(world: World, case: Case) -> tuple[Hashable, ...]:
    """Give a state once all that travels has arrived, as far as no outage holds it up.

    Runs count from now, and of what was read only what can still show in the fields.
    """
    if case.flights and not world.active:
        case = case.copy(world.token)
        world.settle(case, NEVER)
    versions = case.versions
    base = len(versions) - 1
    while base > 0 and versions[base][0] >= world.full_runs:
        base -= 1
    day, follow_up, flights = world.day, case.follow_up, case.flights
    boxes = sorted(case.boxes.items()) if len(case.boxes) > 1 else case.boxes.items()
    return (
        tuple([(name, max(box.version - base, 0), box.key()) for name, box in boxes]),
        flights
        and tuple(
            [(*one[1:LINE_OF_FLIGHT], day(one.at), one.at >= world.down_from) for one in flights]
        ),
        flights and tuple([world.partial_at >= one.at for one in flights if one.way == HELD]),
        case.kind,
        case.message,
        day(case.moment) if case.kind == RECEIVED else None,
        _reads_that_count(world, case),
        case.sent,
        (day(follow_up[0]), day(follow_up[1])) if isinstance(follow_up, tuple) else follow_up,
        case.preset,
        case.chosen,
        case.documents,
        case.perhaps,
        tuple(
            [(subject, partial < world.partial_runs) for _, partial, _, subject in versions[base:]]
        ),
        case.happened,
        case.given_date,
    )


def _reads_that_count(world: World, case: Case) -> Hashable:
    """Give what of the readings of the last communication can still make a difference."""
    if not case.reads:
        return None
    reading = world.readings["several_acknowledge"] if case.kind == ACKNOWLEDGE else "first"
    if reading == "first":
        return world.day(min(case.reads.values()))
    return world.day(max(case.reads.values()))  # the mailboxes tell who has read
