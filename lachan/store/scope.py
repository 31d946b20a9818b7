"""What every store of one unit of work shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, CursorResult, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Result
from sqlalchemy.sql.base import Executable

from lachan.domain.errors import KeyDestroyed
from lachan.pipeline.ports import KeyRing

T = TypeVar("T")
Upsert = sqlite.Insert | postgresql.Insert

#: Values in one IN list; SQLite takes 32,766 parameters a statement.
CHUNK: Final = 1000


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """`values` in runs of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


@dataclass(frozen=True)
class Scope:
    """One transaction and the keys. `writable` is false in a reading unit, where no row may be locked."""

    connection: Connection
    keys: KeyRing
    writable: bool

    def run(
        self, statement: Executable, rows: Sequence[dict[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute; errors of the driver come out as domain errors (see `engines`)."""
        result: Result[*tuple[Any, ...]] = self.connection.execute(statement, rows)
        assert isinstance(result, CursorResult)
        return result

    def insert_many(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows in few statements. RETURNING makes one statement of many rows, which PostgreSQL plans
        once; SQLite is faster row by row."""
        if not rows:
            return
        statement = table.insert()
        if self.connection.dialect.name == "postgresql":
            self.run(statement.returning(*table.primary_key.columns), rows).close()
        else:
            self.run(statement, rows)

    def upsert(self, table: Table) -> Upsert:
        """An INSERT that knows ON CONFLICT; both backends spell it alike."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def insert_new(self, table: Table, values: dict[str, Any]) -> bool:
        """Insert one row; False when its key is taken. The transaction stays usable (unlike after an error)."""
        statement = self.upsert(table).values(values).on_conflict_do_nothing()
        return self.run(statement.returning(*table.primary_key.columns)).first() is not None

    def locking(self, select: Select[*tuple[Any, ...]], *, skip: bool = False) -> Select[*tuple[Any, ...]]:
        """FOR UPDATE in a writing unit (PostgreSQL; SQLite has one writer anyway). `skip`: SKIP LOCKED."""
        return select.with_for_update(skip_locked=skip) if self.writable else select

    def opened(self, sealed: bytes | None) -> str | None:
        """The clear text; None when there is none or its key was destroyed."""
        if sealed is None:
            return None
        with suppress(KeyDestroyed):
            return self.keys.open(sealed)
        return None


def unique(values: Iterable[T]) -> list[T]:
    """`values` without repeats, in order."""
    return list(dict.fromkeys(values))
