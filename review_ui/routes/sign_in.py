"""Log-in, log-out, and the demo accounts of the sample town."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
from fastapi import APIRouter
from starlette.responses import Response

from lachan.pipeline.accounts import TOTP_STEP, SignInFailed
from review_ui.desk import DemoAccount
from review_ui.guard import AtDesk, Visit, local_path
from review_ui.routes.public import address

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DemoLogin:
    """A demo account with the code that signs it in now."""

    account: DemoAccount
    code: str


@router.get("/login")
def login_form(visit: AtDesk, next: str = "/") -> Response:
    return _form(visit, name="", next_path=local_path(next))


@router.post("/login")
def login(visit: AtDesk) -> Response:
    name, next_path = visit.field("name"), local_path(visit.field("next"))
    if not visit.request.app.state.login_rate.allow(address(visit.request), visit.desk.clock()):
        error = SignInFailed("too many tries from this computer: wait a minute")
        return _form(visit, name, next_path, refusal=visit.language.refusal(error), status=429)
    password = visit.form.get("password", "")
    try:
        if visit.desk.training:
            raise SignInFailed("nobody signs in to the training desk: come in from the live desk")
        if visit.desk.sso is not None and not visit.desk.sso.may_use_password(name):
            raise SignInFailed("sign in with the account of your organisation: passwords are turned off here")
        token, _ = visit.desk.accounts.sign_in(
            name, password if isinstance(password, str) else "", visit.field("code") or None
        )
    except SignInFailed as error:
        return _form(visit, name, next_path, refusal=visit.language.refusal(error), status=401)
    response = visit.go(next_path)
    if visit.token:
        visit.desk.accounts.sign_out(visit.token)  # whoever sat here before
    visit.cookies.start(response, token)
    return response


@router.post("/logout")
def logout(visit: AtDesk) -> Response:
    visit.desk.review.release_all(visit.person)
    if visit.token:
        visit.desk.accounts.sign_out(visit.token)
    response = visit.go("/login?left" if visit.desk.sso is not None else "/login")
    visit.cookies.end(response)
    return response


def _form(visit: Visit, name: str, next_path: str, refusal: str = "", status: int = 200) -> Response:
    demo = (
        [DemoLogin(account, _code(visit, account)) for account in visit.desk.demo.accounts]
        if (visit.desk.demo)
        else []
    )
    sso = visit.desk.sso
    left = sso is not None and "left" in visit.request.query_params
    return visit.page(
        "login.html",
        status,
        name=name,
        next=next_path,
        refusal=refusal,
        demo_logins=demo,
        sso=sso is not None,
        passwords=sso is None or sso.local,
        left=left,
        leave_url=sso.logout_url() if sso is not None and left else None,
    )


def _code(visit: Visit, account: DemoAccount) -> str:
    """The code of now, or the next one where that of now was used already (each works once)."""
    if account.totp_secret is None:
        return ""
    with visit.desk.database.read() as unit:
        last = unit.accounts.credentials(account.name).last_totp_step
    current = int(visit.desk.clock().timestamp()) // TOTP_STEP
    return str(pyotp.TOTP(account.totp_secret).generate_otp(min(max(current, last + 1), current + 1)))
