"""On call: the roster, one's own address, how fast alarms are answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.account import PERMISSIONS, Permission
from lachan.domain.errors import InputError, LachanError
from lachan.domain.oncall import LAST_STEP
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit
from review_ui.moments import VIETNAM

router = APIRouter(include_in_schema=False)

TIMES_OF: Final = timedelta(days=30)


@router.get("/oncall")
def oncall(visit: AtDesk) -> Response:
    return _show(visit)


@router.post("/oncall/reach")
def email(visit: AtDesk) -> Response:
    try:
        visit.desk.oncall.set_email(visit.person, visit.field("email"))
    except InputError as error:
        return _show(visit, error)
    return visit.go("/oncall?kept=1")


@router.post("/oncall/{case_id}/answer")
def answer(visit: AtDesk, case_id: Number) -> Response:
    """The alarm stops climbing; on to the case."""
    visit.desk.oncall.answer(visit.person, case_id)
    return visit.go(f"/cases/{case_id}")


@router.post("/oncall/duties")
def add_duty(visit: AtDesk) -> Response:
    try:
        visit.desk.oncall.add_duty(
            visit.person,
            visit.field("name"),
            _number(visit.field("step")),
            _moment(visit.field("starts")),
            _moment(visit.field("ends")),
        )
    except InputError as error:
        return _show(visit, error)
    return visit.go("/oncall")


@router.post("/oncall/duties/{duty_id}/remove")
def remove_duty(visit: AtDesk, duty_id: Number) -> Response:
    visit.desk.oncall.remove_duty(visit.person, duty_id)
    return visit.go("/oncall")


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 3 else 0


def _moment(given: str) -> datetime:
    """`2026-11-22T18:00`, in Vietnam."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise InputError("choose when the duty begins and when it ends") from None
    return at.replace(tzinfo=VIETNAM)


def _show(visit: Visit, error: LachanError | None = None) -> Response:
    now = visit.desk.clock()
    with visit.desk.database.read() as unit:
        desk = [
            account.name
            for account in unit.accounts.all()
            if account.active and Permission.DECIDE_PROTECT in PERMISSIONS[account.role]
        ]
    return visit.page(
        "oncall.html",
        status_of(error) if error else 200,
        duties=visit.desk.oncall.roster(visit.person),
        people=desk,
        steps=range(1, LAST_STEP + 1),
        email=visit.desk.oncall.email(visit.person),
        times=visit.desk.oncall.times(now - TIMES_OF),
        median=timedelta(seconds=visit.desk.oncall.times(now - TIMES_OF).median_seconds or 0),
        standings=visit.desk.directory.standings(visit.person),
        kept=visit.request.query_params.get("kept") == "1",
        typed={name: visit.field(name) for name in ("name", "step", "starts", "ends")},
        refusal=visit.language.refusal(error) if error else "",
    )
