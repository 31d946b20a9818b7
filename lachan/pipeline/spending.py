"""What a crawl spends of its sources' budgets: known at once, and written down with what is received."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from lachan.domain.budget import Spent, budget_day
from lachan.domain.post import Source
from lachan.pipeline.ports import Clock, Counter, Unit


class Spending:
    """Of one run, in one process. The day is shared with other runs by the counters (`look_up`)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: dict[str, Spent] = {}
        self._day: dict[str, date] = {}
        self._unwritten: dict[str, int] = {}  # bytes

    def held_back(self, source: Source) -> str | None:
        """The word for why no more of this source is asked for now; None when it may be."""
        now = self._clock()
        return source.budget.holds_back(self._now(source.key, now), now)

    def asking(self, source: str, pages: int = 1) -> None:
        """A request goes out (or, -1, did not go out after all)."""
        self._set(source, self._now(source, self._clock()).plus(pages=pages))

    def fetched(self, source: str, amount: int) -> None:
        """So many bytes came."""
        self._set(source, self._now(source, self._clock()).plus(amount=amount))
        self._unwritten[source] = self._unwritten.get(source, 0) + amount

    def look_up(self, unit: Unit, source: str) -> None:
        """What earlier runs, and other workers, spent today. What is under way is counted later: never less."""
        now = self._clock()
        counted, spent = spent_today(unit, source, now), self._now(source, now)
        pages, amount = max(spent.pages_day, counted.pages_day), max(spent.bytes_day, counted.bytes_day)
        self._set(source, replace(spent, pages_day=pages, bytes_day=amount))

    def arrived(self, source: str) -> int:
        """Bytes to be added to the counters now. Where that unit fails they are lost to the counters alone."""
        return self._unwritten.pop(source, 0)

    def unwritten(self) -> list[str]:
        """Sources whose bytes no counter has yet."""
        return sorted(self._unwritten)

    def _now(self, source: str, now: datetime) -> Spent:
        spent = self._spent.get(source, Spent())
        return spent if self._day.get(source) == budget_day(now) else spent.on_a_new_day()

    def _set(self, source: str, spent: Spent) -> None:
        self._spent[source], self._day[source] = spent, budget_day(self._clock())


def spent_today(unit: Unit, source: str, now: datetime) -> Spent:
    """As the counters say; the run's part is 0."""
    day = unit.sources.totals(source, budget_day(now), budget_day(now))
    requests = day[Counter.PAGES] + day[Counter.UNCHANGED] + day[Counter.ERRORS]
    return Spent(pages_day=requests, bytes_day=day[Counter.BYTES])
