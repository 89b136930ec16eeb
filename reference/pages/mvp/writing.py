"""The activity field, and the dialog that says with whom its text is shared (SEND)."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from aiohttp import web
from attrs import define, evolve, frozen

from reference.domain.acts import CreateCase, SendMessage, WriteNote
from reference.domain.addresses import LENGTH_MAX
from reference.domain.case import expected_action
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules
from reference.domain.sending import TextBlock, dialog_appears
from reference.domain.words import AddressScope, CaseNumber, CloudRole, Right
from reference.http.operations import Answer, Operation
from reference.http.problems import Fault, Problem, Refused
from reference.mvp import acts, looks
from reference.mvp.api import Created, Sent
from reference.pages.making import Pages
from reference.pages.mvp.cases import CasesPages, block_value, blocks_offered
from reference.pages.mvp.places import CASES, NEW_CASE, case_at, with_query
from reference.pages.mvp.typed import addresses_in, day_of, malformed
from reference.pages.visit import Visit
from reference.store import mvp_tables
from reference.store.codec import MisfitError, case_number, loads, structure
from reference.store.mvp_tables import DRAFTS, NO_CASE, Draft, address_book
from reference.store.shapes import SUBJECT
from reference.store.side import Side
from reference.store.unit import Unit

#: How many addresses and documents can be ticked on one page.
OFFERED_MAX: Final = 200
#: How often, and after how many seconds each, it is looked whether a message has arrived.
LOOKS_MAX: Final = 40
LOOK_EVERY_S: Final = 0.025
_SCOPES: Final = {scope.value: scope for scope in AddressScope}
#: At which field a refusal stands.
PLACES: Final[dict[Refusal | Problem, str]] = {
    Refusal.NO_EXPECTED_ACTION: "expects",
    Refusal.UNKNOWN_EXPECTED_ACTION: "expects",
    Refusal.BLANK_TEXT: "text",
    Refusal.NO_RECIPIENT: "to",
    Refusal.MALFORMED_ADDRESS: "address",
    Refusal.FOREIGN_DOCUMENT: "documents",
    Refusal.CASE_EXISTS: "number",
    Refusal.ROLE_MISSING: "share",
}


#: The same in the dialog, which shows neither text nor action to be changed.
DIALOG_PLACES: Final[dict[Refusal | Problem, str]] = {
    Refusal.NO_RECIPIENT: "address",
    Refusal.MALFORMED_ADDRESS: "address",
    Refusal.FOREIGN_DOCUMENT: "documents",
}


@frozen
class NewCase:
    """A case that is to be created; without a `number` it gets the next one."""

    number: CaseNumber | None
    subject: str
    customer: str
    follow_up_on: date | None


@frozen
class FieldShown:
    """What the activity field shows of a new case."""

    draft: Draft
    role: CloudRole
    blocks: tuple[TextBlock, ...]
    next_number: int


@frozen
class DialogShown:
    """What the dialog shows."""

    draft: Draft
    subject: str
    preset: tuple[str, ...]
    documents: tuple[str, ...]


@define(eq=False)
class WritingPages:
    """The pages on which messages are written; a new case is one without a number."""

    pages: Pages
    side: Side
    cases: CasesPages

    async def show_new_case(self, visit: Visit) -> web.Response:
        """Show the form for a new case."""
        return await self._new_case(visit)

    async def _new_case(
        self, visit: Visit, draft: Draft | None = None, status: int = 200
    ) -> web.Response:
        rules, filtered = self.side.rules, visit.request.query.get("blocks") != "all"

        def look(connection: sqlite3.Connection) -> FieldShown:
            return FieldShown(
                looks.draft(connection, visit.user, NO_CASE),
                looks.role_of_viewer(connection, visit.user),
                blocks_offered(connection, rules, filtered=filtered),
                looks.next_number(connection),
            )

        shown = await self.side.reader.look(look)
        return visit.page(
            "mvp/new_case.html",
            status,
            at=NEW_CASE,
            draft=draft or shown.draft,
            is_draft=shown.draft != Draft(),
            role=shown.role,
            may_send=Right.SEND in rules.rights[shown.role],
            preset=(),
            blocks=[(block_value(each), each) for each in shown.blocks],
            filtered=filtered,
            catalogue=rules.text_block_catalogue,
            next_number=shown.next_number,
        )

    async def show_activity(self, visit: Visit) -> web.Response:
        """Go to the page with the activity field: an answer to its form has this address."""
        return visit.go(case_at(_number(visit)))

    async def save_activity(self, visit: Visit) -> web.Response:
        """Save what was typed in the activity field, or go on to the dialog with it."""
        number = _number(visit)
        before = await self._draft(visit, number)
        draft = _typed(visit, before)
        do = visit.typed.get("do")
        try:
            visit.check()
            if do == "discard":
                await self._keep(visit, number, Draft())
                return visit.go(case_at(number), "mvp.activity.discarded")
            if do in {"insert", "filter"}:
                return await self._with_block(visit, number, draft, insert=do == "insert")
            new = _new_case_of(draft, visit) if number == NO_CASE else None
            if draft.share:
                return await self._share(visit, number, draft)
            saved = await self._save_inside(visit, number, draft, new)
        except Refused as refused:
            return await self._again(visit, number, draft, _status(visit, refused, PLACES))
        return visit.go(f"{case_at(saved)}#latest", "mvp.activity.saved")

    async def _with_block(
        self, visit: Visit, number: CaseNumber, draft: Draft, *, insert: bool
    ) -> web.Response:
        """Insert a text block, or lift the filter on their catalogue (SEND-11)."""
        everything = visit.request.query.get("blocks") == "all"
        if insert:
            blocks = await self.side.reader.look(lambda raw: tuple(looks.text_blocks(raw)))
            wanted = visit.typed.get("block", "")
            text = next((each.text for each in blocks if block_value(each) == wanted), "")
            gap = "" if not draft.text or draft.text.endswith("\n") else "\n"
            draft = evolve(draft, text=f"{draft.text}{gap if text else ''}{text}")
        await self._keep(visit, number, draft)
        shows_all = everything if insert else not everything
        return visit.go(with_query(case_at(number), blocks="all" if shows_all else "") + "#text")

    async def _save_inside(
        self, visit: Visit, number: CaseNumber, draft: Draft, new: NewCase | None
    ) -> CaseNumber:
        """Save a text that stays inside; a new case may have none (SEND-2)."""
        rules = self.side.rules

        def work(unit: Unit) -> Created:
            case = number
            if new is not None:
                case = acts.next_number(unit) if new.number is None else new.number
                act = CreateCase(case, visit.user, new.subject, new.follow_up_on)
                acts.create(unit, act, new.customer, unit.moment, rules)
            if new is None or draft.text.strip():
                acts.change(unit, case, WriteNote(visit.user, draft.text), unit.moment, rules)
            acts.keep_draft(unit, visit.user, number, Draft())
            return Created(case)

        return _case_in(await visit.act(lambda call: call.act(self.side, work, status=201)))

    async def _share(self, visit: Visit, number: CaseNumber, draft: Draft) -> web.Response:
        """Send to the recipients that are preset, or let the dialog ask for others (SEND-6)."""
        role, case = await self.side.reader.look(
            lambda raw: (
                looks.role_of_viewer(raw, visit.user),
                mvp_tables.CASES.load(raw, number),
            )
        )
        if case is None and number != NO_CASE:
            raise Refused(Refusal.UNKNOWN_CASE)
        expects = expected_action(
            SendMessage(visit.user, role, "", draft.text, draft.expects), self.side.rules
        )
        if isinstance(expects, Refusal):
            raise Refused(expects)
        # Whoever was offered no recipients has yet to see whom it goes to.
        unseen = "offered" not in visit.typed
        if case is None or unseen or dialog_appears(case, share_more=draft.share_more):
            await self._keep(visit, number, draft)
            return visit.go(f"{case_at(number)}/share")
        ticked = tuple(visit.typed.getall("to", ()))
        await self._send(visit, number, lambda _: evolve(draft, to=ticked, documents=()))
        return visit.go(f"{case_at(number)}#latest", "mvp.activity.sent")

    async def _send(
        self, visit: Visit, number: CaseNumber, final: Callable[[Draft], Draft]
    ) -> CaseNumber:
        """Send what `final` makes of the draft, which is no draft any more then."""
        rules, message = self.side.rules, self.side.new_id()

        def work(unit: Unit) -> Sent:
            kept = unit.get(DRAFTS, (visit.user, number))
            draft = final(Draft() if kept is None else kept[1])
            new = _new_case_of(draft, visit) if number == NO_CASE else None
            role = acts.role_held(unit, visit.user)
            act = SendMessage(
                visit.user, role, message, draft.text, draft.expects, draft.to, draft.documents
            )
            if new is None:
                acts.send(unit, number, act, unit.moment, rules, chosen=False)
                case = number
            else:
                case = acts.next_number(unit) if new.number is None else new.number
                create = CreateCase(case, visit.user, new.subject, new.follow_up_on)
                acts.create_with_message(unit, create, new.customer, act, unit.moment, rules)
            acts.keep_draft(unit, visit.user, number, Draft())
            return Sent(case, message)

        case = _case_in(await visit.act(lambda call: call.act(self.side, work, status=201)))
        await self._see_off(case)
        return case

    async def _see_off(self, number: CaseNumber) -> None:
        """Wait a moment for what was sent to arrive, so that the next page shows it so (DLV-4)."""
        for _ in range(LOOKS_MAX):
            if not await self.side.reader.look(lambda raw: looks.under_way(raw, number)):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _again(
        self, visit: Visit, number: CaseNumber, draft: Draft, status: int
    ) -> web.Response:
        """Show the form again with what was typed."""
        if number == NO_CASE:
            return await self._new_case(visit, draft, status)
        return await self.cases.case_page(visit, draft, status)

    async def show_dialog(self, visit: Visit) -> web.Response:
        """Show the dialog for recipients and documents."""
        number = _number(visit)
        draft = await self._draft(visit, number)
        if not _is_message(draft):
            return visit.go(case_at(number))
        return await self._dialog(visit, number)

    async def _dialog(
        self, visit: Visit, number: CaseNumber, draft: Draft | None = None, status: int = 200
    ) -> web.Response:
        def look(connection: sqlite3.Connection) -> DialogShown:
            case = mvp_tables.CASES.load(connection, number)
            return DialogShown(
                looks.draft(connection, visit.user, number),
                "" if case is None else case.subject,
                () if case is None else case.preset,
                looks.document_names(connection, number, OFFERED_MAX),
            )

        shown = await self.side.reader.look(look)
        kept = draft or shown.draft
        ticked = shown.preset if kept.to is None else kept.to
        return visit.page(
            "mvp/dialog.html",
            status,
            number=number,
            at=case_at(number),
            subject=kept.subject if number == NO_CASE else shown.subject,
            draft=kept,
            mark=shown.draft.mark,
            addresses=tuple(dict.fromkeys(shown.preset + ticked)),
            ticked=ticked,
            documents=tuple(dict.fromkeys(shown.documents + kept.documents)),
        )

    async def use_dialog(self, visit: Visit) -> web.Response:
        """Add a recipient, send with "Freischaltung", or leave without loss (SEND-10)."""
        number, do = _number(visit), visit.typed.get("do", "add")
        kept = await self._draft(visit, number)
        chosen = evolve(
            kept,
            to=tuple(dict.fromkeys(visit.typed.getall("to", ()))),
            documents=tuple(dict.fromkeys(visit.typed.getall("documents", ()))),
            address=visit.typed.get("address", ""),
        )
        if do == "send":
            return await self._release(visit, number, chosen)
        if not _is_message(kept):
            return visit.go(case_at(number), "mvp.dialog.gone")
        try:
            visit.check()
        except Refused as refused:
            return await self._dialog(visit, number, chosen, visit.refused(refused))
        if do == "add":
            added = _added(chosen, self.side.rules)
            if isinstance(added, Refusal):
                status = _status(visit, Refused(added), DIALOG_PLACES)
                return await self._dialog(visit, number, chosen, status)
            chosen = added
        await self._keep(visit, number, chosen)
        at = case_at(number)
        goes = {"addresses": f"{at}/share/addresses", "back": f"{at}#text"}
        return visit.go(goes.get(do, f"{at}/share#address"))

    async def _release(self, visit: Visit, number: CaseNumber, chosen: Draft) -> web.Response:
        """Send to whom was chosen, and who is typed in the field for another address."""

        def final(kept: Draft) -> Draft:
            if kept.mark != visit.typed.get("mark"):
                raise Refused(Problem.FORM_OUTDATED)
            to = chosen.to or ()
            return evolve(kept, to=to + addresses_in(chosen.address), documents=chosen.documents)

        try:
            case = await self._send(visit, number, final)
        except Refused as refused:
            if not _is_message(await self._draft(visit, number)):
                return visit.go(case_at(number), "mvp.dialog.gone")
            status = _status(visit, refused, DIALOG_PLACES)
            return await self._dialog(visit, number, chosen, status)
        return visit.go(f"{case_at(case)}#latest", "mvp.activity.sent")

    async def show_addresses(self, visit: Visit) -> web.Response:
        """Show the address selection: those of the case, of its customer, or all (SEND-8)."""
        number, query = _number(visit), visit.request.query
        search = query.get("search", "").strip()[:LENGTH_MAX]
        scope = _SCOPES.get(query.get("scope", ""), AddressScope.CASE)

        def look(connection: sqlite3.Connection) -> tuple[Draft, tuple[str, ...], tuple[str, ...]]:
            draft = looks.draft(connection, visit.user, number)
            if number != NO_CASE:
                looks.known_case(connection, number)
            customer = draft.customer.strip() if number == NO_CASE else None
            book = address_book(connection, number, customer)
            return draft, book.proposed(scope), looks.preset_or_none(connection, number)

        draft, proposed, preset = await self.side.reader.look(look)
        if not _is_message(draft):
            return visit.go(case_at(number))
        found = [each for each in proposed if search.casefold() in each]
        return visit.page(
            "mvp/addresses.html",
            number=number,
            at=case_at(number),
            scope=scope.value,
            scopes=tuple(_SCOPES),
            search=search,
            addresses=found[:OFFERED_MAX],
            found=len(found),
            ticked=frozenset(preset if draft.to is None else draft.to),
        )

    async def use_addresses(self, visit: Visit) -> web.Response:
        """Take over the addresses that are ticked, or propose others."""
        visit.check()
        number, typed, do = _number(visit), visit.typed, visit.typed.get("do", "search")
        draft = await self._draft(visit, number)
        if not _is_message(draft):
            return visit.go(case_at(number), "mvp.dialog.gone")
        if do == "back":
            return visit.go(f"{case_at(number)}/share")
        before = draft.to
        if before is None:
            before = await self.side.reader.look(lambda raw: looks.preset_or_none(raw, number))
        offered, ticked = set(typed.get("offered", "").split()), typed.getall("to", ())
        left = [each for each in before if each not in offered or each in ticked]
        to = tuple(dict.fromkeys([*left, *ticked]))
        await self._keep(visit, number, evolve(draft, to=to))
        if do == "take":
            return visit.go(f"{case_at(number)}/share#address")
        scope = do if do in _SCOPES else typed.get("scope", "")
        search = typed.get("search", "").strip()
        return visit.go(
            with_query(f"{case_at(number)}/share/addresses", scope=scope, search=search)
        )

    async def _draft(self, visit: Visit, number: CaseNumber) -> Draft:
        return await self.side.reader.look(lambda raw: looks.draft(raw, visit.user, number))

    async def _keep(self, visit: Visit, number: CaseNumber, draft: Draft) -> None:
        def work(unit: Unit) -> None:
            if number != NO_CASE:
                acts.known_case(unit, number)
            acts.keep_draft(unit, visit.user, number, draft)

        await self.side.writer.do(work)

    def operations(self) -> tuple[Operation, ...]:
        """Give the pages."""
        pages, case = self.pages, f"{CASES}/{{case}}"
        return (
            pages.shows(NEW_CASE, self.show_new_case),
            *(
                page
                for at in (NEW_CASE, case)
                for page in (
                    pages.shows(f"{at}/activity", self.show_activity),
                    pages.does(f"{at}/activity", self.save_activity),
                    pages.shows(f"{at}/share", self.show_dialog),
                    pages.does(f"{at}/share", self.use_dialog),
                    pages.shows(f"{at}/share/addresses", self.show_addresses),
                    pages.does(f"{at}/share/addresses", self.use_addresses),
                )
            ),
        )


def _number(visit: Visit) -> CaseNumber:
    """Give the number of the case that a page is about, or that there is none yet."""
    return visit.case if "case" in visit.path else NO_CASE


def _typed(visit: Visit, before: Draft) -> Draft:
    """Give what was typed in the activity field; what only the dialog asks for stays as it was."""
    typed = visit.typed
    offered, ticked = typed.get("offered", "").split(), tuple(typed.getall("to", ()))
    others = tuple(each for each in before.to or () if each not in offered)
    return evolve(
        before,
        text=typed.get("text", ""),
        share="share" in typed,
        expects=typed.get("expects"),
        share_more="share_more" in typed,
        to=ticked + others if offered else before.to,
        number=typed.get("number", ""),
        subject=typed.get("subject", ""),
        customer=typed.get("customer", ""),
        follow_up_on=typed.get("follow_up_on", ""),
    )


def _case_in(answer: Answer) -> CaseNumber:
    """Give the case that was created or sent from."""
    number: CaseNumber = loads(answer.body)["case"]
    return number


def _is_message(draft: Draft) -> bool:
    """Say whether a draft is to be shared; else the dialog has nothing to ask."""
    return draft.share and bool(draft.text.strip())


def _new_case_of(draft: Draft, visit: Visit) -> NewCase:
    """Give the case that a draft is for.

    Raises:
        Refused: with the fields that do not fit as faults.
    """
    faults: list[Fault] = []
    number, day = draft.number.strip(), draft.follow_up_on.strip()
    try:
        wanted = structure(case_number(number), CaseNumber) if number else None
    except MisfitError:
        wanted = None
        faults.append(Fault("number", visit.text("mvp.new_case.wrong_number")))
    follow_up_on = day_of(day)
    if day and follow_up_on is None:
        faults.append(Fault("follow_up_on", visit.text("mvp.wrong_day")))
    subject, customer = draft.subject.strip(), draft.customer.strip()
    faults += [
        Fault(name, visit.text("mvp.wrong_subject"))
        for name, typed in (("subject", subject), ("customer", customer))
        if not SUBJECT.fits(typed)
    ]
    if faults:
        raise Refused(Problem.INVALID, *faults)
    return NewCase(wanted, subject, customer, follow_up_on)


def _status(visit: Visit, refused: Refused, places: Mapping[Refusal | Problem, str]) -> int:
    """Let the page say what is wrong, at each field that is named, and give its status."""
    if refused.why is Refusal.MALFORMED_ADDRESS:
        wrong = malformed(visit, addresses_in(visit.typed.get("address", "")))
        visit.errors["address"] = wrong or visit.worded(refused.why)
        return refused.status
    if refused.why is not Problem.INVALID:
        return visit.refused(refused, places)
    visit.errors |= {fault.where: fault.what for fault in refused.faults}
    return refused.status


def _added(draft: Draft, rules: Rules) -> Draft | Refusal:
    """Add the address that was typed to the recipients."""
    typed = rules.recipients_of(addresses_in(draft.address), rules.normal_address)
    if isinstance(typed, Refusal):
        return typed
    return evolve(draft, to=tuple(dict.fromkeys((draft.to or ()) + typed)), address="")
