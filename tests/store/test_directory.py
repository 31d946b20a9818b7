"""DirectoryStore, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from lachan.domain.area import Area
from lachan.domain.directory import VERIFIED_FOR, DirectoryEntry, Standing
from lachan.domain.errors import NotFound
from lachan.domain.referral import Contact, RecipientKind, UsedContact
from lachan.store import SqlDatabase
from tests.store.samples import DAY, NOW, opened, referral

WARD = Contact(
    RecipientKind.HEALTH,
    "Trạm y tế xã Thử",
    "Tỉnh Thử",
    "Xã Thử, Thử",
    "0900 000 111",
    "tram@thu.example",
    "số 1",
    "sáng",
)


def entry(contact: Contact = WARD, **changes: Any) -> DirectoryEntry:
    return replace(DirectoryEntry(0, contact, "quan.tri", NOW), **changes)


def test_an_entry_comes_back_and_changes(database: SqlDatabase) -> None:
    with database.write() as unit:
        added = unit.directory.add(entry())
        assert added == entry(id=added.id)
        changed = replace(added, verified_by="bao.ve", verified_at=NOW, replaces=7, retired_at=NOW + DAY)
        assert unit.directory.save(changed) == changed
    with database.read() as unit:
        assert unit.directory.get(added.id) == changed
        assert unit.directory.find() == [], "retired"
        with pytest.raises(NotFound):
            unit.directory.get(99)
    with pytest.raises(NotFound), database.write() as unit:
        unit.directory.save(replace(changed, id=99))


def test_it_is_found_by_province_and_kind(database: SqlDatabase) -> None:
    with database.write() as unit:
        ward = unit.directory.add(entry())
        far = unit.directory.add(entry(replace(WARD, province="Tỉnh Xa", commune="")))
        wide = unit.directory.add(
            entry(Contact(RecipientKind.CHILD_PROTECTION, "Cục Thử", email="cuc@thu.example"))
        )
    with database.read() as unit:
        assert unit.directory.find() == [ward, far, wide]
        assert unit.directory.find(province="Tỉnh Thử") == [ward, wide]
        assert unit.directory.find(province="Tỉnh Thử", national=False) == [ward]
        assert unit.directory.find(province="", kind=RecipientKind.CHILD_PROTECTION) == [wide]
        assert unit.directory.find(kind=RecipientKind.SCHOOL) == []


def test_standings_are_counted(database: SqlDatabase) -> None:
    with database.write() as unit:
        for at in (None, NOW, NOW - VERIFIED_FOR + DAY, NOW - VERIFIED_FOR, NOW - 2 * VERIFIED_FOR):
            unit.directory.add(entry(verified_at=at, verified_by=at and "bao.ve"))
        unit.directory.add(entry(retired_at=NOW))
    with database.read() as unit:
        assert unit.directory.standings(NOW) == {
            Standing.WAITING: 1, Standing.VERIFIED: 1, Standing.DUE: 1, Standing.STALE: 2,
        }  # fmt: skip


def test_how_it_is_reached_is_sealed(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.directory.add(entry())
    with database._engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM directory")).all()
    assert not any("0900" in str(value) or "Trạm" in str(value) for value in row)


def test_a_referral_keeps_the_area_and_the_offices_it_went_to(database: SqlDatabase) -> None:
    (case,) = opened(database)
    used = (
        UsedContact(0, Contact(RecipientKind.HOTLINE_111, "111", phone="111"), NOW, None),
        UsedContact(3, WARD, NOW + timedelta(hours=2), NOW - DAY, "vừa gọi lại"),
    )
    kept = referral(
        case.id, area=Area("Tỉnh Thử", "Xã Thử, Thử"), contacts=used, rung_step=2, rung_at=NOW + DAY
    )
    with database.write() as unit:
        added = unit.referrals.add(kept)
    with database.read() as unit:
        assert unit.referrals.get(added.id) == replace(kept, id=added.id)
