"""robots.txt, obeyed by RFC 9309: absent means yes, unreachable means no for now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware

from crawlers.guard import NotAllowed

ROBOTS_TOKEN: Final = "lachan"  # the name that a robots.txt may address

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, but for what it takes a failing robots.txt to mean (it would read on)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreachable: set[str] = set()

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._unreachable.add(netloc)
        elif response.status != 200:
            response = response.replace(body=b"")  # an error page is no set of rules
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unreachable.add(netloc)
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        netloc = request.url.split("/", 3)[2]
        if netloc in self._unreachable:
            raise NotAllowed("robots_unreachable")
        if rp is not None and not rp.allowed(request.url, self._robotstxt_useragent or ROBOTS_TOKEN):
            raise NotAllowed("robots_refused")
