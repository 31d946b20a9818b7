"""Bytes of a page to posts and links: what every kind of page has in common. Pure: no network, no clock.

Fetched -> decode -> parse_html -> thread.thread_posts | article.article_post | feed.read_feed
        -> links.page_links                                        -> Extraction
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from crawlers.encoding import decode, repair
from crawlers.markup import Element, parse_html
from lachan.domain.post import RawPost
from lachan.pipeline.ports import Link

MAX_POSTS: Final = 1_000  # of one page
MAX_LINKS: Final = 3_000
_DIRECTIVE: Final = re.compile(r"(?:^|[\s,:])(noindex|nofollow|none)\b", re.IGNORECASE)
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:\-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True)
class Fetched:
    """A page as it came, `now` when it was fetched.

    `content_type`, `robots_tag` and `link` are values of the headers Content-Type, X-Robots-Tag and Link.
    """

    url: str
    body: bytes
    now: datetime
    content_type: str = ""
    robots_tag: str = ""
    link: str = ""

    @property
    def charset(self) -> str | None:
        """What the Content-Type header declares."""
        match = _CHARSET.search(self.content_type)
        return match[1] if match else None

    def text(self) -> str:
        """The body, decoded by what it is, not by what it says."""
        return decode(self.body, self.charset or self._meta_charset())

    def _meta_charset(self) -> str | None:
        match = _CHARSET.search(self.body[:2048].decode("latin-1"))
        return match[1] if match else None


@dataclass(frozen=True)
class Extraction:
    """What a page holds. Links are absolute, unfiltered by source."""

    posts: tuple[RawPost, ...] = ()
    links: tuple[Link, ...] = ()

    def obeying(self, fetched: Fetched, tree: Element | None) -> Extraction:
        """Without what the page asks robots not to take: posts under noindex, links under nofollow."""
        asked = asked_of_robots(fetched, tree)
        return Extraction(
            () if asked & {"noindex", "none"} else self.posts,
            () if asked & {"nofollow", "none"} else self.links,
        )

    def bounded(self) -> Extraction:
        """At most so many posts and links as a real page has; texts repaired; every link once."""
        posts = tuple(_repaired(post) for post in self.posts[:MAX_POSTS])
        links = {link.url: link for link in reversed(self.links[:MAX_LINKS])}
        return Extraction(posts, tuple(reversed(links.values())))


def asked_of_robots(fetched: Fetched, tree: Element | None) -> set[str]:
    """`noindex`, `nofollow` and `none`, as far as the header or the page's meta elements say them."""
    asked = {word.lower() for word in _DIRECTIVE.findall(fetched.robots_tag)}
    if tree is not None:
        for meta in tree.iter("meta"):
            if (meta.get("name") or "").lower() in ("robots", "lachan"):
                asked |= {word.lower() for word in _DIRECTIVE.findall(meta.get("content") or "")}
    return asked


def tree_of(fetched: Fetched) -> Element | None:
    """The page as a tree; None where it is not HTML at all."""
    return parse_html(fetched.text())


def _repaired(post: RawPost) -> RawPost:
    text = _composed(post.text)
    author = _composed(post.author) if post.author else None
    title = _composed(post.title) if post.title else None
    if (text, author, title) == (post.text, post.author, post.title):
        return post
    return replace(post, text=text, author=author, title=title)


def _composed(text: str) -> str:
    """Repaired, and in NFC: a page may write the marks of letters as references of their own ("e&#x301;")."""
    return unicodedata.normalize("NFC", repair(text))
