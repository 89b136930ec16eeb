import sqlite3
from contextlib import closing

import pytest

from reference.store.bulk import write_all

_SAVE = """
    INSERT INTO kept (name, number) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET number = excluded.number
"""


@pytest.fixture
def store():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as store:
        store.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, name TEXT UNIQUE, number)")
        yield store


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 31, 32, 41, 100])
def test_rows_are_written_in_order_however_many_there_are(store, count) -> None:
    rows = [(f"n{number}", number) for number in range(count)]
    write_all(store, _SAVE, rows)
    assert store.execute("SELECT name, number FROM kept ORDER BY id").fetchall() == rows


def test_of_two_rows_with_one_key_the_later_one_counts(store) -> None:
    write_all(store, _SAVE, [(f"n{number % 3}", number) for number in range(40)])
    assert store.execute("SELECT name, number FROM kept ORDER BY id").fetchall() == [
        ("n0", 39),
        ("n1", 37),
        ("n2", 38),
    ]


def test_what_is_no_insertion_is_done_with_each_row(store) -> None:
    rows = [(f"n{number}", number) for number in range(40)]
    write_all(store, _SAVE, rows)
    write_all(store, "DELETE FROM kept WHERE name = ? AND number = ?", rows[:-1])
    assert store.execute("SELECT name FROM kept").fetchall() == [("n39",)]


@pytest.mark.parametrize("count", [1, 20])
def test_a_blank_stands_for_no_value_where_the_statement_says_so(store, count) -> None:
    store.execute("CREATE TABLE other (name, number)")
    sql = "INSERT INTO other (name, number) VALUES (nullif(?, ''), nullif(?, -1))"
    write_all(store, sql, [("", -1), ("a", 0)] * count)
    rows = store.execute("SELECT name, number FROM other").fetchall()
    assert rows == [(None, None), ("a", 0)] * count
