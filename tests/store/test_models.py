"""ModelStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.errors import NotFound
from lachan.domain.promotion import ModelState, Promotion
from lachan.store import SqlDatabase
from tests.store.samples import HOUR, NOW

ONE = Promotion("a" * 64, "x@aaaaaaaaaaaa", "admin", NOW, figures={"route_f1": 0.9})


def test_a_promotion_comes_back_and_changes(database: SqlDatabase) -> None:
    later = replace(ONE, digest="b" * 64, proposed_at=NOW + HOUR)
    with database.write() as unit:
        unit.models.save(later)
        unit.models.save(ONE)
        approved = replace(ONE, state=ModelState.APPROVED, approved_by="admin2", approved_at=NOW + HOUR)
        unit.models.save(approved)
        assert unit.models.get(ONE.digest) == approved
    with database.read() as unit:
        assert unit.models.all() == [approved, later]
        with pytest.raises(NotFound):
            unit.models.get("c" * 64)
