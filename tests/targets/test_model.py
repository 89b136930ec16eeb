from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from reference.domain.facts import Message
from reference.domain.readings import readings_from
from reference.domain.rules import rules_for
from reference.domain.words import Transport
from simulator.history.vocabulary import ACTS, SEES
from simulator.targets.model import Model
from simulator.targets.port import Delivery

K = "k@example.org"
J = "j@example.org"
AT = datetime(2024, 2, 19, 11, 18, 16, tzinfo=UTC)
DAY = timedelta(days=1)
ACTS_OF_CASEWORKERS = {
    *("set_role", "create_case", "edit_case", "add_document", "note", "send", "set_release"),
}


def world(*, registration=False, **readings):
    model = Model(rules_for(readings_from(readings)), registration=registration)
    do(model, "set_role", caseworker="anna", role="Benutzer")
    do(model, "create_case", case=53, subject="Hail")
    return model


def act(model, name, at=AT, **fields):
    by = "anna" if name in ACTS_OF_CASEWORKERS else K
    return model.act({"act": name, "by": by, "case": 53, **fields}, at)


def do(model, name, at=AT, **fields):
    assert act(model, name, at, **fields) == ("ok", None)


def send(model, name, expects="acknowledge", at=AT, **fields):
    do(
        model,
        "send",
        at,
        **{"message": name, "text": f"text of {name}", "to": [K]} | fields,
        expects=expects,
    )


def reply(model, name, answers="m1", at=AT, **fields):
    do(model, "reply", at, message=name, answers=answers, text=f"text of {name}", **fields)


def fault(model, what, state, at=AT):
    do(model, "fault", at, what=what, state=state)


def case_of(model):
    return model.look("case", "anna", 53)


def unread(model, by=K):
    return {m["message"]: m["unread"] for m in model.look("inbox", by)["messages"]}


def mails(model):
    return model.told()[0]


def arrivals(model):
    return [came.at for came in model.told()[1] if came.to is None]


def events(model):
    return [(mail["to"], mail["event"], mail["message"]) for mail in mails(model)]


def test_a_message_is_in_the_inbox_at_once_with_its_mails():
    model = world()
    send(model, "m1", "reply")
    assert model.look("inbox", K) == {
        "see": "inbox",
        "by": K,
        "unread": 1,
        "messages": [
            {"message": "m1", "unread": True, "hint": "reply", "opened": False, "answered": False}
        ],
    }
    assert mails(model) == [
        {
            "see": "mail",
            "to": K,
            "event": "registration",
            "message": None,
            "message_id": f"registration.8e9fa224f488a601.{K}",
            "body": "Ihre Registrierung\n\nGuten Tag,\n\nfür k@example.org wurde ein Konto "
            "angelegt.\n"
            "Bitte vergeben Sie hier ein Kennwort: link-1\n",
            "link": "link-1",
        },
        {
            "see": "mail",
            "to": K,
            "event": "new_message",
            "message": "m1",
            "message_id": f"new_message.m1.{K}",
            "body": "Neue Nachricht am Vorgang 53\n\nGuten Tag,\n\nim Vorgang 53 wartet eine "
            "Nachricht für k@example.org.\nBitte melden Sie sich an, um sie zu lesen: https://portal.example\n",
        },
    ]


def test_the_case_shows_its_fields_to_the_cloud_roles_alone():
    model = world()
    send(model, "m1")
    do(model, "open", via="widget")
    assert case_of(model) == {
        "see": "case",
        "by": "anna",
        "case": 53,
        "cloud_status": "Info",
        "status_text": "Warten auf Lesebestätigung des Empfängers",
        "acknowledged_on": "2024-02-19",
        "follow_up_on": None,
        "under_way": [],
    }
    hidden = model.look("case", "bert", 53)
    assert (hidden["cloud_status"], hidden["status_text"]) == (None, None)
    assert hidden["acknowledged_on"] is None
    assert model.look("case_list", "anna") == {
        "see": "case_list",
        "by": "anna",
        "cases": [{"case": 53, "cloud_status": "Info"}],
    }
    assert model.look("case_list", "bert")["cases"] == [{"case": 53, "cloud_status": None}]


def test_a_reply_comes_into_the_case_with_its_entry():
    model = world()
    do(model, "add_document", document="a.pdf", size=3)
    do(model, "note", text="called")
    send(model, "m1", "reply_with_file", documents=["a.pdf"])
    reply(model, "r1", files=[{"name": "b.pdf", "size": 5}], at=AT + DAY)
    assert model.told()[1] == [Delivery(53, "m1", K, AT), Delivery(53, "r1", None, AT + DAY)]
    assert model.told() == ([], [])
    note, sent, back = model.look("activities", "anna", 53)["entries"]
    assert note == {
        "author": "anna",
        "carried_by": None,
        "at": "2024-02-19T11:18:16+00:00",
        "stamp": "anna am 19.02.2024 12:18:16",
        "message": None,
        "text": "called",
        "to": [],
        "expects": None,
        "files": [],
    }
    assert (sent["to"], sent["expects"], sent["files"]) == ([K], "reply_with_file", ["a.pdf"])
    assert (back["author"], back["carried_by"], back["files"]) == (K, "cloudtransfer", ["b.pdf"])
    assert case_of(model)["follow_up_on"] == "2024-02-20"
    assert unread(model) == {"m1": False}
    assert model.look("portal_case", K, 53) == {
        "see": "portal_case",
        "by": K,
        "case": 53,
        "subject": "Hail",
        "documents": ["a.pdf"],
        "text": "text of r1",
        "button": "new_message",
    }
    send(model, "m2", documents=["b.pdf"], to=None)
    assert model.look("portal_case", K, 53)["documents"] == ["a.pdf", "b.pdf"]
    assert model.look("preset", "anna", 53)["recipients"] == [K]


@pytest.mark.parametrize(
    ("what", "fields", "code"),
    [
        ("create_case", {}, "case_exists"),
        ("edit_case", {"case": 54}, "unknown_case"),
        ("add_document", {"case": None, "document": "a"}, "unknown_case"),
        ("note", {"text": None}, "blank_text"),
        ("send", {"expects": None, "text": "x"}, "no_expected_action"),
        ("send", {"by": "bert", "expects": "reply", "text": "x"}, "role_missing"),
        ("set_release", {"by": "bert", "recipient": K}, "role_missing"),
        ("set_release", {"recipient": "nobody"}, "malformed_address"),
        ("set_role", {"caseworker": "bert", "role": "boss"}, "unknown_role"),
        ("set_mail", {"event": "birthday"}, "unknown_mail_event"),
        ("set_mail", {"event": "new_message", "body": "$text"}, "template_field"),
        ("open", {"by": J, "via": "case"}, "unknown_account"),
        ("open", {"via": "message"}, "unknown_message"),
        ("mark_read", {"message": "m1"}, "mark_read_not_available"),
        ("mark_read", {"message": "m9"}, "unknown_message"),
        ("mark_read", {"message": "m1", "by": J}, "unknown_account"),
        ("reply", {"message": "r1", "answers": "m9", "text": "x"}, "unknown_message"),
        ("register", {"by": J}, "unknown_account"),
        ("register", {"link": "link-9"}, "unknown_link"),
        ("request_link", {"by": J}, "unknown_account"),
        ("replicate", {"result": 3}, "unknown_replication_result"),
    ],
)
def test_a_refused_act_changes_nothing(what, fields, code):
    model = world()
    send(model, "m1", "reply")
    model.told()
    before = model.fork()
    assert act(model, what, **fields) == ("refused", code)
    assert model.fingerprint() == before.fingerprint()
    assert model.told() == ([], [])
    assert model.look("activities", "anna", 53) == before.look("activities", "anna", 53)


def test_unknown_words_are_our_own_mistake():
    with pytest.raises(ValueError, match="unknown act 'sned': use one of set_role, create_case"):
        world().act({"act": "sned"}, AT)
    with pytest.raises(ValueError, match="nobody looks at 'mail': use one of case, case_list"):
        world().look("mail", K)


def test_every_act_of_the_vocabulary_can_be_done_and_every_sight_seen():
    assert set(Model._ACTS) == set(ACTS)
    assert set(Model._LOOKS) | {"arrival", "mail"} == set(SEES)


@pytest.mark.parametrize("what", ["link", "portal"])
def test_messages_wait_for_the_link_and_arrive_in_order_and_once(what):
    model = world()
    send(model, "m1", "reply")
    model.told()
    fault(model, what, "down")
    send(model, "m2", "reply")
    send(model, "m3")
    assert case_of(model)["under_way"] == ["m2", "m3"]
    assert case_of(model)["cloud_status"] == "Info"
    assert mails(model) == []
    fault(model, what, "up")
    assert case_of(model)["under_way"] == []
    assert list(unread(model)) == ["m1", "m2", "m3"]
    assert events(model) == [(K, "new_message", "m2"), (K, "new_message", "m3")]


def test_the_last_envelope_before_an_outage_goes_out_again():
    rules = evolve(rules_for(), taking=lambda _number, _taken: next_always())
    model = Model(rules)
    do(model, "set_role", caseworker="anna", role="Benutzer")
    do(model, "create_case", case=53)
    send(model, "m1")
    fault(model, "link", "down")
    fault(model, "link", "up")
    assert [m["message"] for m in model.look("inbox", K)["messages"]] == ["m1", "m1"]
    model = world()
    send(model, "m1")
    fault(model, "link", "down")
    fault(model, "link", "up")
    fault(model, "link", "up")
    assert [m["message"] for m in model.look("inbox", K)["messages"]] == ["m1"]


def next_always():
    from reference.domain.words import Taking  # noqa: PLC0415 - used by one flaw alone

    return Taking.NEXT


def test_a_reply_waits_for_the_link_and_keeps_its_day():
    model = world()
    send(model, "m1", "reply")
    fault(model, "link", "down")
    reply(model, "r1")
    assert case_of(model)["cloud_status"] == "Antwort"
    assert unread(model) == {"m1": False}
    assert arrivals(model) == []
    fault(model, "link", "up", AT + DAY)
    fields = case_of(model)
    assert fields["cloud_status"] == "OK"
    assert (fields["acknowledged_on"], fields["follow_up_on"]) == ("2024-02-19", "2024-02-20")
    assert arrivals(model) == [AT + DAY]


def test_who_is_down_does_not_answer():
    model = world()
    send(model, "m1")
    fault(model, "portal", "down")
    refused = ("refused", "not_reachable")
    assert act(model, "open", via="widget") == refused
    assert act(model, "mark_read", message="m1") == refused
    assert act(model, "reply", message="r1", answers="m1", text="x") == refused
    assert act(model, "register") == act(model, "request_link") == refused
    assert act(model, "set_mail", event="new_message", enabled=False) == refused
    assert model.look("inbox", K) is None
    assert model.look("portal_case", K, 53) is None
    assert case_of(model) is not None
    fault(model, "portal", "up")
    fault(model, "server", "down")
    for what in sorted(ACTS_OF_CASEWORKERS):
        assert act(model, what) == refused
    assert case_of(model) is None
    assert model.look("inbox", K) is None
    fault(model, "server", "slow")
    assert case_of(model) is not None
    assert unread(model) == {"m1": True}


def test_the_notice_waits_for_the_mail_server_and_goes_once():
    model = world()
    do(model, "set_role", caseworker="bert", role="none", email=f" {K.upper()}")
    fault(model, "mail", "down")
    send(model, "m1")
    assert unread(model) == {"m1": True}
    assert mails(model) == []
    fault(model, "mail", "up", AT + DAY)
    fault(model, "mail", "up", AT + DAY)
    (notice,) = mails(model)
    assert (notice["event"], notice["message"]) == ("new_message", "m1")


def test_the_notice_can_be_switched_off_and_reworded():
    model = world()
    do(model, "set_mail", event="new_message", enabled=False)
    send(model, "m1")
    assert events(model) == [(K, "registration", None)]
    do(model, "set_mail", event="new_message", enabled=True, subject="S", body="Post: $case")
    send(model, "m2")
    assert mails(model)[0]["body"] == "S\n\nPost: 53"


def test_replication_brings_the_subject_and_failed_runs_lose_nothing():
    model = world()
    send(model, "m1")

    def shown():
        return model.look("portal_case", K, 53)["subject"]

    do(model, "edit_case", subject="Roof")
    assert shown() == "Hail"
    do(model, "replicate", result=2)
    do(model, "replicate", result=1, failed=1)
    assert shown() == "Hail"
    fault(model, "replication", "down")
    assert act(model, "replicate", result=0) == ("refused", "replication_failed")
    fault(model, "replication", "up")
    do(model, "replicate", result=0)
    assert shown() == "Roof"
    do(model, "replicate", result=0)
    assert shown() == "Roof"
    do(model, "edit_case", follow_up_on="2024-03-01")
    assert case_of(model)["follow_up_on"] == "2024-03-01"
    do(model, "edit_case", follow_up_on=None)
    assert case_of(model)["follow_up_on"] is None
    do(model, "replicate", result=1, failed=0)
    assert unread(model) == {"m1": True}


def test_read_marks_wait_for_the_replication_by_the_reading():
    model = world(receipt_transport="replication")
    send(model, "m1")
    do(model, "open", via="widget")
    assert case_of(model)["acknowledged_on"] is None
    do(model, "replicate", result=2, at=AT + DAY)
    assert case_of(model)["acknowledged_on"] is None
    do(model, "replicate", result=0, at=AT + DAY)
    assert case_of(model)["acknowledged_on"] == "2024-02-19"


def test_content_that_is_made_to_wait_for_replication_is_under_way():
    rules = rules_for()
    rules = evolve(rules, transports={**rules.transports, Message: Transport.REPLICATION})
    model = Model(rules)
    do(model, "set_role", caseworker="anna", role="Benutzer")
    do(model, "create_case", case=53)
    send(model, "m1")
    assert case_of(model)["under_way"] == ["m1"]
    assert model.look("inbox", K) is None
    do(model, "replicate", result=0)
    assert unread(model) == {"m1": True}


def test_with_registration_recipients_have_to_register_first():
    model = world(registration=True)
    send(model, "m1")
    assert act(model, "open", via="case") == ("refused", "not_registered")
    assert act(model, "open", via="case", by=J) == ("refused", "unknown_account")
    do(model, "request_link")
    assert act(model, "register", link="link-1") == ("refused", "unknown_link")
    do(model, "register")
    assert act(model, "register") == ("refused", "link_used")
    do(model, "open", via="case")


def test_a_release_takes_effect_at_once():
    model = world()
    send(model, "m1", "reply")
    do(model, "set_release", recipient=K, create_messages=False)
    assert act(model, "reply", message="r1", answers="m1", text="x") == (
        "refused",
        "writing_withheld",
    )
    assert model.look("portal_case", K, 53)["button"] is None
    send(model, "m2", "reply")
    assert model.look("portal_case", K, 53)["button"] is None
    do(model, "set_release", recipient=K, create_messages=True)
    assert model.look("portal_case", K, 53)["button"] == "reply"


def test_what_is_not_there_for_someone_is_not_seen():
    model = world()
    assert model.look("portal_case", K, 53) is None
    for see in ("case", "activities", "preset"):
        assert model.look(see, "anna", 99) is None
        assert model.look(see, "anna") is None
    assert model.look("portal_case", K) is None
    assert model.look("inbox", K) is None
    do(model, "set_role", caseworker="anna", role="Benutzer", email=J)
    assert model.look("inbox", J)["messages"] == []
    assert act(model, "open", by=J, via="case") == ("refused", "not_addressed")


def test_a_fork_goes_its_own_way():
    model = world()
    send(model, "m1")
    copy = model.fork()
    assert copy.fingerprint() == model.fingerprint()
    assert hash(copy.fingerprint()) == hash(model.fingerprint())
    do(copy, "open", via="widget")
    do(copy, "set_role", caseworker="bert", role="Benutzer")
    do(copy, "note", text="called")
    send(copy, "m2", to=[J])
    assert copy.fingerprint() != model.fingerprint()
    assert unread(model) == {"m1": True}
    assert unread(copy) == {"m1": False}
    assert len(model.look("activities", "anna", 53)["entries"]) == 1
    assert len(copy.look("activities", "anna", 53)["entries"]) == 3
    assert events(copy) == [(J, "registration", None), (J, "new_message", "m2")]
    assert events(model) == [(K, "registration", None), (K, "new_message", "m1")]


def test_the_fingerprint_leaves_out_what_only_grows():
    model = world()
    send(model, "m1", "reply")
    do(model, "set_release", recipient=K, create_messages=True)
    before = model.fingerprint()
    do(model, "note", text="called")
    do(model, "set_release", recipient=K, create_messages=True)
    do(model, "open", via="widget")
    opened = model.fingerprint()
    assert opened != before
    do(model, "open", via="case", at=AT + timedelta(hours=1))
    assert model.fingerprint() == opened


def test_the_fingerprint_is_the_same_object_until_something_changes():
    model = world()
    told = [model.fingerprint()]
    for change in (
        lambda: send(model, "m1", "reply"),
        lambda: do(model, "set_role", caseworker="bert", role="Benutzer"),
        lambda: do(model, "set_mail", event="registration", enabled=False),
        lambda: do(model, "open", via="widget"),
        lambda: reply(model, "r1", "m1"),
        lambda: do(model, "edit_case", subject="Garage"),
        lambda: do(model, "replicate", result=0),
        lambda: do(model, "register"),
        lambda: fault(model, "mail", "down"),
        lambda: send(model, "m2"),
        lambda: fault(model, "mail", "up"),
    ):
        change()
        assert model.fingerprint() not in told
        told.append(model.fingerprint())
    do(model, "open", via="widget")
    opened = model.fingerprint()
    do(model, "open", via="case")
    assert act(model, "open", by=J, via="case") == ("refused", "unknown_account")
    assert model.fingerprint() is opened
    assert model.fork().fingerprint() is opened


def test_the_fingerprint_tells_what_waits_apart_by_its_day():
    prints = set()
    for hours in (0, 1, 24):
        model = world(receipt_transport="replication")
        send(model, "m1")
        fault(model, "link", "down")
        do(model, "open", AT + timedelta(hours=hours), via="widget")
        reply(model, "r1", None, AT + timedelta(hours=hours))
        send(model, "m2")
        prints.add(model.fingerprint())
    assert len(prints) == 2


def test_a_failed_run_tells_no_bundles_of_the_run_before():
    model = Model(rules_for())
    at = datetime(2024, 2, 19, 12, tzinfo=UTC)
    model.act({"act": "create_case", "by": "anna", "case": 53}, at)
    model.act({"act": "replicate", "result": 0}, at)
    assert model.run
    model.act({"act": "replicate", "result": 2}, at)
    assert model.run == ()
