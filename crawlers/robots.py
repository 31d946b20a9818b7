"""robots.txt, obeyed by RFC 9309: absent means yes, unreachable means no for now. Crawl-delay and Request-rate,
which are not part of it, are obeyed, too.

Not Scrapy's own middleware: there, of several requests that wait for one robots.txt, only the first is told the
rules and the others go ahead; and what cannot be read counts as a yes.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from crawlers.api import Ask
from crawlers.guard import NotAllowed
from lachan.pipeline.ports import Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawlers.spiders.place import PlaceSpider

ROBOTS_TOKEN: Final = "lachan"  # noqa: S105 - the name that a robots.txt may address
_MAX_BYTES: Final = 500_000  # of a robots.txt that are read
#: Seconds between two requests that a request waits for here; a host that wants more is asked for one page a crawl.
LONGEST_WAIT: Final = 60.0


class RobotsMiddleware:
    """Lets a request pass, or raises NotAllowed `robots_refused` or `robots_unreachable`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._asked: dict[str, asyncio.Task[Protego | None]] = {}  # by scheme and host; None: unreachable
        self._next_at: dict[str, float] = {}  # by scheme and host: when the next request may go, in loop time

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        asked: Ask | None = request.meta.get("ask")
        page: Page | None = request.meta.get("page") or request.meta.get("part")
        if page is None or (asked is not None and asked.keyed):  # robots.txt itself, or no crawling
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._ask(origin))
        rules = await asyncio.shield(self._asked[origin])
        if rules is None:
            raise NotAllowed("robots_unreachable")
        if not rules.can_fetch(request.url, ROBOTS_TOKEN):
            raise NotAllowed("robots_refused")
        await self._keep_pace(origin, seconds_between(rules), page.host)

    async def _keep_pace(self, origin: str, seconds: float, host: str) -> None:
        """Wait until `origin` may be asked again; the first request goes at once."""
        if not seconds:
            return
        if seconds > LONGEST_WAIT:
            spider = cast("PlaceSpider", self._crawler.spider)
            if spider.resting_until(host) is not None:
                raise NotAllowed("resting")
            spider.rest_after(host, timedelta(seconds=seconds))
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_at.get(origin, now))
        self._next_at[origin] = turn + seconds
        await asyncio.sleep(turn - now)

    async def _ask(self, origin: str) -> Protego | None:
        assert self._crawler.engine is not None
        try:
            response = await self._crawler.engine.download_async(
                Request(f"{origin}/robots.txt", callback=NO_CALLBACK, dont_filter=True)
            )
        except Exception:
            return None
        if response.status == 429 or response.status >= 500:
            return None
        body = response.body[:_MAX_BYTES] if response.status == 200 else b""
        return Protego.parse(body.decode("utf-8", "replace"))


def seconds_between(rules: Protego) -> float:
    """Seconds that Crawl-delay or Request-rate ask for between two requests, at most a day; 0 for none."""
    asked = [rules.crawl_delay(ROBOTS_TOKEN) or 0.0]
    rate = rules.request_rate(ROBOTS_TOKEN)
    if rate is not None and rate.requests > 0:
        asked.append(rate.seconds / rate.requests)
    return min(max((float(seconds) for seconds in asked if seconds > 0), default=0.0), 86_400.0)
