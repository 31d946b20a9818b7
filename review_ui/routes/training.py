"""From the live desk to the training desk, and in at the training desk's door."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from lachan.domain.errors import NotFound
from lachan.pipeline.accounts import SignInFailed
from review_ui.guard import AtDesk

router = APIRouter(include_in_schema=False)


@router.get("/training")
def leave(visit: AtDesk) -> Response:
    """A link, not a form: the policy of our pages lets no form lead elsewhere."""
    if visit.desk.training_door is None:
        raise NotFound("there is no training desk beside this one")
    return RedirectResponse(visit.desk.training_door.way_in(visit.person.account), 303)


@router.get("/training/enter")
def enter(visit: AtDesk, given: str = "") -> Response:
    """A page that goes on by itself, as after single sign-on: the browser came from elsewhere."""
    if visit.desk.arrivals is None:
        raise NotFound("this is no training desk")
    try:
        token = visit.desk.arrivals.enter(given)
    except SignInFailed as error:
        return visit.page("login.html", 401, refusal=visit.language.refusal(error), demo_logins=[])
    if visit.token:
        visit.desk.accounts.sign_out(visit.token)  # whoever sat here before
    response = visit.page("sso_in.html", trace=False, next="/")
    visit.cookies.start(response, token)
    return response
