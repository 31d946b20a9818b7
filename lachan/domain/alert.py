"""Alerts: counts that somebody asked to be told of by themselves, until the alert ends.

What is counted is chosen from closed lists: a category, a kind of source, a place, or the week's rising words. No
field holds words to look for, so an alert cannot be a standing query.

    running -> renew -> running;  running -> lapse (30 days) -> lapsed;  running -> end -> ended

Told is what is new: cases are counted by the week of their publication, and an alert remembers how many of each week
it has told of. Fewer than `SMALLEST` are not told. Places and rising words are told of whole weeks, each once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Final

from lachan.domain.errors import InputError
from lachan.domain.post import SourceKind
from lachan.domain.small_cells import SMALLEST, in_fives
from lachan.domain.taxonomy import Category
from lachan.domain.transition import StateTable

LASTS: Final = timedelta(days=30)  # from making or the last renewal
#: How far back a late confirmation is still told, the current week included: a case waits 14 days at most.
WEEKS_BACK: Final = 5
DIGEST_AT: Final = time(8)  # in Vietnam
WHY: Final = (20, 500)  # letters of the reason
MOST_RUNNING: Final = 20  # alerts of one account

VIETNAM: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
_WEEK: Final = timedelta(weeks=1)
#: A place is a unit's name as the gazetteer writes it, kind first ("Xã Nghĩa Hưng, Ninh Bình"). The shape keeps words
#: out early; whoever makes an alert chooses from a list, and an index compares the name whole.
_PLACE: Final = re.compile(
    r"(?:Xã|Phường|Thị [Tt]rấn|Đặc khu|Huyện|Quận|Thị [Xx]ã|Thành [Pp]hố|Tỉnh)(?:,? (?:- )?[^\W_][\w'’().-]*)+"
)
MAX_PLACE: Final = 80


class AlertSubject(StrEnum):
    """Confirmed cases, or the words that grew most in the last whole week."""

    CASES = "cases"
    RISING = "rising"


class AlertPace(StrEnum):
    """As soon as there is something to tell, or once a day at `DIGEST_AT`, all of an account's alerts together."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class AlertWay(StrEnum):
    """How it leaves the desk. At the desk itself it is always told."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class AlertState(StrEnum):
    RUNNING = "running"
    LAPSED = "lapsed"
    ENDED = "ended"


class AlertAct(StrEnum):
    RENEW = "renew"
    LAPSE = "lapse"
    END = "end"


ALERT_TABLE: Final = StateTable(
    "the alert",
    AlertState.RUNNING,
    {
        (AlertState.RUNNING, AlertAct.RENEW): AlertState.RUNNING,
        (AlertState.RUNNING, AlertAct.LAPSE): AlertState.LAPSED,
        (AlertState.RUNNING, AlertAct.END): AlertState.ENDED,
    },
)


@dataclass(frozen=True)
class Watch:
    """What is counted. Raises InputError for what is no choice from the lists."""

    subject: AlertSubject = AlertSubject.CASES
    category: Category | None = None
    kind: SourceKind | None = None
    place: str = ""

    def __post_init__(self) -> None:
        narrowed = (self.category, self.kind, self.place or None) != (None, None, None)
        if self.subject is AlertSubject.RISING and narrowed:
            raise InputError(
                "rising words are told for all that was confirmed: choose nothing else beside them"
            )
        if self.subject is AlertSubject.CASES and not narrowed:
            raise InputError("choose a category, a kind of source or a place")
        if self.place and (len(self.place) > MAX_PLACE or not _PLACE.fullmatch(self.place)):
            raise InputError("choose the place from the list")

    @property
    def by_week(self) -> bool:
        """Told of whole weeks alone, each once: what tells places apart, and what is counted by the week anyway."""
        return bool(self.place) or self.subject is AlertSubject.RISING

    @property
    def smallest(self) -> int:
        """The first count that is told. Each rising word is in `SMALLEST` cases or more by itself."""
        return 1 if self.subject is AlertSubject.RISING else SMALLEST


@dataclass(frozen=True)
class Quiet:
    """From the hour `start` until the hour `end` (0 to 23, in Vietnam) nothing is told; over midnight where `end` is
    the earlier one. Raises InputError."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start <= 23 and 0 <= self.end <= 23) or self.start == self.end:
            raise InputError("quiet hours begin and end at two different full hours from 0 to 23")

    def covers(self, now: datetime) -> bool:
        hour = now.astimezone(VIETNAM).hour
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


@dataclass(frozen=True)
class Alert:
    """`told` is how many of a week (by its Monday) were told of; None before the first look, which only notes what
    there is. `looked_at` is when a daily one was last looked at."""

    id: int
    account: str
    watch: Watch
    reason: str
    pace: AlertPace
    ways: frozenset[AlertWay]
    quiet: Quiet | None
    made_at: datetime
    ends_at: datetime
    state: AlertState = ALERT_TABLE.initial
    told: Mapping[date, int] | None = None
    looked_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True)
class Line:
    """What one alert tells: `count` cases (or rising words) of the days `first` to `last`; by place in fives."""

    alert: int
    count: int
    first: date
    last: date


def new_alert(
    account: str,
    watch: Watch,
    reason: str,
    pace: AlertPace,
    ways: frozenset[AlertWay],
    quiet: Quiet | None,
    now: datetime,
) -> Alert:
    """`id` 0. Raises InputError."""
    least, most = WHY
    if not least <= len(reason.strip()) <= most:
        raise InputError(f"write in {least} to {most} letters what this alert is needed for")
    told: dict[date, int] | None = {} if watch.by_week else None
    return Alert(0, account, watch, reason.strip(), pace, ways, quiet, now, now + LASTS, told=told)


def running(alert: Alert, now: datetime) -> bool:
    return alert.state is AlertState.RUNNING and now < alert.ends_at


def after(alert: Alert, act: AlertAct, now: datetime) -> Alert:
    """The alert after `act`. One past its end has lapsed, whether or not that was noted: it is not renewed. Raises
    TransitionError."""
    if act is not AlertAct.LAPSE and alert.state is AlertState.RUNNING and not running(alert, now):
        alert = after(alert, AlertAct.LAPSE, now)
    state = ALERT_TABLE.step(alert.state, act)
    ends = now + LASTS if act is AlertAct.RENEW else min(alert.ends_at, now)
    return replace(alert, state=state, ends_at=ends)


def due(alert: Alert, now: datetime) -> bool:
    """Whether to look now what there is to tell."""
    if not running(alert, now):
        return False
    if alert.told is None:
        return True
    if alert.quiet is not None and alert.quiet.covers(now):
        return False
    if alert.pace is AlertPace.AT_ONCE and alert.watch.subject is AlertSubject.CASES:
        return True
    return alert.looked_at is None or alert.looked_at < _last_digest(now)


def _last_digest(now: datetime) -> datetime:
    here = now.astimezone(VIETNAM)
    today = datetime.combine(here.date(), DIGEST_AT, VIETNAM)
    return today if today <= here else today - timedelta(days=1)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def first_week(now: datetime) -> date:
    """The Monday of the earliest week that is still looked at."""
    return monday(now.astimezone(VIETNAM).date()) - (WEEKS_BACK - 1) * _WEEK


def looked(alert: Alert, counts: Mapping[date, int], now: datetime) -> tuple[tuple[Line, ...], Alert]:
    """What there is to tell, `counts` being those of each week by its Monday, and the alert that has told it."""
    oldest, today = first_week(now), now.astimezone(VIETNAM).date()
    now_known = {week: count for week, count in counts.items() if week >= oldest and count > 0}
    told = {week: count for week, count in (alert.told or {}).items() if week >= oldest}
    lines: tuple[Line, ...] = ()
    if alert.told is None:
        told = now_known
    elif alert.watch.by_week:
        made = alert.made_at.astimezone(VIETNAM).date()
        whole = {
            week: count
            for week, count in sorted(now_known.items())
            if week not in told and made < week + _WEEK <= today and count >= alert.watch.smallest
        }
        lines = tuple(
            Line(alert.id, (in_fives(n) or 0) if alert.watch.place else n, week, week + timedelta(days=6))
            for week, n in whole.items()
        )
        told |= whole
    else:
        new = {week: n - told.get(week, 0) for week, n in now_known.items() if n > told.get(week, 0)}
        if sum(new.values()) >= alert.watch.smallest:
            last = min(max(new) + timedelta(days=6), max(today, max(new)))
            lines = (Line(alert.id, sum(new.values()), min(new), last),)
            told |= {week: now_known[week] for week in new}
    # What is looked at whenever it is due needs no note of when; every note is a write.
    noted = alert.looked_at if alert.pace is AlertPace.AT_ONCE and not _daily(alert) else now
    return lines, replace(alert, told=told, looked_at=noted)


def _daily(alert: Alert) -> bool:
    return alert.pace is AlertPace.DAILY or alert.watch.subject is AlertSubject.RISING
