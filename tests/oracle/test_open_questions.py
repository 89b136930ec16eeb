"""What a log does not tell is not held against it."""

from simulator.oracle import Oracle
from tests.oracle.notation import K, sent


def test_a_refused_send_is_no_deviation_after_a_role_was_taken_with_unknown_outcome():
    story = sent().act("set_role", None, "unknown", caseworker="anna", role="none")
    assert story.send("m2", "reply", K, outcome="refused").rules == []


def test_a_role_that_was_set_for_sure_ends_the_doubt():
    story = sent().act("set_role", None, "unknown", caseworker="anna", role="none")
    story.role("anna", "Benutzer")
    assert [rule for rule, _ in story.send("m2", "reply", K, outcome="refused").rules] == ["SEND-1"]


def test_a_document_may_rightly_be_refused_in_a_case_whose_documents_were_never_told():
    oracle = Oracle()
    send = {"act": "send", "by": "anna", "case": 53, "text": "Hello", "expects": "reply", "to": [K]}
    oracle.take(1, 0, {**send, "message": "m0", "outcome": "ok"})
    refused = {**send, "message": "m1", "documents": ["zz.pdf"], "outcome": "refused"}
    assert oracle.take(2, 60_000_000, refused) == ()
