"""The database: opened, migrated, tied to its key ring; the unit of work is its only commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine

from lachan.domain.errors import InputError
from lachan.pipeline.ports import Clock, KeyRing, Unit
from lachan.store import engines
from lachan.store.migrate import migrate
from lachan.store.scope import Scope
from lachan.store.unit import SqlUnit

_RING: Final = "key_ring"
_CREATED: Final = "created_at"


class SqlDatabase:
    """Database on SQL. Safe to share between threads, not across a fork: open one in each process."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        self._engine = engine
        self._keys = keys

    @contextmanager
    def write(self) -> Iterator[Unit]:
        with engines.transaction(self._engine, "write") as connection:
            unit = SqlUnit(Scope(connection, self._keys, writable=True))
            yield unit
            unit.audit.flush()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        with engines.transaction(self._engine, "read") as connection:
            yield SqlUnit(Scope(connection, self._keys, writable=False))

    def forget_freed(self) -> None:
        engines.checkpoint(self._engine)

    def close(self) -> None:
        self._engine.dispose()


def open_database(url: str, keys: KeyRing, clock: Clock) -> SqlDatabase:
    """Open, create or upgrade the database at `url` (`sqlite:////folder/lachan.db`, `postgresql+psycopg://...`).

    Raises InputError when the URL is unknown, the database is newer than this code, or `keys` is not the ring
    that the database was sealed with (a lost key file is never replaced by a new, empty one).
    """
    engine = engines.make_engine(url)
    try:
        migrate(engine)
        database = SqlDatabase(engine, keys)
        _tie(database, keys, clock)
    except BaseException:
        engine.dispose()
        raise
    return database


def _tie(database: SqlDatabase, keys: KeyRing, clock: Clock) -> None:
    """The database remembers its ring at the first opening and refuses every other one after that."""
    with database.read() as unit:
        expected = unit.state.get(_RING)
    if expected is None:
        with database.write() as unit:
            expected = unit.state.get(_RING)  # another process may have been faster
            if expected is None:
                expected = keys.identity(create=True)
                unit.state.set(_RING, expected)
                unit.state.set(_CREATED, clock().isoformat())
    found = keys.identity(create=False)
    if found is None:
        raise InputError("the key file of this database is missing: put it back where LACHAN_KEY_FILE points")
    if found != expected:
        raise InputError(
            "the key file belongs to other data: point LACHAN_KEY_FILE to the one of this database"
        )
