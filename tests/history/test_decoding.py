"""A decoder takes a line as a second look would, and none that a second look refuses."""

import io
import random
from collections import Counter

import orjson
import pytest

from simulator.history.bad_input import BadInput
from simulator.history.decoding import decoders, takes_nothing
from simulator.history.moments import moment_us
from simulator.history.reading import Trace, line_fault
from simulator.history.vocabulary import ACTS, SEES
from tests.check.test_mutations import TRACES, changed_bytes, changed_structure

SPACED = ('{%s: "2024-02-19T12:00:00Z", "act": "reply", "by": "k", "case": 53, "message": "r1", '
          '"answers": null, %s"outcome": "ok"}')  # fmt: skip


def decoded(line):
    """Give what the decoder of the line's word makes of it."""
    record = orjson.loads(line)
    (kind,) = record.keys() & {"act", "see"}
    return decoders()[f'"{kind}":"{record[kind]}"'.encode()](line)


def words(kind):
    return {name for name in decoders() if name.startswith(b'"%b":"' % kind)}


def test_there_is_a_decoder_for_every_act_and_observation():
    assert words(b"act") == {f'"act":"{word}"'.encode() for word in ACTS}
    assert words(b"see") == {f'"see":"{word}"'.encode() for word in SEES}


def test_every_line_of_the_examples_is_taken_as_it_is():
    lines = [line for data in TRACES for line in data.splitlines()]
    told = [line for line in lines if not {"trace", "given"} & orjson.loads(line).keys()]
    assert len(told) > 300
    for line in told:
        record = orjson.loads(line)
        whole = (
            record.get("outcome") != "refused" or line_fault({**record, "outcome": "ok"}) is None
        )
        assert decoded(line) == ((moment_us(record["at"]), record) if whole else None)


def outcome(read, line):
    """Give the line as it is read, or the message that refuses it."""
    try:
        return read(Trace.open(io.BytesIO(line + b"\n"), "log"), line)
    except BadInput as error:
        return str(error)


def read_exactly(trace, line):
    return [(1, *trace._read_exactly(1, line))]


@pytest.mark.parametrize("change", [changed_bytes, changed_structure])
def test_what_a_decoder_takes_is_taken_the_same_on_a_second_look(change):
    chance = random.Random(change.__name__)
    taken = Counter()
    lines = [line for data in TRACES for line in data.splitlines() if b'"trace"' not in line]
    for _ in range(10_000):
        line = change(chance.choice(lines) + b"\n", chance).split(b"\n")[0]
        if line.startswith(b'{"trace"'):
            continue
        read = outcome(lambda trace, _: list(trace), line)
        assert read == outcome(read_exactly, line), line
        taken[type(read)] += 1
    assert min(taken[list], taken[str]) > 500


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ('"at"', '"text": "a\\": b", '),  # a colon in a text looks like a name's
        ('"at" ', ""),
        ('"at"', '"files": [{"name" : "a", "size": 1}], '),
        ('"at"\t', ""),
        ('"at"', f'"files": [{{"name": "a", "size": {2**63}}}], '),
    ],
)
def test_good_line_that_a_decoder_leaves_is_read_all_the_same(name, more):
    line = (SPACED % (name, more)).encode()
    ((number, at, record),) = Trace.open(io.BytesIO(line), "log")
    assert (number, at, record) == (1, moment_us("2024-02-19T12:00:00Z"), orjson.loads(line))


@pytest.mark.parametrize(
    "more", ['"txt": "a", ', '"by": "l", ', '"files": [{"name": "a", "size": 1, "size": 1}], ']
)
def test_name_that_the_decoder_drops_is_refused(more):
    line = (SPACED % ('"at"', more)).encode()
    assert decoded(line.replace(b'": ', b'":')) is None
    with pytest.raises(BadInput):
        list(Trace.open(io.BytesIO(line), "log"))


def test_names_that_make_up_for_each_other_in_number_are_refused():
    line = (SPACED % ('"at" ', '"txt": "a", ')).encode()
    with pytest.raises(BadInput, match='has no field "txt"'):
        list(Trace.open(io.BytesIO(line), "log"))


def test_line_of_an_unknown_word_has_no_decoder():
    assert takes_nothing(b'{"act": "x"}') is None
