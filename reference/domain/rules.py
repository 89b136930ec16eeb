"""The rules that act, as one frozen value: tables, limits, the readings, a few small functions.

Every decision takes a `Rules`. Another set of rules is another value, made with `attrs.evolve`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from reference.domain.addresses import normal_address, recipients_of
from reference.domain.calendar import day_of
from reference.domain.facts import Message, ReadMark, Release, Reply
from reference.domain.mailbox_item import Item
from reference.domain.readings import Readings
from reference.domain.refusals import Refusal
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
    RecordKind,
    Right,
    SeenWhen,
    Standing,
    Taking,
    Transport,
)

_READ = Effect.READ
_UNREAD = Effect.UNREAD
_REFUSED = Effect.REFUSED


@frozen
class CaseChange:
    """What an event does to the case fields; a status of None stays."""

    status: CloudStatus | None
    acknowledged_on: Day
    follow_up_on: Day


@frozen
class Receipt:
    """When a message is reported as seen, and which of several days counts (STA-4)."""

    when: SeenWhen
    pick: Callable[[date, date], date]
    waits_for_all: bool


@frozen
class Template:
    """The wording of a mail (MAIL-2); `$name` stands for a field."""

    subject: str
    body: str
    enabled: bool = True


#: What an unread message counts as after a deed (INB-2 to INB-5, INB-10, RPL-3).
#: A reply without a file (`REPLY`) leaves a file request open; a new message settles nothing.
EFFECTS: Final[Mapping[ExpectedAction, Mapping[Deed, Effect]]] = MappingProxyType(
    {
        ExpectedAction.ACKNOWLEDGE: MappingProxyType(
            {
                Deed.OPEN_WIDGET: _READ,
                Deed.OPEN_CASE: _READ,
                Deed.OPEN_ATTACHMENTS: _READ,
                Deed.OPEN_MESSAGE: _READ,
                Deed.OPEN_REPLY: _READ,
                Deed.MARK_READ: _READ,
                Deed.REPLY: _READ,
                Deed.REPLY_WITH_FILE: _READ,
                Deed.NEW_MESSAGE: _UNREAD,
                Deed.REPLICATION: _UNREAD,
            }
        ),
        ExpectedAction.REPLY: MappingProxyType(
            {
                Deed.OPEN_WIDGET: _UNREAD,
                Deed.OPEN_CASE: _UNREAD,
                Deed.OPEN_ATTACHMENTS: _UNREAD,
                Deed.OPEN_MESSAGE: _UNREAD,
                Deed.OPEN_REPLY: _UNREAD,
                Deed.MARK_READ: _REFUSED,
                Deed.REPLY: _READ,
                Deed.REPLY_WITH_FILE: _READ,
                Deed.NEW_MESSAGE: _UNREAD,
                Deed.REPLICATION: _UNREAD,
            }
        ),
        ExpectedAction.REPLY_WITH_FILE: MappingProxyType(
            {
                Deed.OPEN_WIDGET: _UNREAD,
                Deed.OPEN_CASE: _UNREAD,
                Deed.OPEN_ATTACHMENTS: _UNREAD,
                Deed.OPEN_MESSAGE: _UNREAD,
                Deed.OPEN_REPLY: _UNREAD,
                Deed.MARK_READ: _REFUSED,
                Deed.REPLY: _UNREAD,
                Deed.REPLY_WITH_FILE: _READ,
                Deed.NEW_MESSAGE: _UNREAD,
                Deed.REPLICATION: _UNREAD,
            }
        ),
    }
)

#: What a message that is read counts as after a deed: once read, it stays read (INB-5, INB-8).
EFFECTS_ON_READ: Final[Mapping[Deed, Effect]] = MappingProxyType(dict.fromkeys(Deed, _READ))

#: The deeds that open what they reach; answering does not (INB-11).
OPENING: Final = frozenset(
    {
        Deed.OPEN_WIDGET,
        Deed.OPEN_CASE,
        Deed.OPEN_ATTACHMENTS,
        Deed.OPEN_MESSAGE,
        Deed.OPEN_REPLY,
    }
)

#: What a deed reaches, before the readings `open_scope` and `reply_scope` (INB-2, INB-10).
REACH: Final[Mapping[Deed, Reach]] = MappingProxyType(
    {
        Deed.OPEN_WIDGET: Reach.ALL,
        Deed.OPEN_CASE: Reach.ALL,
        Deed.OPEN_ATTACHMENTS: Reach.ENTRY,
        Deed.OPEN_MESSAGE: Reach.ENTRY,
        Deed.OPEN_REPLY: Reach.ENTRY,
        Deed.MARK_READ: Reach.ENTRY,
        Deed.REPLY: Reach.ENTRY,
        Deed.REPLY_WITH_FILE: Reach.ENTRY,
        Deed.NEW_MESSAGE: Reach.ALL,
        Deed.REPLICATION: Reach.ALL,
    }
)

#: The hint at an unread message (INB-6).
HINTS: Final[Mapping[ExpectedAction, Hint | None]] = MappingProxyType(
    {
        ExpectedAction.ACKNOWLEDGE: None,
        ExpectedAction.REPLY: Hint.REPLY,
        ExpectedAction.REPLY_WITH_FILE: Hint.DOCUMENTS,
    }
)

#: The button while the newest message is unread; a settled one offers a new message (REP-2).
BUTTONS: Final[Mapping[ExpectedAction, Button]] = MappingProxyType(
    {
        ExpectedAction.ACKNOWLEDGE: Button.NEW_MESSAGE,
        ExpectedAction.REPLY: Button.REPLY,
        ExpectedAction.REPLY_WITH_FILE: Button.REPLY,
    }
)

#: What an event does to the case fields, before the reading `fileless_reply` (STA-2 to STA-5,
#: REP-6, RPL-3). `CAME_BACK_WITHOUT_FILE` answers a message that asked for a file.
CASE_CHANGES: Final[Mapping[CaseEvent, CaseChange]] = MappingProxyType(
    {
        CaseEvent.SENT_TO_ACKNOWLEDGE: CaseChange(CloudStatus.INFO, Day.CLEARED, Day.KEPT),
        CaseEvent.SENT_FOR_REPLY: CaseChange(CloudStatus.REPLY, Day.CLEARED, Day.KEPT),
        CaseEvent.SENT_FOR_REPLY_WITH_FILE: CaseChange(CloudStatus.FILE, Day.CLEARED, Day.KEPT),
        CaseEvent.CAME_BACK: CaseChange(CloudStatus.OK, Day.WRITTEN, Day.ARRIVED),
        CaseEvent.CAME_BACK_WITHOUT_FILE: CaseChange(CloudStatus.OK, Day.WRITTEN, Day.ARRIVED),
        CaseEvent.SEEN: CaseChange(None, Day.SEEN, Day.KEPT),
        CaseEvent.REPLICATED: CaseChange(None, Day.KEPT, Day.KEPT),
    }
)

#: The event of sending, by expected action.
SENDING: Final[Mapping[ExpectedAction, CaseEvent]] = MappingProxyType(
    {
        ExpectedAction.ACKNOWLEDGE: CaseEvent.SENT_TO_ACKNOWLEDGE,
        ExpectedAction.REPLY: CaseEvent.SENT_FOR_REPLY,
        ExpectedAction.REPLY_WITH_FILE: CaseEvent.SENT_FOR_REPLY_WITH_FILE,
    }
)

#: How each kind of content travels, before the reading `receipt_transport` (DLV-1, DLV-5, RGT-2).
TRANSPORTS: Final[Mapping[type, Transport]] = MappingProxyType(
    {
        Message: Transport.AT_ONCE,
        Release: Transport.AT_ONCE,
        Reply: Transport.AT_ONCE,
        ReadMark: Transport.AT_ONCE,
    }
)

#: What each cloud role allows (RGT-1, RGT-2, STA-7).
RIGHTS: Final[Mapping[CloudRole, frozenset[Right]]] = MappingProxyType(
    {
        CloudRole.NONE: frozenset[Right](),
        CloudRole.USER: frozenset(Right),
        CloudRole.ADMINISTRATOR: frozenset(Right),
    }
)

#: Whether a recipient may write, by what the release says; None: it says nothing (REP-1).
MAY_WRITE: Final[Mapping[str, Mapping[bool | None, bool]]] = MappingProxyType(
    {
        "unless_withheld": MappingProxyType({None: True, True: True, False: False}),
        "if_granted": MappingProxyType({None: False, True: True, False: False}),
    }
)

#: What a message's arrival makes of the right that a release carries: nothing (RGT-2).
RELEASE_AFTER_MESSAGE: Final[Mapping[bool | None, bool | None]] = MappingProxyType(
    {None: None, True: True, False: False}
)

#: The entries that an event leaves in the activity list, by the fields shown (LOG-1, LOG-2).
ENTRIES: Final[Mapping[EntryKind, tuple[frozenset[str], ...]]] = MappingProxyType(
    {
        EntryKind.NOTE: (frozenset({"text"}),),
        EntryKind.SENT: (frozenset({"message", "text", "to", "expects", "files"}),),
        EntryKind.CAME_BACK: (frozenset({"carried_by", "message", "text", "files"}),),
    }
)

#: The mails due when a message comes for an address (ACC-2, ACC-5, MAIL-1).
MAILS: Final[Mapping[Standing, tuple[MailEvent, ...]]] = MappingProxyType(
    {
        Standing.UNKNOWN: (MailEvent.REGISTRATION, MailEvent.NEW_MESSAGE),
        Standing.KNOWN: (MailEvent.NEW_MESSAGE,),
        Standing.CASEWORKER: (MailEvent.NEW_MESSAGE,),
    }
)

#: The wordings until they are changed (MAIL-2).
TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType(
    {
        MailEvent.NEW_MESSAGE: Template(
            "Neue Nachricht am Vorgang $case",
            "Guten Tag,\n\nim Vorgang $case wartet eine Nachricht für $recipient.\n"
            "Bitte melden Sie sich an, um sie zu lesen: $portal\n",
        ),
        MailEvent.REGISTRATION: Template(
            "Ihre Registrierung",
            "Guten Tag,\n\nfür $recipient wurde ein Konto angelegt.\n"
            "Bitte vergeben Sie hier ein Kennwort: $link\n",
        ),
    }
)

#: The placeholders that a template may have: none carries content (MAIL-3).
TEMPLATE_FIELDS: Final[Mapping[MailEvent, frozenset[str]]] = MappingProxyType(
    {
        MailEvent.NEW_MESSAGE: frozenset({"recipient", "case", "portal"}),
        MailEvent.REGISTRATION: frozenset({"recipient", "link"}),
    }
)

#: The fields of a case that a replicated record carries to the portal (RPL-2).
REPLICATED: Final[Mapping[RecordKind, frozenset[str]]] = MappingProxyType(
    {
        RecordKind.CASE: frozenset({"subject"}),
        RecordKind.DOCUMENT: frozenset[str](),
        RecordKind.ADDRESS: frozenset[str](),
    }
)

MEGABYTES: Final[Mapping[str, int]] = MappingProxyType({"binary": 1024**2, "decimal": 1000**2})


def unread_count(items: Iterable[Item]) -> int:
    """Give the number at the inbox: the messages that count as unread (INB-1)."""
    return sum([not item.read for item in items])


def append(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """Put a message that arrives behind those before it (DLV-3)."""
    return (*items, item)


def taking(number: int, taken: int) -> Taking:
    """Say what to do with an envelope after `taken` ones: exactly once, in order (DLV-2, DLV-3)."""
    if number <= taken:
        return Taking.DUPLICATE
    return Taking.NEXT if number == taken + 1 else Taking.GAP


def mailbox_key(case: CaseNumber, recipient: str) -> tuple[CaseNumber, str]:
    """Give the key of a mailbox: each recipient has an own one in each case (INB-9)."""
    return case, recipient


def shows_any(answers: str | None, last_sent: str | None) -> bool:  # noqa: ARG001  # one signature
    """Let any message that comes back show in the case fields (`last_communication: newest`)."""
    return True


def shows_current(answers: str | None, last_sent: str | None) -> bool:
    """Let only new messages and answers to the last one sent show (`last_sent`)."""
    return answers is None or answers == last_sent


def preset_last(preset: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001  # one signature
    """Preset the recipients of the last message (`preset_recipients: last`)."""
    return chosen


def preset_all(preset: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Preset all recipients that were ever chosen in the case (`preset_recipients: all`)."""
    return tuple(dict.fromkeys(preset + chosen))


def listed_status(status: CloudStatus) -> CloudStatus:
    """Give the status that the case list shows: that of the case (STA-8)."""
    return status


@frozen
class Rules:
    """All that the decisions go by. Build one with `rules_for`; change one with `attrs.evolve`.

    The switches of `readings` are worked into the tables once: evolve the tables, not the switches.
    """

    readings: Readings
    zone: tzinfo
    effects: Mapping[ExpectedAction, Mapping[Deed, Effect]]
    effects_on_read: Mapping[Deed, Effect]
    reach: Mapping[Deed, Reach]
    opening: frozenset[Deed]
    hints: Mapping[ExpectedAction, Hint | None]
    buttons: Mapping[ExpectedAction, Button]
    sending: Mapping[ExpectedAction, CaseEvent]
    case_changes: Mapping[CaseEvent, CaseChange]
    receipts: Mapping[ExpectedAction, Receipt]
    transports: Mapping[type, Transport]
    rights: Mapping[CloudRole, frozenset[Right]]
    may_write: Mapping[bool | None, bool]
    release_after_message: Mapping[bool | None, bool | None]
    entries: Mapping[EntryKind, tuple[frozenset[str], ...]]
    mails: Mapping[Standing, tuple[MailEvent, ...]]
    templates: Mapping[str, Template]
    template_fields: Mapping[MailEvent, frozenset[str]]
    replicated: Mapping[RecordKind, frozenset[str]]
    bytes_max: int
    next_preset: Callable[[tuple[str, ...], tuple[str, ...]], tuple[str, ...]]
    shows: Callable[[str | None, str | None], bool]
    carrier: str = "cloudtransfer"
    portal: str = "https://portal.example"
    files_max: int = 20
    bundle_records_max: int = 6000
    replicate_every: timedelta = timedelta(minutes=15)
    link_lifetime: timedelta = timedelta(days=7)
    text_block_catalogue: str = "COLLABORATION"
    day_of: Callable[[datetime, tzinfo], date] = day_of
    normal_address: Callable[[str], str] = normal_address
    recipients_of: Callable[[Iterable[str], Callable[[str], str]], tuple[str, ...] | Refusal] = (
        recipients_of
    )
    taking: Callable[[int, int], Taking] = taking
    append: Callable[[tuple[Item, ...], Item], tuple[Item, ...]] = append
    unread_count: Callable[[Iterable[Item]], int] = unread_count
    listed_status: Callable[[CloudStatus], CloudStatus] = listed_status
    mailbox_key: Callable[[CaseNumber, str], tuple[CaseNumber, str]] = mailbox_key


def rules_for(
    readings: Readings | None = None,
    *,
    time_zone: str = "Europe/Berlin",
    carrier: str = "cloudtransfer",
) -> Rules:
    """Work the readings into the tables.

    Raises:
        ZoneInfoNotFoundError: for a time zone that does not exist.
    """
    readings = readings or Readings()
    return Rules(
        readings=readings,
        zone=ZoneInfo(time_zone),
        effects=EFFECTS,
        effects_on_read=EFFECTS_ON_READ,
        reach=_reach(readings),
        opening=OPENING,
        hints=HINTS,
        buttons=BUTTONS,
        sending=SENDING,
        case_changes=_case_changes(readings),
        receipts=_receipts(readings),
        transports=_transports(readings),
        rights=RIGHTS,
        may_write=MAY_WRITE[readings.reply_right],
        release_after_message=RELEASE_AFTER_MESSAGE,
        entries=ENTRIES,
        mails=MAILS,
        templates=TEMPLATES,
        template_fields=TEMPLATE_FIELDS,
        replicated=REPLICATED,
        bytes_max=35 * MEGABYTES[readings.megabyte],
        next_preset=preset_all if readings.preset_recipients == "all" else preset_last,
        shows=shows_current if readings.last_communication == "last_sent" else shows_any,
        carrier=carrier,
    )


def _reach(readings: Readings) -> Mapping[Deed, Reach]:
    reach = dict(REACH)
    if readings.open_scope == "message":
        reach |= {Deed.OPEN_WIDGET: Reach.NEWEST, Deed.OPEN_CASE: Reach.NEWEST}
    if readings.reply_scope == "case":
        reach |= {Deed.REPLY: Reach.ALL, Deed.REPLY_WITH_FILE: Reach.ALL}
    return MappingProxyType(reach)


def _case_changes(readings: Readings) -> Mapping[CaseEvent, CaseChange]:
    if readings.fileless_reply == "ok":
        return CASE_CHANGES
    unchanged = CaseChange(None, Day.KEPT, Day.ARRIVED)
    return MappingProxyType({**CASE_CHANGES, CaseEvent.CAME_BACK_WITHOUT_FILE: unchanged})


def _receipts(readings: Readings) -> Mapping[ExpectedAction, Receipt]:
    pick = min if readings.several_acknowledge == "first" else max
    opened = SeenWhen.OPENED if readings.acknowledge_on_open == "first_open" else SeenWhen.NEVER
    on_open = Receipt(opened, min, waits_for_all=False)
    return MappingProxyType(
        {
            ExpectedAction.ACKNOWLEDGE: Receipt(
                SeenWhen.READ, pick, waits_for_all=readings.several_acknowledge == "all"
            ),
            ExpectedAction.REPLY: on_open,
            ExpectedAction.REPLY_WITH_FILE: on_open,
        }
    )


def _transports(readings: Readings) -> Mapping[type, Transport]:
    if readings.receipt_transport == "immediate":
        return TRANSPORTS
    return MappingProxyType({**TRANSPORTS, ReadMark: Transport.REPLICATION})
