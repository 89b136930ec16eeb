"""A notation for the domain's tests: short names for people, acts and what becomes of them."""

from datetime import UTC, datetime, timedelta

from reference.domain.acts import (
    AddDocument,
    CreateCase,
    File,
    MarkRead,
    Open,
    SendMessage,
    SetRelease,
    WriteReply,
)
from reference.domain.case import Case, create_case, decide_case, take_into_case
from reference.domain.facts import Decision, Envelope, Message
from reference.domain.mailbox import Mailbox, decide_mailbox, take_into_mailbox
from reference.domain.readings import readings_from
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules, rules_for
from reference.domain.words import CloudRole, ExpectedAction

K = "k@example.org"
J = "j@example.org"
NOON = datetime(2024, 2, 19, 11, 18, 16, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = rules_for()
ACK, REPLY, FILE = ExpectedAction
PHOTO = (File("photo.jpg", 10),)


def under(**readings: str) -> Rules:
    return rules_for(readings_from(readings))


def ok(decision):
    assert isinstance(decision, Decision), decision
    return decision


def new_case(*documents: str) -> Case:
    case = ok(create_case(None, CreateCase(53, "anna", "Hail"), NOON, RULES)).state
    for document in documents:
        case = ok(decide_case(case, AddDocument("anna", document, 5), NOON, RULES)).state
    return case


def message(name="m1", expects="acknowledge", to=(K,), **more) -> SendMessage:
    fields = {"by": "anna", "role": CloudRole.USER, "text": f"text of {name}"} | more
    return SendMessage(message=name, expects=expects, to=to, **fields)


def answer(name="r1", answers="m1", files=(), text="My answer") -> WriteReply:
    return WriteReply(name, answers, text, files)


def release(may: bool, role=CloudRole.USER, recipient=K) -> SetRelease:
    return SetRelease("anna", role, recipient, may)


def received(
    name="m1", expects=ACK, number=1, subject="Hail", documents=(), revision=0
) -> Envelope:
    content = Message(name, f"text of {name}", expects, subject, documents, revision)
    return Envelope(53, K, number, content)


def mailbox(*expects: ExpectedAction, rules=RULES) -> Mailbox:
    """A mailbox with messages m1, m2, … that expect these actions."""
    box = Mailbox(53, K)
    for number, action in enumerate(expects, 1):
        box = ok(take_into_mailbox(box, received(f"m{number}", action, number), NOON, rules)).state
    return box


def refused(decision, refusal: Refusal) -> None:
    assert decision is refusal


class World:
    """A case and its mailboxes, with a link that delivers at once."""

    def __init__(self, **readings: str) -> None:
        self.rules = under(**readings)
        self.case = new_case("a.pdf")
        self.boxes: dict[str, Mailbox] = {}
        self.waiting: list[Envelope] = []

    def send(self, name, expects, to=(K,), at=NOON, **more):
        decision = ok(decide_case(self.case, message(name, expects, to, **more), at, self.rules))
        self.case = decision.state
        for envelope in decision.envelopes:
            box = self.boxes.get(envelope.recipient)
            self.boxes[envelope.recipient] = ok(
                take_into_mailbox(box, envelope, at, self.rules)
            ).state

    def do(self, act, by=K, at=NOON, arrives=None):
        decision = ok(decide_mailbox(self.boxes[by], act, at, self.rules))
        self.boxes[by] = decision.state
        for envelope in decision.envelopes:
            if envelope.number == 0:
                self.waiting.append(envelope)
            else:
                self.take(envelope, arrives or at)

    def take(self, envelope, at=NOON):
        self.case = ok(take_into_case(self.case, envelope, at, self.rules)).state

    def opens(self, via="widget", message=None, **more):
        self.do(Open(via, message), **more)

    def marks(self, message, **more):
        self.do(MarkRead(message), **more)

    def replies(self, *args, files=(), **more):
        self.do(answer(*args, files=files), **more)

    @property
    def fields(self):
        """The status, and the days of February 2024 in both date fields."""
        dates = (self.case.acknowledged_on, self.case.follow_up_on)
        return (self.case.status.value, *(day and day.day for day in dates))

    def read(self, by=K):
        return {item.message: item.read for item in self.boxes[by].items}
