"""A notation for histories: each call is one line, a minute after the one before."""

from simulator.oracle import Oracle, Verdict

START = 1_708_340_400_000_000  # 2024-02-19T12:00:00+01:00, a Monday
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = "2024-02-19"
K, L = "k@example.org", "l@example.org"


class Story:
    """A history that is judged while it is told."""

    def __init__(self, readings=None, *, start=START, **settings):
        self.settings = {"readings": readings or {}, **settings}
        self.oracle = Oracle(**self.settings)
        self.at = start
        self.line = 0
        self.lines = []
        self.found = []

    def tell(self, after=MINUTE, **record):
        """Tell any line."""
        self.line += 1
        self.at += after
        self.lines.append((self.line, self.at, record))
        self.found += self.oracle.take(self.line, self.at, record)
        return self

    def act(self, act, by, outcome="ok", **fields):
        return self.tell(act=act, by=by, outcome=outcome, **fields)

    def case(self, number=53, **fields):
        return self.act("create_case", "anna", case=number, subject="Roof", **fields)

    def send(self, message, expects, *to, by="anna", case=53, text="Please look", **more):
        if to:
            more["to"] = list(to)
        return self.act("send", by, case=case, message=message, text=text, expects=expects, **more)

    def open(self, by, message=None, via=None, case=53, **more):
        if message is not None:
            more["message"] = message
        return self.act(
            "open", by, case=case, via=via or ("message" if message else "case"), **more
        )

    def mark(self, by, message, **more):
        return self.act("mark_read", by, message=message, **more)

    def reply(self, by, message, answers, *sizes, text="Here", case=53, **more):
        files = [{"name": f"{message}-{i}.pdf", "size": size} for i, size in enumerate(sizes)]
        return self.act(
            "reply", by, case=case, message=message, answers=answers, text=text, files=files, **more
        )

    def inbox(self, by, number=None, after=MINUTE, **unread):
        """See an inbox; a value is the unread flag, or all the fields seen."""
        entries = [
            {"message": name, **(seen if isinstance(seen, dict) else {"unread": seen})}
            for name, seen in unread.items()
        ]
        more = {} if number is None else {"unread": number}
        return self.tell(after, see="inbox", by=by, messages=entries, **more)

    def see(self, see="case", by="anna", after=MINUTE, **fields):
        if see not in ("mail", "inbox"):
            fields.setdefault("case", 53)
        if see != "mail":
            fields["by"] = by
        return self.tell(after, see=see, **fields)

    def fault(self, what, state):
        return self.tell(act="fault", what=what, state=state, outcome="ok")

    def replicate(self, result=0, **more):
        return self.tell(act="replicate", result=result, **{"outcome": "ok", **more})

    def role(self, who, role, **more):
        return self.tell(act="set_role", caseworker=who, role=role, **{"outcome": "ok", **more})

    @property
    def verdict(self) -> Verdict:
        return self.oracle.finish()

    @property
    def rules(self):
        return [(finding.rule, finding.line) for finding in self.verdict.findings]

    @property
    def decided(self):
        """Tell how often each rule decided the last line; rules that did not are left out."""
        oracle = Oracle(**self.settings)
        for line in self.lines[:-1]:
            oracle.take(*line)
        before = oracle.decisive
        after = self.oracle.decisive.items()
        return {rule: count - before[rule] for rule, count in after if count > before[rule]}


def sent(expects="reply", *to, readings=None, **settings):
    """One case with one message m1, on line 2."""
    return Story(readings, **settings).case().send("m1", expects, *(to or (K,)))


def fresh():
    """One case."""
    return Story().case()


def filed():
    """One case with a document."""
    return fresh().act("add_document", "anna", case=53, document="a.pdf")


def release(story, right, outcome="ok", recipient=K):
    return story.act(
        "set_release", "anna", outcome, case=53, recipient=recipient, create_messages=right
    )


def off(event):
    return fresh().act("set_mail", "anna", event=event, enabled=False)


def mail(story, to=K, event="new_message", **fields):
    if event == "new_message":
        fields["message"] = "m1"
    return story.see("mail", after=1, to=to, event=event, **fields)


def linked():
    return mail(mail(sent()), event="registration", link="abc")


def log(story, *messages):
    return story.see("activities", entries=[{"message": one} for one in messages])
