"""The API of the collaboration: one entry for each thing that a recipient can do or see."""

from attrs import Factory, define, frozen

from reference.collaboration import acts, looks
from reference.domain.acts import MarkRead, Open
from reference.domain.refusals import Refusal
from reference.http.operations import Answer, Call, NamesPage, Operation, Page, Who, shown
from reference.store.codec import case_number
from reference.store.collaboration_tables import MAILBOXES
from reference.store.remembered import Remembered
from reference.store.shapes import Name
from reference.store.side import Side
from reference.store.unit import Unit

BASE = "/api/collaboration"


@frozen
class Opening:
    """What was clicked: widget, case, attachments, message or reply (INB-2)."""

    via: str
    message: Name | None = None


@define(eq=False)
class CollaborationApi:
    """The handlers of the collaboration's operations."""

    side: Side
    _seen: Remembered[Answer] = Factory(Remembered[Answer])

    def __attrs_post_init__(self) -> None:
        """Let what is written of a mailbox end what is remembered of its recipient's inbox."""
        self.side.writer.before.append(lambda unit: self._seen.unsettle(_recipients(unit)))
        self.side.writer.after.append(lambda unit: self._seen.forget(_recipients(unit)))

    async def show_inbox(self, call: Call) -> Answer:
        """Show the inbox."""
        page: Page = call.query

        async def read() -> Answer:
            return await shown(
                self.side,
                lambda raw: looks.inbox(raw, call.actor, self.side.rules, page.after, page.limit),
            )

        return await self._seen.answer(call.actor, page, read)

    async def show_widget(self, call: Call) -> Answer:
        """Show the inbox widget of the start page."""

        async def read() -> Answer:
            return await shown(
                self.side, lambda raw: looks.widget(raw, call.actor, self.side.rules)
            )

        return await self._seen.answer(call.actor, "widget", read)

    async def list_released_cases(self, call: Call) -> Answer:
        """List the cases that were released."""
        page: NamesPage = call.query
        after = case_number(page.after) if page.after else None
        return await shown(
            self.side, lambda raw: looks.released_cases(raw, call.actor, after, page.limit)
        )

    async def show_released_case(self, call: Call) -> Answer:
        """Show the page of a case."""
        return await shown(
            self.side, lambda raw: looks.portal_case(raw, call.case, call.actor, self.side.rules)
        )

    async def open_case(self, call: Call) -> Answer:
        """Open a case, or what belongs to an entry of the inbox."""
        act = Open(call.body.via, call.body.message)

        def work(unit: Unit) -> None:
            acts.act_on_mailbox(unit, call.case, call.actor, act, unit.moment, self.side.rules)

        return await call.act(self.side, work)

    async def mark_read(self, call: Call) -> Answer:
        """Mark a message read."""
        message = call.path["message"]

        def work(unit: Unit) -> None:
            number = acts.case_of(unit, call.actor, message)
            act = MarkRead(message)
            acts.act_on_mailbox(unit, number, call.actor, act, unit.moment, self.side.rules)

        return await call.act(self.side, work)

    def operations(self) -> tuple[Operation, ...]:
        """Give the operations of the collaboration."""
        who, case = Who.RECIPIENT, f"{BASE}/cases/{{case}}"
        return (
            Operation(
                "GET",
                f"{BASE}/inbox",
                who,
                "Show the inbox",
                self.show_inbox,
                query=Page,
                answer=looks.Inbox,
            ),
            Operation(
                "GET",
                f"{BASE}/widget",
                who,
                "Show the widget",
                self.show_widget,
                answer=looks.Widget,
            ),
            Operation(
                "GET",
                f"{BASE}/cases",
                who,
                "List released cases",
                self.list_released_cases,
                query=NamesPage,
                answer=looks.ReleasedCases,
            ),
            Operation(
                "GET",
                case,
                who,
                "Show a released case",
                self.show_released_case,
                answer=looks.PortalCase,
                refusals=(Refusal.NOT_ADDRESSED,),
            ),
            Operation(
                "POST",
                f"{case}/openings",
                who,
                "Open",
                self.open_case,
                body=Opening,
                status=204,
                act=True,
                refusals=(Refusal.NOT_ADDRESSED, Refusal.UNKNOWN_VIA, Refusal.UNKNOWN_MESSAGE),
            ),
            Operation(
                "POST",
                f"{BASE}/messages/{{message}}/read",
                who,
                "Mark read",
                self.mark_read,
                status=204,
                act=True,
                refusals=(Refusal.UNKNOWN_MESSAGE, Refusal.MARK_READ_NOT_AVAILABLE),
            ),
        )


def _recipients(unit: Unit) -> set[str]:
    """Give the recipients whose mailboxes a transaction changes."""
    return {key[1] for kept, key in unit.changed if kept is MAILBOXES}
