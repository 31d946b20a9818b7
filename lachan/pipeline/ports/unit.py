"""The unit of work: every store in one transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from lachan.pipeline.ports.cases import (
    AppealStore,
    CaseStore,
    DirectoryStore,
    FloodStore,
    NoticeStore,
    PublicReportStore,
    ReferralStore,
    RemovalStore,
)
from lachan.pipeline.ports.documents import FigureStore
from lachan.pipeline.ports.judging import ListStore, ModelStore
from lachan.pipeline.ports.people import (
    AccountStore,
    AlertStore,
    ExposureStore,
    OnCallStore,
    OwnKeyStore,
    PresenceStore,
    SignOnStore,
    ViewStore,
)
from lachan.pipeline.ports.reading import FrontierStore, InboxStore, SourceStore
from lachan.pipeline.ports.records import (
    AuditStore,
    ClauseEndStore,
    LeaseStore,
    OutboxStore,
    ScheduleStore,
    StateStore,
)


class Unit(Protocol):
    """One unit of work."""

    @property
    def sources(self) -> SourceStore: ...
    @property
    def frontier(self) -> FrontierStore: ...
    @property
    def inbox(self) -> InboxStore: ...
    @property
    def cases(self) -> CaseStore: ...
    @property
    def floods(self) -> FloodStore: ...
    @property
    def notices(self) -> NoticeStore: ...
    @property
    def referrals(self) -> ReferralStore: ...
    @property
    def directory(self) -> DirectoryStore: ...
    @property
    def appeals(self) -> AppealStore: ...
    @property
    def public_reports(self) -> PublicReportStore: ...
    @property
    def removals(self) -> RemovalStore: ...
    @property
    def accounts(self) -> AccountStore: ...
    @property
    def sign_ons(self) -> SignOnStore: ...
    @property
    def presences(self) -> PresenceStore: ...
    @property
    def views(self) -> ViewStore: ...
    @property
    def own_keys(self) -> OwnKeyStore: ...
    @property
    def exposures(self) -> ExposureStore: ...
    @property
    def oncall(self) -> OnCallStore: ...
    @property
    def alerts(self) -> AlertStore: ...
    @property
    def lists(self) -> ListStore: ...
    @property
    def models(self) -> ModelStore: ...
    @property
    def clause_ends(self) -> ClauseEndStore: ...
    @property
    def audit(self) -> AuditStore: ...
    @property
    def outbox(self) -> OutboxStore: ...
    @property
    def leases(self) -> LeaseStore: ...
    @property
    def state(self) -> StateStore: ...
    @property
    def schedule(self) -> ScheduleStore: ...
    @property
    def figures(self) -> FigureStore: ...


class Database(Protocol):
    def write(self) -> AbstractContextManager[Unit]:
        """Commits at a good end, rolls back on any exception. SQLite: BEGIN IMMEDIATE."""
        ...

    def read(self) -> AbstractContextManager[Unit]:
        """A snapshot; nothing written in it lasts."""
        ...

    def forget_freed(self) -> None:
        """Make deleted rows unreadable in files now (SQLite: truncate the write-ahead log)."""
        ...

    def close(self) -> None: ...
