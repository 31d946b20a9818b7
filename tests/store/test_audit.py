"""AuditStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from lachan.domain.audit import GENESIS, sign, verify
from lachan.domain.errors import ConflictError
from lachan.store import SqlDatabase
from lachan.store.tables import audit_links
from tests.store.samples import NOW, event


def append(database: SqlDatabase, *numbers: int) -> None:
    with database.write() as unit:
        for number in numbers:
            unit.audit.append(event(number, subject=f"VV-{number % 2}"))


def test_the_chain_is_whole_and_ordered(database: SqlDatabase) -> None:
    with database.read() as unit:
        assert unit.audit.head() == (0, GENESIS)
        assert list(unit.audit.links()) == []
    append(database, *range(1, 1500))
    append(database, 1500)
    with database.read() as unit:
        links = list(unit.audit.links())
        assert [link.event.details["number"] for link in links] == list(range(1, 1501))
        assert links[0].event == event(1, subject="VV-1")
        verdict = verify(links, head=unit.audit.head())
        assert (verdict.count, verdict.broken_at) == (1500, None)
        assert [link.sequence for link in unit.audit.links(after=1498)] == [1499, 1500]
        assert [link.sequence for link in unit.audit.of_subject("VV-0", limit=2)] == [1500, 1498]


def test_a_unit_that_fails_logs_nothing(database: SqlDatabase) -> None:
    with pytest.raises(RuntimeError), database.write() as unit:
        unit.audit.append(event())
        raise RuntimeError
    with database.read() as unit:
        assert unit.audit.head() == (0, GENESIS)


def test_a_changed_row_shows(database: SqlDatabase) -> None:
    append(database, 1, 2, 3)
    with database._engine.begin() as connection:
        connection.execute(update(audit_links).where(audit_links.c.sequence == 2).values(actor="ai.do"))
    with database.read() as unit:
        assert verify(unit.audit.links(), head=unit.audit.head()).broken_at == 2


def test_pruning_keeps_the_chain_provable(database: SqlDatabase) -> None:
    append(database, 1, 2, 3, 4)
    with database.write() as unit:
        assert unit.audit.checkpoint() is None
        second = list(unit.audit.links())[1]
        checkpoint = sign(2, second.hash, NOW, b"k" * 32)
        with pytest.raises(ConflictError):
            unit.audit.prune(replace(checkpoint, hash="0" * 64))
        assert unit.audit.prune(checkpoint) == 2
    append(database, 5)
    with database.read() as unit:
        kept = unit.audit.checkpoint()
        assert kept == checkpoint
        verdict = verify(unit.audit.links(), checkpoint=kept, key=b"k" * 32, head=unit.audit.head())
        assert (verdict.count, verdict.broken_at) == (3, None)
    with database.write() as unit:
        last = list(unit.audit.links())[-1]
        assert unit.audit.prune(sign(5, last.hash, NOW, b"k" * 32)) == 3
        assert unit.audit.head() == (5, last.hash)
