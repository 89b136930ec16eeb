"""The flow of a population as one would write it by hand with SimPy, without any rule.

A process for each caseworker and one for each message: notice, look into the inbox, reading,
answer, look at the case. Draws, inboxes and cases are kept as a program of this size would.
"""

from random import Random
from typing import Any

import simpy

Message = dict[str, Any]
MINUTE, HOUR = 60.0, 3600.0


class ByHand:
    """Caseworkers and recipients of an office that is always open."""

    def __init__(self, caseworkers: int, recipients: int, per_hour: float, seed: int) -> None:
        """Begin with nothing sent."""
        self.env = simpy.Environment()
        self.random = Random(seed)  # noqa: S311 - chance of a simulation
        self.caseworkers, self.recipients, self.per_hour = caseworkers, recipients, per_hour
        self.inboxes: dict[str, list[Message]] = {}
        self.cases: dict[int, Message] = {}
        self.log: dict[int, list[Message]] = {}
        self.sent = self.answered = self.looks = 0

    def run(self, hours: float) -> None:
        """Run for some hours."""
        for number in range(self.caseworkers):
            self.env.process(self._caseworker(number))
        self.env.run(until=hours * HOUR)

    def _caseworker(self, number: int) -> Any:
        env, draw = self.env, self.random
        count = 0
        while True:
            yield env.timeout(draw.expovariate(self.per_hour / HOUR))
            yield env.timeout(draw.expovariate(1 / MINUTE))
            count += 1
            case = number * 100_000 + count // 3
            to = f"empfaenger-{draw.randrange(self.recipients)}@example.org"
            expects = draw.choices(("acknowledge", "reply", "reply_with_file"), (40, 40, 20))[0]
            message = {
                "message": f"n{case}-{count}",
                "case": case,
                "by": f"sachbearbeiter-{number}",
                "to": to,
                "text": f"Bitte beachten Sie unser Schreiben n{case}-{count}.",
                "expects": expects,
                "at": env.now,
                "unread": True,
                "opened": False,
                "answered": False,
            }
            self.sent += 1
            self.inboxes.setdefault(to, []).append(message)
            self.log.setdefault(case, []).append(message)
            self.cases[case] = {"status": expects, "date": None}
            self._look_at(case)
            env.process(self._recipient(message))

    def _recipient(self, message: Message) -> Any:
        env, draw = self.env, self.random
        yield env.timeout(draw.expovariate(1 / (20 * MINUTE)))
        self._look_into(message["to"])
        message["opened"] = True
        if message["expects"] == "acknowledge":
            message["unread"] = False
            self.cases[message["case"]]["date"] = env.now
            return
        yield env.timeout(MINUTE)
        yield env.timeout(draw.lognormvariate(7.0, 1.0))
        message["answered"], message["unread"] = True, False
        answer = {"message": f"a{message['message']}", "at": env.now, "by": message["to"]}
        self.log[message["case"]].append(answer)
        self.cases[message["case"]] = {"status": "OK", "date": env.now}
        self.answered += 1
        self._look_into(message["to"])
        self._look_at(message["case"])

    def _look_into(self, to: str) -> None:
        inbox = self.inboxes[to]
        fields = ("message", "unread", "opened", "answered")
        seen = [{name: entry[name] for name in fields} for entry in inbox]
        self.looks += len(seen) > 0 and sum(entry["unread"] for entry in seen) >= 0

    def _look_at(self, case: int) -> None:
        seen = dict(self.cases[case])
        self.looks += bool(seen)
