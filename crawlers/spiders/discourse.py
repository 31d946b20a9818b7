"""Discourse through the JSON beside its pages: /latest.json or a category's, and /t/ID.json."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from crawlers.api import Ask, query_of, with_query
from crawlers.extract import Extraction, Fetched
from crawlers.json_reading import dig, load, name, number, rows, word
from crawlers.times import parse_time
from crawlers.words import own_words
from lachan.domain.post import RawPost
from lachan.pipeline.ports import Link, PageKind

_CHUNK: Final = 20  # posts that a topic's page holds
_PAGES: Final = 500  # of a topic
_REGULAR: Final = 1  # post_type; moderators' acts and whispers are others


def ask(url: str) -> Ask:
    """`/` is the newest topics, `/c/name/5` a category's; what ends in .json is asked for as it is."""
    path = urlsplit(url).path
    if path.endswith(".json"):
        return Ask(url)
    return Ask(
        urlsplit(url)
        ._replace(path="/latest.json" if path in ("", "/") else f"{path.rstrip('/')}.json")
        .geturl()
    )


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """A list of topics gives their pages; a topic's page its posts."""
    value = load(fetched.body)
    links = tuple(_topics(value, fetched)) if dig(value, "topic_list") is not None else ()
    return Extraction(tuple(_posts(value, fetched)), links).obeying(fetched, None).bounded()


def _topics(value: Any, fetched: Fetched) -> Iterator[Link]:
    for topic in rows(value, "topic_list", "topics"):
        number_, posts = number(topic, "id"), number(topic, "posts_count")
        if not number_ or word(topic, "archetype") not in ("", "regular") or topic.get("visible") is False:
            continue
        changed = word(topic, "last_posted_at")
        pages = min(max(1, -(-posts // _CHUNK)), _PAGES)
        for page in range(1, pages + 1):
            url = with_query(urljoin(fetched.url, f"/t/{number_}.json"), page="" if page == 1 else str(page))
            # a full page changes by edits alone, which the list does not tell: it rests at its own pace
            yield Link(url, PageKind.THREAD, f"{posts} {changed}" if page >= pages - 1 else "")
    more = word(value, "topic_list", "more_topics_url")
    if more.startswith("/"):
        following = query_of(more).get("page", "")
        if following.isdecimal() and len(following) < 6:
            yield Link(with_query(fetched.url, page=following), PageKind.LISTING, older=True)


def _posts(value: Any, fetched: Fetched) -> Iterator[RawPost]:
    topic, title = number(value, "id"), " ".join(word(value, "title").split())
    thread = urljoin(fetched.url, f"/t/{topic}")
    for post in rows(value, "post_stream", "posts"):
        text = own_words(word(post, "cooked"))
        place = number(post, "post_number")
        gone = post.get("hidden") or post.get("deleted_at") or post.get("user_deleted")
        if not text or not place or gone or number(post, "post_type") not in (0, _REGULAR):
            continue
        when = parse_time(word(post, "created_at"), fetched.now)
        first = title if place == 1 else ""
        yield RawPost(f"{thread}/{place}", text, name(post, "username"), when, thread, first or None)
