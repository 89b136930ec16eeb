"""Breadth-first search over every interleaving of a world's acts, on the domain and the oracle.

Each state holds both: the domain in memory and an oracle that has seen the same trace. Two paths
lead to the same state if neither side can tell them apart any more; activity lists and counters
only grow and are left out, and so is the moment within a day. No symmetry is used: the alphabets
are not symmetric in their people.

Both sides are kept in a `memo`: an act in a state is an act that was judged before if both agree
on all that it asks for. The acts of one person ask for much the same, and are looked up together.
"""

from collections.abc import Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import orjson
from attrs import Factory, define, evolve, frozen

from reference.domain.readings import readings_from
from reference.domain.rules import Rules, rules_for
from simulator.explore.cells import counted, memo_of_model, memo_of_oracle
from simulator.explore.goals import GOALS, Looks
from simulator.explore.memo import Batch, Leaf, Memo, State, Work
from simulator.explore.worlds import ANNA, CASE, Record, World
from simulator.oracle import Finding, Oracle
from simulator.targets.model import Model

#: Half an hour to midnight in UTC: already the next day where the broker is.
START: Final = datetime(2024, 1, 15, 23, 30, tzinfo=UTC)
#: From one day to the next: two, so that no day of the broker's is the day before's in UTC.
NIGHT: Final = timedelta(days=2)
View = tuple[str, str, int | None]  # the observation, who looks, and at which case
COUNTING: Final = frozenset({"fault", "replicate"})  # the acts that all others lie before or after
WRITING: Final = frozenset({"note", "send", "reply"})  # the acts that leave an entry at once
LOG: Final = ("activities", ANNA, CASE)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@cache
def moment(day: int, tick: int = 0) -> tuple[datetime, int]:
    """Give a moment of a day: as a datetime, and in microseconds with so many ticks added.

    The oracle needs to know the order of faults and runs, of all else, and of what is seen then.
    Its limit is 0: what is sent is there at once, or held up by a fault.
    """
    at, at_us = timed(START + day * NIGHT)
    return at, at_us + tick


def timed(at: datetime) -> tuple[datetime, int]:
    """Give a moment as a datetime and in microseconds since 1970."""
    return at, (at - _EPOCH) // _MICROSECOND


@cache
def views(world: World) -> tuple[tuple[View, ...], ...]:
    """Give everything that can be looked at; what depends on much the same stands together."""
    views: list[tuple[View, ...]] = [
        (("inbox", by, None), ("portal_case", by, CASE)) for by in world.recipients
    ]
    views.append((LOG,))
    views += [(("case", by, CASE), ("case_list", by, None)) for by in world.viewers]
    return (*views, (("preset", ANNA, CASE),))


def told(act: Record, outcome: str, after: Model) -> Record:
    """Give an act as a line tells it, with its outcome, and what a replication carried."""
    line = {**act, "outcome": outcome}
    if act["act"] == "replicate" and outcome == "ok":
        line["bundles"] = list(after.run)
    return line


def came_of(after: Model, before: Model | None, act: Record) -> list[Record]:
    """Give what an act let arrive: messages in the case that were written earlier, and mails.

    Without a model as it was before, the model began with nothing that arrived.
    """
    mails = after.mails_since(before)
    return mails if act["act"] == "reply" else [*after.arrivals_since(before), *mails]


@frozen
class Step:
    """What was done to get from one state to the next; no record: a day passed."""

    record: Record | None
    outcome: str


@define(eq=False)
class Node:
    """A state of both sides and their keys, its day, how many messages, and how it was reached.

    Ticks tell the acts after a fault or a run from those before.
    """

    domain: State
    oracle: State
    domain_key: int
    oracle_key: int
    day: int = 0
    tick: int = 0
    messages: int = 0
    looks: Looks = Factory(dict[tuple[str, str], Record])
    parent: "Node | None" = None
    step: Step | None = None

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


Question = tuple[tuple[int, ...], int, int]  # numbers of lines, the day, the tick


@define(eq=False)
class Judge:
    """An oracle in a memo, and the lines that it is asked about, by number."""

    memo: Memo
    lines: list[Record] = Factory(list[Record])
    _numbers: dict[bytes, int] = Factory(dict[bytes, int])
    _works: dict["Question", Work] = Factory(dict["Question", Work])

    def number(self, line: Record) -> int:
        """Give the number of a line; equal lines have equal numbers."""
        number = self._numbers.setdefault(orjson.dumps(line), len(self.lines))
        if number == len(self.lines):
            self.lines.append(line)
        return number

    def asked(self, question: Question) -> Work:
        """Give the work of judging lines at a moment; it ends with the first finding."""
        work = self._works.get(question)
        if work is None:
            work = self._works[question] = self._asking(*question)
        return work

    def _asking(self, numbers: tuple[int, ...], day: int, tick: int) -> Work:
        at_us = moment(day, tick)[1]

        def work(oracle: Oracle) -> Judged:
            for number in numbers:
                findings = oracle.take(tick // 2 + 1, at_us, self.lines[number])
                if findings:
                    return Judged(findings[0], counted(oracle))
            return Judged(None, counted(oracle))

        return work

    def decisive(self) -> Mapping[str, int]:
        """Give how often each rule decided what a line had to be, in all that was judged."""
        oracle = Oracle()
        counts = oracle.world.counts
        batches = self.memo.batches
        judged = [(leaf, leaf.hits) for leaf in self.memo.leaves]
        judged += [(leaf, batch.hits) for batch in batches for leaf in batch.leaves]
        for leaf, hits in judged:
            if isinstance(leaf.result, Judged):
                for place, times in leaf.result.decided:
                    counts[place] += hits * times
        return oracle.decisive


def judge_for(settings: Settings) -> Judge:
    """Give an oracle that knows nothing yet; searches of the same settings can share one."""
    oracle = Oracle(settings.readings, limit_us=0, registers=settings.world.registers)
    return Judge(memo_of_oracle(oracle))


@frozen
class Judged:
    """What the oracle makes of lines: the first finding, how often which sets of rules decided."""

    finding: Finding | None
    decided: tuple[tuple[int, int], ...]


@frozen
class Done:
    """What the domain makes of an act: the outcome, and the lines that tell of it, by number."""

    outcome: str
    reason: str | None
    line: int
    news: tuple[int, ...]  # what arrived: mails, messages written earlier


@frozen(eq=False)
class Act:
    """An act of an alphabet when there are so many messages."""

    record: Record
    writes: bool  # takes the next message id if it is accepted
    counts: bool  # a fault or a run: the oracle has to know what was before it

    def at(self, tick: int) -> int:
        """Give the tick at which it is done; what is seen before and after it is at odd ones."""
        return tick + 2 * self.counts


@frozen(eq=False)
class Move:
    """An act that makes a difference in a state, and what both sides make of it."""

    act: Act
    did: Leaf
    took: Leaf
    done: Done
    finding: Finding | None
    logged: bool  # whether it writes into a log, which no fingerprint shows


def _moves(acts: Sequence[Act], tried: Batch, judged: Batch) -> tuple[Move, ...]:
    """Give the acts that make a difference, one of those that do the same."""
    moves: dict[Hashable, Move] = {}
    for act, did, took in zip(acts, tried.leaves, judged.leaves, strict=True):
        done: Done = did.result
        logged = bool(did.appends or took.appends) or act.record["act"] in WRITING
        move = Move(act, did, took, done, took.result.finding, logged)
        if move.finding is not None:
            moves[act] = move
        elif done.reason is None and (did.telling or took.telling or logged or done.news):
            effects = (did.writes, did.appends, took.writes, took.appends, done.news)
            moves.setdefault((act.counts, effects), move)
    return tuple(moves.values())


def search(
    settings: Settings, rules: Rules, judge: Judge | None = None
) -> Generator[Found, None, None]:
    """Search everything; what was found is given after each level, the beginning first.

    The search ends at the first state in which the oracle finds fault. A `judge` that was asked
    in other searches of these settings saves work; it counts for all of them.
    """
    search = _Search(settings, rules, judge or judge_for(settings))
    found = search.found
    level = search.beginning()
    yield found
    while level:
        following: list[Node] = []
        all(search.expand(node, following) for node in level)
        if following or found.refuted:
            found.depth += 1
        level = [] if found.refuted else following
        if not level:
            found.decisive = search.judge.decisive()
        yield found


class _Search:
    def __init__(self, settings: Settings, rules: Rules, judge: Judge) -> None:
        self.found = Found()
        self.judge = judge
        self._settings, self._world = settings, settings.world
        self._views = views(settings.world)
        self._sights = {views: self._see(views) for views in self._views}
        self._domain = memo_of_model(Model(rules, settings.world.registers))
        self._seen: set[tuple[int, int, int]] = set()
        self._acts: dict[tuple[int, int], list[tuple[str | None, Sequence[Act]]]] = {}
        self._moves: dict[tuple[Batch, Batch], Sequence[Move]] = {}

    def beginning(self) -> list[Node]:
        """Give the state that the world begins with."""
        node = Node((), (), 0, 0)
        for record in self._world.beginning:
            act = Act(dict(record), writes=False, counts=False)
            done = self._domain.leaf(orjson.dumps(act.record), node.domain, self._do(act, 0))
            node.domain = self._domain.after(node.domain, done)
            took = self._judged(node.oracle, ((done.result.line,), 0, 0))
            node.oracle = self.judge.memo.after(node.oracle, took)
        node.domain_key = self._domain.key(node.domain)
        node.oracle_key = self.judge.memo.key(node.oracle)
        key = node.oracle_key
        finding = self._look(node, self._views)
        self._seen |= {(0, node.domain_key, key), (0, node.domain_key, node.oracle_key)}
        if finding is not None:
            self.found.counterexample = Counterexample((), finding)
        return [] if finding else [node]

    def expand(self, node: Node, following: list[Node]) -> bool:
        """Try every act in a state, and look at new states from all sides; stop at a fault."""
        if node.day + 1 < self._world.days:
            self.found.transitions += 1
            after = evolve(node, day=node.day + 1, looks={}, parent=node, step=Step(None, ""))
            if (after.day, after.domain_key, after.oracle_key) not in self._seen:
                self._keep(after, {}, following)
        for by, acts in self._acts_of(node):
            if not self.found.refuted:
                self._try_all(node, by, acts, following)
        return not self.found.refuted

    def _acts_of(self, node: Node) -> list[tuple[str | None, Sequence[Act]]]:
        """Give the acts to try, each person's together."""
        key = node.messages, node.day
        known = self._acts.get(key)
        if known is None:
            people: dict[str | None, list[Act]] = {}
            for record, writes in self._world.acts(node.messages, self._settings.messages):
                act = Act(record, writes, record["act"] in COUNTING)
                people.setdefault(record.get("by"), []).append(act)
            known = self._acts[key] = list(people.items())
        return known

    def _try_all(
        self, node: Node, by: str | None, acts: Sequence[Act], following: list[Node]
    ) -> None:
        """Try all acts of a person; of those that make no difference nothing else is asked."""
        found, day, tick = self.found, node.day, node.tick
        place = by, node.messages, day
        tried = self._domain.batch(
            place,
            node.domain,
            lambda: [((*place, n), self._do(act, day)) for n, act in enumerate(acts)],
        )
        if tried.note is None:
            found.refusals |= {leaf.result.reason for leaf in tried.leaves} - {None}
            tried.note = tuple([leaf.result.line for leaf in tried.leaves])
        lines: tuple[int, ...] = tried.note
        judged = self.judge.memo.batch(
            (lines, by, day, tick),
            node.oracle,
            lambda: [
                (question, self.judge.asked(question))
                for line, act in zip(lines, acts, strict=True)
                for question in [((line,), day, act.at(tick))]
            ],
        )
        found.transitions += len(acts)
        moves = self._moves.get((tried, judged))
        if moves is None:
            moves = self._moves[tried, judged] = _moves(acts, tried, judged)
        for move in moves:
            finding = move.finding or self._move(node, move, following)
            if finding is not None:
                step = Step(move.act.record, move.done.outcome)
                found.counterexample = Counterexample((*node.steps(), step), finding)
            if found.refuted:
                return

    def _move(self, node: Node, move: Move, following: list[Node]) -> Finding | None:
        """Go where an act leads to; give what is wrong with the news that it brings."""
        memo = self.judge.memo
        tick = move.act.at(node.tick)
        domain = self._domain.after(node.domain, move.did)
        oracle, telling = memo.after(node.oracle, move.took), move.took.telling
        if move.done.news:
            leaf = self._judged(oracle, (move.done.news, node.day, tick))
            judged: Judged = leaf.result
            if judged.finding is not None:
                return judged.finding
            oracle, telling = memo.after(oracle, leaf), telling or leaf.telling
        domain_key = self._domain.key(domain) if move.did.telling else node.domain_key
        oracle_key = memo.key(oracle) if telling else node.oracle_key
        if move.logged or (node.day, domain_key, oracle_key) not in self._seen:
            act = move.act
            after = Node(
                domain,
                oracle,
                domain_key,
                oracle_key,
                node.day,
                act.at(tick),
                node.messages + act.writes,
                {},
                node,
                Step(act.record, move.done.outcome),
            )
            self._keep(after, self.judge.lines[move.done.line], following)
        return None

    def _keep(self, node: Node, line: Record, following: list[Node]) -> None:
        """Look at a state that is new from all sides, and go on from it later.

        Of one that is known, only what was logged on the way is looked at, as logs are left out.
        """
        key = node.day, node.domain_key, node.oracle_key
        known = key in self._seen
        finding = self._look(node, ((LOG,),) if known else self._views)
        if not known:
            self._seen |= {key, (node.day, node.domain_key, node.oracle_key)}
            self.found.states += 1
            following.append(node)
        if finding is not None:
            self.found.counterexample = Counterexample(tuple(node.steps()), finding)
        elif not known and node.parent is not None and line.get("outcome") == "ok":
            goals = self.found.goals
            before, after = node.parent.looks, node.looks
            for goal, reached in GOALS.items():
                if goal not in goals and reached(line, before, after):
                    goals.add(goal)

    def _look(self, node: Node, what: Iterable[tuple[View, ...]]) -> Finding | None:
        """Compare what the domain shows people with what the oracle demands; the first finding."""
        memo = self.judge.memo
        looks: dict[tuple[str, str], Record] = {}
        for views in what:
            seen = self._domain.leaf(views, node.domain, self._sights[views]).result
            for view, line in zip(views, seen, strict=True):
                if line is not None:
                    looks[view[:2]] = self.judge.lines[line]
            lines = tuple([line for line in seen if line is not None])
            leaf = self._judged(node.oracle, (lines, node.day, node.tick + 1))
            judged: Judged = leaf.result
            if judged.finding is not None:
                return judged.finding
            node.oracle = memo.after(node.oracle, leaf)
            if leaf.telling:  # what was seen ruled out that something had not arrived yet
                node.oracle_key = memo.key(node.oracle)
        node.looks = looks
        return None

    def _judged(self, oracle: State, question: Question) -> Leaf:
        return self.judge.memo.leaf(question, oracle, self.judge.asked(question))

    def _do(self, act: Act, day: int) -> Work:
        """Give the work of doing an act on the domain."""
        at, _ = moment(day)

        def work(model: Model) -> Done:
            outcome, reason = model.act(act.record, at)
            number = self.judge.number
            line = number(told(act.record, outcome, model))
            if reason is not None:
                return Done(outcome, reason, line, ())
            return Done(outcome, None, line, tuple(map(number, came_of(model, None, act.record))))

        return work

    def _see(self, views: Sequence[View]) -> Work:
        """Give the work of looking at the domain: what is seen, by number; None for nothing."""

        def work(model: Model) -> tuple[int | None, ...]:
            seen = [model.look(*view) for view in views]
            return tuple([None if line is None else self.judge.number(line) for line in seen])

        return work
