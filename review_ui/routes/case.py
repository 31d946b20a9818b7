"""A case: read it, claim it, set it aside, correct its labels, open a masked detail."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from lachan.domain.errors import (
    ConflictError,
    InputError,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
)
from lachan.domain.taxonomy import AgeBand, Category
from review_ui.case_view import show_case
from review_ui.guard import AtDesk, Number
from review_ui.moments import moment
from review_ui.reveal import reveal

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}")
def read(visit: AtDesk, case_id: Number) -> Response:
    return show_case(visit, case_id)


@router.post("/cases/{case_id}/claim")
def claim(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.review.claim(visit.person, case_id)
    except ConflictError as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/cases/{case_id}")


@router.post("/cases/{case_id}/release")
def release(visit: AtDesk, case_id: Number) -> Response:
    visit.desk.review.release(visit.person, case_id)
    return visit.go(f"/?done=released&case={case_id}")


@router.post("/cases/{case_id}/hold")
def hold(visit: AtDesk, case_id: Number) -> Response:
    visit.desk.review.hold(visit.person, case_id)
    return visit.go(f"/?done=held&case={case_id}")


@router.post("/cases/{case_id}/escalate")
def escalate(visit: AtDesk, case_id: Number) -> Response:
    visit.desk.review.escalate(visit.person, case_id)
    return visit.go(f"/?done=escalated&case={case_id}")


@router.post("/cases/{case_id}/answer")
def answer(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.review.answer(visit.person, case_id, visit.field("note"))
    except PermissionDenied:
        raise
    except (InputError, SecondPersonNeeded) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/?done=answered&case={case_id}")


@router.post("/cases/{case_id}/resume")
def resume(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.review.resume(visit.person, case_id)
    except (ConflictError, RefusedError) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/cases/{case_id}")


@router.post("/cases/{case_id}/heartbeat")
def heartbeat(visit: AtDesk, case_id: Number) -> Response:
    """Sent by the script while the page is open; 409 tells it that the claim is lost."""
    try:
        case = visit.desk.review.heartbeat(visit.person, case_id)
    except ConflictError as error:
        return JSONResponse({"sentence": visit.language.refusal(error)}, 409)
    return JSONResponse({"until": moment(case.claimed_until) if case.claimed_until else ""})


@router.post("/cases/{case_id}/correct")
def correct(visit: AtDesk, case_id: Number) -> Response:
    try:
        categories = [Category(value) for value in visit.fields("categories")]
        age = AgeBand(visit.field("age"))
    except ValueError as error:
        raise InputError(f"choose from the list: {error}") from None
    try:
        visit.desk.review.correct(
            visit.person, case_id, categories=categories, urgent=visit.field("urgent") == "1", age=age
        )
    except (InputError, ConflictError) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/cases/{case_id}?done=corrected&case={case_id}#decide")


@router.post("/cases/{case_id}/undo")
def undo(visit: AtDesk, case_id: Number) -> Response:
    """One's own last step, taken back."""
    try:
        visit.desk.review.undo(visit.person, case_id)
    except PermissionDenied:
        raise
    except (ConflictError, RefusedError) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/cases/{case_id}?done=undone&case={case_id}")


@router.post("/cases/{case_id}/reveal")
def reveal_detail(visit: AtDesk, case_id: Number) -> Response:
    post, number = visit.field("post"), visit.field("detail")
    if not (post.isdecimal() and number.isdecimal()):
        raise InputError("there is no such detail in this post")
    reason = visit.field("why")
    try:
        reveal(visit.desk.database, visit.desk.clock, visit.person, case_id, int(post), int(number), reason)
    except (InputError, ConflictError, RefusedError) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/cases/{case_id}#post-{int(post)}")
