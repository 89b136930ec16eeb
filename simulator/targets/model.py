"""The domain in memory as a target: acts and observations in the words of a trace.

Envelopes are delivered at once. While link, portal or server are down they wait in order, and when
all are up again the last one delivered goes out once more, as its acknowledgement may be lost.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Final

from attrs import Factory, define

from reference.domain.accounts import (
    Account,
    announce,
    caseworker_account,
    register,
    request_link,
    role_of,
    set_template,
)
from reference.domain.acts import (
    AddDocument,
    CaseAct,
    CreateCase,
    EditCase,
    File,
    MailboxAct,
    MarkRead,
    Open,
    SendMessage,
    SetRelease,
    WriteNote,
    WriteReply,
)
from reference.domain.case import (
    Case,
    create_case,
    decide_case,
    fields_for,
    listed_for,
    replicated,
    take_into_case,
)
from reference.domain.facts import (
    Decision,
    Entry,
    EntryLogged,
    Envelope,
    Mail,
    Message,
    MessageArrived,
    MessageReceived,
    ReadMark,
    Release,
    Reply,
)
from reference.domain.mailbox import (
    Mailbox,
    button,
    decide_mailbox,
    hint,
    replicated_mailbox,
    take_into_mailbox,
)
from reference.domain.refusals import Refusal
from reference.domain.replication import (
    Answer,
    Record,
    answer_of,
    bundles,
    record_of,
    settle,
)
from reference.domain.rules import Rules, Template
from reference.domain.sending import under_way
from reference.domain.words import (
    STATUS_TEXTS,
    Button,
    CaseNumber,
    CloudRole,
    CloudStatus,
    ExpectedAction,
    Hint,
    MailEvent,
    Transport,
    Word,
)
from simulator.history.vocabulary import CARRIES, RUNS
from simulator.targets.folding import Folding
from simulator.targets.matter import (
    Linked,
    Matter,
    Person,
    read,
    read_person,
    spell,
    spell_person,
)
from simulator.targets.port import Delivery

Line = dict[str, Any]  # an act or an observation, as a line of a trace has it
Outcome = tuple[str, str | None]  # "ok" or "refused", and the code of the refusal

OK: Final[Outcome] = ("ok", None)
NOBODY: Final = Person()
#: What has to be up for the portal's users, for the MVP's users, and for mail.
PORTAL: Final = frozenset({"portal", "server"})
MVP: Final = frozenset({"server"})
MAILS: Final = frozenset({"mail", "portal", "server"})

#: What has to be up for each act; the others say themselves what keeps them from being done.
_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("set_role", "create_case", "edit_case", "add_document", "note", "send", "set_release"), MVP
    ),
    **dict.fromkeys(("set_mail", "register", "request_link", "open", "mark_read", "reply"), PORTAL),
}

#: The texts of the words that people see; an enum's own `value` takes five times as long.
_TEXTS: Final[Mapping[Word | None, str | None]] = {
    None: None,
    **{
        word: word.value
        for kind in (CloudStatus, ExpectedAction, Hint, Button, MailEvent)
        for word in kind
    },
}
_DOWNWARD: Final = frozenset({Message, Release})
_NUMBER: Final = (int, str)
_PORTAL_LOOKS: Final = frozenset({"inbox", "portal_case"})
_Act = Callable[["Model", Mapping[str, Any], datetime], Refusal | None]
_Look = Callable[["Model", str, CaseNumber | None], Line | None]


@define(eq=False)
class Model:
    """The whole system in memory: every act of a trace in, its outcome out.

    With `registration` a recipient has to register before anything else; without, all count as
    registered. What nobody asks for for long takes a few bytes.
    """

    rules: Rules
    registration: bool = False
    _matters: Folding[CaseNumber, Matter] = Factory(lambda: Folding(spell, read))
    _people: Folding[str, Person] = Factory(lambda: Folding(spell_person, read_person))
    _roles: dict[str, CloudRole] = Factory(dict[str, CloudRole])
    _templates: Mapping[str, Template] = Factory(lambda self: self.rules.templates, takes_self=True)
    _down: frozenset[str] = frozenset()
    _outbox: list[Envelope] = Factory(list[Envelope])
    _waiting: list[Envelope] = Factory(list[Envelope])  # for the next replication
    _last: Envelope | None = None  # delivered, but its acknowledgement may be lost
    _marked: dict[Hashable, Record] = Factory(dict[Hashable, Record])
    _unsent: list[Mail] = Factory(list[Mail])
    _links: int = 0
    _logged: int = 0
    run: tuple[Line, ...] = ()  # the bundles of the last replication
    _fingerprint: Hashable = None  # while nothing changes
    _mails: list[Line] = Factory(list[Line])  # that nobody was told of
    _deliveries: list[Delivery] = Factory(list[Delivery])
    _still: bool = False  # whether the last act changed nothing

    def fork(self) -> "Model":
        """Give a copy that goes its own way, and has nothing to tell yet."""
        return Model(
            self.rules,
            self.registration,
            self._matters.copy(),
            self._people.copy(),
            self._roles.copy(),
            self._templates,
            self._down,
            self._outbox.copy(),
            self._waiting.copy(),
            self._last,
            self._marked.copy(),
            self._unsent.copy(),
            self._links,
            self._logged,
            self.run,
            self._fingerprint,
        )

    def fingerprint(self) -> Hashable:
        """Give what makes a difference to anything that can still be done or seen.

        Activity lists, mails that went out, counters, and times within a day are left out. It is
        the same object until an act changes something.
        """
        if self._fingerprint is None:
            self._fingerprint = self._made_fingerprint()
        return self._fingerprint

    def _made_fingerprint(self) -> Hashable:
        matters, people = self._matters.values(), self._people.values()
        key = self._envelope_key
        return (
            frozenset([(matter.case, frozenset(matter.boxes.items())) for matter in matters]),
            frozenset([self._account_key(one.account) for one in people if one.account]),
            frozenset(self._roles.items()),
            None if self._templates is self.rules.templates else frozenset(self._templates.items()),
            self._down,
            tuple(map(key, self._outbox)) if self._outbox else (),
            tuple(map(key, self._waiting)) if self._waiting else (),
            tuple(self._marked.values()),
            tuple([(mail.to, mail.event, mail.message) for mail in self._unsent]),
        )

    def _account_key(self, account: Account) -> Hashable:
        link = account.link
        expiry = None
        if link is not None and self.registration:
            expiry = link.used, self.rules.day_of(link.expires_at, self.rules.zone)
        return account.address, account.registered, account.caseworker, expiry

    def _envelope_key(self, envelope: Envelope) -> Hashable:
        content = envelope.content
        key: Hashable = content
        day: date | None = None
        if isinstance(content, Reply):
            key = content.message, content.answers, content.text, content.files
            day = self.rules.day_of(content.written_at, self.rules.zone)
        elif isinstance(content, ReadMark):
            key = content.message
            day = self.rules.day_of(content.seen_at, self.rules.zone)
        return envelope.case, envelope.recipient, key, day

    # Acts

    def act(self, record: Mapping[str, Any], at: datetime) -> Outcome:
        """Do an act and let everything come to rest; give its outcome and the refusal's code.

        Raises:
            ValueError: for an act that the vocabulary does not have.
        """
        does = self._ACTS.get(record["act"])
        if does is None:
            raise ValueError(f"unknown act {record['act']!r}: use one of {', '.join(self._ACTS)}")
        if self._down & _NEEDS.get(record["act"], frozenset()):
            return "refused", Refusal.NOT_REACHABLE.code
        self._still = False
        refusal = does(self, record, at)
        if refusal is not None:
            return "refused", refusal.code
        if self._outbox or self._unsent or not self._still:
            self._fingerprint = None
        if self._outbox:
            self._carry(at)
        if self._unsent:
            self._send_mails()
        return OK

    def _mvp(self, record: Mapping[str, Any], act: CaseAct, at: datetime) -> Refusal | None:
        """Let a caseworker act on a case."""
        matter = self._matters.get(_case(record))
        case = None if matter is None else matter.case
        return self._kept(matter, decide_case(case, act, at, self.rules))

    def _kept(self, matter: Matter | None, decision: Decision[Case] | Refusal) -> Refusal | None:
        """Keep what was decided about a case."""
        if isinstance(decision, Refusal):
            return decision
        before = matter or Matter(decision.state, {}, None)
        self._keep_case(before, decision)
        self._post(decision.envelopes)
        return None

    def _create_case(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        number = _case(record)
        follow_up_on = _date(record.get("follow_up_on"))
        act = CreateCase(number, _text(record, "by"), _text(record, "subject"), follow_up_on)
        matter = self._matters.get(number)
        existing = None if matter is None else matter.case
        return self._kept(matter, create_case(existing, act, at, self.rules))

    def _edit_case(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        matter = self._matters.get(_case(record))
        if matter is None:
            return Refusal.UNKNOWN_CASE
        case = matter.case
        subject = _text(record, "subject") if "subject" in record else case.subject
        day = case.follow_up_on
        if "follow_up_on" in record:
            day = _date(record["follow_up_on"])
        return self._mvp(record, EditCase(_text(record, "by"), subject, day), at)

    def _add_document(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        size = record.get("size", 0)
        act = AddDocument(_text(record, "by"), _text(record, "document"), size)
        return self._mvp(record, act, at)

    def _note(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        return self._mvp(record, WriteNote(_text(record, "by"), _text(record, "text")), at)

    def _send(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        by = _text(record, "by")
        to = record.get("to")
        act = SendMessage(
            by,
            self._role(by),
            _text(record, "message"),
            _text(record, "text"),
            record.get("expects"),
            None if to is None else tuple(to),
            tuple(record.get("documents") or ()),
        )
        return self._mvp(record, act, at)

    def _set_release(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        by = _text(record, "by")
        may = record.get("create_messages") is True
        return self._mvp(
            record, SetRelease(by, self._role(by), _text(record, "recipient"), may), at
        )

    def _set_role(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        del at
        role = role_of(_text(record, "role"))
        if isinstance(role, Refusal):
            return role
        self._roles[_text(record, "caseworker")] = role
        address = self.rules.normal_address(_text(record, "email"))
        if address:
            self._keep_account(caseworker_account(self._account(address), address))
        return None

    def _set_mail(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        del at
        event = _text(record, "event")
        before = self._templates.get(event)
        if before is None:
            return Refusal.UNKNOWN_MAIL_EVENT
        template = Template(
            _text(record, "subject") if "subject" in record else before.subject,
            _text(record, "body") if "body" in record else before.body,
            record.get("enabled", before.enabled) is True,
        )
        changed = set_template(self._templates, event, template, self.rules)
        if isinstance(changed, Refusal):
            return changed
        self._templates = changed
        return None

    def _recipient(self, record: Mapping[str, Any]) -> str | Refusal:
        """Give the address of who acts in the portal, if they have an account there."""
        address = self.rules.normal_address(_text(record, "by"))
        account = self._account(address)
        if account is None:
            return Refusal.UNKNOWN_ACCOUNT
        if self.registration and not account.registered:
            return Refusal.NOT_REGISTERED
        return address

    def _portal(
        self, case: CaseNumber, address: str, act: MailboxAct, at: datetime
    ) -> Refusal | None:
        """Let a recipient act on their mailbox."""
        number, name = self.rules.mailbox_key(case, address)
        matter = self._matters.get(number)
        if matter is None:
            return Refusal.NOT_ADDRESSED
        box = matter.boxes.get(name)
        decision = decide_mailbox(box, act, at, self.rules)
        if isinstance(decision, Refusal):
            return decision
        if decision.state is box and not decision.envelopes:
            self._still = True
            return None
        self._keep_box(matter, name, decision.state)
        self._post(decision.envelopes)
        return None

    def _open(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        address = self._recipient(record)
        if isinstance(address, Refusal):
            return address
        act = Open(_text(record, "via"), record.get("message"))
        return self._portal(_case(record), address, act, at)

    def _mark_read(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        address = self._recipient(record)
        if isinstance(address, Refusal):
            return address
        message = _text(record, "message")
        for box in self._boxes_of(address):
            if any(item.message == message for item in box.items):
                return self._portal(box.case, address, MarkRead(message), at)
        return Refusal.UNKNOWN_MESSAGE

    def _reply(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        address = self._recipient(record)
        if isinstance(address, Refusal):
            return address
        files = tuple(File(file["name"], file["size"]) for file in record.get("files") or ())
        answers = record.get("answers")
        act = WriteReply(_text(record, "message"), answers, _text(record, "text"), files)
        return self._portal(_case(record), address, act, at)

    def _register(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        account = self._account(self.rules.normal_address(_text(record, "by")))
        newest = account.link.token if account is not None and account.link is not None else ""
        decision = register(account, record.get("link", newest), at)
        if isinstance(decision, Refusal):
            return decision
        self._keep_account(decision.state)
        return None

    def _request_link(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        account = self._account(self.rules.normal_address(_text(record, "by")))
        template = self._templates[MailEvent.REGISTRATION]
        decision = request_link(account, self._token(), at, self.rules, template)
        if isinstance(decision, Refusal):
            return decision
        self._tell(account, decision)
        return None

    def _fault(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        """Break or mend something; what is slow works, within the moment of an act."""
        del at
        was_cut = self._down & CARRIES
        if record["state"] == "down":
            self._down |= {record["what"]}
        else:
            self._down -= {record["what"]}
        if was_cut and not self._down & CARRIES and self._last is not None:
            self._outbox.insert(0, self._last)
        return None

    def _replicate(self, record: Mapping[str, Any], at: datetime) -> Refusal | None:
        """Run a replication; of a run in which some records failed, these are the last ones."""
        answer = answer_of(record.get("result", -1))
        if isinstance(answer, Refusal):
            return answer
        if answer is Answer.FAILED:
            self.run = ()
            return None
        if self._down & RUNS:
            return Refusal.REPLICATION_FAILED
        run = bundles(tuple(self._marked.values()), self.rules)
        result = record["result"]
        self.run = tuple(
            {"kind": bundle.kind.value, "records": len(bundle.records), "result": result}
            for bundle in run
        )
        records = [each for bundle in run for each in bundle.records]
        count = record.get("failed", 0) if answer is Answer.SOME_FAILED else 0
        failed = frozenset(records[max(len(records) - count, 0) :] if count else ())
        self._marked = {}
        waiting, self._waiting = self._waiting, []
        for envelope in waiting:  # older than the records: a message brings the data as of sending
            self._deliver(envelope, at)
        for bundle in run:
            settled = settle(bundle, answer, failed)
            self._marked |= {record.key: record for record in settled.again}
            for taken in settled.taken:
                self._replicated(taken, at)
        return None

    def _replicated(self, record: Record, at: datetime) -> None:
        """Let the portal take a record; the case is as before."""
        matter = self._matters.get(record.case)
        assert matter is not None  # noqa: S101 - it was marked
        boxes: dict[str, Mailbox] = {}
        for name, box in matter.boxes.items():
            decision = replicated_mailbox(box, record, at, self.rules)
            self._post(decision.envelopes)
            if decision.state is not box:
                boxes[name] = decision.state
        case = replicated(matter.case, at, self.rules)
        if boxes or case is not matter.case:
            self._matters[record.case] = Matter(case, {**matter.boxes, **boxes}, matter.log)

    # Delivery

    def _post(self, envelopes: tuple[Envelope, ...]) -> None:
        transports = self.rules.transports
        for envelope in envelopes:
            later = transports[type(envelope.content)] is Transport.REPLICATION
            (self._waiting if later else self._outbox).append(envelope)

    def _carry(self, at: datetime) -> None:
        """Deliver what waits, in order; what comes too early is kept back."""
        if self._down & CARRIES:
            return
        kept: list[Envelope] = []
        for envelope in self._outbox:
            if self._deliver(envelope, at):
                self._last = envelope
            else:
                kept.append(envelope)
        self._outbox = kept

    def _deliver(self, envelope: Envelope, at: datetime) -> bool:
        """Hand an envelope to its receiver; say whether it took it, now or before."""
        if type(envelope.content) in _DOWNWARD:
            return self._deliver_down(envelope, at)
        matter = self._matters.get(envelope.case)
        assert matter is not None  # noqa: S101 - a mailbox belongs to a case
        case = take_into_case(matter.case, envelope, at, self.rules)
        if isinstance(case, Refusal):
            return False
        self._keep_case(matter, case)
        return True

    def _deliver_down(self, envelope: Envelope, at: datetime) -> bool:
        number, name = self.rules.mailbox_key(envelope.case, envelope.recipient)
        matter = self._matters.get(number)
        assert matter is not None  # noqa: S101 - its case sent the envelope
        before = matter.boxes.get(name)
        box = take_into_mailbox(before, envelope, at, self.rules)
        if isinstance(box, Refusal):
            return False
        if before is None:
            person = self._people.get(name) or NOBODY
            self._people[name] = Person(person.account, (*person.cases, number))
        self._keep_box(matter, name, box.state)
        for fact in box.facts:
            if isinstance(fact, MessageReceived):
                self._deliveries.append(Delivery(fact.case, fact.message, fact.recipient, at))
                self._announce(fact, at)
        return True

    def _keep_box(self, matter: Matter, name: str, box: Mailbox) -> None:
        boxes = {**matter.boxes, name: box}
        self._matters[matter.case.number] = Matter(matter.case, boxes, matter.log)

    def _keep_case(self, matter: Matter, decision: Decision[Case]) -> None:
        """Keep a case, with the facts that someone can look at or replication has to carry."""
        log = matter.log
        for fact in decision.facts:
            if isinstance(fact, EntryLogged):
                self._logged += 1
                log = Linked(fact.entry, log)
            elif isinstance(fact, MessageArrived):
                self._deliveries.append(Delivery(fact.case, fact.message, None, fact.at))
            else:
                record = record_of(fact)
                if record is not None:
                    self._marked[record.key] = record
        self._matters[decision.state.number] = Matter(decision.state, matter.boxes, log)

    def _announce(self, received: MessageReceived, at: datetime) -> None:
        account = self._account(received.recipient)
        token = self._token()
        decision = announce(account, received, token, at, self.rules, self._templates.__getitem__)
        self._tell(account, decision)

    def _tell(self, before: Account | None, decision: Decision[Account]) -> None:
        """Keep an account that changed, and send what it is to be told."""
        if decision.state is not before:
            self._keep_account(decision.state)
        self._unsent += decision.mails

    def _account(self, address: str) -> Account | None:
        person = self._people.get(address)
        return None if person is None else person.account

    def _keep_account(self, account: Account) -> None:
        person = self._people.get(account.address) or NOBODY
        if account is not person.account:
            self._people[account.address] = Person(account, person.cases)

    def _token(self) -> str:
        self._links += 1
        return f"link-{self._links}"

    def _send_mails(self) -> None:
        if self._down & MAILS:
            return
        self._mails += map(_mail_line, self._unsent)
        self._unsent = []

    # Observations

    @property
    def logged(self) -> int:
        """How many entries the activity lists have together."""
        return self._logged

    def told(self) -> tuple[Sequence[Line], Sequence[Delivery]]:
        """Give mails and deliveries since this was asked last, oldest first, and forget them."""
        mails, deliveries = self._mails, self._deliveries
        self._mails, self._deliveries = [], []
        return mails, deliveries

    def look(self, see: str, by: str, case: CaseNumber | None = None) -> Line | None:
        """Give what someone sees; None where nothing answers or nothing is there for them.

        Raises:
            ValueError: for an observation that nobody makes by looking.
        """
        looks = self._LOOKS.get(see)
        if looks is None:
            raise ValueError(f"nobody looks at {see!r}: use one of {', '.join(self._LOOKS)}")
        if self._down & (PORTAL if see in _PORTAL_LOOKS else MVP):
            return None
        return looks(self, by, case)

    def _role(self, caseworker: str) -> CloudRole:
        return self._roles.get(caseworker, CloudRole.NONE)

    def _boxes_of(self, address: str) -> list[Mailbox]:
        """Give the mailboxes of a recipient, those of the cases that reached them first first."""
        _, name = self.rules.mailbox_key("", address)
        cases = (self._people.get(name) or NOBODY).cases
        matters = [self._matters.get(number) for number in cases]
        return [matter.boxes[name] for matter in matters if matter is not None]

    def _see_case(self, by: str, number: CaseNumber | None) -> Line | None:
        matter = None if number is None else self._matters.get(number)
        if matter is None:
            return None
        case = matter.case
        fields = fields_for(case, self._role(by), self.rules)
        status = fields.cloud_status
        return {
            "see": "case",
            "by": by,
            "case": number,
            "cloud_status": _TEXTS[status],
            "status_text": None if status is None else STATUS_TEXTS[status],
            "acknowledged_on": _day(fields.acknowledged_on),
            "follow_up_on": _day(case.follow_up_on),
            "under_way": list(under_way((*self._outbox, *self._waiting), case)),
        }

    def _see_case_list(self, by: str, number: CaseNumber | None) -> Line:
        del number
        role = self._role(by)
        listed = [
            (matter.case.number, listed_for(matter.case, role, self.rules))
            for matter in self._matters.values()
        ]
        cases = [{"case": number, "cloud_status": _TEXTS[status]} for number, status in listed]
        return {"see": "case_list", "by": by, "cases": cases}

    def _see_inbox(self, by: str, number: CaseNumber | None) -> Line | None:
        del number
        rules = self.rules
        address = rules.normal_address(by)
        if self._account(address) is None:
            return None
        items = [item for box in self._boxes_of(address) for item in box.items]
        return {
            "see": "inbox",
            "by": by,
            "unread": rules.unread_count(items),
            "messages": [
                {
                    "message": item.message,
                    "unread": not item.read,
                    "hint": _TEXTS[hint(item, rules)],
                    "opened": item.opened,
                    "answered": item.answered,
                }
                for item in items
            ],
        }

    def _see_portal_case(self, by: str, number: CaseNumber | None) -> Line | None:
        if number is None:
            return None
        place, name = self.rules.mailbox_key(number, self.rules.normal_address(by))
        matter = self._matters.get(place)
        box = None if matter is None else matter.boxes.get(name)
        if box is None:
            return None
        return {
            "see": "portal_case",
            "by": by,
            "case": number,
            "subject": box.subject,
            "documents": list(box.documents),
            "text": box.text,
            "button": _TEXTS[button(box, self.rules)],
        }

    def _see_activities(self, by: str, number: CaseNumber | None) -> Line | None:
        matter = None if number is None else self._matters.get(number)
        if matter is None:
            return None
        entries = [_entry_line(entry) for entry in matter.entries()]
        return {"see": "activities", "by": by, "case": number, "entries": entries}

    def _see_preset(self, by: str, number: CaseNumber | None) -> Line | None:
        matter = None if number is None else self._matters.get(number)
        if matter is None:
            return None
        recipients = list(matter.case.preset)
        return {"see": "preset", "by": by, "case": number, "recipients": recipients}

    _ACTS: ClassVar[Mapping[str, _Act]] = MappingProxyType(
        {
            "set_role": _set_role,
            "create_case": _create_case,
            "edit_case": _edit_case,
            "add_document": _add_document,
            "note": _note,
            "send": _send,
            "set_release": _set_release,
            "set_mail": _set_mail,
            "register": _register,
            "request_link": _request_link,
            "open": _open,
            "mark_read": _mark_read,
            "reply": _reply,
            "replicate": _replicate,
            "fault": _fault,
        }
    )
    _LOOKS: ClassVar[Mapping[str, _Look]] = MappingProxyType(
        {
            "case": _see_case,
            "case_list": _see_case_list,
            "inbox": _see_inbox,
            "portal_case": _see_portal_case,
            "activities": _see_activities,
            "preset": _see_preset,
        }
    )


def _case(record: Mapping[str, Any]) -> CaseNumber:
    """Give the case's number; what can be none becomes the number of no case."""
    value = record.get("case")
    return value if isinstance(value, _NUMBER) else ""


def _text(record: Mapping[str, Any], name: str) -> str:
    """Give a text; what is none counts as absent, and the domain refuses where it matters."""
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _entry_line(entry: Entry) -> Line:
    return {
        "author": entry.author,
        "carried_by": entry.carried_by,
        "at": entry.at.isoformat(),
        "stamp": entry.stamp,
        "message": entry.message,
        "text": entry.text,
        "to": list(entry.to),
        "expects": _TEXTS[entry.expects],
        "files": list(entry.files),
    }


def _mail_line(mail: Mail) -> Line:
    line: Line = {
        "see": "mail",
        "to": mail.to,
        "event": _TEXTS[mail.event],
        "message": mail.message,
        "message_id": mail.message_id,
        "body": f"{mail.subject}\n\n{mail.body}",
    }
    return line if mail.link is None else {**line, "link": mail.link}
