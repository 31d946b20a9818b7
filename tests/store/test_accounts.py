"""AccountStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from lachan.domain.account import Account, Role
from lachan.domain.errors import ConflictError, NotFound
from lachan.pipeline.ports import Credentials
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from lachan.store.tables import credentials
from tests.store.samples import DAY, HOUR, NOW

OFFICER = Account("can.bo", Role.OFFICER, created_by="quan.tri")
PROOF = Credentials("can.bo", "argon2id-thu", "BIMATTHU")
MINUTE = HOUR / 60


def test_accounts_come_back_and_change(database: SqlDatabase, keys: FileKeyRing) -> None:
    auditor = Account("kiem.toan", Role.AUDITOR)
    with database.write() as unit:
        unit.accounts.add(OFFICER, PROOF)
        unit.accounts.add(auditor, Credentials("kiem.toan", "x", None))
        with pytest.raises(ConflictError):
            unit.accounts.add(OFFICER, PROOF)
        unit.accounts.save(replace(OFFICER, active=False))
        changed = replace(PROOF, failures=3, locked_until=NOW + HOUR, last_totp_step=58_000_000)
        unit.accounts.save_credentials(changed)
    keys.destroy_due(NOW + 4000 * DAY)
    with database.read() as unit:
        assert unit.accounts.get("can.bo") == replace(OFFICER, active=False)
        assert unit.accounts.all() == [replace(OFFICER, active=False), auditor]
        assert unit.accounts.credentials("can.bo") == changed
        assert unit.accounts.credentials("kiem.toan").totp_secret is None
        for missing in (unit.accounts.get, unit.accounts.credentials):
            with pytest.raises(NotFound):
                missing("ai")
    with database.write() as unit:
        with pytest.raises(NotFound):
            unit.accounts.save(Account("ai", Role.ADMIN))
        with pytest.raises(NotFound):
            unit.accounts.save_credentials(replace(PROOF, account="ai"))
    with database._engine.connect() as connection:
        assert "BIMATTHU" not in repr(connection.execute(select(credentials)).all())


def test_sessions_end(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.accounts.add(OFFICER, PROOF)
        for token in ("mot", "hai", "ba"):
            unit.accounts.add_session(token, "can.bo", NOW, NOW + HOUR)
        found = unit.accounts.session("mot", NOW)
        assert found is not None and (found.account, found.created_at, found.seen_at) == ("can.bo", NOW, NOW)
        assert unit.accounts.session("mot", NOW + HOUR) is None
        assert unit.accounts.session("khac", NOW) is None
        unit.accounts.end_session("mot")
        assert unit.accounts.session("mot", NOW) is None
        assert unit.accounts.session("hai", NOW) is not None
        unit.accounts.end_sessions_of("can.bo")
        assert unit.accounts.session("hai", NOW) is None
        assert unit.accounts.session("ba", NOW) is None
    with pytest.raises(ConflictError), database.write() as unit:
        unit.accounts.add_session("bon", "ai", NOW, NOW + HOUR)


def test_sessions_are_listed_seen_and_ended_one_by_one(database: SqlDatabase) -> None:
    tokens = [digit * 64 for digit in "abc"]
    with database.write() as unit:
        unit.accounts.add(OFFICER, PROOF)
        for minutes, token in enumerate(tokens):
            unit.accounts.add_session(token, "can.bo", NOW + minutes * MINUTE, NOW + HOUR)
        unit.accounts.see_session(tokens[0], NOW + 30 * MINUTE)
        assert unit.accounts.on_duty(NOW + 20 * MINUTE, NOW) == {"can.bo"}
        assert unit.accounts.on_duty(NOW + 31 * MINUTE, NOW) == set()
        assert unit.accounts.on_duty(NOW, NOW + HOUR) == set()
        listed = unit.accounts.sessions_of("can.bo", NOW)
        assert [row.handle for row in listed] == ["c" * 12, "b" * 12, "a" * 12]
        assert listed[2].seen_at == NOW + 30 * MINUTE
        unit.accounts.end_sessions_of("can.bo", only="b" * 12)
        assert len(unit.accounts.sessions_of("can.bo", NOW)) == 2
        unit.accounts.end_sessions_of("can.bo", but="c" * 12)
        assert [row.handle for row in unit.accounts.sessions_of("can.bo", NOW)] == ["c" * 12]
        assert unit.accounts.sessions_of("can.bo", NOW + HOUR) == []


def test_a_recovery_code_works_once_and_new_ones_replace_the_old(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.accounts.add(OFFICER, PROOF)
        unit.accounts.add(Account("khac", Role.OFFICER), Credentials("khac", "x", None))
        unit.accounts.set_recovery_codes("can.bo", ["mot", "hai"])
        assert not unit.accounts.use_recovery_code("khac", "mot")
        assert unit.accounts.use_recovery_code("can.bo", "mot")
        assert not unit.accounts.use_recovery_code("can.bo", "mot")
        assert unit.accounts.recovery_codes("can.bo") == 1
        unit.accounts.set_recovery_codes("can.bo", ["ba"])
        assert not unit.accounts.use_recovery_code("can.bo", "hai")
        assert unit.accounts.recovery_codes("can.bo") == 1


def test_leave_is_kept(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.accounts.add(OFFICER, PROOF)
        unit.accounts.save(replace(OFFICER, away_until=NOW + DAY))
        kept = unit.accounts.get("can.bo")
    assert kept.away(NOW) and not kept.away(NOW + DAY)
