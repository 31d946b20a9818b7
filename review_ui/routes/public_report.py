"""Where a child, a parent, a teacher tells: no log-in, no cookie, no script; an old phone will do.

form -> received (the code, once) -> follow by the code -> add, withdraw.  `leave` goes somewhere harmless.
The same by POST /api/v1/reports for programmes of hotlines and schools.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from lachan.domain.errors import InputError, LachanError, NotFound, TransitionError
from lachan.domain.report import (
    KEEP_ANSWERED,
    MAX_CONTACT,
    MAX_TEXT,
    MAX_URL,
    READ_WITHIN,
    Quarantine,
    Reporter,
    ReportState,
    Told,
    check_told,
)
from lachan.pipeline.protect import HOTLINE
from lachan.pipeline.report import Submitted
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Visit
from review_ui.language import LANGUAGES, Language
from review_ui.routes.api import PROBLEMS, problems
from review_ui.routes.public import TOO_MANY, address

router = APIRouter()

POLICE: Final = "113"
#: Where "leave quickly" leads: a page that anybody may have open.
ELSEWHERE: Final = "https://vi.wikipedia.org/"
#: The field that people do not see. Whoever fills it in is likely a machine, and is read all the same.
TRAP: Final = "homepage"

Lang = Annotated[str, Query(max_length=2)]


class NewReport(BaseModel):
    """What is told. No name, no address of who sends it."""

    model_config = ConfigDict(extra="forbid")

    reporter: Reporter = Field(description="who tells, in their own words")
    text: str = Field(default="", max_length=MAX_TEXT, description="what happened; this or `url` is needed")
    url: str = Field(default="", max_length=MAX_URL, description="the page that it is about")
    contact: str = Field(
        default="",
        max_length=MAX_CONTACT,
        description="a safe way and hour to reach whoever tells; protection officers alone see it",
    )
    wants_removal: bool = Field(default=False, description="the child or a guardian asks that the page goes")
    danger_now: bool = Field(
        default=False, description="somebody is in danger at this moment; call 111 or 113"
    )


class ReceivedReport(BaseModel):
    """The code is shown once and kept nowhere: hand it to whoever told."""

    number: str
    code: str
    received_at: datetime
    read_by: datetime = Field(description="when a person will have read it at the latest")
    hotline: str


@router.get("/report", include_in_schema=False)
def report_form(visit: AtDesk, lang: Lang = "") -> Response:
    return _page(visit, "report_form.html", lang=lang, told=Told(Reporter.OTHER), chosen="", refusal="")


@router.post("/report", include_in_schema=False)
def report(visit: AtDesk) -> Response:
    """Receive it. Whatever is wrong with it is said beside the form, and nothing typed is lost."""
    chosen, lang = visit.field("reporter"), visit.field("lang")
    told = Told(
        Reporter(chosen) if chosen in list(Reporter) else Reporter.OTHER,
        visit.field("text"),
        visit.field("url"),
        visit.field("contact"),
        visit.field("wants_removal") == "yes",
        visit.field("danger_now") == "yes",
    )
    try:
        if chosen not in list(Reporter):
            raise InputError("choose who you are")
        submitted = _submit(visit, told, trapped=bool(visit.field(TRAP)))
    except InputError as error:
        return _page(visit, "report_form.html", 422, lang=lang, told=told, chosen=chosen, error=error)
    return _page(visit, "report_received.html", lang=lang, submitted=submitted)


@router.get("/report/follow", include_in_schema=False)
def follow_form(visit: AtDesk, lang: Lang = "") -> Response:
    return _page(visit, "report_code.html", lang=lang, code="", refusal="")


@router.post("/report/follow", include_in_schema=False)
def follow(visit: AtDesk) -> Response:
    return _by_code(visit, "look")


@router.post("/report/add", include_in_schema=False)
def add(visit: AtDesk) -> Response:
    return _by_code(visit, "add")


@router.post("/report/withdraw", include_in_schema=False)
def withdraw(visit: AtDesk) -> Response:
    return _by_code(visit, "withdraw")


@router.get("/report/leave", include_in_schema=False)
def leave(visit: AtDesk) -> Response:
    """Away from here. The browser is asked to forget this page where it knows how: not by a link or a picture of
    another site, which would sign an officer out (strict cookies do not come with it)."""
    response = RedirectResponse(ELSEWHERE, 303)
    elsewhere = visit.request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
    if visit.actor is None and not elsewhere:
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@router.post(
    "/api/v1/reports",
    tags=["reports"],
    summary="Tell of a child in need",
    status_code=201,
    responses={**problems((400, "The body is no JSON"), (413, "The body is too large")), **PROBLEMS},
)
def submit(visit: AtDesk, told: NewReport) -> ReceivedReport:
    """A person reads every report within 7 days. Too many in a minute wait apart; none is refused."""
    given = Told(told.reporter, told.text, told.url, told.contact, told.wants_removal, told.danger_now)
    submitted = _submit(visit, given)
    report = submitted.report
    return ReceivedReport(
        number=report.number,
        code=submitted.code,
        received_at=report.received_at,
        read_by=report.due_at,
        hotline=HOTLINE,
    )


def _submit(visit: Visit, told: Told, *, trapped: bool = False) -> Submitted:
    told = check_told(told)  # a form that is sent again because of an error is no flood
    allowed = visit.request.app.state.report_rate.allow(address(visit.request), visit.desk.clock())
    apart = Quarantine.TRAP if trapped else None if allowed else Quarantine.FLOOD
    return visit.desk.public_reports.submit(told, apart)


def _by_code(visit: Visit, act: str) -> Response:
    """Follow a report up, add to it or withdraw it; a wrong code leads back to the code's form."""
    reports, code, lang = visit.desk.public_reports, visit.field("code"), visit.field("lang")
    error: LachanError | None = None
    added = ""
    try:
        if not visit.request.app.state.code_rate.allow(address(visit.request), visit.desk.clock()):
            return _page(visit, "report_code.html", 429, lang=lang, code=code, error=InputError(TOO_MANY))
        if act == "withdraw":
            if visit.field("sure") == "yes":
                reports.withdraw(code)
                return _page(visit, "report_withdrawn.html", lang=lang)
            error = InputError("tick the box first: what is withdrawn cannot be brought back")
        elif act == "add":
            try:
                reports.add(code, visit.field("text"))
            except (InputError, TransitionError) as refused:
                error, added = refused, visit.field("text")
        found, removals = reports.follow(code)
    except (InputError, NotFound, TransitionError) as wrong:
        return _page(visit, "report_code.html", _status(wrong), lang=lang, code=code, error=wrong)
    return _page(
        visit,
        "report_followed.html",
        status_of(error) if error else 200,
        lang=lang,
        code=code,
        report=found,
        removals=removals,
        ended=found.state is ReportState.CLOSED,
        added=added,
        done=act if error is None else "",
        error=error,
    )


def _status(error: LachanError) -> int:
    """An unknown code is a form that was filled in wrongly, not a page that is missing."""
    return 422 if isinstance(error, NotFound) else status_of(error)


def _page(
    visit: Visit,
    template: str,
    status: int = 200,
    *,
    lang: str = "",
    error: LachanError | None = None,
    **context: object,
) -> Response:
    """Without a cookie; the language stands in the address and in the forms."""
    if lang in LANGUAGES:
        visit.language = Language(lang)
    unknown = isinstance(error, NotFound)
    sentence = InputError("no report has this code") if unknown else error
    if error is not None:
        context["refusal"] = visit.language.refusal(sentence or error)
    context.setdefault("refusal", "")
    return visit.page(
        template,
        status,
        trace=False,
        lang=visit.language.code,
        hotline=HOTLINE,
        police=POLICE,
        trap=TRAP,
        reporters=list(Reporter),
        max_text=MAX_TEXT,
        max_url=MAX_URL,
        max_contact=MAX_CONTACT,
        read_days=READ_WITHIN.days,
        keep_days=KEEP_ANSWERED.days,
        **context,
    )
