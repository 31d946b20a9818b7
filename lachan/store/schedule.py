"""Jobs that the leader starts when due."""

from __future__ import annotations

import json

from sqlalchemy import select

from lachan.pipeline.ports import ScheduledJob
from lachan.store.scope import Scope
from lachan.store.tables import schedule


class SqlScheduleStore:
    """ScheduleStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def all(self) -> list[ScheduledJob]:
        return [
            ScheduledJob(
                name=row.name,
                command=tuple(json.loads(row.command)),
                every_seconds=row.every_seconds,
                next_at=row.next_at,
                last_at=row.last_at,
                last_error=row.last_error,
            )
            for row in self._scope.run(select(schedule).order_by(schedule.c.name))
        ]

    def save(self, job: ScheduledJob) -> None:
        values = {
            "command": json.dumps(job.command),
            "every_seconds": job.every_seconds,
            "next_at": job.next_at,
            "last_at": job.last_at,
            "last_error": job.last_error,
        }
        insert = self._scope.upsert(schedule).values(name=job.name, **values)
        self._scope.run(insert.on_conflict_do_update(index_elements=[schedule.c.name], set_=values))
