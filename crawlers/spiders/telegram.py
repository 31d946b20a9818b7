"""A public Telegram channel, as its web preview shows it to everybody: https://t.me/s/CHANNEL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from crawlers.api import Ask, Look, with_query
from crawlers.extract import Extraction, Fetched, tree_of
from crawlers.markup import Element, clean_url, tokens, visible_text
from crawlers.times import parse_time
from crawlers.words import is_apart
from lachan.domain.errors import SourceRefused
from lachan.domain.post import RawPost, Source
from lachan.pipeline.ports import ApiAccess, Link, PageKind

_BACK: Final = timedelta(days=7)  # how far back a channel is read
_PERMALINK: Final = re.compile(r"https://t\.me/([A-Za-z]\w{4,31})/(\d{1,12})")
_POST: Final = re.compile(r"(\w{4,64})/(\d{1,12})")


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """The messages of a page, and the page before it, back to a week ago."""
    tree = tree_of(fetched)
    if tree is None:
        return Extraction()
    messages = [found for box in tree.iter("div") if (found := _message(box, fetched)) is not None]
    numbers = [number for number, _ in messages]
    times = [post.published_at for _, post in messages if post.published_at is not None]
    links: tuple[Link, ...] = ()
    if numbers and min(numbers) > 1 and times and min(times) > fetched.now - _BACK:
        links = (Link(with_query(fetched.url, before=str(min(numbers))), PageKind.LISTING, older=True),)
    posts = tuple(post for _, post in messages if post.text)
    return Extraction(posts, links).obeying(fetched, tree).bounded()


def look(url: str, sources: Sequence[Source], access: ApiAccess | None) -> Look | None:
    """A message in the preview of its channel, where it stands last on the page that ends with it."""
    match = _PERMALINK.fullmatch(url)
    if match is None:
        return None
    place = next(
        (s.url for s in sources if s.url.casefold() == f"https://t.me/s/{match[1]}".casefold()), None
    )
    if place is None:
        raise SourceRefused("this address lies in no registered source")

    def text(fetched: Fetched) -> str | None:
        posts = read(fetched, PageKind.LISTING).posts
        if not posts:
            raise OSError("the channel shows no messages")
        return next((post.text for post in posts if post.url.casefold() == url.casefold()), None)

    return Look(Ask(with_query(place, before=str(int(match[2]) + 1))), text)


def _message(box: Element, fetched: Fetched) -> tuple[int, RawPost] | None:
    match = _POST.fullmatch(box.get("data-post") or "")
    if match is None or "tgme_widget_message" not in tokens(box):
        return None
    if next(_of_class(box, "tgme_widget_message_forwarded_from"), None) is not None:
        return None  # another's words
    reply = next(_of_class(box, "tgme_widget_message_reply"), None)
    quoted = set(reply.iter()) if reply is not None else set()
    body = next((n for n in _of_class(box, "tgme_widget_message_text") if n not in quoted), None)
    author = next((visible_text(n) for n in _of_class(box, "tgme_widget_message_from_author")), "")
    time = next((n.get("datetime") for n in box.iter("time") if n.get("datetime")), "") or ""
    text = (
        visible_text(body, {n for n in body.iter() if n is not body and is_apart(n)})
        if body is not None
        else ""
    )
    url = clean_url(fetched.url, f"/{match[1]}/{match[2]}") or fetched.url
    return int(match[2]), RawPost(url, text, author[:80] or None, parse_time(time, fetched.now), None)


def _of_class(box: Element, name: str) -> Iterator[Element]:
    return (node for node in box.iter("div", "a", "span") if name in tokens(node))
