"""A school's page: announcements, often all on one page, with what pupils and parents write under them."""

from __future__ import annotations

from crawlers.article import article_post
from crawlers.extract import Extraction, Fetched, tree_of
from crawlers.feed import looks_like_feed, read_feed
from crawlers.links import page_links
from crawlers.thread import thread_posts
from lachan.pipeline.ports import PageKind


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """Every page is read for posts; one without any, unless it is a listing, for an article."""
    if looks_like_feed(fetched.body):
        return read_feed(fetched).obeying(fetched, None).bounded()
    tree = tree_of(fetched)
    if tree is None:
        return Extraction()
    posts = thread_posts(tree, fetched.url, fetched.now)
    if not posts and kind is not PageKind.LISTING:
        lone = article_post(tree, fetched.url, fetched.now)
        posts = [lone] if lone is not None else []
    return (
        Extraction(tuple(posts), tuple(page_links(tree, fetched.url, kind))).obeying(fetched, tree).bounded()
    )
