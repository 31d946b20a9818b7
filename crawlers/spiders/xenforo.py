"""XenForo 2: sections and threads by the marks that every theme of it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crawlers.extract import Extraction, Fetched, tree_of
from crawlers.feed import looks_like_feed, read_feed
from crawlers.links import page_links, page_number, thread_of
from crawlers.markup import Element, base_of, clean_url, tokens, visible_text
from crawlers.thread import thread_posts
from crawlers.times import parse_time
from crawlers.words import is_apart
from lachan.domain.post import RawPost
from lachan.pipeline.ports import PageKind


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """A section gives links, with the count of replies as mark; a thread's page its posts."""
    if looks_like_feed(fetched.body):
        return read_feed(fetched).obeying(fetched, None).bounded()
    tree = tree_of(fetched)
    if tree is None:
        return Extraction()
    marks = dict(_marks(tree, fetched.url))
    links = [
        replace(link, mark=marks.get(link.url, link.mark)) for link in page_links(tree, fetched.url, kind)
    ]
    posts = list(_posts(tree, fetched))
    if (
        not posts
        and kind is PageKind.THREAD
        and not any("message" in tokens(n) for n in tree.iter("article"))
    ):
        posts = thread_posts(tree, fetched.url, fetched.now)  # a theme that keeps no mark
    return Extraction(tuple(posts), tuple(links)).obeying(fetched, tree).bounded()


def _marks(tree: Element, url: str) -> Iterator[tuple[str, str]]:
    """Of each thread in a list: how many replies it has, and when the last one came. Not the views beside them."""
    base = base_of(tree, url)
    for row in (n for n in tree.iter("div") if "structitem--thread" in tokens(n)):
        places = {name: node for node in row.iter("div") for name in tokens(node)}
        title, meta, last = (
            places.get(f"structitem-{part}") for part in ("title", "cell--meta", "cell--latest")
        )
        if title is None or meta is None:
            continue
        count = next((visible_text(n) for n in meta.iter("dd")), "")
        when = next((n.get("data-time") or "" for n in last.iter("time")), "") if last is not None else ""
        for target in (clean_url(base, anchor.get("href")) for anchor in title.iter("a")):
            if target is not None:
                yield target, f"{count} {when}".strip()


def _posts(tree: Element, fetched: Fetched) -> Iterator[RawPost]:
    base, thread = base_of(tree, fetched.url), thread_of(fetched.url)
    title = next((visible_text(h) for h in tree.iter("h1") if "p-title-value" in tokens(h)), "")
    for number, box in enumerate(n for n in tree.iter("article") if _is_post(n)):
        body = next((n for n in box.iter() if isinstance(n.tag, str) and "bbwrapper" in tokens(n)), None)
        if body is None:
            continue
        text = visible_text(
            body, {n for n in body.iter() if isinstance(n.tag, str) and n is not body and is_apart(n)}
        )
        if not text:
            continue
        time = next((n for n in box.iter("time") if "u-dt" in tokens(n)), None)
        stamp = (time.get("datetime") or time.get("data-time") or "") if time is not None else ""
        mark = (box.get("data-content") or "").removeprefix("post-")
        link = next(
            (n.get("href") for n in box.iter("a") if mark and f"post-{mark}" in (n.get("href") or "")), None
        )
        opening = number == 0 and page_number(fetched.url) == 1
        yield RawPost(
            clean_url(base, link, fragment=True) or f"{fetched.url}#post-{mark}",
            text,
            " ".join((box.get("data-author") or "").split())[:80] or None,
            parse_time(stamp, fetched.now),
            thread,
            (title or None) if opening else None,
        )


def _is_post(node: Element) -> bool:
    classes = tokens(node)
    return "message" in classes and "message--post" in classes and "message--deleted" not in classes
