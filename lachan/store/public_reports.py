"""Reports from people: words sealed until their hour, how to reach somebody under keys of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from lachan.domain.errors import NotFound
from lachan.domain.report import (
    LedgerRow,
    PublicReport,
    Quarantine,
    ReportDesk,
    Reporter,
    ReportOutcome,
    ReportState,
)
from lachan.store.columns import local_day
from lachan.store.scope import Scope
from lachan.store.tables import public_reports as table

#: The purpose of the sealing keys of contacts: who holds the keys of texts alone cannot open them.
_CONTACT = "contact"


def report_of(scope: Scope, row: Any) -> PublicReport:
    """Without words, URL, reporter and answer where the key is destroyed."""
    packed = scope.opened(row.words_sealed)
    reporter, words, url, answer = json.loads(packed) if packed is not None else (None, [], "", None)
    return PublicReport(
        id=row.id,
        state=ReportState(row.state),
        desk=ReportDesk(row.desk),
        received_at=row.received_at,
        told_at=row.told_at,
        delete_text_at=row.delete_text_at,
        reporter=Reporter(reporter) if reporter else None,
        words=tuple(words),
        url=url,
        has_contact=row.contact_sealed is not None,
        wants_removal=row.wants_removal,
        urgent=row.urgent,
        quarantine=Quarantine(row.quarantine) if row.quarantine else None,
        read_by=row.read_by,
        read_at=row.read_at,
        outcome=ReportOutcome(row.outcome) if row.outcome else None,
        classified_at=row.classified_at,
        answer=answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        protect_case=row.protect_case,
        review_case=row.review_case,
    )


class SqlPublicReportStore:
    """PublicReportStore on SQL. In a writing unit `get` and `by_code` lock the row until the unit ends."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, report: PublicReport, code_hash: str, contact: str) -> PublicReport:
        values = {**self._values(report), "code_hash": code_hash, "contact_sealed": None}
        if contact:
            values["contact_sealed"] = self._sealed_contact(contact, report.delete_text_at)
        statement = table.insert().values(values).returning(table.c.id)
        return self.get(self._scope.run(statement).scalar_one())

    def get(self, report: int) -> PublicReport:
        return self._one(table.c.id == report, f"no report {report}")

    def by_code(self, code_hash: str) -> PublicReport:
        return self._one(table.c.code_hash == code_hash, "no report with this code")

    def contact(self, report: int) -> str | None:
        query = select(table.c.contact_sealed).where(table.c.id == report)
        return self._scope.opened(self._scope.run(query).scalar_one_or_none())

    def save(self, report: PublicReport) -> None:
        values = self._values(report)
        if values["words_sealed"] is None:
            values["contact_sealed"] = None
        elif (contact := self.contact(report.id)) is not None:
            values["contact_sealed"] = self._sealed_contact(contact, report.delete_text_at)
        if report.state is ReportState.WITHDRAWN:
            values["code_hash"] = None
        changed = self._scope.run(update(table).where(table.c.id == report.id).values(values))
        if changed.rowcount != 1:
            raise NotFound(f"no report {report.id}")

    def find(
        self, desks: Sequence[ReportDesk], states: Sequence[ReportState], limit: int = 50, offset: int = 0
    ) -> list[PublicReport]:
        query = (
            select(table)
            .where(_of(desks, states))
            .order_by(table.c.urgent.desc(), table.c.told_at, table.c.id)
            .limit(limit)
            .offset(offset)
        )
        return [report_of(self._scope, row) for row in self._scope.run(query)]

    def count(self, desks: Sequence[ReportDesk], states: Sequence[ReportState], urgent: bool = False) -> int:
        query = select(func.count()).select_from(table).where(_of(desks, states))
        if urgent:
            query = query.where(table.c.urgent.is_(True))
        return int(self._scope.run(query).scalar_one())

    def oldest(self, desks: Sequence[ReportDesk], states: Sequence[ReportState]) -> datetime | None:
        query = select(func.min(table.c.told_at)).where(_of(desks, states))
        return self._scope.run(query).scalar_one()  # type: ignore[no-any-return]

    def received_since(self, moment: datetime) -> int:
        query = select(func.count()).select_from(table).where(table.c.received_at >= moment)
        return int(self._scope.run(query).scalar_one())

    def text_due(self, now: datetime) -> list[int]:
        query = (
            select(table.c.id)
            .where(table.c.words_sealed.is_not(None), table.c.delete_text_at <= now)
            .order_by(table.c.id)
        )
        return list(self._scope.run(query).scalars())

    def ledger(self, first: date, last: date) -> list[LedgerRow]:
        query = (
            select(table)
            .where(table.c.received_day >= first, table.c.received_day <= last)
            .order_by(table.c.received_at, table.c.id)
        )
        return [
            LedgerRow(
                report=row.id,
                state=ReportState(row.state),
                received_at=row.received_at,
                told_at=row.told_at,
                read_at=row.read_at,
                classified_at=row.classified_at,
                outcome=ReportOutcome(row.outcome) if row.outcome else None,
                answered_at=row.answered_at,
                closed_at=row.closed_at,
            )
            for row in self._scope.run(query)
        ]

    def drop(self, before: datetime) -> int:
        finished = (ReportState.CLOSED.value, ReportState.WITHDRAWN.value)
        return self._scope.run(
            delete(table).where(table.c.state.in_(finished), table.c.received_at < before)
        ).rowcount

    def _one(self, where: ColumnElement[bool], missing: str) -> PublicReport:
        row = self._scope.run(self._scope.locking(select(table).where(where))).one_or_none()
        if row is None:
            raise NotFound(missing)
        return report_of(self._scope, row)

    def _sealed_contact(self, contact: str, until: datetime) -> bytes:
        return self._scope.keys.seal(contact, until, purpose=_CONTACT)

    def _values(self, report: PublicReport) -> dict[str, Any]:
        """Every column but `id`, `code_hash` and `contact_sealed`."""
        words = None
        if report.reporter is not None:
            packed = json.dumps(
                [report.reporter.value, report.words, report.url, report.answer], ensure_ascii=False
            )
            words = self._scope.keys.seal(packed, report.delete_text_at, purpose="text")
        return {
            "state": report.state.value,
            "desk": report.desk.value,
            "urgent": report.urgent,
            "wants_removal": report.wants_removal,
            "quarantine": report.quarantine.value if report.quarantine else None,
            "words_sealed": words,
            "received_at": report.received_at,
            "received_day": local_day(report.received_at),
            "told_at": report.told_at,
            "delete_text_at": report.delete_text_at,
            "read_by": report.read_by,
            "read_at": report.read_at,
            "outcome": report.outcome.value if report.outcome else None,
            "classified_at": report.classified_at,
            "answered_by": report.answered_by,
            "answered_at": report.answered_at,
            "closed_at": report.closed_at,
            "protect_case": report.protect_case,
            "review_case": report.review_case,
        }


def _of(desks: Sequence[ReportDesk], states: Sequence[ReportState]) -> ColumnElement[bool]:
    return and_(
        table.c.desk.in_([desk.value for desk in desks]), table.c.state.in_([state.value for state in states])
    )
