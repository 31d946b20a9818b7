"""Backup and restore, from either backend into either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lachan.domain.account import Account, Role
from lachan.domain.audit import verify
from lachan.domain.errors import InputError
from lachan.pipeline.ports import Credentials, Link, PageKind
from lachan.store import SqlDatabase, open_database
from lachan.store.backup import backup, restore
from lachan.store.backup_file import new_backup_key
from lachan.store.keyring import FileKeyRing
from tests.store.samples import DAY, HOUR, NOW, event, new_case, notice, opened, post, source


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "backup.key"
    new_backup_key(path)
    return path


@pytest.fixture
def filled(database: SqlDatabase) -> SqlDatabase:
    _, late = opened(database, new_case(1), new_case(2, delete_text_at=NOW + 100 * DAY))
    with database.write() as unit:
        unit.sources.add(source())
        unit.accounts.add(Account("can.bo", Role.OFFICER), Credentials("can.bo", "x", "BIMAT"))
        unit.accounts.add_session("token", "can.bo", NOW, NOW + HOUR)
        unit.leases.take("leader", "a", NOW, NOW + HOUR)
        unit.notices.add(notice(late.id))
        unit.inbox.add([post(number) for number in range(3, 1300)], NOW)
        unit.frontier.add("s", "a.example", [Link("https://a.example/1", PageKind.THREAD)], NOW)
        unit.audit.append(event())
    return database


def check(database: SqlDatabase, *, texts: dict[int, str]) -> None:
    with database.write() as unit:
        assert unit.cases.get(2).version == 1
        assert unit.cases.texts([1, 2]) == texts
        assert unit.sources.get("truong") == source()
        assert unit.accounts.credentials("can.bo").totp_secret == "BIMAT"
        assert unit.accounts.session("token", NOW) is None
        assert unit.leases.holder("leader", NOW) is None
        assert unit.notices.by_code("sen-tre-may") == notice(2, id=1)
        assert unit.inbox.size() == 1297
        assert unit.inbox.add([post(3)], NOW) == 0
        assert [page.url for page in unit.frontier.lease("w", NOW, NOW + HOUR, 9, ["s"])] == [
            "https://a.example/1"
        ]
        assert verify(unit.audit.links(), head=unit.audit.head()).count == 1
        unit.audit.append(event(2))
        (third,) = unit.cases.open_many([new_case(5000)])
        assert third.id == 3
        assert unit.notices.add(notice(2, code="khac")).id == 2


def test_into_the_other_backend_and_back(
    filled: SqlDatabase,
    url: str,
    keys: FileKeyRing,
    key_file: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    out = tmp_path / "a.backup"
    counts = backup(url, out, key_file)
    assert (counts["cases"], counts["inbox"], counts["audit_links"]) == (2, 1297, 1)
    assert out.stat().st_mode & 0o777 == 0o600
    filled.close()
    if url.startswith("sqlite"):
        other = str(request.getfixturevalue("empty_postgresql_url"))
    else:
        other = f"sqlite:///{tmp_path}/other.db"
    assert restore(other, out, key_file) == counts
    database = open_database(other, keys, lambda: NOW)
    check(database, texts={1: post(1).text, 2: post(2).text})
    database.close()


def test_a_destroyed_text_stays_unreadable(
    filled: SqlDatabase, url: str, keys: FileKeyRing, key_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.backup"
    backup(url, out, key_file)
    keys.destroy_due(NOW + 15 * DAY)
    target = f"sqlite:///{tmp_path}/other.db"
    restore(target, out, key_file)
    database = open_database(target, keys, lambda: NOW)
    with database.write() as unit:
        assert unit.cases.texts([1, 2]) == {2: post(2).text}
        assert [item.text for item in unit.cases.posts(1)] == [""]
        assert unit.inbox.claim("w", NOW, NOW + HOUR, 9) == []
    database.close()


def test_the_file_holds_nothing_in_clear_and_no_key(
    filled: SqlDatabase, url: str, keys: FileKeyRing, key_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.backup"
    backup(url, out, key_file)
    content = out.read_bytes()
    for clear in (b"can.bo", b"cases", b"example.org", keys._path.read_bytes()[:20], b"BIMAT"):
        assert clear not in content


def test_a_filled_database_is_refused(filled: SqlDatabase, url: str, key_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.backup"
    backup(url, out, key_file)
    with pytest.raises(InputError, match="not empty"):
        restore(url, out, key_file)
    with filled.read() as unit:
        assert unit.inbox.size() == 1297


def test_damaged_cut_and_foreign_files_are_refused_whole(
    filled: SqlDatabase, url: str, keys: FileKeyRing, key_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.backup"
    backup(url, out, key_file)
    content = out.read_bytes()
    other_key = tmp_path / "other.key"
    new_backup_key(other_key)
    target = f"sqlite:///{tmp_path}/other.db"
    damages: list[Callable[[], bytes]] = [
        lambda: content[:-1],
        lambda: content[: len(content) // 2],
        lambda: content[:60] + bytes([content[60] ^ 1]) + content[61:],
        lambda: content + b"\0\0\0\5abcde",
        lambda: content[:16],
        lambda: content[:24] + b"\xff\xff\xff\xff" + content[28:],
        lambda: b"",
        lambda: b"not a backup",
    ]
    for damage in damages:
        bad = tmp_path / "bad.backup"
        bad.write_bytes(damage())
        with pytest.raises(InputError):
            restore(target, bad, key_file)
    with pytest.raises(InputError, match="key"):
        restore(target, out, other_key)
    with pytest.raises(InputError):
        restore(target, tmp_path / "none.backup", key_file)
    restore(target, out, key_file)  # nothing of the damaged ones was left behind
    database = open_database(target, keys, lambda: NOW)
    check(database, texts={1: post(1).text, 2: post(2).text})
    database.close()


def test_keys_and_targets_that_will_not_do(
    filled: SqlDatabase, url: str, key_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="exists"):
        new_backup_key(key_file)
    with pytest.raises(InputError, match="exists"):
        backup(url, key_file, key_file)
    for content in ("", "AAAA", "không phải khóa"):
        bad = tmp_path / "bad.key"
        bad.write_text(content)
        with pytest.raises(InputError):
            backup(url, tmp_path / "a.backup", bad)
    with pytest.raises(InputError, match="nothing to back up"):
        backup(f"sqlite:///{tmp_path}/empty.db", tmp_path / "a.backup", key_file)
    assert not list(tmp_path.glob("a.backup*"))


def test_a_backup_is_one_moment(filled: SqlDatabase, url: str, key_file: Path, tmp_path: Path) -> None:
    with filled.read() as unit:
        before = unit.cases.get(1)
    first = backup(url, tmp_path / "a.backup", key_file)
    with filled.write() as unit:
        unit.cases.save(replace(before, urgent=True))
        unit.cases.open_many([new_case(9)])
    assert backup(url, tmp_path / "b.backup", key_file)["cases"] == first["cases"] + 1
