"""Units of work, the tie to the key ring, and errors that say what to do; over both backends."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event, text

from lachan.domain.errors import ConflictError, InputError, LachanError, Unavailable
from lachan.store import SqlDatabase, open_database
from lachan.store.keyring import FileKeyRing
from lachan.store.migrate import head
from tests.store.samples import NOW, new_case, opened, post


def test_a_write_lasts_only_at_a_good_end(database: SqlDatabase) -> None:
    with pytest.raises(RuntimeError), database.write() as unit:
        unit.state.set("a", "1")
        unit.inbox.add([post()], NOW)
        raise RuntimeError
    with database.write() as unit:
        assert unit.state.get("a") is None
        assert unit.inbox.size() == 0
        unit.state.set("a", "2")
    with database.read() as unit:
        assert unit.state.get("a") == "2"


def test_a_read_is_a_snapshot_that_writes_nothing(database: SqlDatabase) -> None:
    with database.read() as unit:
        assert unit.state.get("a") is None
        with database.write() as other:
            other.state.set("a", "1")
        assert unit.state.get("a") is None
    with pytest.raises(LachanError, match="nothing can be written"), database.read() as unit:
        unit.state.set("a", "2")
    with database.write() as unit:  # the connection is writable again
        assert unit.state.get("a") == "1"
        unit.state.set("a", "3")


def test_data_survive_a_second_opening(database: SqlDatabase, url: str, keys: FileKeyRing) -> None:
    (case,) = opened(database)
    database.close()
    again = open_database(url, FileKeyRing(keys._path), lambda: NOW)
    with again.read() as unit:
        assert unit.cases.get(case.id) == case
        assert unit.cases.texts([case.id]) == {case.id: post().text}
    again.close()


def test_a_lost_or_wrong_ring_is_never_replaced(
    database: SqlDatabase, url: str, keys: FileKeyRing, tmp_path: Path
) -> None:
    missing = tmp_path / "elsewhere" / "ring.json"
    with pytest.raises(InputError, match="missing"):
        open_database(url, FileKeyRing(missing), lambda: NOW)
    assert not missing.exists()
    wrong = FileKeyRing(missing)
    wrong.identity(create=True)
    with pytest.raises(InputError, match="other data"):
        open_database(url, wrong, lambda: NOW)


def test_a_newer_database_is_left_alone(database: SqlDatabase, url: str, keys: FileKeyRing) -> None:
    def revision(value: str) -> None:
        with database._engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :value"), {"value": value})

    revision("9999")
    try:
        with pytest.raises(InputError, match="newer version"):
            open_database(url, keys, lambda: NOW)
    finally:
        revision(head())


def test_forget_freed_works_beside_a_reader(database: SqlDatabase) -> None:
    opened(database, *(new_case(number) for number in range(1, 50)))
    with database.write() as unit:
        unit.cases.drop_texts(range(1, 50))
    database.forget_freed()
    with database.read() as unit:
        assert unit.cases.count is not None
        database.forget_freed()


def test_deleted_rows_are_not_in_the_sqlite_files(tmp_path: Path, keys: FileKeyRing) -> None:
    database = open_database(f"sqlite:///{tmp_path}/data/x.db", keys, lambda: NOW)
    with database.write() as unit:
        unit.state.set("marker", "dau-vet-thu")
    with database.write() as unit:
        unit.state.set("marker", None)
    database.forget_freed()
    files = list((tmp_path / "data").iterdir())
    assert {file.name for file in files} >= {"x.db"}
    assert all(b"dau-vet-thu" not in file.read_bytes() for file in files)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    database.close()


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, keys: FileKeyRing) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.db", keys, lambda: NOW)
    with database.write() as unit:
        unit.inbox.add([post(1)], NOW)
    database._engine.dispose()

    def full(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1").close()  # SQLite's own way to a full disk

    event.listen(database._engine, "connect", full)
    with pytest.raises(Unavailable, match="disk is full"), database.write() as unit:
        unit.inbox.add([post(number, text="x" * 500) for number in range(2, 2000)], NOW)
    event.remove(database._engine, "connect", full)
    database._engine.dispose()
    with database.write() as unit:
        assert unit.inbox.size() == 1
        assert unit.inbox.add([post(2)], NOW) == 1
    database.close()


def test_two_sqlite_writers_wait_and_the_loser_is_told(tmp_path: Path, keys: FileKeyRing) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.db", keys, lambda: NOW)

    def impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=50").close()

    with database.write():
        event.listen(database._engine, "connect", impatient)
        with pytest.raises(ConflictError, match="try again"), database.write():
            pass
    database.close()


@pytest.mark.parametrize(
    "url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "sqlite:////proc/x/y.db"]
)
def test_urls_that_will_not_do(url: str, keys: FileKeyRing) -> None:
    with pytest.raises(InputError):
        open_database(url, keys, lambda: NOW)


def test_a_file_that_is_no_database(tmp_path: Path, keys: FileKeyRing) -> None:
    (tmp_path / "x.db").write_text("một tệp khác " * 200)
    with pytest.raises(Unavailable, match="restore the last backup"):
        open_database(f"sqlite:///{tmp_path}/x.db", keys, lambda: NOW)


def test_a_server_that_does_not_answer(keys: FileKeyRing) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        open_database("postgresql+psycopg://nobody@127.0.0.1:1/none", keys, lambda: NOW)


def test_naive_moments_are_refused(database: SqlDatabase) -> None:
    with pytest.raises(InputError, match="time zone"), database.write() as unit:
        unit.leases.take("a", "b", NOW.replace(tzinfo=None), NOW)
