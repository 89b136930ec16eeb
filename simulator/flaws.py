"""Known flaws: the rules with exactly one thing broken, as a real implementation would break it.

A flaw is another `Rules` value. The oracle has to catch each under one of the rules named with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from types import MappingProxyType
from typing import Any, Final, TypeGuard, TypeVar, cast

from attrs import evolve, fields, frozen

from reference.domain.addresses import is_address
from reference.domain.facts import Message, Release, Reply
from reference.domain.mailbox_item import Item
from reference.domain.refusals import Refusal
from reference.domain.rules import (
    CaseChange,
    Receipt,
    Rules,
    Template,
    preset_all,
    shows_current,
    unread_count,
)
from reference.domain.words import (
    Button,
    CaseEvent,
    CaseNumber,
    CloudRole,
    CloudStatus,
    Day,
    Deed,
    Effect,
    EntryKind,
    ExpectedAction,
    Hint,
    MailEvent,
    Reach,
    Right,
    SeenWhen,
    Standing,
    Taking,
    Transport,
)

Key = TypeVar("Key")
Value = TypeVar("Value")
Change = Callable[[Rules], Rules]

ACKNOWLEDGE: Final = ExpectedAction.ACKNOWLEDGE
REPLY: Final = ExpectedAction.REPLY
FILE: Final = ExpectedAction.REPLY_WITH_FILE
OPENINGS: Final = (
    Deed.OPEN_WIDGET,
    Deed.OPEN_CASE,
    Deed.OPEN_ATTACHMENTS,
    Deed.OPEN_MESSAGE,
    Deed.OPEN_REPLY,
)


@frozen
class Flaw:
    """One broken thing: what somebody did wrong, and the rules that it may be caught under."""

    name: str
    mistake: str
    caught_under: tuple[str, ...]
    change: Change


def _with(table: Mapping[Key, Value], key: Key, value: Value) -> Mapping[Key, Value]:
    return MappingProxyType({**table, key: value})


def _effect(action: ExpectedAction, deeds: Iterable[Deed], effect: Effect) -> Change:
    """Give messages that expect this another effect of these deeds."""

    def change(rules: Rules) -> Rules:
        row = MappingProxyType({**rules.effects[action], **dict.fromkeys(deeds, effect)})
        return evolve(rules, effects=_with(rules.effects, action, row))

    return change


def _on_read(deed: Deed, effect: Effect) -> Change:
    return lambda rules: evolve(rules, effects_on_read=_with(rules.effects_on_read, deed, effect))


def _fields(events: Iterable[CaseEvent], **what: Any) -> Change:
    """Let events do something else to the fields of the case."""

    def change(rules: Rules) -> Rules:
        changed = {event: evolve(rules.case_changes[event], **what) for event in events}
        return evolve(rules, case_changes=MappingProxyType({**rules.case_changes, **changed}))

    return change


def _receipt(**what: Any) -> Change:
    def change(rules: Rules) -> Rules:
        receipt = evolve(rules.receipts[ACKNOWLEDGE], **what)
        return evolve(rules, receipts=_with(rules.receipts, ACKNOWLEDGE, receipt))

    return change


def _set(**what: Any) -> Change:
    return lambda rules: evolve(rules, **what)


def _entry(kind: EntryKind, *, without: str = "", times: int = 1) -> Change:
    """Log an event without one of its fields, or another number of times."""

    def change(rules: Rules) -> Rules:
        shown = rules.entries[kind][0] - {without}
        return evolve(rules, entries=_with(rules.entries, kind, (shown,) * times))

    return change


def _role(role: CloudRole, *rights: Right) -> Change:
    return lambda rules: evolve(rules, rights=_with(rules.rights, role, frozenset(rights)))


def _writing(*, release: bool | None, may: bool) -> Change:
    return lambda rules: evolve(rules, may_write=_with(rules.may_write, release, may))


def _by_replication(content: type) -> Change:
    return lambda rules: evolve(
        rules, transports=_with(rules.transports, content, Transport.REPLICATION)
    )


def _mails(standing: Standing, *events: MailEvent) -> Change:
    return lambda rules: evolve(rules, mails=_with(rules.mails, standing, events))


def _content_in_notice(rules: Rules) -> Rules:
    notice = Template("Neue Nachricht am Vorgang $case", "Es wartet eine Nachricht: $text")
    return evolve(rules, templates=_with(rules.templates, MailEvent.NEW_MESSAGE, notice))


def _documents_in_notice(rules: Rules) -> Rules:
    notice = Template("Neue Nachricht am Vorgang $case", "Mit Dokumenten: $documents")
    return evolve(rules, templates=_with(rules.templates, MailEvent.NEW_MESSAGE, notice))


def _utc_day(moment: datetime, zone: tzinfo) -> date:
    del zone
    return moment.astimezone(UTC).date()


def _one_more(items: Iterable[Item]) -> int:
    return unread_count(items) + 1


def _only_requests(items: Iterable[Item]) -> int:
    return sum(not item.read and item.expects is not ACKNOWLEDGE for item in items)


def _prepend(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    return (item, *items)


def _take_always(number: int, taken: int) -> Taking:
    del number, taken
    return Taking.NEXT


def _chosen(chosen: Iterable[str], normal: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(normal, chosen)))


def _well_formed_only(
    chosen: Iterable[str], normal: Callable[[str], str]
) -> tuple[str, ...] | Refusal:
    return tuple(filter(is_address, _chosen(chosen, normal))) or Refusal.NO_RECIPIENT


def _unchecked(chosen: Iterable[str], normal: Callable[[str], str]) -> tuple[str, ...] | Refusal:
    return _chosen(chosen, normal) or Refusal.NO_RECIPIENT


def _nobody_is_fine(
    chosen: Iterable[str], normal: Callable[[str], str]
) -> tuple[str, ...] | Refusal:
    recipients = _chosen(chosen, normal)
    return recipients if all(map(is_address, recipients)) else Refusal.MALFORMED_ADDRESS


def _first_only(chosen: Iterable[str], normal: Callable[[str], str]) -> tuple[str, ...] | Refusal:
    recipients = _chosen(chosen, normal)
    if not recipients:
        return Refusal.NO_RECIPIENT
    return recipients[:1] if all(map(is_address, recipients)) else Refusal.MALFORMED_ADDRESS


def _twice_is_two(chosen: Iterable[str], normal: Callable[[str], str]) -> tuple[str, ...] | Refusal:
    recipients = tuple(map(normal, chosen))
    if not recipients:
        return Refusal.NO_RECIPIENT
    return recipients if all(map(is_address, recipients)) else Refusal.MALFORMED_ADDRESS


def _keep_first_preset(preset: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
    return preset or chosen


def _shared_mailbox(case: CaseNumber, recipient: str) -> tuple[CaseNumber, str]:
    del recipient
    return case, ""


def _stale_list(status: CloudStatus) -> CloudStatus:
    return CloudStatus.NONE if status is CloudStatus.OK else status


SENT: Final = (
    CaseEvent.SENT_TO_ACKNOWLEDGE,
    CaseEvent.SENT_FOR_REPLY,
    CaseEvent.SENT_FOR_REPLY_WITH_FILE,
)
CAME_BACK: Final = (CaseEvent.CAME_BACK, CaseEvent.CAME_BACK_WITHOUT_FILE)
NOTICE: Final = MailEvent.NEW_MESSAGE
REGISTRATION: Final = MailEvent.REGISTRATION

_ALL: Final = (
    # writing and sending
    Flaw(
        "malformed_address_dropped",
        "a send with a malformed address goes to the others",
        ("SEND-12", "SEND-13"),
        _set(recipients_of=_well_formed_only),
    ),
    Flaw(
        "addresses_not_checked",
        "a malformed address is accepted",
        ("SEND-12",),
        _set(recipients_of=_unchecked),
    ),
    Flaw(
        "recipients_not_required",
        "a message to nobody is accepted",
        ("SEND-5",),
        _set(recipients_of=_nobody_is_fine),
    ),
    Flaw(
        "only_first_recipient",
        "of several recipients only the first one gets the message",
        ("SEND-13", "DLV-1", "ACC-2"),
        _set(recipients_of=_first_only),
    ),
    Flaw(
        "same_address_twice",
        "an address given twice gets the message twice",
        ("SEND-12", "MAIL-1", "DLV-2"),
        _set(recipients_of=_twice_is_two),
    ),
    Flaw(
        "case_sensitive_addresses",
        "K@Example.org and k@example.org are two recipients",
        ("SEND-12",),
        _set(normal_address=str.strip),
    ),
    Flaw(
        "preset_never_changes",
        "the first recipients stay the preset whatever is chosen later",
        ("SEND-6", "SEND-7"),
        _set(next_preset=_keep_first_preset),
    ),
    Flaw(
        "preset_collects",
        "the preset collects all recipients although the last ones were agreed on",
        ("SEND-6", "SEND-7"),
        _set(next_preset=preset_all),
    ),
    # activity list
    Flaw(
        "sent_entry_lost",
        "a sent message is not logged",
        ("LOG-1", "LOG-3"),
        _entry(EntryKind.SENT, times=0),
    ),
    Flaw(
        "reply_entry_doubled",
        "a reply is logged twice",
        ("LOG-3", "DLV-5"),
        _entry(EntryKind.CAME_BACK, times=2),
    ),
    Flaw(
        "note_not_logged",
        "a text saved without sharing is lost",
        ("SEND-2", "LOG-3"),
        _entry(EntryKind.NOTE, times=0),
    ),
    Flaw(
        "entry_without_documents",
        "the entry of a sent message does not name the documents",
        ("LOG-1",),
        _entry(EntryKind.SENT, without="files"),
    ),
    Flaw(
        "entry_without_action",
        "the entry does not tell the expected action",
        ("LOG-1",),
        _entry(EntryKind.SENT, without="expects"),
    ),
    Flaw(
        "entry_without_carrier",
        "nobody stands for the transfer of a reply",
        ("LOG-2",),
        _entry(EntryKind.CAME_BACK, without="carried_by"),
    ),
    Flaw(
        "reply_entry_without_files",
        "the entry of a reply does not name its files",
        ("LOG-2", "REP-5"),
        _entry(EntryKind.CAME_BACK, without="files"),
    ),
    # delivery
    Flaw(
        "message_waits_for_replication",
        "messages travel with the replication",
        ("DLV-1", "DLV-4"),
        _by_replication(Message),
    ),
    Flaw(
        "reply_waits_for_replication",
        "replies travel with the replication",
        ("DLV-5",),
        _by_replication(Reply),
    ),
    Flaw(
        "release_waits_for_replication",
        "a withheld right travels with the replication",
        ("RGT-2", "REP-1", "REP-2"),
        _by_replication(Release),
    ),
    Flaw(
        "resent_envelope_taken_again",
        "what is sent again after an outage is taken again",
        ("DLV-2", "DLV-5", "LOG-3"),
        _set(taking=_take_always),
    ),
    Flaw(
        "newest_first",
        "a message that arrives is put before those that are there",
        ("DLV-3", "REP-2", "INB-2"),
        _set(append=_prepend),
    ),
    # accounts and mail
    Flaw(
        "no_registration_mail",
        "a new account gets no registration mail",
        ("ACC-2",),
        _mails(Standing.UNKNOWN, NOTICE),
    ),
    Flaw(
        "registration_again",
        "a known account gets a registration mail with each message",
        ("ACC-2",),
        _mails(Standing.KNOWN, REGISTRATION, NOTICE),
    ),
    Flaw(
        "registration_for_caseworkers",
        "a caseworker's address gets a registration mail",
        ("ACC-5",),
        _mails(Standing.CASEWORKER, REGISTRATION, NOTICE),
    ),
    Flaw(
        "registration_instead_of_notice",
        "a new account is not told of the message",
        ("MAIL-1",),
        _mails(Standing.UNKNOWN, REGISTRATION),
    ),
    Flaw("notice_once", "only the first message is announced", ("MAIL-1",), _mails(Standing.KNOWN)),
    Flaw(
        "notice_twice",
        "each message is announced twice",
        ("MAIL-1", "MAIL-4", "DLV-2"),
        _mails(Standing.KNOWN, NOTICE, NOTICE),
    ),
    Flaw("text_in_mail", "the notice carries the text", ("MAIL-3",), _content_in_notice),
    Flaw("documents_in_mail", "the notice names the documents", ("MAIL-3",), _documents_in_notice),
    # inbox and unread
    Flaw(
        "opening_settles_reply_request",
        "opening counts as answering",
        ("INB-3",),
        _effect(REPLY, OPENINGS, Effect.READ),
    ),
    Flaw(
        "opening_settles_file_request",
        "opening counts as answering with a file",
        ("INB-4",),
        _effect(FILE, OPENINGS, Effect.READ),
    ),
    Flaw(
        "fileless_reply_settles_file_request",
        "any reply settles a file request",
        ("INB-4",),
        _effect(FILE, (Deed.REPLY,), Effect.READ),
    ),
    Flaw(
        "reply_settles_nothing",
        "an answered message stays unread",
        ("INB-3",),
        _effect(REPLY, (Deed.REPLY, Deed.REPLY_WITH_FILE), Effect.UNREAD),
    ),
    Flaw(
        "answer_leaves_acknowledge_open",
        "a message to acknowledge stays unread when answered",
        ("INB-10", "INB-2"),
        _effect(ACKNOWLEDGE, (Deed.REPLY, Deed.REPLY_WITH_FILE), Effect.UNREAD),
    ),
    Flaw(
        "widget_does_not_settle",
        "opening by the widget is not counted",
        ("INB-2",),
        _effect(ACKNOWLEDGE, (Deed.OPEN_WIDGET,), Effect.UNREAD),
    ),
    Flaw(
        "attachments_do_not_settle",
        "a click on the attachments is not counted",
        ("INB-2",),
        _effect(ACKNOWLEDGE, (Deed.OPEN_ATTACHMENTS,), Effect.UNREAD),
    ),
    Flaw(
        "reply_function_does_not_settle",
        "a click on the reply function is not counted",
        ("INB-2",),
        _effect(ACKNOWLEDGE, (Deed.OPEN_REPLY,), Effect.UNREAD),
    ),
    Flaw(
        "mark_read_does_nothing",
        "Gelesen markieren is accepted and ignored",
        ("INB-2",),
        _effect(ACKNOWLEDGE, (Deed.MARK_READ,), Effect.UNREAD),
    ),
    Flaw(
        "mark_read_on_reply_request",
        "Gelesen markieren settles a reply request",
        ("INB-5",),
        _effect(REPLY, (Deed.MARK_READ,), Effect.READ),
    ),
    Flaw(
        "mark_read_on_file_request",
        "Gelesen markieren settles a file request",
        ("INB-5",),
        _effect(FILE, (Deed.MARK_READ,), Effect.READ),
    ),
    Flaw(
        "mark_read_refused_when_read",
        "Gelesen markieren is refused on a read message",
        ("INB-5",),
        _on_read(Deed.MARK_READ, Effect.REFUSED),
    ),
    Flaw(
        "opened_again_unread_again",
        "opening the case again makes it unread",
        ("INB-8",),
        _on_read(Deed.OPEN_CASE, Effect.UNREAD),
    ),
    Flaw(
        "new_message_settles",
        "a new message counts as an answer",
        ("INB-10",),
        _effect(REPLY, (Deed.NEW_MESSAGE,), Effect.READ),
    ),
    Flaw(
        "answering_opens",
        "an answered message counts as opened",
        ("INB-11",),
        _set(opening=frozenset({*OPENINGS, Deed.REPLY, Deed.REPLY_WITH_FILE})),
    ),
    Flaw(
        "marking_opens",
        "a message marked read counts as opened",
        ("INB-11",),
        _set(opening=frozenset({*OPENINGS, Deed.MARK_READ})),
    ),
    Flaw(
        "count_off_by_one",
        "the inbox counts one too many",
        ("INB-1",),
        _set(unread_count=_one_more),
    ),
    Flaw(
        "count_of_requests_only",
        "the inbox does not count messages to acknowledge",
        ("INB-1",),
        _set(unread_count=_only_requests),
    ),
    Flaw(
        "hint_for_documents_missing",
        "a file request has no hint",
        ("INB-6",),
        lambda rules: evolve(rules, hints=_with(rules.hints, FILE, None)),
    ),
    Flaw(
        "hint_for_any_reply",
        "a file request has the hint of a reply request",
        ("INB-6",),
        lambda rules: evolve(rules, hints=_with(rules.hints, FILE, Hint.REPLY)),
    ),
    Flaw(
        "one_mailbox_for_all",
        "the recipients of a case share one mailbox",
        ("INB-9", "ACC-4", "DLV-1", "ACC-2"),
        _set(mailbox_key=_shared_mailbox),
    ),
    Flaw(
        "opening_reaches_newest_only",
        "opening the case opens its newest message only",
        ("INB-2", "INB-11"),
        lambda rules: evolve(rules, reach=_with(rules.reach, Deed.OPEN_CASE, Reach.NEWEST)),
    ),
    # status in the case
    Flaw(
        "date_kept_on_sending",
        "acknowledged on is not cleared by sending",
        ("STA-2", "STA-5"),
        _fields(SENT, acknowledged_on=Day.KEPT),
    ),
    Flaw(
        "file_request_shown_as_reply_request",
        "the status of a file request is Antwort",
        ("STA-2",),
        _fields((CaseEvent.SENT_FOR_REPLY_WITH_FILE,), status=CloudStatus.REPLY),
    ),
    Flaw(
        "reply_leaves_status",
        "a reply does not set OK",
        ("STA-3",),
        _fields(CAME_BACK, status=None),
    ),
    Flaw(
        "reply_leaves_date",
        "a reply does not set acknowledged on",
        ("STA-3",),
        _fields(CAME_BACK, acknowledged_on=Day.KEPT),
    ),
    Flaw(
        "fileless_reply_leaves_status",
        "a reply without the file does not set OK",
        ("STA-3",),
        _fields((CaseEvent.CAME_BACK_WITHOUT_FILE,), status=None),
    ),
    Flaw(
        "date_of_arrival",
        "acknowledged on is the day on which the reply arrived",
        ("STA-3",),
        _fields(CAME_BACK, acknowledged_on=Day.ARRIVED),
    ),
    Flaw(
        "reading_sets_ok",
        "a read Info message changes the status to OK",
        ("STA-4",),
        _fields((CaseEvent.SEEN,), status=CloudStatus.OK),
    ),
    Flaw(
        "reading_not_reported",
        "a read Info message sets no date",
        ("STA-4",),
        _receipt(when=SeenWhen.NEVER),
    ),
    Flaw(
        "date_of_last_reader",
        "the latest reading counts although the first was agreed on",
        ("STA-4",),
        _receipt(pick=max),
    ),
    Flaw(
        "answers_to_older_messages_ignored",
        "only an answer to the newest message shows",
        ("STA-6", "STA-3"),
        _set(shows=shows_current),
    ),
    Flaw(
        "status_for_everyone",
        "the fields show without a cloud role",
        ("STA-7",),
        _role(CloudRole.NONE, Right.SEE_STATUS),
    ),
    Flaw(
        "status_for_administrators_only",
        "Benutzer does not see the fields",
        ("STA-7",),
        _role(CloudRole.USER, Right.SEND, Right.SET_RELEASE),
    ),
    Flaw(
        "list_lags_behind",
        "the case list does not show OK",
        ("STA-8",),
        _set(listed_status=_stale_list),
    ),
    Flaw("days_in_utc", "dates are days in UTC", ("STA-9",), _set(day_of=_utc_day)),
    # replying
    Flaw(
        "withheld_right_ignored",
        "a withheld right does not keep from writing",
        ("REP-1", "RGT-2"),
        _writing(release=False, may=True),
    ),
    Flaw(
        "writing_needs_a_release",
        "nobody may write without a release",
        ("REP-1", "REP-2"),
        _writing(release=None, may=False),
    ),
    Flaw(
        "button_never_answers",
        "the page of a case offers a new message only",
        ("REP-2",),
        lambda rules: evolve(rules, buttons=_with(rules.buttons, REPLY, Button.NEW_MESSAGE)),
    ),
    Flaw("twenty_files_refused", "exactly 20 files are refused", ("REP-4",), _set(files_max=19)),
    Flaw("twenty_one_files_accepted", "21 files are accepted", ("REP-4",), _set(files_max=21)),
    Flaw(
        "limit_one_byte_short",
        "exactly 35 MB are refused",
        ("REP-4",),
        lambda rules: evolve(rules, bytes_max=rules.bytes_max - 1),
    ),
    Flaw(
        "limit_one_byte_over",
        "35 MB and a byte are accepted",
        ("REP-4",),
        lambda rules: evolve(rules, bytes_max=rules.bytes_max + 1),
    ),
    Flaw(
        "follow_up_not_set",
        "a reply does not set the follow-up date",
        ("REP-6",),
        _fields(CAME_BACK, follow_up_on=Day.KEPT),
    ),
    Flaw(
        "follow_up_on_day_of_writing",
        "the follow-up date is the day of writing",
        ("REP-6",),
        _fields(CAME_BACK, follow_up_on=Day.WRITTEN),
    ),
    # rights
    Flaw(
        "role_not_checked",
        "a caseworker without a cloud role can send",
        ("RGT-1",),
        _role(CloudRole.NONE, Right.SEND),
    ),
    Flaw(
        "release_role_not_checked",
        "a caseworker without a cloud role can set a release",
        ("RGT-2",),
        _role(CloudRole.NONE, Right.SET_RELEASE),
    ),
    Flaw(
        "only_administrators_send",
        "Benutzer cannot send",
        ("RGT-1", "SEND-1"),
        _role(CloudRole.USER, Right.SEE_STATUS, Right.SET_RELEASE),
    ),
    Flaw(
        "sending_gives_the_right_back",
        "sending again gives a withheld right back",
        ("RGT-2",),
        lambda rules: evolve(
            rules,
            release_after_message=_with(rules.release_after_message, key=False, value=None),
        ),
    ),
    # replication
    Flaw(
        "replication_sets_status",
        "a run sets the status back",
        ("RPL-3",),
        _fields((CaseEvent.REPLICATED,), status=CloudStatus.NONE),
    ),
    Flaw(
        "replication_clears_date",
        "a run clears acknowledged on",
        ("RPL-3",),
        _fields((CaseEvent.REPLICATED,), acknowledged_on=Day.CLEARED),
    ),
    Flaw(
        "replication_marks_read",
        "a run marks messages read",
        ("RPL-3",),
        _effect(ACKNOWLEDGE, (Deed.REPLICATION,), Effect.READ),
    ),
    Flaw(
        "replication_forgets_subject",
        "a run does not carry the subject",
        ("RPL-2", "RPL-6"),
        lambda rules: evolve(
            rules, replicated=MappingProxyType(dict.fromkeys(rules.replicated, frozenset[str]()))
        ),
    ),
)

#: Every named flaw, by name.
FLAWS: Final[Mapping[str, Flaw]] = MappingProxyType({flaw.name: flaw for flaw in _ALL})


def cell_flaws(rules: Rules) -> Iterator[Flaw]:
    """Change every single cell of every table, one at a time, to every other value."""
    for table, others in _CELLS.items():
        for path, before in _leaves(getattr(rules, table)):
            for value in others(before):
                name = f"{table}[{', '.join(_shown(key) for key in path)}] = {_shown(value)}"
                mistake = f"the cell was {_shown(before)}"
                yield Flaw(name, mistake, (), _replaced(table, path, value))


Path = tuple[Any, ...]


def _is_table(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _leaves(table: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Walk the cells of nested mappings, and the fields of attrs values in them."""
    if _is_table(table):
        for key, value in table.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(table, _PARTS):
        for part in fields(type(table)):
            yield from _leaves(getattr(table, part.name), (*path, part.name))
    else:
        yield path, table


def _replaced(name: str, path: Path, value: object) -> Change:
    return lambda rules: evolve(rules, **{name: _put(getattr(rules, name), path, value)})


def _put(table: Any, path: Path, value: object) -> Any:
    if not path:
        return value
    if _is_table(table):
        return MappingProxyType({**table, path[0]: _put(table[path[0]], path[1:], value)})
    return evolve(table, **{path[0]: _put(getattr(table, path[0]), path[1:], value)})


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(_shown, cast("frozenset[object]", value)))) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_shown, cast("tuple[object, ...]", value))) + ")"
    return getattr(value, "__name__", None) or str(value)


def _other(words: Iterable[Any]) -> Callable[[Any], Iterator[Any]]:
    return lambda before: (word for word in words if word != before)


def _less(before: Any) -> Iterator[Any]:
    """Leave one member out of a set, a time."""
    return (before - {member} for member in sorted(before))


def _case_field(before: Any) -> Iterator[Any]:
    words: tuple[Any, ...] = tuple(Day) if isinstance(before, Day) else (None, *CloudStatus)
    return (word for word in words if word != before)


def _receipt_field(before: Any) -> Iterator[Any]:
    options: tuple[tuple[Any, ...], ...] = (tuple(SeenWhen), (min, max), (True, False))
    (words,) = (words for words in options if before in words)
    return (word for word in words if word != before)


def _subset(words: Iterable[Any]) -> Callable[[Any], Iterator[Any]]:
    """Leave one member out, or take one more in, a time."""
    return lambda before: (before ^ {word} for word in words)


def _entry_shown(before: Any) -> Iterator[Any]:
    (shown,) = before
    yield from ((), (shown, shown), *((shown - {name},) for name in sorted(shown)))


def _events(before: Any) -> Iterator[Any]:
    for event in MailEvent:
        yield tuple(e for e in before if e is not event) if event in before else (*before, event)
    yield (*before, before[-1])


_PARTS: Final = (CaseChange, Receipt)
#: Table of `Rules` -> the other values that a cell of it could have.
_CELLS: Final[Mapping[str, Callable[[Any], Iterator[Any]]]] = MappingProxyType(
    {
        "effects": _other(Effect),
        "effects_on_read": _other(Effect),
        "reach": _other(Reach),
        "opening": _subset(Deed),
        "hints": _other((None, *Hint)),
        "buttons": _other(Button),
        "sending": _other(SENT),
        "case_changes": _case_field,
        "receipts": _receipt_field,
        "transports": _other(Transport),
        "rights": _subset(Right),
        "may_write": _other((True, False)),
        "release_after_message": _other((None, True, False)),
        "entries": _entry_shown,
        "mails": _events,
        "replicated": _less,
    }
)
