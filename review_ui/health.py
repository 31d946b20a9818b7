"""What somebody had to read in this shift, for their own eyes, and when a break is due. A proposal, never a rule:
nothing is locked, nobody else sees it, and it is gone after a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lachan.domain.taxonomy import SEVERITY, Category
from review_ui.guard import Visit

SHIFT: Final = timedelta(hours=12)
#: A break is a pause of ten minutes; after ninety minutes without one, or thirty cases, it is time.
PAUSE: Final = timedelta(minutes=10)
STRETCH: Final = timedelta(minutes=90)
MANY: Final = 30
HARD: Final = 4  # severity from which a category is hard to read
HARD_ONES: Final = tuple(category for category in Category if SEVERITY[category] >= HARD)
HARD_MANY: Final = 15  # hard cases in one shift after which other work is proposed


@dataclass(frozen=True)
class Exposure:
    """Cases of this shift by category, most first; whether a break, or other categories, are proposed."""

    counts: tuple[tuple[Category, int], ...]
    cases: int
    break_due: bool
    rotate: bool


def exposure(visit: Visit) -> Exposure:
    """Of whoever is signed in."""
    now, me = visit.desk.clock(), visit.person.name
    with visit.desk.database.read() as unit:
        counts = unit.exposures.counts(me, now - SHIFT)
        taken = unit.exposures.cases(me, now - SHIFT)
    ordered = sorted(counts.items(), key=lambda row: (-row[1], row[0].value))
    return Exposure(tuple(ordered), len(taken), break_due(taken, now), _rotate(counts))


def break_due(taken: Sequence[datetime], now: datetime) -> bool:
    """Whether the stretch of work that goes on now (`taken` oldest first) is long or full enough for a break."""
    if not taken or now - taken[-1] >= PAUSE:
        return False
    begin = len(taken) - 1
    while begin > 0 and taken[begin] - taken[begin - 1] < PAUSE:
        begin -= 1
    return now - taken[begin] >= STRETCH or len(taken) - begin >= MANY


def _rotate(counts: Mapping[Category, int]) -> bool:
    return sum(count for category, count in counts.items() if SEVERITY[category] >= HARD) >= HARD_MANY
