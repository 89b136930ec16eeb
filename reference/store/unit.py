"""What one transaction reads and writes: values loaded once, rows written in bulk at its end."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from attrs import Factory, define, field, frozen

from reference.domain.words import Transport
from reference.store.bulk import write_all
from reference.store.outbox import Outgoing, put

K = TypeVar("K")
V = TypeVar("V")
Row = tuple[Any, ...]
Place = tuple["Kept[Any, Any]", Any]  # a kind of value, and its key

#: How many loaded values are remembered between transactions.
REMEMBERED_MAX: Final = 20_000
_UNKNOWN: Final = object()
#: What undoes a step: a list that got something at its end, or a place and the value it had.
_Undo = list[Any] | tuple[Place, object | None]


@frozen(eq=False)
class Kept(Generic[K, V]):
    """A kind of value: how it is loaded, and the row that saves it.

    `save` inserts or replaces one row of `table`; further rows of a value are written by who
    changes it. Without it the rows of something else save the value.
    """

    table: str
    load: Callable[[sqlite3.Connection, K], V | None]
    save: str = ""
    row: Callable[[V], Row] = lambda _: ()


#: The values that the writer of a store has loaded; nobody else changes them on disk. What is not
#: there is known too, as None.
Memory = dict[Place, object | None]


def forget_some(memory: Memory) -> None:
    """Forget what came first when it is too much; each value must be on disk as it is here."""
    if len(memory) > REMEMBERED_MAX:
        for place in tuple(islice(memory, REMEMBERED_MAX // 4)):
            del memory[place]


@define(eq=False)
class Unit:
    """One transaction of a store's writer, in which several requests take their turn.

    What one request has put, the next one gets. Rows are held back and written in bulk. `moment`
    is when all of their acts happen. `changed` are the values that it saves, `tables` those that it
    writes to, `posted` what it leaves in the outbox to go at once.
    """

    connection: sqlite3.Connection
    moment: datetime
    _memory: Memory
    changed: list[Place] = field(factory=list[Place], init=False)
    tables: set[str] = field(factory=set[str], init=False)
    posted: list[Outgoing] = field(factory=list[Outgoing], init=False)
    _leaving: list[Outgoing] = field(factory=list[Outgoing], init=False)
    _written: list[tuple[str, list[Row]]] = Factory(list[tuple[str, list[Row]]])
    _newest: dict[str, str] = Factory(dict[str, str])  # statement of each table
    _joining: dict[str, list[Row]] = Factory(dict[str, list[Row]])  # further rows, by statement
    _undo: list[_Undo] = Factory(list[_Undo])

    def get(self, kept: Kept[K, V], key: K) -> V | None:
        """Give a value as it is now, None if there is none."""
        place = (kept, key)
        value: Any = self._memory.get(place, _UNKNOWN)
        if value is _UNKNOWN:
            value = self._memory[place] = kept.load(self.connection, key)
        found: V | None = value
        return found

    def put(self, kept: Kept[K, V], key: K, value: V) -> None:
        """Save a value under its key."""
        self.hold(kept, key, value)
        self.write(kept.table, kept.save, kept.row(value))

    def drop(self, kept: Kept[K, V], key: K, sql: str, row: Row) -> None:
        """Delete a value."""
        self.hold(kept, key, None)
        self.write(kept.table, sql, row)

    def hold(self, kept: Kept[K, V], key: K, value: V | None) -> None:
        """Let those who come next get a value that other rows save."""
        place, memory = (kept, key), self._memory
        self.changed.append(place)
        self._undo.append((place, memory.get(place, _UNKNOWN)))
        memory[place] = value

    def write(self, table: str, sql: str, row: Row) -> None:
        """Write a row at the end of the transaction; the writes of one table keep their order."""
        rows = self._joining.get(sql)
        if rows is None:
            rows = self._begin(table, sql)
        rows.append(row)
        self._undo.append(rows)

    def _begin(self, table: str, sql: str) -> list[Row]:
        """Begin the rows of a statement, behind those that the table has got before."""
        before = self._newest.get(table)
        if before is not None:
            del self._joining[before]
        rows = list[Row]()
        self._written.append((sql, rows))
        self._newest[table], self._joining[sql] = sql, rows
        self.tables.add(table)
        return rows

    def post(self, outgoing: Outgoing) -> None:
        """Put a content into the outbox at the end of the transaction."""
        self._leaving.append(outgoing)
        self._undo.append(self._leaving)

    def select(self, sql: str, row: Row = ()) -> Iterator[Row]:
        """Read rows; a request reads before it writes, so that it can be taken back."""
        assert not self._undo, "a request reads rows before it writes any"  # noqa: S101
        self.flush()
        return self.connection.execute(sql, row)

    def done(self) -> None:
        """End a request's turn: what it did stands."""
        self._undo.clear()

    def take_back(self) -> None:
        """End a request's turn: what it did is undone."""
        for done in reversed(self._undo):
            if isinstance(done, list):
                done.pop()
                continue
            place, before = done
            if before is _UNKNOWN:
                del self._memory[place]
            else:
                self._memory[place] = before
        self._undo.clear()

    def flush(self) -> None:
        """Write the rows that were held back."""
        for sql, rows in self._written:
            write_all(self.connection, sql, rows)
        if self._leaving:
            put(self.connection, self._leaving)
            at_once = Transport.AT_ONCE
            self.posted += [each for each in self._leaving if each.transport is at_once]
            self._leaving.clear()
        self._written.clear()
        self._newest.clear()
        self._joining.clear()
