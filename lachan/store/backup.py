"""Backup and restore: one sealed file for both backends, taken while everything runs.

The rows are read in one snapshot, as they lie in the tables: texts stay sealed under the key ring, which is
never part of a backup. So a text whose key was destroyed is unreadable in every backup, too. The file itself
is sealed with a third key, the operator's. Sessions, leases, who looks at what and what somebody had to
read are left out: nobody is signed in and nobody works after a restore.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table, func, select

from lachan.domain.errors import InputError, LachanError
from lachan.store.backup_file import BackupWriter, read_backup_key, read_lines
from lachan.store.engines import make_engine, transaction
from lachan.store.migrate import current, known, migrate

_LEFT_OUT: Final = frozenset({"sessions", "tickets", "leases", "presences", "exposures", "alembic_version"})
_BATCH: Final = 500  # rows a line


def backup(database_url: str, out: Path, key_file: Path) -> dict[str, int]:
    """Write a backup to `out` (whole or not at all); returns the number of rows by table.

    Raises InputError when `out` exists, the key cannot be read or there is no database; LachanError when the
    disk is full.
    """
    cipher = read_backup_key(key_file)
    if out.exists():
        raise InputError(f"{out} exists: choose another name, a backup is never overwritten")
    engine = make_engine(database_url)
    fresh = out.with_name(f"{out.name}.{os.getpid()}.new")
    try:
        with transaction(engine, "read") as connection:
            revision = current(connection)
            if revision is None:
                raise InputError("there is no data at this database URL: nothing to back up")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                writer = BackupWriter(file, cipher)
                writer.line(_pack({"format": 1, "revision": revision}))
                counts = {}
                for table in _tables(connection):
                    counts[table.name] = 0
                    for columns, rows in _rows(connection, table):
                        writer.line(_pack({"table": table.name, "columns": columns, "rows": rows}))
                        counts[table.name] += len(rows)
                writer.line(_pack({"end": counts}))
                writer.finish()
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(out)
    except OSError as error:
        raise LachanError(f"the backup cannot be written to {out}: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)
        engine.dispose()
    return counts


def restore(database_url: str, source: Path, key_file: Path) -> dict[str, int]:
    """Fill an empty database (of either backend) from a backup, and upgrade it; all or nothing.

    Raises InputError when the database holds rows already, or the file is damaged, made by a newer version or
    sealed with another key. The key ring that the texts were sealed with must be put back by the operator.
    """
    cipher = read_backup_key(key_file)
    engine = make_engine(database_url)
    try:
        with source.open("rb") as file:
            lines = read_lines(file, cipher)
            head = json.loads(next(lines, b"{}"))
            revision = str(head.get("revision"))
            if head.get("format") != 1 or not known(revision):
                raise InputError("the backup was made by a newer version of lachan: install that version")
            with transaction(engine, "read") as connection:
                _refuse_filled(connection)
                present = current(connection)
            if present is None:
                migrate(engine, revision)
            elif present != revision:
                raise InputError("restore into a new, empty database: this one was made by another version")
            with transaction(engine, "write") as connection:
                _refuse_filled(connection)
                counts = _fill(connection, lines)
        migrate(engine)
    except OSError as error:
        raise InputError(f"the backup {source} cannot be read: {error.strerror}") from error
    finally:
        engine.dispose()
    return counts


def _tables(connection: Connection) -> list[Table]:
    """As they are in the database (which may be of an older revision), parents first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in _LEFT_OUT]


def _refuse_filled(connection: Connection) -> None:
    for table in _tables(connection):
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise InputError(f"the database is not empty ({table.name}): restore into a new one")


def _rows(connection: Connection, table: Table) -> Iterator[tuple[list[str], list[list[object]]]]:
    """Batches of rows and the names of their columns."""
    names = [column.name for column in table.columns]
    query = select(table).order_by(*table.primary_key.columns)
    result = connection.execute(query, execution_options={"yield_per": _BATCH})
    for part in result.partitions(_BATCH):
        yield names, [[_out(value) for value in row] for row in part]


def _fill(connection: Connection, lines: Iterator[bytes]) -> dict[str, int]:
    """Insert every row, parents first, and check that as many arrived as were written."""
    tables = {table.name: table for table in _tables(connection)}
    counts = dict.fromkeys(tables, 0)
    for line in lines:
        record = json.loads(line)
        if "end" in record:
            if {name: amount for name, amount in counts.items() if amount} != {
                name: amount for name, amount in record["end"].items() if amount
            }:
                raise InputError("the backup does not hold as many rows as it says: take another one")
            _number_on(connection, tables)
            return counts
        table = tables[record["table"]]
        rows = [dict(zip(record["columns"], map(_in, row), strict=True)) for row in record["rows"]]
        connection.execute(table.insert(), rows)
        counts[table.name] += len(rows)
    raise InputError("the backup has no end: take another one")


def _number_on(connection: Connection, tables: Mapping[str, Table]) -> None:
    """New rows get higher numbers than the restored ones (SQLite sees to that by itself)."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.values():
        if "id" in table.c and table.c.id.server_default is not None:
            highest = connection.execute(select(func.max(table.c.id))).scalar_one()
            if highest is not None:
                sequence = func.pg_get_serial_sequence(table.name, "id")
                connection.execute(select(func.setval(sequence, highest)))


def _out(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


def _in(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["b"]) if "b" in value else date.fromisoformat(value["d"])
    return value


def _pack(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
