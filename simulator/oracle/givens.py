"""The `given` lines: what was before a log that begins in mid-life."""

from collections.abc import Callable
from typing import Final

from simulator.oracle.entries import (
    Letter,
    digest,
    digest_of_recipients,
    digest_of_text,
    entry,
)
from simulator.oracle.facts import RECEIVED, SILENT, UNTOLD, Case, unread
from simulator.oracle.findings import BadLine
from simulator.oracle.rules.inbox import ANSWERED, EXPECTS, FILED, MARKED, OPENED
from simulator.oracle.world import Record, World, address

KIND_OF: Final = {"OK": RECEIVED, "Info": 0, "Antwort": 1, "Datei": 2, "": SILENT}


def _case(w: World, number: int | str) -> Case:
    """Give a case about which only what is told is known."""
    case = w.find(number)
    if case is None:
        case = w.new_case(number, told=False)
        case.preset = case.chosen = None
        case.given_date = UNTOLD
        case.whole_log = False
    if case.token is not w.token:
        case = w.own(case)
    case.cached = None
    return case


def given_case(w: World, line: int, at: int, record: Record) -> None:
    """Fold what a case was like."""
    case = _case(w, record["case"])
    case.versions = ((-1, -1, 0, record.get("subject")),)
    case.follow_up = record.get("follow_up_on", UNTOLD)
    if "documents" in record:
        case.documents = frozenset(record["documents"])
    if "preset" in record or "chosen" in record:
        preset: list[str] = record["preset"] if "preset" in record else record["chosen"]
        case.preset = tuple(address(one) for one in preset)
        case.chosen = tuple(address(one) for one in record.get("chosen", case.preset or ()))
    if "preset" in record:
        w.told_presets |= {case.number}
    if "cloud_status" in record:
        case.told = True
        case.kind = KIND_OF[record["cloud_status"]]
        case.given_date = None if case.kind == SILENT else UNTOLD
    if "acknowledged_on" in record:
        _given_date(case, record["acknowledged_on"])
    releases: dict[str, bool] = record.get("releases") or {}
    for one, right in releases.items():
        case.own_box(address(one)).right = right
        _knows(w, address(one), case)


def _given_date(case: Case, day: str | None) -> None:
    case.given_date = day
    if case.kind == RECEIVED:
        case.seen_date = (day,)


def _knows(w: World, one: str, case: Case) -> None:
    w.accounts[one] = False
    w.reaches(one, case.number)


def given_message(w: World, line: int, at: int, record: Record) -> None:
    """Fold a message that was sent or written before the log; the last one told is the newest."""
    case = _case(w, record["case"])
    message, expects, to = record["message"], record.get("expects"), record.get("to")
    if to is not None and "expects" not in record:
        raise BadLine(line, "to", to, "was sent with an expected action: say expects as well")
    if w.home_of(message) is not None:
        raise BadLine(line, "message", message, "was mentioned before: given is what was earlier")
    w.home[message] = case.number
    text = digest_of_text(record.get("text"))
    if expects is None or to is None:
        letter = Letter(-1, text, None, 0)
        answers = digest(record["answers"]) if "answers" in record else 0
        case.write(entry(line, at, address(record["by"]), message, letter, answers))
        if not case.told and _may_not_show(w, record):
            case.communicate(SILENT, None)
            case.given_date = UNTOLD
        else:
            _communicated(case, RECEIVED, message)
        return
    letter = Letter(EXPECTS[expects], text, None, 0)
    recipients = tuple(dict.fromkeys(address(one) for one in to))
    sent_to = digest_of_recipients(recipients)
    case.write(entry(line, at, record["by"], message, letter, sent_to))
    _given_sent(w, case, message, letter.expects, recipients)


def _given_sent(w: World, case: Case, message: str, code: int, recipients: tuple[str, ...]) -> None:
    for one in recipients:
        box = case.own_box(one)
        box.items[message] = code
        box.text = 0
        box.documents = None
        _knows(w, one, case)
    case.sent = message
    _communicated(case, code, message, len(recipients))
    if case.number not in w.told_presets:
        case.preset = recipients
    case.chosen = tuple(dict.fromkeys((*(case.chosen or ()), *recipients)))


def _may_not_show(w: World, reply: Record) -> bool:
    """Tell whether, by the readings, this reply perhaps changed no field of the case."""
    some_do_not = (
        w.readings["fileless_reply"] != "ok" or w.readings["last_communication"] != "newest"
    )
    return some_do_not and reply.get("answers", "") is not None


def _communicated(case: Case, kind: int, message: str, recipients: int = 0) -> None:
    """Let this be the last communication by now, unless the status that was given is of another."""
    if case.told and case.kind != kind:
        return
    day = case.given_date
    case.communicate(kind, message, recipients=recipients)
    case.given_date = day
    if kind == RECEIVED:
        case.seen_date = (day,)


def given_mailbox(w: World, line: int, at: int, record: Record) -> None:
    """Fold what had happened to the messages in a mailbox."""
    case = _case(w, record["case"])
    one = address(record["recipient"])
    box = case.own_box(one)
    for told in record["messages"]:
        message = told["message"]
        if message not in box.items:
            raise w.unmentioned(line, "message", message)
        filed = told.get("answered_with_file", False)
        box.items[message] |= (
            (OPENED if told["opened"] else 0)
            | (MARKED if told.get("marked") else 0)
            | (ANSWERED if told["answered"] or filed else 0)
            | (FILED if filed else 0)
        )
        if message == case.message and case.given_date is None and not unread(box.items[message]):
            case.given_date = UNTOLD  # another reader, or a run, may bring the date


GIVENS: Final[dict[str, Callable[[World, int, int, Record], None]]] = {
    "case": given_case,
    "message": given_message,
    "mailbox": given_mailbox,
}
