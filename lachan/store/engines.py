"""Engines for both backends, and the one place where errors of a driver become errors of ours.

SQLite: write-ahead log, one writer (`BEGIN IMMEDIATE`), deleted rows overwritten. PostgreSQL: READ COMMITTED
for writing (fresh rows after each lock), a REPEATABLE READ, READ ONLY snapshot for reading.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError

from lachan.domain.errors import ConflictError, InputError, LachanError, Unavailable

Mode = Literal["read", "write"]
_BUSY_SECONDS: Final = 30
_SQLITE: Final = {
    "read": {"lachan_begin": "BEGIN"},
    "write": {"lachan_begin": "BEGIN IMMEDIATE"},
}
_POSTGRESQL: Final[dict[str, dict[str, Any]]] = {
    "read": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    "write": {"isolation_level": "READ COMMITTED", "postgresql_readonly": False},
}
#: SQLSTATEs: serialization failure, deadlock, lock not available.
_FASTER: Final = {"40001", "40P01", "55P03"}
_FULL: Final = (
    "the disk is full: free space and start again; what was committed is whole, this step was undone"
)


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:////path/file.db` or `postgresql+psycopg://...`. Raises InputError for others."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InputError("the database URL cannot be read: sqlite:////folder/lachan.db is one") from None
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            # A plan made while the tables were small would be kept for the whole connection.
            connect_args={"prepare_threshold": None},
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=24,
        )
    elif parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        engine = _sqlite_engine(parsed)
    else:
        raise InputError(
            f"not a database that lachan knows: {parsed.drivername} (sqlite, postgresql+psycopg)"
        )
    event.listen(engine, "handle_error", _translate)
    return engine


def _sqlite_engine(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise InputError("the SQLite database must be a file: sqlite:////folder/lachan.db")
    path = Path(url.database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise InputError(f"the database {path} cannot be opened: {error.strerror}") from error
    engine = create_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        pool_size=8,
        max_overflow=24,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    try:
        for pragma in (
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32768",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        _use_write_ahead_log(connection)
    except sqlite3.Error as error:
        _raise_ours(error)
        raise


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Lasts in the file. The switch does not wait for others as other statements do, hence the tries."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("lachan_begin", "BEGIN IMMEDIATE"))


@contextmanager
def transaction(engine: Engine, mode: Mode) -> Iterator[Connection]:
    """One transaction: `write` commits at a good end; `read` is a snapshot in which a write is refused."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        connection.execution_options(**(_SQLITE if sqlite else _POSTGRESQL)[mode])
        if mode == "write":
            with connection.begin():
                yield connection
            return
        with connection.begin() as snapshot:
            if sqlite:
                connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield connection
            finally:
                if sqlite:
                    connection.exec_driver_sql("PRAGMA query_only=OFF")
                snapshot.rollback()


def checkpoint(engine: Engine) -> None:
    """Make freed pages unreadable now; a busy reader is no error, the next call gets further."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            for pragma in (
                "busy_timeout=2000",
                "wal_checkpoint(TRUNCATE)",
                f"busy_timeout={_BUSY_SECONDS}000",
            ):
                raw.cursor().execute(f"PRAGMA {pragma}").fetchall()
        finally:
            raw.close()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")


def _translate(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, LachanError):  # from a column type
        raise context.original_exception
    if isinstance(context.sqlalchemy_exception, IntegrityError):
        raise ConflictError(
            "somebody else was faster, or it is there already"
        ) from context.original_exception
    _raise_ours(context.original_exception, cut=context.is_disconnect)


def _raise_ours(original: BaseException, *, cut: bool = False) -> None:
    """Raises the domain error that says what to do; anything else stays a bug with its own traceback."""
    words = str(original).lower()
    sqlstate = str(getattr(original, "sqlstate", None) or "")
    if sqlstate in _FASTER or "database is locked" in words:
        raise ConflictError("another process is writing just now: try again") from original
    if sqlstate == "53100" or "database or disk is full" in words or "no space left" in words:
        raise Unavailable(_FULL) from original
    if sqlstate == "25006" or "readonly database" in words:
        raise LachanError(
            "nothing can be written here: a reading unit, or a file that is write-protected"
        ) from original
    if "disk i/o error" in words or "malformed" in words or "not a database" in words:
        raise Unavailable(
            "the database file is damaged or its disk fails: restore the last backup"
        ) from original
    if cut or "connection failed" in words or "unable to open database" in words:
        raise Unavailable("the database cannot be reached: start it, nothing was lost") from original
