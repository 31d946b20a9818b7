"""A small world for tests: real stores, a scripted judge, a clock that the test moves."""

from __future__ import annotations

import atexit
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pyotp
from argon2 import PasswordHasher
from sqlalchemy import create_engine, make_url, text

from lachan.app.town_directory import town_units
from lachan.domain.account import Actor, Role
from lachan.domain.assessment import Assessment, Label, Span
from lachan.domain.errors import InputError, SourceRefused
from lachan.domain.measure import Measure
from lachan.domain.post import Post, RawPost, Source, SourceKind, SourcePurpose
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
from lachan.pipeline import accounts as accounts_module
from lachan.pipeline.accounts import Accounts, Enrolment
from lachan.pipeline.appeal import Appeals
from lachan.pipeline.assess import Assess
from lachan.pipeline.clauses import Clauses
from lachan.pipeline.clusters import Clusters
from lachan.pipeline.directory import Directory
from lachan.pipeline.intake import Intake
from lachan.pipeline.notify import Notify
from lachan.pipeline.passwords import MIN_PASSWORD
from lachan.pipeline.ports import (
    CaseFilter,
    Database,
    IndexAnswer,
    IndexDocument,
    IndexHit,
    JudgeInput,
    Link,
    PageKind,
    SearchRequest,
)
from lachan.pipeline.protect import Protect
from lachan.pipeline.publish import Publisher
from lachan.pipeline.removal import Rechecks
from lachan.pipeline.report import PublicReports
from lachan.pipeline.retain import Retain
from lachan.pipeline.review import Decision, Review
from lachan.pipeline.sources import Sources
from lachan.pipeline.speaker import Speaker
from lachan.store import open_database
from lachan.store.keyring import FileKeyRing
from lachan.store.migrate import migrate
from lachan.store.tables import metadata

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
POSTGRES = os.environ.get("LACHAN_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
PASSWORD = "mot-mat-khau-that-dai"
WHY = "Bài còn công khai và nhiều học sinh đang trả lời, nhắn lại để mua."
BACKENDS = ("sqlite", "postgresql")


#: Sixty thousand kibibytes a hash is for attackers; tests make a dozen accounts each.
accounts_module._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def _long_enough(password: str, name: str) -> None:
    """`check_password` without its long lists, which have their own tests."""
    if len(password) < MIN_PASSWORD:
        raise InputError(f"choose a password of at least {MIN_PASSWORD} characters")


@cache
def _postgres_database() -> str:
    """One migrated PostgreSQL database a process, dropped at exit. No server is a failure, not a skip."""
    name = f"lachan_world_{os.getpid()}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        # Nothing here must outlive a power cut, and the disk is slow.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))

    def drop() -> None:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    atexit.register(drop)
    url = make_url(POSTGRES).set(database=name)
    engine = create_engine(url)
    migrate(engine)
    engine.dispose()
    return url.render_as_string(hide_password=False)


def database_url(backend: str, folder: Path) -> str:
    """The URL of an empty database of `backend`."""
    if backend == "sqlite":
        return f"sqlite:///{folder / 'lachan.db'}"
    url = _postgres_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return url


class Clock:
    """Stands still until moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class ScriptedJudge:
    """Flags by marks in the text: `[drugs_to_minors promoting urgent]`; `[crash]` raises."""

    name: str = "scripted@0"
    seen: list[JudgeInput] = field(default_factory=list)

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        self.seen.extend(items)
        return [self._one(item.text) for item in items]

    def _one(self, text: str) -> Assessment:
        if "[crash]" in text:
            raise RuntimeError("a text that breaks the judge")
        start, end = text.find("["), text.find("]")
        words = text[start + 1 : end].split() if 0 <= start < end else []
        categories = [Category(word) for word in words if word in set(Category)]
        contexts = [Context(word) for word in words if word in set(Context)]
        if not categories:
            return Assessment.harmless(self.name)
        context = contexts[0] if contexts else Context.PROMOTING
        return Assessment(
            route=Route.REVIEW if context is Context.PROMOTING else Route.PROTECT,
            context=context,
            model=self.name,
            labels=tuple(Label(category, 0.9) for category in categories),
            spans=(Span(0, 3, categories[0]),),
            urgent="urgent" in words,
            age=AgeBand.MINOR_U18,
        )


class MemoryIndex:
    """A SearchIndex in a dictionary: every word must be in the text."""

    def __init__(self) -> None:
        self.documents: dict[int, IndexDocument] = {}
        self.fail = False

    def apply(self, add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        if self.fail:
            raise OSError("the index is down")
        for case in remove:
            self.documents.pop(case, None)
        self.documents.update({document.case: document for document in add})

    def search(self, request: SearchRequest) -> IndexAnswer:
        words = request.query.split()
        hits = [d for d in self.documents.values() if all(word in d.text for word in words)]
        return IndexAnswer(
            len(hits), tuple(IndexHit(d.case, 1.0) for d in hits[: request.limit]), tuple(words)
        )

    def similar(self, text: str, case: int, limit: int) -> tuple[IndexHit, ...]:
        return tuple(IndexHit(other, 1.0) for other in self.documents if other != case)[:limit]

    def rows(self) -> dict[int, int]:
        return {case: document.digest for case, document in self.documents.items()}

    def cases(self) -> set[int]:
        return set(self.documents)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        self.documents = {document.case: document for document in documents}
        return len(self.documents)

    def close(self) -> None:
        pass


@dataclass
class ScriptedPages:
    """A PageFetcher: what stands at a URL now; missing means gone, None means unreachable."""

    pages: dict[str, str | None] = field(default_factory=dict)
    shut_out: bool = False

    def text_of(self, url: str) -> str | None:
        if self.shut_out:
            raise SourceRefused("robots.txt forbids this page")
        if url in self.pages and self.pages[url] is None:
            raise OSError("unreachable")
        return self.pages.get(url)


@dataclass
class World:
    """Everything wired as the composition root wires it, with doubles only at the outer ports."""

    folder: Path
    url: str
    clock: Clock
    keys: FileKeyRing
    database: Database
    judge: ScriptedJudge
    index: MemoryIndex
    pages: ScriptedPages
    logins: dict[str, Enrolment] = field(default_factory=dict)

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database, self.clock, _long_enough)

    @property
    def sources(self) -> Sources:
        return Sources(self.database, self.clock)

    @property
    def intake(self) -> Intake:
        return Intake(self.database, self.keys, self.clock)

    @property
    def assess(self) -> Assess:
        return Assess(self.database, self.judge, self.keys, self.clock, "worker")

    @property
    def review(self) -> Review:
        return Review(self.database, self.clock, self.pages)

    @property
    def speaker(self) -> Speaker:
        return Speaker(self.database, self.clock)

    @property
    def clusters(self) -> Clusters:
        return Clusters(self.database, self.clock)

    @property
    def protect(self) -> Protect:
        return Protect(self.database, self.clock)

    @property
    def clauses(self) -> Clauses:
        return Clauses(self.database, self.clock)

    @property
    def directory(self) -> Directory:
        return Directory(self.database, self.clock, town_units)

    @property
    def notify(self) -> Notify:
        return Notify(self.database, self.clock)

    @property
    def appeals(self) -> Appeals:
        return Appeals(self.database, self.clock)

    @property
    def public_reports(self) -> PublicReports:
        return PublicReports(self.database, self.keys, self.clock, self.pages, lambda text: "cứu" in text)

    @property
    def rechecks(self) -> Rechecks:
        return Rechecks(self.database, self.clock, self.pages)

    @property
    def publisher(self) -> Publisher:
        return Publisher(self.database, self.index, self.clock)

    def retain(self) -> object:
        retain = Retain(self.database, self.keys, self.clock, self.publisher)
        return retain.run(self.review, self.notify, self.appeals, self.sources, self.public_reports)

    def open_for_work(self) -> None:
        """Two admins, a person of every role, and one confirmed source `town`."""
        accounts = self.accounts
        self.logins["admin"] = accounts.first_admin("admin", PASSWORD)
        first = Actor(self.logins["admin"].account)
        self.logins["admin2"] = accounts.create(first, "admin2", Role.ADMIN, PASSWORD)
        second = Actor(self.logins["admin2"].account)
        for role in Role:
            if role is not Role.ADMIN:
                for name in (role.value, f"{role.value}2"):
                    self.logins[name] = accounts.create(second, name, role, PASSWORD)
        self.sources.propose(first, source())
        self.sources.confirm(second, "town")

    def another_source(self, key: str) -> None:
        """One more forum section, confirmed."""
        url = f"https://town.example/{key}/"
        self.sources.propose(self.actor("admin"), source(key, url=url, url_prefix=url))
        self.sources.confirm(self.actor("admin2"), key)

    def actor(self, name: str, *, interactive: bool = True) -> Actor:
        """Somebody at the desk, without the ceremony of signing in."""
        return Actor(self.logins[name].account, interactive=interactive)

    def sign_in(self, name: str) -> Actor:
        """Somebody who really signs in."""
        secret = self.logins[name].totp_secret
        code = pyotp.TOTP(secret).at(self.clock()) if secret else None
        return self.accounts.sign_in(name, PASSWORD, code)[1]

    def receive(self, *texts: str, page: str = "https://town.example/f/1", key: str = "town") -> None:
        """Fetch a page with these posts, for real through frontier and intake."""
        with self.database.write() as unit:
            unit.frontier.forget(key)
            unit.frontier.add(key, "town.example", [Link(page, PageKind.THREAD)], self.clock())
        leased = [p for p in self.intake.lease("spider", [key], 10) if p.url == page]
        posts = [RawPost(f"{page}#{abs(hash(text))}", text, "ai_do", self.clock(), page) for text in texts]
        self.intake.receive(leased[0], posts, [])
        for post in posts:
            self.pages.pages[post.url] = post.text

    def case_of(self, text: str, *, thread: str = "", key: str = "town") -> int:
        """Receive one post, in a thread of its own unless named; assess it, and give the number of its case."""
        self.receive(text, page=f"https://town.example/f/{thread or secrets.token_hex(4)}", key=key)
        before = self.case_ids()
        self.assess.drain()
        (new,) = self.case_ids() - before
        return new

    def case_ids(self) -> set[int]:
        with self.database.read() as unit:
            return {case.id for case in unit.cases.find(CaseFilter(), limit=1000)}

    def confirmed(
        self, text: str, decision: Decision | None = None, *, thread: str = "", key: str = "town"
    ) -> int:
        """A case that an officer closed with a one-person measure."""
        case = self.case_of(text, thread=thread, key=key)
        officer = self.actor("officer")
        self.review.claim(officer, case)
        self.review.decide(officer, case, decision or warning())
        return case


def source(key: str = "town", **changes: object) -> Source:
    """A forum section of the test town."""
    made = Source(
        key=key,
        title="Diễn đàn thử",
        kind=SourceKind.FORUM,
        url="https://town.example/f/",
        url_prefix="https://town.example/f/",
        audience=Audience.GENERAL,
        purpose=SourcePurpose.MINORS_PRESENT,
        legal_basis="Luật Trẻ em Đ54",
        contact="can-bo@town.example",
        proposed_by="admin",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def warning(why: str = WHY) -> Decision:
    """A one-person decision on a case of drugs sold to minors."""
    return Decision(Measure.OWNER_WARNING, why, ("LTE-6-9",), recipient="Chủ tài khoản")


def takedown(why: str = WHY) -> Decision:
    """A two-person decision on a case of drugs sold to minors."""
    return Decision(
        Measure.REMOVAL_REQUEST,
        why,
        ("L116-13-4-đ", "L116-16-3-b", "L116-25-2-b"),
        recipient="Ban quản trị diễn đàn",
    )


def post(text: str, now: datetime, *, key: str = "town", fingerprint: str | None = None) -> Post:
    """A post as intake would hand it to the inbox."""
    return Post(
        fingerprint or secrets.token_hex(32),
        key,
        text,
        f"https://town.example/f/{secrets.token_hex(4)}",
        None,
        now,
        now,
        Audience.GENERAL,
    )


@contextmanager
def make_world(backend: str, folder: Path) -> Iterator[World]:
    """A world on `backend`, open for work."""
    clock = Clock()
    keys = FileKeyRing(folder / "keys" / "ring.json")
    url = database_url(backend, folder)
    database = open_database(url, keys, clock)
    world = World(folder, url, clock, keys, database, ScriptedJudge(), MemoryIndex(), ScriptedPages())
    world.open_for_work()
    try:
        yield world
    finally:
        database.close()
