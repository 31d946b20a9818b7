"""News sites and anything with a feed or sitemap: the listing gives links, the article page gives the text."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from crawlers.article import article_post
from crawlers.extract import Extraction, Fetched, tree_of
from crawlers.feed import looks_like_feed, read_feed
from crawlers.links import is_never, page_links
from crawlers.markup import Element, base_of, clean_url
from crawlers.structured import structured_posts
from crawlers.thread import thread_posts
from lachan.domain.post import RawPost
from lachan.pipeline.ports import Link, PageKind

_FEEDS: Final = ("application/atom+xml", "application/rss+xml", "application/feed+json")


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """A feed, sitemap or section page gives links; an article page its article and the comments under it."""
    if looks_like_feed(fetched.body):
        return read_feed(fetched).obeying(fetched, None).bounded()
    tree = tree_of(fetched)
    if tree is None:
        return Extraction()
    posts: list[RawPost] = []
    comments: list[RawPost] = []
    if kind is not PageKind.LISTING:
        article = article_post(tree, fetched.url, fetched.now)
        comments = thread_posts(tree, fetched.url, fetched.now)
        comments = comments or structured_posts(tree, fetched.url, fetched.now)
        if article is not None:
            posts = [
                article,
                *(
                    replace(c, title=None)
                    for c in comments
                    if c.text not in article.text
                    and article.text not in c.text
                    and not _is_mostly(c.text, article.text)
                ),
            ]
        else:
            posts = comments
    links = page_links(tree, fetched.url, kind)
    if kind is not PageKind.LISTING and not comments:
        links += _comment_feeds(tree, fetched.url)
    return Extraction(tuple(posts), tuple(links)).obeying(fetched, tree).bounded()


def _is_mostly(text: str, article: str) -> bool:
    """Whether `text` holds most of the article, with its captions and links between."""
    lines = frozenset(text.split("\n"))
    return sum(len(line) for line in article.split("\n") if line in lines) * 2 > len(article)


def _comment_feeds(tree: Element, url: str) -> list[Link]:
    """Feeds that the page names as its own: where its comments are when only a script shows them."""
    feeds = []
    for link in tree.iter("link"):
        said = (link.get("rel") or "").lower(), (link.get("type") or "").lower()
        target = clean_url(base_of(tree, url), link.get("href"))
        if said[0] == "alternate" and said[1] in _FEEDS and target is not None and not is_never(target):
            path = urlsplit(url).path
            if len(path) > 1 and path in unquote(target.removeprefix(url)):
                feeds.append(Link(target, PageKind.LISTING))
    return feeds[:2]
