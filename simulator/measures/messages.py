"""Follows each message from the moment it was meant to be written until nobody waits for it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import Factory, define, field

from simulator.history.vocabulary import VIAS_OF_CASE
from simulator.measures.cells import MS_US, Cell, Cells
from simulator.measures.levels import Level

Record = Mapping[str, Any]
Case = int | str
_ACKNOWLEDGE: Final = "acknowledge"
_REPLY_WITH_FILE: Final = "reply_with_file"


class Sent:
    """A message that was sent and is not in every inbox yet."""

    __slots__ = ("action", "arrived", "meant_us", "waits_for")

    def __init__(self, meant_us: int, action: str) -> None:
        """Begin with nobody who waits for it: it may not have been sent at all."""
        self.meant_us = meant_us
        self.action = action
        self.arrived = 0
        self.waits_for = 0


class Written:
    """A recipient's message that is not in its case yet."""

    __slots__ = ("cell", "counted", "meant_us")

    def __init__(self, meant_us: int, cell: Cell) -> None:
        """Begin as one that may not have been written at all."""
        self.meant_us = meant_us
        self.cell = cell
        self.counted = False


class Item:
    """A message in a recipient's inbox."""

    __slots__ = (
        "action", "answered", "arrived_us", "case", "cell", "mailed", "meant_us", "message",
        "read", "unread",
    )  # fmt: skip

    def __init__(self, case: Case, message: str, sent: Sent, arrived_us: int, cell: Cell) -> None:
        """Begin with nothing done to it."""
        self.case = case
        self.message = message
        self.meant_us = sent.meant_us
        self.action = sent.action
        self.arrived_us = arrived_us
        self.cell = cell
        self.mailed = self.read = self.answered = False
        self.unread = True


class Box:
    """What counts as unread of a recipient's messages in a case, and which message is newest."""

    __slots__ = ("items", "newest")

    def __init__(self) -> None:
        """Begin empty."""
        self.items: list[Item] = []
        self.newest = ""


@define(eq=False)
class Messages:
    """The messages of a run: what was sent, what is in which inbox, what recipients wrote.

    A message that counts as read, and whose mail has come, is forgotten. Moments are in
    microseconds; `meant_us` is when somebody meant to act, which may be earlier than the act.
    """

    cells: Cells
    readings: Mapping[str, str]
    begin_us: int
    totals: Counter[str] = Factory(Counter[str])
    effects: Counter[tuple[str, str]] = Factory(Counter[tuple[str, str]])
    mails_on: bool = True
    unread: Level = field(init=False)
    under_way: Level = field(init=False)
    _sent: dict[str, Sent] = Factory(dict[str, Sent])
    _replies: dict[str, Written] = Factory(dict[str, Written])
    _came_in_doubt: set[str] = Factory(set[str])  # replies whose first answer was lost
    _items: dict[tuple[str, str], Item] = Factory(dict[tuple[str, str], Item])
    _boxes: dict[tuple[Case, str], Box] = Factory(dict[tuple[Case, str], Box])
    _several: dict[Case, frozenset[str]] = Factory(dict[Case, frozenset[str]])
    _in_doubt: set[str] = Factory(set[str])

    def __attrs_post_init__(self) -> None:
        """Begin with nothing."""
        self.unread = Level(self.begin_us)
        self.under_way = Level(self.begin_us)

    # What is written

    def send(self, line: Record, at_us: int, meant_us: int) -> None:
        """Take a send that happened, or may have."""
        message = line["message"]
        again = self._tried_again(message, line)
        sent = self._sent.get(message)
        if sent is None:
            if again:
                return  # the first attempt arrived everywhere
            sent = self._sent[message] = Sent(meant_us, line["expects"])
        if line["outcome"] == "ok":
            recipients = self._recipients(line)
            self.totals["messages"] += recipients
            sent.waits_for = recipients - sent.arrived
            self.under_way.add(sent.waits_for, at_us)
            if not sent.waits_for:
                del self._sent[message]

    def reply(self, line: Record, at_us: int, meant_us: int) -> None:
        """Take a reply that happened, or may have."""
        message, by = line["message"], address(line["by"])
        self._tried_again(message, line)
        came = message in self._came_in_doubt
        if message not in self._replies and not came:
            self._replies[message] = Written(meant_us, self.cells.of(by, "", meant_us))
        if line["outcome"] != "ok":
            return
        self.totals["replies"] += 1
        self._came_in_doubt.discard(message)
        if not came:
            self._replies[message].counted = True
            self.under_way.add(1, at_us)
        self._answered(line, by, at_us)

    def _tried_again(self, message: str, line: Record) -> bool:
        """Note an outcome that is not known; say whether this is another attempt."""
        again = message in self._in_doubt
        if again:
            self.totals["retries"] += 1
        if line["outcome"] == "unknown":
            self._in_doubt.add(message)
        else:
            self._in_doubt.discard(message)
        return again

    def _recipients(self, line: Record) -> int:
        """Say to how many a message goes; a case not remembered has one preset recipient."""
        case, to = line["case"], line.get("to")
        everyone = self.readings.get("preset_recipients") == "all"
        if to is None:
            return len(self._several.get(case, "1"))
        chosen = frozenset(map(address, to))
        preset = self._several.get(case, frozenset()) | chosen if everyone else chosen
        if everyone or len(preset) > 1:
            self._several[case] = preset
        else:
            self._several.pop(case, None)
        return len(chosen)

    # What arrives

    def into_inbox(self, case: Case, message: str, to: str, at_us: int) -> None:
        """Take the arrival of a message in an inbox."""
        sent = self._sent.get(message)
        if sent is None or (message, to) in self._items:
            return  # not ours, or a second time: the oracle's business
        cell = self.cells.of(to, sent.action, sent.meant_us)
        cell.delivery.append((at_us - sent.meant_us) / MS_US)
        cell.arrived += 1
        item = self._items[message, to] = Item(case, message, sent, at_us, cell)
        box = self._boxes.get((case, to))
        if box is None:
            box = self._boxes[case, to] = Box()
        box.items.append(item)
        box.newest = message
        self.unread.add(1, at_us)
        sent.arrived += 1
        if sent.waits_for:
            sent.waits_for -= 1
            self.under_way.add(-1, at_us)
            if not sent.waits_for:
                del self._sent[message]

    def into_case(self, message: str, at_us: int) -> None:
        """Take the arrival of a recipient's message in its case."""
        written = self._replies.pop(message, None)
        if written is None:
            return
        written.cell.reply_delivery.append((at_us - written.meant_us) / MS_US)
        if written.counted:
            self.under_way.add(-1, at_us)
        else:
            self._came_in_doubt.add(message)

    def mail(self, line: Record, at_us: int) -> None:
        """Take a mail that arrived."""
        self.totals["mails"] += 1
        if line["event"] != "new_message":
            return
        item = self._items.get((line.get("message") or "", line["to"]))
        if item is None:
            return
        if item.mailed:
            self.totals["retries"] += 1
            return
        item.mailed = True
        item.cell.mail.append((at_us - item.meant_us) / MS_US)
        if not item.unread:
            del self._items[item.message, line["to"]]

    def asks_for_file(self, message: str | None, by: object) -> bool:
        """Say whether a message in an inbox still waits for a file."""
        item = None if message is None else self._items.get((message, address(by)))
        return item is not None and item.action == _REPLY_WITH_FILE

    # What recipients do

    def opened(self, line: Record, at_us: int) -> None:
        """Take an opening: of a case as the reading `open_scope` has it, or of an entry."""
        by = address(line["by"])
        box = self._boxes.get((line["case"], by))
        if box is None:
            return
        if line["via"] in VIAS_OF_CASE and self.readings.get("open_scope") != "message":
            reached = box.items
        else:
            message = box.newest if line["via"] in VIAS_OF_CASE else line.get("message")
            reached = [item for item in box.items if item.message == message]
        self._touch(reached, line["via"], by, at_us)

    def marked(self, line: Record, at_us: int) -> None:
        """Take "Gelesen markieren"."""
        by = address(line["by"])
        item = self._items.get((line["message"], by))
        if item is not None and item.unread:
            self._touch([item], "mark_read", by, at_us)

    def not_marked(self, line: Record) -> None:
        """Take "Gelesen markieren" that was refused (INB-5)."""
        item = self._items.get((line.get("message") or "", address(line.get("by"))))
        if item is not None and item.unread:
            self.effects[item.action, "mark_read"] += 1

    def _touch(self, items: Iterable[Item], deed: str, by: str, at_us: int) -> None:
        for item in tuple(items):
            self.effects[item.action, deed] += 1
            self._read(item, at_us)
            if item.action == _ACKNOWLEDGE:
                self._settle(item, by, at_us)

    def _read(self, item: Item, at_us: int) -> None:
        if not item.read:
            item.read = True
            item.cell.read.append((at_us - item.arrived_us) / MS_US)

    def _answered(self, line: Record, by: str, at_us: int) -> None:
        """Let a reply settle what it answers, as the reading `reply_scope` has it."""
        answers, with_file = line.get("answers"), bool(line.get("files"))
        box = self._boxes.get((line["case"], by))
        for item in tuple(box.items) if box is not None else ():
            if answers is None:
                self.effects[item.action, "new_message"] += 1
                continue
            if item.message == answers:
                deed = "reply_with_file" if with_file else "reply_without_file"
                self.effects[item.action, deed] += 1
                self._read(item, at_us)
                if not item.answered and item.action != _ACKNOWLEDGE:
                    item.answered = True
                    item.cell.answer.append((at_us - item.arrived_us) / MS_US)
            elif self.readings.get("reply_scope") != "case":
                continue
            if with_file or item.action != _REPLY_WITH_FILE:
                self._settle(item, by, at_us)

    def _settle(self, item: Item, by: str, at_us: int) -> None:
        """Let a message count as read: it stays so (INB-8)."""
        if not item.unread:
            return
        item.unread = False
        item.cell.settle.append((at_us - item.arrived_us) / MS_US)
        item.cell.settled += 1
        self.unread.add(-1, at_us)
        box = self._boxes[item.case, by]
        box.items.remove(item)
        if not box.items:
            del self._boxes[item.case, by]
        if item.mailed or not self.mails_on:
            del self._items[item.message, by]


def address(text: object) -> str:
    """Give an address as inboxes are kept by (SEND-12)."""
    return str(text).strip().lower()
