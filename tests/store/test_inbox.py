"""InboxStore, over both backends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lachan.domain.errors import ConflictError
from lachan.pipeline.ports import ExpiredRow
from lachan.store import SqlDatabase
from lachan.store.inbox import FINGERPRINT_DAYS
from lachan.store.keyring import FileKeyRing
from lachan.store.tables import inbox
from tests.store.samples import DAY, HOUR, NOW, post


def test_posts_come_back_whole_and_oldest_first(database: SqlDatabase) -> None:
    given = [post(3), post(1, author_hash=None, published_at=None, imported=True), post(2)]
    with database.write() as unit:
        assert unit.inbox.add(given, NOW) == 3
        assert unit.inbox.size() == 3
    with database.write() as unit:
        rows = unit.inbox.claim("w1", NOW, NOW + HOUR, 2)
        assert [row.post for row in rows] == given[:2]
        assert [row.tries for row in rows] == [1, 1]
        assert [row.post for row in unit.inbox.claim("w2", NOW, NOW + HOUR, 9)] == given[2:]
        assert unit.inbox.claim("w3", NOW, NOW + HOUR, 9) == []


def test_a_seen_fingerprint_never_returns(database: SqlDatabase) -> None:
    with database.write() as unit:
        assert unit.inbox.add([post(1), post(1, text="khác"), post(2)], NOW) == 2
        assert unit.inbox.add([post(2), post(3)], NOW) == 1
        unit.inbox.remember([post(4).fingerprint], NOW)
        assert unit.inbox.add([post(4)], NOW) == 0
        names = [post(number).fingerprint for number in (1, 4, 5)]
        assert unit.inbox.known(names) == set(names[:2])
        assert unit.inbox.known([]) == set()


def test_fingerprints_end_after_their_secret(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.inbox.remember([post(1).fingerprint], NOW)
        unit.inbox.remember([post(2).fingerprint], NOW + timedelta(days=FINGERPRINT_DAYS))
        assert unit.inbox.known([post(1).fingerprint])
        unit.inbox.remember([post(3).fingerprint], NOW + timedelta(days=FINGERPRINT_DAYS + 1))
        assert not unit.inbox.known([post(1).fingerprint])


def test_an_expired_claim_is_free_again(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.inbox.add([post()], NOW)
        unit.inbox.claim("w1", NOW, NOW + HOUR, 1)
        (row,) = unit.inbox.claim("w2", NOW + HOUR, NOW + 2 * HOUR, 1)
        assert row.tries == 2
        unit.inbox.remove([row.id])
        assert unit.inbox.size() == 0
    with pytest.raises(ConflictError), database.write() as unit:
        unit.inbox.remove([row.id])


def test_quarantine_is_out_of_the_way_until_the_day_is_over(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.inbox.add([post(1), post(2)], NOW)
        bad, good = unit.inbox.claim("w1", NOW, NOW + HOUR, 2)
        unit.inbox.quarantine([bad.id], NOW, "crash")
        assert unit.inbox.size() == 1
        assert [row.id for row in unit.inbox.claim("w1", NOW + HOUR, NOW + 2 * HOUR, 9)] == [good.id]
        assert unit.inbox.expired(NOW + DAY - HOUR) == []
        assert unit.inbox.expired(NOW + DAY) == [
            ExpiredRow(bad.id, "truong", True),
            ExpiredRow(good.id, "truong", False),
        ]
        assert unit.inbox.claim("w1", NOW + DAY, NOW + DAY + HOUR, 9) == []


def test_forgotten_rows_may_come_again(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.inbox.add([post(1), post(2)], NOW)
        unit.inbox.forget([row.id for row in unit.inbox.expired(NOW + DAY)])
        assert unit.inbox.size() == 0
        assert unit.inbox.add([post(1)], NOW + DAY) == 1


def test_a_day_later_nobody_can_read_it(database: SqlDatabase, keys: FileKeyRing) -> None:
    with database.write() as unit:
        unit.inbox.add([post(1)], NOW)
    keys.destroy_due(NOW + DAY + HOUR)
    with database.write() as unit:
        assert unit.inbox.claim("w1", NOW, NOW + HOUR, 9) == []
        assert len(unit.inbox.expired(NOW + DAY)) == 1


def test_the_row_holds_no_clear_text(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.inbox.add([post(1)], NOW)
    with database._engine.connect() as connection:
        raw = repr(connection.execute(select(inbox)).all())
    assert "bài viết" not in raw
    assert "example.org" not in raw
