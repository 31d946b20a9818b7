"""What was read from a page goes into the inbox: pseudonymised, redacted, the known dropped.

begin -> lease -> (fetch, extract) -> receive | failed | refused -> ... -> finish
import_rows: the same for rows of a file
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from urllib.parse import urldefrag, urlsplit

from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.budget import budget_day
from lachan.domain.errors import InputError, SourceRefused
from lachan.domain.post import Post, RawPost, Source, SourceState
from lachan.domain.privacy import fingerprint, pseudonym, redact_names, thread_key
from lachan.domain.source_rules import ascii_host, belongs
from lachan.pipeline.import_rows import BadRow, ImportRow
from lachan.pipeline.ports import (
    Clock,
    Counter,
    CrawlSummary,
    Database,
    KeyRing,
    Link,
    Page,
    PageKind,
    Unit,
    Validators,
)
from lachan.pipeline.sources import STOP, check_running
from lachan.pipeline.spending import Spending

MAX_LENGTH: Final = 20_000  # code points of one post; longer texts are read in pieces
MAX_PIECES: Final = 25  # of one text: half a million code points, more than a page may weigh
LEASE_TIME: Final = timedelta(minutes=30)  # longer than a batch takes at the slowest pace
MAX_TRIES: Final = 5  # of a page
FIRST_WAIT: Final = timedelta(minutes=2)  # doubles with every try
LONGEST_WAIT: Final = timedelta(hours=24)
IMPORT_BATCH: Final = 500  # rows a unit of work
#: An address that `urlsplit` would put together again as it is.
_ORDINARY_URL: Final = re.compile(
    r"https?://[a-z0-9.\-]+(?::[0-9]+)?/[!$-.0-9:;=@A-Z_a-z~/%]*(?:\?[!$-;=?@A-Z_a-z~/%]+)?(?:#[!$-;=?@A-Z_a-z~/%]+)?"
)


@dataclass(frozen=True)
class Received:
    """`extracted = duplicates + inboxed`; empty texts are none of them."""

    extracted: int = 0
    duplicates: int = 0
    inboxed: int = 0

    def plus(self, other: Received) -> Received:
        return Received(
            self.extracted + other.extracted,
            self.duplicates + other.duplicates,
            self.inboxed + other.inboxed,
        )


@dataclass(frozen=True)
class Reading:
    """A fetched page and everything that it gave."""

    page: Page
    posts: Sequence[RawPost]
    links: Sequence[Link]
    validators: Validators = field(default_factory=Validators)


@dataclass(frozen=True)
class Imported:
    """What an import did; `bad` are the rows that were left out, with what is wrong with each."""

    received: Received
    bad: tuple[BadRow, ...] = ()


class Intake:
    """The only way into the inbox."""

    def __init__(self, database: Database, keys: KeyRing, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self.spending = Spending(clock)

    def now(self) -> datetime:
        """The clock that all reading goes by."""
        return self._clock()

    def begin(self, worker: str, sources: Sequence[str]) -> tuple[Source, ...]:
        """Start a crawl: the start pages become due, what `worker` held is freed. Returns the active sources.

        Raises Stopped while everything is stopped, NotFound for an unknown key.
        """
        with self._database.write() as unit:
            check_running(unit)
            now = self._clock()
            unit.frontier.release(worker)
            found = [s for key in sources if (s := unit.sources.get(key)).state is SourceState.ACTIVE]
            for source in found:
                start = Link(source.url, PageKind.LISTING, mark=now.isoformat())  # due in every crawl
                unit.frontier.add(source.key, host_of(source.url), [start], now)
            unit.audit.append(AuditEvent(now, SYSTEM, "crawl:begin", worker, {"sources": len(found)}))
        return tuple(found)

    def lease(self, worker: str, sources: Sequence[str], limit: int) -> list[Page]:
        """The next pages to fetch; none once everything, or their source, is stopped, or its budget is used up."""
        with self._database.write() as unit:
            if unit.state.get(STOP) is not None:
                return []
            now = self._clock()
            active = []
            for key in sources:
                source = unit.sources.get(key)
                if source.state is SourceState.ACTIVE:
                    self.spending.look_up(unit, key)
                    if self.spending.held_back(source) is None:
                        active.append(key)
            return unit.frontier.lease(worker, now, now + LEASE_TIME, limit, active) if active else []

    def _count(self, unit: Unit, source: str, now: datetime, counter: Counter, amount: int = 1) -> None:
        amounts = {counter: amount, Counter.BYTES: self.spending.arrived(source)}
        unit.sources.count(source, budget_day(now), amounts)

    def receive(
        self,
        page: Page,
        posts: Sequence[RawPost],
        links: Sequence[Link],
        validators: Validators = Validators(),
    ) -> Received:
        """Everything that a fetched page gave, all or nothing; with it the page is done.

        Where all its posts were known, links to older ones are left out. A source that was stopped meanwhile
        keeps nothing: its page stays for the day it is read again. Raises ConflictError when the page's lease
        was lost.
        """
        return self.receive_all([Reading(page, posts, links, validators)])

    def receive_all(self, readings: Sequence[Reading]) -> Received:
        """`receive` for pages that were read one after the other, in one unit of work: one wait for the disk."""
        received = Received()
        with self._database.write() as unit:
            now = self._clock()
            stopped = unit.state.get(STOP) is not None
            by_source: dict[str, list[Reading]] = {}
            for reading in readings:
                by_source.setdefault(reading.page.source, []).append(reading)
            for key, of_source in by_source.items():
                source = unit.sources.get(key)
                if stopped or source.state is not SourceState.ACTIVE:
                    for reading in of_source:
                        unit.frontier.retry(reading.page, now, now, "stopped")
                    continue
                got, fresh = self._store(unit, source, [r.posts for r in of_source], now, imported=False)
                received = received.plus(got)
                for reading, (extracted, new) in zip(of_source, fresh, strict=True):
                    self._settle(unit, reading, extracted > 0 and not new, new > 0, now)
                self._count(unit, key, now, Counter.PAGES, len(of_source))
        return received

    @staticmethod
    def _settle(unit: Unit, reading: Reading, all_known: bool, changed: bool, now: datetime) -> None:
        page, links = reading.page, reading.links
        if all_known:
            links = [link for link in links if not link.older]
        added = unit.frontier.add(page.source, page.host, links, now) if links else 0
        unit.frontier.done(page, now, changed=changed or added > 0, validators=reading.validators)

    def unchanged(self, page: Page) -> None:
        """The server says that the page is as it was: it is done, and rests longer."""
        with self._database.write() as unit:
            now = self._clock()
            unit.frontier.done(page, now, changed=False)
            self._count(unit, page.source, now, Counter.UNCHANGED)

    def failed(
        self, page: Page, error: str, *, wait: timedelta | None = None, for_good: bool = False
    ) -> None:
        """A page that could not be read; `error` is a short word, `wait` what the server asked for.

        It is tried again, later each time, five times at most; start pages and listings for ever.
        """
        with self._database.write() as unit:
            now = self._clock()
            self._count(unit, page.source, now, Counter.ERRORS)
            if page.kind is not PageKind.LISTING and (for_good or page.tries >= MAX_TRIES):
                unit.frontier.give_up(page, now, error)
                return
            pause = max(wait or timedelta(0), FIRST_WAIT * 2 ** min(page.tries, 10))
            unit.frontier.retry(page, now, now + min(pause, LONGEST_WAIT), error)

    def postponed(self, page: Page, until: datetime, reason: str) -> None:
        """A page that was not asked for after all: its host asked for peace until then, or the budget is used up."""
        with self._database.write() as unit:
            unit.frontier.retry(page, self._clock(), until, reason)

    def refused(self, page: Page) -> None:
        """robots.txt says no: the page is finished and its address forgotten."""
        with self._database.write() as unit:
            now = self._clock()
            unit.frontier.done(page, now, changed=False)
            self._count(unit, page.source, now, Counter.ROBOTS)

    def finish(self, worker: str, summary: CrawlSummary) -> None:
        """End a crawl: leases are freed, one audit event says what it did."""
        with self._database.write() as unit:
            unit.frontier.release(worker)
            for source in self.spending.unwritten():
                self._count(unit, source, self._clock(), Counter.ERRORS, 0)
            details = {
                "pages": summary.pages,
                "unchanged": summary.unchanged,
                "robots_refused": summary.robots_refused,
                "errors": summary.errors,
                "extracted": summary.extracted,
                "duplicates": summary.duplicates,
                "inboxed": summary.inboxed,
            }
            unit.audit.append(AuditEvent(self._clock(), SYSTEM, "crawl:finish", worker, details))

    def import_rows(self, actor: str, source: str, rows: Iterable[ImportRow | BadRow]) -> Imported:
        """Rows of a file of a registered source, 500 a unit of work.

        Raises SourceRefused when the source is not active, Stopped while everything is stopped. Rows whose
        URL lies outside the source come back among the bad ones; the good ones are kept.
        """
        with self._database.read() as unit:
            check_running(unit)
            place = unit.sources.get(source)
        if place.state is not SourceState.ACTIVE:
            raise SourceRefused(f"the source {source} is {place.state.value}: only active ones take rows")
        bad: list[BadRow] = []
        received = Received()
        for batch in _batches(rows, IMPORT_BATCH):
            posts = []
            for row in batch:
                if isinstance(row, BadRow):
                    bad.append(row)
                elif not belongs(place, row.url):
                    bad.append(
                        BadRow(row.line, f"the url lies outside the source {source}: {place.url_prefix}")
                    )
                else:
                    posts.append(
                        RawPost(row.url, row.text, row.author, row.published_at, row.thread_url, row.title)
                    )
            with self._database.write() as unit:
                check_running(unit)
                now = self._clock()
                got, _ = self._store(unit, place, [posts], now, imported=True)
                details = {"rows": len(batch), "duplicates": got.duplicates, "inboxed": got.inboxed}
                unit.audit.append(AuditEvent(now, actor, "import:batch", f"source:{source}", details))
            received = received.plus(got)
        return Imported(received, tuple(bad))

    def _store(
        self, unit: Unit, source: Source, pages: Sequence[Sequence[RawPost]], now: datetime, *, imported: bool
    ) -> tuple[Received, list[tuple[int, int]]]:
        """What became of all the posts; for each page how many it had, and how many of them were new."""
        secret = self._keys.source_secret(source.key, _month(now))
        last_secret = self._keys.source_secret(source.key, _month(_month_before(now)))
        fresh: dict[str, Post] = {}
        marks: list[list[str]] = []  # of each page
        earlier: dict[str, str] = {}  # last month's fingerprint -> this month's
        for raws in pages:
            names = frozenset(raw.author for raw in raws if raw.author)
            threads: dict[str, str] = {}  # mostly one
            marks.append([])
            for raw in raws:
                for text in _pieces(_normalised(raw)):
                    url = _normal_url(raw.url)
                    mark = fingerprint(secret, url, text)
                    earlier[fingerprint(last_secret, url, text)] = mark
                    marks[-1].append(mark)
                    author = pseudonym(secret, raw.thread_url or url, raw.author) if raw.author else None
                    thread = raw.thread_url or urldefrag(url).url
                    if thread not in threads:
                        threads[thread] = thread_key(secret, thread)
                    fresh[mark] = Post(
                        mark,
                        source.key,
                        redact_names(text, names),
                        raw.url,
                        author,
                        raw.published_at,
                        now,
                        source.audience,
                        imported,
                        threads[thread],
                    )
        known = unit.inbox.known([*earlier, *fresh]) if fresh else set()
        seen = [mark for old, mark in earlier.items() if old in known and mark not in known]
        if seen:
            unit.inbox.remember(seen, now)
        for mark in known.intersection(fresh).union(seen):
            del fresh[mark]
        inboxed = unit.inbox.add(list(fresh.values()), now) if fresh else 0
        extracted = sum(map(len, marks))
        received = Received(extracted, extracted - inboxed, inboxed)
        if extracted:
            amounts = {
                Counter.EXTRACTED: extracted,
                Counter.DUPLICATES: received.duplicates,
                Counter.INBOXED: inboxed,
            }
            unit.sources.count(source.key, now.astimezone(UTC).date(), amounts)
        return received, [(len(of_page), sum(mark in fresh for mark in of_page)) for of_page in marks]


def host_of(url: str) -> str:
    """Host and port, in small letters, an international name in ASCII: what belongs to one worker at a time."""
    place = urlsplit(url).netloc.rpartition("@")[2].lower()
    if place.isascii():
        return place
    name, colon, port = place.partition(":")
    return f"{ascii_host(name)}{colon}{port}"


def _normal_url(url: str) -> str:
    """The permalink as it is fingerprinted; raises InputError for what is no address."""
    if _ORDINARY_URL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InputError("a post's url cannot be read") from error
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _normalised(raw: RawPost) -> str:
    """NFC, no control characters, single spaces, at most one empty line; the title before an opening post."""
    text = _tidy(raw.text)
    title = _tidy(raw.title or "").replace("\n", " ")
    return f"{title}\n{text}".strip() if title and not text.startswith(title) else text


def _tidy(text: str) -> str:
    if not text:
        return ""
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not kept.replace("\n", "").isprintable():  # most texts are, and asking letter by letter takes its time
        kept = "".join(
            char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn") else " "
            for char in kept
        )
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    return "\n".join(line for i, line in enumerate(lines) if line or (i > 0 and lines[i - 1])).strip()


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces of at most MAX_LENGTH code points, cut at white space where there is some."""
    for _ in range(MAX_PIECES):
        if not text:
            return
        if len(text) <= MAX_LENGTH:
            yield text
            return
        cut = max(text.rfind(" ", MAX_LENGTH // 2, MAX_LENGTH), text.rfind("\n", MAX_LENGTH // 2, MAX_LENGTH))
        cut = cut if cut > 0 else MAX_LENGTH
        yield text[:cut].strip()
        text = text[cut:].strip()


def _month(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m")


def _month_before(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1) - timedelta(days=1)


def _batches(rows: Iterable[ImportRow | BadRow], size: int) -> Iterator[list[ImportRow | BadRow]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
