"""What the reader takes, and what it refuses: with the place, and with a suggestion."""

import io
import json

import pytest

from simulator.history.bad_input import BadInput, suggest
from simulator.history.reading import Header, Trace

AT = '"at": "2024-02-19T12:00:00+01:00"'
MARK = '{%s, "act": "mark_read", "by": "k", "message": "m1", "outcome": "ok"}' % AT
REPLY = '{%s, "act": "reply", "by": "k", "case": 53, "message": "r1", "answers": null, %%s}' % AT


def read(*lines, end="\n"):
    text = "\n".join(lines) + end
    data = text.encode() if isinstance(text, str) else text
    trace = Trace.open(io.BytesIO(data), "log")
    return trace.header, list(trace)


def refusal(*lines, end="\n"):
    with pytest.raises(BadInput) as caught:
        read(*lines, end=end)
    return str(caught.value)


def refusal_of_bytes(data):
    with pytest.raises(BadInput) as caught:
        list(Trace.open(io.BytesIO(data), "log"))
    return str(caught.value)


def test_line_comes_with_its_number_and_its_moment_in_utc():
    assert read(MARK)[1] == [(1, 1_708_340_400_000_000, json.loads(MARK))]


def test_trace_without_a_header_has_none_and_begins_with_line_one():
    header, lines = read(MARK, MARK)
    assert header is None
    assert [number for number, _, _ in lines] == [1, 2]


def test_header_says_time_zone_readings_and_carrier():
    header, lines = read(
        '{"trace": 1, "time_zone": "UTC", "readings": {"reply_scope": "case"}, "carrier": "c"}',
        MARK,
    )
    assert header == Header("UTC", {"reply_scope": "case"}, "c")
    assert [number for number, _, _ in lines] == [2]


def test_file_without_a_line_has_no_lines():
    assert read(end="") == (None, [])


def test_last_line_needs_no_line_end():
    assert len(read(MARK, MARK, end="")[1]) == 2


def test_lines_that_end_as_on_windows_are_read():
    assert len(read(MARK + "\r", MARK + "\r")[1]) == 2


def test_lines_longer_than_a_chunk_are_read():
    long = REPLY % f'"text": "{"x" * 600_000}", "outcome": "ok"'
    assert [number for number, _, _ in read(MARK, long, MARK)[1]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("moment", "us"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.5Z", 500_000),
        ("1970-01-01T01:00:00.000001+01:00", 1),
        ("1970-01-01T00:00:00.123456789-00:00", 123_456),
        ("1969-12-31T23:00:00-01:00", None),
        ("2024-02-29T00:00:00-05:30", 1_709_184_600_000_000),
        ("2023-02-29T00:00:00Z", None),
        ("2024-02-19T24:00:00Z", None),
        ("2024-02-19T12:00:60Z", None),
        ("2024-02-19T12:00:00", None),
        ("2024-02-19 12:00:00Z", None),
        ("2024-02-19T12:00Z", None),
        ("2024-02-19T12:00:00+1:00", None),
        ("2024-02-19T12:00:00+24:00", None),
        ("9999-01-01T00:00:00Z", None),
        ("２024-02-19T12:00:00Z", None),
        ("", None),
    ],
)
def test_moment_is_a_second_in_a_calendar_with_an_offset(moment, us):
    line = MARK.replace("2024-02-19T12:00:00+01:00", moment)
    if us is None:
        assert f'log:1:8: "at" must be a moment with an offset, not "{moment}"' in refusal(line)
    else:
        assert read(line)[1][0][1] == us


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (MARK.replace("mark_read", "mark_reed"), '1:44: "act" has no word "mark_reed" (did you mean "mark_read"?)'),
        (MARK.replace('"mark_read"', "[1]"), '1:44: "act" has no word [1] (known: "set_role"'),
        (MARK.replace('"act"', '"akt"'), '1:37: a line has no field "akt" (did you mean "act"?)'),
        (MARK.replace('"message"', '"mesage"'), '1:68: act mark_read has no field "mesage" (did you mean "message"?)'),
        (MARK.replace('"by": "k", ', ""), '1:1: act mark_read needs the field "by" (who acted'),
        (MARK.replace('"k"', '""'), '1:63: "by" must be a string that is not empty, not ""'),
        (MARK.replace('"k"', "7"), '1:63: "by" must be a string that is not empty, not 7'),
        (MARK.replace('"ok"', '"okay"'), '1:96: "outcome" has no word "okay" (did you mean "ok"?)'),
        (MARK.replace('"by": "k"', '"by": "k", "see": "case"'), "1:68: a line has only one of act, see"),
        (MARK.replace('"by": "k"', '"by": "k", "by": "l"'), '1:68: the field "by" stands twice in the same object'),
        (MARK.replace('"by": "k"', '"by" : "k", "by" : "l"'), '1:69: the field "by" stands twice in the same object'),
        (MARK.replace('"by": "k"', '"by": "k", "b\\u0079": "l"'), '1:68: the field "by" stands twice'),
        (REPLY % '"files": [{"name": "a", "size": -1}], "outcome": "ok"', '"size" must be an integer that is not negative, not -1'),
        (REPLY % '"files": [{"name": "a", "size": 1e99}], "outcome": "ok"', '"size" must be an integer that is not negative, not 1e'),
        (REPLY % '"files": [{"name": "a", "size": true}], "outcome": "ok"', '"size" must be an integer that is not negative, not true'),
        (REPLY % '"files": [{"name": "a"}], "outcome": "ok"', '"files" needs the field "size"'),
        (REPLY % '"files": [7], "outcome": "ok"', '"files" is a list of objects, not 7'),
        (REPLY % '"files": [{"name": "a", "size": 1, "siz": 2}], "outcome": "ok"', '"files" has no field "siz" (did you mean "size"?)'),
        (REPLY % '"files": [{"name": "a", "size": 1, "size": 1}], "outcome": "ok"', 'the field "size" stands twice'),
        (REPLY % '"files": [{"nam": []}], "outcome": "refused"', '"files" has no field "nam" (did you mean "name"?)'),
        (REPLY % '"text": {"a": 1, "a": 2}, "outcome": "refused"', 'the field "a" stands twice'),
        ("", "1:1: the line is empty"),
        ("  ", "1:1: the line is empty"),
        ("[]", "1:1: a line is an object, not []"),
        ("null", "1:1: a line is an object, not null"),
        ("{}", "1:1: a line needs one of the fields act, see, given"),
        ('{"at": NaN}', "1:8: broken JSON"),
        ('{"at": "x"', "1:11: broken JSON"),
        ("[" * 3000, "broken JSON: depth limit exceeded"),
        ('{"trace": 2}', "1:11: unknown version of the format: 2 (known: 1)"),
        ('{"trace": 1, "zone": "UTC"}', 'the header has no field "zone" (did you mean "time_zone"?)'),
        ('{"trace": 1, "time_zone": "Europe"}', '1:27: unknown time zone "Europe"'),
        ('{"trace": 1, "time_zone": "../UTC"}', '1:27: unknown time zone "../UTC"'),
        ('{"trace": 1, "time_zone": "%s"}' % ("Etc/" * 2000), '1:27: unknown time zone "Etc/Etc/'),
        ('{"trace": 1, "readings": {"reply_scop": "case"}}', '1:27: unknown reading "reply_scop" (did you mean "reply_scope"?)'),
        ('{"trace": 1, "readings": {"reply_scope": "cases"}}', 'the reading "reply_scope" has no value "cases" (did you mean "case"?)'),
    ],
)  # fmt: skip
def test_what_is_no_line_is_refused_with_its_place_and_a_suggestion(line, message):
    assert message in refusal(line, MARK)


def test_of_many_words_the_first_are_named():
    words = [f"word{i:02}" for i in range(41)]
    assert suggest("x", words).endswith('"word39", …')
    assert suggest("x", words[:40]).endswith('"word39"')
    assert suggest("x", []) == ""


def test_refused_act_may_hold_any_values_or_none():
    refused = (
        REPLY.replace("53", '[{"x": [1, null]}]') % '"files": 7, "text": {}, "outcome": "refused"'
    )
    assert len(read(refused, '{%s, "act": "send", "by": "a", "outcome": "refused"}' % AT)[1]) == 2


def test_unknown_outcome_is_held_to_the_values_of_the_vocabulary():
    assert '"files" must be a list' in refusal(REPLY % '"files": 7, "outcome": "unknown"')


def test_null_stands_where_the_vocabulary_allows_it_only():
    assert read(REPLY % '"outcome": "ok"')[1][0][2]["answers"] is None
    assert '"text" must be a string, not null' in refusal(REPLY % '"text": null, "outcome": "ok"')


def test_fault_in_a_shape_seen_before_is_found_as_well():
    assert '2:79: "message" must be' in refusal(MARK, MARK.replace('"m1"', '""'))


def test_line_earlier_than_the_one_before_is_refused():
    earlier = MARK.replace("12:00:00", "11:59:59")
    assert 'log:2:8: "at" is earlier than that of line 1' in refusal(MARK, earlier)


def test_lines_of_the_same_moment_are_in_order():
    assert len(read(MARK, MARK.replace("12:00:00+01:00", "11:00:00Z"))[1]) == 2


def test_header_on_a_later_line_is_refused():
    assert "2:2: the header must be the first line" in refusal(MARK, '{"trace": 1}')


def test_cut_off_last_line_is_told_as_such():
    assert "(the last line is cut off)" in refusal(MARK, MARK[:-20], end="")
    assert "cut off" not in refusal(MARK, MARK[:-20])


def test_column_counts_characters_not_bytes():
    assert 'log:1:81: "message" must be' in refusal(
        MARK.replace('"k"', '"äöü"').replace('"m1"', '""')
    )


def test_bytes_that_are_no_utf_8_are_refused_at_their_column():
    data = MARK.replace('"k"', '"ä?"').encode().replace(b"?", b"\xff")
    assert refusal_of_bytes(data + b"\n") == "log:1:65: the line is not valid UTF-8 (byte 0xff)"


def test_byte_order_mark_is_refused_with_what_to_do():
    message = refusal_of_bytes(b"\xef\xbb\xbf" + MARK.encode())
    assert (
        message == "log:1:1: the file begins with a byte order mark (save it as UTF-8 without one)"
    )


def test_line_without_an_end_is_refused_before_it_fills_the_memory():
    assert "longer than 8 MiB" in refusal_of_bytes(b" " * 9_000_000)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"\x1f\x8b\x08\x00\n",
            "the file is packed with gzip (zcat FILE | collab-simulator check -)",
        ),
        (
            b"\x28\xb5\x2f\xfd\x04\n",
            "the file is packed with zstd (zstdcat FILE | collab-simulator check -)",
        ),
        ("{}\n".encode("utf-16"), "the file is in UTF-16 (save it as UTF-8)"),
        (b"[{},\n{}]\n", "the line is a list (each object stands on a line of its own"),
        (
            b'{\n"at": 1\n}\n',
            "broken JSON: unexpected end of data (a whole object stands on one line",
        ),
        (b"{},\n", "broken JSON: unexpected content after document (one object on each line"),
    ],
)
def test_a_file_of_another_form_is_told_with_what_makes_a_trace_of_it(data, said):
    assert said in refusal_of_bytes(data)


def test_a_label_of_the_screen_is_told_with_its_word():
    sent = (
        '{%s, "act": "send", "by": "a", "case": 1, "message": "m", '
        '"expects": "Antwort mit Datei", "outcome": "ok"}'
    ) % AT
    assert '(in a trace it is "reply_with_file")' in refusal(sent)


def test_a_number_with_a_point_is_no_integer_and_the_hint_says_how_one_is_written():
    line = REPLY.replace("53", "53.0") % '"outcome": "ok"'
    assert refusal(line).endswith('not 53.0 (like 53 or "2024-53", and not 53.0)')
