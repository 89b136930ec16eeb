"""What is seen of mails, and which are missing (MAIL, ACC-2)."""

from typing import Final

from simulator.oracle.facts import MESSAGE, UP, Case, Raw
from simulator.oracle.rules.inbox import NOTICED
from simulator.oracle.rules.mailing import (
    a_caseworker_gets_no_registration_mail,
    an_event_switched_off_sends_no_mail,
    an_outage_delays_the_notice_and_doubles_none,
    each_recipient_is_told_once,
    is_telling,
    mail_carries_no_message_text,
)
from simulator.oracle.sees.inbox import refused_message
from simulator.oracle.world import (
    INDEX,
    MAIL_IDS_MAX,
    NEVER,
    UNSEEN_US,
    Due,
    Record,
    World,
    address,
    together,
)

MAIL_3: Final = INDEX["MAIL-3"]
NOTICE: Final = together("MAIL-1", "MAIL-2")
HELD_BACK_MAX: Final = 100  # missing mails that are kept one by one before the first mail
SECOND_US: Final = 1_000_000
SHORT_TEXT: Final = 4  # characters; a shorter text may stand in a mail by chance


def see_mail(w: World, line: int, at: int, record: Record) -> None:
    """Judge a mail that arrived: due, at once, once, and without content (MAIL, ACC-2, ACC-5)."""
    w.change_common()
    one = address(record["to"])
    message, event = record.get("message"), record["event"]
    mail = (event, "" if event == "registration" else message or "", one)
    due = w.due.pop(mail, None)
    if message in w.tries:
        w.early.add(mail)
    if not w.mails_seen:
        _first_mail(w, line, at)
    if due is not None and w.is_over(due.at, at, mail=True):
        w.report(*_late_mail(w, mail, due, line, at))
    number = None if message is None else w.home_of(message)
    if message is not None and number is None:
        refused_message(w, line, message, f"told of to {one}")
    elif _is_repeated(w, line, record, mail):
        return
    elif event == "registration":
        _registration_mail(w, line, one, record, due)
    elif message is not None:
        w.judge(number, _notice, UP, line, at, (record, one, due), "")


def _is_repeated(w: World, line: int, record: Record, mail: tuple[str, str, str]) -> bool:
    """Tell whether this very mail came before, as it may after a fault."""
    mail_id = record.get("message_id")
    if mail_id is None:
        return False
    if w.mail_ids.get(mail_id) == mail:
        w.decide("MAIL-4")
        if not an_outage_delays_the_notice_and_doubles_none(w.mail_outages):
            because = f"{mail_id} came before, and no fault explains that it was sent again"
            said = f"mail {mail_id} to {mail[2]} again"
            w.report("MAIL-1", f"again {mail_id}", line, said, "one", because)
        return True
    w.mail_ids[mail_id] = mail
    if len(w.mail_ids) > MAIL_IDS_MAX:
        w.mail_ids.popitem(last=False)
    return False


def _first_mail(w: World, line: int, at: int) -> None:
    """Report what was due before the first mail that the trace shows."""
    overdue(w, at, line)
    w.mails_seen = True
    w.next_due = at if w.due else NEVER
    for raw, times in w.held_back.items():
        for _ in range(times):
            w.report(*raw)
    w.held_back = {}


def _registration_mail(w: World, line: int, one: str, record: Record, due: Due | None) -> None:
    link = record.get("link")
    if link is not None:
        w.links[link] = one
        w.used_links.discard(link)
    asked = due is None and w.asked.get(one, 0) > 0
    if asked:
        w.asked[one] -= 1
    said = f"a registration mail to {one}"
    if due is not None or asked:
        w.decide("ACC-2")
    elif one in w.perhaps_new:
        w.perhaps_new.discard(one)
        w.accounts[one] = True
        w.decide("ACC-2")
    elif a_caseworker_gets_no_registration_mail(one, w.emails):
        because = f"{one} belongs to a caseworker, who has a cloud account"
        w.report("ACC-5", f"registration {one}", line, said, "none", because)
    elif an_event_switched_off_sends_no_mail("registration", w.events_off):
        w.report("MAIL-2", f"registration {one}", line, said, "none", "the event is switched off")
    elif not w.given:
        known = one in w.accounts
        because = (
            f"the account of {one} was there already" if known else f"nothing was sent to {one}"
        )
        rule = "ACC-2" if record["to"] == one else "SEND-12"
        w.report(rule, f"registration {one}", line, said, "none", because)


def _notice(
    w: World, case: Case, line: int, at: int, data: tuple[Record, str, Due | None], outcome: str
) -> None:
    record, one, due = data
    message = record["message"]
    box = case.boxes.get(one)
    bits = None if box is None else box.items.get(message)
    if bits is None and (message, one) not in [
        (flight.message, flight.recipient) for flight in case.flights if flight.kind == MESSAGE
    ]:
        because = f"{message} was not addressed to {one}"
        _wrong_notice(w, line, record, "ACC-4", _notice_of(record, one), "none", because)
        return
    if due is not None:
        _content(w, line, record, due)
    noticed = (message, one) in case.notices if bits is None else bool(bits & NOTICED)
    w.counts[NOTICE] += 1
    if w.mail_outages:
        w.decide("MAIL-4")
    if a_caseworker_gets_no_registration_mail(one, w.emails):
        w.decide("ACC-5")
    if not each_recipient_is_told_once(told_before=noticed):
        because = f"{one} was told of {message} before"
        delayed = an_outage_delays_the_notice_and_doubles_none(w.mail_outages)
        rule, said = "MAIL-4" if delayed else "MAIL-1", f"{_notice_of(record, one)} again"
        _wrong_notice(w, line, record, rule, said, "one", because)
    elif (
        due is None
        and not w.given
        and an_event_switched_off_sends_no_mail("new_message", w.events_off)
    ):
        because = "the event was switched off when it was sent"
        _wrong_notice(w, line, record, "MAIL-2", _notice_of(record, one), "none", because)
    if bits is None or box is None:
        case.notices |= {(message, one)}
    else:
        case.own_box(one).items[message] = bits | NOTICED


def _notice_of(record: Record, one: str) -> str:
    return f"a notice of {record['message']} to {one}"


def _wrong_notice(
    w: World, line: int, record: Record, rule: str, said: str, demanded: str, because: str
) -> None:
    key = f"notice {record['message']} {address(record['to'])}"
    w.report(rule, key, line, said, demanded, because)


def _content(w: World, line: int, record: Record, due: Due) -> None:
    body = record.get("body")
    if body is None:
        return
    because = "a notice says that a message waits, and nothing of what it says"
    for name in due.documents:
        w.counts[MAIL_3] += 1
        if len(name) >= SHORT_TEXT and name in body and name not in w.wording:
            said = f"the document {name} in the mail"
            _wrong_notice(w, line, record, "MAIL-3", said, "no content", because)
    text = due.text
    if text is None or not is_telling(text, w.wording):
        return
    w.counts[MAIL_3] += 1
    if mail_carries_no_message_text(body, text):
        said = "the text of the message in the mail"
        _wrong_notice(w, line, record, "MAIL-3", said, "no content", because)


def overdue(w: World, at: int, line: int) -> None:
    """Report mails that were due and did not come; kept back while no mail was ever seen."""
    w.next_due = NEVER
    while w.due:
        mail, due = next(iter(w.due.items()))
        if not w.is_over(due.at, at, mail=True):
            latest = at if w.mail_active else w.deadline(due.at, mail=True)
            w.next_due = max(latest, at) if w.mails_seen else at + UNSEEN_US
            break
        w.change_common()
        del w.due[mail]
        if mail[0] == "registration":
            w.perhaps_new.add(mail[2])  # it may still come: that it is missed is told once
        raw = _late_mail(w, mail, due, line, None)
        if w.mails_seen:
            w.report(*raw)
        else:
            _hold_back(w, raw)


def _hold_back(w: World, raw: Raw) -> None:
    """Keep what is missing until the trace shows a mail: each one, or the first with a count."""
    if len(w.held_back) >= HELD_BACK_MAX:
        raw = next((one for one in w.held_back if one[0] == raw[0]), raw)
    w.held_back[raw] = w.held_back.get(raw, 0) + 1


def _late_mail(w: World, mail: tuple[str, str, str], due: Due, line: int, came: int | None) -> Raw:
    """Word what is wrong with a mail that came too late, or not at all by now."""
    event, message, one = mail
    if event == "registration":
        rule, key, name = "ACC-2", f"due registration {one}", f"registration mail to {one}"
        because = f"the message of line {due.line} was the first to {one} and created the account"
    else:
        delayed = w.deadline(due.at, mail=True) > due.at + w.limit
        rule = "MAIL-4" if delayed else "MAIL-1"
        key, name = f"due {message} {one}", f"notice of {message} to {one}"
        because = f"{message} was sent to {one} on line {due.line}"
    if came is None:
        return rule, key, line, f"no {name}", "one, at once", because
    seconds = (came - due.at) / SECOND_US
    return rule, key, line, f"the {name} after {seconds:g} s", "at once", because
