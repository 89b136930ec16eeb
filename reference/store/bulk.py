"""Many rows for one statement: several at a time, each of which SQLite would begin anew.

Where most rows have no value, `nullif(?, '')` stands for the column, and "" in the row: to bind
None takes as long as four texts, since Python looks for an adapter of its type.
"""

import re
import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

#: How many rows go together, most first; of fewer, each is begun for itself.
_TOGETHER: Final = (32, 8)
_VALUES: Final = re.compile(r"\bVALUES\s*(\((?:\?|nullif\(\?, [-'0-9]+\)|, )+\))")


def write_all(connection: sqlite3.Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Do a statement with each of the rows, in order."""
    done = 0
    for count in _TOGETHER:
        together = _with_rows(sql, count) if len(rows) - done >= count else None
        while together is not None and len(rows) - done >= count:
            connection.execute(together, tuple(chain.from_iterable(rows[done : done + count])))
            done += count
    if done < len(rows):
        connection.executemany(sql, rows[done:])


@cache
def _with_rows(sql: str, count: int) -> str | None:
    """Give the statement for so many rows at once; None if it is more than an insertion of one."""
    found = _VALUES.search(sql)
    if found is None or found[1].count("?") != sql.count("?"):
        return None
    return f"{sql[: found.start(1)]}{', '.join([found[1]] * count)}{sql[found.end(1) :]}"
