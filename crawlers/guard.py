"""Where a crawl may go: registered places on public addresses, and nowhere a redirect or a name leads instead.

request -> GuardMiddleware (registered host and prefix, literal addresses, leases, hosts at rest)
        -> GuardedResolver (what a name resolves to is what is connected to, so a changed answer cannot slip by)
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from crawlers.api import Ask
from lachan.domain.source_rules import belongs
from lachan.pipeline.ports import Page

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

    from crawlers.spiders.place import PlaceSpider

_LEASE_MARGIN: Final = timedelta(minutes=1)  # a page must be fetched and stored before its lease is over


class NotAllowed(IgnoreRequest):
    """This request is not made; `word` is the short reason."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether an IP address is one of the public internet; tunnels are judged by where they lead.

    `allow_loopback` is for the demo and the tests.
    """
    try:
        ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner), allow_loopback=allow_loopback)
    if ip.is_loopback:
        return allow_loopback
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


class GuardedResolver(CachingThreadedResolver):
    """A name that resolves to anything but a public address does not exist."""

    allow_loopback = False

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        return super().getHostByName(name, timeout).addCallback(self._checked)

    def _checked(self, address: str) -> str:
        if not is_public(address, allow_loopback=self.allow_loopback):
            raise DNSLookupError("not a public address")
        return address


class LoopbackResolver(GuardedResolver):
    """For the demo and the tests."""

    allow_loopback = True


class GuardMiddleware:
    """Asks, before every request and every step of a redirect, whether it may be made."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        spider = cast("PlaceSpider", self._crawler.spider)
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if _is_literal(host) and not is_public(host, allow_loopback=spider.allow_loopback):
            raise NotAllowed("private_address")
        page: Page | None = request.meta.get("page")
        if page is None:  # robots.txt or part of a page, also where they are redirected to
            if parts.netloc.lower() not in spider.hosts:
                raise NotAllowed("left_host")
            return
        asked: Ask | None = request.meta.get("ask")
        if (asked is None or asked.url != request.url) and not belongs(
            spider.sources[page.source], request.url
        ):
            raise NotAllowed("left_source")
        if spider.resting_until(page.host) is not None:
            raise NotAllowed("resting")
        if spider.intake.now() + _LEASE_MARGIN >= page.leased_until:
            raise NotAllowed("lease_over")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
