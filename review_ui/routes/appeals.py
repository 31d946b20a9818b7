"""Appeals: heard by somebody who decided nothing in the case."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.appeal import DECIDE_WITHIN
from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, RefusedError
from lachan.pipeline.clauses import cited
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)


@router.get("/appeals")
def appeals(visit: AtDesk) -> Response:
    with visit.desk.database.read() as unit:
        pending = unit.appeals.pending()
    return visit.page("appeals.html", appeals=pending, decide_within=DECIDE_WITHIN)


@router.get("/appeals/{appeal_id}")
def appeal(visit: AtDesk, appeal_id: Number) -> Response:
    return _show(visit, appeal_id)


@router.post("/appeals/{appeal_id}/take")
def take(visit: AtDesk, appeal_id: Number) -> Response:
    try:
        visit.desk.appeals.assign(visit.person, appeal_id)
    except PermissionDenied:
        raise
    except RefusedError as error:
        return _show(visit, appeal_id, error)
    return visit.go(f"/appeals/{appeal_id}")


@router.post("/appeals/{appeal_id}/decide")
def decide(visit: AtDesk, appeal_id: Number) -> Response:
    outcome = visit.field("outcome")
    if outcome not in ("uphold", "overturn"):
        return _show(visit, appeal_id, InputError(f"choose from the list: {outcome}"))
    try:
        visit.desk.appeals.decide(
            visit.person, appeal_id, uphold=outcome == "uphold", answer=visit.field("answer")
        )
    except PermissionDenied:
        raise
    except (InputError, ConflictError, RefusedError) as error:
        return _show(visit, appeal_id, error)
    return visit.go(f"/appeals/{appeal_id}")


def _show(visit: Visit, appeal_id: Number, error: LachanError | None = None) -> Response:
    with visit.desk.database.read() as unit:
        found = unit.appeals.get(appeal_id)
        notice = unit.notices.get(found.notice)
        bases = cited(unit, notice)
    return visit.page(
        "appeal.html",
        status_of(error) if error else 200,
        appeal=found,
        notice=notice,
        cited=bases,
        decide_within=DECIDE_WITHIN,
        answer=visit.field("answer"),
        outcome=visit.field("outcome"),
        refusal=visit.language.refusal(error) if error else "",
    )
