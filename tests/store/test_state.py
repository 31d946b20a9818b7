"""StateStore, over both backends."""

from __future__ import annotations

from lachan.store import SqlDatabase
from tests.store.samples import NOW


def test_named_facts(database: SqlDatabase) -> None:
    with database.write() as unit:
        assert unit.state.get("kind") is None
        unit.state.set("kind", "demo")
        unit.state.set("kind", "live")
        assert unit.state.get("kind") == "live"
        unit.state.set("kind", None)
        unit.state.set("kind", None)
        assert unit.state.get("kind") is None
        assert unit.state.get("created_at") == NOW.isoformat()
