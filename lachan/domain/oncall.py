"""On call: who is told of an urgent cry for help, and how the alarm climbs until somebody answers.

What is told is a link and an urgency. No word of the case, no category, no place leaves the house.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: Unanswered for so long, the alarm reaches the next step of the roster, too; on the last it repeats.
CLIMB_AFTER: Final = timedelta(minutes=5)
LAST_STEP: Final = 3
EVERYBODY: Final = LAST_STEP + 1  # then all of the protection desk are told, on duty or not
MAX_DUTY: Final = timedelta(days=14)  # one entry of the roster


@dataclass(frozen=True)
class Duty:
    """Somebody is on call from `starts_at` until `ends_at`; step 1 is told first."""

    id: int
    account: str
    step: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Alarm:
    """An urgent case of the protection queue that nobody has answered for yet, or who did and when. `since` is when
    the post was captured or the report came in; `step` the highest that was told."""

    case: int
    since: datetime
    raised_at: datetime
    step: int = 0
    told_at: datetime | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


def step_due(alarm: Alarm, now: datetime) -> int:
    """How high the alarm has climbed by now: 1 at once, one more every five minutes, EVERYBODY at most."""
    return min(EVERYBODY, 1 + int((now - alarm.raised_at) / CLIMB_AFTER))


def due_again(alarm: Alarm, now: datetime) -> bool:
    """Whether people must be told now: the alarm has climbed, or it has been quiet for five minutes."""
    if alarm.answered_at is not None:
        return False
    return alarm.told_at is None or step_due(alarm, now) > alarm.step or now - alarm.told_at >= CLIMB_AFTER


def told_at_step(duties: Collection[Duty], desk: Collection[str], step: int, now: datetime) -> list[str]:
    """Who is told at `step`: whoever is on call up to it; all of the protection desk at EVERYBODY, and whenever
    the roster names nobody (an empty roster may not mean silence)."""
    on_call = {duty.account for duty in duties if duty.starts_at <= now < duty.ends_at and duty.step <= step}
    return sorted(on_call if on_call and step < EVERYBODY else set(desk) | on_call)
