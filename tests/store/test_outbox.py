"""OutboxStore, over both backends."""

from __future__ import annotations

from lachan.pipeline.ports import OutboxAct
from lachan.store import SqlDatabase


def test_oldest_first_until_done(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.outbox.add(7, OutboxAct.INDEX)
        unit.outbox.add(8, OutboxAct.INDEX)
        unit.outbox.add(7, OutboxAct.REMOVE)
    with database.write() as unit:
        assert unit.outbox.waiting() == {7, 8}
        rows = unit.outbox.pending(2)
        assert [(row.case, row.act) for row in rows] == [(7, OutboxAct.INDEX), (8, OutboxAct.INDEX)]
        unit.outbox.done([row.id for row in rows])
        unit.outbox.done([])
        assert unit.outbox.size() == 1
        assert [row.act for row in unit.outbox.pending(9)] == [OutboxAct.REMOVE]
