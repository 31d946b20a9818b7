"""Posts of a thread as its JSON-LD tells them (schema.org): what a layout does not show is often written there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from crawlers.article import json_ld
from crawlers.json_reading import dig, name, word
from crawlers.links import thread_of
from crawlers.markup import Element, base_of, clean_url
from crawlers.times import parse_time
from crawlers.words import own_words
from lachan.domain.post import RawPost
from lachan.pipeline.intake import host_of

_POSTS: Final = re.compile(r"^(?:DiscussionForumPosting|SocialMediaPosting|Question|Answer|Comment)$")
_UNDER: Final = ("comment", "suggestedAnswer", "acceptedAnswer")
_MAX_RECORDS: Final = 1_500


def structured_posts(tree: Element, url: str, now: datetime) -> list[RawPost]:
    """Every posting, answer and comment of the page's JSON-LD, in its order; of articles only the comments."""
    base, thread = base_of(tree, url), thread_of(url)
    posts: dict[tuple[str, str], RawPost] = {}
    for record in _records(tree):
        text = _text(word(record, "text") or word(record, "articleBody"))
        if not text:
            continue
        where = clean_url(base, word(record, "url") or word(record, "@id"), fragment=True)
        permalink = where if where is not None and host_of(where) == host_of(url) else url
        author = record.get("author")
        author = author[0] if isinstance(author, list) and author else author
        when = parse_time(word(record, "datePublished") or word(record, "dateCreated"), now)
        title = _text(
            word(record, "headline") or (word(record, "name") if _kind(record) == "Question" else "")
        )
        writer = name(author, "name") or name({"name": author}, "name")
        posts.setdefault((permalink, text), RawPost(permalink, text, writer, when, thread, title or None))
    return list(posts.values())


def _records(tree: Element) -> Iterator[dict[str, Any]]:
    pending = list(json_ld(tree))
    for _ in range(_MAX_RECORDS):
        if not pending:
            return
        record = pending.pop(0)
        if _POSTS.match(_kind(record)):
            yield record
        under = [value for key in _UNDER if (value := dig(record, key)) is not None]
        found = [item for value in under for item in (value if isinstance(value, list) else [value])]
        pending[:0] = [item for item in found if isinstance(item, dict)]


def _kind(record: dict[str, Any]) -> str:
    kinds = record.get("@type")
    return next((k for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)), "")


def _text(value: str) -> str:
    return own_words(value) if "<" in value or "&" in value else value.strip()
