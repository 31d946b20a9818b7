"""Scrapy's settings: how politely, how much at most, and everything switched off that is not needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from crawlers.guard import GuardedResolver, LoopbackResolver
from crawlers.robots import ROBOTS_TOKEN
from lachan import __version__

MAX_BYTES: Final = 5_000_000  # of one page, before and after decompression
TIMEOUT: Final = 30  # seconds for a whole page, so that a slow drip ends


@dataclass(frozen=True)
class Pace:
    """How fast one host is asked: seconds between requests, requests at a time, adapting to the server or not."""

    delay: float
    at_a_time: int
    adaptive: bool
    timeout: int = TIMEOUT


PUBLIC_PACE: Final = Pace(delay=1.0, at_a_time=2, adaptive=True)
LOOPBACK_PACE: Final = Pace(delay=0.0, at_a_time=8, adaptive=False)


def user_agent(contact: str) -> str:
    """Who we are and where to complain."""
    return f"LaChan/{__version__} (+{contact}; robots.txt: {ROBOTS_TOKEN})"


def scrapy_settings(pace: Pace, *, contact: str, allow_loopback: bool) -> dict[str, Any]:
    """Everything that differs from Scrapy's defaults."""
    return {
        # who and how
        "USER_AGENT": user_agent(contact),
        "DOWNLOAD_DELAY": pace.delay,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_ITEMS": 1,  # tasks made for every page to carry items, of which the spider yields none
        "CONCURRENT_REQUESTS_PER_DOMAIN": pace.at_a_time,
        "AUTOTHROTTLE_ENABLED": pace.adaptive,
        "AUTOTHROTTLE_START_DELAY": max(pace.delay, 2.0),
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,text/plain;q=0.5",
            "Accept-Language": "vi",
        },
        # how much at most
        "DOWNLOAD_MAXSIZE": MAX_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": pace.timeout,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "REDIRECT_MAX_TIMES": 5,
        # where to: http and https alone, public addresses alone, no proxy that an environment names
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "TWISTED_DNS_RESOLVER": LoopbackResolver if allow_loopback else GuardedResolver,
        "HTTPPROXY_ENABLED": False,
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.guard.GuardMiddleware": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.robots.RobotsMiddleware": 100,  # always on: no setting turns it off
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the guard is stricter
        },
        "SPIDER_MIDDLEWARES": {  # the spider is given links by intake alone, and follows none of its own
            "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
            "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
        },
        "METAREFRESH_ENABLED": False,
        "REFERER_ENABLED": False,
        # what is remembered: nothing; the frontier knows pages, retries and duplicates
        "COOKIES_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "RETRY_ENABLED": False,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        # what is not needed, and logs, which would name pages
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "STATS_DUMP": False,
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "DOWNLOADER_STATS": False,
        "EXTENSIONS": {
            f"scrapy.extensions.{name}": None
            for name in (
                "corestats.CoreStats",
                "logcount.LogCount",
                "logstats.LogStats",
                "feedexport.FeedExporter",
                "spiderstate.SpiderState",
            )
        },
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    }
