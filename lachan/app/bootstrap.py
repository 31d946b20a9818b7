"""The composition root: which implementation stands behind which port. Read it in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import classifiers
import index
from classifiers.gate import check_live, read_release
from classifiers.labelled import read as read_labelled
from crawlers.fetch_once import OncePageFetcher
from lachan.app.settings import Settings
from lachan.app.worker import Worker
from lachan.domain.errors import InputError, RefusedError
from lachan.pipeline.accounts import Accounts
from lachan.pipeline.appeal import Appeals
from lachan.pipeline.assess import Assess
from lachan.pipeline.intake import Intake
from lachan.pipeline.notify import Notify
from lachan.pipeline.ports import Database, Judge, KeyRing, NoticeWriter, ReportWriter, SearchIndex
from lachan.pipeline.protect import Protect
from lachan.pipeline.publish import Publisher
from lachan.pipeline.retain import Retain
from lachan.pipeline.review import Review
from lachan.pipeline.search import Search
from lachan.pipeline.sources import Sources
from lachan.reports import Letters, Reports
from lachan.store import open_database
from lachan.store.keyring import FileKeyRing

KIND: Final = "kind"  # the state row that says what a data folder is
LIVE: Final = "live"
DEMO: Final = "demo"


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
        """`live`, `demo`, or None for a folder that was never used."""
        with self.database.read() as unit:
            return unit.state.get(KIND)

    @cached_property
    def worker(self) -> Worker:
        """Under whose name this process holds leases; those of processes that died are freed."""
        return Worker(self.settings.data, self.database)

    @cached_property
    def judge(self) -> Judge:
        """The packaged model, or the one under LACHAN_MODELS; either must pass the gate to go live."""
        judge = classifiers.load_judge(self.settings.models)
        models = classifiers.default_folder()
        canaries = read_labelled([models.parent / "data" / "canaries.jsonl"])
        check_live(judge, canaries, read_release(models / "RELEASE.json"))
        return judge

    @cached_property
    def index(self) -> SearchIndex:
        return index.open_index(self.settings.index_url)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.database, clock)

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
    def protect(self) -> Protect:
        return Protect(self.database, clock)

    @cached_property
    def notify(self) -> Notify:
        return Notify(self.database, clock)

    @cached_property
    def appeals(self) -> Appeals:
        return Appeals(self.database, clock)

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(self.database, self.index, clock, self.worker.name)

    @cached_property
    def search(self) -> Search:
        return Search(self.database, self.index, clock)

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
        pages = OncePageFetcher(
            self.application.sources.active,
            clock,
            contact=self.application.contact,
            allow_loopback=self.application.loopback,
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
