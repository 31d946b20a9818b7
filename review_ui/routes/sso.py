"""Single sign-on: to the provider, back from it, and our own code where the provider named no second factor."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from lachan.domain.errors import ConflictError, InputError, NotFound, PermissionDenied, RefusedError
from lachan.pipeline.accounts import SignInFailed
from lachan.pipeline.sso import Arrived, SingleSignOn, UnknownIdentity
from review_ui.guard import AtDesk, Visit, local_path
from review_ui.routes.accounts import show_accounts
from review_ui.routes.public import address

router = APIRouter(include_in_schema=False)


@router.get("/sso/start")
def start(visit: AtDesk, next: str = "/") -> Response:
    """A link, not a form: the policy of our pages lets no form lead elsewhere."""
    sso = _sso(visit)
    if not _allowed(visit):
        return _failed(visit, SignInFailed("too many tries from this computer: wait a minute"), 429)
    try:
        begun = sso.begin(local_path(next))
    except SignInFailed as error:
        return _failed(visit, error)
    response = RedirectResponse(begun.url, 303)
    visit.cookies.open_sign_on(response, begun.browser)
    return response


@router.get("/sso/callback")
def callback(visit: AtDesk, state: str = "", code: str = "") -> Response:
    """What the provider sends a browser back with. Each answer counts once, and in the browser that asked."""
    browser = visit.request.cookies.get(visit.cookies.sign_on, "")
    try:
        arrived = _sso(visit).finish(state[:200], browser, code[:4000])
    except SignInFailed as error:
        return _failed(visit, error)
    if arrived.pending is not None:
        response = visit.page("sso_code.html", refusal="")
        visit.cookies.open_sign_on(response, arrived.pending)
        return response
    return _in(visit, arrived)


@router.post("/sso/code")
def second(visit: AtDesk) -> Response:
    if not _allowed(visit):
        error = SignInFailed("too many tries from this computer: wait a minute")
        return visit.page("sso_code.html", 429, refusal=visit.language.refusal(error))
    pending = visit.request.cookies.get(visit.cookies.sign_on, "")
    try:
        arrived = _sso(visit).second(pending, visit.field("code"))
    except SignInFailed as error:
        return visit.page("sso_code.html", 401, refusal=visit.language.refusal(error))
    return _in(visit, arrived)


@router.post("/admin/accounts/{name}/link")
def link(visit: AtDesk, name: str) -> Response:
    try:
        _sso(visit).link(visit.person, name, visit.field("subject"))
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return show_accounts(visit, error)
    return visit.go("/admin/accounts")


@router.post("/admin/accounts/{name}/unlink")
def unlink(visit: AtDesk, name: str) -> Response:
    _sso(visit).unlink(visit.person, name)
    return visit.go("/admin/accounts")


def _sso(visit: Visit) -> SingleSignOn:
    """Raises NotFound where there is none."""
    if visit.desk.sso is None:
        raise NotFound("there is no single sign-on here")
    return visit.desk.sso


def _allowed(visit: Visit) -> bool:
    return bool(visit.request.app.state.login_rate.allow(address(visit.request), visit.desk.clock()))


def _in(visit: Visit, arrived: Arrived) -> Response:
    """A page that goes on by itself: the browser came from elsewhere, and would not send a strict cookie with a
    redirect."""
    assert arrived.token is not None
    if visit.token:
        visit.desk.accounts.sign_out(visit.token)  # whoever sat here before
    response = visit.page("sso_in.html", trace=False, next=arrived.next_path)
    visit.cookies.end_sign_on(response)
    visit.cookies.start(response, arrived.token)
    return response


def _failed(visit: Visit, error: SignInFailed, status: int = 401) -> Response:
    response = visit.page(
        "sso_failed.html",
        status,
        refusal=visit.language.refusal(error),
        subject=error.subject if isinstance(error, UnknownIdentity) else "",
    )
    visit.cookies.end_sign_on(response)
    return response
