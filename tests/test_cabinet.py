"""What is laid aside by key is found again, and takes a few bytes of memory a piece."""

from simulator.cabinet import Cabinet, Index
from simulator.press import InMemory


def cabinet(numbers):
    new = Cabinet(InMemory([b"piece"]))
    assert [new.put(number, b"piece %d" % number) for number in numbers] == [*numbers]
    return new


def test_numbers_are_found_by_their_keys_among_many():
    index = Index()
    keys = [f"m{number}" for number in range(40_000)] + [*range(40_000)]
    for number, key in enumerate(keys):
        index.add(key, number)
    assert [index.find(key) for key in keys] == [*range(len(keys))]
    assert index.find("m40000") is None
    assert index.find(40_000) is None


def test_digest_that_lies_across_two_others_is_not_taken_for_a_key():
    index = Index()
    index.add("m1", 53)
    ((bucket, held),) = index._buckets.items()
    index._buckets[bucket] = b"\x01\x02\x03\x04" + held[:8] + held
    assert index.find("m1") == 53
    index._buckets[bucket] = b"\x01\x02\x03\x04" + held[:8]
    assert index.find("m1") is None


def test_a_piece_is_there_until_it_is_taken():
    pieces = cabinet(range(100))
    assert pieces.look(7) == pieces.take(7) == b"piece 7"
    assert (7 in pieces, 8 in pieces, 100 in pieces) == (False, True, False)
    assert pieces.look(7) is pieces.take(7) is pieces.take(100) is None
    assert pieces.put(7, b"another") == 7
    assert pieces.take(7) == b"another"


def test_a_copy_goes_its_own_way():
    pieces = cabinet(range(10))
    copy = pieces.copy()
    assert pieces.take(3) == copy.look(3) == b"piece 3"
    copy.put(10, b"more")
    assert (3 in pieces, 10 in pieces, copy.take(3)) == (False, False, b"piece 3")
