"""A cluster: read the near-copies, tick, see what would happen, dismiss, take back."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, RefusedError
from lachan.domain.privacy import mask
from lachan.pipeline.clusters import Member, Outcome
from review_ui.case_view import dismiss_reasons
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit
from review_ui.passage import Change, changes
from review_ui.reveal import wide_mask

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ShownMember:
    """A near-copy as the page shows it: what differs from the case in hand, masked."""

    member: Member
    differs: list[Change]


@router.get("/cases/{case_id}/cluster")
def cluster(visit: AtDesk, case_id: Number) -> Response:
    return _show(visit, case_id)


@router.post("/cases/{case_id}/cluster")
def dismiss(visit: AtDesk, case_id: Number) -> Response:
    """First what would happen; with `confirm` it happens."""
    dry = visit.field("confirm") != "1"
    ticked = [int(value) for value in visit.fields("case") if value.isascii() and value.isdecimal()][:100]
    try:
        outcome = visit.desk.clusters.dismiss(visit.person, case_id, ticked, visit.field("reason"), dry=dry)
    except PermissionDenied:
        raise
    except (InputError, ConflictError, RefusedError) as error:
        return _show(visit, case_id, error)
    if dry:
        return _show(visit, case_id, outcome=outcome)
    return visit.page("cluster_done.html", outcome=outcome, undone=False)


@router.post("/clusters/{name}/undo")
def undo(visit: AtDesk, name: str) -> Response:
    return visit.page("cluster_done.html", outcome=visit.desk.clusters.undo(visit.person, name), undone=True)


def _show(
    visit: Visit, case_id: int, error: LachanError | None = None, outcome: Outcome | None = None
) -> Response:
    case, posts = visit.desk.review.read(visit.person, case_id)
    members = visit.desk.clusters.of(visit.person, case_id)
    first = mask(posts[0].text, wide=wide_mask(case)).text if posts else ""
    shown = [
        ShownMember(member, changes(first, mask(member.text, wide=wide_mask(member.case)).text))
        for member in members
    ]
    return visit.page(
        "cluster.html",
        status_of(error) if error else 200,
        case=case,
        first=first,
        members=shown,
        ticked={int(value) for value in visit.fields("case") if value.isascii() and value.isdecimal()},
        reason=visit.field("reason"),
        reasons=dismiss_reasons(visit),
        outcome=outcome,
        refusal=visit.language.refusal(error) if error else "",
    )
