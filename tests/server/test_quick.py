"""A body that is read at once says what the closer look says; whatever is doubtful gets that look."""

import pytest

from reference.collaboration.api import Opening
from reference.http.quick import quickly_read
from reference.mvp.api import NewCase, NewMessage


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b'{"text": "a"}', {"text": "a"}),
        (b'{"text": "Bitte: sofort", "to": null}', {"text": "Bitte: sofort", "to": None}),
        (b'{ "to" : ["k@b.de"], "text" : "\xc3\xa4" }', {"to": ("k@b.de",), "text": "ä"}),
        (b'{"text": "a", "message": "m-1"}', {"text": "a", "message": "m-1"}),
    ],
)
def test_a_body_as_it_should_be_is_read_at_once(raw, fields):
    assert quickly_read(raw, NewMessage) == fields
    assert NewMessage(**fields) == NewMessage(**quickly_read(raw, NewMessage))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b'{"text": 5}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a:", "text": "b"}',
        b'{"text": "a", "txt": "b"}',
        b'{"text": "a", "message": ".."}',
        b'{"text": "a", "message": "m\\n"}',
        b'{"text": "a", "message": "%s"}' % (b"x" * 201),
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b'{"text": "a", "to": ["k", 1]}',
        b'{"text": "a"} {}',
    ],
)
def test_whatever_is_doubtful_gets_a_closer_look(raw):
    assert quickly_read(raw, NewMessage) is None


def test_a_kind_with_more_than_texts_always_gets_a_closer_look():
    assert quickly_read(b'{"case": 1}', NewCase) is None
    assert quickly_read(b'{"via": "case"}', Opening) == {"via": "case"}
