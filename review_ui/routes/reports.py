"""The week in figures, written by the report writer and embedded as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.errors import InputError
from lachan.pipeline.ports import ReportFormat, ReportKind
from review_ui.documents import download, embedded
from review_ui.guard import AtDesk, Visit
from review_ui.moments import VIETNAM, week_days, week_of

router = APIRouter(include_in_schema=False)

Week = Annotated[str, Query(max_length=8)]
_TYPES: Final = {
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.JSON: "application/json",
}


@router.get("/reports")
def reports(visit: AtDesk) -> Response:
    return visit.go("/reports/weekly")


@router.get("/reports/weekly")
def weekly(visit: AtDesk, week: Week = "") -> Response:
    chosen = _week(visit, week)
    first, last = week_days(chosen)
    today = visit.desk.clock().astimezone(VIETNAM).date()
    return visit.page(
        "report_weekly.html",
        week=chosen,
        first=first,
        last=last,
        before=week_of(first - timedelta(days=7)),
        after=week_of(last + timedelta(days=1)) if last < today else "",
    )


@router.get("/reports/weekly/file")
def weekly_file(visit: AtDesk, week: Week = "", form: str = "html", save: bool = False) -> Response:
    """The report: HTML for the frame of the page above, or a file to save."""
    chosen = _week(visit, week)
    if form not in list(ReportFormat):
        raise InputError(f"choose from the list: {form}")
    kind = ReportFormat(form)
    body = visit.desk.reports.write(ReportKind.WEEKLY, *week_days(chosen), kind)
    if kind is ReportFormat.HTML and not save:
        return embedded(body.decode())
    return download(body, f"bao-cao-{chosen}.{kind.value}", _TYPES[kind])


def _week(visit: Visit, week: str) -> str:
    """The asked week, else the present one, as `2026-W47`. Raises InputError."""
    if not week:
        return week_of(visit.desk.clock().astimezone(VIETNAM).date())
    try:
        return week_of(week_days(week)[0])
    except ValueError:
        raise InputError("a week reads 2026-W47") from None
