"""What the desk works with: ports and use cases, put together by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from lachan.domain.account import Role
from lachan.pipeline.accounts import Accounts
from lachan.pipeline.alerts import Alerts
from lachan.pipeline.appeal import Appeals
from lachan.pipeline.clauses import Clauses
from lachan.pipeline.clusters import Clusters
from lachan.pipeline.directory import Directory
from lachan.pipeline.flood import Floods
from lachan.pipeline.notify import Notify
from lachan.pipeline.oncall import OnCall
from lachan.pipeline.places import Places
from lachan.pipeline.ports import Clock, Database, KeyRing, Letterhead, NoticeWriter, ReportWriter
from lachan.pipeline.protect import Protect
from lachan.pipeline.publish import Publisher
from lachan.pipeline.report import PublicReports
from lachan.pipeline.review import Review
from lachan.pipeline.search import Search
from lachan.pipeline.sources import Sources
from lachan.pipeline.speaker import Speaker
from lachan.pipeline.sso import SingleSignOn
from lachan.pipeline.training_pass import Arrivals, TrainingDoor
from review_ui.tokens import Cookies


@dataclass(frozen=True)
class DemoAccount:
    """An account of the sample town, whose password and one-time secret (base32) the log-in page shows."""

    name: str
    role: Role
    password: str
    totp_secret: str | None


@dataclass(frozen=True)
class DemoInfo:
    """Present only where all data are invented: every page then says so."""

    accounts: tuple[DemoAccount, ...]


@dataclass(frozen=True)
class Desk:
    """Everything a page may ask for. `secure_cookies` is true wherever the desk is served over HTTPS;
    `support` says where this unit's people find help themselves;
    `training` where nothing that is done is real and people come in from the live desk alone (`arrivals`);
    `training_door` leads there from the live desk."""

    database: Database
    accounts: Accounts
    review: Review
    speaker: Speaker
    clusters: Clusters
    floods: Floods
    oncall: OnCall
    alerts: Alerts
    protect: Protect
    directory: Directory
    clauses: Clauses
    notify: Notify
    appeals: Appeals
    public_reports: PublicReports
    sources: Sources
    search: Search
    publisher: Publisher
    places: Places
    reports: ReportWriter
    letters: NoticeWriter
    letterhead: Letterhead
    keys: KeyRing
    clock: Clock
    demo: DemoInfo | None
    secure_cookies: bool
    training: bool = False
    support: str = ""
    sso: SingleSignOn | None = None
    training_door: TrainingDoor | None = None
    arrivals: Arrivals | None = None

    @property
    def invented(self) -> bool:
        """Whether nothing here is real: letters and reports say so."""
        return self.training or self.demo is not None

    @property
    def cookies(self) -> Cookies:
        """A training desk on another port of the same host has names of its own: browsers tell no ports apart."""
        return Cookies(self.secure_cookies, "-training" if self.training else "")
