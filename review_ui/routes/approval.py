"""The second person: look at the page again, approve, or send back with a note."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from review_ui.case_view import show_case
from review_ui.guard import AtDesk, Number

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
    try:
        visit.desk.review.send_back(visit.person, case_id, visit.field("note"))
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return show_case(visit, case_id, refusal=error, beside_form=True)
    return visit.go(f"/?done=returned&case={case_id}")
