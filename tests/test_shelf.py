"""Pieces are what they were when they were laid down, and take a tenth of their bytes."""

import os

import pytest

from simulator.press import InMemory
from simulator.shelf import InFile


def piece(number, length=1000):
    return f"Vorgang {number}: ".encode() + b"Vertrag und Schriftverkehr mit dem Makler. " * (
        length // 43
    )


def laid(numbers, make_shelf=InFile):
    shelf = make_shelf([piece(0)])
    return shelf, {number: shelf.put(piece(number)) for number in numbers}


def taken(shelf):
    """How many bytes the file has, with what is still to be written."""
    return os.fstat(shelf._file).st_size + len(shelf._tail)


@pytest.mark.parametrize("make_shelf", [InFile, InMemory])
def test_a_piece_is_what_it_was(make_shelf):
    shelf, places = laid(range(3000), make_shelf)
    assert [shelf.look(places[number]) for number in range(3000)] == [*map(piece, range(3000))]
    long = os.urandom(200_000)
    assert shelf.take(shelf.put(long)) == long


def test_pieces_like_the_samples_take_a_tenth():
    shelf, places = laid(range(1000))
    assert taken(shelf) < len(piece(7)) * len(places) / 10


@pytest.mark.parametrize("many", [100, 3000], ids=["not written yet", "written"])
def test_where_a_piece_was_taken_the_next_one_lies(many):
    shelf, places = laid(range(many))
    assert (os.fstat(shelf._file).st_size > 0) is (many == 3000)
    before = taken(shelf)
    for number in range(50):
        assert shelf.take(places[number]) == piece(number)
    places |= {number: shelf.put(piece(number)) for number in range(many, many + 50)}
    assert taken(shelf) == before
    assert all(shelf.look(places[number]) == piece(number) for number in range(50, many + 50))


@pytest.mark.parametrize("make_shelf", [InFile, InMemory])
def test_what_is_shared_stays_when_somebody_takes_it(make_shelf):
    shelf, places = laid(range(100), make_shelf)
    shelf.share()
    for number in range(50):
        shelf.take(places[number])
    for number in range(100, 150):
        shelf.put(piece(number))
    assert all(shelf.look(places[number]) == piece(number) for number in range(100))


def test_the_file_is_gone_with_the_shelf():
    shelf, _ = laid(range(3))
    file = shelf._file
    del shelf
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(file)
