"""The acts: whether each was rightly accepted or refused, and what it does to the facts."""

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from simulator.history.vocabulary import VIAS, VIAS_OF_CASE
from simulator.oracle.entries import (
    LINE,
    NOTE,
    Letter,
    Words,
    differences,
    digest,
    digest_of_recipients,
    digest_of_text,
    entry,
)
from simulator.oracle.facts import (
    ANSWER,
    DOWN,
    HELD,
    MESSAGE,
    NOTHING,
    READ,
    RELEASE,
    SILENT,
    UP,
    Box,
    Case,
    Flight,
    answer_message,
    cover_messages,
    entry_of_reply,
    mark_message,
    open_messages,
    unread,
)
from simulator.oracle.findings import BadLine, Reused
from simulator.oracle.prose import ASKS
from simulator.oracle.rules.delivery import (
    BUNDLE_MAX,
    NOT_ALL_TAKEN,
    a_bundle_has_a_bounded_size,
    a_bundle_has_an_answer,
    a_link_serves_once_and_its_own_address,
    a_new_account_is_set_up_before_use,
    a_recipient_sees_only_what_was_addressed_to_them,
    a_recipient_sees_the_message_without_a_release,
    a_run_is_taken_if_all_of_it_was,
    an_administrator_sets_the_roles,
    no_account_is_needed_beforehand,
    the_right_stays_as_it_was_set,
)
from simulator.oracle.rules.inbox import (
    ACKNOWLEDGE,
    ENTRIES,
    EXPECTS,
    FACTS,
    OPENED,
    WITH_FILE,
)
from simulator.oracle.rules.mailing import (
    a_new_account_gets_a_registration_mail,
    an_event_switched_off_sends_no_mail,
)
from simulator.oracle.rules.replying import (
    FILES_MAX,
    SIZE_MAX,
    a_reply_has_a_text,
    files_are_at_most_twenty_and_35_mb,
    files_of_a_reply_are_filed_under_the_case,
    writing_needs_the_right,
)
from simulator.oracle.rules.sending import (
    a_legal_message_is_saved_with_its_case,
    an_odd_address_may_be_refused,
    blank_text_is_not_sent,
    choosing_replaces_the_preset,
    exactly_one_known_action_is_expected,
    malformed_address_is_refused,
    only_documents_of_the_case_are_shared,
    preset_is_what_was_chosen_before,
    somebody_receives_it,
    the_right_is_set_by_a_caseworker_with_a_role,
    writing_needs_a_cloud_role,
)
from simulator.oracle.world import INDEX, NEVER, SEEN, Due, Record, World, address, together

Refusal = tuple[str, str]
is_malformed: Final = lru_cache(8192)(malformed_address_is_refused)
_MALFORMED: Final = "malformed_address"  # a refusal may tell no reason
Sending = tuple[Record, list[str] | None]  # a send, and its addresses in their normal form
PORTAL_FAULTS: Final = frozenset({"portal", "server"})
DELIVERY_FAULTS: Final = frozenset({"portal", "link", "server"})
MAIL_FAULTS: Final = frozenset({"mail", "portal", "link", "server"})
_ACCEPTED: Final = ("SEND-1", "SEND-3", "SEND-4", "SEND-5", "SEND-12")
SENT: Final = together(*_ACCEPTED, "SEND-7")
SENT_TO_THE_PRESET: Final = together(*_ACCEPTED, "SEND-6")
WRITTEN: Final = together("REP-1", "REP-3", "REP-4", "INB-10")
ACC_1, ACC_3, RGT_1, SEND_9 = (INDEX[rule] for rule in ("ACC-1", "ACC-3", "RGT-1", "SEND-9"))
NO_BOX: Final = Box(-1)  # that of somebody whom nothing of a case ever reached
JUST_BELOW: Final = 1_000_000  # bytes below the limit that still count as "about the limit"


def role_of(w: World, by: object) -> str | None:
    """Give the cloud role of whoever acts or looks; None if it was never told."""
    if not isinstance(by, str):
        return None
    role = w.roles.get(by)
    if role is None and address(by) in w.boxes_of and address(by) not in w.emails:
        return "none"
    return role


def _may_lack_a_role(w: World, by: object) -> bool:
    """Whether somebody has no cloud role, or perhaps has none: the outcome is not known."""
    return role_of(w, by) == "none" or (isinstance(by, str) and by in w.roles_in_doubt)


def accepted_wrongly(w: World, line: int, what: str, why: Refusal) -> None:
    """Report an accepted act that a rule refuses."""
    rule, because = why
    w.report(rule, what, line, f"{what}: accepted", "it must be refused", because)


def refused_wrongly(w: World, line: int, what: str, rule: str, because: str) -> None:
    """Report a refused act that every rule accepts."""
    w.report(rule, what, line, f"{what}: refused", "it must be accepted", because)


# The MVP's acts


def set_role(w: World, line: int, at: int, record: Record) -> None:
    """Fold RGT-3: who holds which role, and which addresses are caseworkers'."""
    w.change_common()
    if record["outcome"] == "ok":
        w.decide("RGT-3")
        w.roles[record["caseworker"]] = record["role"]
        w.roles_in_doubt -= {record["caseworker"]}
        email = record.get("email")
        if email:
            w.emails |= {address(email)}
    elif record["outcome"] == "unknown":
        w.roles.pop(record["caseworker"], None)
        w.roles_in_doubt |= {record["caseworker"]}
    elif an_administrator_sets_the_roles(record.get("by")) and "server" not in w.active:
        because = "an administrator gives and takes cloud roles; who did it is not judged"
        refused_wrongly(w, line, f"set_role of {record.get('caseworker')}", "RGT-3", because)


def _known(w: World, number: Any) -> bool:
    """Whether there is such a case, for certain."""
    return isinstance(number, int | str) and w.knows(number) and number not in w.perhaps_created


def _refusable(w: World, record: Record) -> bool:
    """Whether a refused act names what perhaps is not there, or the server was down."""
    return "server" in w.active or not _known(w, record.get("case"))


def create_case(w: World, line: int, at: int, record: Record) -> None:
    """Fold a new case."""
    if record["outcome"] == "refused":
        return
    number = record["case"]
    if not w.knows(number):
        case = w.new_case(number, told=True)
        case.documents = NOTHING
        case.follow_up = None
        if record["outcome"] == "unknown":
            w.change_common()
            w.perhaps_created.add(number)
    w.judge(number, _edit, SEEN, line, at, record, record["outcome"])


def edit_case(w: World, line: int, at: int, record: Record) -> None:
    """Fold changed case data."""
    if record["outcome"] != "refused":
        w.judge(record["case"], _edit, UP, line, at, record, record["outcome"])


def _edit(w: World, case: Case, line: int, at: int, record: Record, outcome: str) -> None:
    subject = record.get("subject")
    if not case.versions or ("subject" in record and subject != case.versions[-1][3]):
        version = (w.full_runs, w.partial_runs, w.failed, subject)
        case.versions = (*case.versions, version)
    if "follow_up_on" in record:
        case.follow_up = record["follow_up_on"]
    case.happens("edit", line)


def add_document(w: World, line: int, at: int, record: Record) -> None:
    """Fold a document filed under a case."""
    if record["outcome"] == "refused":
        return
    if not w.knows(record["case"]):
        w.new_case(record["case"], told=True)
    w.judge(record["case"], _file, SEEN, line, at, record, "ok")


def _file(w: World, case: Case, line: int, at: int, record: Record, outcome: str) -> None:
    if record["outcome"] == "unknown":
        case.perhaps |= {record["document"]}
        return
    if case.documents is None:
        if not case.whole_log:  # what was filed before the log was never told
            return
        case.documents = NOTHING.union(*(box.own_documents for box in case.boxes.values()))
    case.documents |= {record["document"]}


def note(w: World, line: int, at: int, record: Record) -> None:
    """Judge text that is saved without sharing (SEND-2): an entry of the log and nothing else."""
    outcome = record["outcome"]
    if outcome == "refused":
        text = record.get("text", "")
        blank = not isinstance(text, str) or not text.strip()
        if not (_refusable(w, record) or blank or _may_lack_a_role(w, record.get("by"))):
            why = "text saved without sharing is an internal activity, and needs nothing else"
            refused_wrongly(w, line, f"note in case {record['case']}", "SEND-2", why)
        return
    if not w.knows(record["case"]):
        w.new_case(record["case"], told=True)
    w.judge(record["case"], _note, UP, line, at, record, outcome)


def _note(w: World, case: Case, line: int, at: int, record: Record, outcome: str) -> None:
    letter = Letter(NOTE - 2, digest_of_text(record.get("text")), None, 0)
    case.write(entry(line, at, record["by"], None, letter, digest(None)))
    w.decide("SEND-2")
    case.happens("note", line)


def _addresses(record: Record) -> list[str] | None:
    to = record.get("to")
    return None if to is None else [address(one) for one in to]


def _send_refusal(w: World, case: Case, record: Record, to: Sequence[str] | None) -> Refusal | None:
    by = record.get("by")
    if writing_needs_a_cloud_role(role_of(w, by)):
        return "RGT-1", f"{by} does not hold the cloud role Benutzer or Administrator"
    if exactly_one_known_action_is_expected(record.get("expects")):
        expects = record.get("expects")
        said = "no expected action is chosen"
        return "SEND-3", said if expects is None else f"{expects} is no expected action"
    if blank_text_is_not_sent(record.get("text")):
        return "SEND-4", "the text is blank"
    for one in to or ():
        if is_malformed(one):
            return "SEND-12", f'"{one}" is no e-mail address'
    if somebody_receives_it(preset_of(w, case) if to is None else to):
        return "SEND-5", "no recipient is chosen or preset"
    strange = only_documents_of_the_case_are_shared(
        record.get("documents") or (), case.documents, case.perhaps
    )
    if strange:
        return "SEND-9", f"{strange[0]} is not filed under case {case.number}: no line did that"
    return None


def preset_of(w: World, case: Case) -> tuple[str, ...] | None:
    """Give the preset recipients of a case; None if no line told of them."""
    if case.preset is None or case.chosen is None:
        return None
    reading = w.readings["preset_recipients"]
    return preset_is_what_was_chosen_before(case.preset, case.chosen, reading)


def _legal_send(w: World, case: Case, record: Record) -> Refusal:
    """Name the rule that accepts this send, the most specific one, and why."""
    to = record.get("to")
    if to is None:
        return "SEND-6", f"the recipients are preset: {', '.join(preset_of(w, case) or ())}"
    documents = record.get("documents")
    if documents:
        if _files_of_a_reply(case, documents):
            return "REP-5", "the files of a reply are filed under the case, and can be shared"
        return "SEND-9", "all its documents are filed under the case"
    plain = [address(one) for one in to]
    if plain != to or len(set(plain)) != len(plain):
        return "SEND-12", "its addresses are well formed, case, blanks and repetitions set aside"
    if w.active & DELIVERY_FAULTS:
        return "DLV-4", "while the portal cannot be reached a message waits, and is not refused"
    if case.kind != SILENT and any(
        no_account_is_needed_beforehand(one, w.accounts) for one in plain
    ):
        return "ACC-1", "a recipient needs no account beforehand"
    if case.kind != SILENT and set(plain) != set(preset_of(w, case) or ()):
        return "SEND-7", "other recipients than the preset ones may be chosen"
    return "SEND-1", "it has a text, an expected action, a recipient, and a sender with a role"


def send(w: World, line: int, at: int, record: Record) -> None:
    """Judge a message from a case to recipients (SEND, RGT-1), and fold it."""
    outcome = record["outcome"]
    if outcome == "refused":
        if "server" not in w.active and a_legal_message_is_saved_with_its_case(record):
            _refused_send(w, line, at, record)
        message = record.get("message")
        if isinstance(message, str) and isinstance(record.get("case"), int | str):
            w.own_rest()
            w.refused.add(message)
        return
    number, message = record["case"], record["message"]
    to = _addresses(record)
    if w.home_of(message) is not None and _is_retry(
        w, number, message, _sent_entry(line, at, record, to, _letter(record, 0))
    ):
        w.decide("DLV-2")
        return
    case = w.case(number, line) if w.knows(number) else w.new_case(number, told=True)
    if record.get("to") is None and case.preset is None:
        raise BadLine(
            line, "to", None, "stands for the preset, which no line told: say one of them"
        )
    w.change_common()
    w.judge(number, _send, UP, line, at, (record, to), outcome)
    w.home[message] = number
    presets: list[Sequence[str]] = []  # to which it may have gone, if it does not say so itself
    if to is None:
        presets = [preset_of(w, state) or () for state in w.doubt.get(number) or [case]]
    for one in dict.fromkeys(chain(*presets) if to is None else to):
        sure = outcome == "ok" and all(one in preset for preset in presets)
        _tell(w, number, message, one, line, at, record, sure=sure)
    _remember_try(w, message, line, outcome)


def _remember_try(w: World, what: Hashable, line: int, outcome: str) -> None:
    """Note a try of unknown outcome; a later one that went well ends the doubt."""
    if outcome == "unknown":
        w.own_rest()
        w.tries[what] = (*w.tries.get(what, ()), line)
    elif what in w.tries:
        w.own_rest()
        for tried in w.tries.pop(what):
            w.unknown.pop(tried, None)


def _may_be_malformed(record: Record, addresses: Sequence[str] | None) -> bool:
    """Say whether a refusal may be for an address that is not certainly well formed."""
    if record.get("reason", _MALFORMED) != _MALFORMED:
        return False
    return any(an_odd_address_may_be_refused(one) for one in addresses or ())


def _refused_send(w: World, line: int, at: int, record: Record) -> None:
    number = record["case"]
    if not _known(w, number):
        return
    case = w.case(number, line)
    for state in w.come_to_rest(case, line, at):
        why = _send_refusal(w, state, record, _addresses(record))
        if why is not None:
            w.decide(why[0])
            return
        if record.get("to") is None and state.preset is None:
            return
        documents = record.get("documents") or ()
        if documents and (state.documents is None or not state.perhaps.isdisjoint(documents)):
            return
    if _may_lack_a_role(w, record.get("by")) or _may_be_malformed(record, _addresses(record)):
        return
    rule, because = _legal_send(w, case, record)
    because += _as_tried_before(w, record)
    refused_wrongly(w, line, f"send {record.get('message')} in case {number}", rule, because)


def _as_tried_before(w: World, record: Record) -> str:
    """Say which line tried the same without an answer: that is no reason to refuse it (DLV-2)."""
    message = record.get("message")
    tried = w.tries.get(message) if isinstance(message, str) else None
    return f"; line {tried[-1]} tried {message} before, and no answer came" if tried else ""


def _send(w: World, case: Case, line: int, at: int, data: Sending, outcome: str) -> None:
    record, to = data
    message = record["message"]
    if message in w.tries and case.first_use(message) is not None:
        return
    why = _send_refusal(w, case, record, to)
    if why is not None:
        accepted_wrongly(w, line, f"send {message} in case {case.number}", why)
    else:
        _decide_send(w, case, record, to)
    if case.perhaps and case.documents is not None:  # what could be shared was filed
        filed = case.perhaps.intersection(record.get("documents") or ())
        case.documents, case.perhaps = case.documents | filed, case.perhaps - filed
    recipients = choosing_replaces_the_preset((preset_of(w, case) or ()) if to is None else to)
    if not case.versions:
        case.versions = ((w.full_runs, w.partial_runs, w.failed, None),)
    letter = _letter(record, len(case.versions) - 1)
    case.write(_sent_entry(line, at, record, recipients, letter))
    case.preset = recipients
    if case.chosen != recipients:
        case.chosen = tuple(dict.fromkeys((*(case.chosen or ()), *recipients)))
    case.sent = message
    case.communicate(letter.expects, message, recipients=len(recipients))
    case.happens("send", line)
    if case.receipts:
        lately = case.receipts.items()
        case.receipts = {one: there for one, there in lately if not w.is_over(there, at)}
    w.depart(case, [Flight(at, DOWN, one, MESSAGE, message, letter) for one in recipients], at)


def _letter(record: Record, version: int) -> Letter:
    expects = EXPECTS.get(record["expects"], ACKNOWLEDGE)
    documents = tuple(sorted(record.get("documents") or ()))
    return Letter(expects, digest_of_text(record.get("text")), documents, version)


def _sent_entry(
    line: int, at: int, record: Record, to: Sequence[str] | None, letter: Letter
) -> Words:
    return entry(line, at, record["by"], record["message"], letter, digest_of_recipients(to))


def _is_retry(w: World, number: int | str, message: str, again: Words) -> bool:
    """Tell whether a line repeats what its id stands for; raises Reused if it says otherwise."""
    case = w.case(w.home_of(message), again[LINE])
    uses = (state.first_use(message) for state in w.doubt.get(case.number, [case]))
    first = next((words for words in uses if words is not None), None)
    if first is not None:
        differ = differences(first, again)
        if case.number != number:
            differ.insert(0, "case")
        if differ:
            raise Reused(again[LINE], "message", message, first[LINE], tuple(differ))
    return message not in w.tries


def _decide_send(w: World, case: Case, record: Record, to: Sequence[str] | None) -> None:
    """Count the rules by which a send was accepted."""
    w.counts[SENT_TO_THE_PRESET if to is None else SENT] += 1
    documents = record.get("documents")
    if documents:
        w.counts[SEND_9] += 1
        if _files_of_a_reply(case, documents):
            w.decide("REP-5")
    if record["by"] in w.roles:
        w.counts[RGT_1] += 1
    if w.active & DELIVERY_FAULTS:
        w.decide("DLV-4")
    if any(no_account_is_needed_beforehand(one, w.accounts) for one in to or ()):
        w.counts[ACC_1] += 1


def _files_of_a_reply(case: Case, documents: Sequence[str]) -> bool:
    for box in case.boxes.values():
        if files_of_a_reply_are_filed_under_the_case(documents, box.own_documents):
            return True
    return False


def _tell(
    w: World,
    number: int | str,
    message: str,
    one: str,
    line: int,
    at: int,
    record: Record,
    *,
    sure: bool,
) -> None:
    """Make the mails due that a message causes, and its account known (MAIL-1, ACC-1, ACC-2)."""
    w.reaches(one, number)
    new = not w.given and a_new_account_gets_a_registration_mail(one, w.accounts, w.emails)
    if new and not sure:
        w.perhaps_new.add(one)
    elif (
        sure and one in w.perhaps_new and message in w.tries
    ):  # one of the tries created it, and no mail came yet
        w.perhaps_new.discard(one)
        w.accounts[one] = new = True
    if new and sure and not an_event_switched_off_sends_no_mail("registration", w.events_off):
        w.due["registration", "", one] = Due(at, line, None, ())
    if no_account_is_needed_beforehand(one, w.accounts):
        w.accounts[one] = new and sure
    told = ("new_message", message, one) in w.early
    if sure and not told and not an_event_switched_off_sends_no_mail("new_message", w.events_off):
        documents = tuple(record.get("documents") or ())
        w.due["new_message", message, one] = Due(at, line, record.get("text"), documents)
    if w.events_off:
        w.decide("MAIL-2")
    if w.due and w.next_due == NEVER:
        w.next_due = at + w.limit


def set_release(w: World, line: int, at: int, record: Record) -> None:
    """Judge a release that gives or withholds the right to write (RGT-2), and fold it."""
    outcome = record["outcome"]
    role = role_of(w, record.get("by"))
    recipient = record.get("recipient")
    bad = not isinstance(recipient, str) or is_malformed(address(recipient))
    what = f"set_release for {recipient} in case {record.get('case')}"
    if outcome == "refused":
        if the_right_is_set_by_a_caseworker_with_a_role(role):
            w.decide("RGT-2")
        elif not (
            bad
            or _may_be_malformed(record, (address(recipient),))
            or _refusable(w, record)
            or _may_lack_a_role(w, record.get("by"))
            or not isinstance(record.get("create_messages"), bool)
        ):
            because = (
                "a caseworker with a cloud role gives and withholds the right for each release"
            )
            refused_wrongly(w, line, what, "RGT-2", because)
        return
    if not w.knows(record["case"]):
        raise w.unmentioned(line, "case", record["case"])
    why = None
    if the_right_is_set_by_a_caseworker_with_a_role(role):
        why = "RGT-2", f"{record['by']} does not hold the cloud role Benutzer or Administrator"
    elif bad:
        why = "SEND-12", f'"{recipient}" is no e-mail address'
    w.judge(record["case"], _release, SEEN, line, at, (record, what, why), outcome)


def _release(
    w: World, case: Case, line: int, at: int, data: tuple[Record, str, Refusal | None], outcome: str
) -> None:
    record, what, why = data
    if why is not None:
        accepted_wrongly(w, line, what, why)
    else:
        w.decide("RGT-2")
    one = address(record["recipient"])
    case.happens("release", line)
    release = Flight(at, DOWN, one, RELEASE, "", None, record["create_messages"])
    w.depart(case, [release], at)


def set_mail(w: World, line: int, at: int, record: Record) -> None:
    """Fold which mails are switched off (MAIL-2), and what notices say."""
    if record["outcome"] == "refused":
        return
    w.common = None
    said = "".join(f"{record[part]}\n" for part in ("subject", "body") if part in record)
    if record["event"] == "new_message" and said not in w.wording:
        w.wording += said
    if "enabled" not in record:
        return
    if record["enabled"] and record["outcome"] == "ok":
        w.events_off -= {record["event"]}
    else:
        w.events_off |= {record["event"]}


def replicate(w: World, line: int, at: int, record: Record) -> None:
    """Judge the bundles of a run (RPL-4), and fold what it carried."""
    bundles: Sequence[Record] = record.get("bundles") or ()
    for bundle in bundles:
        _judge_bundle(w, line, bundle)
    result, outcome = record.get("result"), record["outcome"]
    if outcome == "refused":
        return
    if not a_bundle_has_an_answer(result):
        because = "a run is answered with 0 (taken), 1 (some failed) or 2 (failed)"
        w.report("RPL-4", "result", line, f"result {result}", "0, 1 or 2", because)
    answers = [bundle.get("result", 0) for bundle in bundles]
    if not a_run_is_taken_if_all_of_it_was(result, answers, record.get("failed", 0)):
        because = _what_was_not_taken(answers, record)
        w.report("RPL-4", "taken", line, "result 0 (all taken)", "1 or 2", because)
        result = 1
    w.rep_line = line
    w.epoch = object()
    if outcome == "ok" and result == 0:
        w.full_runs, w.full_at = w.full_runs + 1, at
    else:
        w.failed += 1
    if result in (0, 1):  # some of it was taken, or may have been
        w.partial_runs, w.partial_at = w.partial_runs + 1, at


def _judge_bundle(w: World, line: int, bundle: Record) -> None:
    records = bundle["records"]
    w.decide("RPL-4")
    if not a_bundle_has_a_bounded_size(records):
        because = f"a bundle holds at most {BUNDLE_MAX} records"
        w.report("RPL-4", "bundle", line, f"a bundle of {records} records", "at most 6000", because)
    if not a_bundle_has_an_answer(bundle.get("result", 0)):
        because = "a bundle is answered with 0 (taken), 1 (some failed) or 2 (failed)"
        w.report("RPL-4", "answer", line, f"answer {bundle['result']}", "0, 1 or 2", because)


def _what_was_not_taken(answers: Sequence[int], record: Record) -> str:
    for index, answer in enumerate(answers, 1):
        if answer in NOT_ALL_TAKEN:
            return f"bundle {index} of the run was answered with {answer}, so not all was taken"
    return f"failed says {record['failed']}, so not all was taken"


def fault(w: World, line: int, at: int, record: Record) -> None:
    """Fold an outage: while it lasts, what travels may arrive late."""
    if record["outcome"] == "refused":
        return
    what, state = record["what"], record["state"]
    up = state == "up"
    w.common = None
    w.outages, w.active = _outage(w.outages, w.active, DELIVERY_FAULTS, what, at, up=up)
    w.epoch = object()
    w.calm_from = w.outages[-1][1] if w.outages else 0
    w.mail_outages, w.mail_active = _outage(
        w.mail_outages, w.mail_active, MAIL_FAULTS, what, at, up=up
    )
    down = w.down - {what} if state != "down" or what not in DELIVERY_FAULTS else w.down | {what}
    if not (w.down and down):
        w.down_from = at + 1 if down else NEVER  # at the same moment it may yet have got through
    w.down = down


def _outage(
    outages: tuple[tuple[int, int], ...],
    active: frozenset[str],
    faults: frozenset[str],
    what: str,
    at: int,
    *,
    up: bool,
) -> tuple[tuple[tuple[int, int], ...], frozenset[str]]:
    if what not in faults:
        return outages, active
    now = active - {what} if up else active | {what}
    if now and not active:
        outages = (*outages[-63:], (at, NEVER))
    elif active and not now:
        outages = (*outages[:-1], (outages[-1][0], at))
    return outages, now


# The recipients' acts


def _signed_up(w: World, line: int, record: Record) -> str:
    """Note that a recipient acted: a new account has to be registered first (ACC-2)."""
    one = address(record["by"])
    if one in w.perhaps_registered and record["outcome"] == "ok":
        _is_registered(w, one)  # who acts has registered
    ready = not w.registers or a_new_account_is_set_up_before_use(one, w.accounts, w.registered)
    if not ready and record["outcome"] == "ok":
        _acted_unregistered(w, one, line)
    return one


def _acted_unregistered(w: World, one: str, line: int) -> None:
    because = f"the account of {one} is new, and no password was set through its link"
    w.report(
        "ACC-2", f"unregistered {one}", line, f"{one} acts", "refused until registered", because
    )


def _refused_recipient(w: World, line: int, one: str, what: str, rule: str, because: str) -> None:
    """Report a refused act of a recipient, unless it lacked an account or a registration."""
    if one not in w.accounts or one in w.perhaps_registered:
        return
    unregistered = not a_new_account_is_set_up_before_use(one, w.accounts, w.registered)
    if unregistered and (w.registers or w.registered):
        w.decide("ACC-2")
        return
    if unregistered:
        w.own_rest()
        w.excused[one] = (*w.excused.get(one, ()), (rule, what))
    refused_wrongly(w, line, what, rule, because)


def register(w: World, line: int, at: int, record: Record) -> None:
    """Judge the use of a mailed link (ACC-2), and fold that the account can be used."""
    one, link = record.get("by"), record.get("link")
    if record["outcome"] == "refused" or not isinstance(one, str):
        _refused_register(w, line, one, link)
        return
    one = address(one)
    w.change_common()
    for place in chain.from_iterable(w.excused.values()):
        w.found.pop(place, None)  # a trace with registrations tells who was not registered yet
    w.excused = {}
    if link is not None:
        _use_link(w, line, one, link, record["outcome"])
    w.decide("ACC-1")
    w.accounts.setdefault(one, False)
    if record["outcome"] == "ok":
        _is_registered(w, one)
    elif not a_new_account_is_set_up_before_use(one, w.accounts, w.registered):
        w.perhaps_registered.add(one)


def _is_registered(w: World, one: str) -> None:
    w.change_common()
    w.registered.add(one)
    w.perhaps_registered.discard(one)


def _refused_register(w: World, line: int, one: object, link: object) -> None:
    """Judge a refused registration: right for a used link, or where nothing was sent."""
    if isinstance(link, str):
        if link in w.used_links:
            w.decide("ACC-2")
    elif isinstance(one, str) and w.accounts.get(address(one)) and not w.active & PORTAL_FAULTS:
        one = address(one)
        if one not in w.registered and one not in w.perhaps_registered:
            because = f"sending to {one} created the account, and no password was set yet"
            refused_wrongly(w, line, f"register of {one}", "ACC-1", because)


def _use_link(w: World, line: int, one: str, link: str, outcome: str) -> None:
    owner, used = w.links.get(link, one), link in w.used_links
    if outcome == "ok":
        w.decide("ACC-2")
        if not a_link_serves_once_and_its_own_address(one, owner, used=used):
            mailed = f"it was mailed to {owner}"
            why = f"the link was used before by {owner}, and serves once" if used else mailed
            accepted_wrongly(w, line, f"register of {one} with {link}", ("ACC-2", why))
        w.used_links.add(link)
    w.links[link] = owner


def request_link(w: World, line: int, at: int, record: Record) -> None:
    """Fold that a new link was asked for: a registration mail may come again."""
    if record["outcome"] != "refused" and isinstance(record.get("by"), str):
        one = address(record["by"])
        w.change_common()
        w.asked[one] = w.asked.get(one, 0) + 1
        w.accounts.setdefault(one, False)


def _portal_excuses(w: World, record: Record) -> bool:
    return bool(w.active & PORTAL_FAULTS) or not isinstance(record.get("by"), str)


def open_(w: World, line: int, at: int, record: Record) -> None:
    """Judge that a recipient opens a case or a message (ACC-3, ACC-4), and fold it."""
    outcome = record["outcome"]
    if outcome == "refused" and (_portal_excuses(w, record) or not _known(w, record.get("case"))):
        return
    message, via = record.get("message"), record.get("via")
    if outcome != "refused" and message is not None and w.home_of(message) is None:
        raise w.unmentioned(line, "message", message)
    one = _signed_up(w, line, record)
    if outcome != "refused":
        _remember_try(w, (one, record["case"], message, via), line, outcome)
        if message is None and via not in VIAS_OF_CASE:
            _open_something(w, line, at, record, one)
            return
    w.judge(record["case"], _open, one, line, at, (record, one), outcome)


def _open_something(w: World, line: int, at: int, record: Record, one: str) -> None:
    """Keep a state for each message that the click may have meant, as the line does not say."""
    w.judge(record["case"], _look, one, line, at, (record, one), record["outcome"])
    case = w.case(record["case"], line)
    unknown = record["outcome"] == "unknown"
    states: list[Case] = []
    for state in w.doubt.pop(case.number, [case]):
        box = state.boxes.get(one)
        for message in tuple(box.items) if box else ():
            other = state.copy(w.token)
            _open(w, other, line, at, ({**record, "message": message}, one), "ok")
            if unknown:
                other.happened |= {line}
            states.append(other)
        if unknown or not (box and box.items):
            states.append(state)
    if unknown:
        w.own_rest()
        w.unknown[line] = (case.number, "open")
    w.keep(case.number, states, line)


def _look(w: World, case: Case, line: int, at: int, data: tuple[Record, str], outcome: str) -> None:
    _open(w, case, line, at, ({**data[0], "via": "look"}, data[1]), outcome)


def _open(w: World, case: Case, line: int, at: int, data: tuple[Record, str], outcome: str) -> bool:
    record, one = data
    message, via = record.get("message"), record.get("via")
    box = case.boxes.get(one)
    whole = via in VIAS_OF_CASE or via == "look"
    there = box is not None and a_recipient_sees_the_message_without_a_release(
        message, box.items, whole_case=whole
    )
    unsure = box is not None and not box.known
    if outcome == "refused":
        if not unsure:
            _judge_refused_open(w, case, line, (one, via, message), there=there)
        return True
    if not there or box is None:
        if not unsure and not (box is not None and box.right is not None and whole):
            name = message if message is not None else "no message"
            why = (
                "ACC-4",
                f"{name} of case {case.number} was addressed to {one}"
                if message is None
                else f"{name} of case {case.number} was not addressed to {one}",
            )
            accepted_wrongly(w, line, f"open of case {case.number} by {one}", why)
        return True
    w.counts[ACC_3] += 1
    if via == "look":
        return True
    if whole and w.readings["open_scope"] == "case":
        opened = box.items
    else:
        name = box.newest() if whole else str(message)
        opened = {name: box.items[name]}
    case.happens("open" if case.message in opened else "open older", line)
    closed = [(name, bits) for name, bits in opened.items() if not bits & OPENED]
    if closed and open_messages(case, one, closed):
        _tell_of_reading(w, case, at, one)
    return not closed


def _judge_refused_open(
    w: World, case: Case, line: int, click: tuple[str, object, object], *, there: bool
) -> None:
    one, via, message = click
    if not there:
        w.decide("ACC-4")
        return
    if via in VIAS:
        rule = "INB-2" if via in ("attachments", "reply") else "ACC-3"
        because = f"case {case.number} reached {one}, who may open it without any release"
        _refused_recipient(
            w, line, one, f"open of {message or case.number} by {one}", rule, because
        )


def _tell_of_reading(w: World, case: Case, at: int, one: str) -> None:
    """Let the case know that its last message was read, where that can matter there."""
    if case.kind == ACKNOWLEDGE or w.readings["acknowledge_on_open"] == "first_open":
        way = HELD if w.holds else UP
        w.depart(case, [Flight(at, way, one, READ, str(case.message))], at)


def mark_read(w: World, line: int, at: int, record: Record) -> None:
    """Judge "Gelesen markieren" (INB-5), and fold it."""
    outcome, message = record["outcome"], record.get("message")
    number = w.home_of(message) if isinstance(message, str) else None
    if outcome == "refused" and (_portal_excuses(w, record) or number is None):
        return
    if number is None:
        raise w.unmentioned(line, "message", message)
    one = _signed_up(w, line, record)
    w.judge(number, _mark, one, line, at, (message, one), outcome)


def _mark(w: World, case: Case, line: int, at: int, data: tuple[str, str], outcome: str) -> bool:
    message, one = data
    box = case.boxes.get(one)
    bits = None if box is None else box.items.get(message)
    if box is None or box.known:
        _judge_mark(w, line, data, bits, outcome)
    if outcome == "refused" or bits is None or not ENTRIES[bits & FACTS].markable:
        return True
    if mark_message(case, one, message):
        _tell_of_reading(w, case, at, one)
    case.happens("mark" if case.message == message else "open older", line)
    return not unread(bits)


def _judge_mark(w: World, line: int, data: tuple[str, str], bits: int | None, outcome: str) -> None:
    message, one = data
    what = f"mark_read of {message} by {one}"
    if bits is None:
        w.decide("ACC-4")
        if outcome != "refused":
            accepted_wrongly(w, line, what, ("ACC-4", f"{message} was not addressed to {one}"))
        return
    w.decide("INB-5")
    entry = ENTRIES[bits & FACTS]
    state = "counts as unread" if entry.unread else "is read already"
    because = f"{message} {ASKS[bits & 3]} and {state}"
    if outcome != "refused" and not entry.markable:
        accepted_wrongly(w, line, what, ("INB-5", because))
    elif outcome == "refused" and entry.markable:
        _refused_recipient(w, line, one, what, "INB-5", because)


def _well_formed_reply(record: Record) -> bool:
    files = record.get("files", [])
    return (
        isinstance(record.get("case"), int | str)
        and isinstance(record.get("answers"), str | None)
        and isinstance(record.get("text", ""), str)
        and isinstance(files, list)
        and all(isinstance(one, dict) and isinstance(one.get("size"), int) for one in files)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
    )


def reply(w: World, line: int, at: int, record: Record) -> None:
    """Judge a recipient's message (REP, INB-10), and fold it."""
    outcome, message, answers = record["outcome"], record.get("message"), record.get("answers")
    if outcome == "refused":
        if _portal_excuses(w, record) or not _well_formed_reply(record):
            return
        if not _known(w, record["case"]) or (answers is not None and w.home_of(answers) is None):
            return
    elif not w.knows(record["case"]):
        raise w.unmentioned(line, "case", record["case"])
    elif answers is not None and w.home_of(answers) is None:
        raise w.unmentioned(line, "answers", answers)
    elif w.home_of(str(message)) is not None and _is_retry(
        w, record["case"], str(message), _reply_entry(line, at, record)
    ):
        w.decide("DLV-2")
        return
    one = _signed_up(w, line, record)
    w.judge(record["case"], _reply, one, line, at, (record, one), outcome)
    if outcome != "refused":
        w.own_rest()
        w.home[str(message)] = record["case"]
        _remember_try(w, str(message), line, outcome)


def _reply_refusal(w: World, case: Case, box: Box, record: Record, one: str) -> Refusal | None:
    answers = record.get("answers")
    if not box.items and box.right is None:
        return "ACC-4", f"no message of case {case.number} was addressed to {one}"
    if answers is not None and a_recipient_sees_only_what_was_addressed_to_them(
        (answers,), box.items
    ):
        return "ACC-4", f"{answers} was not addressed to {one}"
    if writing_needs_the_right(w.readings["reply_right"], right=box.right):
        if the_right_stays_as_it_was_set(case.last, right=box.right):
            return (
                "RGT-2",
                f"the release of {one} withholds the right; sending does not give it back",
            )
        said = "withholds" if box.right is False else "was not set, so nothing grants"
        return "REP-1", f"the release of {one} {said} the right to create messages"
    if a_reply_has_a_text(record.get("text")):
        return "REP-3", "the text is blank"
    files = record.get("files") or ()
    size = sum([file["size"] for file in files])
    if files_are_at_most_twenty_and_35_mb(len(files), size, w.readings["megabyte"]):
        most = SIZE_MAX[w.readings["megabyte"]]
        said = f"it carries {len(files)} files of {size} bytes together"
        return "REP-4", f"{said}; at most {FILES_MAX} files and {most} bytes are allowed"
    return None


def _legal_reply(w: World, box: Box, record: Record) -> Refusal:
    """Name the rule that accepts this reply, the most specific one, and why."""
    files = record.get("files") or ()
    size = sum(file["size"] for file in files)
    answers = record.get("answers")
    if len(files) == FILES_MAX or size > SIZE_MAX[w.readings["megabyte"]] - JUST_BELOW:
        return "REP-4", f"it carries {len(files)} files of {size} bytes together, which is allowed"
    if answers is not None and not unread(box.items[answers]):
        return "INB-10", f"{answers} is settled, and may be answered all the same"
    if answers is not None and answers != box.newest():
        return "INB-10", f"{answers} is an older message, and may be answered all the same"
    if answers is not None and box.items[answers] & 3 == WITH_FILE and not files:
        return "INB-4", f"{answers} asks for a file; a reply without one is accepted and delivered"
    if box.right is True:
        return "RGT-2", "the release gives the right to create messages, and it stays as set"
    if files:
        return "REP-4", f"it carries {len(files)} files of {size} bytes together, which is allowed"
    return "REP-1", "a recipient of a message may write, as no release withholds it"


def _reply(
    w: World, case: Case, line: int, at: int, data: tuple[Record, str], outcome: str
) -> None:
    record, one = data
    message = record.get("message")
    box = case.boxes.get(one, NO_BOX)
    if outcome == "refused" and not box.known:
        return
    if outcome != "refused" and message in w.tries and case.first_use(str(message)) is not None:
        return
    why = _reply_refusal(w, case, box, record, one)
    what = f"reply {message} by {one} in case {case.number}"
    if outcome == "refused":
        if why is not None:
            w.decide(why[0])
        else:
            rule, because = _legal_reply(w, box, record)
            because += _as_tried_before(w, record)
            _refused_recipient(w, line, one, what, rule, because)
        return
    if why is not None:
        accepted_wrongly(w, line, what, why)
    else:
        w.counts[WRITTEN] += 1
        if box.right is True:
            w.decide("RGT-2")
    _write(w, case, case.own_box(one), line, at, data)


def _write(w: World, case: Case, box: Box, line: int, at: int, data: tuple[Record, str]) -> None:
    record, one = data
    answers = record.get("answers")
    expects = None if answers is None or answers not in box.items else box.items[answers] & 3
    letter = _reply_letter(record, expects)
    files = letter.files
    if answers is not None and expects is not None:
        answer_message(box, answers, filed=bool(files))
        covers = w.readings["reply_scope"] == "case"
        if covers and cover_messages(case, box, filed=bool(files)):
            _tell_of_reading(w, case, at, one)
    box.own_text = letter.text or box.own_text
    if files:
        box.own_documents = box.own_documents.union(files)
    case.happens("reply", line)
    w.depart(case, [_reply_flight(line, at, record, letter)], at)


def _reply_letter(record: Record, expects: int | None) -> Letter:
    files = tuple(sorted([file["name"] for file in record.get("files") or ()]))
    text = digest_of_text(record.get("text"))
    return Letter(-1, text, files, 0, record.get("answers"), expects, files)


def _reply_flight(line: int, at: int, record: Record, letter: Letter) -> Flight:
    one, message = address(record["by"]), str(record["message"])
    return Flight(at, UP, one, ANSWER, message, letter, line=line)


def _reply_entry(line: int, at: int, record: Record) -> Words:
    letter = _reply_letter(record, None)
    return entry_of_reply(_reply_flight(line, at, record, letter), letter)


ACTS: Final[dict[str, Callable[[World, int, int, Record], None]]] = {
    "set_role": set_role,
    "create_case": create_case,
    "edit_case": edit_case,
    "add_document": add_document,
    "note": note,
    "send": send,
    "set_release": set_release,
    "set_mail": set_mail,
    "register": register,
    "request_link": request_link,
    "open": open_,
    "mark_read": mark_read,
    "reply": reply,
    "replicate": replicate,
    "fault": fault,
}
