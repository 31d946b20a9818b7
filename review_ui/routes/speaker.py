"""Who speaks: to the protection queue by one person, out of it by two."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from lachan.domain.taxonomy import Context
from review_ui.case_view import show_case
from review_ui.guard import AtDesk, Number

router = APIRouter(include_in_schema=False)


@router.post("/cases/{case_id}/protect")
def to_protection(visit: AtDesk, case_id: Number) -> Response:
    try:
        context = Context(visit.field("context"))
    except ValueError:
        raise InputError("choose who speaks: the person harmed, or a witness") from None
    visit.desk.speaker.to_protection(visit.person, case_id, context)
    return visit.go(f"/?done=protected&case={case_id}")


@router.post("/cases/{case_id}/speaker")
def propose(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.speaker.propose(visit.person, case_id, visit.field("reason"))
    except PermissionDenied:
        raise
    except (InputError, ConflictError, RefusedError) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/?done=submitted&case={case_id}")


@router.post("/cases/{case_id}/speaker/accept")
def accept(visit: AtDesk, case_id: Number) -> Response:
    visit.desk.speaker.accept(visit.person, case_id)
    return visit.go(f"/?done=accepted&case={case_id}")


@router.post("/cases/{case_id}/speaker/refuse")
def refuse(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.speaker.refuse(visit.person, case_id, visit.field("note"))
    except PermissionDenied:
        raise
    except (InputError, ConflictError, RefusedError) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/?done=returned&case={case_id}")
