"""A realistic clean trace of any length: many cases at once, each with its recipients and replies.

It is made of scripts, one for each case, that take turns; nothing is drawn, so that the same
arguments give the same bytes. A small model of inboxes and logs, written for this purpose only,
says what is seen; the benchmark asserts that no rule finds fault with it.
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any, Final

import orjson
from attrs import Factory, define

Record = dict[str, Any]
#: What a case does in one turn: lines a moment apart.
Turn = list[Record]

ZONE: Final = timezone(timedelta(hours=1))
START: Final = datetime(2024, 2, 19, 8, 0, tzinfo=ZONE)
TURN: Final = timedelta(milliseconds=250)  # between the turns of two cases
BREATH: Final = timedelta(milliseconds=40)  # between the lines of a turn
PEOPLE: Final = ("anna", "bernd", "carla", "dieter")
EXPECTS: Final = ("acknowledge", "reply", "reply_with_file")
STATUS: Final = {
    "": "",
    "OK": "Vorgang liegt beim Makler",
    "Info": "Warten auf Lesebestätigung des Empfängers",
    "Antwort": "Wartet auf Antwort des Empfängers",
    "Datei": "Wartet auf Unterlagen des Empfängers",
}
STATUS_OF: Final = dict(zip(EXPECTS, ("Info", "Antwort", "Datei"), strict=True))
CASES_OF_RECIPIENT: Final = 3
SENDS: Final = (
    "Guten Tag, anbei die Unterlagen zum Schaden vom Wochenende, bitte um kurze Rückmeldung.",
    (
        "Wir haben den Vertrag angepasst; bitte prüfen Sie die neuen Beiträge und die Selbst"
        "beteiligung bis Ende der Woche und geben Sie uns dann Bescheid."
    ),
    "Zur Kenntnis: der Gutachter kommt am Donnerstag um zehn Uhr zu Ihnen ins Lager.",
)
REPLIES: Final = (
    "Vielen Dank, wir haben alles geprüft und sind mit den Bedingungen so einverstanden.",
    (
        "Die Fotos vom Dach liegen bei; die Rechnung des Handwerkers folgt in den nächsten Tagen, "
        "sobald sie bei uns eingegangen ist."
    ),
)


@define
class Item:
    """One message in an inbox."""

    message: str
    expects: str
    opened: bool = False
    answered: bool = False

    def entry(self) -> Record:
        """Give the entry as it is shown; answers carry a file wherever one is asked for."""
        unread = not (self.answered or (self.opened and self.expects == "acknowledge"))
        hint = {"reply": "reply", "reply_with_file": "documents"}.get(self.expects)
        return {
            "message": self.message,
            "unread": unread,
            "hint": hint if unread else None,
            "opened": self.opened,
            "answered": self.answered,
        }


@define
class Office:
    """What is common to all cases: the time, the inboxes, who has an account."""

    at: datetime = START
    inboxes: dict[str, dict[str, Item]] = Factory(dict[str, dict[str, Item]])
    mails: Iterator[int] = Factory(count)

    def inbox(self, one: str) -> Record:
        """Look at an inbox."""
        entries = [item.entry() for item in self.inboxes[one].values()]
        number = sum(entry["unread"] for entry in entries)
        return {"see": "inbox", "by": one, "unread": number, "messages": entries}

    def mail(self, one: str, event: str, message: str | None) -> Record:
        """Tell of a mail that arrived."""
        number = next(self.mails)
        body = (
            "Guten Tag,\n\nin Ihrem Posteingang der assfinet cloud liegt eine neue Nachricht zu "
            f"einem Vorgang bereit:\nhttps://portal.example.org/vorgang/{number}\n"
        )
        line: Record = {"see": "mail", "to": one, "event": event, "message": message}
        line |= {"message_id": f"<{number}@portal.example.org>", "body": body}
        return line | ({"link": f"link-{number}"} if event == "registration" else {})


@define
class Matter:
    """One case, its recipients and what it shows."""

    office: Office
    number: int
    by: str
    recipients: list[str]
    status: str = ""
    acknowledged_on: str | None = None
    follow_up_on: str | None = "2024-03-01"
    text: str | None = None
    documents: list[str] = Factory(list[str])
    log: list[Record] = Factory(list[Record])
    preset: list[str] = Factory(list[str])
    sent: int = 0

    @property
    def subject(self) -> str:
        """Word the subject."""
        return f"Gebäudeversicherung {self.number}: Sturmschaden am Dach"

    def act(self, act: str, by: str, **fields: object) -> Record:
        """Do something to the case."""
        return {"act": act, "by": by, "case": self.number, **fields, "outcome": "ok"}

    def look(self) -> Record:
        """Look at the fields."""
        return {
            "see": "case",
            "by": self.by,
            "case": self.number,
            "cloud_status": self.status,
            "status_text": STATUS[self.status],
            "acknowledged_on": self.acknowledged_on,
            "follow_up_on": self.follow_up_on,
            "under_way": [],
        }

    def activities(self) -> Record:
        """Look at the log."""
        entries = [dict(entry) for entry in self.log]
        return {"see": "activities", "by": self.by, "case": self.number, "entries": entries}

    def page(self, one: str) -> Record:
        """Look at the case in the portal; a recipient looks when all is settled."""
        return {
            "see": "portal_case",
            "by": one,
            "case": self.number,
            "subject": self.subject,
            "documents": list(self.documents),
            "text": self.text,
            "button": "new_message",
        }

    def send(self, expects: str) -> Turn:
        """Send a message with its mails, and look at the case."""
        self.sent += 1
        message = f"m{self.number}-{self.sent}"
        text = f"{SENDS[(self.number + self.sent) % len(SENDS)]} Vorgang {self.number}."
        document = f"schreiben-{self.sent}.pdf"
        lines = [self.act("add_document", self.by, document=document, size=184_320)]
        fields = {"message": message, "text": text, "expects": expects, "to": self.recipients}
        lines.append(self.act("send", self.by, **fields, documents=[document]))
        for one in self.recipients:
            if one not in self.office.inboxes:
                self.office.inboxes[one] = {}
                lines.append(self.office.mail(one, "registration", None))
            self.office.inboxes[one][message] = Item(message, expects)
            lines.append(self.office.mail(one, "new_message", message))
        self.text, self.preset, self.status = text, self.recipients, STATUS_OF[expects]
        self.acknowledged_on = None
        self.documents.append(document)
        self._log(1, self.by, None, fields | {"files": [document]})
        return lines

    def open(self, one: str) -> Turn:
        """Look at the inbox, open the case, and look again."""
        lines = [self.office.inbox(one), self.act("open", one, via="case")]
        for message, item in self.office.inboxes[one].items():
            if message.startswith(f"m{self.number}-"):
                newest = message == f"m{self.number}-{self.sent}"
                if self.status == "Info" and newest and not item.opened:
                    self.acknowledged_on = self.acknowledged_on or self._day()
                item.opened = True
        return [*lines, self.office.inbox(one)]

    def reply(self, one: str) -> Turn:
        """Answer the newest message."""
        answers = f"m{self.number}-{self.sent}"
        item = self.office.inboxes[one][answers]
        item.answered = True
        files = [f"foto-{self.number}-{self.sent}.jpg"] * (item.expects == "reply_with_file")
        message = f"r{self.number}-{self.sent}-{self.recipients.index(one)}"
        text = REPLIES[self.number % len(REPLIES)]
        fields: Record = {"message": message, "answers": answers, "text": text}
        fields["files"] = [{"name": name, "size": 2_400_000} for name in files]
        self.status, self.acknowledged_on, self.follow_up_on = "OK", self._day(), self._day()
        entry = {"message": message, "text": text, "expects": None, "to": [], "files": files}
        self._log(0, one, "cloudtransfer", entry)
        return [self.act("reply", one, **fields)]

    def _day(self) -> str:
        return self.office.at.date().isoformat()

    def _log(self, line: int, author: str, carried_by: str | None, entry: Record) -> None:
        at = self.office.at + line * BREATH
        stamp = f"{carried_by or author} am {at:%d.%m.%Y %H:%M:%S}"
        head = {"author": author, "carried_by": carried_by, "at": at.isoformat(), "stamp": stamp}
        self.log.append(head | {name: value for name, value in entry.items() if name != "case"})


def _life(office: Office, number: int, rounds: int) -> Iterator[Turn]:
    """Tell a case: it is sent, opened, answered and looked at, so many times."""
    group = number // CASES_OF_RECIPIENT
    recipients = [f"kunde{group}@example.org"]
    if number % 2:
        recipients.append(f"versicherer{group}@example.com")
    case = Matter(office, number, PEOPLE[number % len(PEOPLE)], recipients)
    yield [
        case.act("create_case", case.by, subject=case.subject, follow_up_on=case.follow_up_on),
        case.look(),
    ]
    for turn in range(rounds):
        yield case.send(EXPECTS[(number + turn) % len(EXPECTS)])
        yield [case.look()]
        for one in recipients:
            yield case.open(one)
            yield [case.look()]
            yield case.reply(one)
            yield [case.look(), office.inbox(one)]
        yield [case.activities()]
        yield [case.page(one) for one in recipients]
        yield [{"see": "preset", "by": case.by, "case": number, "recipients": case.preset}]
        yield [_listed(case)]


def _listed(case: Matter) -> Record:
    entry = {"case": case.number, "cloud_status": case.status}
    return {"see": "case_list", "by": case.by, "cases": [entry]}


def records(lines: int, open_cases: int, rounds: int = 2) -> Iterator[Record]:
    """Give so many lines, or a few more, of so many cases at once; each has so many messages."""
    office = Office()
    numbers = count(1)
    lives = deque(_life(office, next(numbers), rounds) for _ in range(open_cases))
    for person in PEOPLE:
        fields = {"caseworker": person, "role": "Benutzer", "email": f"{person}@makler.example"}
        yield {"at": office.at.isoformat(), "act": "set_role", **fields, "outcome": "ok"}
    told = len(PEOPLE)
    while told < lines:
        office.at += TURN
        turn = next(lives[0], None)
        if turn is None:
            lives[0] = _life(office, next(numbers), rounds)
            continue
        for number, record in enumerate(turn):
            yield {"at": (office.at + number * BREATH).isoformat(), **record}
        told += len(turn)
        lives.rotate(-1)


def trace(lines: int, open_cases: int, rounds: int = 2) -> Iterator[bytes]:
    """Give the records as lines of bytes, each with its end."""
    for record in records(lines, open_cases, rounds):
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
