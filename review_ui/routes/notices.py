"""Notices: where each letter stands, what the recipient did, the letter itself."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.errors import InputError, LachanError, NotFound, PermissionDenied, RefusedError
from lachan.domain.notice import NOTICE_TABLE, Notice, NoticeAct, NoticeState
from lachan.pipeline.clauses import cited
from lachan.pipeline.notify import RECORDED
from review_ui.documents import download, embedded
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)

PAGE: Final = 50
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/notices")
def notices(
    visit: AtDesk,
    state: Annotated[str, Query(max_length=40)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    if state and state not in list(NoticeState):
        raise InputError(f"choose from the list: {state}")
    states = (NoticeState(state),) if state else ()
    with visit.desk.database.read() as unit:
        found = unit.notices.find(states, limit=PAGE + 1, offset=(page - 1) * PAGE)
        counts = unit.notices.counts()
    return visit.page(
        "notices.html",
        notices=found[:PAGE],
        more=len(found) > PAGE,
        counts=counts,
        chosen=state,
        page_number=page,
    )


@router.get("/notices/{notice_id}")
def notice(visit: AtDesk, notice_id: Number, done: str = "") -> Response:
    return _show(visit, notice_id, done=done == "approved")


@router.post("/notices/{notice_id}/act")
def act(visit: AtDesk, notice_id: Number) -> Response:
    try:
        visit.desk.notify.record(visit.person, notice_id, NoticeAct(visit.field("act")))
    except ValueError:
        raise InputError(f"choose from the list: {visit.field('act')}") from None
    except (PermissionDenied, NotFound):
        raise
    except (InputError, RefusedError) as error:
        return _show(visit, notice_id, error=error)
    return visit.go(f"/notices/{notice_id}")


@router.get("/notices/{notice_id}/letter.html")
def letter_html(visit: AtDesk, notice_id: Number, save: bool = False) -> Response:
    """The letter. The writer marks a draft as one, and it is only shown: there is no file of it to save."""
    found = _get(visit, notice_id)
    html = visit.desk.letters.html(found, visit.desk.letterhead, demo=visit.desk.invented)
    if save and found.issued_at is not None:
        return download(html.encode(), f"{found.number}.html", "text/html; charset=utf-8")
    return embedded(html)


@router.get("/notices/{notice_id}/letter.docx")
def letter_docx(visit: AtDesk, notice_id: Number) -> Response:
    found = _get(visit, notice_id)
    if found.issued_at is None:
        raise RefusedError("the letter of a draft is not handed out: it must be issued first")
    body = visit.desk.letters.docx(found, visit.desk.letterhead, demo=visit.desk.invented)
    return download(body, f"{found.number}.docx", DOCX)


def _get(visit: Visit, notice_id: int) -> Notice:
    with visit.desk.database.read() as unit:
        return unit.notices.get(notice_id)


def _show(
    visit: Visit, notice_id: Number, *, done: bool = False, error: LachanError | None = None
) -> Response:
    with visit.desk.database.read() as unit:
        found = unit.notices.get(notice_id)
        history = unit.audit.of_subject(f"notice:{notice_id}")
        bases = cited(unit, found)
    return visit.page(
        "notice.html",
        status_of(error) if error else 200,
        notice=found,
        acts=[name for name in NoticeAct if name in NOTICE_TABLE.acts(found.state) & RECORDED],
        cited=bases,
        history=history,
        done=done,
        refusal=visit.language.refusal(error) if error else "",
    )
