"""What answers without log-in: health, the list of sources, the appeal form, settings of the browser."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from lachan.domain.alphabet import alphabetical
from lachan.domain.appeal import DECIDE_WITHIN
from lachan.domain.errors import ConflictError, InputError, NotFound
from lachan.domain.post import SourceState
from lachan.pipeline.appeal import MAX_REASON
from review_ui.failures import status_of
from review_ui.guard import AtDesk, local_path
from review_ui.health import SHIFT
from review_ui.language import LANGUAGES

router = APIRouter(include_in_schema=False)

_SWITCH: Final = ("on", "off")
_SETTINGS: Final = {
    "language": LANGUAGES,
    "blur": _SWITCH,
    "grey": _SWITCH,
    "calm": _SWITCH,
    "rest": _SWITCH,
}
#: What ends with the shift, in seconds; the others last.
_FOR: Final = {"rest": int(SHIFT.total_seconds())}
TOO_MANY: Final = "too many tries from this computer: wait a minute"


@router.get("/healthz")
def healthz(visit: AtDesk) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(visit: AtDesk) -> Response:
    """The database answers."""
    try:
        with visit.desk.database.read() as unit:
            unit.state.get("kind")
    except Exception:  # whatever it is: not ready, and no detail for strangers
        return JSONResponse({"ready": False}, 503)
    return JSONResponse({"ready": True})


@router.get("/public/sources")
def sources(visit: AtDesk) -> Response:
    """Which places are read, and why: open to everybody."""
    with visit.desk.database.read() as unit:
        listed = [s for s in unit.sources.all() if s.state is not SourceState.PROPOSED]
    return visit.page("public_sources.html", sources=sorted(listed, key=lambda s: alphabetical(s.title)))


@router.get("/appeal")
def appeal_form(visit: AtDesk) -> Response:
    return visit.page("appeal_form.html", code="", reason="", refusal="", **_limits())


@router.post("/appeal")
def appeal(visit: AtDesk) -> Response:
    """Lodge an appeal. No name is asked and no address is kept."""
    code, reason = visit.field("code"), visit.field("reason")
    if not visit.request.app.state.appeal_rate.allow(address(visit.request), visit.desk.clock()):
        return _again(visit, code, reason, InputError(TOO_MANY), 429)
    try:
        lodged = visit.desk.appeals.submit(code, reason)
    except (InputError, NotFound, ConflictError) as error:
        return _again(visit, code, reason, error, status_of(error))
    return visit.page("appeal_received.html", appeal=lodged, **_limits())


@router.post("/settings")
def settings(visit: AtDesk) -> Response:
    """Language, and what makes the desk easier to bear, kept in this browser."""
    response = visit.go(local_path(visit.field("next")))
    for name, allowed in _SETTINGS.items():
        if visit.field(name) in allowed:
            visit.cookies.keep(response, name, visit.field(name), _FOR.get(name))
    return response


def address(request: Request) -> str:
    """Where a request comes from, for the rate limit alone."""
    return request.client.host if request.client else "unknown"


def _again(
    visit: AtDesk, code: str, reason: str, error: InputError | NotFound | ConflictError, status: int
) -> Response:
    said = visit.language.refusal(error)
    return visit.page("appeal_form.html", status, code=code, reason=reason, refusal=said, **_limits())


def _limits() -> dict[str, Any]:
    return {"days": DECIDE_WITHIN.days, "max_reason": MAX_REASON}
