"""Retain: what is past its day goes, everywhere, and the log says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from lachan.domain.audit import SYSTEM, AuditEvent, sign
from lachan.domain.case import KEEP_CONFIRMED, KEEP_FACTS, KEEP_UNDECIDED, Case, CaseState
from lachan.domain.referral import UNACCEPTED
from lachan.domain.taxonomy import Route
from lachan.pipeline.appeal import Appeals
from lachan.pipeline.assess import expire
from lachan.pipeline.notify import Notify
from lachan.pipeline.ports import Clock, Database, KeyRing, OutboxAct
from lachan.pipeline.publish import REBUILD_DUE, Publisher
from lachan.pipeline.report import PublicReports
from lachan.pipeline.review import Review
from lachan.pipeline.sources import Sources

KEEP_AUDIT: Final = timedelta(days=730)
SEGMENT: Final = 1000  # audit links: pruned in whole segments only


@dataclass(frozen=True)
class RetainSummary:
    """What one run let go."""

    inbox_expired: int
    texts_deleted: int
    facts_deleted: int
    audit_pruned: int
    keys_destroyed: int
    claims_expired: int
    notices_overdue: int
    appeals_expired: int
    sources_lapsed: int
    reports_closed: int


class Retain:
    """Runs every hour; running it twice does no harm."""

    def __init__(self, database: Database, keys: KeyRing, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._publisher = publisher

    def run(
        self, review: Review, notify: Notify, appeals: Appeals, sources: Sources, reports: PublicReports
    ) -> RetainSummary:
        """Delete first, destroy the keys after: a kill in between leaves a key too many, never a text."""
        now = self._clock()
        claims = review.expire_claims()
        overdue = notify.expire()
        late = appeals.expire()
        lapsed = sources.lapse()
        closed = reports.expire()
        with self._database.write() as unit:
            inbox = expire(unit, self._clock)
        texts = self._drop_texts()
        with self._database.write() as unit:
            facts = unit.cases.drop_facts(now - KEEP_FACTS)
        pruned = self._prune_audit()
        keys = self._keys.destroy_due(now)
        self._database.forget_freed()
        summary = RetainSummary(
            inbox, texts, facts, pruned, keys, claims, len(overdue), len(late), len(lapsed), closed
        )
        if any((inbox, texts, facts, pruned, keys, closed)):
            with self._database.write() as unit:
                details = {
                    "inbox": inbox,
                    "texts": texts,
                    "facts": facts,
                    "audit": pruned,
                    "keys": keys,
                    "reports": closed,
                }
                unit.audit.append(AuditEvent(now, SYSTEM, "retain:run", "all", details))
        self._renew_index()
        return summary

    def _renew_index(self) -> None:
        """Last, for the index may be down or busy: then the next run does it, since the row stays."""
        with self._database.read() as unit:
            due = unit.state.get(REBUILD_DUE) is not None
        if due:
            self._publisher.drain()
            self._publisher.rebuild()

    def _drop_texts(self) -> int:
        """Decided cases keep a textless fact row; a review case that nobody decided on in time goes whole.

        What waits for a person is never deleted unread: a call for help, also once it was sent on and nobody accepted
        it, and a decision whose second person has not come. It gets another term, and the log says that it is overdue.
        """
        now = self._clock()
        with self._database.write() as unit:
            due = []
            unhelped = {each.case for each in unit.referrals.pending() if each.state in UNACCEPTED}
            for case_id in unit.cases.text_due(now):
                case = unit.cases.get(case_id)
                if case_id in unhelped or _awaited(case, now):
                    unit.cases.save(replace(case, delete_text_at=now + KEEP_UNDECIDED))
                    no_help = case.decided_at is None or case_id in unhelped
                    what = "case:overdue" if no_help else "case:approval_overdue"
                    unit.audit.append(AuditEvent(now, SYSTEM, what, f"case:{case_id}"))
                else:
                    due.append(case)
            decided = [case.id for case in due if case.state in (CaseState.CLOSED, CaseState.APPEALED)]
            unit.cases.drop_texts(decided)
            unit.cases.drop([case.id for case in due if case.id not in decided])
            for case_id in decided:
                unit.outbox.add(case_id, OutboxAct.REMOVE)
            if due:
                unit.state.set(REBUILD_DUE, now.isoformat())
        return len(due)

    def _prune_audit(self) -> int:
        """Prune whole segments older than 24 months behind a signed checkpoint."""
        before = self._clock() - KEEP_AUDIT
        with self._database.write() as unit:
            last = None
            for item in unit.audit.links():
                if item.event.at >= before:
                    break
                if item.sequence % SEGMENT == 0:
                    last = item
            if last is None:
                return 0
            key = self._keys.secret("audit")
            return unit.audit.prune(sign(last.sequence, last.hash, self._clock(), key))


def _awaited(case: Case, now: datetime) -> bool:
    """Whether a person's step is pending: help for a child, as long as it takes; the second person (or the work on
    what they sent back) for as long as the text of a decided case may live at all."""
    if case.decided_at is None:
        return case.route is Route.PROTECT
    pending = case.state not in (CaseState.CLOSED, CaseState.APPEALED)
    return pending and now < case.decided_at + KEEP_CONFIRMED
