"""One crawl, from begin to finish; runs in a process of its own, since a reactor starts once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from scrapy.crawler import AsyncCrawlerProcess

from crawlers.browser import Scripted
from crawlers.heads import bound_heads
from crawlers.reading import Reading, usual_processes
from crawlers.settings import LOOPBACK_PACE, PUBLIC_PACE, Pace, scrapy_settings
from crawlers.spiders.place import PlaceSpider
from lachan.domain.post import SourceKind
from lachan.pipeline.intake import Intake
from lachan.pipeline.ports import ApiAccess, CrawlSummary

#: Libraries whose log lines would name pages and quote them.
_TALKATIVE: Final = (
    "scrapy",
    "twisted",
    "trafilatura",
    "htmldate",
    "courlan",
    "charset_normalizer",
    "asyncio",
)


def run_crawl(
    intake_factory: Callable[[], Intake],
    sources: Sequence[str],
    worker: str,
    *,
    contact: str,
    allow_loopback: bool = False,
    access: Mapping[SourceKind, ApiAccess] = MappingProxyType({}),
    pace: Pace | None = None,
    processes: int | None = None,
    scripted: Scripted | None = None,
    on_page: Callable[[CrawlSummary], None] | None = None,
) -> CrawlSummary:
    """Read the due pages of `sources` (keys) and return what was done; blocks. Once a process.

    `worker` names the holder of the leases, `contact` stands in the user agent, `access` holds the operator's keys
    by kind of source; `processes` read pages beside it (`reading.usual_processes` unless given, 0 for none);
    `scripted` are the sources that a browser reads. SIGINT and SIGTERM end it after the pages under way.
    `allow_loopback` is for the demo and the tests alone. Raises Stopped, NotFound, and whatever kept the store from
    taking what was found.
    """
    _hush()
    bound_heads()
    intake = intake_factory()
    active = intake.begin(worker, sources)
    silent = sorted(set(sources) - {source.key for source in active})
    problems = [f"{key}: not active" for key in silent]
    summary = CrawlSummary(problems=tuple(problems))
    if active:
        reading = Reading(usual_processes() if processes is None else processes)
        pace = pace or (LOOPBACK_PACE if allow_loopback else PUBLIC_PACE)
        settings = scrapy_settings(pace, contact=contact, allow_loopback=allow_loopback)
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler(PlaceSpider)
        _hush()  # Scrapy has set up its loggers anew
        process.crawl(
            crawler,
            intake=intake,
            sources=active,
            worker=worker,
            allow_loopback=allow_loopback,
            access=access,
            width=pace.at_a_time,
            reading=reading,
            scripted=scripted or Scripted((), None),
            on_page=on_page,
        )
        process.start()
        reading.close()
        spider = crawler.spider
        if not isinstance(spider, PlaceSpider):
            raise RuntimeError("the spider could not be started")
        problems += [f"{problem} ({count})" for problem, count in sorted(spider.problems.items())]
        summary = replace(spider.summary, problems=tuple(problems))
        if spider.fatal is not None:
            raise spider.fatal
    intake.finish(worker, summary)
    return summary


def _hush() -> None:
    """Nothing of theirs goes on to the root, nor to Python's last resort, whatever a library sets up itself."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.disabled, logger.propagate = True, False
        logger.handlers = [logging.NullHandler()]
