"""Sources, the frontier, the inbox, and what reads pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lachan.domain.post import Post, Source


class PageKind(StrEnum):
    """What a frontier URL is expected to be."""

    LISTING = "listing"  # start page, section, feed, sitemap: fetched anew in every crawl
    THREAD = "thread"
    ARTICLE = "article"


@dataclass(frozen=True)
class Validators:
    """What a server said of the page that it sent, to be asked whether that is still so (RFC 9110, 8.8)."""

    etag: str = ""
    modified: datetime | None = None


@dataclass(frozen=True)
class Page:
    """A page to fetch: leased to one worker until `leased_until`.

    `mark` is the keyed hash of what last told that it changed, `validators` what to ask with; both empty when
    there is none. `pause` is how long it rested before it was last read.
    """

    id: int
    source: str
    host: str
    url: str
    kind: PageKind
    tries: int
    leased_until: datetime
    mark: str = ""
    validators: Validators = Validators()
    pause: timedelta | None = None


@dataclass(frozen=True)
class Link:
    """A page found on a page. `mark` is what tells that it changed (reply count, lastmod); "" when unknown.

    `older`: it goes on where this page ends, with what is older; not followed from a page without anything new.
    """

    url: str
    kind: PageKind
    mark: str = ""
    older: bool = False


class FrontierStore(Protocol):
    """URLs to fetch: sealed while pending, keyed hashes once done. A host belongs to one worker at a time."""

    def add(self, source: str, host: str, links: Sequence[Link], now: datetime) -> int:
        """Add what is not known yet, whose mark changed, or whose pause is over (`pace.py`); returns how many."""
        ...

    def lease(
        self, worker: str, now: datetime, until: datetime, limit: int, sources: Sequence[str]
    ) -> list[Page]:
        """Up to `limit` due pages of hosts that no other worker holds; expired leases count as free."""
        ...

    def done(
        self, page: Page, now: datetime, *, changed: bool = True, validators: Validators | None = None
    ) -> None:
        """Finished: the URL is forgotten, a keyed hash stays. Call in the unit that fills the inbox.

        `changed`: it had something new. `validators` are those of a page that came whole; None keeps the old ones:
        the server said that nothing changed.
        """
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

    def last_done(self) -> Mapping[str, datetime]:
        """Per source: when a page was last finished."""
        ...

    def errors(self) -> Mapping[str, Mapping[str, int]]:
        """Per source: how many pages wait, or were given up, after each error (its short word)."""
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


class Counter(StrEnum):
    """All that remains of what was let go: counts per source and day."""

    PAGES = "pages_fetched"
    UNCHANGED = "pages_unchanged"
    ROBOTS = "robots_refused"
    ERRORS = "fetch_errors"
    BYTES = "bytes_fetched"
    EXTRACTED = "posts_extracted"
    DUPLICATES = "duplicates"
    INBOXED = "inboxed"
    DROPPED = "dropped"
    STORED = "stored"
    EXPIRED = "expired"
    FAILED = "failed"
    #: What the first of two stages let go, and what became of those of them that were drawn by lot and read in
    #: full; and what was flagged of all that it passed on. See `lachan.domain.first_stage`.
    FIRST_LET_GO = "first_let_go"
    FIRST_DRAWN = "first_drawn"
    FIRST_DRAWN_FLAGGED = "first_drawn_flagged"
    FIRST_PASSED_FLAGGED = "first_passed_flagged"


class SourceStore(Protocol):
    def add(self, source: Source) -> None: ...

    def get(self, key: str) -> Source:
        """Raises NotFound."""
        ...

    def save(self, source: Source) -> None: ...

    def all(self) -> list[Source]: ...

    def titles(self) -> dict[str, str]:
        """Key -> title, of all; nothing is unsealed for it."""
        ...

    def count(self, source: str, day: date, amounts: Mapping[Counter, int]) -> None:
        """Add to the counters of a source and day (UTC)."""
        ...

    def totals(
        self, source: str | None = None, first: date | None = None, last: date | None = None
    ) -> dict[Counter, int]:
        """Sums, every counter present, over inclusive days."""
        ...

    def days_with(self, source: str, counter: Counter, first: date, last: date) -> list[date]:
        """The days (UTC) of the inclusive range on which this was counted at all, in order."""
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


class PageFetcher(Protocol):
    """Fetches one page once, within the registered hosts; for the check before approval."""

    def text_of(self, url: str) -> str | None:
        """The page's visible text; None when it is gone (404, 410). Raises OSError when unreachable."""
        ...


@dataclass(frozen=True)
class CrawlSummary:
    """What one crawl did. `unchanged` pages were asked for and not sent again; they are not among `pages`."""

    pages: int = 0
    unchanged: int = 0
    robots_refused: int = 0
    errors: int = 0
    extracted: int = 0
    duplicates: int = 0
    inboxed: int = 0
    problems: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class ApiAccess:
    """An operator's key for an interface, and where the interface is."""

    base: str
    key: str = field(repr=False)


class Crawler(Protocol):
    """Starts one crawl as a child process and waits; the child writes through intake."""

    def crawl(self, sources: Sequence[str], data: Path) -> CrawlSummary: ...
