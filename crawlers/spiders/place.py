"""The spider: leases pages from intake, asks politely, hands over what the reader found.

A page is acknowledged only by intake, in the unit of work that fills the inbox; a killed process loses nothing
but its leases, which run out.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.api import Ask, Trouble
from crawlers.browser import Scripted, TooSlow
from crawlers.extract import Extraction, Fetched
from crawlers.guard import NotAllowed
from crawlers.links import page_number
from crawlers.reading import ReaderFailed
from crawlers.reading import Reading as Pages
from crawlers.spiders import ASKED, KEYED
from lachan.domain.errors import ConflictError, InputError
from lachan.domain.post import Source, SourceKind
from lachan.domain.source_rules import belongs
from lachan.pipeline.intake import Intake, Reading, Received, host_of
from lachan.pipeline.ports import ApiAccess, CrawlSummary, Link, Page, PageKind, Validators

log = logging.getLogger(
    "lachan.crawl"
)  # source keys, page numbers and words only: no address, text or author

_HELD: Final = (
    16  # pages read that wait to be handed over together, so that a page does not wait for the disk alone
)
_HELD_FOR: Final = 0.2  # seconds, at most
_LEASED: Final = 16  # pages of one host at a time: at the slowest pace fetched before the lease is over
_REST: Final = timedelta(minutes=1)  # where a 429 or 503 does not say how long
_LONGEST_REST: Final = timedelta(hours=24)
_ETAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{1,200}"')
_GONE: Final = frozenset({400, 401, 403, 404, 405, 406, 410, 414, 451})  # asking again will not help
_READABLE: Final = ("text/", "application/xhtml", "application/xml", "application/rss", "application/atom",
                    "application/rdf", "application/gzip", "application/x-gzip", "application/json",
                    "application/feed+json")  # fmt: skip
_ERROR_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "no_public_address"),
    (DownloadConnectionRefusedError, "connection_refused"),
    (DownloadCancelledError, "too_large"),
    (ResponseDataLossError, "cut_short"),
)


class PlaceSpider(Spider):
    """Reads the pages of registered sources until none is due."""

    name = "place"

    def __init__(
        self,
        *,
        intake: Intake,
        sources: Sequence[Source],
        worker: str,
        allow_loopback: bool,
        access: Mapping[SourceKind, ApiAccess],
        width: int,
        reading: Pages,
        scripted: Scripted,
        on_page: Callable[[CrawlSummary], None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.intake = intake
        self.sources = {source.key: source for source in sources}
        self.allow_loopback = allow_loopback
        self.hosts: dict[str, list[str]] = {}
        for source in sources:
            self.hosts.setdefault(host_of(source.url), []).append(source.key)
        self.summary = CrawlSummary()
        self.problems: Counter[str] = Counter()
        self.fatal: Exception | None = None
        self._access = access
        self._worker = worker
        self._on_page = on_page
        self._width = width
        self._reading = reading
        self._scripted = scripted
        self._waiting: dict[str, deque[Page]] = {}
        self._under_way: Counter[str] = Counter()
        self._rest: dict[str, datetime] = {}
        self._changed = asyncio.Event()
        self._held: list[Reading] = []
        self._held_since = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PlaceSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.arrived, signal=signals.bytes_received)
        crawler.signals.connect(spider._scripted.close, signal=signals.spider_closed)
        return spider

    def arrived(self, data: bytes, request: Request) -> None:
        """Bytes of a page or of its parts, as they came over the line; those of robots.txt are nobody's."""
        page = request.meta.get("page") or request.meta.get("part")
        if isinstance(page, Page):
            self.intake.spending.fetched(page.source, len(data))

    # --- leasing ---
    async def start(self) -> AsyncIterator[Request]:
        """Requests for leased pages, as many under way as a host allows; ends when nothing is due or under way.

        Pages wait here and not in Scrapy's queues, so that a stop has to wait for a few of them only.
        """
        while self.fatal is None:
            self._changed.clear()
            page = next((page for host in self.hosts if (page := self._next(host)) is not None), None)
            if page is not None:
                self._under_way[page.host] += 1
                if (request := self._request(page)) is not None:
                    yield request
            elif self._held and (not self._under_way.total() or self._held_long()):
                self._hand_over()
            elif self._under_way.total():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), _HELD_FOR if self._held else None)
            else:
                return

    def _request(self, page: Page) -> Request | None:
        """What is asked for in order to read `page`; None, and the page put off, where that cannot be."""
        kind = self.sources[page.source].kind
        ask: Ask | None = Ask(page.url)
        if kind in ASKED:
            ask = ASKED[kind](page.url)
        elif kind in KEYED:
            if kind not in self._access:
                self._settle(page, "api_key_missing", lambda: self.intake.failed(page, "api_key_missing"))
                return None
            ask = KEYED[kind].ask(page.url, self._access[kind])
        if ask is None:
            self._settle(page, "not_such_a_place", lambda: self.intake.failed(page, "not_such_a_place"))
            return None
        whole = ask.whole or page.source in self._scripted  # an unchanged frame says nothing of what fills it
        return Request(
            ask.url,
            self._fetched,
            errback=self._failed,
            headers={**({} if whole else _conditions(page.validators)), **ask.headers},
            meta={"page": page, "ask": ask, "dont_redirect": ask.keyed},
            dont_filter=True,
        )

    def _next(self, host: str) -> Page | None:
        """The page of `host` that has waited longest; a host that is asked for one page a crawl gets all read."""
        if self._under_way[host] >= self._width or self.resting_until(host) is not None:
            return None
        waiting = self._waiting.setdefault(host, deque())
        if not waiting:
            self._hand_over()  # what it leads to is to be leased, too
            try:
                leased = self.intake.lease(self._worker, self.hosts[host], _LEASED)
            except Exception as error:
                raise self._stop(error) from error
            waiting.extend(leased)
        while waiting:
            page = waiting.popleft()
            word = self.intake.spending.held_back(self.sources[page.source])
            if word is None:
                self.intake.spending.asking(page.source)
                return page
            self._put_off(page, word)
        return None

    def _put_off(self, page: Page, word: str) -> None:
        """The source's budget is used up: what was leased waits for the next run, day or hour."""
        self.problems[f"{page.source}: {word}"] += 1
        now = self.intake.now()
        until = self.sources[page.source].budget.free_again(word, now)
        with suppress(ConflictError):
            self.intake.postponed(page, until, word)

    def resting_until(self, host: str) -> datetime | None:
        """Until when a host asked not to be asked; None when it may be."""
        until = self._rest.get(host)
        return until if until is not None and until > self.intake.now() else None

    def rest_after(self, host: str, pause: timedelta) -> None:
        """The request that is going out is the last one to `host` for so long: it asks for a slower pace than
        a crawl waits for. The next crawl goes on."""
        self._rest[host] = self.intake.now() + pause

    # --- what came back ---
    async def _fetched(self, response: Response) -> None:
        page: Page = response.meta["page"]
        status, word = response.status, f"http_{response.status}"
        if status == 304:
            self._settle(page, None, lambda: self._unchanged(page))
        elif status != 200 and response.meta["ask"].keyed:
            api = KEYED[self.sources[page.source].kind]
            trouble = api.trouble(status, response.body, self.intake.now())
            self._settle(page, trouble.word, lambda: self._api_failed(page, trouble))
        elif status in (429, 503):
            wait = _retry_after(response, self.intake.now())
            self._settle(page, word, lambda: self._let_rest(page, word, wait))
        elif status != 200:
            self._settle(page, word, lambda: self.intake.failed(page, word, for_good=status in _GONE))
        elif not _is_readable(response):
            self._settle(page, "not_text", lambda: self.intake.failed(page, "not_text", for_good=True))
        else:
            await self._read(page, response)

    def _api_failed(self, page: Page, trouble: Trouble) -> None:
        if trouble.rest is not None:
            self._let_rest(page, trouble.word, min(trouble.rest, _LONGEST_REST))
        else:
            self.intake.failed(page, trouble.word)

    def _let_rest(self, page: Page, word: str, wait: timedelta) -> None:
        """The server asked for peace: nothing more of it before then."""
        until = self._rest[page.host] = self.intake.now() + wait
        self.intake.failed(page, word, wait=wait)
        waiting = self._waiting.get(page.host, deque())
        while waiting:
            self.intake.postponed(waiting.popleft(), until, "resting")

    def _unchanged(self, page: Page) -> None:
        self.intake.unchanged(page)
        self.summary = replace(self.summary, unchanged=self.summary.unchanged + 1)

    async def _read(self, page: Page, response: Response) -> None:
        fetched = Fetched(
            page.url if response.meta["ask"].keyed else response.url,
            response.body,
            self.intake.now(),
            _header(response, "Content-Type"),
            _header(response, "X-Robots-Tag"),
            _header(response, "Link"),
        )
        source = self.sources[page.source]
        try:
            fetched = await self._scripted.as_it_stands(page, fetched, self.crawler)
            found = await self._reading.read(source.kind, fetched, page.kind)
        except TooSlow:
            self._settle(page, "script_too_slow", lambda: self.intake.failed(page, "script_too_slow"))
            return
        except InputError as error:  # no browser: nothing of this source can be read
            self._stop(error)
            self._settle(page, "no_browser", lambda: self.intake.failed(page, "no_browser"))
            return
        except ReaderFailed as failed:  # its detail was said by what read the page: not for a log
            problem = failed.word
            self._settle(page, problem, lambda: self.intake.failed(page, problem))
            return
        links = [link for link in _with_marks(page, found) if belongs(source, link.url)]

        if not self._held:
            self._held_since = time.monotonic()
        self._held.append(Reading(page, found.posts, links, _validators(response, fetched.now)))
        self._under_way[page.host] -= 1
        self._changed.set()
        if len(self._held) >= _HELD or self._held_long():
            self._hand_over()

    # --- what was read goes to intake ---
    def _held_long(self) -> bool:
        return bool(self._held) and time.monotonic() - self._held_since >= _HELD_FOR

    def _hand_over(self) -> None:
        """Everything read so far, in one unit of work; page by page where a lease among them was lost."""
        held, self._held = self._held, []
        if not held or self.fatal is not None:
            return
        try:
            try:
                self._count(len(held), self.intake.receive_all(held))
            except ConflictError:
                for reading in held:
                    self._hand_over_one(reading)
        except Exception as error:
            raise self._stop(error) from error
        if self._on_page is not None:
            self._on_page(self.summary)

    def _hand_over_one(self, reading: Reading) -> None:
        page = reading.page
        try:
            self._count(1, self.intake.receive_all([reading]))
        except ConflictError:
            log.warning("lease lost: source=%s page=%d", page.source, page.id)

    def _count(self, pages: int, got: Received) -> None:
        self.summary = replace(
            self.summary,
            pages=self.summary.pages + pages,
            extracted=self.summary.extracted + got.extracted,
            duplicates=self.summary.duplicates + got.duplicates,
            inboxed=self.summary.inboxed + got.inboxed,
        )

    def closed(self, reason: str) -> None:
        """At the end of a crawl, told to stop or not."""
        with suppress(CloseSpider):  # `fatal` says why
            self._hand_over()
        self._reading.close()

    def _failed(self, failure: Failure) -> None:
        page: Page = failure.request.meta["page"]  # type: ignore[attr-defined]  # set by Scrapy
        error = failure.value
        if not isinstance(error, NotAllowed):
            word = next((word for kind, word in _ERROR_WORDS if isinstance(error, kind)), "connection_failed")
            if isinstance(error, IgnoreRequest):  # redirects without end, a body that unpacks beyond bounds
                word = "too_many_redirects" if "redirect" in str(error) else "too_large"
            for_good = word in ("too_large", "too_many_redirects")
            self._settle(page, word, lambda: self.intake.failed(page, word, for_good=for_good))
        elif error.word == "robots_refused":
            self.summary = replace(self.summary, robots_refused=self.summary.robots_refused + 1)
            self.intake.spending.asking(page.source, -1)
            self._settle(page, None, lambda: self.intake.refused(page))
        elif error.word == "resting":
            self.intake.spending.asking(page.source, -1)
            until = self.resting_until(page.host) or self.intake.now()
            self._settle(page, None, lambda: self.intake.postponed(page, until, "resting"))
        elif error.word == "lease_over":
            self._settle(page, None, lambda: None)  # freed by itself
        elif error.word == "robots_unreachable":
            self._settle(page, error.word, lambda: self.intake.failed(page, error.word))
        else:
            self._settle(page, error.word, lambda: self.intake.failed(page, error.word, for_good=True))

    def _settle(self, page: Page, problem: str | None, act: Callable[[], object]) -> None:
        """Do `act`, count, and let the next lease begin. A lost lease is no error: the page comes again."""
        if problem is not None:
            self.problems[f"{page.source}: {problem}"] += 1
            self.summary = replace(self.summary, errors=self.summary.errors + 1)
            log.info("page failed: source=%s page=%d status=%s", page.source, page.id, problem)
        try:
            act()
        except ConflictError:
            log.warning("lease lost: source=%s page=%d", page.source, page.id)
        except Exception as error:
            raise self._stop(error) from error
        finally:
            self._under_way[page.host] -= 1
            self._changed.set()
        if self._on_page is not None:
            self._on_page(self.summary)

    def _stop(self, error: Exception) -> CloseSpider:
        """The store cannot take what is found: fetching on would be of no use."""
        self.fatal = self.fatal or error
        log.error("crawl stopped: %s", type(error).__name__)
        return CloseSpider("store")


def _header(response: Response, name: str) -> str:
    return b", ".join(response.headers.getlist(name)).decode("latin-1")


def _is_readable(response: Response) -> bool:
    kind = _header(response, "Content-Type").lower().strip()
    return not kind or kind.startswith(_READABLE) or "+xml" in kind


def _with_marks(page: Page, found: Extraction) -> list[Link]:
    """The links; the last two pages of a marked thread come due when the thread does, for what is new stands there."""
    if not page.mark or page.kind is not PageKind.THREAD:
        return list(found.links)
    last = max((page_number(link.url) for link in found.links), default=0)
    return [
        replace(link, mark=page.mark) if page_number(link.url) >= max(last - 1, 2) and not link.mark else link
        for link in found.links
    ]


def _conditions(validators: Validators) -> dict[str, str]:
    """The headers that ask for a page only if it changed."""
    headers = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.modified is not None:
        headers["If-Modified-Since"] = format_datetime(validators.modified, usegmt=True)
    return headers


def _validators(response: Response, now: datetime) -> Validators:
    """What the server says of this page, where it says it well."""
    etag = _header(response, "ETag").strip()
    modified = None
    with suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(_header(response, "Last-Modified"))
        modified = moment.astimezone(UTC) if moment.tzinfo is not None and moment <= now else None
    return Validators(etag if _ETAG.fullmatch(etag) else "", modified)


def _retry_after(response: Response, now: datetime) -> timedelta:
    value = _header(response, "Retry-After").strip()
    wait = _REST
    if value.isdecimal() and len(value) < 10:
        wait = timedelta(seconds=int(value))
    elif value:
        try:
            moment = parsedate_to_datetime(value)
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError):
            wait = _REST
    return min(max(wait, timedelta(seconds=1)), _LONGEST_REST)
