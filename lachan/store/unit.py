"""One unit of work: every store over one transaction."""

from __future__ import annotations

from functools import cached_property

from lachan.store.accounts import SqlAccountStore
from lachan.store.alerts import SqlAlertStore
from lachan.store.appeals import SqlAppealStore
from lachan.store.audit import SqlAuditStore
from lachan.store.cases import SqlCaseStore
from lachan.store.clause_ends import SqlClauseEndStore
from lachan.store.directory import SqlDirectoryStore
from lachan.store.exposures import SqlExposureStore
from lachan.store.figures import SqlFigureStore
from lachan.store.floods import SqlFloodStore
from lachan.store.frontier import SqlFrontierStore
from lachan.store.inbox import SqlInboxStore
from lachan.store.leases import SqlLeaseStore
from lachan.store.models import SqlModelStore
from lachan.store.notices import SqlNoticeStore
from lachan.store.oncall import SqlOnCallStore
from lachan.store.outbox import SqlOutboxStore
from lachan.store.own_keys import SqlKeyStore
from lachan.store.presences import SqlPresenceStore
from lachan.store.public_reports import SqlPublicReportStore
from lachan.store.referrals import SqlReferralStore
from lachan.store.removals import SqlRemovalStore
from lachan.store.schedule import SqlScheduleStore
from lachan.store.scope import Scope
from lachan.store.sign_ons import SqlSignOnStore
from lachan.store.sources import SqlSourceStore
from lachan.store.state import SqlStateStore
from lachan.store.vetted_lists import SqlListStore
from lachan.store.views import SqlViewStore


class SqlUnit:
    """Unit on SQL; stores are made when first asked for. Valid inside its `with` block only."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @cached_property
    def sources(self) -> SqlSourceStore:
        return SqlSourceStore(self._scope)

    @cached_property
    def frontier(self) -> SqlFrontierStore:
        return SqlFrontierStore(self._scope)

    @cached_property
    def inbox(self) -> SqlInboxStore:
        return SqlInboxStore(self._scope)

    @cached_property
    def cases(self) -> SqlCaseStore:
        return SqlCaseStore(self._scope)

    @cached_property
    def floods(self) -> SqlFloodStore:
        return SqlFloodStore(self._scope)

    @cached_property
    def notices(self) -> SqlNoticeStore:
        return SqlNoticeStore(self._scope)

    @cached_property
    def referrals(self) -> SqlReferralStore:
        return SqlReferralStore(self._scope)

    @cached_property
    def directory(self) -> SqlDirectoryStore:
        return SqlDirectoryStore(self._scope)

    @cached_property
    def appeals(self) -> SqlAppealStore:
        return SqlAppealStore(self._scope)

    @cached_property
    def public_reports(self) -> SqlPublicReportStore:
        return SqlPublicReportStore(self._scope)

    @cached_property
    def removals(self) -> SqlRemovalStore:
        return SqlRemovalStore(self._scope)

    @cached_property
    def accounts(self) -> SqlAccountStore:
        return SqlAccountStore(self._scope)

    @cached_property
    def sign_ons(self) -> SqlSignOnStore:
        return SqlSignOnStore(self._scope)

    @cached_property
    def presences(self) -> SqlPresenceStore:
        return SqlPresenceStore(self._scope)

    @cached_property
    def views(self) -> SqlViewStore:
        return SqlViewStore(self._scope)

    @cached_property
    def own_keys(self) -> SqlKeyStore:
        return SqlKeyStore(self._scope)

    @cached_property
    def exposures(self) -> SqlExposureStore:
        return SqlExposureStore(self._scope)

    @cached_property
    def oncall(self) -> SqlOnCallStore:
        return SqlOnCallStore(self._scope)

    @cached_property
    def alerts(self) -> SqlAlertStore:
        return SqlAlertStore(self._scope)

    @cached_property
    def lists(self) -> SqlListStore:
        return SqlListStore(self._scope)

    @cached_property
    def models(self) -> SqlModelStore:
        return SqlModelStore(self._scope)

    @cached_property
    def clause_ends(self) -> SqlClauseEndStore:
        return SqlClauseEndStore(self._scope)

    @cached_property
    def audit(self) -> SqlAuditStore:
        return SqlAuditStore(self._scope)

    @cached_property
    def outbox(self) -> SqlOutboxStore:
        return SqlOutboxStore(self._scope)

    @cached_property
    def leases(self) -> SqlLeaseStore:
        return SqlLeaseStore(self._scope)

    @cached_property
    def state(self) -> SqlStateStore:
        return SqlStateStore(self._scope)

    @cached_property
    def schedule(self) -> SqlScheduleStore:
        return SqlScheduleStore(self._scope)

    @cached_property
    def figures(self) -> SqlFigureStore:
        return SqlFigureStore(self._scope)
