"""A clause ended while the system runs: two admins say from which day the law no longer holds. Nothing is ever added.

propose -> waiting -> confirmed (another admin): counts from this moment
                   -> refused (another admin): as before

A proposal makes a clause end earlier than it does, or gives it back the days of the release; it can do nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from lachan.domain.citation import Citation, Ended, until
from lachan.domain.errors import FieldError

SHORTEST_WHY: Final = 40  # characters, blanks counted once
LONGEST_WHY: Final = 1000


class EndState(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True)
class ClauseEnd:
    """A proposal about one clause of the release. `ends`: the first day on which it no longer holds; None: as
    shipped again."""

    id: int
    clause: str
    ends: date | None
    why: str
    proposed_by: str
    proposed_at: datetime
    state: EndState = EndState.WAITING
    settled_by: str | None = None
    settled_at: datetime | None = None


def ended(known: Iterable[ClauseEnd]) -> dict[str, date]:
    """What `known` (oldest first) comes to: of each clause the day that was confirmed last."""
    last = {each.clause: each.ends for each in known if each.state is EndState.CONFIRMED}
    return {clause: day for clause, day in last.items() if day is not None}


def check_end(clause: Citation, ends: date | None, why: str, known: Ended) -> str:
    """The reason as it is kept. Raises FieldError for a reason too short, for a day that ends nothing or lies before
    the clause began, and for bringing back what was not ended."""
    if ends is None:
        if clause.id not in known:
            raise FieldError("why", f"{clause.place} was not ended here: there is nothing to bring back")
    elif ends < clause.effective_from:
        raise FieldError(
            "ends", f"{clause.place} holds from {clause.effective_from:%d/%m/%Y} on: no earlier day"
        )
    else:
        last = until(clause, known)
        if last is not None and ends >= last:
            raise FieldError(
                "ends", f"{clause.place} ends on {last:%d/%m/%Y} already: only an earlier day can be set"
            )
    words = " ".join(why.split())
    if len(words) < SHORTEST_WHY:
        raise FieldError("why", f"write why, in at least {SHORTEST_WHY} characters, and name the instrument")
    if len(words) > LONGEST_WHY:
        raise FieldError("why", f"write at most {LONGEST_WHY} characters")
    return words
