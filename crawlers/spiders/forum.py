"""Forums: sections lead to threads, threads hold posts."""

from __future__ import annotations

from crawlers.article import article_post
from crawlers.extract import Extraction, Fetched, tree_of
from crawlers.feed import looks_like_feed, read_feed
from crawlers.links import kind_of, page_links
from crawlers.structured import structured_posts
from crawlers.thread import thread_posts
from lachan.pipeline.ports import PageKind


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """A section gives links; a thread page its posts; a source may begin at a thread, too."""
    if looks_like_feed(fetched.body):
        return read_feed(fetched).obeying(fetched, None).bounded()
    tree = tree_of(fetched)
    if tree is None:
        return Extraction()
    posts = []
    if kind is not PageKind.LISTING or kind_of(fetched.url) is PageKind.THREAD:
        posts = thread_posts(tree, fetched.url, fetched.now)
        structured = structured_posts(tree, fetched.url, fetched.now)
        posts = structured if len(structured) > len(posts) else posts
        if not posts and (lone := article_post(tree, fetched.url, fetched.now)) is not None:
            posts = [lone]
    return (
        Extraction(tuple(posts), tuple(page_links(tree, fetched.url, kind))).obeying(fetched, tree).bounded()
    )
