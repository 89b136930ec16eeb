"""What a mail says is read as it is meant, however its headers are written."""

import email
import email.policy

import pytest

from simulator.targets.mails import Reader


def line_of(subject: str, to: str = "K@Example.org") -> dict[str, object]:
    raw = (
        f"Subject: {subject}\nTo: {to}\nMessage-ID: <1@portal>\nX-Collab-Event: new_message\n"
        "X-Collab-Message: m1\nContent-Type: text/plain; charset=utf-8\n\nGuten Tag\n"
    )
    mail = email.message_from_bytes(raw.encode(), policy=email.policy.default)
    return Reader().line(mail)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Neue Nachricht am Vorgang 53", "Neue Nachricht am Vorgang 53"),
        ("=?utf-8?q?Neue_Nachricht_f=C3=BCr_Sie?=", "Neue Nachricht für Sie"),
        ("Neue Nachricht\n am Vorgang 53", "Neue Nachricht am Vorgang 53"),
        ('Neue (dringende) "Nachricht"', 'Neue (dringende) "Nachricht"'),
    ],
)
def test_a_subject_is_read_as_it_is_meant(written: str, meant: str) -> None:
    assert line_of(written) == {
        "see": "mail",
        "to": "k@example.org",
        "event": "new_message",
        "message": "m1",
        "message_id": "<1@portal>",
        "body": f"{meant}\n\nGuten Tag\n",
    }
