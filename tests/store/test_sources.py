"""SourceStore, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from lachan.domain.budget import Budget
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.post import SourceState
from lachan.pipeline.ports import Counter
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from lachan.store.tables import sources
from tests.store.samples import DAY, NOW, source


def test_a_source_comes_back_and_changes(database: SqlDatabase, keys: FileKeyRing) -> None:
    with database.write() as unit:
        unit.sources.add(source())
        with pytest.raises(ConflictError):
            unit.sources.add(source(title="khác"))
        unit.sources.add(source("a"))
        changed = replace(
            source(),
            state=SourceState.HALTED,
            confirmed_by="hai",
            confirmed_at=NOW,
            last_harm_at=NOW - DAY,
            halt_reason="quá nhiều",
            budget=Budget(pages_day=9, from_hour=22, to_hour=5),
        )
        unit.sources.save(changed)
    keys.destroy_due(NOW + 4000 * DAY)
    with database.read() as unit:
        assert unit.sources.get("truong") == changed
        assert unit.sources.all() == [source("a"), changed]
        with pytest.raises(NotFound):
            unit.sources.get("khac")
    with pytest.raises(NotFound), database.write() as unit:
        unit.sources.save(source("khac"))
    with database._engine.connect() as connection:
        assert "example.org" not in repr(connection.execute(select(sources)).all())


def test_counters_add_up(database: SqlDatabase) -> None:
    days = [date(2026, 11, day) for day in (20, 21, 22)]
    with database.write() as unit:
        for day in days:
            unit.sources.count("a", day, {Counter.PAGES: 2, Counter.STORED: 1, Counter.FAILED: 0})
            unit.sources.count("a", day, {Counter.PAGES: 1})
        unit.sources.count("b", days[0], {Counter.PAGES: 10})
        unit.sources.count("b", days[0], {})
    with database.read() as unit:
        assert set(unit.sources.totals()) == set(Counter)
        assert unit.sources.totals()[Counter.PAGES] == 19
        assert unit.sources.totals("a")[Counter.PAGES] == 9
        assert unit.sources.totals("a", days[1])[Counter.STORED] == 2
        assert unit.sources.totals("a", days[1], days[1])[Counter.PAGES] == 3
        assert unit.sources.totals(last=days[0])[Counter.PAGES] == 13
        assert unit.sources.totals("nobody")[Counter.PAGES] == 0
        assert unit.sources.days_with("a", Counter.STORED, days[1], days[2]) == days[1:]
        assert unit.sources.days_with("a", Counter.FAILED, days[0], days[2]) == []


def test_the_flag_share_looks_at_the_newest(database: SqlDatabase) -> None:
    with database.write() as unit:
        assert unit.sources.flag_share("a", 200) == (0, 0)
        unit.sources.note_judged("a", [])
        unit.sources.note_judged("a", [True] * 500)
        unit.sources.note_judged("b", [True] * 10)
        unit.sources.note_judged("a", [False] * 150 + [True] * 50)
        assert unit.sources.flag_share("a", 200) == (50, 200)
        assert unit.sources.flag_share("a", 50) == (50, 50)
        assert unit.sources.flag_share("a", 10_000) == (550, 700)
        assert unit.sources.flag_share("b", 200) == (10, 10)


def test_old_outcomes_are_forgotten(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.sources.note_judged("a", [True] * 50)
        unit.sources.note_judged("a", [False] * 50 * 1000)
        assert unit.sources.flag_share("a", 10**6) == (0, 50_000)
