"""Who comes in, and what a page works with.

request -> cookies -> actor -> permission of the route -> (forms: origin and token) -> Visit -> handler

`enter` runs before every handler; a route that is not in `permissions.ROUTES` is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Path
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.errors import PermissionDenied, RefusedError
from lachan.pipeline.sources import STOP
from review_ui.counting import QueueCounts
from review_ui.desk import Desk
from review_ui.language import LANGUAGES, Language
from review_ui.pages import Pages
from review_ui.permissions import OUTSIDE, ROUTES, may
from review_ui.shortcuts import Shortcut, keys_of
from review_ui.tokens import Cookies, form_token, new_visit, token_fits

MAX_FIELD: Final = 6000  # code points of one field
#: What anybody may send without a cookie: an old phone may refuse them, and there is no session to protect.
OPEN_FORMS: Final = frozenset(
    {"/report", "/report/follow", "/report/add", "/report/withdraw", "/api/v1/reports"}
)
#: On a training desk nobody reads what people outside send: they must not believe that somebody does.
NOBODY_HERE: Final = "this is a training desk: nobody reads what is sent here"
STALE_FORM: Final = "the form is old or comes from another page: load the page again and send it once more"


class SignInNeeded(Exception):
    """Nobody is signed in (any more)."""


class StaleForm(RefusedError):
    """The form's token or origin does not fit the session."""


@dataclass
class Visit:
    """One request of one person (or nobody), and how to answer it."""

    request: Request
    desk: Desk
    pages: Pages
    cookies: Cookies
    language: Language
    actor: Actor | None
    token: str | None
    visit_cookie: str
    stopped_by: str | None = None
    keys: dict[Shortcut, str] = field(default_factory=lambda: keys_of({}))
    form: FormData = field(default_factory=FormData)

    @property
    def counts(self) -> QueueCounts:
        counts: QueueCounts = self.request.app.state.counts
        return counts

    @property
    def person(self) -> Actor:
        """Who is signed in. Raises SignInNeeded."""
        if self.actor is None:
            raise SignInNeeded
        return self.actor

    def can(self, permission: str) -> bool:
        """Whether the signed-in account has this permission (by its value)."""
        return self.actor is not None and Permission(permission) in PERMISSIONS[self.actor.account.role]

    def setting(self, name: str, default: str) -> str:
        return self.request.cookies.get(f"lachan-{name}", default)

    def field(self, name: str) -> str:
        """One field of the form, without blanks around it; "" when it is not there."""
        value = self.form.get(name, "")
        return value.strip()[:MAX_FIELD] if isinstance(value, str) else ""

    def fields(self, name: str) -> list[str]:
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def page(self, template: str, status: int = 200, *, trace: bool = True, **context: Any) -> Response:
        """The rendered page; opens a visit cookie where nobody is signed in, unless it shall leave no `trace`."""
        bound = self.token if self.actor is not None and self.token else self.visit_cookie
        fresh = bound == "" or bound is None
        if fresh:
            bound = new_visit()
        body = self.pages.render(
            template,
            self.language,
            visit=self,
            actor=self.actor,
            can=self.can,
            demo=self.desk.demo,
            training=self.desk.training,
            training_seen=self.actor is not None
            and self.desk.training_door is not None
            and self.desk.training_door.seen(),
            stopped_by=self.stopped_by,
            csrf=form_token(self.desk.keys, bound),
            path=self.request.url.path,
            here=self.request.url.path
            + (
                f"?{self.request.url.query}"
                if self.request.method == "GET" and self.request.url.query
                else ""
            ),
            blur=self.setting("blur", "on") == "on",
            grey=self.setting("grey", "off") == "on",
            calm=self.setting("calm", "off") == "on",
            rest=self.setting("rest", "off") == "on",
            now=self.desk.clock(),
            request_id=self.request.state.request_id,
            **context,
        )
        response = HTMLResponse(body, status)
        if fresh and trace:
            self.cookies.open_visit(response, bound)
        return response

    def go(self, path: str) -> RedirectResponse:
        """After a form: on to `path`, which is one of ours (see `local_path`)."""
        return RedirectResponse(path, 303)


def local_path(given: str, default: str = "/") -> str:
    """`given` if it is a path of this desk, else `default`: no redirect leads anywhere else."""
    if not given.startswith("/") or given.startswith("//") or any(ord(sign) < 33 for sign in given):
        return default
    parts = urlsplit(given)
    return given if "\\" not in given and not parts.netloc and not parts.scheme else default


async def enter(request: Request) -> Visit:
    """Raises SignInNeeded, PermissionDenied, StaleForm."""
    desk: Desk = request.app.state.desk
    cookies = desk.cookies
    token = request.cookies.get(cookies.session)
    code = request.cookies.get("lachan-language", "vi")
    actor, stopped_by, keys = await run_in_threadpool(_look_up, desk, token)
    visit = Visit(
        request=request,
        desk=desk,
        pages=request.app.state.pages,
        cookies=cookies,
        language=Language(code if code in LANGUAGES else "vi"),
        actor=actor,
        token=token,
        visit_cookie=request.cookies.get(cookies.visit, ""),
        stopped_by=stopped_by,
        keys=keys_of(keys),
    )
    request.state.visit = visit
    if request.method not in ("GET", "HEAD"):
        visit.form = await request.form(max_files=0, max_fields=200)
    _check_route(visit)
    if desk.training and visit.actor is None and request.url.path in OPEN_FORMS | {"/appeal"}:
        raise RefusedError(NOBODY_HERE)
    if request.method not in ("GET", "HEAD"):
        _check_form(visit)
    return visit


AtDesk = Annotated[Visit, Depends(enter)]
#: A number in a path; what no database column holds is a page that does not exist.
Number = Annotated[int, Path(ge=1, le=2**53)]


def _look_up(desk: Desk, token: str | None) -> tuple[Actor | None, str | None, Mapping[str, str]]:
    """Who it is, who stopped everything, and the keys that are this person's own."""
    actor = desk.accounts.actor(token) if token else None
    if actor is None:
        return None, None, {}
    with desk.database.read() as unit:
        return actor, unit.state.get(STOP), unit.own_keys.of(actor.name)


def _check_route(visit: Visit) -> None:
    request = visit.request
    method = "GET" if request.method == "HEAD" else request.method
    route = f"{method} {request.scope['route'].path}"
    if may(visit.actor, route):
        return
    if visit.actor is None:
        raise SignInNeeded
    needed = ROUTES.get(route) or frozenset()
    if needed == OUTSIDE and route in ROUTES:
        raise PermissionDenied("people who work here do not report to themselves: sign out first")
    wanted = ", ".join(sorted(visit.language.label(permission) for permission in needed))
    raise PermissionDenied(f"{visit.actor.account.role.value} may not {wanted or 'enter'}")


def _check_form(visit: Visit) -> None:
    """A form comes from this desk's own page and session.

    Browsers send `Origin: null` under our `no-referrer`, so null is judged by Sec-Fetch-Site and the token. What
    people outside send needs no token.
    """
    headers = visit.request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise StaleForm(STALE_FORM)
    if origin not in (None, "null") and origin.partition("://")[2] != headers.get("host"):
        raise StaleForm(STALE_FORM)
    if visit.request.url.path in OPEN_FORMS:
        return
    bound = visit.token if visit.actor is not None and visit.token else visit.visit_cookie
    if not token_fits(visit.desk.keys, bound, visit.field("csrf") or headers.get("x-csrf-token", "")):
        raise StaleForm(STALE_FORM)
