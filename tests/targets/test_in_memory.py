"""The model as a target: what it tells of deliveries, and looks at several things at once."""

from datetime import UTC, datetime, timedelta

from reference.domain.rules import rules_for
from simulator.targets.in_memory import InMemory
from simulator.targets.port import Delivery, Hitch, Outcome

AT = datetime(2024, 2, 19, 11, 0, tzinfo=UTC)


def a_target() -> InMemory:
    target = InMemory(rules_for())
    target.act(
        [
            {"act": "set_role", "caseworker": "anna", "role": "Benutzer"},
            {"act": "create_case", "by": "anna", "case": 53, "subject": "Kfz"},
        ],
        AT,
    )
    return target


def a_send(message: str, *to: str) -> dict:
    about = {"by": "anna", "case": 53, "message": message, "text": "Bitte antworten."}
    return {"act": "send", **about, "expects": "reply", "to": list(to)}


def test_deliveries_tell_once_what_came_into_mailboxes_and_into_the_case():
    target = a_target()
    target.act([a_send("m1", "k@example.org", "L@example.org")], AT)
    assert target.deliveries() == [
        Delivery(53, "m1", "k@example.org", AT),
        Delivery(53, "m1", "l@example.org", AT),
    ]
    assert target.deliveries() == []
    reply = {"act": "reply", "by": "k@example.org", "case": 53, "message": "r1", "answers": "m1"}
    target.act([{**reply, "text": "Das passt."}], AT)
    assert target.deliveries() == [Delivery(53, "r1", None, AT)]


def test_what_waited_for_the_link_is_delivered_at_the_moment_at_which_it_is_up():
    target = a_target()
    later = AT + timedelta(hours=1)
    target.act([{"act": "fault", "what": "link", "state": "down"}], AT)
    target.act([a_send("m1", "k@example.org")], AT)
    assert target.deliveries() == []
    target.act([{"act": "fault", "what": "link", "state": "up"}], later)
    assert target.deliveries() == [Delivery(53, "m1", "k@example.org", later)]


def test_asking_for_deliveries_takes_nothing_from_the_news():
    target = a_target()
    target.act([a_send("m1", "k@example.org")], AT)
    target.deliveries()
    assert [line["event"] for line in target.news()] == ["registration", "new_message"]
    assert target.news() == []


def test_several_looks_come_back_in_their_order():
    target = a_target()
    target.act([a_send("m1", "k@example.org")], AT)
    case, nobody, inbox = target.look(
        [
            {"see": "case", "by": "anna", "case": 53},
            {"see": "inbox", "by": "nobody@example.org"},
            {"see": "inbox", "by": "k@example.org"},
        ],
        AT,
    )
    assert (case["cloud_status"], nobody, inbox["unread"]) == ("Antwort", None, 1)


def test_an_act_whose_answer_is_lost_is_done_once_however_often_it_is_repeated():
    target = a_target()
    send = a_send("m1", "k@example.org")
    assert target.act([send], AT, [Hitch.LOST]) == [Outcome("unknown")]
    assert len(list(target.deliveries())) == 1
    assert target.act([send], AT) == [Outcome("ok")]
    assert target.deliveries() == []
