"""LeaseStore, over both backends."""

from __future__ import annotations

from lachan.store import SqlDatabase
from tests.store.samples import HOUR, NOW


def test_one_owner_until_it_runs_out(database: SqlDatabase) -> None:
    with database.write() as unit:
        assert unit.leases.holder("leader", NOW) is None
        assert unit.leases.take("leader", "a", NOW, NOW + HOUR)
        assert not unit.leases.take("leader", "b", NOW, NOW + HOUR)
        assert unit.leases.take("other", "b", NOW, NOW + HOUR)
        assert unit.leases.take("leader", "a", NOW + HOUR / 2, NOW + 2 * HOUR)
        assert not unit.leases.take("leader", "b", NOW + HOUR, NOW + 3 * HOUR)
        assert unit.leases.take("leader", "b", NOW + 2 * HOUR, NOW + 3 * HOUR)
        assert unit.leases.holder("leader", NOW + 2 * HOUR) == "b"
        assert unit.leases.holder("leader", NOW + 3 * HOUR) is None
        unit.leases.release("leader", "a")
        assert unit.leases.holder("leader", NOW) == "b"
        unit.leases.release("leader", "b")
        assert unit.leases.holder("leader", NOW) is None
