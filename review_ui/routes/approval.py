"""The second person: look at the page again, approve, send back with a note, or disagree; and the third."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.account import Actor
from lachan.domain.case import Case
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from review_ui.case_view import show_case
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)


@router.post("/cases/{case_id}/check")
def check(visit: AtDesk, case_id: Number) -> Response:
    visit.desk.review.check_page(visit.person, case_id)
    return visit.go(f"/cases/{case_id}#approve")


@router.post("/cases/{case_id}/approve")
def approve(visit: AtDesk, case_id: Number) -> Response:
    try:
        notice = visit.desk.review.approve(visit.person, case_id)
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return show_case(visit, case_id, refusal=error, beside_form=True)
    return visit.go(f"/notices/{notice.id}?done=approved")


@router.post("/cases/{case_id}/return")
def send_back(visit: AtDesk, case_id: Number) -> Response:
    return _no(visit, case_id, visit.desk.review.send_back, "returned")


@router.post("/cases/{case_id}/disagree")
def disagree(visit: AtDesk, case_id: Number) -> Response:
    return _no(visit, case_id, visit.desk.review.disagree, "disputed")


@router.post("/cases/{case_id}/refuse")
def refuse(visit: AtDesk, case_id: Number) -> Response:
    return _no(visit, case_id, visit.desk.review.refuse, "refused")


def _no(visit: Visit, case_id: int, act: Callable[[Actor, int, str], Case], done: str) -> Response:
    """One of the three ways to say no, with a note; a refusal shows the page again with what was typed."""
    try:
        act(visit.person, case_id, visit.field("note"))
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return show_case(visit, case_id, refusal=error, beside_form=True)
    return visit.go(f"/?done={done}&case={case_id}")
