"""The ledger of reports from people: every one received, read, classified, answered; no words, no names."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.errors import InputError
from lachan.domain.report import LedgerRow, LedgerTotals, ledger_totals, outcomes
from review_ui.documents import download
from review_ui.guard import AtDesk, Visit
from review_ui.moments import VIETNAM

router = APIRouter(include_in_schema=False)

BEFORE: Final = timedelta(days=29)  # the last thirty days are shown first
LONGEST: Final = timedelta(days=740)
COLUMNS: Final = (
    "number",
    "state",
    "received_at",
    "read_at",
    "classified_at",
    "outcome",
    "answered_at",
    "closed_at",
    "overdue",
)

Day = Annotated[str, Query(max_length=10)]


@router.get("/public-reports/ledger")
def ledger(
    visit: AtDesk, first: Annotated[str, Query(alias="from", max_length=10)] = "", to: Day = ""
) -> Response:
    days = _days(visit, first, to)
    rows = visit.desk.public_reports.ledger(*days)
    return visit.page(
        "report_ledger.html",
        first=days[0],
        last=days[1],
        rows=rows,
        totals=ledger_totals(rows, visit.desk.clock()),
        outcomes={outcome: count for outcome, count in outcomes(rows).items() if count},
    )


@router.get("/public-reports/ledger/file")
def ledger_file(
    visit: AtDesk,
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    to: Day = "",
    form: Annotated[str, Query(max_length=4)] = "csv",
) -> Response:
    days = _days(visit, first, to)
    rows, now = visit.desk.public_reports.ledger(*days), visit.desk.clock()
    name = f"so-phan-anh-{days[0]}-{days[1]}.{form}"
    if form == "csv":
        return download(as_csv(rows, now).encode("utf-8-sig"), name, "text/csv; charset=utf-8")
    if form == "json":
        return download(as_json(rows, now).encode(), name, "application/json")
    raise InputError(f"choose from the list: {form}")


def as_csv(rows: list[LedgerRow], now: datetime) -> str:
    """One line a report, times as ISO 8601 in Vietnam's zone."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_line(row, now) for row in rows)
    return out.getvalue()


def as_json(rows: list[LedgerRow], now: datetime) -> str:
    """`{"totals": …, "shares": …, "rows": […]}`; shares are of what was not withdrawn, 0 to 1, or null."""
    totals = ledger_totals(rows, now)
    return json.dumps(
        {
            "totals": asdict(totals),
            "shares": _shares(totals),
            "outcomes": {outcome.value: count for outcome, count in outcomes(rows).items()},
            "rows": [_line(row, now) for row in rows],
        },
        ensure_ascii=False,
        indent=1,
    )


def _shares(totals: LedgerTotals) -> dict[str, float | None]:
    return {
        "read": totals.share(totals.read),
        "classified": totals.share(totals.classified),
        "answered": totals.share(totals.answered),
    }


def _line(row: LedgerRow, now: datetime) -> dict[str, str | bool]:
    def at(moment: datetime | None) -> str:
        return moment.astimezone(VIETNAM).isoformat(timespec="minutes") if moment else ""

    return {
        "number": row.number,
        "state": row.state.value,
        "received_at": at(row.received_at),
        "read_at": at(row.read_at),
        "classified_at": at(row.classified_at),
        "outcome": row.outcome.value if row.outcome else "",
        "answered_at": at(row.answered_at),
        "closed_at": at(row.closed_at),
        "overdue": row.overdue(now),
    }


def _days(visit: Visit, first: str, last: str) -> tuple[date, date]:
    """The asked days, else the last thirty. Raises InputError."""
    today = visit.desk.clock().astimezone(VIETNAM).date()
    try:
        end = date.fromisoformat(last) if last else today
        start = date.fromisoformat(first) if first else end - BEFORE
    except ValueError:
        raise InputError("a day reads 2026-11-22") from None
    if start > end or end - start > LONGEST:
        raise InputError("the first day stands before the last, at most two years apart")
    return start, end
