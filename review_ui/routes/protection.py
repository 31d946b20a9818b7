"""Bringing help to a child: refer, dismiss, follow up."""

from __future__ import annotations

from typing import TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, RefusedError
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
from review_ui.case_view import show_case
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)

Choice = TypeVar("Choice", HarmSource, RecipientKind, ReferralAct)


@router.post("/cases/{case_id}/refer")
def refer(visit: AtDesk, case_id: Number) -> Response:
    try:
        visit.desk.protect.refer(
            visit.person,
            case_id,
            recipient=_chosen(RecipientKind, visit.field("recipient")),
            harm_source=_chosen(HarmSource, visit.field("harm_source")),
            need=visit.field("need"),
        )
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
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
        wanted = visit.field("recipient")
        visit.desk.protect.act(
            visit.person,
            referral_id,
            _chosen(ReferralAct, visit.field("act")),
            _chosen(RecipientKind, wanted) if wanted else None,
        )
    except PermissionDenied:
        raise
    except (InputError, RefusedError) as error:
        return _list(visit, error)
    return visit.go(f"/referrals#referral-{referral_id}")


def _list(visit: Visit, error: LachanError | None = None) -> Response:
    with visit.desk.database.read() as unit:
        pending = unit.referrals.pending()
    return visit.page(
        "referrals.html",
        status_of(error) if error else 200,
        referrals=pending,
        alarms={alarm.referral.id: alarm for alarm in visit.desk.protect.alarms()},
        acts={referral.id: sorted(REFERRAL_TABLE.acts(referral.state)) for referral in pending},
        recipients_for=recipients_for,
        redirecting=(ReferralAct.SEND_NEXT, ReferralAct.HAND_ON),
        accept_within=ACCEPT_WITHIN,
        follow_up_after=FOLLOW_UP_AFTER,
        hotline=HOTLINE,
        refusal=visit.language.refusal(error) if error else "",
    )


def _chosen(kind: type[Choice], value: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        raise InputError(f"choose from the list: {value}") from None
