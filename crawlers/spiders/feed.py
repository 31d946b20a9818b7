"""News sites and anything with a feed or sitemap: the listing gives links, the article page gives the text."""

from __future__ import annotations

from crawlers.article import article_post
from crawlers.extract import Extraction, Fetched, tree_of
from crawlers.feed import looks_like_feed, read_feed
from crawlers.links import page_links
from crawlers.structured import structured_posts
from crawlers.thread import thread_posts
from lachan.domain.post import RawPost
from lachan.pipeline.ports import PageKind


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """A feed, sitemap or section page gives links; an article page its article and the comments under it."""
    if looks_like_feed(fetched.body):
        return read_feed(fetched).obeying(fetched, None).bounded()
    tree = tree_of(fetched)
    if tree is None:
        return Extraction()
    posts: list[RawPost] = []
    if kind is not PageKind.LISTING:
        article = article_post(tree, fetched.url, fetched.now)
        comments = thread_posts(tree, fetched.url, fetched.now)
        comments = comments or structured_posts(tree, fetched.url, fetched.now)
        if article is not None:
            posts = [
                article,
                *(c for c in comments if c.text not in article.text and article.text not in c.text),
            ]
        else:
            posts = comments
    return (
        Extraction(tuple(posts), tuple(page_links(tree, fetched.url, kind))).obeying(fetched, tree).bounded()
    )
