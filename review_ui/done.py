"""What was done a moment ago, said on the next page; and taken back from there where that is possible."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

#: `?done=`, as `_done.html` says it.
DONE: Final = frozenset(
    {
        "dismissed",
        "closed",
        "submitted",
        "approved",
        "returned",
        "disputed",
        "refused",
        "referred",
        "released",
        "held",
        "escalated",
        "answered",
        "corrected",
        "placed",
        "handed",
        "undone",
        "protected",
        "accepted",
    }
)
#: What nothing has left the house for (see `Review.undo`).
UNDOABLE: Final = frozenset({"dismissed", "released", "held", "escalated", "corrected"})


def done_of(request: Request) -> dict[str, Any]:
    """The words of a closed list and a case number; anything else in the address says nothing."""
    said, case = request.query_params.get("done", ""), request.query_params.get("case", "")
    known = said in DONE and case.isascii() and case.isdecimal() and len(case) < 16
    return {
        "done": said if known else "",
        "done_case": int(case) if known else 0,
        "undo": known and said in UNDOABLE,
    }
