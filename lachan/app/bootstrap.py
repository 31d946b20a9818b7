"""The composition root: which implementation stands behind which port. Read it in a minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import index
from classifiers.judge import CascadeJudge
from classifiers.normalise import normalise
from classifiers.urgency import names_danger
from crawlers.api import BASES
from crawlers.fetch_once import OncePageFetcher
from index.place_book import GazetteerBook
from index.units import units
from lachan.app.live_judge import gate_of, live_judge
from lachan.app.push import ALERTS_SECRET, WEBHOOK_SECRET, AlertMail, AlertWebhook, Hook, Mail, Relay, Webhook
from lachan.app.settings import Settings
from lachan.app.town_directory import town_units
from lachan.app.town_rows import town_pages
from lachan.app.worker import Worker
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.post import SourceKind
from lachan.pipeline.accounts import Accounts
from lachan.pipeline.alerts import Alerts
from lachan.pipeline.appeal import Appeals
from lachan.pipeline.assess import Assess
from lachan.pipeline.clauses import Clauses
from lachan.pipeline.clusters import Clusters
from lachan.pipeline.directory import Directory
from lachan.pipeline.flood import Floods
from lachan.pipeline.intake import Intake
from lachan.pipeline.lists import Lists
from lachan.pipeline.models import Models
from lachan.pipeline.notify import Notify
from lachan.pipeline.oncall import OnCall, Push
from lachan.pipeline.places import Places
from lachan.pipeline.ports import ApiAccess, Database, KeyRing, NoticeWriter, ReportWriter, SearchIndex
from lachan.pipeline.protect import Protect
from lachan.pipeline.publish import Publisher
from lachan.pipeline.removal import Rechecks
from lachan.pipeline.report import PublicReports
from lachan.pipeline.retain import Retain
from lachan.pipeline.review import Review
from lachan.pipeline.search import Search
from lachan.pipeline.sources import Sources
from lachan.pipeline.speaker import Speaker
from lachan.pipeline.sso import SingleSignOn
from lachan.pipeline.telling import Outlet, Telling
from lachan.reports import Counts, Letters, Reports
from lachan.store import open_database
from lachan.store.keyring import FileKeyRing
from lachan.store.signature import verify as verify_signature

KIND: Final = "kind"  # the state row that says what a data folder is
LIVE: Final = "live"
DEMO: Final = "demo"
TRAINING: Final = "training"


def clock() -> datetime:
    """The one clock: aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Application:
    """Everything, made when first asked for."""

    settings: Settings
    keys: KeyRing
    database: Database

    @cached_property
    def kind(self) -> str | None:
        """`live`, `demo`, `training`, or None for a folder that was never used."""
        with self.database.read() as unit:
            return unit.state.get(KIND)

    @cached_property
    def worker(self) -> Worker:
        """Under whose name this process holds leases; those of processes that died are freed."""
        return Worker(self.settings.data, self.database)

    @cached_property
    def judge(self) -> CascadeJudge:
        """The release's model, one that two people promoted, or the one under LACHAN_MODELS, with the vetted lists;
        each must pass the gate to go live."""
        return live_judge(self.settings, self.keys, self.models.current(), self.lists.active())

    @cached_property
    def lists(self) -> Lists:
        return Lists(self.database, clock, verify_signature)

    @cached_property
    def models(self) -> Models:
        return Models(self.database, clock, gate_of(self.settings, self.lists.active))

    @cached_property
    def index(self) -> SearchIndex:
        authority = self.settings.index_authority
        return index.open_index(
            self.settings.index_url,
            normalise,
            api_key=self.settings.index_api_key,
            authority=str(authority) if authority else None,
        )

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.database, clock)

    @cached_property
    def sso(self) -> SingleSignOn | None:
        """None where the settings name no provider of identities."""
        settings = self.settings
        if settings.oidc_issuer is None or settings.oidc_client_id is None:
            return None
        from lachan.app.oidc import Provider  # here: no other command pays for its library

        desk_url = settings.desk_url.rstrip("/")
        provider = Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            redirect_uri=f"{desk_url}/sso/callback",
            desk_url=desk_url,
            clock=clock,
        )
        return SingleSignOn(
            self.database,
            clock,
            self.accounts,
            provider,
            second_factors=frozenset(settings.oidc_second_factors),
            break_glass=settings.break_glass,
            local=settings.local_login,
        )

    @cached_property
    def sources(self) -> Sources:
        return Sources(self.database, clock)

    @cached_property
    def intake(self) -> Intake:
        return Intake(self.database, self.keys, clock)

    @cached_property
    def assess(self) -> Assess:
        return Assess(self.database, self.judge, self.keys, clock, self.worker.name)

    @cached_property
    def review(self) -> Review:
        return Review(self.database, clock, _PagesOf(self))

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.database, clock)

    @cached_property
    def oncall(self) -> OnCall:
        """With the ways that the settings name; without any, and where data are invented, alarms ring at the desk
        alone."""
        settings, ways = self.settings, list[Push]()
        if self.kind in (DEMO, TRAINING):
            return OnCall(self.database, clock, ways)
        if settings.oncall_webhook:
            hook = Hook(settings.oncall_webhook, self.keys.secret(WEBHOOK_SECRET), clock)
            ways.append(Webhook(hook, settings.desk_url))
        if self._relay:
            ways.append(Mail(self._relay, settings.desk_url))
        return OnCall(self.database, clock, ways)

    @cached_property
    def _relay(self) -> Relay | None:
        settings = self.settings
        return Relay(settings.smtp_url, settings.smtp_from or "") if settings.smtp_url else None

    @cached_property
    def _outlets(self) -> Sequence[Outlet]:
        """Where alerts go besides the desk; nowhere where data are invented."""
        settings, outlets = self.settings, list[Outlet]()
        if self.kind != LIVE:
            return outlets
        if self._relay:
            outlets.append(AlertMail(self._relay, settings.desk_url))
        if settings.alerts_webhook:
            hook = Hook(settings.alerts_webhook, self.keys.secret(ALERTS_SECRET), clock)
            outlets.append(AlertWebhook(hook, settings.desk_url))
        return outlets

    @cached_property
    def alerts(self) -> Alerts:
        return Alerts(self.database, self.index, clock, [outlet.way for outlet in self._outlets])

    @cached_property
    def telling(self) -> Telling:
        return Telling(self.database, self.index, clock, self._outlets)

    @cached_property
    def clusters(self) -> Clusters:
        return Clusters(self.database, clock)

    @cached_property
    def floods(self) -> Floods:
        return Floods(self.database, clock)

    @cached_property
    def protect(self) -> Protect:
        return Protect(self.database, clock)

    @cached_property
    def clauses(self) -> Clauses:
        return Clauses(self.database, clock)

    @cached_property
    def directory(self) -> Directory:
        """Of the sample town where data are invented."""
        return Directory(self.database, clock, town_units if self.kind in (DEMO, TRAINING) else units)

    @cached_property
    def notify(self) -> Notify:
        return Notify(self.database, clock)

    @cached_property
    def appeals(self) -> Appeals:
        return Appeals(self.database, clock)

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(self.database, self.index, clock, self.worker.name, normalise, GazetteerBook())

    @cached_property
    def places(self) -> Places:
        return Places(self.database, clock, self.publisher, GazetteerBook())

    @cached_property
    def search(self) -> Search:
        return Search(self.database, self.index, clock, normalise, Counts())

    @cached_property
    def public_reports(self) -> PublicReports:
        return PublicReports(self.database, self.keys, clock, _PagesOf(self), names_danger)

    @cached_property
    def rechecks(self) -> Rechecks:
        return Rechecks(self.database, clock, _PagesOf(self))

    @cached_property
    def retain(self) -> Retain:
        return Retain(self.database, self.keys, clock, self.publisher)

    @cached_property
    def letters(self) -> NoticeWriter:
        return Letters()

    @cached_property
    def reports(self) -> ReportWriter:
        return Reports(self.database, clock)

    @property
    def contact(self) -> str:
        """Who reads, for the sites that are read. Raises InputError where nobody is named for live work."""
        if self.settings.contact:
            return self.settings.contact
        if self.kind == DEMO:
            return "demo"
        raise InputError("set `contact` in lachan.toml (or LACHAN_CONTACT): it stands in the user agent")

    @property
    def api_access(self) -> dict[SourceKind, ApiAccess]:
        """The operator's keys, each for the interface of one kind of source."""
        given = {
            SourceKind.YOUTUBE: self.settings.youtube_key,
            SourceKind.FACEBOOK_PAGE: self.settings.facebook_token,
        }
        return {kind: ApiAccess(BASES[kind], key) for kind, key in given.items() if key}

    @property
    def loopback(self) -> bool:
        """Loopback addresses are fetched in a demo folder alone; no setting can allow them for live data."""
        return self.kind == DEMO

    def require(self, kind: str) -> None:
        """Raises RefusedError when the data folder is of another kind."""
        if self.kind is None:
            raise RefusedError(f"{self.settings.data} is empty: run `lachan init` (or `lachan demo`) first")
        if self.kind != kind:
            raise RefusedError(
                f"{self.settings.data} holds {self.kind} data: choose another folder with LACHAN_DATA"
            )


@dataclass(frozen=True)
class _PagesOf:
    """The look at a page before approval. It names our contact; nothing else of the desk, and no deletion of what
    is due, may wait for that setting."""

    application: Application

    def text_of(self, url: str) -> str | None:
        if self.application.kind == TRAINING:
            return town_pages(clock()).text_of(url)
        pages = OncePageFetcher(
            self.application.sources.active,
            clock,
            contact=self.application.contact,
            allow_loopback=self.application.loopback,
            access=self.application.api_access,
        )
        return pages.text_of(url)


@contextmanager
def open_application(settings: Settings) -> Iterator[Application]:
    """Open the data folder, making it when needed. Raises LachanError in words an operator can act on."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = FileKeyRing(settings.key_file)
    database = open_database(settings.database_url, keys, clock)
    application = Application(settings, keys, database)
    try:
        yield application
    finally:
        if "index" in application.__dict__:
            application.index.close()
        if "worker" in application.__dict__:
            application.worker.end()
        database.close()
