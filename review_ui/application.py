"""The desk as an ASGI application, put together in one place."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from review_ui import failures
from review_ui.counting import QueueCounts
from review_ui.desk import Desk
from review_ui.guard import enter
from review_ui.headers import SecurityHeaders
from review_ui.pages import STATIC, Pages
from review_ui.permissions import ROUTES
from review_ui.rate_limit import RateLimit
from review_ui.routes import ROUTERS
from review_ui.size_limit import SizeLimit

LOGIN_TRIES = 10  # a minute from one address; an account locks after five failures anyway
APPEAL_TRIES = 5  # a minute from one address
REPORTS = 3  # a minute from one address; more wait apart, none is refused
CODE_TRIES = 10  # a minute from one address


class _LastingFiles(StaticFiles):
    """Addresses carry a digest, so browsers keep the file."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(desk: Desk) -> FastAPI:
    """The whole desk. Raises LookupError when a route has no entry in the permission table, or the reverse."""
    app = FastAPI(
        title="Lá Chắn",
        version="1",
        description="Read-only interface of the desk, and the door for reports from people. Decisions need a "
        "person signed in; no token can decide.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(enter)],
    )
    app.state.desk = desk
    app.state.pages = Pages()
    app.state.counts = QueueCounts(desk.clock)
    app.state.login_rate = RateLimit(LOGIN_TRIES)
    app.state.appeal_rate = RateLimit(APPEAL_TRIES)
    app.state.report_rate = RateLimit(REPORTS)
    app.state.code_rate = RateLimit(CODE_TRIES)
    served = set()
    for router in ROUTERS:
        served |= {
            f"{method} {route.path}"
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
        }
        app.include_router(router)
    if served != set(ROUTES):
        raise LookupError(f"routes and permissions differ: {sorted(served ^ set(ROUTES))}")
    app.mount("/static", _LastingFiles(directory=str(STATIC)), name="static")
    failures.install(app)
    app.add_middleware(SizeLimit)
    app.add_middleware(
        SecurityHeaders, secure=desk.secure_cookies
    )  # outermost: its headers are on every answer
    return app
