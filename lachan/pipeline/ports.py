"""The seam: what the use cases need from the world.

`Database.write()` is the unit of work and the only commit: it commits when its block ends well and rolls back
when it raises. `Database.read()` never writes. Stores return frozen domain values and raise only domain
errors. Everything that is text, URL or contact is sealed at rest; stores take and return it in clear.
All datetimes are aware; stores keep UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lachan.domain.account import Account
from lachan.domain.appeal import Appeal
from lachan.domain.assessment import Assessment
from lachan.domain.audit import AuditCheckpoint, AuditEvent, AuditLink
from lachan.domain.case import Case, CasePost, CaseState
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.post import Post, Source
from lachan.domain.referral import Referral
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route

Clock = Callable[[], datetime]  # aware, UTC


# --- Keys --------------------------------------------------------------------------------------------------
class KeyRing(Protocol):
    """Keys outside the data folder. A text is sealed under the key of the hour at which it must be gone.

    Destroying that key makes every copy of the text unreadable, backups included.
    """

    def seal(self, clear: str, until: datetime, *, purpose: str) -> bytes:
        """AES-GCM under the key (`purpose`, `until` rounded up to the hour); the key's id is in the output.

        Rounding is part of the ring: all texts of one purpose and hour share a key.
        """
        ...

    def seal_lasting(self, clear: str) -> bytes:
        """AES-GCM under a key that no date destroys: one-time password secrets, registered URLs, contacts."""
        ...

    def open(self, sealed: bytes) -> str:
        """The clear text. Raises KeyDestroyed when its key is gone."""
        ...

    def identity(self, *, create: bool) -> str | None:
        """The ring's random name, by which a database knows its ring; None when there is no ring yet and
        `create` is false."""
        ...

    def secret(self, name: str) -> bytes:
        """32 lasting bytes for `name` (audit signature, sessions); made on first use."""
        ...

    def source_secret(self, source: str, month: str) -> bytes:
        """32 bytes for hashing what came from `source` in `month` (`2026-11`); made on first use."""
        ...

    def destroy_due(self, now: datetime) -> int:
        """Destroy sealing keys whose hour has passed and source secrets older than the previous month."""
        ...


# --- Frontier and inbox ------------------------------------------------------------------------------------
class PageKind(StrEnum):
    """What a frontier URL is expected to be."""

    LISTING = "listing"  # start page, section, feed, sitemap: fetched anew in every crawl
    THREAD = "thread"
    ARTICLE = "article"


@dataclass(frozen=True)
class Page:
    """A page to fetch: leased to one worker until `leased_until`."""

    id: int
    source: str
    host: str
    url: str
    kind: PageKind
    tries: int
    leased_until: datetime


@dataclass(frozen=True)
class Link:
    """A page found on a page. `mark` is what tells that it changed (reply count, lastmod); "" when unknown."""

    url: str
    kind: PageKind
    mark: str = ""


class FrontierStore(Protocol):
    """URLs to fetch: sealed while pending, keyed hashes once done. A host belongs to one worker at a time."""

    def add(self, source: str, host: str, links: Sequence[Link], now: datetime) -> int:
        """Add what is not known yet (or whose mark changed, or LISTING kinds that are done); returns how many."""
        ...

    def lease(
        self, worker: str, now: datetime, until: datetime, limit: int, sources: Sequence[str]
    ) -> list[Page]:
        """Up to `limit` due pages of hosts that no other worker holds; expired leases count as free."""
        ...

    def done(self, page: Page, now: datetime) -> None:
        """Finished: the URL is forgotten, a keyed hash stays. Call in the unit that fills the inbox."""
        ...

    def retry(self, page: Page, now: datetime, not_before: datetime, error: str) -> None:
        """Failed for now; `error` is a short word (`timeout`, `http_503`), shown to operators."""
        ...

    def give_up(self, page: Page, now: datetime, error: str) -> None:
        """Failed for good."""
        ...

    def forget(self, source: str) -> None:
        """Forget what was fetched of this source: the next crawl reads it anew (after inbox rows expired;
        posts that were assessed come back as duplicates)."""
        ...

    def release(self, worker: str) -> None:
        """Free everything that `worker` holds."""
        ...

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Per source: `pending`, `leased`, `done`, `failed`."""
        ...


@dataclass(frozen=True)
class InboxRow:
    """A post waiting for the judge."""

    id: int
    post: Post
    tries: int


@dataclass(frozen=True)
class ExpiredRow:
    """A row past its day."""

    id: int
    source: str
    quarantined: bool


class InboxStore(Protocol):
    """Durable, sealed, emptied as it is assessed."""

    def add(self, posts: Sequence[Post], now: datetime) -> int:
        """Add posts whose fingerprint was never seen, and remember the fingerprints; returns how many."""
        ...

    def known(self, fingerprints: Sequence[str]) -> set[str]:
        """Those of `fingerprints` that were ever added or remembered (a source's secret changes by the month)."""
        ...

    def remember(self, fingerprints: Sequence[str], now: datetime) -> None:
        """Keep fingerprints without a post: the new month's names of posts known by last month's."""
        ...

    def claim(
        self, worker: str, now: datetime, until: datetime, limit: int, claimed: int | None = None
    ) -> list[InboxRow]:
        """Lease up to `limit` rows, oldest first; `tries` already counts this claim.

        `claimed`: only rows that were claimed exactly so often before.
        """
        ...

    def release(self, worker: str) -> None:
        """Free everything that `worker` holds: it died. Its claims still count as tries."""
        ...

    def remove(self, ids: Sequence[int]) -> None:
        """Delete assessed rows. Raises ConflictError when one is gone: another worker was faster."""
        ...

    def quarantine(self, ids: Sequence[int], now: datetime, error: str) -> None:
        """Rows that the judge cannot take: kept sealed until their day is over, out of the way."""
        ...

    def forget(self, ids: Sequence[int]) -> None:
        """Delete rows that were never assessed, and their fingerprints: the posts may come again."""
        ...

    def expired(self, now: datetime) -> list[ExpiredRow]:
        """Rows that are a day old, quarantined ones too."""
        ...

    def size(self) -> int:
        """Rows waiting or leased; quarantined ones were counted as failed and are not among them."""
        ...


# --- Sources and counters ----------------------------------------------------------------------------------
class Counter(StrEnum):
    """All that remains of what was let go: counts per source and day."""

    PAGES = "pages_fetched"
    ROBOTS = "robots_refused"
    ERRORS = "fetch_errors"
    EXTRACTED = "posts_extracted"
    DUPLICATES = "duplicates"
    INBOXED = "inboxed"
    DROPPED = "dropped"
    STORED = "stored"
    EXPIRED = "expired"
    FAILED = "failed"


class SourceStore(Protocol):
    def add(self, source: Source) -> None: ...

    def get(self, key: str) -> Source:
        """Raises NotFound."""
        ...

    def save(self, source: Source) -> None: ...

    def all(self) -> list[Source]: ...

    def count(self, source: str, day: date, amounts: Mapping[Counter, int]) -> None:
        """Add to the counters of a source and day (UTC)."""
        ...

    def totals(
        self, source: str | None = None, first: date | None = None, last: date | None = None
    ) -> dict[Counter, int]:
        """Sums, every counter present, over inclusive days."""
        ...

    def flag_share(self, source: str, last: int) -> tuple[int, int]:
        """(flagged, judged) over about the last `last` judged posts of the source."""
        ...

    def forget_judged(self, source: str) -> None:
        """Begin `flag_share` anew: two people looked at the source."""
        ...

    def note_judged(self, source: str, flagged: Sequence[bool]) -> None:
        """Remember outcomes (no text) for `flag_share`, newest last."""
        ...


# --- Cases -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class NewCase:
    """A flagged post that opens a case."""

    post: Post
    assessment: Assessment
    delete_text_at: datetime
    bands: tuple[str, ...] = ()  # keyed MinHash band digests of the text, for near-copies; empty for protect
    linked_case: int | None = None


@dataclass(frozen=True)
class CopyCandidate:
    """An existing case that shares a MinHash band; `first_text` is None where its key is destroyed."""

    case: int
    state: CaseState
    route: Route
    categories: tuple[Category, ...]
    first_text: str | None


class QueueOrder(StrEnum):
    """`urgent` first, then severity × age; or newest first."""

    PRIORITY = "priority"
    NEWEST = "newest"


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; empty fields do not restrict. Days are inclusive, of `week_of` in Asia/Ho_Chi_Minh."""

    route: Route | None = None
    states: tuple[CaseState, ...] = ()
    category: Category | None = None
    source: str | None = None
    urgent: bool | None = None
    claimed_by: str | None = None
    not_decided_by: str | None = None
    first: date | None = None
    last: date | None = None


class CaseStore(Protocol):
    """Cases and their posts. Every save checks `version` and raises ConflictError when it is stale."""

    def open_many(self, cases: Sequence[NewCase]) -> list[Case]:
        """Open cases, state `open`, in one go."""
        ...

    def join(self, case: int, post: Post, assessment: Assessment) -> None:
        """Add a near-copy to a case that is not closed; its text gets the case's day."""
        ...

    def candidates(self, bands: Sequence[str]) -> list[CopyCandidate]:
        """Cases that share a band; closed ones too, newest first."""
        ...

    def get(self, case: int) -> Case:
        """Raises NotFound."""
        ...

    def save(self, case: Case) -> Case:
        """Write every field; returns it with the next version. A new `delete_text_at` re-seals its texts."""
        ...

    def posts(self, case: int, limit: int = 50) -> list[CasePost]:
        """Opened posts, first one first; those whose key is destroyed have text "" and url ""."""
        ...

    def texts(self, cases: Sequence[int]) -> dict[int, str]:
        """The first post's text per case, for queue pages; destroyed ones are left out."""
        ...

    def find(
        self, where: CaseFilter, *, order: QueueOrder = QueueOrder.PRIORITY, limit: int = 50, offset: int = 0
    ) -> list[Case]: ...

    def count(self, where: CaseFilter) -> int: ...

    def claim_expired(self, now: datetime) -> list[Case]:
        """Claimed cases whose claim has run out."""
        ...

    def recent_reasons(self, account: str, limit: int = 20) -> list[str]:
        """The last written necessities of this account."""
        ...

    def text_due(self, now: datetime) -> list[int]:
        """Cases whose text must be gone."""
        ...

    def drop(self, cases: Sequence[int]) -> None:
        """Delete cases whole: those that nobody decided on within their time leave no fact behind."""
        ...

    def drop_texts(self, cases: Sequence[int]) -> None:
        """Delete posts' texts, URLs, spans and bands; the textless fact row stays."""
        ...

    def drop_facts(self, before: datetime) -> int:
        """Delete fact rows opened before; returns how many."""
        ...


class NoticeStore(Protocol):
    def add(self, notice: Notice) -> Notice:
        """`id` 0 in; the stored one out."""
        ...

    def get(self, notice: int) -> Notice: ...

    def by_code(self, code: str) -> Notice:
        """Raises NotFound."""
        ...

    def save(self, notice: Notice) -> Notice: ...

    def of_case(self, case: int) -> list[Notice]: ...

    def find(self, states: Sequence[NoticeState] = (), limit: int = 50, offset: int = 0) -> list[Notice]:
        """Newest first."""
        ...

    def counts(self) -> dict[NoticeState, int]: ...


class ReferralStore(Protocol):
    def add(self, referral: Referral) -> Referral: ...

    def get(self, referral: int) -> Referral: ...

    def save(self, referral: Referral) -> Referral: ...

    def of_case(self, case: int) -> list[Referral]: ...

    def pending(self) -> list[Referral]:
        """Not closed, oldest first."""
        ...


class AppealStore(Protocol):
    def add(self, appeal: Appeal) -> Appeal: ...

    def get(self, appeal: int) -> Appeal: ...

    def save(self, appeal: Appeal) -> Appeal: ...

    def pending(self) -> list[Appeal]:
        """Not closed, oldest first."""
        ...


# --- Accounts and sessions ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Credentials:
    """What proves an account: argon2id hash, sealed TOTP secret (None where the role needs none)."""

    account: str
    password_hash: str
    totp_secret: str | None
    failures: int = 0
    locked_until: datetime | None = None
    last_totp_step: int = 0  # a one-time password works once


class AccountStore(Protocol):
    def add(self, account: Account, credentials: Credentials) -> None:
        """Raises ConflictError when the name is taken."""
        ...

    def get(self, name: str) -> Account:
        """Raises NotFound."""
        ...

    def save(self, account: Account) -> None: ...

    def all(self) -> list[Account]: ...

    def credentials(self, name: str) -> Credentials:
        """Raises NotFound."""
        ...

    def save_credentials(self, credentials: Credentials) -> None: ...

    def add_session(self, token_hash: str, account: str, now: datetime, until: datetime) -> None: ...

    def session(self, token_hash: str, now: datetime) -> str | None:
        """The account name of a session that still runs."""
        ...

    def end_session(self, token_hash: str) -> None: ...

    def end_sessions_of(self, account: str) -> None: ...


# --- Audit, outbox, schedule, settings ---------------------------------------------------------------------
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
    def notices(self) -> NoticeStore: ...
    @property
    def referrals(self) -> ReferralStore: ...
    @property
    def appeals(self) -> AppealStore: ...
    @property
    def accounts(self) -> AccountStore: ...
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


# --- Read model for reports --------------------------------------------------------------------------------
@dataclass(frozen=True)
class FactRow:
    """One closed or open case without text, for counting. `day` is that of publication, else of capture,
    in Asia/Ho_Chi_Minh; `captured_day` likewise of capture."""

    case: int
    day: date
    captured_day: date
    route: Route
    state: CaseState
    categories: tuple[Category, ...]
    context: Context
    urgent: bool
    age: AgeBand
    source: str
    measure: Measure | None
    overturned: bool
    post_count: int
    opened_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None


class FigureStore(Protocol):
    def facts(self, first: date, last: date) -> list[FactRow]:
        """Every case whose day lies in the inclusive range."""
        ...

    def notices(self, first: date, last: date) -> list[Notice]:
        """Notices drafted in the inclusive range of days (Asia/Ho_Chi_Minh)."""
        ...

    def referrals(self, first: date, last: date) -> list[Referral]: ...

    def appeals(self, first: date, last: date) -> list[Appeal]: ...


# --- Judge, index, web -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class JudgeInput:
    text: str
    audience: Audience = Audience.GENERAL
    imported: bool = False


class Judge(Protocol):
    """Reads texts, in batches; holds no state between them."""

    @property
    def name(self) -> str:
        """`name@digest`."""
        ...

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        """One assessment an item, in order. Span offsets are code points of the given text."""
        ...


@dataclass(frozen=True)
class IndexDocument:
    """A confirmed case as the index sees it: masked text, no person, no URL, place as commune key or ""."""

    case: int
    text: str
    published_at: datetime
    categories: tuple[Category, ...]
    source: str
    source_kind: str
    measure: Measure
    urgent: bool
    severity: int
    place: str = ""


@dataclass(frozen=True)
class SearchRequest:
    """`first` and `last` are inclusive days in Asia/Ho_Chi_Minh."""

    query: str
    first: date | None = None
    last: date | None = None
    category: Category | None = None
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True)
class IndexHit:
    case: int
    score: float


@dataclass(frozen=True)
class IndexAnswer:
    """`total` counts all; `hits` is the asked page, best first (exact spelling before accent-free).

    `terms`: the folded words to highlight.
    """

    total: int
    hits: tuple[IndexHit, ...]
    terms: tuple[str, ...] = ()


class SearchIndex(Protocol):
    """Disposable: SQL is the truth. Never stores text. Adding a case again replaces it."""

    def apply(self, add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        """All or nothing; durable when it returns."""
        ...

    def search(self, request: SearchRequest) -> IndexAnswer:
        """Raises QueryError with a position for a query that cannot be read."""
        ...

    def cases(self) -> set[int]:
        """Every case in the index."""
        ...

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """A fresh index beside the old one, swapped in when whole; nothing of the old stays in files."""
        ...

    def close(self) -> None: ...


class PageFetcher(Protocol):
    """Fetches one page once, within the registered hosts; for the check before approval."""

    def text_of(self, url: str) -> str | None:
        """The page's visible text; None when it is gone (404, 410). Raises OSError when unreachable."""
        ...


# --- Documents ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Letterhead:
    """Who writes. `place` is the place-name of the dateline."""

    parent_body: str
    issuer: str
    issuer_code: str
    place: str
    signer_title: str
    signer_name: str
    contact: str


class NoticeWriter(Protocol):
    def html(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> str: ...

    def docx(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> bytes: ...


class ReportKind(StrEnum):
    WEEKLY = "weekly"
    ADHOC = "adhoc"


class ReportFormat(StrEnum):
    HTML = "html"
    CSV = "csv"
    JSON = "json"


class ReportWriter(Protocol):
    """Sums up what people confirmed in an inclusive range of days (Asia/Ho_Chi_Minh)."""

    def write(self, kind: ReportKind, first: date, last: date, form: ReportFormat) -> bytes:
        """UTF-8 bytes of a whole document. A week runs from Monday to Sunday."""
        ...


@dataclass(frozen=True)
class CrawlSummary:
    """What one crawl did."""

    pages: int = 0
    robots_refused: int = 0
    errors: int = 0
    extracted: int = 0
    duplicates: int = 0
    inboxed: int = 0
    problems: tuple[str, ...] = field(default_factory=tuple)


class Crawler(Protocol):
    """Starts one crawl as a child process and waits; the child writes through intake."""

    def crawl(self, sources: Sequence[str], data: Path) -> CrawlSummary: ...
