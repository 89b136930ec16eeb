"""The mailbox: what the collaboration decides about one recipient in one case."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from attrs import evolve, field

from reference.domain.acts import MailboxAct, MarkRead, Open, WriteReply
from reference.domain.facts import (
    Decision,
    Downward,
    Envelope,
    Fact,
    Message,
    MessageMarked,
    MessageReceived,
    ReadMark,
    Release,
    Reply,
    ReplyWritten,
    Upward,
)
from reference.domain.mailbox_item import Item
from reference.domain.refusals import Refusal
from reference.domain.replication import Record, portal_fields
from reference.domain.rules import Rules
from reference.domain.values import frozen
from reference.domain.words import (
    Button,
    CaseNumber,
    Deed,
    Effect,
    Hint,
    Reach,
    SeenWhen,
    Taking,
    Transport,
    Via,
)

#: The deed of each way of opening; a missing word is the refusal (INB-2).
WAYS: Final[Mapping[str, Deed]] = MappingProxyType({via: Deed(via) for via in Via})


@frozen(cache_hash=True)
class Mailbox:
    """The messages of one case to one recipient, and what the portal shows of the case to them.

    `release` is what a caseworker set, None if nobody did. `taken` and `sent` count traffic,
    `revision` is that of the subject. These do not compare.
    """

    case: CaseNumber
    recipient: str
    subject: str = ""
    documents: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    text: str | None = None
    release: bool | None = None
    taken: int = field(default=0, eq=False)
    sent: int = field(default=0, eq=False)
    revision: int = field(default=0, eq=False)


def may_write(mailbox: Mailbox, rules: Rules) -> bool:
    """Say whether the recipient may create messages in the case (REP-1)."""
    return rules.may_write[mailbox.release]


def button(mailbox: Mailbox, rules: Rules) -> Button | None:
    """Give the button that the page of the case offers; None without the right (REP-1, REP-2)."""
    if not may_write(mailbox, rules):
        return None
    if not mailbox.items or mailbox.items[-1].read:
        return Button.NEW_MESSAGE
    return rules.buttons[mailbox.items[-1].expects]


def hint(item: Item, rules: Rules) -> Hint | None:
    """Give the hint at a message; only unread ones carry one (INB-6)."""
    return None if item.read else rules.hints[item.expects]


def take_into_mailbox(
    mailbox: Mailbox | None, envelope: Envelope, now: datetime, rules: Rules
) -> Decision[Mailbox] | Refusal:
    """Take what a case sent, exactly once and in order; a duplicate changes nothing (DLV-2, DLV-3).

    A recipient's first envelope of a case finds no mailbox (None) and makes it. A message that is
    not here is no duplicate, whatever its number: the sender went on from a backup.
    """
    del now  # what arrives is as of sending
    box = mailbox or Mailbox(envelope.case, envelope.recipient)
    taken = box.taken
    if envelope.number:
        taking = rules.taking(envelope.number, taken)
        if taking is Taking.GAP:
            return Refusal.ENVELOPE_GAP
        if taking is Taking.DUPLICATE and not _is_new(box, envelope.content):
            return Decision(box)
        taken = max(envelope.number, taken)
    match envelope.content:
        case Message():
            return _take_message(box, envelope.recipient, envelope.content, taken, rules)
        case Release():
            release = envelope.content
            known = release if mailbox is None else box
            released = evolve(
                box,
                subject=known.subject,
                release=release.create_messages,
                taken=taken,
                revision=known.revision,
            )
            return Decision(released)
        case _:
            return Refusal.MISDIRECTED


def _is_new(box: Mailbox, content: Downward | Upward) -> bool:
    return isinstance(content, Message) and _find(box, content.message) is None


def _take_message(
    box: Mailbox, recipient: str, message: Message, taken: int, rules: Rules
) -> Decision[Mailbox]:
    """Put a message into the inbox; it brings subject and documents (DLV-1, RPL-2)."""
    subject, revision = _newer(box, message.subject, message.revision)
    documents = box.documents
    if message.documents:
        documents = tuple(dict.fromkeys(documents + message.documents))
    received = Mailbox(
        box.case,
        box.recipient,
        subject,
        documents,
        rules.append(box.items, Item(message.message, message.expects)),
        message.text,
        rules.release_after_message[box.release],
        taken,
        box.sent,
        revision,
    )
    fact = MessageReceived(
        box.case, recipient, message.message, message.text, message.expects, message.documents
    )
    return Decision(received, (fact,))


def decide_mailbox(
    mailbox: Mailbox | None, act: MailboxAct, now: datetime, rules: Rules
) -> Decision[Mailbox] | Refusal:
    """Decide any act of a recipient in a case; None where nothing came to them (ACC-4)."""
    if mailbox is None:
        return Refusal.NOT_ADDRESSED
    match act:
        case Open():
            return open_entry(mailbox, act, now, rules)
        case MarkRead():
            return mark_read(mailbox, act, now, rules)
        case _:
            return write_reply(mailbox, act, now, rules)


def open_entry(
    mailbox: Mailbox, act: Open, now: datetime, rules: Rules
) -> Decision[Mailbox] | Refusal:
    """Open a case, or what belongs to an entry of the inbox (INB-2, INB-11)."""
    deed = WAYS.get(act.via)
    if deed is None:
        return Refusal.UNKNOWN_VIA
    if rules.reach[deed] is Reach.ENTRY and _find(mailbox, act.message) is None:
        return Refusal.UNKNOWN_MESSAGE
    return _do(mailbox, deed, act.message, now, rules)


def mark_read(
    mailbox: Mailbox, act: MarkRead, now: datetime, rules: Rules
) -> Decision[Mailbox] | Refusal:
    """Mark a message read that asks for nothing but that (INB-2, INB-5)."""
    if _find(mailbox, act.message) is None:
        return Refusal.UNKNOWN_MESSAGE
    return _do(mailbox, Deed.MARK_READ, act.message, now, rules)


def write_reply(
    mailbox: Mailbox, act: WriteReply, now: datetime, rules: Rules
) -> Decision[Mailbox] | Refusal:
    """Write an answer or a new message into the case (REP-1, REP-3, REP-4, INB-10)."""
    answered = _find(mailbox, act.answers)
    refusal = _writing_refused(mailbox, act, answered, rules)
    if refusal is not None:
        return refusal
    deed = Deed.NEW_MESSAGE
    if answered is not None:
        deed = Deed.REPLY_WITH_FILE if act.files else Deed.REPLY
    done = _do(mailbox, deed, act.answers, now, rules)
    if isinstance(done, Refusal):
        return done
    asked = None if answered is None else answered.expects
    reply = Reply(act.message, act.answers, asked, act.text, act.files, now)
    box = done.state
    sent, envelopes = _post(box, (reply,), rules)
    written = ReplyWritten(
        mailbox.case, mailbox.recipient, act.message, act.answers, act.text, act.files, now
    )
    replied = _with(box, box.subject, box.items, act.text, sent)
    return Decision(replied, (written, *done.facts), done.envelopes + envelopes)


def _writing_refused(
    mailbox: Mailbox, act: WriteReply, answered: Item | None, rules: Rules
) -> Refusal | None:
    if not may_write(mailbox, rules):
        return Refusal.WRITING_WITHHELD
    if act.answers is not None and answered is None:
        return Refusal.UNKNOWN_MESSAGE
    if not act.text.strip():
        return Refusal.BLANK_REPLY
    return files_refused(len(act.files), sum(file.size for file in act.files), rules)


def files_refused(count: int, size: int, rules: Rules) -> Refusal | None:
    """Say what forbids so many files of so many bytes together in one message (REP-4)."""
    if count > rules.files_max:
        return Refusal.TOO_MANY_FILES
    return Refusal.TOO_LARGE if size > rules.bytes_max else None


def replicated_mailbox(
    mailbox: Mailbox, record: Record, now: datetime, rules: Rules
) -> Decision[Mailbox]:
    """Take a record that a run carried; messages stay as they are (RPL-2, RPL-3).

    The same object is what is left where nothing changes.
    """
    done = _do(mailbox, Deed.REPLICATION, None, now, rules)
    if isinstance(done, Refusal):
        return Decision(mailbox)
    box, carried = done.state, portal_fields(record, rules)
    if "subject" in carried:
        subject, revision = _newer(box, carried["subject"], record.revision)
        if (subject, revision) != (box.subject, box.revision):
            box = evolve(box, subject=subject, revision=revision)
    return Decision(box, done.facts, done.envelopes)


def _newer(box: Mailbox, subject: str, revision: int) -> tuple[str, int]:
    """Give the subject that the portal shows from now on: an older one does not come back.

    What was under way for longer may arrive later: a record of a run after a message that was
    sent since, a message that waited for its files after a run (RPL-2).
    """
    return (box.subject, box.revision) if revision < box.revision else (subject, revision)


def _find(mailbox: Mailbox, message: str | None) -> Item | None:
    for item in mailbox.items:
        if item.message == message:
            return item
    return None


def _do(
    mailbox: Mailbox, deed: Deed, named: str | None, now: datetime, rules: Rules
) -> Decision[Mailbox] | Refusal:
    """Do a deed to the messages that it reaches: the tables say what becomes of each."""
    items: list[Item] = []
    facts: list[Fact] = []
    marks: list[Upward] = []
    reach = rules.reach[deed]
    newest = mailbox.items[-1].message if mailbox.items else None
    aim = named if reach is Reach.ENTRY else newest
    for item in mailbox.items:
        if reach is not Reach.ALL and item.message != aim:
            items.append(item)
            continue
        after = _after(item, deed, named, rules)
        if isinstance(after, Refusal):
            return after
        items.append(after)
        if after is item:
            continue
        facts.append(_marked(mailbox, after, now))
        if _seen_first(item, after, rules):
            marks.append(ReadMark(item.message, now))
    if not facts:
        return Decision(mailbox)
    sent, envelopes = _post(mailbox, tuple(marks), rules)
    done = _with(mailbox, mailbox.subject, tuple(items), mailbox.text, sent)
    return Decision(done, tuple(facts), envelopes)


def _with(
    box: Mailbox, subject: str, items: tuple[Item, ...], text: str | None, sent: int
) -> Mailbox:
    return Mailbox(
        box.case,
        box.recipient,
        subject,
        box.documents,
        items,
        text,
        box.release,
        box.taken,
        sent,
        box.revision,
    )


def _after(item: Item, deed: Deed, named: str | None, rules: Rules) -> Item | Refusal:
    """Give a message after a deed; the same object where nothing changes."""
    table = rules.effects_on_read if item.read else rules.effects[item.expects]
    effect = table[deed]
    if effect is Effect.REFUSED:
        return Refusal.MARK_READ_NOT_AVAILABLE
    read = effect is Effect.READ
    opened = item.opened or deed in rules.opening
    answered = item.answered or (
        item.message == named and deed in (Deed.REPLY, Deed.REPLY_WITH_FILE)
    )
    if (read, opened, answered) == (item.read, item.opened, item.answered):
        return item
    return Item(item.message, item.expects, read, opened, answered)


def _seen_first(before: Item, after: Item, rules: Rules) -> bool:
    """Say whether the case is told now that the message was seen: once (STA-4)."""
    match rules.receipts[before.expects].when:
        case SeenWhen.READ:
            return after.read and not before.read
        case SeenWhen.OPENED:
            return after.opened and not before.opened
        case _:
            return False


def _marked(mailbox: Mailbox, item: Item, now: datetime) -> MessageMarked:
    return MessageMarked(
        mailbox.case,
        mailbox.recipient,
        item.message,
        item.read,
        item.opened,
        item.answered,
        now,
    )


def _post(
    mailbox: Mailbox, contents: tuple[Upward, ...], rules: Rules
) -> tuple[int, tuple[Envelope, ...]]:
    """Address contents to the case, with the next numbers of the channel; give the last one."""
    sent = mailbox.sent
    envelopes: list[Envelope] = []
    for content in contents:
        number = 0
        if rules.transports[type(content)] is Transport.AT_ONCE:
            sent = number = sent + 1
        envelopes.append(Envelope(mailbox.case, mailbox.recipient, number, content))
    return sent, tuple(envelopes)
