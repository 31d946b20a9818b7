"""The decision on a review case."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Route
from lachan.pipeline.review import Decision
from review_ui.case_view import show_case
from review_ui.guard import AtDesk, Number, Visit
from review_ui.routes.queues import take_next

router = APIRouter(include_in_schema=False)


@router.post("/cases/{case_id}/decide")
def decide(visit: AtDesk, case_id: Number) -> Response:
    """A refusal shows the page again with everything that was typed."""
    try:
        case = visit.desk.review.decide(visit.person, case_id, _decision(visit))
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return show_case(visit, case_id, refusal=error, beside_form=True)
    if case.state is CaseState.AWAITING_APPROVAL:
        done = "submitted"
    else:
        done = "dismissed" if case.measure is Measure.DISMISS else "closed"
    said = f"?done={done}&case={case_id}"
    return take_next(visit, Route.REVIEW, said) if visit.field("then") == "next" else visit.go(f"/{said}")


def _decision(visit: Visit) -> Decision:
    """The form as a decision: the quick buttons dismiss with the words they show."""
    quick = visit.field("quick")
    if quick:
        return Decision(Measure.DISMISS, quick)
    try:
        measure = Measure(visit.field("measure"))
    except ValueError:
        raise InputError("choose a measure") from None
    return Decision(
        measure=measure,
        reason=visit.field("reason"),
        citations=tuple(visit.fields(f"basis.{measure.value}")),
        recipient=visit.field("recipient"),
        author_seems_child=visit.field("author_seems_child") == "1",
    )
