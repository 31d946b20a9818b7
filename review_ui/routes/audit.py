"""The audit log, for auditors: read it, check that nothing in it was changed."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.audit import Verdict, verify
from review_ui.guard import AtDesk, Visit

router = APIRouter(include_in_schema=False)

PAGE: Final = 100
AUDIT_SECRET: Final = "audit"  # noqa: S105 - the name of the key that signs checkpoints


@router.get("/audit")
def audit(visit: AtDesk, before: Annotated[int, Query(ge=0)] = 0) -> Response:
    return _show(visit, before)


@router.post("/audit/verify")
def check(visit: AtDesk) -> Response:
    with visit.desk.database.read() as unit:
        verdict = verify(
            unit.audit.links(),
            checkpoint=unit.audit.checkpoint(),
            key=visit.desk.keys.secret(AUDIT_SECRET),
            head=unit.audit.head(),
        )
    return _show(visit, 0, verdict)


def _show(visit: Visit, before: int, verdict: Verdict | None = None) -> Response:
    """Newest first, up to the event before number `before` (0: the newest)."""
    with visit.desk.database.read() as unit:
        head, digest = unit.audit.head()
        end = min(before - 1, head) if before else head
        start = max(0, end - PAGE)
        events = list(islice(unit.audit.links(after=start), end - start))
    return visit.page(
        "audit.html", events=events[::-1], head=head, digest=digest, earlier=start + 1, verdict=verdict
    )
