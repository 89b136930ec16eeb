"""What a recipient sees of a case: the button, case data, documents (REP-2, RPL-2, ACC-4)."""

from typing import Final

from simulator.oracle.entries import digest_of_text
from simulator.oracle.facts import Box, Case, unread
from simulator.oracle.prose import ASKS, worded
from simulator.oracle.rules.delivery import (
    a_failed_run_loses_nothing,
    a_recipient_sees_only_what_was_addressed_to_them,
    repeating_a_bundle_changes_nothing,
    the_portal_is_as_old_as_the_last_run_or_message,
)
from simulator.oracle.rules.replying import (
    button_names_what_is_still_expected,
    writing_needs_the_right,
)
from simulator.oracle.world import INDEX, Record, World, address

RPL_2: Final = INDEX["RPL-2"]
RPL_5: Final = INDEX["RPL-5"]
RPL_6: Final = INDEX["RPL-6"]
ACC_4: Final = INDEX["ACC-4"]
REP_2: Final = INDEX["REP-2"]


def see_portal_case(w: World, line: int, at: int, record: Record) -> None:
    """Judge the page of a case as a recipient sees it (REP-2, RPL-2, ACC-4)."""
    one = address(record["by"])
    w.judge(record["case"], _see_page, one, line, at, (record, one), "")


def _see_page(
    w: World, case: Case, line: int, at: int, data: tuple[Record, str], outcome: str
) -> None:
    record, one = data
    box = case.boxes.get(one)
    if box is not None and not box.known:
        return
    if box is None or not box.items:
        w.decide("ACC-4")
        shown = [field for field in ("text", "subject", "documents") if record.get(field)]
        if shown and (box is None or ("text" in shown and not box.own_text)):
            because = f"no message of case {case.number} was addressed to {one}"
            key = f"{case.number} {one}"
            w.report("ACC-4", key, line, f"{shown[0]} of case {case.number}", "hidden", because)
        return
    page = (case.number, one)
    if "text" in record and box.text:
        w.counts[REP_2] += 1
        seen = digest_of_text(record["text"])
        if seen not in (box.text, box.own_text or box.text):
            because = f"{box.newest()} is the newest message of the case for {one}"
            w.report(
                "REP-2",
                f"{case.number} {one} text",
                line,
                f"text {record['text'] or 'empty'}",
                "that of the newest message",
                because,
            )
    if "button" in record:
        _see_button(w, line, record["button"], box, page)
    if "subject" in record:
        _see_subject(w, case, line, record["subject"], box, page)
    if "documents" in record and box.documents is not None:
        _see_documents(w, line, record["documents"], box, page)


def _see_button(w: World, line: int, seen: str | None, box: Box, of: tuple[object, str]) -> None:
    newest = box.newest()
    bits = box.items[newest]
    demanded = button_names_what_is_still_expected(unread=unread(bits), asks=bits & 3 != 0)
    w.counts[REP_2] += 1
    if seen is None and writing_needs_the_right(w.readings["reply_right"], right=box.right):
        return
    if seen != demanded:
        state = "is still unread" if unread(bits) else "is read"
        because = f"{newest} is the newest message, {ASKS[bits & 3]} and {state}"
        w.report(
            "REP-2",
            f"{of[0]} {of[1]} button",
            line,
            f"button {seen or 'missing'}",
            demanded,
            because,
        )


def _see_subject(
    w: World, case: Case, line: int, seen: str | None, box: Box, of: tuple[object, str]
) -> None:
    """Judge the subject: at least as new as the last full run or message, not newer than a run."""
    full, partial = w.full_runs, w.partial_runs
    w.counts[RPL_2] += 1
    if full:
        w.counts[RPL_5] += 1
    if w.failed:
        w.counts[RPL_6] += 1
    if len(case.versions) == 1 and case.versions[0][3] == seen:
        return  # there is no other subject to show
    sure, latest = the_portal_is_as_old_as_the_last_run_or_message(
        case.versions, box.version, full, partial
    )
    # A portal may keep the subject once a case: then a message to somebody else brought it too.
    latest = max(latest, *[other.version for other in case.boxes.values()])
    allowed = [subject for *_, subject in case.versions[sure : latest + 1]]
    if seen not in allowed and None not in allowed:
        before_full, _, before_failed, _ = case.versions[sure]
        rule = "RPL-2"
        if a_failed_run_loses_nothing(full - before_full, w.failed - before_failed):
            rule = "RPL-6"
        elif repeating_a_bundle_changes_nothing(full - before_full):
            rule = "RPL-5"
        because = "the portal shows it as of the last successful replication, or of a message since"
        w.report(
            rule,
            f"{of[0]} {of[1]} subject",
            line,
            f"subject {worded(seen)}",
            worded(allowed[0]),
            because,
        )


def _see_documents(w: World, line: int, seen: list[str], box: Box, of: tuple[object, str]) -> None:
    shared = box.documents or frozenset[str]()
    w.counts[ACC_4] += 1
    if shared.issuperset(seen) and len(set(seen)) == len(shared):
        return
    strange = a_recipient_sees_only_what_was_addressed_to_them(seen, shared | box.own_documents)
    missing = sorted(shared - set(seen))
    if strange:
        because = f"{strange[0]} was shared with no message to this recipient"
        w.report(
            "ACC-4", f"{of[0]} {of[1]} documents", line, f"document {strange[0]}", "hidden", because
        )
    elif missing:
        because = f"{missing[0]} was shared with a message to this recipient"
        w.report(
            "RPL-2",
            f"{of[0]} {of[1]} documents",
            line,
            f"no document {missing[0]}",
            "shown",
            because,
        )
