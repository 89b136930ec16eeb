"""The API of the MVP: one entry for each thing that a caseworker can do or see."""

import sqlite3
from datetime import date

from attrs import define

from reference.domain.acts import (
    CreateCase,
    EditCase,
    SendMessage,
    SetRelease,
    WriteNote,
)
from reference.domain.refusals import Refusal
from reference.domain.values import frozen
from reference.domain.words import AddressScope, CaseNumber, CloudStatus
from reference.http.operations import Answer, Call, NamesPage, Operation, Page, Who, shown
from reference.http.problems import Problem
from reference.mvp import acts, looks
from reference.store.mvp_tables import address_book
from reference.store.shapes import ABSENT, Absent, Cursor, Limit, Name, Subject
from reference.store.side import Side
from reference.store.unit import Unit

BASE = "/api/mvp"


@frozen
class NewMessage:
    """A message to be shared; without `to` it goes to the preset recipients (SEND-6)."""

    text: str
    expects: str | None = None
    to: tuple[str, ...] | None = None
    documents: tuple[str, ...] = ()
    message: Name | None = None


@frozen
class NewCase:
    """A case to be created, alone or with its first message (SEND-1)."""

    case: CaseNumber | None = None
    subject: Subject = ""
    follow_up_on: date | None = None
    customer: Subject = ""
    message: NewMessage | None = None


@frozen
class CaseChange:
    """The data of a case; what is absent stays, a null clears the follow-up date."""

    subject: Subject | None = None
    follow_up_on: date | Absent | None = ABSENT


@frozen
class Note:
    """A text that stays inside (SEND-2)."""

    text: str


@frozen
class Right:
    """The right to create messages (RGT-2)."""

    create_messages: bool


@frozen
class Role:
    """A cloud role, and the caseworker's address (RGT-3, ACC-5)."""

    role: str
    email: str | None = None


@frozen
class Sent:
    """A message that was sent, with its id, and the number of its case."""

    case: CaseNumber
    message: str


@frozen
class Created:
    """A case that was created."""

    case: CaseNumber


@frozen
class Recipients:
    """Addresses, in order."""

    recipients: tuple[str, ...]


@frozen
class CasePage:
    """Which part of the case list, by status, words in subject, number or customer, follow-up."""

    status: CloudStatus | None = None
    search: str | None = None
    due_on: date | None = None
    after: Cursor = 0
    limit: Limit = 100


@frozen
class Scope:
    """Which addresses are proposed: of the case, of its customer, or all (SEND-8)."""

    scope: AddressScope = AddressScope.CASE


_SENDING = (
    Refusal.ROLE_MISSING,
    Refusal.NO_EXPECTED_ACTION,
    Refusal.UNKNOWN_EXPECTED_ACTION,
    Refusal.BLANK_TEXT,
    Refusal.NO_RECIPIENT,
    Refusal.MALFORMED_ADDRESS,
    Refusal.FOREIGN_DOCUMENT,
    Problem.MESSAGE_EXISTS,
)


@define(eq=False)
class MvpApi:
    """The handlers of the MVP's operations."""

    side: Side

    async def list_cases(self, call: Call) -> Answer:
        """List the cases with their status."""
        page: CasePage = call.query
        return await shown(
            self.side,
            lambda raw: looks.case_list(
                raw,
                call.actor,
                self.side.rules,
                looks.CaseFilter(page.status, page.search, page.due_on),
                after=page.after,
                limit=page.limit,
            ),
        )

    async def create_case(self, call: Call) -> Answer:
        """Create a case, alone or with its first message."""
        new: NewCase = call.body
        ids = self._message_id(new.message)

        def work(unit: Unit) -> Created | Sent:
            now, rules = unit.moment, self.side.rules
            number = acts.next_number(unit) if new.case is None else new.case
            act = CreateCase(number, call.actor, new.subject, new.follow_up_on)
            if new.message is None:
                acts.create(unit, act, new.customer, now, rules)
                return Created(number)
            message = self._send(unit, call.actor, new.message, ids)
            acts.create_with_message(unit, act, new.customer, message, now, rules)
            return Sent(number, ids)

        return await call.act(self.side, work, status=201)

    async def show_case(self, call: Call) -> Answer:
        """Show a case with its fields and what is under way."""
        return await shown(
            self.side, lambda raw: looks.case_view(raw, call.case, call.actor, self.side.rules)
        )

    async def edit_case(self, call: Call) -> Answer:
        """Change the data of a case."""
        change: CaseChange = call.body

        def work(unit: Unit) -> None:
            case = acts.known_case(unit, call.case)
            subject = case.subject if change.subject is None else change.subject
            day = case.follow_up_on if change.follow_up_on is ABSENT else change.follow_up_on
            act = EditCase(call.actor, subject, day)
            acts.change(unit, call.case, act, unit.moment, self.side.rules)

        return await call.act(self.side, work)

    async def list_activities(self, call: Call) -> Answer:
        """List the activities of a case, oldest first."""
        page: Page = call.query
        return await shown(
            self.side, lambda raw: looks.activities(raw, call.case, page.after, page.limit)
        )

    async def write_note(self, call: Call) -> Answer:
        """Save a text without sharing it."""
        act = WriteNote(call.actor, call.body.text)
        return await call.act(
            self.side,
            lambda unit: acts.change(unit, call.case, act, unit.moment, self.side.rules),
            status=201,
        )

    async def send_message(self, call: Call) -> Answer:
        """Share a text with recipients outside."""
        new: NewMessage = call.body
        ids, case, rules = self._message_id(new), call.case, self.side.rules
        chosen = new.message is not None

        def work(unit: Unit) -> Sent:
            act = self._send(unit, call.actor, new, ids)
            acts.send(unit, case, act, unit.moment, rules, chosen=chosen)
            return Sent(case, ids)

        return await call.act(self.side, work, status=201)

    async def show_preset(self, call: Call) -> Answer:
        """Show the recipients that are preset for the next message."""

        def look(connection: sqlite3.Connection) -> Recipients:
            return Recipients(looks.preset(connection, call.case))

        return await shown(self.side, look)

    async def propose_addresses(self, call: Call) -> Answer:
        """Propose addresses for the next message."""
        scope: AddressScope = call.query.scope

        def look(connection: sqlite3.Connection) -> Recipients:
            looks.known_case(connection, call.case)
            return Recipients(address_book(connection, call.case).proposed(scope))

        return await shown(self.side, look)

    async def set_case_addresses(self, call: Call) -> Answer:
        """Say which addresses belong to a case."""
        return await call.act(
            self.side,
            lambda unit: Recipients(
                acts.set_case_addresses(unit, call.case, call.body.recipients, self.side.rules)
            ),
        )

    async def set_customer_addresses(self, call: Call) -> Answer:
        """Say which addresses belong to a customer."""
        customer = call.path["customer"]
        return await call.act(
            self.side,
            lambda unit: Recipients(
                acts.set_customer_addresses(unit, customer, call.body.recipients, self.side.rules)
            ),
        )

    async def list_releases(self, call: Call) -> Answer:
        """List the releases of a case."""
        page: NamesPage = call.query
        return await shown(
            self.side, lambda raw: looks.releases(raw, call.case, page.after, page.limit)
        )

    async def set_release(self, call: Call) -> Answer:
        """Give or withhold a recipient's right to create messages."""

        def work(unit: Unit) -> None:
            role = acts.role_held(unit, call.actor)
            act = SetRelease(call.actor, role, call.path["recipient"], call.body.create_messages)
            acts.change(unit, call.case, act, unit.moment, self.side.rules)

        return await call.act(self.side, work)

    async def list_caseworkers(self, call: Call) -> Answer:
        """List the caseworkers with their cloud roles."""
        page: NamesPage = call.query
        return await shown(
            self.side, lambda raw: looks.caseworkers_page(raw, page.after, page.limit)
        )

    async def set_caseworker(self, call: Call) -> Answer:
        """Give a caseworker a cloud role."""
        role: Role = call.body

        def work(unit: Unit) -> looks.CaseworkerView:
            who = acts.set_role(unit, call.path["name"], role.role, role.email, self.side.rules)
            return looks.CaseworkerView(who.name, who.role.value, who.email)

        return await call.act(self.side, work)

    def _message_id(self, new: NewMessage | None) -> str:
        return (new and new.message) or self.side.new_id()

    def _send(self, unit: Unit, by: str, new: NewMessage, message: str) -> SendMessage:
        role = acts.role_held(unit, by)
        return SendMessage(by, role, message, new.text, new.expects, new.to, new.documents)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of the MVP."""
        worker, case = Who.CASEWORKER, f"{BASE}/cases/{{case}}"
        return (  # the most frequent one first: the router tries them in this order
            Operation(
                "POST",
                f"{case}/messages",
                worker,
                "Send a message",
                self.send_message,
                body=NewMessage,
                answer=Sent,
                status=201,
                act=True,
                refusals=(Refusal.UNKNOWN_CASE, *_SENDING),
            ),
            Operation(
                "GET",
                f"{BASE}/cases",
                worker,
                "List cases",
                self.list_cases,
                query=CasePage,
                answer=looks.CaseList,
            ),
            Operation(
                "POST",
                f"{BASE}/cases",
                worker,
                "Create a case",
                self.create_case,
                body=NewCase,
                answer=Created | Sent,
                status=201,
                act=True,
                refusals=(Refusal.CASE_EXISTS, *_SENDING),
                example={"case": 53, "subject": "Kfz-Versicherung", "customer": "Muster GmbH"},
            ),
            Operation(
                "GET",
                case,
                worker,
                "Show a case",
                self.show_case,
                answer=looks.CaseView,
                refusals=(Refusal.UNKNOWN_CASE,),
            ),
            Operation(
                "PATCH",
                case,
                worker,
                "Edit a case",
                self.edit_case,
                body=CaseChange,
                status=204,
                act=True,
                refusals=(Refusal.UNKNOWN_CASE,),
            ),
            Operation(
                "GET",
                f"{case}/activities",
                worker,
                "List activities",
                self.list_activities,
                query=Page,
                answer=looks.Activities,
                refusals=(Refusal.UNKNOWN_CASE,),
            ),
            Operation(
                "POST",
                f"{case}/notes",
                worker,
                "Write a note",
                self.write_note,
                body=Note,
                status=201,
                act=True,
                refusals=(Refusal.UNKNOWN_CASE, Refusal.BLANK_TEXT),
            ),
            Operation(
                "GET",
                f"{case}/preset",
                worker,
                "Show the preset",
                self.show_preset,
                answer=Recipients,
                refusals=(Refusal.UNKNOWN_CASE,),
            ),
            Operation(
                "GET",
                f"{case}/addresses",
                worker,
                "Propose addresses",
                self.propose_addresses,
                query=Scope,
                answer=Recipients,
                refusals=(Refusal.UNKNOWN_CASE,),
            ),
            Operation(
                "PUT",
                f"{case}/addresses",
                worker,
                "Set the addresses of a case",
                self.set_case_addresses,
                body=Recipients,
                answer=Recipients,
                act=True,
                refusals=(Refusal.UNKNOWN_CASE, Refusal.MALFORMED_ADDRESS),
            ),
            Operation(
                "PUT",
                f"{BASE}/customers/{{customer}}/addresses",
                worker,
                "Set the addresses of a customer",
                self.set_customer_addresses,
                body=Recipients,
                answer=Recipients,
                act=True,
                refusals=(Refusal.MALFORMED_ADDRESS,),
            ),
            Operation(
                "GET",
                f"{case}/releases",
                worker,
                "List releases",
                self.list_releases,
                query=NamesPage,
                answer=looks.Releases,
                refusals=(Refusal.UNKNOWN_CASE,),
            ),
            Operation(
                "PUT",
                f"{case}/releases/{{recipient}}",
                worker,
                "Set a release",
                self.set_release,
                body=Right,
                status=204,
                act=True,
                refusals=(Refusal.UNKNOWN_CASE, Refusal.ROLE_MISSING, Refusal.MALFORMED_ADDRESS),
            ),
            Operation(
                "GET",
                f"{BASE}/caseworkers",
                Who.STAFF,
                "List caseworkers",
                self.list_caseworkers,
                query=NamesPage,
                answer=looks.Caseworkers,
            ),
            Operation(
                "PUT",
                f"{BASE}/caseworkers/{{name}}",
                Who.ADMINISTRATOR,
                "Set a caseworker's role",
                self.set_caseworker,
                body=Role,
                answer=looks.CaseworkerView,
                act=True,
                refusals=(Refusal.UNKNOWN_ROLE,),
            ),
        )
