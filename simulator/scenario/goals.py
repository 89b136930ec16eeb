"""What can be asked to come up at least once in a run, told by its lines alone.

A goal looks at lines until it is reached; then it is let go, with what it remembered.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from simulator.history.vocabulary import CARRIES

Line: TypeAlias = Mapping[str, Any]
#: Says whether a line, after those before it, reaches the goal.
Reached: TypeAlias = Callable[[Line], bool]
#: The words of the lines that a goal has to see, each with what it makes of them.
Goal: TypeAlias = Mapping[str, Reached]

_UP: Final = "up"


def _answered(*, with_file: bool) -> Goal:
    asked: set[str] = set()

    def send(line: Line) -> bool:
        if line["expects"] == "reply_with_file":
            asked.add(line["message"])
        return False

    def reply(line: Line) -> bool:
        return line.get("answers") in asked and bool(line.get("files")) is with_file

    return {"send": send, "reply": reply}


def _any_entry(holds: Callable[[Line], bool]) -> Goal:
    return {"inbox": lambda line: any(map(holds, line["messages"]))}


def _opened_request_stayed_unread() -> Goal:
    return _any_entry(lambda entry: entry["opened"] and entry["unread"] and bool(entry["hint"]))


def _date_was_set_by_reading() -> Goal:
    return {"case": lambda line: line["cloud_status"] == "Info" and bool(line["acknowledged_on"])}


def _date_was_cleared() -> Goal:
    dated: set[Any] = set()

    def case(line: Line) -> bool:
        if line["acknowledged_on"]:
            dated.add(line["case"])
            return False
        return line["case"] in dated and bool(line["cloud_status"])

    return {"case": case}


def _two_recipients_differ() -> Goal:
    seen: dict[str, tuple[str, bool]] = {}

    def inbox(line: Line) -> bool:
        for entry in line["messages"]:
            other = seen.setdefault(entry["message"], (line["by"], entry["unread"]))
            if other[0] != line["by"] and other[1] != entry["unread"]:
                return True
            if other[0] == line["by"]:
                seen[entry["message"]] = line["by"], entry["unread"]
        return False

    return {"inbox": inbox}


def _settled_message_answered_again() -> Goal:
    settled: set[tuple[str, str]] = set()

    def inbox(line: Line) -> bool:
        settled.update((line["by"], e["message"]) for e in line["messages"] if not e["unread"])
        return False

    def reply(line: Line) -> bool:
        return (line["by"], line.get("answers")) in settled

    return {"inbox": inbox, "reply": reply}


def _preset_was_used() -> Goal:
    return {"send": lambda line: "to" not in line}


def _message_was_under_way() -> Goal:
    return {"case": lambda line: bool(line["under_way"])}


def _outage_ended_with_messages_waiting() -> Goal:
    waiting: set[Any] = set()

    def case(line: Line) -> bool:
        (waiting.add if line["under_way"] else waiting.discard)(line["case"])
        return False

    def fault(line: Line) -> bool:
        return line["state"] == _UP and line["what"] in CARRIES and bool(waiting)

    return {"case": case, "fault": fault}


def _reply_arrived_on_a_later_day() -> Goal:
    by_hand: set[Any] = set()

    def edit(line: Line) -> bool:
        if "follow_up_on" in line:
            by_hand.add(line["case"])
        return False

    def case(line: Line) -> bool:
        written: str | None = line["acknowledged_on"]
        came: str | None = line["follow_up_on"]
        told = line["cloud_status"] == "OK" and line["case"] not in by_hand
        return bool(told and written and came and written < came)

    return {"case": case, "edit_case": edit}


def _portal_showed_old_case_data() -> Goal:
    subjects: dict[Any, str] = {}

    def edit(line: Line) -> bool:
        if "subject" in line:
            subjects[line["case"]] = line["subject"]
        return False

    def portal(line: Line) -> bool:
        return bool(line["subject"] != subjects.get(line["case"], line["subject"]))

    return {"edit_case": edit, "portal_case": portal}


def _portal_caught_up() -> Goal:
    subjects: dict[Any, str] = {}
    old: dict[tuple[Any, str], bool] = {}  # whether a replication ran since

    def edit(line: Line) -> bool:
        if "subject" in line:
            subjects[line["case"]] = line["subject"]
        return False

    def portal(line: Line) -> bool:
        case, key = line["case"], (line["case"], line["by"])
        if line["subject"] != subjects.get(case, line["subject"]):
            old[key] = False
            return False
        return old.pop(key, False)

    def replicate(line: Line) -> bool:
        del line
        old.update(dict.fromkeys(old, True))
        return False

    return {"edit_case": edit, "portal_case": portal, "replicate": replicate}


def _right_was_withheld_and_given_back() -> Goal:
    withheld: set[tuple[Any, str]] = set()

    def release(line: Line) -> bool:
        key = line["case"], line["recipient"]
        if not line["create_messages"]:
            withheld.add(key)
        return bool(line["create_messages"] and key in withheld)

    return {"set_release": release}


def _read_mark_waited_for_replication() -> Goal:
    opened: set[Any] = set()
    waits: dict[Any, bool] = {}  # whether a replication ran since

    def open_(line: Line) -> bool:
        opened.add(line["case"])
        return False

    def case(line: Line) -> bool:
        number = line["case"]
        if line["cloud_status"] != "Info" or number not in opened:
            return False
        if line["acknowledged_on"]:
            return waits.pop(number, False)
        waits.setdefault(number, False)
        return False

    def replicate(line: Line) -> bool:
        del line
        waits.update(dict.fromkeys(waits, True))
        return False

    return {"open": open_, "case": case, "replicate": replicate}


def _registered_by_the_link() -> Goal:
    return {"register": lambda line: line["outcome"] == "ok" and "link" in line}


def _request_came_twice() -> Goal:
    written: set[str] = set()

    def write(line: Line) -> bool:
        if line["message"] in written:
            return True
        written.add(line["message"])
        return False

    return {"send": write, "reply": write}


def _an_answer_was_lost() -> Goal:
    def lost(line: Line) -> bool:
        return bool(line["outcome"] == "unknown")

    return {"send": lost, "reply": lost, "open": lost}


def _writing_was_refused() -> Goal:
    return {"reply": lambda line: line.get("reason") == "writing_withheld"}


#: What can come up -> what finds it. `explore` has the same goals for its small worlds.
GOALS: Final[Mapping[str, Callable[[], Goal]]] = MappingProxyType(
    {
        "a file request was answered without a file": lambda: _answered(with_file=False),
        "a file request was answered with a file": lambda: _answered(with_file=True),
        "an opened request stayed unread": _opened_request_stayed_unread,
        "the date was set by reading": _date_was_set_by_reading,
        "the date was cleared": _date_was_cleared,
        "a message was read by one recipient and unread for another": _two_recipients_differ,
        "a settled message was answered again": _settled_message_answered_again,
        "a message went to the preset recipients": _preset_was_used,
        "a message was under way": _message_was_under_way,
        "an outage ended with messages waiting": _outage_ended_with_messages_waiting,
        "a reply arrived on a later day than it was written": _reply_arrived_on_a_later_day,
        "the portal showed old case data": _portal_showed_old_case_data,
        "the portal caught up by a replication": _portal_caught_up,
        "a withheld right was given back": _right_was_withheld_and_given_back,
        "a read mark waited for the replication": _read_mark_waited_for_replication,
        "a recipient registered by the mailed link": _registered_by_the_link,
        "a request came twice": _request_came_twice,
        "an answer was lost": _an_answer_was_lost,
        "writing was refused for want of the right": _writing_was_refused,
    }
)
#: What counts even if it was refused.
_REFUSED_TOO: Final = frozenset({"writing was refused for want of the right"})


class Goals:
    """The goals of a run that were not reached yet."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Begin with all of them open."""
        self._open = {name: GOALS[name]() for name in names}
        #: The words of the lines that a goal waits for, each with who waits.
        self.words: dict[str, list[tuple[str, Reached]]] = {}
        self._sort()

    @property
    def missing(self) -> tuple[str, ...]:
        """What did not come up."""
        return tuple(self._open)

    def take(self, word: str, line: Line) -> None:
        """Take a line of the run, of an act or a look; a refused act reaches a refusal alone."""
        refused = line.get("outcome") == "refused"
        found = [
            name
            for name, reached in self.words.get(word, ())
            if (not refused or name in _REFUSED_TOO) and reached(line)
        ]
        for name in found:
            del self._open[name]
        if found:
            self._sort()

    def _sort(self) -> None:
        self.words = {}
        for name, goal in self._open.items():
            for word, reached in goal.items():
                self.words.setdefault(word, []).append((name, reached))
