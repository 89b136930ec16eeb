"""The world of a run: its time, its people, the target that they act on, and what came of it."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final, Protocol

import simpy
from attrs import Factory, define, field

from simulator.history.moments import MICROSECOND
from simulator.scenario.file import Scenario, Timed
from simulator.targets.port import DONE, Hitch, Outcome, Target
from simulator.world.calendar import Calendar
from simulator.world.expecting import Miss, about, demanded, miss
from simulator.world.judge import Judge
from simulator.world.outages import Outages
from simulator.world.people import People
from simulator.world.persons import Persons
from simulator.world.reasons import because, demanded_by, rule_of_refusal, why_refused
from simulator.world.result import Differed, Failure, Skipped
from simulator.world.scripts import Script
from simulator.world.streams import Streams

Record = dict[str, Any]
Process = Generator[simpy.Event, Any, None]
#: A look that nothing answered, for who has to try again.
_NOTHING_SEEN: Final = Outcome("refused", "not_reachable")
#: The acts that are the same act when they come twice: what is written has a name.
_UNRELIABLE: Final = frozenset({"send", "reply"})


class Watcher(Protocol):
    """Who follows a run from outside: shows how far it is, and may end it."""

    def tick(self, world: "World") -> bool:
        """Take that a moment is done; say whether the run goes on."""
        ...


class Interrupted(Exception):  # noqa: N818 - nothing failed: somebody ended the run
    """The run was ended before its time."""


@define(eq=False)
class World:
    """A scenario that is being run."""

    scenario: Scenario
    target: Target
    judge: Judge
    streams: Streams
    persons: Persons | None = None  # of a population
    watcher: Watcher | None = None
    env: simpy.Environment = Factory(simpy.Environment)
    failures: list[Failure] = Factory(list[Failure])
    skipped: list[Skipped] = Factory(list[Skipped])
    differed: list[Differed] = Factory(list[Differed])
    mails: list[Record] = Factory(list[Record])  # those that a step may ask for
    interrupted: datetime | None = None
    people: People | None = None
    calendar: Calendar = field(init=False)
    acts: int = 0
    step_line: int = 0  # of the newest step, in the file; 0 where people act by chance
    _now: datetime = field(init=False)
    _now_us: float = 0
    _is_model: bool = field(init=False)
    _agrees: bool = True  # whether the target did as the model, the last time
    _left_out: bool = False  # whether the target could not do all that the model alone does
    _changed: simpy.Event | None = None  # what a step waits for
    _watched: list[Timed] = Factory(list[Timed])
    _scripts: list[Script] = Factory(list[Script])
    _run_due: bool = False  # a run of the replication, at this moment

    def __attrs_post_init__(self) -> None:
        """Begin with nothing to do."""
        self._now = self.scenario.begins
        self._is_model = self.target.is_the_model
        self.calendar = Calendar(self.env, self._act_out)
        population = self.scenario.population
        if population is not None and self.persons is not None:
            self.people = People(self, population, self.persons, self.streams)

    @property
    def now(self) -> datetime:
        """The moment that it is."""
        moment_us = self.env.now
        if moment_us != self._now_us:
            self._now_us = moment_us
            self._now = self.scenario.begins + moment_us * MICROSECOND
        return self._now

    @property
    def now_us(self) -> int:
        """The moment that it is, in microseconds since the beginning."""
        return int(self.env.now)

    @property
    def open_messages(self) -> int:
        """How many messages recipients are not done with."""
        return 0 if self.people is None else len(self.people.sent)

    def run(self) -> None:
        """Run the scenario to its end, or until it is interrupted."""
        try:
            self._run()
        except Interrupted:
            self.interrupted = self.now

    def _run(self) -> None:
        self._set_up()
        script = self.env.process(self._script())
        if self.scenario.replicate_every is not None:
            every_us = self.scenario.replicate_every // MICROSECOND
            self.calendar.at(every_us, self._let_run, every_us)
        Outages(self).begin()
        if self.people is not None:
            self.people.begin()
        self.env.run(until=script)
        if self.scenario.ends is not None and self.scenario.ends > self.now:
            self.env.run(until=(self.scenario.ends - self.scenario.begins) // MICROSECOND)
            self._advance()
        self._watch()

    # Acts and looks

    def do(self, record: Record, line: int = 0) -> Outcome:
        """Do an act; the oracle judges its outcome and what arrived by it."""
        (outcome,) = self.do_all([record], self.now, (), line)
        return outcome

    def do_all(
        self,
        records: Sequence[Record],
        now: datetime,
        hitches: Sequence[Hitch | None] = (),
        line: int = 0,
        meant: Sequence[datetime | None] = (),
    ) -> Sequence[Outcome]:
        """Do the acts of a moment; `meant` is when each was meant to be done, where earlier."""
        judge = self.judge.take
        outcomes = self.target.act(records, now, hitches)
        news = self.target.news()
        came = _arrivals(news) if news else {}
        at = now if self._is_model else self.target.moment(now)
        for record, outcome, when in zip_longest(records, outcomes, meant):
            told: Record = {**record, "outcome": outcome.word}
            if outcome is not DONE:
                told.update(outcome.told)
                if outcome.reason is not None and outcome.word == "refused":
                    told["reason"] = outcome.reason
            judge(outcome.at or at, told, line, when)
            if came and record["act"] == "reply":  # it came before whatever was done after it
                arrival = came.pop(record["message"], None)
                if arrival is not None:
                    judge(at, arrival, line)
        self.acts += len(records)
        self._tell(news, came, line, at)
        if not self._is_model:
            self.compare(line)
        if self._changed is not None:
            changed, self._changed = self._changed, None
            changed.succeed()
        return outcomes

    def look(self, record: Mapping[str, Any], line: int = 0) -> Record | None:
        """Look at something; the oracle judges what is seen."""
        (seen,) = self.look_all([record], self.now, line)
        return seen

    def look_all(
        self, records: Sequence[Mapping[str, Any]], now: datetime, line: int = 0
    ) -> Sequence[Record | None]:
        """Look at several things at a moment."""
        all_seen = self.target.look(records, now)
        at = now if self._is_model else self.target.moment(now)
        for seen in all_seen:
            if seen is not None:
                self.judge.take(at, seen, line)
        if not self._is_model:
            self.compare(line)
        return all_seen

    def compare(self, line: int) -> None:
        """Keep where the target did otherwise than the model beside it."""
        differences = self.target.differences()
        self._agrees = not differences
        for each in differences:
            newest = self.differed[-1] if self.differed else None
            # A step that waits looks again and again: what it sees is told once.
            if not line or newest is None or (newest.line, newest.difference) != (line, each):
                self.differed.append(Differed(line, each, self.now))

    def _tell(
        self, news: Sequence[Record], came: Mapping[str, Record], line: int, at: datetime
    ) -> None:
        """Judge and measure what is new, but for arrivals that were told with their acts."""
        for delivery in self.target.deliveries():
            self.judge.deliver(delivery)
            if delivery.to is None and self.people is not None:
                self.people.came(delivery)
        for record in news:
            if record["see"] == "mail":
                if self.scenario.steps:
                    self.mails.append(record)
                if self.people is not None:
                    self.people.mailed(record)
            elif record["message"] not in came:
                continue
            self.judge.take(at, record, line)

    def _advance(self) -> None:
        self.target.advance(self.now)
        news = self.target.news()
        self._tell(news, _arrivals(news), self.step_line, self.target.moment(self.now))
        self.compare(self.step_line)

    # What people do in a row, side by side

    def start(self, script: Script) -> None:
        """Let somebody do something at this moment."""
        self._scripts.append(script)

    def _let_run(self, every_us: int) -> None:
        """Let the replication run at this moment, and after each interval."""
        self._run_due = True
        self.calendar.at(self.now_us + every_us, self._let_run, every_us)

    def _act_out(self) -> None:
        """Do what people want to do at this moment: the first of everyone, then the second.

        A run of the replication that is due begins with the first messages that are sent, so that
        they are under way together (DLV-1), else when all else is done. Where messages wait for it,
        it comes first: what is done at its moment waits for the next one.
        """
        now = self.now
        while self._scripts or self._run_due:
            scripts, self._scripts = self._scripts, []
            acting: list[Script] = []
            looking: list[Script] = []
            for script in scripts:
                (acting if "act" in script.record else looking).append(script)
            if self._run_due and (
                self.judge.waits
                or not scripts
                or any(script.record.get("act") == "send" for script in acting)
            ):
                self._run_due = False
                run = Script(({"act": "replicate", "result": 0},), self._ran)
                if self.judge.waits:
                    self._act_together([run], now)
                else:
                    acting.insert(0, run)
            if acting:
                self._act_together(acting, now)
            if looking:
                self._look_together(looking, now)
        if self.watcher is not None:
            self._tick()

    def _act_together(self, acting: list[Script], now: datetime) -> None:
        records = [script.record for script in acting]
        hitches = self._hitches(acting) if self.scenario.unreliable else ()
        meant = [script.meant for script in acting]
        outcomes = self.do_all(records, now, hitches, 0, meant)
        for script, outcome in zip(acting, outcomes, strict=True):
            if outcome.word != "ok":
                script.then(script, outcome)
            elif script.goes_on():
                self._scripts.append(script)

    def _look_together(self, looking: list[Script], now: datetime) -> None:
        all_seen = self.look_all([script.record for script in looking], now)
        for script, seen in zip(looking, all_seen, strict=True):
            if seen is None:
                script.then(script, _NOTHING_SEEN)
            elif script.goes_on():
                self._scripts.append(script)

    def _ran(self, script: Script, bad: Outcome | None) -> None:
        del script, bad
        self._watch()

    def _tick(self) -> None:
        if self.watcher is not None and not self.watcher.tick(self):
            raise Interrupted

    def _hitches(self, acting: list[Script]) -> list[Hitch | None]:
        """Draw which requests come twice, and which lose their answer."""
        shares = self.scenario.unreliable
        doubled, lost = shares.get("doubled_requests", 0.0), shares.get("lost_answers", 0.0)
        hitches: list[Hitch | None] = []
        for script in acting:
            record = script.record
            about = record.get("message", record.get("case"))
            name = f"request/{record.get('by')}/{record['act']}/{about}/{script.tries}"
            drawn = self.streams.draws(name)
            hitch = Hitch.LOST if drawn[0] < lost else None
            if hitch is None and drawn[1] < doubled:
                hitch = Hitch.DOUBLED
            hitches.append(hitch if record["act"] in _UNRELIABLE else None)
        return hitches

    # What is there from the beginning

    def _set_up(self) -> None:
        for name, worker in self.scenario.caseworkers.items():
            self.do(
                {"act": "set_role", "caseworker": name, "role": worker.role, "email": worker.email}
            )
        first = next(iter(self.scenario.caseworkers), "anna")
        for number, case in self.scenario.cases.items():
            by = case.by or first
            self.do(
                {
                    "act": "create_case",
                    "by": by,
                    "case": number,
                    "subject": case.subject,
                    "follow_up_on": case.follow_up_on,
                }
            )
            for document in case.documents:
                filed = {"document": document["name"], "size": document["size"]}
                self.do({"act": "add_document", "by": by, "case": number, **filed})

    # Processes

    def _script(self) -> Process:
        for timed in self.scenario.steps:
            if timed.at is not None and timed.at > self.now:
                yield self.env.timeout((timed.at - self.now) // MICROSECOND)
                self._advance()
            if self.people is None:
                self.step_line = timed.step.place.line
            if timed.step.is_act:
                self._act(timed)
            else:
                yield from self._expect(timed)
            self._watch()
            self._tick()

    def _act(self, timed: Timed) -> None:
        step = timed.step
        what = timed.record["act"]
        why_not = self.target.cannot(timed.record)
        if why_not is not None:
            self.skip(step.place.line, why_not)
            return
        outcome = self.do(self._with_link(dict(timed.record)), step.place.line)
        if outcome.word == step.outcome and step.reason in {None, outcome.reason}:
            return
        wanted = step.outcome if step.reason is None else f"refused ({step.reason})"
        if outcome.word == step.outcome and str(outcome.reason).isdecimal():
            why = f"refused as expected, but with a status ({outcome.reason}) and no code: {wanted}"
            self.skipped.append(Skipped(step.place.line, why))
            return
        rule = rule_of_refusal(step.reason or outcome.reason) or _RULE_OF_ACT.get(what, "SEND-1")
        self._fail(timed, Miss(rule, wanted, str(outcome)), why_refused(outcome.reason))

    def skip(self, line: int, what: str) -> None:
        """Leave out what the target cannot do."""
        self._left_out = True
        self.skipped.append(Skipped(line, f"this target cannot do {what}"))

    def _unlike_the_file(self, timed: Timed) -> str:
        """Say what the target, and the model beside it, have otherwise than the scenario."""
        left_out = self._left_out and not self._is_model
        in_time = self.target.real_time and timed.record.get("see") != "mail"
        what = ("what was skipped above", left_out), ("real time", in_time)
        return " or ".join(name for name, is_so in what if is_so)

    def _with_link(self, record: Record) -> Record:
        """Let who registers use the link of their newest mail, unless the step names another."""
        if record["act"] == "register" and "link" not in record:
            links = [mail["link"] for mail in self.mails if "link" in mail and _to(mail, record)]
            if links:
                record["link"] = links[-1]
        return record

    def _fail(self, timed: Timed, found: Miss, reason: str = "") -> None:
        rule = timed.step.rule or found.rule
        unlike = self._unlike_the_file(timed)
        if unlike and self._agrees:
            why = (
                f"expected {found.expected}, seen {found.seen}; the model beside it shows the "
                f"same, so {unlike} may be the reason: the model alone does all that the file "
                "says, and decides (--target model)"
            )
            self.skipped.append(Skipped(timed.step.place.line, why))
            return
        self.failures.append(
            Failure(
                timed.step.place.line,
                rule,
                found.expected,
                found.seen,
                self.now,
                because(
                    reason or demanded_by(self.judge.oracle, timed.record, found.entry),
                    kept=not self.judge.findings and not self.differed,
                ),
            )
        )

    def _expect(self, timed: Timed) -> Process:
        wait = timed.step.wait
        why_not = self.target.cannot(timed.record)
        if why_not is not None:
            self.skip(timed.step.place.line, why_not)
        elif wait is None:
            self._settle(timed, self._miss(timed))
        elif wait.kind == "never":
            self._watched.append(timed)
        else:
            assert wait.duration is not None  # noqa: S101 - both others have one
            end = int(self.env.now) + wait.duration // MICROSECOND
            yield from (self._within if wait.kind == "within" else self._stays)(timed, end)

    def _settle(self, timed: Timed, found: Miss | None) -> None:
        if found is not None:
            self._fail(timed, found)

    def _within(self, timed: Timed, end: int) -> Process:
        """Look now and after each change, until it is seen or the time is over."""
        while (found := self._miss(timed)) is not None and self.env.now < end:
            yield self._change() | self.env.timeout(end - self.env.now)
            self._advance()
        self._settle(timed, found)

    def _stays(self, timed: Timed, end: int) -> Process:
        """Look now, after each change, and at the end."""
        while (found := self._miss(timed)) is None and self.env.now < end:
            yield self._change() | self.env.timeout(end - self.env.now)
            self._advance()
        self._settle(timed, found)

    def _change(self) -> simpy.Event:
        """Give the event that something is done."""
        if self._changed is None:
            self._changed = self.env.event()
        return self._changed

    def _watch(self) -> None:
        """Look for what must never be seen."""
        for timed in tuple(self._watched):
            if self._miss(timed) is None:
                self._watched.remove(timed)
                expected = f"never {demanded(timed.record)}"
                self._fail(timed, Miss(about(timed.record), expected, "it was seen"))

    def _miss(self, timed: Timed) -> Miss | None:
        record = timed.record
        if record["see"] != "mail":
            return miss(record, self.look(record, timed.step.place.line))
        wanted = {name: value for name, value in record.items() if name != "see"}
        if "to" in wanted:
            wanted["to"] = str(wanted["to"]).strip().lower()
        for mail in self.mails:
            if all(mail.get(name) == value for name, value in wanted.items()):
                return None
        return Miss("MAIL-1", f"a mail {wanted}", f"{len(self.mails)} mails without it")


def _arrivals(news: Iterable[Record]) -> dict[str, Record]:
    """Give what came into cases, by message."""
    return {one["message"]: one for one in news if one["see"] == "arrival"}


def _to(mail: Record, record: Record) -> bool:
    return bool(mail["to"] == str(record.get("by")).strip().lower())


#: The clause that an act is about where a step names none.
_RULE_OF_ACT: Final[Mapping[str, str]] = {
    "set_role": "RGT-3",
    "create_case": "SEND-1",
    "edit_case": "RPL-2",
    "add_document": "SEND-9",
    "note": "SEND-2",
    "send": "SEND-1",
    "set_release": "RGT-2",
    "set_mail": "MAIL-2",
    "register": "ACC-2",
    "request_link": "ACC-2",
    "open": "INB-2",
    "mark_read": "INB-5",
    "reply": "INB-10",
    "replicate": "RPL-4",
    "fault": "DLV-4",
}
