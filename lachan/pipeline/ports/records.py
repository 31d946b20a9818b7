"""The audit log, the outbox, leases, state, schedule, and what was said of a clause's end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from lachan.domain.audit import AuditCheckpoint, AuditEvent, AuditLink
from lachan.domain.clause_end import ClauseEnd


class AuditStore(Protocol):
    def append(self, event: AuditEvent) -> None:
        """Buffered; chained at the end of the unit, so that the head row is locked last."""
        ...

    def links(self, after: int = 0) -> Iterator[AuditLink]: ...

    def head(self) -> tuple[int, str]:
        """(sequence, hash) of the last link; (0, GENESIS) for an empty log."""
        ...

    def of_subject(self, subject: str, limit: int = 100) -> list[AuditLink]:
        """Newest first."""
        ...

    def actors(self, subject: str, besides: Collection[str] = ()) -> set[str]:
        """Everybody who ever acted on it, but for acts of these kinds."""
        ...

    def checkpoint(self) -> AuditCheckpoint | None: ...

    def prune(self, checkpoint: AuditCheckpoint) -> int:
        """Delete links up to the checkpoint and remember it."""
        ...


class OutboxAct(StrEnum):
    INDEX = "index"
    REMOVE = "remove"


@dataclass(frozen=True)
class OutboxRow:
    id: int
    case: int
    act: OutboxAct


class OutboxStore(Protocol):
    """What the index must learn; written in the unit that changed the case."""

    def add(self, case: int, act: OutboxAct) -> None: ...

    def pending(self, limit: int) -> list[OutboxRow]:
        """Oldest first."""
        ...

    def done(self, ids: Sequence[int]) -> None: ...

    def size(self) -> int: ...

    def waiting(self) -> set[int]:
        """The cases that any row is about."""
        ...


class LeaseStore(Protocol):
    """Named leases: one publisher, one leader, one run per data folder."""

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """True when `owner` holds it now (also renews)."""
        ...

    def release(self, name: str, owner: str) -> None: ...

    def free(self, owner: str) -> None:
        """Free everything that `owner` holds: it died."""
        ...

    def holder(self, name: str, now: datetime) -> str | None: ...


class StateStore(Protocol):
    """A few named facts about this data folder: `kind` (live or demo), `stop`, `index_version` ..."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str | None) -> None: ...


@dataclass(frozen=True)
class ScheduledJob:
    """A CLI command that the leader starts when due."""

    name: str
    command: tuple[str, ...]
    every_seconds: int
    next_at: datetime
    last_at: datetime | None = None
    last_error: str | None = None


class ScheduleStore(Protocol):
    def all(self) -> list[ScheduledJob]: ...

    def save(self, job: ScheduledJob) -> None: ...


class ClauseEndStore(Protocol):
    """Proposals about a clause's end. In a writing unit `get` locks."""

    def add(self, proposal: ClauseEnd) -> ClauseEnd:
        """`id` 0 in. Raises ConflictError where another about this clause waits."""
        ...

    def get(self, proposal: int) -> ClauseEnd:
        """Raises NotFound."""
        ...

    def settle(self, settled: ClauseEnd) -> None:
        """Write how it was settled, by whom and when. Raises ConflictError for one that does not wait."""
        ...

    def all(self) -> list[ClauseEnd]:
        """Oldest first, settled ones too."""
        ...
