"""An example for each name that fields and parameters have, and the words that some texts can be.

Names mean the same everywhere; the examples of operations are made of these.
"""

from collections.abc import Mapping
from typing import Any, Final

from reference.domain.words import (
    Button,
    CloudRole,
    CloudStatus,
    ExpectedAction,
    Hint,
    Via,
)

#: The words of the texts that are called so.
WORDS: Final[Mapping[str, type[ExpectedAction | CloudRole | CloudStatus | Hint | Button | Via]]] = {
    "expects": ExpectedAction,
    "role": CloudRole,
    "cloud_status": CloudStatus,
    "hint": Hint,
    "button": Button,
    "via": Via,
}

EXAMPLES: Final[Mapping[str, Any]] = {
    "acknowledged_on": "2024-02-19",
    "address": "k@example.org",
    "after": 0,
    "answered": False,
    "answers": "m1",
    "at": "2024-02-19T11:18:16+00:00",
    "author": "anna",
    "button": "reply",
    "carried_by": None,
    "case": 53,
    "code": "blank_text",
    "cloud_status": "Antwort",
    "create_messages": True,
    "customer": "Muster GmbH",
    "definite": True,
    "documents": ["Angebot.pdf"],
    "email": "anna@makler.example",
    "ends_at": "2024-02-20T11:18:16+00:00",
    "expects": "reply",
    "filed_at": "2024-02-19T11:18:16+00:00",
    "filed_by": "anna",
    "files": ["Gutachten.pdf"],
    "follow_up_on": "2024-03-01",
    "hint": "reply",
    "http_status": 422,
    "id": 1,
    "language": "de",
    "limit": 100,
    "may_write": True,
    "message": "m1",
    "name": "Angebot.pdf",
    "next": None,
    "opened": False,
    "operations": ["send_message"],
    "password": "richtig lang genug",
    "preset": ["k@example.org"],
    "received_at": "2024-02-19T11:18:16+00:00",
    "recipient": "k@example.org",
    "recipients": ["k@example.org"],
    "role": "Benutzer",
    "rule": "SEND-4",
    "scope": "case",
    "search": "Kfz",
    "set_at": "2024-02-19T11:18:16+00:00",
    "set_by": "anna",
    "size": 48213,
    "stamp": "anna cloudtransfer am 19.02.2024 12:18:16",
    "status": "Antwort",
    "status_text": "Wartet auf Antwort des Empfängers",
    "subject": "Kfz-Versicherung",
    "text": "Bitte prüfen Sie das Angebot.",
    "title": "the text is blank: write at least one visible character",
    "title_de": "Die Nachricht ist leer. Schreiben Sie einen Text.",
    "to": ["k@example.org"],
    "token": "dGhpcyBpcyBub3QgYSByZWFsIHRva2Vu",
    "type": "/problems/blank_text",
    "under_way": [],
    "unread": True,
    "user": "k@example.org",
    "via": "message",
}
