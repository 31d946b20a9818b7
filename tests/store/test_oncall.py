"""OnCallStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from lachan.domain.account import Account, Role
from lachan.domain.oncall import Alarm, Duty
from lachan.pipeline.ports import Credentials
from lachan.store import SqlDatabase
from lachan.store.desk_tables import contacts
from tests.store.samples import DAY, HOUR, NOW, new_case


def test_duties_addresses_and_alarms_come_back(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.accounts.add(Account("mai", Role.PROTECTION_OFFICER), Credentials("mai", "x", None))
        unit.oncall.add_duty(Duty(0, "mai", 2, NOW + HOUR, NOW + DAY))
        unit.oncall.add_duty(Duty(0, "mai", 1, NOW, NOW + HOUR))
        first, second = unit.oncall.duties(NOW)
        assert (first.step, second.step) == (1, 2)
        assert unit.oncall.duties(NOW + HOUR) == [second]
        unit.oncall.remove_duty(second.id)
        assert unit.oncall.duties(NOW) == [first]
        unit.oncall.set_email("mai", "cu@example.vn")
        unit.oncall.set_email("mai", "moi@example.vn")
        assert unit.oncall.email("mai") == "moi@example.vn"
        assert unit.oncall.email("an") is None
    with database._engine.connect() as connection:
        assert "example.vn" not in repr(connection.execute(select(contacts)).all())
    with database.write() as unit:
        unit.oncall.set_email("mai", None)
        assert unit.oncall.email("mai") is None
        (case,) = unit.cases.open_many([new_case()])
        alarm = Alarm(case.id, NOW - HOUR, NOW)
        unit.oncall.save(alarm)
        unit.oncall.save(replace(alarm, step=2, told_at=NOW))
        assert unit.oncall.alarm(case.id) == replace(alarm, step=2, told_at=NOW)
        assert len(unit.oncall.unanswered()) == len(unit.oncall.raised_since(NOW)) == 1
        assert unit.oncall.answer(case.id, "mai", NOW + HOUR)
        assert not unit.oncall.answer(case.id, "an", NOW + HOUR), "the first answer stays"
        assert unit.oncall.unanswered() == [] == unit.oncall.raised_since(NOW + HOUR)
        unit.cases.drop([case.id])
        assert unit.oncall.alarm(case.id) is None
