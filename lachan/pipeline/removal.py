"""Removals that children and guardians asked for (NĐ 56/2017 Đ36.3): the page is looked at again after 1, 7 and
30 days, and whoever has the word-code sees what was found."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.errors import NotFound
from lachan.domain.report import Recheck, next_look
from lachan.pipeline.page_check import look
from lachan.pipeline.ports import Clock, Database, PageFetcher
from lachan.pipeline.sources import check_running


class Rechecks:
    """Started by the scheduler; running it twice does no harm."""

    def __init__(self, database: Database, clock: Clock, fetcher: PageFetcher) -> None:
        self._database = database
        self._clock = clock
        self._fetcher = fetcher

    def run(self) -> int:
        """Look at every page whose day has come; returns how many. Raises Stopped while everything is stopped."""
        with self._database.read() as unit:
            check_running(unit)
            due = unit.removals.due(self._clock())
        for removal in due:
            found = look(self._fetcher, removal.url, removal.quote)
            now = self._clock()
            after = replace(
                removal,
                next_at=next_look(removal.started_at, now),
                checks=(*removal.checks, Recheck(now, found)),
            )
            with suppress(NotFound), self._database.write() as unit:  # withdrawn in the meantime
                unit.removals.save(after)
                event = AuditEvent(
                    now, SYSTEM, "removal:check", f"report:{removal.report}", {"found": found.value}
                )
                unit.audit.append(event)
        return len(due)
