"""Bringing help to a child: refer, dismiss, follow up."""

from __future__ import annotations

from typing import Final, TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.directory import Standing
from lachan.domain.errors import (
    ConflictError,
    InputError,
    LachanError,
    NotFound,
    PermissionDenied,
    RefusedError,
)
from lachan.domain.referral import (
    ACCEPT_WITHIN,
    FOLLOW_UP_AFTER,
    REFERRAL_TABLE,
    HarmSource,
    RecipientKind,
    ReferralAct,
    recipients_for,
)
from lachan.pipeline.protect import HOTLINE
from review_ui.areas import chosen_area
from review_ui.case_view import show_case
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)

OFFERED: Final = 50  # offices in one list
Choice = TypeVar("Choice", HarmSource, RecipientKind, ReferralAct)


@router.post("/cases/{case_id}/refer")
def refer(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.protect.refer(
            visit.person,
            case_id,
            entry=_entry(visit.field("entry")),
            harm_source=_chosen(HarmSource, visit.field("harm_source")),
            need=visit.field("need"),
            area=chosen_area(visit.desk.directory.units, visit.field("province"), visit.field("commune")),
            reason=visit.field("stale_reason"),
        )
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError, NotFound) as error:
        return show_case(visit, case_id, refusal=error, beside_form=True)
    return visit.go(f"/?done=referred&case={case_id}")


@router.post("/cases/{case_id}/dismiss")
def dismiss(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.protect.dismiss(visit.person, case_id, visit.field("reason"))
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return show_case(visit, case_id, refusal=error, beside_form=True)
    return visit.go(f"/?done=dismissed&case={case_id}")


@router.get("/referrals")
def referrals(visit: AtDesk) -> Response:
    return _list(visit)


@router.post("/referrals/{referral_id}/act")
def act(visit: AtDesk, referral_id: Number) -> Response:
    try:
        to = visit.field("to")
        listed = to.isascii() and to.isdecimal()
        visit.desk.protect.act(
            visit.person,
            referral_id,
            _chosen(ReferralAct, visit.field("act")),
            entry=_entry(to) if listed else None,
            recipient=_chosen(RecipientKind, to) if to and not listed else None,
            reason=visit.field("stale_reason"),
        )
    except PermissionDenied:
        raise
    except (InputError, RefusedError, NotFound) as error:
        return _list(visit, error)
    return visit.go(f"/referrals#referral-{referral_id}")


def _list(visit: Visit, error: LachanError | None = None) -> Response:
    with visit.desk.database.read() as unit:
        pending = unit.referrals.pending()
    offered = {
        referral.id: visit.desk.protect.offered(visit.person, referral.area, referral.harm_source)[:OFFERED]
        for referral in pending
    }
    now = visit.desk.clock()
    return visit.page(
        "referrals.html",
        status_of(error) if error else 200,
        referrals=pending,
        alarms={alarm.referral.id: alarm for alarm in visit.desk.protect.alarms()},
        acts={referral.id: sorted(REFERRAL_TABLE.acts(referral.state)) for referral in pending},
        recipients_for=recipients_for,
        offered=offered,
        stale={
            entry.id for found in offered.values() for entry in found if entry.standing(now) is Standing.STALE
        },
        redirecting=(ReferralAct.SEND_NEXT, ReferralAct.HAND_ON),
        accept_within=ACCEPT_WITHIN,
        follow_up_after=FOLLOW_UP_AFTER,
        hotline=HOTLINE,
        refusal=visit.language.refusal(error) if error else "",
    )


def _entry(number: str) -> int:
    """Of the directory. Raises InputError."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise InputError("choose a recipient from the directory")
    return int(number)


def _chosen(kind: type[Choice], value: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        raise InputError(f"choose from the list: {value}") from None
