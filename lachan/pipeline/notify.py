"""Notify: what happens to a letter after it was issued."""

from __future__ import annotations

from dataclasses import replace

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.errors import InputError
from lachan.domain.notice import NOTICE_TABLE, Notice, NoticeAct, NoticeState, due
from lachan.pipeline.ports import Clock, Database

#: Acts that record what a recipient did; drafting, approving and issuing belong to `Review`.
RECORDED = frozenset(
    {
        NoticeAct.DELIVER,
        NoticeAct.ACKNOWLEDGE,
        NoticeAct.COMPLY,
        NoticeAct.COMPLY_PARTLY,
        NoticeAct.REFUSE,
        NoticeAct.WITHDRAW,
        NoticeAct.RESTORE,
    }
)
_RUNNING = (NoticeState.ISSUED, NoticeState.DELIVERED, NoticeState.ACKNOWLEDGED)


class Notify:
    """The life of a notice after issue."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, actor: Actor, notice_id: int, act: NoticeAct) -> Notice:
        """Record a step. The 24-hour clock starts at receipt (`deliver`)."""
        actor.require(Permission.RECORD_NOTICE, interactive=True)
        if act not in RECORDED:
            raise InputError(f"{act.value} is not something to record on an issued notice")
        now = self._clock()
        with self._database.write() as unit:
            notice = unit.notices.get(notice_id)
            after = replace(notice, state=NOTICE_TABLE.step(notice.state, act))
            if act is NoticeAct.DELIVER:
                after = replace(after, delivered_at=now, due_at=due(now))
            unit.audit.append(AuditEvent(now, actor.name, f"notice:{act.value}", f"notice:{notice_id}"))
            return unit.notices.save(after)

    def expire(self) -> list[Notice]:
        """Mark what is past its answer time as overdue; returns those."""
        now = self._clock()
        overdue = []
        with self._database.write() as unit:
            for notice in unit.notices.find(_RUNNING, limit=10_000):
                if notice.due_at is not None and notice.due_at <= now:
                    state = NOTICE_TABLE.step(notice.state, NoticeAct.EXPIRE)
                    overdue.append(unit.notices.save(replace(notice, state=state)))
                    unit.audit.append(AuditEvent(now, SYSTEM, "notice:expire", f"notice:{notice.id}"))
        return overdue
