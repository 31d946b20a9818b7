"""PublicReportStore and RemovalStore, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.notice import PageCheck
from lachan.domain.report import (
    PublicReport,
    Quarantine,
    Recheck,
    Removal,
    ReportDesk,
    Reporter,
    ReportOutcome,
    ReportState,
    next_look,
)
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from tests.store.samples import DAY, HOUR, NOW

ALL = tuple(ReportState)
BOTH = tuple(ReportDesk)
WORDS = "bạn em bị trêu mỗi ngày"


def told(**changes: object) -> PublicReport:
    made = PublicReport(
        id=0,
        state=ReportState.RECEIVED,
        desk=ReportDesk.PROTECT,
        received_at=NOW,
        told_at=NOW,
        delete_text_at=NOW + 14 * DAY,
        reporter=Reporter.CHILD,
        words=(WORDS, "thêm một câu"),
        url="https://dien-dan.example/bai/1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def removal(report: int, **changes: object) -> Removal:
    made = Removal(0, report, 7, "https://dien-dan.example/bai/1", "một câu", NOW, next_look(NOW, NOW))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_report_comes_back_and_changes(database: SqlDatabase) -> None:
    with database.write() as unit:
        added = unit.public_reports.add(told(), "a" * 64, "gọi cô Lan sau 17 giờ")
        assert added == told(id=added.id, has_contact=True)
        changed = replace(
            added,
            state=ReportState.ANSWERED,
            desk=ReportDesk.REVIEW,
            urgent=True,
            wants_removal=True,
            quarantine=Quarantine.FLOOD,
            told_at=NOW + HOUR,
            delete_text_at=NOW + 30 * DAY,
            read_by="bao-ve",
            read_at=NOW + HOUR,
            outcome=ReportOutcome.ADVISED,
            classified_at=NOW + HOUR,
            answer="cảm ơn em",
            answered_by="bao-ve",
            answered_at=NOW + 2 * HOUR,
            closed_at=NOW + 3 * HOUR,
            protect_case=3,
            review_case=4,
        )
        unit.public_reports.save(changed)
    with database.read() as unit:
        assert unit.public_reports.get(added.id) == changed
        assert unit.public_reports.by_code("a" * 64) == changed
        assert unit.public_reports.contact(added.id) == "gọi cô Lan sau 17 giờ"
        for missing in (lambda: unit.public_reports.get(99), lambda: unit.public_reports.by_code("b" * 64)):
            with pytest.raises(NotFound):
                missing()
    with pytest.raises(NotFound), database.write() as unit:
        unit.public_reports.save(replace(changed, id=99))
    with pytest.raises(ConflictError), database.write() as unit:
        unit.public_reports.add(told(), "a" * 64, "")


def test_words_and_contact_lie_under_different_keys_and_go_with_them(
    database: SqlDatabase, keys: FileKeyRing
) -> None:
    with database.write() as unit:
        added = unit.public_reports.add(told(), "a" * 64, "gọi cô Lan")
    with database._engine.connect() as connection:
        row = connection.execute(text("SELECT words_sealed, contact_sealed FROM public_reports")).one()
    purposes = {bytes(sealed)[2:].split(b"/")[0] for sealed in row}
    assert purposes == {b"text", b"contact"}
    keys.destroy_due(NOW + 14 * DAY + HOUR)
    with database.read() as unit:
        gone = unit.public_reports.get(added.id)
        assert (gone.words, gone.url, gone.reporter, gone.answer) == ((), "", None, None)
        assert unit.public_reports.contact(added.id) is None


def test_a_report_without_words_keeps_no_contact_and_a_withdrawn_one_no_code(database: SqlDatabase) -> None:
    with database.write() as unit:
        added = unit.public_reports.add(told(), "a" * 64, "gọi cô Lan")
        empty = replace(added, state=ReportState.WITHDRAWN, reporter=None, words=(), url="")
        unit.public_reports.save(empty)
    with database.read() as unit:
        assert unit.public_reports.get(added.id) == replace(empty, has_contact=False)
        assert unit.public_reports.contact(added.id) is None
        with pytest.raises(NotFound):
            unit.public_reports.by_code("a" * 64)


def test_urgent_ones_stand_first_then_those_that_wait_longest(database: SqlDatabase) -> None:
    with database.write() as unit:
        late = unit.public_reports.add(told(told_at=NOW + HOUR), "1" * 64, "")
        early = unit.public_reports.add(told(), "2" * 64, "")
        urgent = unit.public_reports.add(told(told_at=NOW + 2 * HOUR, urgent=True), "3" * 64, "")
        other = unit.public_reports.add(told(desk=ReportDesk.REVIEW), "4" * 64, "")
        unit.public_reports.add(told(state=ReportState.CLOSED), "5" * 64, "")
        here = [ReportDesk.PROTECT], [ReportState.RECEIVED]
        assert unit.public_reports.find(*here) == [urgent, early, late]
        assert unit.public_reports.find(*here, limit=1, offset=1) == [early]
        assert unit.public_reports.find(BOTH, [ReportState.RECEIVED]) == [urgent, early, other, late]
        assert unit.public_reports.count(*here) == 3
        assert unit.public_reports.count(*here, urgent=True) == 1
        assert unit.public_reports.count(BOTH, ALL) == 5
        assert unit.public_reports.oldest(*here) == NOW
        assert unit.public_reports.oldest([ReportDesk.REVIEW], [ReportState.CLOSED]) is None
        assert unit.public_reports.received_since(NOW) == 5
        assert unit.public_reports.received_since(NOW + HOUR) == 0


def test_what_is_due_and_what_the_ledger_shows(database: SqlDatabase) -> None:
    with database.write() as unit:
        added = unit.public_reports.add(told(), "1" * 64, "")
        unit.public_reports.add(told(delete_text_at=NOW + 40 * DAY), "2" * 64, "")
        assert unit.public_reports.text_due(NOW + 14 * DAY) == [added.id]
        assert unit.public_reports.text_due(NOW + 13 * DAY) == []
        day = date(2026, 11, 22)
        rows = unit.public_reports.ledger(day, day)
        assert [row.report for row in rows] == [added.id, added.id + 1]
        assert (rows[0].received_at, rows[0].read_at, rows[0].outcome) == (NOW, None, None)
        assert unit.public_reports.ledger(date(2026, 11, 23), date(2026, 11, 30)) == []
        assert unit.public_reports.drop(NOW + DAY) == 0, "not finished, so it stays in the ledger"
        unit.public_reports.save(replace(added, state=ReportState.CLOSED, reporter=None, words=(), url=""))
        assert unit.public_reports.drop(NOW) == 0
        assert unit.public_reports.drop(NOW + DAY) == 1


def test_removals_are_looked_at_when_due_and_forgotten(database: SqlDatabase, keys: FileKeyRing) -> None:
    with database.write() as unit:
        report = unit.public_reports.add(told(), "1" * 64, "")
        added = unit.removals.add(removal(report.id))
        assert added == removal(report.id, id=added.id)
        assert unit.removals.due(NOW) == []
        assert unit.removals.due(NOW + DAY) == [added]
        looked = replace(
            added,
            next_at=next_look(NOW, NOW + DAY),
            checks=(Recheck(NOW + DAY, PageCheck.PRESENT),),
        )
        unit.removals.save(looked)
        assert unit.removals.of_report(report.id) == [looked]
        unit.removals.save(replace(looked, next_at=None))
        assert unit.removals.due(NOW + 90 * DAY) == []
    with pytest.raises(NotFound), database.write() as unit:
        unit.removals.save(replace(looked, id=99))
    keys.destroy_due(NOW + 32 * DAY)
    with database.write() as unit:
        (blank,) = unit.removals.of_report(report.id)
        assert (blank.url, blank.quote, blank.checks) == ("", "", looked.checks)
        unit.removals.drop_of(report.id)
        assert unit.removals.of_report(report.id) == []
