"""Roster, addresses and alarms. An address is sealed without a date; an alarm goes with its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from lachan.domain.oncall import Alarm, Duty
from lachan.store.desk_tables import alarms, contacts, duties
from lachan.store.scope import Scope


class SqlOnCallStore:
    """OnCallStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def duties(self, now: datetime) -> list[Duty]:
        query = (
            select(duties)
            .where(duties.c.ends_at > now)
            .order_by(duties.c.starts_at, duties.c.step, duties.c.id)
        )
        return [
            Duty(row.id, row.account, row.step, row.starts_at, row.ends_at) for row in self._scope.run(query)
        ]

    def add_duty(self, duty: Duty) -> None:
        values = {
            "account": duty.account,
            "step": duty.step,
            "starts_at": duty.starts_at,
            "ends_at": duty.ends_at,
        }
        self._scope.run(duties.insert().values(values))

    def remove_duty(self, duty: int) -> None:
        self._scope.run(delete(duties).where(duties.c.id == duty))

    def email(self, account: str) -> str | None:
        query = select(contacts.c.reach_sealed).where(contacts.c.account == account)
        return self._scope.opened(self._scope.run(query).scalar_one_or_none())

    def set_email(self, account: str, email: str | None) -> None:
        self._scope.run(delete(contacts).where(contacts.c.account == account))
        if email is not None:
            sealed = self._scope.keys.seal_lasting(email)
            self._scope.run(contacts.insert().values(account=account, reach_sealed=sealed))

    def alarm(self, case: int) -> Alarm | None:
        row = self._scope.run(select(alarms).where(alarms.c.case_id == case)).one_or_none()
        return None if row is None else _alarm(row)

    def unanswered(self) -> list[Alarm]:
        query = (
            select(alarms)
            .where(alarms.c.answered_at.is_(None))
            .order_by(alarms.c.raised_at, alarms.c.case_id)
        )
        return [_alarm(row) for row in self._scope.run(query)]

    def raised_since(self, since: datetime) -> list[Alarm]:
        query = select(alarms).where(alarms.c.raised_at >= since).order_by(alarms.c.raised_at)
        return [_alarm(row) for row in self._scope.run(query)]

    def save(self, alarm: Alarm) -> None:
        values = {
            "since": alarm.since,
            "raised_at": alarm.raised_at,
            "step": alarm.step,
            "told_at": alarm.told_at,
            "answered_by": alarm.answered_by,
            "answered_at": alarm.answered_at,
        }
        insert = self._scope.upsert(alarms).values(case_id=alarm.case, **values)
        self._scope.run(insert.on_conflict_do_update(index_elements=[alarms.c.case_id], set_=values))

    def answer(self, case: int, account: str, now: datetime) -> bool:
        waiting = (alarms.c.case_id == case) & alarms.c.answered_at.is_(None)
        statement = update(alarms).where(waiting).values(answered_by=account, answered_at=now)
        return self._scope.run(statement).rowcount == 1


def _alarm(row: Any) -> Alarm:
    return Alarm(
        row.case_id, row.since, row.raised_at, row.step, row.told_at, row.answered_by, row.answered_at
    )
