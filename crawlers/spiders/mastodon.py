"""Mastodon and servers that speak its interface: the public local timeline, and no person's page.

Obeyed: an account's wish not to be indexed. Boosts are left out: they are others' words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urljoin

from crawlers.api import Ask, Look, query_of, with_query
from crawlers.extract import Extraction, Fetched
from crawlers.json_reading import dig, load, name, rows, word
from crawlers.markup import clean_url
from crawlers.times import parse_time
from crawlers.words import own_words
from lachan.domain.post import RawPost, Source
from lachan.pipeline.ports import ApiAccess, Link, PageKind

_LIMIT: Final = "40"  # the interface's most
_BACK: Final = timedelta(days=7)  # how far back a timeline is read
_STATUS: Final = re.compile(r"(https?://[^/?#@]+/)@[^/?#]{1,200}/(\d{1,40})")
_NEXT: Final = re.compile(r"<[^<>]*[?&]max_id=(\w{1,40})[^<>]*>;\s*rel=\"next\"")


def ask(url: str) -> Ask:
    """`/public/local` is the page on which a person sees the same."""
    api = urljoin(url, "/api/v1/timelines/public")
    return Ask(with_query(api, local="true", limit=_LIMIT, max_id=query_of(url).get("max_id", "")))


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """A page of the timeline, and the one before it, back to a week ago."""
    statuses = rows({"rows": load(fetched.body)}, "rows")
    posts = [post for status in statuses if (post := _post(status, fetched)) is not None]
    times = [when for s in statuses if (when := parse_time(word(s, "created_at"), fetched.now)) is not None]
    links: tuple[Link, ...] = ()
    match = _NEXT.search(fetched.link)
    if match is not None and times and min(times) > fetched.now - _BACK:
        older = with_query(urljoin(fetched.url, "/public/local"), max_id=match[1])
        links = (Link(older, PageKind.LISTING, older=True),)
    return Extraction(tuple(posts), links).obeying(fetched, None).bounded()


def look(url: str, sources: Sequence[Source], access: ApiAccess | None) -> Look | None:
    """A status, by its number; nothing else of who wrote it is asked for."""
    match = _STATUS.fullmatch(url)
    if match is None or not any(urljoin(source.url, "/") == match[1] for source in sources):
        return None

    def text(fetched: Fetched) -> str | None:
        return own_words(word(load(fetched.body), "content"))

    return Look(Ask(f"{match[1]}api/v1/statuses/{match[2]}"), text)


def _post(status: dict[str, Any], fetched: Fetched) -> RawPost | None:
    account = dig(status, "account")
    if status.get("reblog") or word(status, "visibility") != "public" or dig(account, "noindex") is True:
        return None
    text = own_words(word(status, "content"))
    warning = " ".join(word(status, "spoiler_text").split())
    url = clean_url(fetched.url, word(status, "url") or word(status, "uri"))
    if not text or url is None:
        return None
    when = parse_time(word(status, "created_at"), fetched.now)
    return RawPost(url, text, name(account, "acct"), when, None, warning or None)
