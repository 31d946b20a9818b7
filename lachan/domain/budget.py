"""How much of a place is read, and when: pages and bytes a run and a day, and the hours it may be read in."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from lachan.domain.errors import InputError

HANOI: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")  # no summer time since 1975
MOST: Final = 10**12  # of anything: what a database holds, and more than any place has
#: Why a source is not asked now, in the order in which it is looked at.
HOURS, PAGES_DAY, BYTES_DAY, PAGES_RUN, BYTES_RUN = (
    "outside_hours",
    "budget_pages_day",
    "budget_bytes_day",
    "budget_pages_run",
    "budget_bytes_run",
)


@dataclass(frozen=True)
class Spent:
    """What was asked for already. Pages that did not change or failed cost a request, too; bytes are those that
    came over the line, compressed as they were."""

    pages_run: int = 0
    bytes_run: int = 0
    pages_day: int = 0
    bytes_day: int = 0

    def plus(self, pages: int = 0, amount: int = 0) -> Spent:
        return Spent(
            self.pages_run + pages, self.bytes_run + amount, self.pages_day + pages, self.bytes_day + amount
        )

    def on_a_new_day(self) -> Spent:
        return replace(self, pages_day=0, bytes_day=0)


@dataclass(frozen=True)
class Budget:
    """None is no bound. A day is the counters' (UTC): it begins at 7:00 in Vietnam, so a night lies within one.

    `from_hour` and `to_hour` (Asia/Ho_Chi_Minh) are both given or neither; from 22 to 5 is the night. Raises
    InputError for numbers that make no budget.
    """

    pages_run: int | None = None
    bytes_run: int | None = None
    pages_day: int | None = None
    bytes_day: int | None = None
    from_hour: int | None = None
    to_hour: int | None = None

    def __post_init__(self) -> None:
        bounds = (self.pages_run, self.bytes_run, self.pages_day, self.bytes_day)
        if any(bound is not None and not 1 <= bound <= MOST for bound in bounds):
            raise InputError("a budget is a number above 0; leave it empty for no bound")
        hours = (self.from_hour, self.to_hour)
        if any(hour is not None and not 0 <= hour <= 23 for hour in hours) or (
            self.from_hour is None or self.to_hour is None or self.from_hour == self.to_hour
        ) != (hours == (None, None)):
            raise InputError("hours go from one full hour to another, 0 to 23; leave both empty for all day")

    def open_hours(self) -> frozenset[int]:
        """The hours of the day in which the place may be read."""
        if self.from_hour is None or self.to_hour is None:
            return frozenset(range(24))
        length = (self.to_hour - self.from_hour) % 24
        return frozenset((self.from_hour + hour) % 24 for hour in range(length))

    def holds_back(self, spent: Spent, now: datetime) -> str | None:
        """Why nothing more is asked for now; None when it may be."""
        if now.astimezone(HANOI).hour not in self.open_hours():
            return HOURS
        for word, used, bound in (
            (PAGES_DAY, spent.pages_day, self.pages_day),
            (BYTES_DAY, spent.bytes_day, self.bytes_day),
            (PAGES_RUN, spent.pages_run, self.pages_run),
            (BYTES_RUN, spent.bytes_run, self.bytes_run),
        ):
            if bound is not None and used >= bound:
                return word
        return None

    def free_again(self, word: str, now: datetime) -> datetime:
        """When what `word` holds back may be asked for: the next day, the next open hour, or the next run."""
        if word in (PAGES_DAY, BYTES_DAY):
            return datetime.combine(budget_day(now) + timedelta(days=1), time(tzinfo=UTC))
        if word == HOURS:
            hour = now.astimezone(HANOI).replace(minute=0, second=0, microsecond=0)
            while hour.hour not in self.open_hours() or hour <= now:
                hour += timedelta(hours=1)
            return hour.astimezone(UTC)
        return now

    def within(self, other: Budget) -> bool:
        """Whether this one lets nothing through that `other` would not."""
        bounds = ("pages_run", "bytes_run", "pages_day", "bytes_day")
        return self.open_hours() <= other.open_hours() and all(
            theirs is None or (ours is not None and ours <= theirs)
            for ours, theirs in ((getattr(self, name), getattr(other, name)) for name in bounds)
        )

    def as_numbers(self) -> dict[str, int]:
        """Only the bounds that are set, by name."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in named.items() if value is not None}


def budget_day(moment: datetime) -> date:
    """The day that pages and bytes are counted under."""
    return moment.astimezone(UTC).date()
