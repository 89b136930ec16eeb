"""Whatever people do milliseconds apart: a system that keeps the rules is never accused."""

from datetime import UTC, datetime
from random import Random

import pytest

from reference.domain.readings import readings_from
from reference.domain.rules import rules_for
from simulator.oracle import Oracle
from simulator.targets.model import Model
from tests.oracle.notation import SECOND, START, K, L, Story

PEOPLE = [K, L]
VARIED = {
    "several_acknowledge": ["first", "latest", "all"],
    "receipt_transport": ["immediate", "replication"],
    "reply_scope": ["message", "case"],
    "open_scope": ["case", "message"],
    "last_communication": ["newest", "last_sent"],
}
#: Up to the limit, just beyond it, far beyond it, and no time at all.
PAUSES = [0, 1, 1000, 400_000, 2 * SECOND - 1, 2 * SECOND + 1, 60 * SECOND]


class Life:
    """What people do and see on the model at drawn moments, told to an oracle."""

    def __init__(self, seed):
        self.draw = Random(seed)
        readings = {name: self.draw.choice(values) for name, values in VARIED.items()}
        self.model = Model(rules_for(readings_from(readings)))
        self.oracle = Oracle(readings)
        self.line, self.at = 0, START
        self.messages = []
        self.act("set_role", caseworker="anna", role="Benutzer")
        self.act("create_case", by="anna", case=53, subject="Roof")

    def tell(self, record):
        self.line += 1
        self.oracle.take(self.line, self.at, record)

    def act(self, act, **fields):
        record = {"act": act, **fields}
        outcome, _ = self.model.act(record, datetime.fromtimestamp(self.at / SECOND, UTC))
        if self.messages and self.draw.random() < 0.03:
            outcome = "unknown"
        self.tell({**record, "outcome": outcome})

    def look(self, see, by, case=None):
        seen = self.model.look(see, by, case)
        if seen is not None:
            self.tell(seen)

    def live(self):
        draw, who = self.draw, self.draw.choice(PEOPLE)
        number = f"m{len(self.messages) + 1}"
        to = draw.sample(PEOPLE, draw.randint(1, 2))
        expects = draw.choice(["acknowledge", "reply", "reply_with_file"])
        sent = {"message": number, "text": "two words", "expects": expects, "to": to}
        message = draw.choice(self.messages or ["m1"])
        answer = {"message": f"r{self.line}", "text": "an answer", "files": []}
        doings = [
            *[lambda: self.act("send", by="anna", case=53, **sent)] * 3,
            lambda: self.act("open", by=who, case=53, via="message", message=message),
            lambda: self.act("open", by=who, case=53, via="case"),
            lambda: self.act("mark_read", by=who, message=message),
            lambda: self.act("reply", by=who, case=53, answers=message, **answer),
            lambda: self.act(
                "set_release",
                by="anna",
                case=53,
                recipient=who,
                create_messages=draw.random() < 1 / 2,
            ),
            lambda: self.act("fault", what="link", state=draw.choice(["down", "slow", "up"])),
            lambda: self.act("replicate", result=0),
            *[lambda: self.look("case", "anna", 53)] * 4,
            lambda: self.look("inbox", who),
            lambda: self.look("portal_case", who, 53),
            lambda: self.look("activities", "anna", 53),
        ]
        self.at += draw.choice(PAUSES)
        doing = draw.choice(doings)
        if doing in doings[:3]:
            self.messages.append(number)
        doing()


@pytest.mark.parametrize("seeds", [range(start, start + 100) for start in range(0, 400, 100)])
def test_a_system_that_keeps_the_rules_is_never_accused(seeds):
    for seed in seeds:
        life = Life(seed)
        for _ in range(20):
            life.live()
        assert life.oracle.finish().findings == (), seed


def test_what_was_sent_at_the_moment_of_an_outage_may_have_got_through():
    def cut():
        story = Story().case().send("m1", "reply", K)
        return story.tell(0, act="fault", what="link", state="down", outcome="ok")

    assert cut().see(under_way=[], after=1).rules == []
    assert cut().see(under_way=["m1"], after=1).rules == []
    late = cut().tell(
        1,
        act="send",
        by="anna",
        case=53,
        message="m2",
        text="x",
        expects="reply",
        to=[K],
        outcome="ok",
    )
    assert late.see(under_way=[], after=1).rules == [("DLV-4", 5)]
