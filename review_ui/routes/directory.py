"""The directory of those who can help: found by area, written by one person, verified by another."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.directory import HOTLINE, LONGEST, VERIFIED_FOR, Standing
from lachan.domain.errors import (
    ConflictError,
    FieldError,
    InputError,
    LachanError,
    PermissionDenied,
    RefusedError,
)
from lachan.domain.referral import Contact, RecipientKind
from lachan.pipeline.directory import KEEPERS
from review_ui.areas import chosen_area
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)

SHOWN: Final = 200  # rows of the list
KINDS: Final = tuple(kind for kind in RecipientKind if kind is not RecipientKind.HOTLINE_111)
STANDINGS: Final = tuple(each for each in Standing if each is not Standing.RETIRED)


@router.get("/directory")
def directory(visit: AtDesk) -> Response:
    return _list(visit)


@router.post("/directory")
def propose(visit: AtDesk) -> Response:
    try:
        entry = visit.desk.directory.propose(visit.person, _contact(visit))
    except PermissionDenied:
        raise
    except (InputError, ConflictError) as error:
        return _list(visit, error)
    return visit.go(f"/directory/{entry.id}")


@router.get("/directory/{entry_id}")
def entry(visit: AtDesk, entry_id: Number) -> Response:
    return _entry(visit, entry_id)


@router.post("/directory/{entry_id}/change")
def change(visit: AtDesk, entry_id: Number) -> Response:
    try:
        new = visit.desk.directory.change(visit.person, entry_id, _contact(visit))
    except PermissionDenied:
        raise
    except (InputError, ConflictError, RefusedError) as error:
        return _entry(visit, entry_id, error)
    return visit.go(f"/directory/{new.id}")


@router.post("/directory/{entry_id}/verify")
def verify(visit: AtDesk, entry_id: Number) -> Response:
    try:
        visit.desk.directory.verify(visit.person, entry_id)
    except PermissionDenied:
        raise
    except RefusedError as error:
        return _entry(visit, entry_id, error)
    return visit.go(f"/directory/{entry_id}")


@router.post("/directory/{entry_id}/retire")
def retire(visit: AtDesk, entry_id: Number) -> Response:
    try:
        visit.desk.directory.retire(visit.person, entry_id)
    except PermissionDenied:
        raise
    except RefusedError as error:
        return _entry(visit, entry_id, error)
    return visit.go("/directory")


def _may_keep(visit: Visit) -> bool:
    return any(visit.can(permission.value) for permission in KEEPERS)


def _contact(visit: Visit) -> Contact:
    """Raises FieldError."""
    try:
        kind = RecipientKind(visit.field("kind"))
    except ValueError:
        raise FieldError("kind", "choose what kind of office it is") from None
    return Contact(kind, **{name: visit.field(name) for name in ("province", "commune", *LONGEST)})


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.field(name) for name in visit.form}


def _list(visit: Visit, error: LachanError | None = None) -> Response:
    query, service = visit.request.query_params, visit.desk.directory
    area = chosen_area(service.units, query.get("province", ""), query.get("commune", ""))
    kind = next((each for each in KINDS if each.value == query.get("kind")), None)
    standing = next((each for each in STANDINGS if each.value == query.get("standing")), None)
    found = service.find(visit.person, area=area, kind=kind, standing=standing)
    return visit.page(
        "directory.html",
        status_of(error) if error else 200,
        entries=found[:SHOWN],
        total=len(found),
        hotline=HOTLINE,
        area=area,
        kind=kind,
        standing=standing,
        standings=service.standings(visit.person),
        all_standings=STANDINGS,
        keeper=_may_keep(visit),
        **_form(visit, error),
    )


def _entry(visit: Visit, number: int, error: LachanError | None = None) -> Response:
    entry, history = visit.desk.directory.entry(visit.person, number)
    return visit.page(
        "directory_entry.html",
        status_of(error) if error else 200,
        entry=entry,
        standing=entry.standing(visit.desk.clock()),
        history=history,
        keeper=_may_keep(visit) and entry.standing(visit.desk.clock()) is not Standing.RETIRED,
        mine=entry.written_by == visit.person.name,
        holds=VERIFIED_FOR,
        **_form(visit, error),
    )


def _form(visit: Visit, error: LachanError | None) -> dict[str, Any]:
    return {
        "kinds": KINDS,
        "provinces": visit.desk.directory.units.provinces,
        "communes": visit.desk.directory.units.communes,
        "longest": LONGEST,
        "typed": _typed(visit) if error else {},
        "wrong": error.field if isinstance(error, FieldError) else "",
        "refusal": visit.language.refusal(error) if error else "",
    }
