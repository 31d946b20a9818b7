"""One reader a kind of source, and the spider that fetches for all of them.

    place.py          PlaceSpider: leases pages from intake, fetches politely, hands over what the reader found
    feed.py           news and comment feeds (RSS, Atom, JSON), sitemaps, article pages
    forum.py          sections and threads, by structured data and layout
    school_page.py    announcements with comments
    xenforo.py        XenForo 2
    telegram.py       the web preview of a public channel
    wordpress.py      WordPress, by its REST interface
    discourse.py      Discourse, by its JSON
    mastodon.py       a server's public local timeline
    youtube.py        comments under a channel's videos, by an interface that wants a key
    facebook_page.py  a public Page, by an interface that wants a key

A new kind is one file with a `read` function and one line in READERS; one whose content is asked for elsewhere than
at its page's address, a line in ASKED or KEYED, too; one whose posts are looked at again elsewhere, one in LOOKS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from crawlers.api import Ask, KeyedApi, Looker
from crawlers.extract import Extraction, Fetched
from crawlers.spiders import (
    discourse,
    facebook_page,
    feed,
    forum,
    mastodon,
    school_page,
    telegram,
    wordpress,
    xenforo,
    youtube,
)
from lachan.domain.post import SourceKind
from lachan.pipeline.ports import PageKind

Reader = Callable[[Fetched, PageKind], Extraction]

READERS: Final[Mapping[SourceKind, Reader]] = {
    SourceKind.FEED: feed.read,
    SourceKind.FORUM: forum.read,
    SourceKind.SCHOOL_PAGE: school_page.read,
    SourceKind.XENFORO: xenforo.read,
    SourceKind.TELEGRAM: telegram.read,
    SourceKind.WORDPRESS: wordpress.read,
    SourceKind.DISCOURSE: discourse.read,
    SourceKind.MASTODON: mastodon.read,
    SourceKind.YOUTUBE: youtube.read,
    SourceKind.FACEBOOK_PAGE: facebook_page.read,
}
#: JSON beside the pages, on the same server and under its robots.txt.
ASKED: Final[Mapping[SourceKind, Callable[[str], Ask]]] = {
    SourceKind.WORDPRESS: wordpress.ask,
    SourceKind.DISCOURSE: discourse.ask,
    SourceKind.MASTODON: mastodon.ask,
}
#: Interfaces that want a key.
KEYED: Final[Mapping[SourceKind, KeyedApi]] = {
    SourceKind.YOUTUBE: youtube.API,
    SourceKind.FACEBOOK_PAGE: facebook_page.API,
}
#: Kinds whose posts are not looked at again at their own address: it leads out of the source, or to an empty page.
LOOKS: Final[Mapping[SourceKind, Looker]] = {
    SourceKind.MASTODON: mastodon.look,
    SourceKind.TELEGRAM: telegram.look,
    SourceKind.YOUTUBE: youtube.look,
    SourceKind.FACEBOOK_PAGE: facebook_page.look,
}
