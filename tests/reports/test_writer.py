"""Reports over a real store."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from lachan.domain.audit import AuditEvent
from lachan.domain.case import CaseState
from lachan.domain.errors import InputError
from lachan.domain.measure import Measure
from lachan.domain.notice import NoticeState
from lachan.domain.referral import ReferralState
from lachan.domain.report import PublicReport, ReportDesk, ReportState
from lachan.domain.taxonomy import Context, Route
from lachan.pipeline.ports import Counter, ReportFormat, ReportKind
from lachan.reports import Reports
from lachan.store import SqlDatabase, open_database
from lachan.store.keyring import FileKeyRing
from tests.reports.samples import HOUR, MONDAY, NOW, SUNDAY, notice
from tests.store.samples import assessment, new_case, post, referral, source

HOSTILE = "<img src=x onerror=alert(1)> =1+1"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlDatabase]:
    """Four confirmed cases, two waiting ones, three children who were helped, one letter that was answered."""
    url = f"sqlite:///{tmp_path}/data/lachan.db"
    database = open_database(url, FileKeyRing(tmp_path / "keys.json"), lambda: NOW)
    protect = assessment(route=Route.PROTECT, context=Context.VICTIM)
    with database.write() as unit:
        unit.sources.add(source(title=HOSTILE))
        unit.sources.count("truong", MONDAY, {Counter.PAGES: 9, Counter.DROPPED: 95, Counter.STORED: 5})
        cases = unit.cases.open_many(
            [
                *(new_case(n, post=post(n, published_at=NOW - HOUR, captured_at=NOW)) for n in range(6)),
                *(
                    new_case(n, post=post(n, published_at=NOW, captured_at=NOW), assessment=protect)
                    for n in range(10, 13)
                ),
            ]
        )
        for case in (*cases[:4], *cases[6:]):
            measure = Measure.REFERRAL if case.route is Route.PROTECT else Measure.REMOVAL_REQUEST
            unit.cases.save(
                replace(case, state=CaseState.CLOSED, measure=measure, closed_at=NOW, decided_at=NOW)
            )
        sent = notice(case=cases[0].id, id=0, delivered_at=NOW, due_at=NOW + 24 * HOUR)
        added = unit.notices.add(replace(sent, state=NoticeState.COMPLIED))
        unit.notices.add(replace(sent, code="khac", state=NoticeState.OVERDUE))
        unit.audit.append(AuditEvent(NOW + 5 * HOUR, "can.bo.mau", "notice:comply", f"notice:{added.id}"))
        unit.referrals.add(referral(cases[6].id, opened_at=NOW, sent_at=NOW, state=ReferralState.SENT))
    yield database
    database.close()


def written(database: SqlDatabase, form: ReportFormat, kind: ReportKind = ReportKind.WEEKLY) -> str:
    reports = Reports(database, lambda: NOW + timedelta(days=2))
    return reports.write(kind, MONDAY, SUNDAY, form).decode("utf-8-sig")


def test_the_page_says_what_counts_and_runs_nothing(database: SqlDatabase) -> None:
    page = written(database, ReportFormat.HTML)
    assert '<html lang="vi">' in page and "Báo cáo tuần 47/2026" in page
    assert "4 vụ được người xem xét xác nhận" in page
    assert "6</b>lượt phát hiện" in page
    assert "lượt phát hiện, không phải vụ vi phạm" in page
    assert "Asia/Ho_Chi_Minh" in page and "ngày đăng, nếu không có thì là ngày thu thập" in page
    assert "1 văn bản quá hạn trả lời" in page and "Có lượt chuyển thông tin đang quá hạn" in page
    assert "1/2</b>văn bản được trả lời trong 24 giờ, trên số đã đến nơi nhận" in page
    assert page.count("<svg") == 1 and "<script" not in page
    assert "<img" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "can.bo" not in page and "phe.duyet" not in page


def test_reports_from_people_are_counted_from_receipt_to_answer(database: SqlDatabase) -> None:
    def tell(number: int, **more: object) -> None:
        told = PublicReport(
            id=0, state=ReportState.RECEIVED, desk=ReportDesk.PROTECT, reporter=None, words=("lời kể",), url="",
            urgent=False, wants_removal=False, has_contact=False, received_at=NOW, told_at=NOW,
            delete_text_at=NOW + 24 * HOUR,
        )  # fmt: skip
        with database.write() as unit:
            unit.public_reports.add(replace(told, **more), f"{number:064x}", "")  # type: ignore[arg-type]

    assert "Tiếp nhận trong kỳ" in written(database, ReportFormat.HTML)
    done = {"state": ReportState.ANSWERED, "read_at": NOW, "classified_at": NOW, "answered_at": NOW}
    tell(1, **done)
    tell(2, state=ReportState.WITHDRAWN)
    assert "100% phản ánh đã được tiếp nhận, phân loại và trả lời" in written(database, ReportFormat.HTML)
    tell(3, state=ReportState.QUARANTINED)
    page = written(database, ReportFormat.HTML)
    assert "Còn 1 phản ánh chờ trả lời" in page and "100% phản ánh" not in page
    table = written(database, ReportFormat.CSV)
    for name, value in (("received", "3,"), ("withdrawn", "1,"), ("classified", "1,2"), ("answered", "1,2")):
        assert f"told,{name},{value}" in table
    assert "lời kể" not in page + table


def test_the_three_children_are_fewer_than_5_in_every_form(database: SqlDatabase) -> None:
    page = written(database, ReportFormat.HTML)
    assert "Hàng chờ bảo vệ: &lt;5 lượt" in page
    table = list(csv.DictReader(io.StringIO(written(database, ReportFormat.CSV))))
    document = json.loads(written(database, ReportFormat.JSON))["rows"]
    for lines in (table, document):
        values = {(line["section"], line["name"]): line["value"] for line in lines}
        assert values["protect", "total"] == values["series_protect", "2026-W47"] == "<5"
        assert str(values["category", "total"]) == "4"
        assert str(values["answer", "median_hours"]) == "5"
        assert str(values["reading", "judged"]) == "100"


def test_an_ad_hoc_report_takes_any_days_and_leaves_out_what_could_be_subtracted(
    database: SqlDatabase,
) -> None:
    reports = Reports(database, lambda: NOW)
    first, last = date(2026, 11, 18), date(2026, 11, 21)
    document = json.loads(reports.write(ReportKind.ADHOC, first, last, ReportFormat.JSON))
    sections = {row["section"] for row in document["rows"]}
    assert "protect" not in sections and "referral" not in sections and "series_protect" in sections
    assert "Báo cáo đột xuất" in reports.write(ReportKind.ADHOC, first, last, ReportFormat.HTML).decode()


def test_the_first_stage_of_the_judge_stands_in_the_page_where_there_is_one(database: SqlDatabase) -> None:
    assert "Tầng lọc đầu" not in written(database, ReportFormat.HTML)
    counted = {
        Counter.FIRST_LET_GO: 5000,
        Counter.FIRST_DRAWN: 100,
        Counter.FIRST_DRAWN_FLAGGED: 1,
        Counter.FIRST_PASSED_FLAGGED: 450,
    }
    with database.write() as unit:
        unit.sources.count("a", MONDAY, counted)
    page = written(database, ReportFormat.HTML)
    assert "100 bài trong đó được chọn ngẫu nhiên" in page
    assert "giữ lại 90 %" in page
    table = list(csv.DictReader(io.StringIO(written(database, ReportFormat.CSV))))
    assert {line["name"] for line in table if line["section"] == "first_stage"} == {
        "drawn", "recall", "recall_low", "recall_high",
    }  # fmt: skip


def test_a_quiet_week_is_said_to_be_one(database: SqlDatabase) -> None:
    monday = MONDAY - timedelta(days=700)
    reports = Reports(database, lambda: NOW)
    page = reports.write(ReportKind.WEEKLY, monday, monday + timedelta(days=6), ReportFormat.HTML).decode()
    assert "Không có lượt phát hiện nào" in page and "không cho biết gì về tình hình" in page
    assert "<svg" not in page


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [(ReportKind.WEEKLY, MONDAY, SUNDAY - timedelta(days=1)), (ReportKind.ADHOC, SUNDAY, MONDAY)],
)
def test_days_that_make_no_report_are_refused(
    database: SqlDatabase, kind: ReportKind, first: date, last: date
) -> None:
    with pytest.raises(InputError):
        Reports(database, lambda: NOW).write(kind, first, last, ReportFormat.CSV)


def test_a_demo_says_so(database: SqlDatabase) -> None:
    assert "BẢN MẪU" not in written(database, ReportFormat.HTML)
    with database.write() as unit:
        unit.state.set("kind", "demo")
    assert "BẢN MẪU" in written(database, ReportFormat.HTML)


def test_a_year_is_a_table_of_weeks_downwards(database: SqlDatabase) -> None:
    reports = Reports(database, lambda: NOW)
    first = MONDAY - timedelta(days=358)
    page = reports.write(ReportKind.ADHOC, first, SUNDAY, ReportFormat.HTML).decode()
    assert page.count("<tr><td>16/11/2026</td><td>4</td>") == 1
    assert '<th scope="col">16/11</th>' not in page
    assert '<th scope="col">16/11</th>' in written(database, ReportFormat.HTML)
