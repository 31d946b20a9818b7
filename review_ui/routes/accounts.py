"""Accounts of officers: created and closed by admins. The one-time secret is shown once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pyotp
from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.account import Role
from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, RefusedError
from lachan.pipeline.accounts import Enrolment
from lachan.pipeline.passwords import MIN_PASSWORD
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Visit
from review_ui.moments import VIETNAM

router = APIRouter(include_in_schema=False)


@router.get("/admin/accounts")
def accounts(visit: AtDesk) -> Response:
    return show_accounts(visit)


@router.post("/admin/accounts")
def create(visit: AtDesk) -> Response:
    """The answer holds the new account's secret and is never kept by the browser (no-store)."""
    password = visit.form.get("password", "")
    try:
        role = Role(visit.field("role"))
    except ValueError:
        return show_accounts(visit, InputError(f"choose from the list: {visit.field('role')}"))
    try:
        made = visit.desk.accounts.create(
            visit.person, visit.field("name"), role, password if isinstance(password, str) else ""
        )
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return show_accounts(visit, error)
    return show_accounts(visit, made=made)


@router.post("/admin/accounts/{name}/close")
def close(visit: AtDesk, name: str) -> Response:
    try:
        visit.desk.accounts.close(visit.person, name)
    except PermissionDenied:
        raise
    except RefusedError as error:
        return show_accounts(visit, error)
    return visit.go("/admin/accounts")


@router.post("/admin/accounts/{name}/leave")
def leave(visit: AtDesk, name: str) -> Response:
    """On leave to the end of the last day, in Vietnam."""
    try:
        last = date.fromisoformat(visit.field("last"))
    except ValueError:
        return show_accounts(visit, InputError("choose a last day of leave from today on, within a year"))
    until = datetime.combine(last + timedelta(days=1), time(), VIETNAM)
    try:
        visit.desk.accounts.leave(visit.person, name, until)
    except PermissionDenied:
        raise
    except (InputError, RefusedError) as error:
        return show_accounts(visit, error)
    return visit.go("/admin/accounts")


@router.post("/admin/accounts/{name}/back")
def come_back(visit: AtDesk, name: str) -> Response:
    visit.desk.accounts.come_back(visit.person, name)
    return visit.go("/admin/accounts")


def show_accounts(visit: Visit, error: LachanError | None = None, made: Enrolment | None = None) -> Response:
    with visit.desk.database.read() as unit:
        found = sorted(unit.accounts.all(), key=lambda account: (not account.active, account.name))
    uri = ""
    if made and made.totp_secret:
        uri = pyotp.TOTP(made.totp_secret).provisioning_uri(name=made.account.name, issuer_name="Lá Chắn")
    return visit.page(
        "admin_accounts.html",
        status_of(error) if error else 200,
        accounts=found,
        links=visit.desk.sso.links(visit.person) if visit.desk.sso is not None else None,
        roles=list(Role),
        min_password=MIN_PASSWORD,
        made=made,
        uri=uri,
        typed={name: visit.field(name) for name in ("name", "role")} if error else {},
        refusal=visit.language.refusal(error) if error else "",
    )
