"""AlertStore, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from lachan.domain.account import Account, Role
from lachan.domain.alert import (
    Alert,
    AlertAct,
    AlertPace,
    AlertSubject,
    AlertWay,
    Line,
    Quiet,
    Watch,
    after,
    new_alert,
)
from lachan.domain.bulletin import KEPT, Bulletin, arrived, begun
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Credentials
from lachan.store import SqlDatabase
from lachan.store.alert_tables import alerts
from tests.store.samples import DAY, HOUR, NOW

WHY = "Theo dõi trước mùa cao điểm, theo kế hoạch của đơn vị"
MONDAY = date(2026, 11, 16)
FULL = Watch(category=Category.DRUGS_TO_MINORS, kind=SourceKind.FORUM, place="Xã Bãi Mây, Bến Sông")


def _alert(account: str = "mai", watch: Watch = FULL, quiet: Quiet | None = None) -> Alert:
    return new_alert(account, watch, WHY, AlertPace.DAILY, frozenset(AlertWay), quiet, NOW)


@pytest.fixture(autouse=True)
def people(database: SqlDatabase) -> None:
    with database.write() as unit:
        for name in ("mai", "an"):
            unit.accounts.add(Account(name, Role.ANALYST), Credentials(name, "x", None))


def test_every_field_comes_back_and_the_reason_is_sealed(database: SqlDatabase) -> None:
    with database.write() as unit:
        full = unit.alerts.add(_alert(quiet=Quiet(22, 6)))
        plain = unit.alerts.add(_alert("an", Watch(AlertSubject.RISING)))
        assert (unit.alerts.get(full.id), unit.alerts.get(plain.id)) == (full, plain)
        assert replace(full, id=0) == _alert(quiet=Quiet(22, 6))
        told = replace(full, told={MONDAY: 7}, looked_at=NOW + HOUR, ways=frozenset(), quiet=None)
        assert unit.alerts.save(told) == replace(told, version=2) == unit.alerts.get(full.id)
        first = unit.alerts.add(_alert(watch=Watch(kind=SourceKind.FEED)))
        assert first.told is None and unit.alerts.get(first.id) == first
    with database._engine.connect() as connection:
        assert "cao điểm" not in repr(connection.execute(select(alerts)).all())


def test_two_who_change_one_are_not_both_right(database: SqlDatabase) -> None:
    with database.write() as unit:
        held = unit.alerts.add(_alert())
    with database.write() as unit:
        unit.alerts.save(after(held, AlertAct.RENEW, NOW + DAY))
    with pytest.raises(ConflictError), database.write() as unit:
        unit.alerts.save(replace(held, told={MONDAY: 9}))
    with database.read() as unit:
        assert unit.alerts.get(held.id).told == {}
        with pytest.raises(NotFound):
            unit.alerts.get(held.id + 1)


def test_each_sees_their_own_and_the_round_those_that_run(database: SqlDatabase) -> None:
    with database.write() as unit:
        mine, over, hers = (unit.alerts.add(_alert(name)) for name in ("mai", "mai", "an"))
        over = unit.alerts.save(after(over, AlertAct.END, NOW + HOUR))
        assert unit.alerts.of("mai") == [over, mine]
        assert unit.alerts.running() == [mine, hers]


def test_what_was_told_is_unseen_until_it_is_opened(database: SqlDatabase) -> None:
    lines = (Line(1, 7, MONDAY, MONDAY), Line(2, 5, MONDAY, date(2026, 11, 22)))
    with database.write() as unit:
        first = unit.alerts.tell(Bulletin(0, "k1", "mai", NOW, lines), [AlertWay.MAIL])
        second = unit.alerts.tell(Bulletin(0, "k2", "mai", NOW + HOUR, lines[:1]), [])
        unit.alerts.tell(Bulletin(0, "k3", "an", NOW, lines), [])
        assert unit.alerts.bulletins("mai") == [second, first]
        assert unit.alerts.bulletins("mai", limit=1) == [second]
        assert unit.alerts.unseen("mai") == 2
        unit.alerts.see(first.id, NOW + HOUR)
        unit.alerts.see(first.id, NOW + DAY)
        assert unit.alerts.bulletin(first.id) == replace(first, seen_at=NOW + HOUR)
        assert (unit.alerts.unseen("mai"), unit.alerts.unseen("an")) == (1, 1)
        with pytest.raises(NotFound):
            unit.alerts.bulletin(999)


def test_a_sending_moves_once_from_where_it_stood(database: SqlDatabase) -> None:
    with database.write() as unit:
        told = unit.alerts.tell(Bulletin(0, "k", "mai", NOW, (Line(1, 7, MONDAY, MONDAY),)), list(AlertWay))
        mail, hook = unit.alerts.sendings(told.id)
        assert (mail.way, hook.way) == (AlertWay.MAIL, AlertWay.WEBHOOK)
        assert unit.alerts.ready(NOW - HOUR) == []
        assert unit.alerts.ready(NOW) == [mail, hook]
        underway = begun(mail, NOW)
        assert unit.alerts.move(mail, underway)
        assert not unit.alerts.move(mail, underway), "somebody else was faster"
        assert unit.alerts.ready(NOW) == [hook]
        assert unit.alerts.ready(underway.next_at) == [hook, underway]
        assert unit.alerts.move(underway, arrived(underway))
        assert unit.alerts.ready(NOW + DAY) == [hook]


def test_what_is_over_is_forgotten(database: SqlDatabase) -> None:
    with database.write() as unit:
        held, over = unit.alerts.add(_alert()), unit.alerts.add(_alert())
        unit.alerts.save(after(over, AlertAct.END, NOW))
        told = unit.alerts.tell(Bulletin(0, "k", "mai", NOW, (Line(1, 7, MONDAY, MONDAY),)), list(AlertWay))
        assert unit.alerts.forget(NOW) == 0
        assert unit.alerts.forget(NOW + KEPT) == 2
        assert unit.alerts.of("mai") == [held]
        assert unit.alerts.bulletins("mai") == unit.alerts.sendings(told.id) == []
