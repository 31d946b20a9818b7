"""robots.txt, obeyed by RFC 9309: absent means yes, unreachable means no for now.

Not Scrapy's own middleware: there, of several requests that wait for one robots.txt, only the first is told the
rules and the others go ahead; and what cannot be read counts as a yes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from crawlers.guard import NotAllowed

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

ROBOTS_TOKEN: Final = "lachan"  # noqa: S105 - the name that a robots.txt may address
_MAX_BYTES: Final = 500_000  # of a robots.txt that are read


class RobotsMiddleware:
    """Lets a request pass, or raises NotAllowed `robots_refused` or `robots_unreachable`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._asked: dict[str, asyncio.Task[Protego | None]] = {}  # by scheme and host; None: unreachable

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if "page" not in request.meta:  # robots.txt itself
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
