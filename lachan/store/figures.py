"""The read model of the reports: fact rows without text, letters, referrals and appeals by day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lachan.domain.appeal import Appeal
from lachan.domain.case import CaseState, Third
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice
from lachan.domain.referral import Referral
from lachan.domain.taxonomy import AgeBand, Context, Route
from lachan.pipeline.ports import FactRow
from lachan.store.appeals import appeal_of
from lachan.store.case_rows import unpack_categories
from lachan.store.notices import notice_of
from lachan.store.referrals import referral_of
from lachan.store.scope import Scope
from lachan.store.tables import appeals, cases, notices, referrals


class SqlFigureStore:
    """FigureStore on SQL; every list in order of id."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def facts(self, first: date, last: date) -> list[FactRow]:
        query = select(cases).where(cases.c.day.between(first, last)).order_by(cases.c.id)
        return [
            FactRow(
                case=row.id,
                day=row.day,
                captured_day=row.captured_day,
                route=Route(row.route),
                state=CaseState(row.state),
                categories=unpack_categories(row.categories),
                context=Context(row.context),
                urgent=row.urgent,
                age=AgeBand(row.age),
                source=row.source,
                measure=Measure(row.measure) if row.measure else None,
                overturned=row.overturned,
                post_count=row.post_count,
                opened_at=row.opened_at,
                decided_at=row.decided_at,
                closed_at=row.closed_at,
                third=Third(row.third) if row.third else None,
            )
            for row in self._scope.run(query)
        ]

    def notices(self, first: date, last: date) -> list[Notice]:
        query = select(notices).where(notices.c.drafted_day.between(first, last)).order_by(notices.c.id)
        return [notice_of(self._scope, row) for row in self._scope.run(query)]

    def referrals(self, first: date, last: date) -> list[Referral]:
        query = select(referrals).where(referrals.c.opened_day.between(first, last)).order_by(referrals.c.id)
        return [referral_of(self._scope, row) for row in self._scope.run(query)]

    def appeals(self, first: date, last: date) -> list[Appeal]:
        query = select(appeals).where(appeals.c.received_day.between(first, last)).order_by(appeals.c.id)
        return [appeal_of(self._scope, row) for row in self._scope.run(query)]
