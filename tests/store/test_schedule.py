"""ScheduleStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

from lachan.pipeline.ports import ScheduledJob
from lachan.store import SqlDatabase
from tests.store.samples import HOUR, NOW


def test_jobs_are_kept_by_name(database: SqlDatabase) -> None:
    crawl = ScheduledJob("crawl", ("crawl", "--all"), 900, NOW)
    retain = ScheduledJob("retain", ("retain",), 3600, NOW, NOW - HOUR, "exit 1")
    with database.write() as unit:
        unit.schedule.save(retain)
        unit.schedule.save(crawl)
        unit.schedule.save(replace(crawl, next_at=NOW + HOUR))
        assert unit.schedule.all() == [replace(crawl, next_at=NOW + HOUR), retain]
