"""What has to come up at least once, so that no rule passes because nothing happened."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

Record = dict[str, Any]
#: What was seen in a state: (observation, who looked) -> its record.
Looks = Mapping[tuple[str, str], Record]
Goal = Callable[[Record, Looks, Looks], bool]


def _entries(looks: Looks) -> Iterator[Record]:
    for (see, _), record in looks.items():
        if see == "inbox":
            yield from record["messages"]


def _cases(looks: Looks) -> Iterator[Record]:
    return (record for (see, _), record in looks.items() if see == "case")


def _act(record: Record, act: str, **fields: object) -> bool:
    return record.get("act") == act and all(record.get(k) == v for k, v in fields.items())


def _file_request_answered_without_a_file(act: Record, _: Looks, after: Looks) -> bool:
    return _act(act, "reply") and any(
        entry["answered"] and entry["unread"] and entry["hint"] == "documents"
        for entry in _entries(after)
    )


def _file_request_answered_with_a_file(act: Record, before: Looks, after: Looks) -> bool:
    waiting = {entry["message"] for entry in _entries(before) if entry["hint"] == "documents"}
    return _act(act, "reply") and any(
        entry["message"] in waiting and not entry["unread"] for entry in _entries(after)
    )


def _opened_request_stayed_unread(act: Record, _: Looks, after: Looks) -> bool:
    return _act(act, "open") and any(
        entry["opened"] and entry["unread"] and entry["hint"] == "reply"
        for entry in _entries(after)
    )


def _date_was_set_by_reading(act: Record, _: Looks, after: Looks) -> bool:
    return act.get("act") in {"open", "mark_read"} and any(
        case["acknowledged_on"] and case["cloud_status"] == "Info" for case in _cases(after)
    )


def _date_was_cleared(act: Record, before: Looks, after: Looks) -> bool:
    return (
        _act(act, "send")
        and any(case["acknowledged_on"] for case in _cases(before))
        and not any(case["acknowledged_on"] for case in _cases(after))
    )


def _two_recipients_differ(_: Record, __: Looks, after: Looks) -> bool:
    states: dict[str, set[bool]] = {}
    for entry in _entries(after):
        states.setdefault(entry["message"], set()).add(entry["unread"])
    return any(len(unread) > 1 for unread in states.values())


def _settled_message_answered_again(act: Record, before: Looks, _: Looks) -> bool:
    return _act(act, "reply") and any(
        entry["message"] == act.get("answers") and not entry["unread"] for entry in _entries(before)
    )


def _preset_was_used(act: Record, _: Looks, __: Looks) -> bool:
    return _act(act, "send") and "to" not in act


def _message_was_under_way(_: Record, __: Looks, after: Looks) -> bool:
    return any(case.get("under_way") for case in _cases(after))


def _outage_ended_with_messages_waiting(act: Record, before: Looks, after: Looks) -> bool:
    return (
        _act(act, "fault", state="up")
        and _message_was_under_way(act, before, before)
        and not _message_was_under_way(act, before, after)
    )


def _reply_arrived_on_a_later_day(act: Record, _: Looks, after: Looks) -> bool:
    return _act(act, "fault", state="up") and any(
        case["cloud_status"] == "OK" and case["acknowledged_on"] != case["follow_up_on"]
        for case in _cases(after)
    )


def _portal_showed_old_case_data(act: Record, _: Looks, after: Looks) -> bool:
    return _act(act, "edit_case") and any(
        record["subject"] != act.get("subject", record["subject"])
        for (see, _), record in after.items()
        if see == "portal_case"
    )


def _portal_caught_up(act: Record, before: Looks, after: Looks) -> bool:
    return _act(act, "replicate") and any(
        key in before and before[key]["subject"] != record["subject"]
        for key, record in after.items()
        if key[0] == "portal_case"
    )


def _right_was_withheld_and_given_back(act: Record, before: Looks, after: Looks) -> bool:
    def buttons(looks: Looks) -> list[object]:
        return [record["button"] for (see, _), record in looks.items() if see == "portal_case"]

    return _act(act, "set_release", create_messages=True) and buttons(before) != buttons(after)


def _read_mark_waited_for_replication(act: Record, before: Looks, after: Looks) -> bool:
    return (
        _act(act, "replicate")
        and not any(case["acknowledged_on"] for case in _cases(before))
        and any(case["acknowledged_on"] for case in _cases(after))
    )


def _registered_by_the_link(act: Record, _: Looks, __: Looks) -> bool:
    return _act(act, "register")


#: Goal -> how an accepted act, with what was seen before and after it, reaches it.
GOALS: Final[Mapping[str, Goal]] = MappingProxyType(
    {
        "a file request was answered without a file": _file_request_answered_without_a_file,
        "a file request was answered with a file": _file_request_answered_with_a_file,
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
    }
)
