"""The places of a confirmed case, corrected."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from review_ui.case_view import show_case
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)


@router.post("/cases/{case_id}/places")
def correct(visit: AtDesk, case_id: Number) -> Response:
    try:
        _correct(visit, case_id)
    except PermissionDenied:
        raise
    except (InputError, ConflictError, RefusedError) as error:
        return show_case(visit, case_id, refusal=error)
    return visit.go(f"/cases/{case_id}?done=placed&case={case_id}#places")


def _correct(visit: Visit, case_id: int) -> None:
    places, units = visit.desk.places, visit.fields("units")
    match visit.field("act"):
        case "choose":
            places.choose(visit.person, case_id, units, visit.field("unit"))
        case "strike":
            places.strike(visit.person, case_id, units)
        case "add":
            places.add(visit.person, case_id, visit.field("unit"))
        case "forget":
            places.forget(visit.person, case_id, units)
        case _:
            raise InputError("choose one of the places that the post may mean")
