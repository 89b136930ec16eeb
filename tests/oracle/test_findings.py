"""What the oracle says of each deviation: the rule, the line, what was seen, demanded, and why."""

import pytest

from simulator.oracle import Finding
from tests.oracle.notation import (
    DAY,
    MINUTE,
    SECOND,
    START,
    K,
    L,
    Story,
    filed,
    fresh,
    linked,
    log,
    mail,
    off,
    release,
    sent,
)

DAYS = 48 * 60 * MINUTE
LATE = START + 12 * 60 * MINUTE - 30 * MINUTE + 40 * MINUTE  # the day after in Berlin, not in UTC
UNCHANGED = {"fileless_reply": "unchanged"}
LAST_SENT = {"last_communication": "last_sent"}
WHOLE_CASE = {"reply_scope": "case"}


def edited():
    return sent().act("edit_case", "anna", case=53, subject="Garage")


def twice(story):
    return story.see("inbox", K, messages=[{"message": "m1"}, {"message": "m1"}])


FINDINGS = [
    # what may be sent
    (
        lambda: fresh().role("anna", "Benutzer", outcome="refused"),
        "set_role of anna",
        (
            "RGT-3",
            2,
            "set_role of anna: refused",
            "it must be accepted",
            "an administrator gives and takes cloud roles; who did it is not judged",
        ),
    ),
    (
        lambda: fresh().act("note", "anna", "refused", case=53, text="x"),
        "note in case 53",
        (
            "SEND-2",
            2,
            "note in case 53: refused",
            "it must be accepted",
            "text saved without sharing is an internal activity, and needs nothing else",
        ),
    ),
    (
        lambda: fresh().role("anna", "none").send("m1", "reply", K),
        "send m1 in case 53",
        (
            "RGT-1",
            3,
            "send m1 in case 53: accepted",
            "it must be refused",
            "anna does not hold the cloud role Benutzer or Administrator",
        ),
    ),
    (
        lambda: fresh().send("m1", None, K),
        "send m1 in case 53",
        (
            "SEND-3",
            2,
            "send m1 in case 53: accepted",
            "it must be refused",
            "no expected action is chosen",
        ),
    ),
    (
        lambda: fresh().send("m1", "reply", K, text=" "),
        "send m1 in case 53",
        ("SEND-4", 2, "send m1 in case 53: accepted", "it must be refused", "the text is blank"),
    ),
    (
        lambda: fresh().send("m1", "reply", K, "nobody"),
        "send m1 in case 53",
        (
            "SEND-12",
            2,
            "send m1 in case 53: accepted",
            "it must be refused",
            '"nobody" is no e-mail address',
        ),
    ),
    (
        lambda: fresh().act(
            "send", "anna", case=53, message="m1", text="x", expects="reply", to=[]
        ),
        "send m1 in case 53",
        (
            "SEND-5",
            2,
            "send m1 in case 53: accepted",
            "it must be refused",
            "no recipient is chosen or preset",
        ),
    ),
    (
        lambda: fresh().send("m1", "reply", K, documents=["a.pdf", "b.pdf"]),
        "send m1 in case 53",
        (
            "SEND-9",
            2,
            "send m1 in case 53: accepted",
            "it must be refused",
            "a.pdf is not filed under case 53: no line did that",
        ),
    ),
    (
        lambda: fresh().send("m9", "reply", K, outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-1",
            2,
            "send m9 in case 53: refused",
            "it must be accepted",
            "it has a text, an expected action, a recipient, and a sender with a role",
        ),
    ),
    (
        lambda: sent().send("m9", "reply", outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-6",
            3,
            "send m9 in case 53: refused",
            "it must be accepted",
            "the recipients are preset: k@example.org",
        ),
    ),
    (
        lambda: sent().send("m9", "reply", L, outcome="refused"),
        "send m9 in case 53",
        (
            "ACC-1",
            3,
            "send m9 in case 53: refused",
            "it must be accepted",
            "a recipient needs no account beforehand",
        ),
    ),
    (
        lambda: sent("reply", K, L).send("m9", "reply", L, outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-7",
            3,
            "send m9 in case 53: refused",
            "it must be accepted",
            "other recipients than the preset ones may be chosen",
        ),
    ),
    (
        lambda: fresh().send("m9", "reply", "K@Example.org", outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-12",
            2,
            "send m9 in case 53: refused",
            "it must be accepted",
            "its addresses are well formed, case, blanks and repetitions set aside",
        ),
    ),
    (
        lambda: filed().send("m9", "reply", K, documents=["a.pdf"], outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-9",
            3,
            "send m9 in case 53: refused",
            "it must be accepted",
            "all its documents are filed under the case",
        ),
    ),
    (
        lambda: (
            sent()
            .reply(K, "r1", "m1", 5)
            .send("m9", "reply", K, documents=["r1-0.pdf"], outcome="refused")
        ),
        "send m9 in case 53",
        (
            "REP-5",
            4,
            "send m9 in case 53: refused",
            "it must be accepted",
            "the files of a reply are filed under the case, and can be shared",
        ),
    ),
    (
        lambda: fresh().fault("link", "down").send("m9", "reply", K, outcome="refused"),
        "send m9 in case 53",
        (
            "DLV-4",
            3,
            "send m9 in case 53: refused",
            "it must be accepted",
            "while the portal cannot be reached a message waits, and is not refused",
        ),
    ),
    # who may write
    (
        lambda: release(sent().role("anna", "none"), True),
        "set_release for k@example.org in case 53",
        (
            "RGT-2",
            4,
            "set_release for k@example.org in case 53: accepted",
            "it must be refused",
            "anna does not hold the cloud role Benutzer or Administrator",
        ),
    ),
    (
        lambda: release(sent(), True, outcome="refused"),
        "set_release for k@example.org in case 53",
        (
            "RGT-2",
            3,
            "set_release for k@example.org in case 53: refused",
            "it must be accepted",
            "a caseworker with a cloud role gives and withholds the right for each release",
        ),
    ),
    (
        lambda: release(sent(), True, recipient="x"),
        "set_release for x in case 53",
        (
            "SEND-12",
            3,
            "set_release for x in case 53: accepted",
            "it must be refused",
            '"x" is no e-mail address',
        ),
    ),
    (
        lambda: sent().reply(L, "r1", "m1"),
        "reply r1 by l@example.org in case 53",
        (
            "ACC-4",
            3,
            "reply r1 by l@example.org in case 53: accepted",
            "it must be refused",
            "no message of case 53 was addressed to l@example.org",
        ),
    ),
    (
        lambda: sent().send("m2", "reply", L).reply(L, "r1", "m1"),
        "reply r1 by l@example.org in case 53",
        (
            "ACC-4",
            4,
            "reply r1 by l@example.org in case 53: accepted",
            "it must be refused",
            "m1 was not addressed to l@example.org",
        ),
    ),
    (
        lambda: release(sent(), False).reply(K, "r1", "m1"),
        "reply r1 by k@example.org in case 53",
        (
            "REP-1",
            4,
            "reply r1 by k@example.org in case 53: accepted",
            "it must be refused",
            "the release of k@example.org withholds the right to create messages",
        ),
    ),
    (
        lambda: release(sent(), False).send("m2", "reply", K).reply(K, "r1", "m2"),
        "reply r1 by k@example.org in case 53",
        (
            "RGT-2",
            5,
            "reply r1 by k@example.org in case 53: accepted",
            "it must be refused",
            "the release of k@example.org withholds the right; sending does not give it back",
        ),
    ),
    (
        lambda: sent(readings={"reply_right": "if_granted"}).reply(K, "r1", "m1"),
        "reply r1 by k@example.org in case 53",
        (
            "REP-1",
            3,
            "reply r1 by k@example.org in case 53: accepted",
            "it must be refused",
            "the release of k@example.org was not set, so nothing grants the right to create messages",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1", text=" "),
        "reply r1 by k@example.org in case 53",
        (
            "REP-3",
            3,
            "reply r1 by k@example.org in case 53: accepted",
            "it must be refused",
            "the text is blank",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1", *[1] * 21),
        "reply r1 by k@example.org in case 53",
        (
            "REP-4",
            3,
            "reply r1 by k@example.org in case 53: accepted",
            "it must be refused",
            "it carries 21 files of 21 bytes together; at most 20 files and 36700160 bytes are allowed",
        ),
    ),
    (
        lambda: sent().reply(K, "r9", "m1", outcome="refused"),
        "reply r9 by k@example.org in case 53",
        (
            "REP-1",
            3,
            "reply r9 by k@example.org in case 53: refused",
            "it must be accepted",
            "a recipient of a message may write, as no release withholds it",
        ),
    ),
    (
        lambda: sent().reply(K, "r9", "m1", 5, outcome="refused"),
        "reply r9 by k@example.org in case 53",
        (
            "REP-4",
            3,
            "reply r9 by k@example.org in case 53: refused",
            "it must be accepted",
            "it carries 1 files of 5 bytes together, which is allowed",
        ),
    ),
    (
        lambda: sent().reply(K, "r9", "m1", *[1] * 20, outcome="refused"),
        "reply r9 by k@example.org in case 53",
        (
            "REP-4",
            3,
            "reply r9 by k@example.org in case 53: refused",
            "it must be accepted",
            "it carries 20 files of 20 bytes together, which is allowed",
        ),
    ),
    (
        lambda: sent("reply_with_file").reply(K, "r9", "m1", outcome="refused"),
        "reply r9 by k@example.org in case 53",
        (
            "INB-4",
            3,
            "reply r9 by k@example.org in case 53: refused",
            "it must be accepted",
            "m1 asks for a file; a reply without one is accepted and delivered",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").reply(K, "r9", "m1", outcome="refused"),
        "reply r9 by k@example.org in case 53",
        (
            "INB-10",
            4,
            "reply r9 by k@example.org in case 53: refused",
            "it must be accepted",
            "m1 is settled, and may be answered all the same",
        ),
    ),
    (
        lambda: sent().send("m2", "reply", K).reply(K, "r9", "m1", outcome="refused"),
        "reply r9 by k@example.org in case 53",
        (
            "INB-10",
            4,
            "reply r9 by k@example.org in case 53: refused",
            "it must be accepted",
            "m1 is an older message, and may be answered all the same",
        ),
    ),
    (
        lambda: release(sent(), True).reply(K, "r9", "m1", outcome="refused"),
        "reply r9 by k@example.org in case 53",
        (
            "RGT-2",
            4,
            "reply r9 by k@example.org in case 53: refused",
            "it must be accepted",
            "the release gives the right to create messages, and it stays as set",
        ),
    ),
    # runs
    (
        lambda: Story().replicate(bundles=[{"kind": "case", "records": 6001}]),
        "bundle",
        (
            "RPL-4",
            1,
            "a bundle of 6001 records",
            "at most 6000",
            "a bundle holds at most 6000 records",
        ),
    ),
    (
        lambda: Story().replicate(bundles=[{"kind": "case", "records": 1, "result": 3}]),
        "answer",
        (
            "RPL-4",
            1,
            "answer 3",
            "0, 1 or 2",
            "a bundle is answered with 0 (taken), 1 (some failed) or 2 (failed)",
        ),
    ),
    (
        lambda: Story().replicate(3),
        "result",
        (
            "RPL-4",
            1,
            "result 3",
            "0, 1 or 2",
            "a run is answered with 0 (taken), 1 (some failed) or 2 (failed)",
        ),
    ),
    # accounts
    (
        lambda: sent(registers=True).open(K),
        "unregistered k@example.org",
        (
            "ACC-2",
            3,
            "k@example.org acts",
            "refused until registered",
            "the account of k@example.org is new, and no password was set through its link",
        ),
    ),
    (
        lambda: sent().act("register", K, "refused"),
        "register of k@example.org",
        (
            "ACC-1",
            3,
            "register of k@example.org: refused",
            "it must be accepted",
            "sending to k@example.org created the account, and no password was set yet",
        ),
    ),
    (
        lambda: linked().act("register", K, link="abc").act("register", K, link="abc"),
        "register of k@example.org with abc",
        (
            "ACC-2",
            6,
            "register of k@example.org with abc: accepted",
            "it must be refused",
            "the link was used before by k@example.org, and serves once",
        ),
    ),
    (
        lambda: linked().act("register", L, link="abc"),
        "register of l@example.org with abc",
        (
            "ACC-2",
            5,
            "register of l@example.org with abc: accepted",
            "it must be refused",
            "it was mailed to k@example.org",
        ),
    ),
    # opening and marking
    (
        lambda: sent().open(L),
        "open of case 53 by l@example.org",
        (
            "ACC-4",
            3,
            "open of case 53 by l@example.org: accepted",
            "it must be refused",
            "no message of case 53 was addressed to l@example.org",
        ),
    ),
    (
        lambda: sent().open(L, "m1"),
        "open of case 53 by l@example.org",
        (
            "ACC-4",
            3,
            "open of case 53 by l@example.org: accepted",
            "it must be refused",
            "m1 of case 53 was not addressed to l@example.org",
        ),
    ),
    (
        lambda: sent().open(K, outcome="refused"),
        "open of 53 by k@example.org",
        (
            "ACC-3",
            3,
            "open of 53 by k@example.org: refused",
            "it must be accepted",
            "case 53 reached k@example.org, who may open it without any release",
        ),
    ),
    (
        lambda: sent().open(K, "m1", outcome="refused"),
        "open of m1 by k@example.org",
        (
            "ACC-3",
            3,
            "open of m1 by k@example.org: refused",
            "it must be accepted",
            "case 53 reached k@example.org, who may open it without any release",
        ),
    ),
    (
        lambda: sent().open(K, "m1", "attachments", outcome="refused"),
        "open of m1 by k@example.org",
        (
            "INB-2",
            3,
            "open of m1 by k@example.org: refused",
            "it must be accepted",
            "case 53 reached k@example.org, who may open it without any release",
        ),
    ),
    (
        lambda: sent().mark(L, "m1"),
        "mark_read of m1 by l@example.org",
        (
            "ACC-4",
            3,
            "mark_read of m1 by l@example.org: accepted",
            "it must be refused",
            "m1 was not addressed to l@example.org",
        ),
    ),
    (
        lambda: sent().mark(K, "m1"),
        "mark_read of m1 by k@example.org",
        (
            "INB-5",
            3,
            "mark_read of m1 by k@example.org: accepted",
            "it must be refused",
            "m1 asks for a reply and counts as unread",
        ),
    ),
    (
        lambda: sent("reply_with_file").mark(K, "m1"),
        "mark_read of m1 by k@example.org",
        (
            "INB-5",
            3,
            "mark_read of m1 by k@example.org: accepted",
            "it must be refused",
            "m1 asks for a reply with file and counts as unread",
        ),
    ),
    (
        lambda: sent("acknowledge").mark(K, "m1", outcome="refused"),
        "mark_read of m1 by k@example.org",
        (
            "INB-5",
            3,
            "mark_read of m1 by k@example.org: refused",
            "it must be accepted",
            "m1 asks to acknowledge and counts as unread",
        ),
    ),
    (
        lambda: sent("acknowledge").open(K).mark(K, "m1", outcome="refused"),
        "mark_read of m1 by k@example.org",
        (
            "INB-5",
            4,
            "mark_read of m1 by k@example.org: refused",
            "it must be accepted",
            "m1 asks to acknowledge and is read already",
        ),
    ),
    # the fields of a case
    (
        lambda: sent().role("bert", "none").see(by="bert", cloud_status="Antwort"),
        "53 bert hidden",
        ("STA-7", 4, "cloud_status Antwort", "cloud_status hidden", "bert holds no cloud role"),
    ),
    (
        lambda: sent().role("bert", "none").see(by="bert", status_text="x"),
        "53 bert hidden",
        ("STA-7", 4, "status_text x", "status_text hidden", "bert holds no cloud role"),
    ),
    (
        lambda: sent().role("bert", "none").see(by="bert", acknowledged_on=DAY),
        "53 bert hidden",
        (
            "STA-7",
            4,
            "acknowledged_on 2024-02-19",
            "acknowledged_on hidden",
            "bert holds no cloud role",
        ),
    ),
    (
        lambda: fresh().see(cloud_status="Info"),
        "53 status",
        ("STA-1", 2, "cloud_status Info", "empty", "case 53 never communicated"),
    ),
    (
        lambda: fresh().act("note", "anna", case=53, text="x").see(cloud_status="Info"),
        "53 status",
        ("SEND-2", 3, "cloud_status Info", "empty", "case 53 never communicated"),
    ),
    (
        lambda: sent().see(cloud_status="OK"),
        "53 status",
        ("STA-2", 3, "cloud_status OK", "Antwort", "m1 was sent last and asks for a reply"),
    ),
    (
        lambda: sent().see(status_text="else"),
        "53 text",
        (
            "STA-2",
            3,
            "status_text else",
            "Wartet auf Antwort des Empfängers",
            "the cloud status is Antwort",
        ),
    ),
    (
        lambda: fresh().see(status_text="else"),
        "53 text",
        ("STA-1", 2, "status_text else", "empty", "the cloud status is empty"),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").see(status_text="else"),
        "53 text",
        (
            "STA-3",
            4,
            "status_text else",
            "Vorgang liegt beim Makler",
            "the cloud status is OK",
        ),
    ),
    (
        lambda: sent("acknowledge").open(K).see(cloud_status="OK"),
        "53 status",
        (
            "STA-4",
            4,
            "cloud_status OK",
            "Info",
            "m1 was sent last and asks to acknowledge; k@example.org read it 2024-02-19",
        ),
    ),
    (
        lambda: sent("acknowledge").mark(K, "m1").see(cloud_status="OK"),
        "53 status",
        (
            "STA-4",
            4,
            "cloud_status OK",
            "Info",
            "m1 was sent last and asks to acknowledge; k@example.org read it 2024-02-19",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").see(cloud_status="Antwort"),
        "53 status",
        ("STA-3", 4, "cloud_status Antwort", "OK", "r1 came from a recipient"),
    ),
    (
        lambda: sent().reply(K, "r1", None).see(cloud_status="Antwort"),
        "53 status",
        ("STA-3", 4, "cloud_status Antwort", "OK", "r1 came from a recipient"),
    ),
    (
        lambda: sent().send("m2", "reply", K).reply(K, "r1", "m1").see(cloud_status="Antwort"),
        "53 status",
        ("STA-6", 5, "cloud_status Antwort", "OK", "r1 came from a recipient"),
    ),
    (
        lambda: sent().send("m2", "acknowledge", K).open(K, "m1").see(cloud_status="OK"),
        "53 status",
        ("STA-6", 5, "cloud_status OK", "Info", "m2 was sent last and asks to acknowledge"),
    ),
    (
        lambda: release(sent(), True).see(cloud_status="OK"),
        "53 status",
        ("STA-2", 4, "cloud_status OK", "Antwort", "m1 was sent last and asks for a reply"),
    ),
    (
        lambda: sent().act("edit_case", "anna", case=53, subject="x").see(cloud_status="OK"),
        "53 status",
        ("STA-2", 4, "cloud_status OK", "Antwort", "m1 was sent last and asks for a reply"),
    ),
    (
        lambda: (
            sent()
            .reply(K, "r1", "m1")
            .act("edit_case", "anna", case=53, subject="x")
            .see(cloud_status="")
        ),
        "53 status",
        ("STA-3", 5, "cloud_status empty", "OK", "r1 came from a recipient"),
    ),
    (
        lambda: (
            sent("reply_with_file", readings=UNCHANGED).reply(K, "r1", "m1").see(cloud_status="OK")
        ),
        "53 status",
        (
            "STA-3",
            4,
            "cloud_status OK",
            "Datei",
            "m1 was sent last and asks for a reply with file",
        ),
    ),
    (
        lambda: (
            sent(readings=LAST_SENT)
            .send("m2", "reply", K)
            .reply(K, "r1", "m1")
            .see(cloud_status="OK")
        ),
        "53 status",
        ("STA-6", 5, "cloud_status OK", "Antwort", "m2 was sent last and asks for a reply"),
    ),
    (
        lambda: sent().see(cloud_status="Antwort").replicate().see(cloud_status="OK"),
        "53 status",
        (
            "RPL-3",
            5,
            "cloud_status OK",
            "Antwort",
            "m1 was sent last and asks for a reply; since it was seen last, only the replication of line 4 ran",
        ),
    ),
    (
        lambda: fresh().see(acknowledged_on=DAY),
        "53 date",
        ("STA-5", 2, "acknowledged_on 2024-02-19", "empty", "case 53 never communicated"),
    ),
    (
        lambda: fresh().act("note", "anna", case=53, text="x").see(acknowledged_on=DAY),
        "53 date",
        ("SEND-2", 3, "acknowledged_on 2024-02-19", "empty", "case 53 never communicated"),
    ),
    (
        lambda: sent().see(acknowledged_on=DAY),
        "53 date",
        (
            "STA-5",
            3,
            "acknowledged_on 2024-02-19",
            "empty",
            "m1 was sent last and asks for a reply",
        ),
    ),
    (
        lambda: sent("acknowledge").open(K).see(acknowledged_on=None),
        "53 date",
        (
            "STA-4",
            4,
            "acknowledged_on empty",
            "2024-02-19",
            "m1 was sent last and asks to acknowledge; k@example.org read it 2024-02-19",
        ),
    ),
    (
        lambda: sent("acknowledge", K, L).open(L).open(K).see(acknowledged_on=None),
        "53 date",
        (
            "STA-4",
            5,
            "acknowledged_on empty",
            "2024-02-19",
            "m1 was sent last and asks to acknowledge; k@example.org read it 2024-02-19; l@example.org read it 2024-02-19",
        ),
    ),
    (
        lambda: (
            sent("acknowledge")
            .open(K)
            .act("note", "anna", case=53, text="x")
            .see(acknowledged_on=None)
        ),
        "53 date",
        (
            "SEND-2",
            5,
            "acknowledged_on empty",
            "2024-02-19",
            "m1 was sent last and asks to acknowledge; k@example.org read it 2024-02-19",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").see(acknowledged_on=None),
        "53 date",
        ("STA-3", 4, "acknowledged_on empty", "2024-02-19", "r1 came from a recipient"),
    ),
    (
        lambda: (
            sent("acknowledge").send("m2", "acknowledge", K).open(K, "m1").see(acknowledged_on=DAY)
        ),
        "53 date",
        (
            "STA-6",
            5,
            "acknowledged_on 2024-02-19",
            "empty",
            "m2 was sent last and asks to acknowledge",
        ),
    ),
    (
        lambda: sent("acknowledge").reply(K, "r1", None).open(K, "m1").see(acknowledged_on=None),
        "53 date",
        ("STA-6", 5, "acknowledged_on empty", "2024-02-19", "r1 came from a recipient"),
    ),
    (
        lambda: sent("acknowledge").reply(K, "r1", None).mark(K, "m1").see(acknowledged_on=None),
        "53 date",
        ("STA-6", 5, "acknowledged_on empty", "2024-02-19", "r1 came from a recipient"),
    ),
    (
        lambda: (
            sent("reply_with_file", readings=UNCHANGED)
            .reply(K, "r1", "m1")
            .see(acknowledged_on=DAY)
        ),
        "53 date",
        (
            "STA-3",
            4,
            "acknowledged_on 2024-02-19",
            "empty",
            "m1 was sent last and asks for a reply with file",
        ),
    ),
    (
        lambda: (
            sent(readings=LAST_SENT)
            .send("m2", "reply", K)
            .reply(K, "r1", "m1")
            .see(acknowledged_on=DAY)
        ),
        "53 date",
        (
            "STA-6",
            5,
            "acknowledged_on 2024-02-19",
            "empty",
            "m2 was sent last and asks for a reply",
        ),
    ),
    (
        lambda: (
            sent("acknowledge")
            .open(K)
            .see(acknowledged_on=DAY)
            .replicate()
            .see(acknowledged_on=None)
        ),
        "53 date",
        (
            "RPL-3",
            6,
            "acknowledged_on empty",
            "2024-02-19",
            "m1 was sent last and asks to acknowledge; k@example.org read it 2024-02-19; since it was seen last, only the replication of line 5 ran",
        ),
    ),
    (
        lambda: sent(start=LATE).reply(K, "r1", "m1").see(acknowledged_on=DAY),
        "53 date",
        (
            "STA-9",
            4,
            "acknowledged_on 2024-02-19",
            "2024-02-20",
            "r1 came from a recipient; what is shown is the day in UTC, not in Europe/Berlin",
        ),
    ),
    (
        lambda: sent(start=LATE).reply(K, "r1", "m1").see(follow_up_on=DAY),
        "53 follow-up",
        (
            "STA-9",
            4,
            "follow_up_on 2024-02-19",
            "2024-02-20",
            "the last reply arrived then; what is shown is the day in UTC, not in Europe/Berlin",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").see(follow_up_on=None),
        "53 follow-up",
        ("REP-6", 4, "follow_up_on empty", "2024-02-19", "the last reply arrived then"),
    ),
    (
        lambda: (
            sent()
            .fault("link", "down")
            .reply(K, "r1", "m1")
            .see(cloud_status="OK", after=DAYS)
            .see(follow_up_on="2024-02-18")
        ),
        "53 follow-up",
        (
            "REP-6",
            6,
            "follow_up_on 2024-02-18",
            "2024-02-19 to 2024-02-21",
            "the last reply arrived then",
        ),
    ),
    (
        lambda: fresh().see(follow_up_on="2024-03-01"),
        "53 follow-up",
        ("REP-6", 2, "follow_up_on 2024-03-01", "empty", "no reply arrived since it was set"),
    ),
    (
        lambda: Story().case(follow_up_on="2024-03-01").see(follow_up_on=None),
        "53 follow-up",
        ("REP-6", 2, "follow_up_on empty", "2024-03-01", "no reply arrived since it was set"),
    ),
    (
        lambda: sent().see(follow_up_on=None).replicate().see(follow_up_on=DAY),
        "53 follow-up",
        (
            "RPL-3",
            5,
            "follow_up_on 2024-02-19",
            "empty",
            "no reply arrived since it was set; since it was seen last, only the replication of line 4 ran",
        ),
    ),
    (
        lambda: sent().see(under_way=["m1"]),
        "m1 under way",
        ("DLV-4", 3, "m1 under way", "delivered", "no outage delays m1 any more"),
    ),
    (
        lambda: (
            fresh()
            .fault("link", "down")
            .send("m1", "reply", K)
            .inbox(K)
            .see(under_way=["m1"])
            .see(under_way=["m1", "m0"])
        ),
        "m0 under way",
        ("DLV-4", 6, "m0 under way", "delivered", "no outage delays m0 any more"),
    ),
    (
        lambda: sent().see("case_list", cases=[{"case": 53, "cloud_status": "OK"}]),
        "53 list",
        (
            "STA-8",
            3,
            "cloud_status OK in the case list",
            "Antwort",
            "the case itself has Antwort: m1 was sent last and asks for a reply",
        ),
    ),
    (
        lambda: (
            sent()
            .role("bert", "none")
            .see("case_list", "bert", cases=[{"case": 53, "cloud_status": "OK"}])
        ),
        "53 bert hidden",
        ("STA-7", 4, "cloud_status OK", "cloud_status hidden", "bert holds no cloud role"),
    ),
    (
        lambda: sent().see("preset", recipients=[L]),
        "53 preset",
        (
            "SEND-6",
            3,
            "preset l@example.org",
            "k@example.org",
            "chosen last: k@example.org; ever chosen: k@example.org",
        ),
    ),
    (
        lambda: sent().see("preset", recipients=[K, "K@Example.org"]),
        "53 preset",
        (
            "SEND-12",
            3,
            "preset k@example.org, k@example.org",
            "each once",
            "the same address twice is one recipient",
        ),
    ),
    (
        lambda: sent().send("m2", "reply", L).see("preset", recipients=[K]),
        "53 preset",
        (
            "SEND-7",
            4,
            "preset k@example.org",
            "l@example.org",
            "chosen last: l@example.org; ever chosen: k@example.org, l@example.org",
        ),
    ),
    # the log
    (
        lambda: log(sent(), "m1", "m1"),
        "53 log",
        ("LOG-3", 3, "m1 2 times in the Aktivitätenliste", "once", "no entry is ever doubled"),
    ),
    (
        lambda: log(sent().case(54).send("m2", "reply", K, case=54), "m1", "m2"),
        "53 log",
        (
            "SEND-10",
            5,
            "m2 1 times in the Aktivitätenliste",
            "not there",
            "no line put m2 into this case",
        ),
    ),
    (
        lambda: log(sent().send("m2", "reply", "bad", outcome="refused"), "m1", "m2"),
        "53 log",
        (
            "SEND-13",
            4,
            "m2 1 times in the Aktivitätenliste",
            "not there",
            "the send of m2 was refused, and leaves nothing",
        ),
    ),
    (
        lambda: log(sent()),
        "53 log",
        (
            "LOG-1",
            3,
            "0 of 1 entries; the one of line 2 is missing",
            "all entries",
            "line 2 wrote it, and no entry is ever lost",
        ),
    ),
    (
        lambda: log(sent().reply(K, "r1", "m1"), "m1"),
        "53 log",
        (
            "DLV-5",
            4,
            "1 of 2 entries; the one of line 3 is missing",
            "all entries",
            "line 3 wrote it, and no entry is ever lost",
        ),
    ),
    (
        lambda: log(sent().act("note", "anna", case=53, text="x"), "m1"),
        "53 log",
        (
            "SEND-2",
            4,
            "1 of 2 entries; the one of line 3 is missing",
            "all entries",
            "line 3 wrote it, and no entry is ever lost",
        ),
    ),
    (
        lambda: log(sent().reply(K, "r1", "m1"), "r1"),
        "53 log",
        (
            "LOG-3",
            4,
            "1 of 2 entries; the one of line 2 is missing",
            "all entries",
            "line 2 wrote it, and no entry is ever lost",
        ),
    ),
    (
        lambda: log(sent().act("note", "anna", case=53, text="x"), "m1", None, None),
        "53 log",
        ("LOG-3", 4, "a note 2 times in the Aktivitätenliste", "once", "no entry is ever doubled"),
    ),
    (
        lambda: log(sent().reply(K, "r1", "m1"), "r1", "m1"),
        "53 log",
        (
            "LOG-3",
            4,
            "the entries r1, m1",
            "another order",
            "entries stand in the order of what happened",
        ),
    ),
    (
        lambda: sent().see("activities", entries=[{"message": "m1", "author": "bert"}]),
        "53 m1 author",
        (
            "LOG-1",
            3,
            "author bert in the entry of m1",
            "as on that line",
            "line 2 wrote this entry",
        ),
    ),
    (
        lambda: (
            sent()
            .reply(K, "r1", "m1")
            .see("activities", entries=[{"message": "m1"}, {"message": "r1", "text": "x"}])
        ),
        "53 r1 text",
        (
            "LOG-2",
            4,
            "text x in the entry of r1",
            "as on that line",
            "line 3 wrote this entry",
        ),
    ),
    (
        lambda: (
            Story()
            .act("note", "anna", case=53, text="x")
            .see("activities", entries=[{"text": "y"}])
        ),
        "53 entry 1 text",
        (
            "SEND-2",
            2,
            "text y in entry 1",
            "as on that line",
            "line 1 wrote this entry",
        ),
    ),
    (
        lambda: (
            sent()
            .reply(K, "r1", "m1")
            .see("arrival", message="r1", after=SECOND)
            .see("arrival", message="r1")
        ),
        "r1 arrival",
        (
            "DLV-5",
            5,
            "r1 arrives",
            "arrives once",
            "r1 is in case 53 already, or was never written to it",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").see("arrival", message="r1"),
        "r1 late",
        (
            "DLV-5",
            4,
            "r1 arrives after 60 s",
            "at once",
            "line 3 wrote r1, and no outage delayed it so long",
        ),
    ),
    (
        lambda: (
            sent()
            .fault("link", "down")
            .reply(K, "r1", "m1")
            .reply(K, "r2", "m1")
            .see("arrival", message="r2")
        ),
        "r2 order",
        (
            "DLV-5",
            6,
            "r2 arrives before r1",
            "in the order of writing",
            "k@example.org wrote r1 before r2",
        ),
    ),
    # the inbox
    (
        lambda: sent().inbox(K),
        "m1 k@example.org missing",
        (
            "DLV-1",
            3,
            "no m1 in the inbox of k@example.org",
            "there",
            "m1 was sent to k@example.org on line 2",
        ),
    ),
    (
        lambda: sent().inbox(K, m1=True).inbox(K),
        "m1 k@example.org missing",
        (
            "DLV-2",
            4,
            "no m1 in the inbox of k@example.org",
            "there",
            "m1 was sent to k@example.org on line 2",
        ),
    ),
    (
        lambda: sent().inbox(K, m1=True).replicate().inbox(K),
        "m1 k@example.org missing",
        (
            "RPL-3",
            5,
            "no m1 in the inbox of k@example.org",
            "there",
            "m1 was sent to k@example.org on line 2; since it was seen last, only the replication of line 4 ran",
        ),
    ),
    (
        lambda: (
            sent()
            .fault("link", "down")
            .send("m2", "reply", K)
            .fault("link", "up")
            .inbox(K, m1=True)
        ),
        "m2 k@example.org missing",
        (
            "DLV-4",
            6,
            "no m2 in the inbox of k@example.org",
            "there",
            "m2 was sent to k@example.org on line 4",
        ),
    ),
    (
        lambda: (
            fresh()
            .fault("link", "slow")
            .send("m1", "reply", K)
            .send("m2", "reply", K)
            .inbox(K, m2=True)
        ),
        "m2 k@example.org",
        (
            "DLV-3",
            5,
            "m2 in the inbox of k@example.org without m1",
            "in the order of sending",
            "m1 was sent to k@example.org on line 3, before m2",
        ),
    ),
    (
        lambda: twice(sent()),
        "m1 k@example.org twice",
        (
            "DLV-2",
            3,
            "m1 2 times in the inbox of k@example.org",
            "once",
            "m1 was sent to k@example.org once on line 2",
        ),
    ),
    (
        lambda: twice(sent().inbox(K, m1=True).replicate()),
        "m1 k@example.org twice",
        (
            "RPL-3",
            5,
            "m1 2 times in the inbox of k@example.org",
            "once",
            "m1 was sent to k@example.org once on line 2; since it was seen last, only the replication of line 4 ran",
        ),
    ),
    (
        lambda: sent().inbox(L, m1=True),
        "m1 l@example.org",
        (
            "ACC-4",
            3,
            "m1 in the inbox of l@example.org",
            "not there",
            "m1 was not addressed to l@example.org",
        ),
    ),
    (
        lambda: fresh().send("m1", "reply", "bad", outcome="refused").inbox(K, m1=True),
        "m1 refused",
        (
            "SEND-13",
            3,
            "m1 in the inbox of k@example.org",
            "nowhere",
            "the send of m1 was refused, and reaches nobody",
        ),
    ),
    (
        lambda: sent().inbox(K, 0, m1=True),
        "k@example.org number",
        ("INB-1", 3, "unread 0", "1", "1 message of k@example.org counts as unread"),
    ),
    (
        lambda: sent().see("inbox", K, unread=0),
        "k@example.org number",
        ("INB-1", 3, "unread 0", "1", "1 message of k@example.org counts as unread"),
    ),
    (
        lambda: sent("acknowledge").inbox(K, m1=False),
        "m1 k@example.org unread",
        (
            "INB-2",
            3,
            "m1 counts as read for k@example.org",
            "unread",
            "m1 asks to acknowledge; k@example.org has neither opened it nor answered: it must count as unread",
        ),
    ),
    (
        lambda: sent("acknowledge").open(K).inbox(K, m1=True),
        "m1 k@example.org unread",
        (
            "INB-2",
            4,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks to acknowledge; k@example.org opened it: it must count as read",
        ),
    ),
    (
        lambda: sent("acknowledge").mark(K, "m1").inbox(K, m1=True),
        "m1 k@example.org unread",
        (
            "INB-2",
            4,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks to acknowledge; k@example.org marked it as read: it must count as read",
        ),
    ),
    (
        lambda: sent().open(K).inbox(K, m1=False),
        "m1 k@example.org unread",
        (
            "INB-3",
            4,
            "m1 counts as read for k@example.org",
            "unread",
            "m1 asks for a reply; k@example.org opened it and has not answered: it must count as unread",
        ),
    ),
    (
        lambda: sent("reply_with_file").reply(K, "r1", "m1").inbox(K, m1=False),
        "m1 k@example.org unread",
        (
            "INB-4",
            4,
            "m1 counts as read for k@example.org",
            "unread",
            "m1 asks for a reply with file; k@example.org answered without a file: it must count as unread",
        ),
    ),
    (
        lambda: sent("reply_with_file").reply(K, "r1", "m1", 1).inbox(K, m1=True),
        "m1 k@example.org unread",
        (
            "INB-4",
            4,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks for a reply with file; k@example.org answered with a file: it must count as read",
        ),
    ),
    (
        lambda: sent("acknowledge").reply(K, "r1", "m1").inbox(K, m1=True),
        "m1 k@example.org unread",
        (
            "INB-10",
            4,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks to acknowledge; k@example.org answered it: it must count as read",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").inbox(K, m1=True),
        "m1 k@example.org unread",
        (
            "INB-3",
            4,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks for a reply; k@example.org answered it: it must count as read",
        ),
    ),
    (
        lambda: sent().send("m2", "reply", K).reply(K, "r1", "m1").inbox(K, m1=True, m2=True),
        "m1 k@example.org unread",
        (
            "INB-10",
            5,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks for a reply; k@example.org answered it: it must count as read",
        ),
    ),
    (
        lambda: sent().send("m2", "reply", K).reply(K, "r1", "m1").inbox(K, m1=False, m2=False),
        "m2 k@example.org unread",
        (
            "INB-10",
            5,
            "m2 counts as read for k@example.org",
            "unread",
            "m2 asks for a reply; k@example.org has not answered: it must count as unread",
        ),
    ),
    (
        lambda: (
            sent("reply_with_file")
            .send("m2", "reply", K)
            .reply(K, "r1", "m1", 1)
            .inbox(K, m1=True, m2=True)
        ),
        "m1 k@example.org unread",
        (
            "INB-4",
            5,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks for a reply with file; k@example.org answered with a file: it must count as read",
        ),
    ),
    (
        lambda: (
            sent(readings=WHOLE_CASE)
            .send("m2", "reply", K)
            .reply(K, "r1", "m1")
            .inbox(K, m1=False, m2=True)
        ),
        "m2 k@example.org unread",
        (
            "INB-10",
            5,
            "m2 counts as unread for k@example.org",
            "read",
            "m2 asks for a reply; k@example.org has not answered; an answer to another message of the case settled it: it must count as read",
        ),
    ),
    (
        lambda: sent("acknowledge").open(K).inbox(K, m1=False).inbox(K, m1=True),
        "m1 k@example.org unread",
        (
            "INB-8",
            5,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks to acknowledge; k@example.org opened it: it must count as read; it was shown as read before",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", None).inbox(K, m1=False),
        "m1 k@example.org unread",
        (
            "INB-10",
            4,
            "m1 counts as read for k@example.org",
            "unread",
            "m1 asks for a reply; k@example.org has not answered: it must count as unread",
        ),
    ),
    (
        lambda: (
            sent(readings=LAST_SENT)
            .send("m2", "reply", K)
            .reply(K, "r1", "m1")
            .see()
            .inbox(K, m1=False, m2=False)
        ),
        "m2 k@example.org unread",
        (
            "INB-10",
            6,
            "m2 counts as read for k@example.org",
            "unread",
            "m2 asks for a reply; k@example.org has not answered: it must count as unread",
        ),
    ),
    (
        lambda: sent("acknowledge", K, L).open(K).inbox(L, m1=False),
        "m1 l@example.org unread",
        (
            "INB-9",
            4,
            "m1 counts as read for l@example.org",
            "unread",
            "m1 asks to acknowledge; l@example.org has neither opened it nor answered: it must count as unread; what another recipient did to it does not count",
        ),
    ),
    (
        lambda: sent("acknowledge", K, L).inbox(L, m1=False),
        "m1 l@example.org unread",
        (
            "INB-2",
            3,
            "m1 counts as read for l@example.org",
            "unread",
            "m1 asks to acknowledge; l@example.org has neither opened it nor answered: it must count as unread",
        ),
    ),
    (
        lambda: sent().inbox(K, m1=True).replicate().inbox(K, m1=False),
        "m1 k@example.org unread",
        (
            "RPL-3",
            5,
            "m1 counts as read for k@example.org",
            "unread",
            "m1 asks for a reply; k@example.org has not answered: it must count as unread; since it was seen last, only the replication of line 4 ran",
        ),
    ),
    (
        lambda: sent("acknowledge").open(K).inbox(K, m1=False).replicate().inbox(K, m1=True),
        "m1 k@example.org unread",
        (
            "RPL-3",
            6,
            "m1 counts as unread for k@example.org",
            "read",
            "m1 asks to acknowledge; k@example.org opened it: it must count as read; since it was seen last, only the replication of line 5 ran",
        ),
    ),
    (
        lambda: sent().inbox(K, m1={"hint": "documents"}),
        "m1 k@example.org hint",
        (
            "INB-6",
            3,
            "hint documents at m1 for k@example.org",
            "hint reply",
            "m1 asks for a reply; k@example.org has not answered: it must count as unread",
        ),
    ),
    (
        lambda: sent("acknowledge").inbox(K, m1={"hint": "reply"}),
        "m1 k@example.org hint",
        (
            "INB-6",
            3,
            "hint reply at m1 for k@example.org",
            "hint empty",
            "m1 asks to acknowledge; k@example.org has neither opened it nor answered: it must count as unread",
        ),
    ),
    (
        lambda: sent("reply_with_file").inbox(K, m1={"hint": None}),
        "m1 k@example.org hint",
        (
            "INB-6",
            3,
            "hint empty at m1 for k@example.org",
            "hint documents",
            "m1 asks for a reply with file; k@example.org has not answered: it must count as unread",
        ),
    ),
    (
        lambda: sent().inbox(K, m1={"opened": True}),
        "m1 k@example.org opened",
        (
            "INB-11",
            3,
            "m1 shown as opened for k@example.org",
            "not opened",
            "k@example.org has not opened it",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").inbox(K, m1={"answered": False}),
        "m1 k@example.org answered",
        (
            "INB-11",
            4,
            "m1 shown as not answered for k@example.org",
            "answered",
            "k@example.org answered it",
        ),
    ),
    # the page of a case
    (
        lambda: sent().see("portal_case", L, text="Please look"),
        "53 l@example.org",
        (
            "ACC-4",
            3,
            "text of case 53",
            "hidden",
            "no message of case 53 was addressed to l@example.org",
        ),
    ),
    (
        lambda: sent().see("portal_case", L, subject="Roof", documents=["a.pdf"]),
        "53 l@example.org",
        (
            "ACC-4",
            3,
            "subject of case 53",
            "hidden",
            "no message of case 53 was addressed to l@example.org",
        ),
    ),
    (
        lambda: sent().see("portal_case", K, text="other"),
        "53 k@example.org text",
        (
            "REP-2",
            3,
            "text other",
            "that of the newest message",
            "m1 is the newest message of the case for k@example.org",
        ),
    ),
    (
        lambda: sent().see("portal_case", K, text=None),
        "53 k@example.org text",
        (
            "REP-2",
            3,
            "text empty",
            "that of the newest message",
            "m1 is the newest message of the case for k@example.org",
        ),
    ),
    (
        lambda: sent().see("portal_case", K, button="new_message"),
        "53 k@example.org button",
        (
            "REP-2",
            3,
            "button new_message",
            "reply",
            "m1 is the newest message, asks for a reply and is still unread",
        ),
    ),
    (
        lambda: sent().see("portal_case", K, button=None),
        "53 k@example.org button",
        (
            "REP-2",
            3,
            "button missing",
            "reply",
            "m1 is the newest message, asks for a reply and is still unread",
        ),
    ),
    (
        lambda: sent().reply(K, "r1", "m1").see("portal_case", K, button="reply"),
        "53 k@example.org button",
        (
            "REP-2",
            4,
            "button reply",
            "new_message",
            "m1 is the newest message, asks for a reply and is read",
        ),
    ),
    (
        lambda: sent("acknowledge").see("portal_case", K, button="reply"),
        "53 k@example.org button",
        (
            "REP-2",
            3,
            "button reply",
            "new_message",
            "m1 is the newest message, asks to acknowledge and is still unread",
        ),
    ),
    (
        lambda: sent().see("portal_case", K, subject="Shed"),
        "53 k@example.org subject",
        (
            "RPL-2",
            3,
            "subject Shed",
            "Roof",
            "the portal shows it as of the last successful replication, or of a message since",
        ),
    ),
    (
        lambda: edited().see("portal_case", K, subject="Garage"),
        "53 k@example.org subject",
        (
            "RPL-2",
            4,
            "subject Garage",
            "Roof",
            "the portal shows it as of the last successful replication, or of a message since",
        ),
    ),
    (
        lambda: edited().replicate().see("portal_case", K, subject="Roof"),
        "53 k@example.org subject",
        (
            "RPL-2",
            5,
            "subject Roof",
            "Garage",
            "the portal shows it as of the last successful replication, or of a message since",
        ),
    ),
    (
        lambda: edited().replicate().replicate().see("portal_case", K, subject="Roof"),
        "53 k@example.org subject",
        (
            "RPL-5",
            6,
            "subject Roof",
            "Garage",
            "the portal shows it as of the last successful replication, or of a message since",
        ),
    ),
    (
        lambda: edited().replicate(2).replicate().see("portal_case", K, subject="Roof"),
        "53 k@example.org subject",
        (
            "RPL-6",
            6,
            "subject Roof",
            "Garage",
            "the portal shows it as of the last successful replication, or of a message since",
        ),
    ),
    (
        lambda: sent().see("portal_case", K, documents=["a.pdf"]),
        "53 k@example.org documents",
        (
            "ACC-4",
            3,
            "document a.pdf",
            "hidden",
            "a.pdf was shared with no message to this recipient",
        ),
    ),
    (
        lambda: (
            filed().send("m1", "reply", K, documents=["a.pdf"]).see("portal_case", K, documents=[])
        ),
        "53 k@example.org documents",
        (
            "RPL-2",
            4,
            "no document a.pdf",
            "shown",
            "a.pdf was shared with a message to this recipient",
        ),
    ),
    # mails
    (
        lambda: mail(mail(sent())),
        "notice m1 k@example.org",
        (
            "MAIL-1",
            4,
            "a notice of m1 to k@example.org again",
            "one",
            "k@example.org was told of m1 before",
        ),
    ),
    (
        lambda: mail(
            mail(mail(sent(), message_id="a"), event="registration").fault("mail", "down"),
            message_id="b",
        ),
        "notice m1 k@example.org",
        (
            "MAIL-4",
            6,
            "a notice of m1 to k@example.org again",
            "one",
            "k@example.org was told of m1 before",
        ),
    ),
    (
        lambda: mail(sent(), to=L),
        "notice m1 l@example.org",
        (
            "ACC-4",
            3,
            "a notice of m1 to l@example.org",
            "none",
            "m1 was not addressed to l@example.org",
        ),
    ),
    (
        lambda: mail(fresh().send("m1", "reply", "bad", outcome="refused")),
        "m1 refused",
        (
            "SEND-13",
            3,
            "m1 told of to k@example.org",
            "nowhere",
            "the send of m1 was refused, and reaches nobody",
        ),
    ),
    (
        lambda: mail(sent(), body=">> Please look <<"),
        "notice m1 k@example.org",
        (
            "MAIL-3",
            3,
            "the text of the message in the mail",
            "no content",
            "a notice says that a message waits, and nothing of what it says",
        ),
    ),
    (
        lambda: mail(off("new_message").send("m1", "reply", K)),
        "notice m1 k@example.org",
        (
            "MAIL-2",
            4,
            "a notice of m1 to k@example.org",
            "none",
            "the event was switched off when it was sent",
        ),
    ),
    (
        lambda: mail(off("registration").send("m1", "reply", K), event="registration"),
        "registration k@example.org",
        ("MAIL-2", 4, "a registration mail to k@example.org", "none", "the event is switched off"),
    ),
    (
        lambda: mail(mail(mail(sent()), event="registration"), event="registration"),
        "registration k@example.org",
        (
            "ACC-2",
            5,
            "a registration mail to k@example.org",
            "none",
            "the account of k@example.org was there already",
        ),
    ),
    (
        lambda: mail(Story(), event="registration"),
        "registration k@example.org",
        (
            "ACC-2",
            1,
            "a registration mail to k@example.org",
            "none",
            "nothing was sent to k@example.org",
        ),
    ),
    (
        lambda: mail(
            fresh().role("bert", "Benutzer", email=K).send("m1", "reply", K), event="registration"
        ),
        "registration k@example.org",
        (
            "ACC-5",
            4,
            "a registration mail to k@example.org",
            "none",
            "k@example.org belongs to a caseworker, who has a cloud account",
        ),
    ),
    (
        lambda: mail(sent()).inbox(K, m1=True),
        "due registration k@example.org",
        (
            "ACC-2",
            4,
            "no registration mail to k@example.org",
            "one, at once",
            "the message of line 2 was the first to k@example.org and created the account",
        ),
    ),
    (
        lambda: mail(sent(), event="registration").inbox(K, m1=True),
        "due m1 k@example.org",
        (
            "MAIL-1",
            4,
            "no notice of m1 to k@example.org",
            "one, at once",
            "m1 was sent to k@example.org on line 2",
        ),
    ),
    (
        lambda: (
            mail(mail(sent()), event="registration")
            .fault("mail", "down")
            .send("m2", "reply", K)
            .fault("mail", "up")
            .see(after=MINUTE)
        ),
        "due m2 k@example.org",
        (
            "MAIL-4",
            8,
            "no notice of m2 to k@example.org",
            "one, at once",
            "m2 was sent to k@example.org on line 6",
        ),
    ),
    (
        lambda: (
            linked()
            .act("register", K, "unknown", link="abc")
            .act("register", K, link="abc")
            .act("register", K, link="abc")
        ),
        "register of k@example.org with abc",
        (
            "ACC-2",
            7,
            "register of k@example.org with abc: accepted",
            "it must be refused",
            "the link was used before by k@example.org, and serves once",
        ),
    ),
    (
        lambda: sent().role("bert", "Benutzer").see(by="bert", cloud_status=None),
        "53 bert shown",
        (
            "STA-7",
            4,
            "cloud_status hidden",
            "cloud_status Antwort",
            "bert holds the cloud role Benutzer",
        ),
    ),
    (
        lambda: (
            filed()
            .send("m1", "reply", K, documents=["a.pdf"])
            .see("mail", after=1, to=K, event="new_message", message="m1", body="see a.pdf")
        ),
        "notice m1 k@example.org",
        (
            "MAIL-3",
            4,
            "the document a.pdf in the mail",
            "no content",
            "a notice says that a message waits, and nothing of what it says",
        ),
    ),
    (
        lambda: mail(mail(sent(), message_id="a"), message_id="a"),
        "again a",
        (
            "MAIL-1",
            4,
            "mail a to k@example.org again",
            "one",
            "a came before, and no fault explains that it was sent again",
        ),
    ),
    (
        lambda: mail(sent(), event="registration", to="K@Example.org").see(
            "mail", after=1, to="K@Example.org", event="registration"
        ),
        "registration k@example.org",
        (
            "SEND-12",
            4,
            "a registration mail to k@example.org",
            "none",
            "the account of k@example.org was there already",
        ),
    ),
    (
        lambda: sent("reply", K, L).send("m9", "reply", L, K, "x@example.org", outcome="refused"),
        "send m9 in case 53",
        (
            "ACC-1",
            3,
            "send m9 in case 53: refused",
            "it must be accepted",
            "a recipient needs no account beforehand",
        ),
    ),
    (
        lambda: sent().send("m9", "reply", K, documents=[], outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-1",
            3,
            "send m9 in case 53: refused",
            "it must be accepted",
            "it has a text, an expected action, a recipient, and a sender with a role",
        ),
    ),
    (
        lambda: fresh().send("m9", "reply", K, K, outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-12",
            2,
            "send m9 in case 53: refused",
            "it must be accepted",
            "its addresses are well formed, case, blanks and repetitions set aside",
        ),
    ),
    (
        lambda: sent().fault("portal", "down").send("m9", "reply", outcome="refused"),
        "send m9 in case 53",
        (
            "SEND-6",
            4,
            "send m9 in case 53: refused",
            "it must be accepted",
            "the recipients are preset: k@example.org",
        ),
    ),
    (
        lambda: (
            sent()
            .fault("server", "down")
            .fault("server", "up")
            .send("m9", "reply", outcome="refused")
        ),
        "send m9 in case 53",
        (
            "SEND-6",
            5,
            "send m9 in case 53: refused",
            "it must be accepted",
            "the recipients are preset: k@example.org",
        ),
    ),
    (
        lambda: sent().fault("mail", "down").send("m9", "reply", L, outcome="refused"),
        "send m9 in case 53",
        (
            "ACC-1",
            4,
            "send m9 in case 53: refused",
            "it must be accepted",
            "a recipient needs no account beforehand",
        ),
    ),
]


@pytest.mark.parametrize(("story", "key", "finding"), FINDINGS)
def test_deviation_is_told_with_its_rule_place_and_reason(story, key, finding):
    told = story()
    assert told.verdict.findings == (Finding(*finding),)
    assert list(told.oracle.world.found) == [(finding[0], key)]  # seen again, it is counted there


@pytest.mark.parametrize("number", [1, 2])
def test_a_message_that_is_shown_twice_is_one_finding_however_the_number_counts_it(number):
    entry = {"message": "m1", "unread": True}
    story = sent().see("inbox", K, unread=number, messages=[entry, entry])
    assert story.rules == [("DLV-2", 3)]


def test_what_another_recipient_answered_is_no_answer_of_this_one():
    story = fresh().send("m1", "reply", K, L).reply(K, "r1", "m1").inbox(L, m1=False)
    assert story.rules == [("INB-9", 4)]
