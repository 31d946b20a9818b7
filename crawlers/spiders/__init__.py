"""One reader a kind of source, and the spider that fetches for all of them.

    place.py        PlaceSpider: leases pages from intake, fetches politely, hands over what the reader found
    feed.py         news and comment feeds, sitemaps, article pages
    forum.py        sections and threads
    school_page.py  announcements with comments

A new kind is one file with a `read` function and one line in READERS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from crawlers.extract import Extraction, Fetched
from crawlers.spiders import feed, forum, school_page
from lachan.domain.post import SourceKind
from lachan.pipeline.ports import PageKind

Reader = Callable[[Fetched, PageKind], Extraction]

READERS: Final[Mapping[SourceKind, Reader]] = {
    SourceKind.FEED: feed.read,
    SourceKind.FORUM: forum.read,
    SourceKind.SCHOOL_PAGE: school_page.read,
}
