"""A population at work: caseworkers who send by chance, recipients who notice, read and answer.

Nobody exists at rest: names follow from numbers, and what a recipient does about a message is a
function of the seed, the message and the recipient.
"""

from functools import partial
from math import log
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from attrs import Factory, define, field

from simulator.history.moments import MICROSECOND
from simulator.history.vocabulary import VIAS_OF_CASE
from simulator.scenario.population import CASES_MOST, MARK_READ, Population, Profile
from simulator.targets.port import Delivery, Outcome
from simulator.world.calendar import on_grid
from simulator.world.office import Arrivals, Rate
from simulator.world.persons import Persons, caseworker, recipient
from simulator.world.scripts import Script
from simulator.world.streams import Streams, place_of

if TYPE_CHECKING:
    from simulator.world.world import World

Record = dict[str, Any]
Draws = tuple[float, ...]
_GIVEN_UP: Final = frozenset({"not_reachable", "replication_failed"})  # what is tried again
_TRIES_MOST: Final = 50


@define(eq=False)
class Slot:
    """A case that a caseworker works on."""

    number: int
    left: int  # messages until it is done
    sent: int
    recipients: tuple[int, ...]


@define(eq=False)
class Caseworker:
    """A caseworker at work."""

    number: int
    arrivals: Arrivals
    slots: list[Slot | None]
    begun: int = 0  # messages that were begun
    cases: int = 0
    free_at: int = 0  # when the message that is being written is done
    known: bool = False  # whether the role was set
    name: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Take the name that follows from the number."""
        self.name = caseworker(self.number)


def _role_of(worker: Caseworker) -> Record:
    return {"act": "set_role", "caseworker": worker.name, "role": "Benutzer", "email": None}


def _new_case(worker: Caseworker, case: int) -> Record:
    return {
        "act": "create_case",
        "by": worker.name,
        "case": case,
        "subject": f"Vertrag {case}",
        "follow_up_on": None,
    }


@define(eq=False)
class Sent:
    """A message that was sent, until each of its recipients is done with it."""

    case: int
    expects: str
    waiting: set[int]  # who was not told of it yet
    open: int  # recipients who are not done with it


@define(eq=False)
class Visit:
    """What a recipient does about a message."""

    message: str
    sent: Sent
    recipient: int
    by: str  # the address of the recipient
    profile: Profile
    draws: Draws


@define(eq=False)
class People:
    """The population of a world."""

    world: "World"
    population: Population
    persons: Persons
    streams: Streams
    sent: dict[str, Sent] = Factory(dict[str, Sent])
    _registered: set[int] = Factory(set[int])
    _links: dict[int, str] = Factory(dict[int, str])

    def begin(self) -> None:
        """Let every caseworker begin."""
        scenario = self.world.scenario
        assert scenario.ends is not None  # noqa: S101 - a file with a population has an end
        messages, each = self.population.messages, self.population.cases_each
        zone = ZoneInfo(scenario.time_zone)
        rate = Rate(messages, scenario.begins, scenario.ends, zone)
        workers = [
            Caseworker(number, rate.arrivals(), [None] * each)
            for number in range(self.population.caseworkers)
        ]
        self._open_idle_cases(workers)
        for worker in workers:
            self._begin_writing(worker)
        for number, (burst, begins) in enumerate(
            zip(messages.bursts, scenario.bursts, strict=True)
        ):
            start = (begins - scenario.begins) // MICROSECOND
            for one in range(burst.messages):
                draws = self.streams.draws(f"burst/{number}/{one}")
                moment = on_grid(start + int(draws[0] * burst.over_us))
                worker = workers[one % len(workers)]
                self.world.calendar.at(
                    moment, partial(self._send_burst, worker, burst.expects), draws
                )

    def _open_idle_cases(self, workers: list[Caseworker]) -> None:
        """Let cases come up in which nobody writes, of all caseworkers in turn."""
        idle = self.population.idle_cases
        if not idle:
            return
        for worker in workers:
            worker.known = True
        now = self.world.now
        self.world.do_all([_role_of(worker) for worker in workers], now)
        for begun in range(0, idle, len(workers)):
            together = workers[: idle - begun]
            numbers = [self._next_number(worker) for worker in together]
            self.world.do_all(list(map(_new_case, together, numbers)), now)

    # Caseworkers

    def _begin_writing(self, worker: Caseworker) -> None:
        draws = self.streams.draws(f"caseworker/{worker.number}/{worker.begun}")
        worker.begun += 1
        begins = worker.arrivals.after(-log(1.0 - draws[0]))
        if begins is None:
            return
        takes = self.population.messages.writing.at(draws[1])
        worker.free_at = max(begins, worker.free_at) + takes
        self.world.calendar.at(on_grid(worker.free_at), partial(self._send_next, worker), draws)

    def _send_next(self, worker: Caseworker, draws: Draws) -> None:
        place = int(draws[2] * len(worker.slots))
        slot = worker.slots[place]
        new = slot is None
        if slot is None:
            slot = worker.slots[place] = self._new_case(worker)
        self._send(worker, slot, None, draws, new=new)
        if not slot.left:
            worker.slots[place] = None
        self._begin_writing(worker)

    def _send_burst(self, worker: Caseworker, expects: str | None, draws: Draws) -> None:
        self._send(worker, self._new_case(worker), expects, draws, new=True)

    @staticmethod
    def _next_number(worker: Caseworker) -> int:
        worker.cases += 1
        return (worker.number + 1) * CASES_MOST + worker.cases - 1

    def _new_case(self, worker: Caseworker) -> Slot:
        number = self._next_number(worker)
        draws = self.streams.draws(f"case/{number}")
        messages, many = self.population.messages, self.population.recipients
        count = messages.recipients.at(draws[0])
        chosen = [draws[2 + one] for one in range(min(count, 12))]
        recipients = tuple(dict.fromkeys(place_of(share, many) for share in chosen))
        return Slot(number, messages.per_case.at(draws[1]), 0, recipients)

    def _send(
        self, worker: Caseworker, slot: Slot, expects: str | None, draws: Draws, *, new: bool
    ) -> None:
        """Let a caseworker send a message in a case; with its first message the case comes up."""
        messages = self.population.messages
        by, case = worker.name, slot.number
        records: list[Record] = []
        if not worker.known:
            worker.known = True
            records.append(_role_of(worker))
        if new:
            records.append(_new_case(worker, case))
        elif draws[12] < self.population.looks.case:  # what came of the message before
            records.append({"see": "case", "by": by, "case": case})
        message = f"n{case}-{slot.sent + 1}"
        action = expects or messages.expects.at(draws[3])
        send: Record = {
            "act": "send",
            "by": by,
            "case": case,
            "message": message,
            "text": f"Bitte beachten Sie unser Schreiben {message}.",
            "expects": action,
        }
        to = self._chosen(slot, draws)
        if to is not None:
            send["to"] = to
        send["documents"] = []
        if draws[4] < messages.documents:
            name = f"Schreiben-{message}.pdf"
            records.append(
                {"act": "add_document", "by": by, "case": case, "document": name, "size": 80_000}
            )
            send["documents"] = [name]
        records.append(send)
        if (
            new
            and messages.withholds
            and self.streams.draws(f"release/{case}")[0] < (messages.withholds)
        ):
            one = recipient(slot.recipients[0])
            released: Record = {"act": "set_release", "by": by, "case": case, "recipient": one}
            records.append({**released, "create_messages": False})
        records += self._looks(by, case, draws[6], draws[7])
        slot.sent += 1
        slot.left -= 1
        many = len(slot.recipients)
        self.sent[message] = Sent(case, action, set(slot.recipients), many)
        self.world.start(Script(records, self._came_out))
        if draws[8] < messages.changes_subject:
            edit = {"act": "edit_case", "by": by, "case": case}
            subject = f"Vertrag {case}, Nachtrag {slot.sent}"
            script = Script(({**edit, "subject": subject},), self._came_out)
            later = messages.writing.at(draws[9])
            self.world.calendar.later(later, self.world.start, script)

    def _chosen(self, slot: Slot, draws: Draws) -> list[str] | None:
        """Give the recipients that are chosen; None for those that are preset."""
        if slot.sent == 0:
            return [recipient(one) for one in slot.recipients]
        if draws[10] >= self.population.messages.further_recipient:
            return None
        further = place_of(draws[11], self.population.recipients)
        if further in slot.recipients:
            return None
        slot.recipients = (*slot.recipients, further)
        return [recipient(one) for one in slot.recipients]

    def _looks(self, by: str, case: int, first: float, second: float) -> list[Record]:
        looks = self.population.looks
        records: list[Record] = []
        if first < looks.case:
            records.append({"see": "case", "by": by, "case": case})
        if second < looks.activities:
            records.append({"see": "activities", "by": by, "case": case})
        if 1.0 - second < looks.case_list:
            records.append({"see": "case_list", "by": by})
        return records

    def came(self, delivery: Delivery) -> None:
        """Let the caseworker look at what came back into a case of theirs."""
        case = delivery.case
        if not isinstance(case, int) or not 0 < case // CASES_MOST <= self.population.caseworkers:
            return
        draws = self.streams.draws(f"check/{delivery.message}", 3)
        by = caseworker(case // CASES_MOST - 1)
        records = self._looks(by, case, draws[0], draws[1])
        if records:
            later = self.population.checks.at(draws[2])
            self.world.calendar.later(later, self.world.start, Script(records, self._came_out))

    # Recipients

    def mailed(self, mail: Record) -> None:
        """Let a recipient notice a mail in due time."""
        person = self.persons.of(mail["to"])
        if person is None:
            return
        number = person.number
        if "link" in mail and self.world.scenario.registers:
            self._links[number] = mail["link"]
        message = mail.get("message", "")
        sent = self.sent.get(message)
        if mail["event"] != "new_message" or sent is None or number not in sent.waiting:
            return
        sent.waiting.discard(number)
        profile = person.profile
        draws = self.streams.draws(f"answer/{message}/{number}", 10)
        never = person.never_registers and self.world.scenario.registers
        if never or draws[0] < profile.ignores:
            self._links.pop(number, None)
            self._done(message, sent)
            return
        visit = Visit(message, sent, number, mail["to"], profile, draws)
        later = self.population.mail.at(draws[1]) + profile.notices.at(draws[2])
        self.world.calendar.later(later, self._visit, visit)

    def _done(self, message: str, sent: Sent) -> None:
        sent.open -= 1
        if sent.open <= 0:
            self.sent.pop(message, None)

    def _visit(self, visit: Visit) -> None:
        """Let a recipient look into the inbox and open the message."""
        by, case = visit.by, visit.sent.case
        records: list[Record] = []
        if self.world.scenario.registers and visit.recipient not in self._registered:
            self._registered.add(visit.recipient)
            link = self._links.pop(visit.recipient, None)
            registers: Record = {"act": "register", "by": by}
            records.append(registers if link is None else {**registers, "link": link})
        records.append({"see": "inbox", "by": by})
        via = visit.profile.opens.at(visit.draws[3])
        if via == MARK_READ and visit.sent.expects != "acknowledge":
            via = "message"  # it is not offered
        if via == MARK_READ:
            records.append({"act": "mark_read", "by": by, "message": visit.message})
        elif via in VIAS_OF_CASE:
            records.append({"act": "open", "by": by, "case": case, "via": via})
        else:
            message = visit.message
            opens = {"act": "open", "by": by, "case": case, "via": via, "message": message}
            records.append(opens)
        records.append({"see": "portal_case", "by": by, "case": case})
        self.world.start(Script(records, self._visited, visit))

    def _visited(self, script: Script, outcome: Outcome | None) -> None:
        visit: Visit = script.about
        if outcome is not None:
            if not self._retry(script, outcome):
                self._done(visit.message, visit.sent)
            return
        profile, draws = visit.profile, visit.draws
        if visit.sent.expects == "acknowledge" and draws[4] >= profile.answers_anyway:
            self._done(visit.message, visit.sent)
            return
        later = profile.reads.at(draws[5]) + profile.answers.at(draws[6])
        self.world.calendar.later(later, self._answer, visit)

    def _answer(self, visit: Visit) -> None:
        """Let a recipient write an answer, and look into the inbox again."""
        by, profile, draws = visit.by, visit.profile, visit.draws
        answer = f"a{visit.message[1:]}-{visit.recipient + 1}"
        files: list[Record] = []
        if visit.sent.expects == "reply_with_file" and draws[7] >= profile.answers_without_file:
            count = profile.files.at(draws[8])
            size = profile.file_size
            files = [
                {"name": f"Anlage-{answer}-{one + 1}.pdf", "size": size} for one in range(count)
            ]
        reply: Record = {
            "act": "reply",
            "by": by,
            "case": visit.sent.case,
            "message": answer,
            "answers": None if draws[9] < profile.writes_new else visit.message,
            "text": f"Anbei die Antwort {answer}.",
            "files": files,
        }
        looks: Record = {"see": "inbox", "by": by}
        self.world.start(Script((reply, looks), self._answered, visit))

    def _answered(self, script: Script, outcome: Outcome | None) -> None:
        visit: Visit = script.about
        if outcome is None or not self._retry(script, outcome):
            self._done(visit.message, visit.sent)

    def _came_out(self, script: Script, outcome: Outcome | None) -> None:
        """Take how something came out that nothing follows from."""
        if outcome is not None:
            self._retry(script, outcome)

    def _retry(self, script: Script, outcome: Outcome) -> bool:
        """Let who could not reach the system try again; say whether they will."""
        if script.tries >= _TRIES_MOST:
            return False
        if outcome.word == "refused" and outcome.reason not in _GIVEN_UP:
            return False
        script.tries += 1
        if script.meant is None:
            script.meant = self.world.now
        record = script.record
        name = f"again/{record['by']}/{record.get('message', record.get('case'))}/{script.tries}"
        wait = self.population.tries_again.at(self.streams.draws(name, 1)[0])
        self.world.calendar.later(max(wait, 1), self.world.start, script)
        return True
