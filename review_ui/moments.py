"""Times as officers read them: Vietnam's clock, ages in words, clocks that turn colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from lachan.domain.case import APPROVE_WITHIN, AWAITS_ANOTHER, Case, CaseState
from lachan.domain.referral import LAW_CEILING, URGENT_SEEN_WITHIN, refer_by
from lachan.domain.taxonomy import Route

VIETNAM: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")  # no summer time since 1975
SEEN_WITHIN: Final = timedelta(days=1)  # a review case that is not urgent: after this its clock is amber
TEXT_ENDS_SOON: Final = timedelta(days=2)  # before its text is deleted undecided: red

_UNITS: Final = {
    "vi": (("ngày", "ngày"), ("giờ", "giờ"), ("phút", "phút"), "chưa đầy một phút"),
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes"), "under a minute"),
}


def moment(at: datetime) -> str:
    """`22/11/2026 14:05`, in Vietnam."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def day(on: date) -> str:
    """`22/11/2026`."""
    return on.strftime("%d/%m/%Y")


def span(length: timedelta, language: str) -> str:
    """`3 giờ 12 phút`: the two largest units; a negative length reads as a positive one."""
    days, hours, minutes, tiny = _UNITS[language]
    total = int(abs(length).total_seconds()) // 60
    counts = (total // 1440, total // 60 % 24, total % 60)
    words = [
        f"{count} {names[0] if count == 1 else names[1]}"
        for count, names in zip(counts, (days, hours, minutes), strict=True)
    ]
    first = next((index for index, count in enumerate(counts) if count), None)
    if first is None:
        return tiny
    return " ".join(words[i] for i in range(first, min(first + 2, 3)) if counts[i])


class Colour(StrEnum):
    """How a clock looks; words stand beside it, so that colour never speaks alone."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True)
class Deadline:
    """When something must have happened, and how near that is. From `soon` on it is amber, from `late` on red (None:
    never); the page's script goes on changing the colour."""

    due: datetime
    colour: Colour
    soon: datetime
    late: datetime | None


def deadline(due: datetime, since: datetime, now: datetime) -> Deadline:
    """Amber in the last third of the time given, red after its end."""
    return _coloured(due, due - (due - since) / 3, due, now)


def _coloured(due: datetime, soon: datetime, late: datetime | None, now: datetime) -> Deadline:
    colour = Colour.SOON if now >= soon else Colour.CALM
    return Deadline(due, Colour.LATE if late is not None and now >= late else colour, soon, late)


def case_deadline(case: Case, now: datetime) -> Deadline:
    """Protection: help on its way (DESIGN §3). Review: urgent ones seen in 15 minutes, others within a day,
    and decided before their text is deleted; a decision seen by its second person within a day."""
    if case.route is Route.PROTECT:
        return deadline(refer_by(case.opened_at, urgent=case.urgent), case.opened_at, now)
    waiting = case.state in (CaseState.OPEN, CaseState.RETURNED, CaseState.ESCALATED)
    if case.urgent and waiting:
        return deadline(case.opened_at + URGENT_SEEN_WITHIN, case.opened_at, now)
    if case.state in AWAITS_ANOTHER and case.decided_at is not None:
        return deadline(case.decided_at + APPROVE_WITHIN, case.decided_at, now)
    ends = case.delete_text_at - TEXT_ENDS_SOON
    if now >= ends:
        return _coloured(case.delete_text_at, ends, ends, now)
    seen = case.opened_at + SEEN_WITHIN
    return _coloured(seen, seen, ends, now)


def past_ceiling(case: Case, now: datetime) -> bool:
    """Whether the law's 12 hours for a child in danger have passed (NĐ 56/2017 Đ31.2)."""
    return case.route is Route.PROTECT and now - case.opened_at > LAW_CEILING


def week_of(on: date) -> str:
    """`2026-W47`."""
    year, week, _ = on.isocalendar()
    return f"{year}-W{week:02d}"


def week_days(week: str) -> tuple[date, date]:
    """Monday and Sunday of `2026-W47`. Raises ValueError."""
    year, number = week.split("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    return monday, monday + timedelta(days=6)
