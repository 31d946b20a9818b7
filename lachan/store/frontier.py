"""The frontier: what is still to be fetched, sealed; what was fetched, as keyed hashes.

A host belongs to the worker that holds an unexpired page of it. On PostgreSQL the host's row is locked while
that is looked up, so two workers cannot both find it free.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, delete, exists, func, select, update

from lachan.domain.errors import ConflictError
from lachan.pipeline.pace import may_ask_whether_changed, pause
from lachan.pipeline.ports import Link, Page, PageKind, Validators
from lachan.store.columns import Moment
from lachan.store.scope import Scope, chunks
from lachan.store.tables import frontier as pages
from lachan.store.tables import frontier_hosts as hosts

#: A page nobody fetched in this time is dropped with its key, and found again when it is still linked: an address
#: can hold words as a post can, and like a post it is gone after a day.
PENDING_FOR: Final = timedelta(days=1)
PENDING, LEASED, DONE, FAILED = "pending", "leased", "done", "failed"
_ERROR_WORD: Final = re.compile(r"[a-z0-9_]{1,40}")


def error_word(error: str) -> str:
    """The word itself, or `error`: nothing from outside is written in clear."""
    return error if _ERROR_WORD.fullmatch(error) else "error"


class SqlFrontierStore:
    """FrontierStore on SQL. `tries` counts leases that were not handed back."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _hash(self, secret: bytes, text: str) -> str:
        return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()

    def add(self, source: str, host: str, links: Sequence[Link], now: datetime) -> int:
        secret = self._scope.keys.secret("frontier")
        wanted = {self._hash(secret, link.url): link for link in links}
        known: dict[str, Any] = {}
        for part in chunks(list(wanted)):
            query = select(pages).where(pages.c.source == source, pages.c.url_hash.in_(part))
            known |= {row.url_hash: row for row in self._scope.run(query)}
        fresh, again, marked = [], [], []
        until = now + PENDING_FOR
        for url_hash, link in wanted.items():
            row = known.get(url_hash)
            mark = self._hash(secret, link.mark)[:32] if link.mark else ""
            changed = row is not None and mark != "" and mark != row.mark_hash
            if row is not None and row.state == LEASED:
                continue
            if row is not None and row.state == PENDING and row.sealed_until > now:
                if changed:
                    marked.append({"row": row.id, "mark": mark})
                continue
            if row is not None and row.state in (DONE, FAILED):
                rested = row.state == DONE and row.due_again is not None and row.due_again <= now
                if not (changed or (rested and not mark)):
                    continue
            values = {
                "url_sealed": self._scope.keys.seal(link.url, until, purpose="frontier"),
                "sealed_until": until,
                "mark_hash": mark or (row.mark_hash if row is not None else ""),
                "kind": link.kind.value,
                "tries": 0,
                "not_before": now,
            }
            if row is not None:
                again.append({"row": row.id, "was": row.state, **values})
            else:
                fresh.append(
                    {"source": source, "host": host, "url_hash": url_hash, "state": PENDING, **values}
                )
        return self._insert(host, fresh) + self._reopen(again, marked)

    def _insert(self, host: str, rows: list[dict[str, Any]]) -> int:
        if not rows:
            return 0
        self._scope.run(self._scope.upsert(hosts).values(host=host).on_conflict_do_nothing())
        # One worker at a time adds to a host: two that insert the same pages in two orders would deadlock.
        self._scope.run(self._scope.locking(select(hosts.c.host).where(hosts.c.host == host)))
        statement = self._scope.upsert(pages).on_conflict_do_nothing().returning(pages.c.id)
        return len(self._scope.run(statement, rows).all())

    def _reopen(self, again: list[dict[str, Any]], marked: list[dict[str, Any]]) -> int:
        if marked:
            statement = (
                update(pages).where(pages.c.id == bindparam("row")).values(mark_hash=bindparam("mark"))
            )
            self._scope.run(statement, marked)
        if again:
            fields = [name for name in again[0] if name not in ("row", "was")]
            statement = (
                update(pages)
                .where(pages.c.id == bindparam("row"), pages.c.state == bindparam("was"))
                .values({name: bindparam(name) for name in fields})
                .values(state=PENDING, error=None, finished_at=None)
            )
            self._scope.run(statement, again)
        return len(again)

    def lease(
        self, worker: str, now: datetime, until: datetime, limit: int, sources: Sequence[str]
    ) -> list[Page]:
        run = self._scope.run
        self._free_lapsed(now)
        due = (pages.c.state == PENDING, pages.c.not_before <= now, pages.c.source.in_(sources))
        held = exists().where(
            pages.c.host == hosts.c.host,
            pages.c.state == LEASED,
            pages.c.leased_by != worker,
            pages.c.leased_until > now,
        )
        some = exists().where(pages.c.host == hosts.c.host, *due)
        query = select(hosts.c.host).where(some, ~held).order_by(hosts.c.host).limit(limit)
        locked = run(self._scope.locking(query, skip=True)).scalars().all()
        if not locked:
            return []
        # Asked again under the lock: the first answer may be from before another worker's commit.
        free = run(select(hosts.c.host).where(hosts.c.host.in_(locked), ~held)).scalars().all()
        query = (
            select(pages)
            .where(pages.c.host.in_(free), *due)
            .order_by(pages.c.not_before, pages.c.id)
            .limit(limit)
        )
        return self._take(run(self._scope.locking(query, skip=True)).all(), worker, now, until)

    def _free_lapsed(self, now: datetime) -> None:
        """Free pages of workers that died, drop pages whose key is due. Locked rows are in good hands."""
        lapsed = select(pages.c.id).where(pages.c.state == LEASED, pages.c.leased_until <= now)
        for part in chunks(self._scope.run(self._scope.locking(lapsed, skip=True)).scalars().all()):
            freed = {"state": PENDING, "leased_by": None, "leased_until": None}
            self._scope.run(update(pages).where(pages.c.id.in_(part)).values(freed))
        overdue = select(pages.c.id).where(pages.c.state == PENDING, pages.c.sealed_until <= now)
        for part in chunks(self._scope.run(self._scope.locking(overdue, skip=True)).scalars().all()):
            self._scope.run(delete(pages).where(pages.c.id.in_(part)))

    def _validators(self, row: Any, kind: PageKind, now: datetime) -> Validators:
        if row.whole_at is None or not may_ask_whether_changed(kind, now - row.whole_at):
            return Validators()
        return Validators(self._scope.opened(row.etag_sealed) or "", row.modified_at)

    def _take(self, rows: Sequence[Any], worker: str, now: datetime, until: datetime) -> list[Page]:
        taken, lost = [], []
        for row in rows:
            url = self._scope.opened(row.url_sealed)
            if url is None:
                lost.append(row.id)
                continue
            kind, rested = PageKind(row.kind), row.pause_seconds
            taken.append(
                Page(row.id, row.source, row.host, url, kind, row.tries + 1, until, row.mark_hash,
                     self._validators(row, kind, now), None if rested is None else timedelta(seconds=rested))
            )  # fmt: skip
        if lost:
            self._scope.run(delete(pages).where(pages.c.id.in_(lost)))
        for part in chunks([page.id for page in taken]):
            self._scope.run(
                update(pages)
                .where(pages.c.id.in_(part))
                .values(state=LEASED, leased_by=worker, leased_until=until, tries=pages.c.tries + 1)
            )
        return taken

    def _settle(self, page: Page, **values: Any) -> None:
        """Raises ConflictError when the lease ran out and the page is another worker's, or free again."""
        held = and_(pages.c.id == page.id, pages.c.state == LEASED, pages.c.leased_until == page.leased_until)
        statement = update(pages).where(held).values(leased_by=None, leased_until=None, **values)
        if self._scope.run(statement).rowcount != 1:
            raise ConflictError(f"the lease of page {page.id} ran out: it will be fetched again")

    def done(
        self, page: Page, now: datetime, *, changed: bool = True, validators: Validators | None = None
    ) -> None:
        rest = pause(page.kind, page.pause, changed=changed)
        values: dict[str, Any] = {
            "pause_seconds": int(rest.total_seconds()),
            "due_again": now + rest,
        }
        if validators is not None:
            # An ETag may hold words, and like an address it is gone after a day; a moment holds none.
            keys, gone = self._scope.keys, now + PENDING_FOR
            etag = keys.seal(validators.etag, gone, purpose="frontier") if validators.etag else None
            values |= {"etag_sealed": etag, "modified_at": validators.modified, "whole_at": now}
        self._settle(page, state=DONE, url_sealed=None, finished_at=now, error=None, **values)

    def retry(self, page: Page, now: datetime, not_before: datetime, error: str) -> None:
        self._settle(page, state=PENDING, not_before=not_before, error=error_word(error))

    def give_up(self, page: Page, now: datetime, error: str) -> None:
        self._settle(page, state=FAILED, url_sealed=None, finished_at=now, error=error_word(error))

    def forget(self, source: str) -> None:
        self._scope.run(delete(pages).where(pages.c.source == source, pages.c.state == DONE))

    def release(self, worker: str) -> None:
        self._scope.run(
            update(pages)
            .where(pages.c.state == LEASED, pages.c.leased_by == worker)
            .values(state=PENDING, leased_by=None, leased_until=None)
            .values(tries=case((pages.c.tries > 0, pages.c.tries - 1), else_=0))
        )

    def last_done(self) -> Mapping[str, datetime]:
        query = select(pages.c.source, func.max(pages.c.finished_at, type_=Moment())).where(
            pages.c.state == DONE
        )
        return {row[0]: row[1] for row in self._scope.run(query.group_by(pages.c.source)) if row[1]}

    def errors(self) -> Mapping[str, Mapping[str, int]]:
        query = select(pages.c.source, pages.c.error, func.count()).where(pages.c.error.is_not(None))
        errors: dict[str, dict[str, int]] = {}
        for row in self._scope.run(query.group_by(pages.c.source, pages.c.error)):
            errors.setdefault(row[0], {})[row[1]] = row[2]
        return errors

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        query = select(pages.c.source, pages.c.state, func.count()).group_by(pages.c.source, pages.c.state)
        counts: dict[str, dict[str, int]] = {}
        for row in self._scope.run(query):
            of_source = counts.setdefault(row[0], dict.fromkeys((PENDING, LEASED, DONE, FAILED), 0))
            of_source[row[1]] = row[2]
        return counts
