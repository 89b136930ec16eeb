"""Which rules decide what the last line of a history has to show, and how often."""

import pytest

from tests.oracle.notation import (
    DAY,
    MINUTE,
    SECOND,
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


def noted():
    return sent().act("note", "anna", case=53, text="x")


DECISIVE = [
    (fresh, ""),
    (lambda: fresh().role("anna", "Benutzer"), "RGT-3"),
    (lambda: fresh().role("anna", "Benutzer", outcome="unknown"), ""),
    (lambda: fresh().act("note", "anna", case=53, text="x"), "SEND-2"),
    (lambda: fresh().act("note", "anna", "refused", case=53, text=" "), ""),
    (sent, "ACC-1 SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-7"),
    (lambda: sent().send("m1", "reply", K), "DLV-2"),
    (lambda: sent().send("m2", "reply"), "SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-6"),
    (
        lambda: sent("reply", K, L).send("m2", "reply", K),
        "SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-7",
    ),
    (
        lambda: fresh().role("anna", "Benutzer").send("m1", "reply", K),
        "ACC-1 RGT-1 SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-7",
    ),
    (
        lambda: fresh().fault("portal", "down").send("m1", "reply", K),
        "ACC-1 DLV-4 SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-7",
    ),
    (
        lambda: filed().send("m1", "reply", K, documents=["a.pdf"]),
        "ACC-1 SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-7 SEND-9",
    ),
    (
        lambda: sent().reply(K, "r1", "m1", 5).send("m2", "reply", K, documents=["r1-0.pdf"]),
        "REP-5 SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-7 SEND-9",
    ),
    (
        lambda: off("new_message").send("m1", "reply", K),
        "ACC-1 MAIL-2 SEND-1 SEND-12 SEND-3 SEND-4 SEND-5 SEND-7",
    ),
    (lambda: fresh().role("anna", "none").send("m1", "reply", K), ""),
    (lambda: fresh().role("anna", "none").send("m1", "reply", K, outcome="refused"), "RGT-1"),
    (lambda: fresh().send("m1", None, K, outcome="refused"), "SEND-3"),
    (lambda: fresh().send("m1", "reply", K, text="", outcome="refused"), "SEND-4"),
    (lambda: fresh().send("m1", "reply", "x", outcome="refused"), "SEND-12"),
    (lambda: fresh().send("m1", "reply", outcome="refused"), "SEND-5"),
    (lambda: fresh().send("m1", "reply", K, documents=["a.pdf"], outcome="refused"), "SEND-9"),
    (lambda: fresh().send("m1", "reply", K, outcome="refused"), ""),
    (lambda: release(sent(), True), "RGT-2"),
    (lambda: release(sent(), True, outcome="refused"), ""),
    (lambda: release(sent().role("anna", "none"), True), ""),
    (lambda: release(sent().role("anna", "none"), True, outcome="refused"), "RGT-2"),
    (
        lambda: Story().replicate(
            bundles=[{"kind": "case", "records": 1}, {"kind": "case", "records": 1}]
        ),
        "RPL-4*2",
    ),
    (lambda: sent().act("register", K), "ACC-1"),
    (lambda: linked().act("register", K, link="abc"), "ACC-1 ACC-2"),
    (
        lambda: linked().act("register", K, link="abc").act("register", K, "refused", link="abc"),
        "ACC-2",
    ),
    (lambda: linked().act("register", K, "unknown", link="abc"), "ACC-1"),
    (lambda: sent(registers=True).open(K, outcome="refused"), "ACC-2"),
    (lambda: sent().open(K, outcome="refused").act("register", K), "ACC-1"),
    (lambda: sent().open(K), "ACC-3"),
    (lambda: sent().open(L), ""),
    (lambda: sent().open(L, outcome="refused"), "ACC-4"),
    (lambda: sent().open(K, via="attachments"), "ACC-3*2"),
    (lambda: sent("acknowledge").mark(K, "m1"), "INB-5"),
    (lambda: sent("acknowledge").mark(L, "m1", outcome="refused"), "ACC-4"),
    (lambda: sent().mark(K, "m1", outcome="refused"), "INB-5"),
    (lambda: sent().reply(K, "r1", "m1"), "INB-10 REP-1 REP-3 REP-4"),
    (lambda: sent().reply(K, "r1", "m1").reply(K, "r1", "m1"), "DLV-2"),
    (lambda: release(sent(), True).reply(K, "r1", "m1"), "INB-10 REP-1 REP-3 REP-4 RGT-2"),
    (lambda: release(sent(), False).reply(K, "r1", "m1", outcome="refused"), "REP-1"),
    (lambda: sent().reply(L, "r1", "m1", outcome="refused"), "ACC-4"),
    (lambda: sent().reply(K, "r1", "m1", text=" ", outcome="refused"), "REP-3"),
    (lambda: sent().reply(K, "r1", "m1", *[1] * 21, outcome="refused"), "REP-4"),
    (lambda: sent().reply(K, "r1", "m1", outcome="refused"), ""),
    (
        lambda: fresh().see(cloud_status="", acknowledged_on=None, follow_up_on=None),
        "STA-1 STA-6*2",
    ),
    (
        lambda: fresh().act("note", "anna", case=53, text="x").see(cloud_status=""),
        "SEND-2 STA-1 STA-6",
    ),
    (lambda: sent().see(cloud_status="Antwort"), "STA-2 STA-6"),
    (lambda: sent().see(status_text="Wartet auf Antwort des Empfängers"), "STA-2 STA-6"),
    (lambda: sent().see(acknowledged_on=None), "STA-2 STA-5 STA-6"),
    (lambda: sent("acknowledge").open(K).see(acknowledged_on=DAY), "STA-2 STA-4 STA-5 STA-6 STA-9"),
    (
        lambda: (
            sent()
            .reply(K, "r1", "m1")
            .see(cloud_status="OK", acknowledged_on=DAY, follow_up_on=DAY)
        ),
        "REP-6 STA-3*2 STA-5 STA-6*2 STA-9",
    ),
    (
        lambda: noted().see(cloud_status="Antwort", acknowledged_on=None),
        "SEND-2 STA-2*2 STA-5 STA-6*2",
    ),
    (
        lambda: sent().replicate().see(cloud_status="Antwort", acknowledged_on=None),
        "RPL-3 STA-2*2 STA-5 STA-6*2",
    ),
    (lambda: sent().role("bert", "none").see(by="bert", cloud_status=None), "STA-7"),
    (
        lambda: sent().role("bert", "Benutzer").see(by="bert", cloud_status="Antwort"),
        "STA-2 STA-6 STA-7",
    ),
    (lambda: sent().see(cloud_status=None, acknowledged_on=DAY), ""),
    (lambda: sent().see(under_way=[]), "DLV-4"),
    (lambda: sent().see("case_list", cases=[{"case": 53, "cloud_status": "Antwort"}]), "STA-8"),
    (lambda: sent().see("case_list", cases=[{"case": 53, "cloud_status": None}]), ""),
    (
        lambda: (
            sent()
            .role("bert", "none")
            .see("case_list", "bert", cases=[{"case": 53, "cloud_status": None}])
        ),
        "STA-7",
    ),
    (lambda: sent().see("preset", recipients=[K]), "SEND-12 SEND-6 SEND-7"),
    (lambda: log(sent(), "m1"), "DLV-5 LOG-1 LOG-3 SEND-10"),
    (
        lambda: log(noted().reply(K, "r1", "m1"), "m1", None, "r1"),
        "DLV-5 LOG-1 LOG-2 LOG-3 SEND-10 SEND-2",
    ),
    (lambda: log(sent()), "DLV-5 LOG-3 SEND-10"),
    (lambda: sent().reply(K, "r1", "m1").see("arrival", message="r1", after=SECOND), "DLV-5"),
    (lambda: sent().inbox(K, m1=True), "ACC-4 DLV-1 DLV-2 INB-3 INB-7 SEND-13"),
    (lambda: sent().inbox(K, 1, m1={}), "ACC-4 DLV-1 DLV-2 INB-1 INB-3 INB-7 SEND-13"),
    (lambda: sent().inbox(K, 1, m1=True), "ACC-4 DLV-1 DLV-2 INB-1 INB-3 INB-7 SEND-13"),
    (lambda: sent().see("inbox", K, unread=1), "INB-1"),
    (lambda: sent().inbox(K, m1={"hint": "reply"}), "ACC-4 DLV-1 DLV-2 INB-3 INB-6 INB-7 SEND-13"),
    (lambda: sent().inbox(K, m1={"opened": False}), "ACC-4 DLV-1 DLV-2 INB-11 INB-3 INB-7 SEND-13"),
    (
        lambda: sent().inbox(K, m1={"answered": False}),
        "ACC-4 DLV-1 DLV-2 INB-11 INB-3 INB-7 SEND-13",
    ),
    (
        lambda: sent("acknowledge").open(K).inbox(K, m1=False).inbox(K, m1=False),
        "ACC-4 DLV-1 DLV-2 INB-2 INB-7 INB-8 SEND-13",
    ),
    (lambda: sent("reply", K, L).inbox(K, m1=True), "ACC-4 DLV-1 DLV-2 INB-3 INB-7 INB-9 SEND-13"),
    (lambda: noted().inbox(K, m1=True), "ACC-4 DLV-1 DLV-2 INB-3 INB-7 SEND-13 SEND-2"),
    (lambda: sent().replicate().inbox(K, m1=True), "ACC-4 DLV-1 DLV-2 INB-3 INB-7 RPL-3 SEND-13"),
    (
        lambda: sent().fault("link", "down").inbox(K, m1=True),
        "ACC-4 DLV-1 DLV-2 DLV-3 DLV-4 INB-3 INB-7 SEND-13",
    ),
    (
        lambda: sent().fault("mail", "down").inbox(K, m1=True),
        "ACC-4 DLV-1 DLV-2 INB-3 INB-7 SEND-13",
    ),
    (lambda: sent().see("portal_case", L, text=None), "ACC-4"),
    (lambda: sent().see("portal_case", K, text="Please look", button="reply"), "REP-2*2"),
    (lambda: sent().see("portal_case", K, subject="Roof"), "RPL-2"),
    (lambda: sent().replicate(2).see("portal_case", K, subject="Roof"), "RPL-2 RPL-6"),
    (lambda: sent().replicate().see("portal_case", K, subject="Roof"), "RPL-2 RPL-5"),
    (lambda: sent().see("portal_case", K, documents=[]), "ACC-4"),
    (lambda: mail(sent()), "MAIL-1 MAIL-2"),
    (lambda: mail(sent(), body="You have a message"), "MAIL-1 MAIL-2 MAIL-3"),
    (lambda: mail(sent(), body="You have a message").see(after=MINUTE), ""),
    (lambda: mail(fresh().send("m1", "reply", K, text="Bitte"), body="Bitte"), "MAIL-1 MAIL-2"),
    (lambda: mail(fresh().send("m1", "reply", K, text="x" * 15), body=""), "MAIL-1 MAIL-2"),
    (lambda: mail(fresh().send("m1", "reply", K, text="x" * 16), body=""), "MAIL-1 MAIL-2 MAIL-3"),
    (lambda: mail(fresh().send("m1", "reply", K, text=" a b "), body=""), "MAIL-1 MAIL-2 MAIL-3"),
    (lambda: mail(sent().fault("mail", "down")), "MAIL-1 MAIL-2 MAIL-4"),
    (lambda: mail(mail(sent(), message_id="a"), message_id="a"), "MAIL-4"),
    (lambda: mail(sent(), event="registration"), "ACC-2"),
    (
        lambda: mail(
            mail(sent(), event="registration").act("request_link", K), event="registration"
        ),
        "ACC-2",
    ),
    (
        lambda: mail(fresh().role("bert", "Benutzer", email=K).send("m1", "reply", K)),
        "ACC-5 MAIL-1 MAIL-2",
    ),
]


@pytest.mark.parametrize(("story", "rules"), DECISIVE)
def test_rules_that_decide_the_last_line_are_counted(story, rules):
    often = sorted(story().decided.items())
    told = " ".join(rule if count == 1 else f"{rule}*{count}" for rule, count in often)
    assert told == rules
