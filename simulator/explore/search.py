"""Breadth-first search over every interleaving of a world's acts, on the domain and the oracle.

Each state holds both: the domain in memory and an oracle that has seen the same trace. Two paths
lead to the same state if neither side can tell them apart any more; activity lists and counters
only grow and are left out, and so is the moment within a day. No symmetry is used: the alphabets
are not symmetric in their people.
"""

from collections.abc import Generator, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from attrs import Factory, define, frozen

from reference.domain.readings import readings_from
from reference.domain.rules import Rules, rules_for
from simulator.explore.goals import GOALS, Looks
from simulator.explore.worlds import ANNA, CASE, Record, World
from simulator.history.moments import microseconds
from simulator.oracle import Finding, Oracle
from simulator.targets.model import Model
from simulator.targets.port import arrival

#: Half an hour to midnight in UTC: already the next day where the broker is.
START: Final = datetime(2024, 1, 15, 23, 30, tzinfo=UTC)
#: From one day to the next: two, so that no day of the broker's is the day before's in UTC.
NIGHT: Final = timedelta(days=2)
WRITING: Final = frozenset({"note", "send", "reply"})  # the acts that leave an entry at once
LOG: Final = ("activities", ANNA, CASE)


@cache
def moment(day: int) -> tuple[datetime, int]:
    """Give the moment of all acts of a day: as a datetime and in microseconds.

    The oracle needs to know the order of acts and of what came of them, and is told of two more
    microseconds with each. Its limit is 0: what is sent is there at once, or held up by a fault.
    """
    return timed(START + day * NIGHT)


def timed(at: datetime) -> tuple[datetime, int]:
    """Give a moment as a datetime and in microseconds since 1970."""
    return at, microseconds(at)


@cache
def views(world: World) -> Sequence[tuple[str, str, int | None]]:
    """Give everything that can be looked at: the observation, who looks, and at which case."""
    views: list[tuple[str, str, int | None]] = []
    for by in world.recipients:
        views += [("inbox", by, None), ("portal_case", by, CASE)]
    views.append(LOG)
    for by in world.viewers:
        views += [("case", by, CASE), ("case_list", by, None)]
    return [*views, ("preset", ANNA, CASE)]


def told(act: Record, outcome: str, after: Model) -> Record:
    """Give an act as a line tells it, with its outcome, and what a replication carried."""
    line = {**act, "outcome": outcome}
    if act["act"] == "replicate" and outcome == "ok":
        line["bundles"] = list(after.run)
    return line


def came_of(after: Model, act: Record) -> Sequence[Record]:
    """Give what an act let arrive: messages in the case that were written earlier, and mails."""
    mails, deliveries = after.told()
    if act["act"] == "reply":
        return mails
    return [*(arrival(each) for each in deliveries if each.to is None), *mails]


@frozen
class Step:
    """What was done to get from one state to the next; no record: a day passed."""

    record: Record | None
    outcome: str


@define
class Node:
    """A state: both sides, the day, how many messages there are, and how it was reached."""

    model: Model
    oracle: Oracle
    day: int
    depth: int
    messages: int
    looks: Looks
    parent: "Node | None" = None
    step: Step | None = None
    spare: Model | None = None  # a copy of the model, for the next act that is tried
    oracle_key: Hashable = None  # the oracle's fingerprint, while acts are tried

    def steps(self) -> list[Step]:
        """Give the steps from the beginning to here."""
        node: Node | None = self
        steps: list[Step] = []
        while node is not None and node.step is not None:
            steps.append(node.step)
            node = node.parent
        return steps[::-1]


@frozen
class Counterexample:
    """The steps to a state in which the two sides disagree, and what the oracle says of it."""

    steps: tuple[Step, ...]
    finding: Finding


@define
class Found:
    """What a search has come across so far."""

    states: int = 1
    transitions: int = 0
    depth: int = 0
    counterexample: Counterexample | None = None
    refusals: set[str] = Factory(set[str])
    goals: set[str] = Factory(set[str])
    decisive: Mapping[str, int] = Factory(dict[str, int])

    @property
    def refuted(self) -> bool:
        """Whether the two sides disagree somewhere."""
        return self.counterexample is not None


@frozen
class Settings:
    """A world with one setting of the readings, and how many messages it may hold."""

    world: World
    readings: Mapping[str, str]
    messages: int

    def rules(self) -> Rules:
        """Give the rules under these readings."""
        return rules_for(readings_from(self.readings))


def settings_of(world: World, messages: int | None = None) -> Iterator[Settings]:
    """Give every setting that a world is explored under."""
    for readings in world.vary:
        yield Settings(world, readings, world.messages if messages is None else messages)


def search(settings: Settings, rules: Rules) -> Generator[Found, None, None]:
    """Search everything; what was found is given after each level, the beginning first.

    The search ends at the first state in which the oracle finds fault.
    """
    found = Found()
    root = _beginning(settings, rules, found)
    level = [root]
    seen: set[Hashable] = {_key(root)}
    yield found
    while level and not found.refuted:
        following: list[Node] = []
        for node in level:
            if not found.refuted:
                _expand(node, settings, found, seen, following)
        if following or found.refuted:
            found.depth += 1
        level = following
        found.decisive = root.oracle.decisive  # forks share their counters
        yield found


def _key(node: Node) -> Hashable:
    return node.day, node.model.fingerprint(), node.oracle.fingerprint()


def _beginning(settings: Settings, rules: Rules, found: Found) -> Node:
    registers = settings.world.registers
    oracle = Oracle(settings.readings, limit_us=0, registers=registers)
    root = Node(Model(rules, registers), oracle, 0, 0, 0, {})
    at, at_us = moment(0)
    for record in settings.world.beginning:
        outcome, _ = root.model.act(record, at)
        oracle.take(0, at_us, {**record, "outcome": outcome})
    finding = _look(root, views(settings.world))
    if finding is not None:
        found.counterexample = Counterexample((), finding)
    return root


def _expand(
    node: Node, settings: Settings, found: Found, seen: set[Hashable], following: list[Node]
) -> None:
    """Try every act in a state; states that are new are looked at from all sides."""
    world = settings.world
    node.oracle_key = node.oracle.fingerprint()
    if node.day + 1 < world.days:
        _pass_a_day(node, world, found, seen, following)
    for record, writes in world.acts(node.messages, settings.messages):
        _apply(node, record, world, found, seen, following, writes=writes)
        if found.refuted:
            return
    node.spare = node.oracle_key = None


def _pass_a_day(
    node: Node, world: World, found: Found, seen: set[Hashable], following: list[Node]
) -> None:
    found.transitions += 1
    after = Node(
        node.model, node.oracle, node.day + 1, node.depth, node.messages, {}, node, Step(None, "")
    )
    _keep(node, after, {}, world, found, seen, following)


def _apply(
    node: Node,
    record: Record,
    world: World,
    found: Found,
    seen: set[Hashable],
    following: list[Node],
    *,
    writes: bool,
) -> None:
    """Do one act on a copy of both sides; the oracle judges its outcome and the mails it caused."""
    found.transitions += 1
    depth = node.depth + 1
    at, at_us = moment(node.day)
    at_us += 2 * depth
    model, node.spare = node.spare or node.model.fork(), None
    outcome, reason = model.act(record, at)
    oracle = node.oracle.fork()
    line = told(record, outcome, model)
    findings = oracle.take(depth, at_us, line)
    if reason is not None:
        found.refusals.add(reason)
        if not findings:
            node.spare = model
            return  # neither side changes with a refused act
    for seen_line in came_of(model, record):
        findings = findings or oracle.take(depth, at_us, seen_line)
    if model.fingerprint() is node.model.fingerprint():
        node.spare, model = model, node.model  # it did not change
        silent = not findings and record["act"] not in WRITING
        if silent and oracle.fingerprint() == node.oracle_key:
            return  # nor did the oracle: this is the state where the act was tried
    messages = node.messages + (writes and outcome == "ok")
    step = Step(record, outcome)
    after = Node(model, oracle, node.day, depth, messages, {}, node, step)
    if findings:
        found.counterexample = Counterexample(tuple(after.steps()), findings[0])
        return
    _keep(node, after, line, world, found, seen, following)


def _keep(
    node: Node,
    after: Node,
    line: Record,
    world: World,
    found: Found,
    seen: set[Hashable],
    following: list[Node],
) -> None:
    """Look at a state that is new from all sides, and go on from it later.

    Of one that is known, only what was logged on the way is looked at, as logs are left out.
    """
    count = len(seen)
    seen.add(_key(after))
    known = len(seen) == count
    if known and line.get("act") not in WRITING and after.model.logged == node.model.logged:
        return
    finding = _look(after, (LOG,) if known else views(world))
    if not known:
        found.states += 1
        following.append(after)
    if finding is not None:
        found.counterexample = Counterexample(tuple(after.steps()), finding)
    elif not known and line.get("outcome") == "ok":
        for goal, reached in GOALS.items():
            if goal not in found.goals and reached(line, node.looks, after.looks):
                found.goals.add(goal)


def _look(node: Node, what: Sequence[tuple[str, str, int | None]]) -> Finding | None:
    """Compare what the domain shows people with what the oracle demands; the first finding."""
    at_us = moment(node.day)[1] + 2 * node.depth + 1
    looks: dict[tuple[str, str], Record] = {}
    for see, by, case in what:
        record = node.model.look(see, by, case)
        if record is None:
            continue
        looks[see, by] = record
        findings = node.oracle.take(node.depth, at_us, record)
        if findings:
            return findings[0]
    node.looks = looks
    return None
