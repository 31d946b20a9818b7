"""RSS, Atom, JSON Feed, sitemaps: entries that carry their whole text are posts, all others are links to articles."""

from __future__ import annotations

import calendar
import gzip
import io
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import feedparser

from crawlers.encoding import decode
from crawlers.extract import Extraction, Fetched
from crawlers.json_reading import dig, load, name, rows, word
from crawlers.links import is_never, kind_of
from crawlers.markup import clean_url, parse_html, parse_xml, visible_text
from crawlers.times import parse_time
from crawlers.words import own_words
from lachan.domain.post import RawPost
from lachan.pipeline.ports import Link, PageKind

_MAX_UNPACKED: Final = 20_000_000  # bytes of a compressed sitemap
_FULL_TEXT: Final = 300  # characters; shorter content is a teaser


def looks_like_feed(body: bytes) -> bool:
    """Whether these bytes begin as a feed or a sitemap does."""
    head = body[:3].startswith(b"\x1f\x8b") or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1000].lower()
    if isinstance(head, bool):
        return head
    if head.startswith(b"{"):
        return b"jsonfeed.org/version/" in body[:2000].replace(b"\\/", b"/")
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"<urlset", b"<sitemapindex"))


def read_feed(fetched: Fetched) -> Extraction:
    """A feed or sitemap; nothing at all where it cannot be read."""
    body = _unpacked(fetched.body)
    head = body[:2000].lower()
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_feed(load(body.removeprefix(b"\xef\xbb\xbf")), fetched)
    if b"<urlset" in head or b"<sitemapindex" in head:
        return Extraction(links=tuple(_sitemap(body, fetched.url, fetched.now)))
    return _feed(body, fetched)


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
            return stream.read(_MAX_UNPACKED)
    except (OSError, EOFError, zlib.error):
        return b""


def _sitemap(body: bytes, url: str, now: datetime) -> list[Link]:
    tree = parse_xml(body)
    links: list[Link] = []
    for entry in tree if tree is not None else ():
        if not isinstance(entry.tag, str):
            continue
        fields = {
            child.tag.rpartition("}")[2].lower(): (child.text or "").strip()
            for child in entry
            if isinstance(child.tag, str)
        }
        target = clean_url(url, fields.get("loc"))
        if target is None or is_never(target):
            continue
        changed = parse_time(fields.get("lastmod", ""), now)
        is_map = entry.tag.rpartition("}")[2].lower() == "sitemap"
        kind = PageKind.LISTING if is_map or _is_list(target) else PageKind.ARTICLE
        links.append(Link(target, kind, changed.isoformat() if changed else ""))
    return links


def _is_list(url: str) -> bool:
    """Whether a sitemap's address is a section or the site's front: a list of what stands elsewhere whole."""
    parts = urlsplit(url)
    return kind_of(url) is PageKind.LISTING or (parts.path in ("", "/") and not parts.query)


def _feed(body: bytes, fetched: Fetched) -> Extraction:
    try:
        # a stream, since feedparser would open a short string as a file or an address
        parsed = feedparser.parse(
            io.BytesIO(decode(body, fetched.charset).encode()),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": fetched.url,
            },
        )
        entries = list(parsed.entries)
    except Exception:
        return Extraction()
    posts: list[RawPost] = []
    links: list[Link] = []
    for entry in entries:
        target = clean_url(fetched.url, _string(entry, "link"), fragment=True)
        comment = (
            target is not None and "#" in target
        )  # it leads into a page: short words are whole words there
        when = _moment(entry, fetched.now)
        text = _content(entry)
        if target is not None and len(text) < _FULL_TEXT and not comment:
            changed = parse_time(
                str(dict.get(entry, "updated") or ""), fetched.now
            )  # never what stands in for it
            links.append(Link(target, PageKind.ARTICLE, changed.isoformat() if changed else ""))
        elif text:
            author = " ".join(_string(entry, "author").split())[:80] or None
            title = None if comment else " ".join(_plain(_string(entry, "title")).split()) or None
            thread = target.partition("#")[0] if target is not None and comment else None
            posts.append(RawPost(target or fetched.url, text, author, when, thread, title))
    return Extraction(tuple(posts), tuple(links))


def _json_feed(feed: Any, fetched: Fetched) -> Extraction:
    """JSON Feed 1.1 (jsonfeed.org)."""
    posts: list[RawPost] = []
    links: list[Link] = []
    for item in rows(feed, "items"):
        target = clean_url(fetched.url, word(item, "url"))
        text = own_words(word(item, "content_html")) or word(item, "content_text").strip()
        changed = parse_time(word(item, "date_modified"), fetched.now)
        if target is not None and len(text) < _FULL_TEXT:
            links.append(Link(target, PageKind.ARTICLE, changed.isoformat() if changed else ""))
        elif text:
            when = parse_time(word(item, "date_published"), fetched.now)
            author = next((name(a, "name") for a in (*rows(item, "authors"), dig(item, "author"))), None)
            title = " ".join(word(item, "title").split()) or None
            posts.append(RawPost(target or fetched.url, text, author, when, None, title))
    following = clean_url(fetched.url, word(feed, "next_url"))
    if following is not None:
        links.append(Link(following, PageKind.LISTING, older=True))
    return Extraction(tuple(posts), tuple(links))


def _content(entry: Mapping[str, Any]) -> str:
    contents = entry.get("content") or []
    html = max(
        (str(item.get("value") or "") for item in contents if isinstance(item, dict)), key=len, default=""
    )
    return _plain(html or _string(entry, "summary"))


def _plain(html: str) -> str:
    tree = parse_html(html)
    return visible_text(tree) if tree is not None else ""


def _moment(entry: Mapping[str, Any], now: datetime) -> datetime | None:
    for field in ("published", "updated"):
        if (moment := parse_time(_string(entry, field), now)) is not None:
            return moment
        parts = entry.get(f"{field}_parsed")
        try:
            if parts and (moment := datetime.fromtimestamp(calendar.timegm(parts), UTC)) <= now:
                return moment
        except (TypeError, ValueError, OverflowError, OSError):
            continue
    return None


def _string(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""
