"""How many cases a queue holds, without counting a hundred thousand rows for every page.

A short queue is counted afresh, to its end; of one longer than `FRESH` the number may be half a minute old.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from lachan.pipeline.ports import CaseFilter, Clock, Unit

FRESH: Final = 500  # cases; nobody sees that one of so many went
KEEP: Final = timedelta(seconds=30)
_MOST: Final = 1000  # filters remembered


class QueueCounts:
    """One for all pages of a desk; safe between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[CaseFilter, tuple[datetime, int]] = {}
        self._lock = Lock()

    def of(self, unit: Unit, where: CaseFilter) -> int:
        """How many cases fit."""
        few = unit.cases.count(where, at_most=FRESH)
        if few < FRESH:
            return few
        now = self._clock()
        before = where.opened_before
        key = replace(where, opened_before=before and before.replace(second=0, microsecond=0))
        with self._lock:
            at, count = self._known.get(key, (now - KEEP, 0))
            if now - at < KEEP:
                return max(count, few)
            if count:  # whoever asks meanwhile is told the old number: one counts for all
                self._known[key] = (now, count)
        count = unit.cases.count(where)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = (now, count)
        return count
