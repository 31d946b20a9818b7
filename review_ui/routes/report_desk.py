"""Reports from people, at the desk: read every one, help, look at the page, answer."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.errors import (
    ConflictError,
    InputError,
    LachanError,
    PermissionDenied,
    RefusedError,
    Stopped,
)
from lachan.domain.report import (
    MAX_ANSWER,
    MAX_TEXT,
    REPORT_TABLE,
    UNREAD,
    ContactReason,
    ReportAct,
    ReportDesk,
    ReportOutcome,
    ReportState,
)
from lachan.domain.taxonomy import AgeBand, Category
from lachan.pipeline.protect import HOTLINE
from lachan.pipeline.report import desks_of
from lachan.pipeline.report_case import Seen
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Visit

router = APIRouter(include_in_schema=False)

PAGE: Final = 50  # rows
#: What each list of the page holds.
LISTS: Final = {
    "waiting": (ReportState.RECEIVED,),
    "apart": (ReportState.QUARANTINED,),
    "at_work": (ReportState.READ, ReportState.CLASSIFIED),
    "answered": (ReportState.ANSWERED,),
}

Choice = TypeVar("Choice", ReportDesk, ReportOutcome, ContactReason, AgeBand)


@router.get("/public-reports")
def queue(
    visit: AtDesk,
    show: Annotated[str, Query(max_length=20)] = "waiting",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    chosen = show if show in LISTS else "waiting"
    desks = desks_of(visit.person)
    with visit.desk.database.read() as unit:
        counts = {name: unit.public_reports.count(desks, states) for name, states in LISTS.items()}
        rows = unit.public_reports.find(desks, LISTS[chosen], PAGE, (page - 1) * PAGE)
        apart_urgent = unit.public_reports.count(desks, LISTS["apart"], urgent=True)
    return visit.page(
        "report_queue.html",
        show=chosen,
        counts=counts,
        apart_urgent=apart_urgent,
        reports=rows,
        page_number=page,
        pages=-(-counts[chosen] // PAGE),
        query=f"show={chosen}&",
    )


@router.post("/public-reports/next")
def read_next(visit: AtDesk) -> Response:
    """Read the first that waits; the empty list says so itself."""
    with visit.desk.database.read() as unit:
        rows = unit.public_reports.find(desks_of(visit.person), LISTS["waiting"], 1)
    if not rows:
        return visit.go("/public-reports")
    visit.desk.public_reports.read(visit.person, rows[0].id)
    return visit.go(f"/public-reports/{rows[0].id}")


@router.get("/public-reports/{report_id}")
def report(visit: AtDesk, report_id: int) -> Response:
    return _show(visit, report_id)


@router.post("/public-reports/{report_id}/read")
def read(visit: AtDesk, report_id: int) -> Response:
    visit.desk.public_reports.read(visit.person, report_id)
    return visit.go(f"/public-reports/{report_id}")


@router.post("/public-reports/{report_id}/release")
def release(visit: AtDesk, report_id: int) -> Response:
    visit.desk.public_reports.release(visit.person, report_id)
    return visit.go("/public-reports?show=apart")


@router.post("/public-reports/{report_id}/hand-over")
def hand_over(visit: AtDesk, report_id: int) -> Response:
    desk = _chosen(ReportDesk, visit.field("desk"))
    visit.desk.public_reports.hand_over(visit.person, report_id, desk)
    return visit.go("/public-reports")


@router.post("/public-reports/{report_id}/contact")
def contact(visit: AtDesk, report_id: int) -> Response:
    """Shown once, on the answer to this form alone."""
    reason = _chosen(ContactReason, visit.field("why"))
    shown = visit.desk.public_reports.contact(visit.person, report_id, reason)
    return _show(visit, report_id, contact=shown or "")


@router.post("/public-reports/{report_id}/protect")
def open_protect(visit: AtDesk, report_id: int) -> Response:
    try:
        need = visit.field("need")
        case = visit.desk.public_reports.open_protect(visit.person, report_id, _seen(visit), need)
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return _show(visit, report_id, error, "protect")
    return visit.go(f"/cases/{case.id}")


@router.post("/public-reports/{report_id}/review")
def open_review(visit: AtDesk, report_id: int) -> Response:
    try:
        quote = visit.field("quote")
        visit.desk.public_reports.open_review(visit.person, report_id, _seen(visit), quote)
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError, Stopped) as error:
        return _show(visit, report_id, error, "review")
    return visit.go(f"/public-reports/{report_id}")


@router.post("/public-reports/{report_id}/settle")
def settle(visit: AtDesk, report_id: int) -> Response:
    try:
        outcome = _chosen(ReportOutcome, visit.field("outcome"))
        visit.desk.public_reports.settle(visit.person, report_id, outcome, visit.field("answer"))
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return _show(visit, report_id, error, "settle")
    return visit.go("/public-reports")


def _show(
    visit: Visit,
    report_id: int,
    error: LachanError | None = None,
    form: str = "",
    *,
    contact: str | None = None,
) -> Response:
    """The page of one report; `form` is the one that was refused, whose words stand in it again."""
    reports = visit.desk.public_reports
    found = reports.headline(visit.person, report_id)
    if found.state not in UNREAD:
        found = reports.read(visit.person, report_id)
    acts = REPORT_TABLE.acts(found.state)
    typed: dict[str, Any] = {
        name: visit.field(name) for name in ("need", "quote", "answer", "outcome", "age")
    }
    return visit.page(
        "report_page.html",
        status_of(error) if error else 200,
        report=found,
        unread=found.state in UNREAD,
        removals=reports.removals(visit.person, report_id),
        contact=contact,
        contact_reasons=list(ContactReason),
        outcomes=list(ReportOutcome),
        categories=list(Category),
        ages=list(AgeBand),
        desks=[desk for desk in ReportDesk if desk is not found.desk],
        may_release=ReportAct.RELEASE in acts,
        may_settle=ReportAct.CLASSIFY in acts,
        hotline=HOTLINE,
        max_text=MAX_TEXT,
        max_answer=MAX_ANSWER,
        typed=typed,
        ticked=visit.fields("category"),
        refused=form,
        refusal=visit.language.refusal(error) if error else "",
    )


def _seen(visit: Visit) -> Seen:
    chosen = visit.fields("category")
    unknown = [name for name in chosen if name not in list(Category)]
    if unknown:
        raise InputError(f"choose from the list: {unknown[0]}")
    return Seen(
        tuple(Category(name) for name in chosen),
        visit.field("urgent") == "yes",
        _chosen(AgeBand, visit.field("age")),
    )


def _chosen(kind: type[Choice], value: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        raise InputError(f"choose from the list: {value}") from None
