"""One place that turns errors into answers: pages for people, problem+json (RFC 9457) under /api."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from lachan.domain.errors import (
    ConflictError,
    InputError,
    KeyDestroyed,
    LachanError,
    NotFound,
    QueryError,
    RefusedError,
    Stopped,
    Unavailable,
)
from lachan.pipeline.accounts import SignInFailed
from review_ui.guard import SignInNeeded, StaleForm, Visit
from review_ui.headers import secure_headers
from review_ui.language import Language

_log = logging.getLogger(__name__)

#: Most specific first.
_STATUS: Final[tuple[tuple[type[LachanError], int], ...]] = (
    (NotFound, 404),
    (KeyDestroyed, 410),
    (ConflictError, 409),
    (InputError, 422),
    (SignInFailed, 401),
    (StaleForm, 403),
    (RefusedError, 403),
    (Stopped, 503),
    (Unavailable, 503),
    (LachanError, 403),
)
#: Fields whose words are shown again when an answer could not be taken, so that nothing typed is lost.
_TYPED: Final = ("reason", "need", "note", "answer", "text")


def status_of(error: LachanError) -> int:
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(LachanError, _on_domain_error)
    app.add_exception_handler(SignInNeeded, _on_sign_in_needed)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(ClientDisconnect, _on_lost_connection)
    app.add_exception_handler(Exception, _on_crash)


def _visit(request: Request) -> Visit:
    """The visit of this request, or one of nobody where `enter` did not come so far."""
    held: Visit | None = getattr(request.state, "visit", None)
    if held is not None:
        return held
    desk = request.app.state.desk
    code = request.cookies.get("lachan-language", "vi")
    cookies = desk.cookies
    language = Language("en" if code == "en" else "vi")
    kept = request.cookies.get(cookies.visit, "")
    return Visit(request, desk, request.app.state.pages, cookies, language, None, None, kept)


def _answer(request: Request, status: int, sentence: str, *, position: int | None = None) -> Response:
    request_id = request.state.request_id
    if request.url.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": sentence,
            "instance": f"urn:request:{request_id}",
        }
        if position is not None:
            problem["position"] = position
        return JSONResponse(problem, status, media_type="application/problem+json")
    visit = _visit(request)
    typed = [text for name in _TYPED if (text := visit.field(name))]
    return visit.page("error.html", status, code=status, sentence=sentence, typed=typed)


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LachanError)
    position = error.position if isinstance(error, QueryError) else None
    language = _visit(request).language
    return _answer(request, status_of(error), language.refusal(error), position=position)


async def _on_sign_in_needed(request: Request, error: Exception) -> Response:
    visit = _visit(request)
    if request.url.path.startswith("/api/"):
        return _answer(request, 401, visit.language.say("Hãy đăng nhập."))
    if request.method in ("GET", "HEAD"):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return visit.go("/login" if here == "/" else f"/login?next={quote(here, safe='')}")
    sentence = visit.language.say(
        "Phiên làm việc đã hết. Hãy đăng nhập lại; những gì bạn đã viết còn ở dưới đây để chép lại."
    )
    return _answer(request, 401, sentence)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    say = _visit(request).language.say
    sentences = {
        404: say("Không có trang này. Hãy quay lại trang chính."),
        405: say("Trang này không nhận dữ liệu gửi theo cách đó."),
    }
    sentence = sentences.get(error.status_code, say("Không thực hiện được yêu cầu này."))
    return _answer(request, error.status_code, sentence)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    """A path or query that does not read (`/cases/abc`): for a page that is simply not there."""
    assert isinstance(error, RequestValidationError)
    say = _visit(request).language.say
    if any("body" in problem["loc"] for problem in error.errors()):
        return _answer(request, 422, say("Nội dung gửi lên không đọc được. Hãy xem lại các ô đã điền."))
    if any("path" in problem["loc"] for problem in error.errors()):
        return _answer(request, 404, say("Không có trang này. Hãy quay lại trang chính."))
    return _answer(request, 422, say("Địa chỉ có phần không đọc được. Hãy kiểm tra lại."))


async def _on_lost_connection(request: Request, error: Exception) -> Response:
    """Whoever sent a form went away in the middle of it: nothing was done, and nobody hears this answer."""
    return Response(status_code=400)


async def _on_crash(request: Request, error: Exception) -> Response:
    """Our own mistake: told by its number only; the words of posts never reach a log."""
    _log.error("request %s failed: %s", request.state.request_id, type(error).__name__)
    say = _visit(request).language.say
    response = _answer(
        request, 500, say("Hệ thống gặp lỗi. Hãy thử lại; nếu vẫn lỗi, hãy báo mã tra cứu ở cuối trang.")
    )
    # this answer is sent from outside the middleware that sets headers
    secure = request.app.state.desk.secure_cookies
    secure_headers(response.headers, request.state.request_id, secure=secure)
    return response
