"""PresenceStore, ViewStore, ExposureStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

from lachan.domain.account import Account, Role
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Credentials, SavedView
from lachan.store import SqlDatabase
from tests.store.samples import DAY, HOUR, NOW

MINUTE = HOUR / 60


def test_who_looks_at_what_is_forgotten_in_minutes(database: SqlDatabase) -> None:
    with database.write() as unit:
        for name, case in (("mai", 1), ("an", 1), ("an", 2), ("mai", 1)):
            unit.presences.see(name, case, NOW)
        assert unit.presences.at([1, 2, 3], NOW - MINUTE) == {1: ["an", "mai"], 2: ["an"]}
        assert unit.presences.at([1], NOW + MINUTE) == {}
        unit.presences.see("mai", 2, NOW + 6 * MINUTE)
        assert unit.presences.at([1, 2], NOW - DAY) == {2: ["mai"]}


def test_a_view_is_replaced_by_name_and_removed_by_its_owner(database: SqlDatabase) -> None:
    view = SavedView(0, "mai", "review", "Ma túy, khẩn", "category=drugs_to_minors&urgent=1")
    with database.write() as unit:
        for name in ("mai", "an"):
            unit.accounts.add(Account(name, Role.OFFICER), Credentials(name, "x", None))
        unit.views.add(view)
        unit.views.add(replace(view, query="urgent=1"))
        (kept,) = unit.views.of("mai")
        assert replace(kept, id=0) == replace(view, query="urgent=1")
        unit.views.remove("an", kept.id)
        assert unit.views.of("mai") == [kept]
        unit.views.remove("mai", kept.id)
        assert unit.views.of("mai") == []


def test_what_was_read_counts_for_a_day(database: SqlDatabase) -> None:
    drugs, harm = Category.DRUGS_TO_MINORS, Category.SELFHARM
    with database.write() as unit:
        unit.exposures.add("mai", [drugs, harm], NOW)
        unit.exposures.add("mai", [drugs], NOW + HOUR)
        unit.exposures.add("an", [harm], NOW)
        assert unit.exposures.counts("mai", NOW) == {drugs: 2, harm: 1}
        assert unit.exposures.cases("mai", NOW + MINUTE) == [NOW + HOUR]
        unit.exposures.add("an", [harm], NOW + DAY + MINUTE)
        assert unit.exposures.cases("mai", NOW) == [NOW + HOUR], "older than a day is gone"
