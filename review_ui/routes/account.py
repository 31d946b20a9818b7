"""One's own account: where it is signed in, its password, its recovery codes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.account import TOTP_ROLES
from lachan.domain.errors import InputError, LachanError, RefusedError
from lachan.pipeline.accounts import SignInFailed, handle_of
from lachan.pipeline.passwords import MIN_PASSWORD
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Visit

router = APIRouter(include_in_schema=False)


@router.get("/account")
def account(visit: AtDesk) -> Response:
    return _show(visit)


@router.post("/account/sessions")
def end_session(visit: AtDesk) -> Response:
    """End a session of one's own; ending this very one leads to the log-in page."""
    visit.desk.accounts.end_session(visit.person, visit.field("handle"))
    return visit.go("/account")


@router.post("/account/password")
def change_password(visit: AtDesk) -> Response:
    _check_password_here(visit)
    if not _allowed(visit):
        return _show(visit, SignInFailed("too many tries from this computer: wait a minute"), status=429)
    try:
        visit.desk.accounts.change_password(
            visit.person, visit.token or "", _secret(visit, "old"), _secret(visit, "new")
        )
    except (InputError, SignInFailed) as error:
        return _show(visit, error, status=422)
    return visit.go("/account?changed=1")


@router.post("/account/codes")
def recovery_codes(visit: AtDesk) -> Response:
    """The answer holds the codes and is never kept by the browser (no-store)."""
    _check_password_here(visit)
    if not _allowed(visit):
        return _show(visit, SignInFailed("too many tries from this computer: wait a minute"), status=429)
    try:
        codes = visit.desk.accounts.recovery_codes(visit.person, _secret(visit, "password"))
    except (RefusedError, SignInFailed) as error:
        return _show(visit, error, status=422)
    return _show(visit, codes=codes)


def _check_password_here(visit: Visit) -> None:
    if visit.desk.training:
        raise RefusedError("the training desk knows no passwords: change yours at the live desk")


def _allowed(visit: Visit) -> bool:
    return bool(visit.request.app.state.login_rate.allow(visit.person.name, visit.desk.clock()))


def _secret(visit: Visit, name: str) -> str:
    """A password as it was typed, blanks and all."""
    value = visit.form.get(name, "")
    return value if isinstance(value, str) else ""


def _show(
    visit: Visit,
    error: LachanError | None = None,
    *,
    codes: list[str] | None = None,
    status: int | None = None,
) -> Response:
    with visit.desk.database.read() as unit:
        left = unit.accounts.recovery_codes(visit.person.name)
    return visit.page(
        "account.html",
        status or (status_of(error) if error else 200),
        sessions=visit.desk.accounts.sessions(visit.person),
        this=handle_of(visit.token or ""),
        min_password=MIN_PASSWORD,
        needs_codes=visit.person.account.role in TOTP_ROLES,
        codes_left=left,
        codes=codes or [],
        changed=visit.request.query_params.get("changed") == "1",
        refusal=visit.language.refusal(error) if error else "",
    )
