"""A whole desk for tests: one account a role and more, sources, cases, and clients that are signed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from index.place_book import GazetteerBook
from lachan.app.town_directory import town_units
from lachan.domain.account import Role
from lachan.domain.alert import AlertWay
from lachan.domain.assessment import Assessment, Label, Reason, Span
from lachan.domain.case import KEEP_UNDECIDED, Case, CasePost
from lachan.domain.post import Post, Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
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
from lachan.pipeline.ports import Letterhead, NewCase
from lachan.pipeline.protect import Protect
from lachan.pipeline.publish import Publisher
from lachan.pipeline.report import PublicReports
from lachan.pipeline.review import Review
from lachan.pipeline.search import Search
from lachan.pipeline.sources import Sources
from lachan.pipeline.speaker import Speaker
from lachan.reports import Counts
from lachan.store import SqlDatabase, open_database
from lachan.store.keyring import FileKeyRing
from review_ui import Desk, create_app
from tests.review_ui.fakes import HandClock, ListIndex, PagesOnPaper, PlainLetters, PlainReports

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)  # 14:05 in Vietnam
PASSWORD = "mot cau that dai de nho"
NECESSITY = "Bài rao bán cho học sinh ngay trước cổng trường, nhãn cảnh báo không ngăn được việc bán."
LETTERHEAD = Letterhead(
    "Công an tỉnh Bến Sông", "Phòng Thử", "PT", "Bến Sông", "Trưởng phòng", "Người Ký Thử", "0900 000 000"
)
PEOPLE = {
    "quan-tri": Role.ADMIN,
    "quan-tri-hai": Role.ADMIN,
    "can-bo": Role.OFFICER,
    "can-bo-hai": Role.OFFICER,
    "phe-duyet": Role.APPROVER,
    "phe-duyet-hai": Role.APPROVER,
    "bao-ve": Role.PROTECTION_OFFICER,
    "phan-tich": Role.ANALYST,
    "kiem-tra": Role.AUDITOR,
}
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass
class Station:
    """The desk with everything that tests move by hand."""

    desk: Desk
    app: FastAPI
    clock: HandClock
    pages: PagesOnPaper
    index: ListIndex
    database: SqlDatabase
    secrets: dict[str, str | None]
    opened: int = 0
    clients: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """This account, signed in at a browser of its own."""
        if name not in self.clients:
            token, _ = self.desk.accounts.sign_in(name, PASSWORD, self.code(name))
            client = self.browser()
            client.cookies.set("__Host-lachan" if self.desk.secure_cookies else "lachan", token)
            self.clients[name] = Person(self, name, client)
        return self.clients[name]

    def browser(self) -> TestClient:
        """Nobody signed in."""
        base = "https://desk.example" if self.desk.secure_cookies else "http://desk.example"
        return TestClient(self.app, base_url=base, follow_redirects=False, raise_server_exceptions=False)

    def code(self, name: str) -> str | None:
        """A one-time code that was not used: the clock moves on first."""
        secret = self.secrets[name]
        if secret is None:
            return None
        self.clock.forward(timedelta(seconds=31))
        return pyotp.TOTP(secret).at(self.clock.now)

    def case(
        self,
        text: str = "bán pod cho học sinh lớp 8, gọi 0900 000 123 lấy liền, ship tận cổng trường",
        *categories: Category,
        context: Context = Context.PROMOTING,
        urgent: bool = False,
        url: str | None = None,
        reason: str = "minor_grade",
        source: str = "dien-dan",
        bands: tuple[str, ...] = (),
    ) -> Case:
        """A case with one post."""
        self.opened += 1
        named = categories or (Category.DRUGS_TO_MINORS,)
        route = Route.REVIEW if context is Context.PROMOTING else Route.PROTECT
        address = url or f"https://dien-dan.example/bai/{self.opened}"
        self.pages.texts[address] = f"Diễn đàn {text} Trả lời"
        post = Post(
            fingerprint=f"{self.opened:064x}",
            source=source,
            text=text,
            url=address,
            author_hash=None,
            published_at=self.clock.now - timedelta(hours=1),
            captured_at=self.clock.now,
            audience=Audience.GENERAL,
        )
        assessment = Assessment(
            route=route,
            context=context,
            model="thu@0123456789ab",
            labels=tuple(Label(category, 0.87) for category in named),
            spans=(Span(0, min(7, len(text)), named[0]),),
            reasons=(Reason(reason, 0, min(3, len(text))), Reason("chua_ai_biet")),
            urgent=urgent,
            age=AgeBand.CHILD_U16,
        )
        new = NewCase(post, assessment, self.clock.now + KEEP_UNDECIDED, bands)
        with self.database.write() as unit:
            return unit.cases.open_many([new])[0]

    def post_like(self, post: CasePost, text: str) -> Post:
        """Another post of the same place."""
        self.opened += 1
        mark = f"{self.opened:064x}"
        return Post(mark, post.source, text, post.url, None, None, self.clock.now, Audience.GENERAL)

    def now(self, case: Case) -> Case:
        """The case as it stands."""
        with self.database.read() as unit:
            return unit.cases.get(case.id)

    def actions(self, subject: str) -> list[str]:
        with self.database.read() as unit:
            return [link.event.action for link in unit.audit.of_subject(subject)]


@dataclass
class Person:
    """A signed-in account in front of a browser."""

    station: Station
    name: str
    client: TestClient

    def get(self, path: str, **query: str) -> Response:
        return self.client.get(path, params=query or None)

    def post(self, path: str, **fields: Sequence[str]) -> Response:
        """Send a form with this session's token."""
        token = form_token(self.client.get("/help"))
        return self.client.post(path, data={"csrf": token, **fields})


def form_token(page: Response) -> str:
    found = _TOKEN.search(page.text)
    assert found, f"no form on this page ({page.status_code})"
    return found.group(1)


def found(folder: Path) -> dict[str, str | None]:
    """A fresh store in `folder` with every account of PEOPLE and two sources; the one-time secrets by name."""
    clock = HandClock(NOW)
    database = open_database(_url(folder), _keys(folder), clock)
    accounts = Accounts(database, clock)
    secrets = {"quan-tri": accounts.first_admin("quan-tri", PASSWORD).totp_secret}
    for name, role in PEOPLE.items():
        if name != "quan-tri":
            by = accounts.named("quan-tri" if role is Role.ADMIN else "quan-tri-hai")
            secrets[name] = accounts.create(by, name, role, PASSWORD).totp_secret
    with database.write() as unit:
        unit.sources.add(source("dien-dan", "Diễn đàn Bến Sông", SourceKind.FORUM))
        school = source("truong", "Trường THCS Gò Mây", SourceKind.SCHOOL_PAGE)
        unit.sources.add(replace(school, audience=Audience.MINORS))
    database.close()
    return secrets


def open_station(folder: Path, secrets: dict[str, str | None], *, secure: bool = False) -> Station:
    """The desk over what `found` left in `folder`."""
    clock, pages, index = HandClock(NOW), PagesOnPaper(), ListIndex()
    keys = _keys(folder)
    database = open_database(_url(folder), keys, clock)
    publisher = Publisher(database, index, clock, places=GazetteerBook())
    desk = Desk(
        database=database,
        accounts=Accounts(database, clock),
        review=Review(database, clock, pages),
        speaker=Speaker(database, clock),
        clusters=Clusters(database, clock),
        floods=Floods(database, clock),
        oncall=OnCall(database, clock),
        alerts=Alerts(database, index, clock, list(AlertWay)),
        protect=Protect(database, clock),
        directory=Directory(database, clock, town_units),
        clauses=Clauses(database, clock),
        notify=Notify(database, clock),
        appeals=Appeals(database, clock),
        public_reports=PublicReports(database, keys, clock, pages, lambda text: "cứu" in text),
        sources=Sources(database, clock),
        search=Search(database, index, clock, None, Counts()),
        publisher=publisher,
        places=Places(database, clock, publisher, GazetteerBook()),
        reports=PlainReports(),
        letters=PlainLetters(),
        letterhead=LETTERHEAD,
        keys=keys,
        clock=clock,
        demo=None,
        secure_cookies=secure,
    )
    return Station(desk, create_app(desk), clock, pages, index, database, secrets)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/data/lachan.db"


def _keys(folder: Path) -> FileKeyRing:
    return FileKeyRing(folder / "keys" / "ring.json")


def source(key: str, title: str, kind: SourceKind) -> Source:
    return Source(
        key=key,
        title=title,
        kind=kind,
        url=f"https://{key}.example/",
        url_prefix=f"https://{key}.example/",
        audience=Audience.GENERAL,
        purpose=SourcePurpose.MINORS_PRESENT,
        legal_basis="Luật Trẻ em Điều 54",
        contact="Ban quản trị",
        proposed_by="quan-tri",
        state=SourceState.ACTIVE,
        confirmed_by="quan-tri-hai",
        confirmed_at=NOW - timedelta(days=3),
    )
