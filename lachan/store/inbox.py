"""The inbox: posts waiting for the judge, each sealed until it is a day old; fingerprints of what was seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, update

from lachan.domain.errors import ConflictError
from lachan.domain.post import Post
from lachan.domain.taxonomy import Audience
from lachan.pipeline.ports import ExpiredRow, InboxRow
from lachan.store.frontier import error_word
from lachan.store.scope import Scope, chunks
from lachan.store.tables import fingerprints as seen
from lachan.store.tables import inbox

#: No post waits longer: then its key is destroyed, judged or not.
WAIT_AT_MOST: Final = timedelta(hours=24)
#: The secret behind a fingerprint is destroyed two months on; an older fingerprint can match nothing.
FINGERPRINT_DAYS: Final = 70


#: Made once: `json.dumps` would make one for every post.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)


def _pack(post: Post) -> str:
    return _ENCODER.encode(
        [
            post.text,
            post.url,
            post.author_hash,
            post.published_at.isoformat() if post.published_at else None,
            post.captured_at.isoformat(),
            post.audience.value,
            post.imported,
            post.thread,
        ]
    )


def _unpack(fingerprint: str, source: str, packed: str) -> Post:
    text, url, author_hash, published_at, captured_at, audience, imported, *later = json.loads(packed)
    return Post(
        fingerprint=fingerprint,
        source=source,
        text=text,
        url=url,
        author_hash=author_hash,
        published_at=datetime.fromisoformat(published_at) if published_at else None,
        captured_at=datetime.fromisoformat(captured_at),
        audience=Audience(audience),
        imported=imported,
        thread=later[0] if later else "",  # a row from before the brake
    )


class SqlInboxStore:
    """InboxStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def known(self, fingerprints: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in chunks(fingerprints):
            column = seen.c.fingerprint
            found.update(self._scope.run(select(column).where(column.in_(part))).scalars())
        return found

    def remember(self, fingerprints: Sequence[str], now: datetime) -> None:
        self._note(fingerprints, now)

    def _note(self, given: Sequence[str], now: datetime) -> set[str]:
        """Insert; returns those that were new. Sorted: two workers must lock in one order."""
        if not given:
            return set()
        today = now.astimezone(UTC).date()
        old = today - timedelta(days=FINGERPRINT_DAYS)
        self._scope.run(delete(seen).where(seen.c.first_seen < old))
        statement = self._scope.upsert(seen).on_conflict_do_nothing().returning(seen.c.fingerprint)
        rows = [{"fingerprint": value, "first_seen": today} for value in sorted(set(given))]
        return set(self._scope.run(statement, rows).scalars())

    def add(self, posts: Sequence[Post], now: datetime) -> int:
        new = self._note([post.fingerprint for post in posts], now)
        rows = []
        for post in posts:
            if post.fingerprint not in new:
                continue
            new.remove(post.fingerprint)
            until = post.captured_at + WAIT_AT_MOST
            rows.append(
                {
                    "fingerprint": post.fingerprint,
                    "source": post.source,
                    "post_sealed": self._scope.keys.seal(_pack(post), until, purpose="inbox"),
                    "expires_at": until,
                    "tries": 0,
                }
            )
        self._scope.insert_many(inbox, rows)
        return len(rows)

    def claim(
        self, worker: str, now: datetime, until: datetime, limit: int, claimed: int | None = None
    ) -> list[InboxRow]:
        query = (
            select(inbox)
            .where(
                inbox.c.quarantined_at.is_(None),
                or_(inbox.c.leased_until.is_(None), inbox.c.leased_until <= now),
                inbox.c.expires_at > now,
            )
            .order_by(inbox.c.id)
            .limit(limit)
        )
        if claimed is not None:
            query = query.where(inbox.c.tries == claimed)
        rows = self._scope.run(self._scope.locking(query, skip=True)).all()
        for part in chunks([row.id for row in rows]):
            self._scope.run(
                update(inbox)
                .where(inbox.c.id.in_(part))
                .values(leased_by=worker, leased_until=until, tries=inbox.c.tries + 1)
            )
        return [opened for row in rows if (opened := self._row(row)) is not None]

    def release(self, worker: str) -> None:
        self._scope.run(
            update(inbox).where(inbox.c.leased_by == worker).values(leased_by=None, leased_until=None)
        )

    def _row(self, row: Any) -> InboxRow | None:
        """None when the key is gone already: the row waits to be expired."""
        packed = self._scope.opened(row.post_sealed)
        if packed is None:
            return None
        return InboxRow(row.id, _unpack(row.fingerprint, row.source, packed), row.tries + 1)

    def remove(self, ids: Sequence[int]) -> None:
        gone = sum(
            self._scope.run(delete(inbox).where(inbox.c.id.in_(part))).rowcount for part in chunks(ids)
        )
        if gone != len(set(ids)):
            raise ConflictError("some of these posts were judged by another worker")

    def forget(self, ids: Sequence[int]) -> None:
        for part in chunks(ids):
            named = select(inbox.c.fingerprint).where(inbox.c.id.in_(part))
            self._scope.run(delete(seen).where(seen.c.fingerprint.in_(named)))
            self._scope.run(delete(inbox).where(inbox.c.id.in_(part)))

    def quarantine(self, ids: Sequence[int], now: datetime, error: str) -> None:
        for part in chunks(ids):
            self._scope.run(
                update(inbox)
                .where(inbox.c.id.in_(part))
                .values(quarantined_at=now, error=error_word(error), leased_by=None, leased_until=None)
            )

    def expired(self, now: datetime) -> list[ExpiredRow]:
        query = (
            select(inbox.c.id, inbox.c.source, inbox.c.quarantined_at)
            .where(inbox.c.expires_at <= now)
            .order_by(inbox.c.id)
        )
        return [
            ExpiredRow(row.id, row.source, row.quarantined_at is not None)
            for row in self._scope.run(self._scope.locking(query))
        ]

    def size(self) -> int:
        query = select(func.count()).select_from(inbox).where(inbox.c.quarantined_at.is_(None))
        return int(self._scope.run(query).scalar_one())
