"""Links of a page, sorted into listings, threads and articles by what forums and news sites call them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawlers.markup import Element, base_of, clean_url, tokens, visible_text
from lachan.pipeline.ports import Link, PageKind

_PAGE_PARAMETERS: Final = frozenset({"page", "trang", "paged", "start", "pg"})
_PAGE_PATH: Final = re.compile(r"/(?:comment-)?(?:page|trang)[-/](\d{1,6})/?$", re.IGNORECASE)
_THREAD: Final = re.compile(
    r"/(?:threads?|topics?|t|chu-de|thao-luan|discussions?)[/.\-]|(?:viewtopic|showthread|topic)\.php",
    re.IGNORECASE,
)
_NEWEST: Final = re.compile(
    r"/(?:topics?|threads?|discussions?|chu-de)/(?:active|latest|newest|recent|hot|moi-nhat)/?$",
    re.IGNORECASE,
)
_LISTING: Final = re.compile(
    r"/(?:forums?|f|c|categor(?:y|ies)|sections?|chuyen-muc|box|boards?|dien-dan)(?:[/.\-]|$)"
    r"|(?:viewforum|forumdisplay|index)\.php|/sitemap[\w\-]*\.xml",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"(?:[^/]*-){3}[^/]*/?$|\.html?$|-\d{5,}|/\d{4}/\d{2}/", re.IGNORECASE)
#: Never asked for: persons, actions, copies of what is read elsewhere.
_NEVER: Final = re.compile(
    r"/(?:members?|users?|u|profiles?|thanh-vien|tac-gia|author|login|logout|register|dang-nhap|dang-ky|account|"
    r"search|tim-kiem|tags?|whats-new|latest-activity|attachments?|report|reactions?|like|print|share|help|"
    r"misc|media|publish|wp-admin|wp-login|cart|feed/?$)(?:[/.?]|$)"
    r"|(?:member|memberlist|profile|search|login|ucp|posting|newreply|newthread|private|calendar|usercp)\.php"
    r"|[?&](?:do|action|mode|order|sort|direction|view|print|replytocom|share|author|user|uid)=",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"(?<![\d.,])(\d[\d.,]{0,11})\s{0,5}(?:trả lời|bài viết|phản hồi|bình luận|replies|posts|comments)",
    re.IGNORECASE,
)


_MAX_ANCHORS: Final = 6_000  # of a page that are looked at


def page_number(url: str) -> int:
    """Which page of a thread or listing `url` is; 1 when it does not say."""
    parts = urlsplit(url)
    if match := _PAGE_PATH.search(parts.path):
        return max(1, int(match[1]))
    for name, value in parse_qsl(parts.query):
        if name.lower() in _PAGE_PARAMETERS and value.isdecimal() and len(value) <= 6:
            return int(value) + 1 if name.lower() == "start" else max(1, int(value))
    return 1


@lru_cache(maxsize=4096)
def thread_of(url: str) -> str:
    """The address of the whole thread: without page number and fragment."""
    parts = urlsplit(url)
    kept = [
        (n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if n.lower() not in _PAGE_PARAMETERS
    ]
    path = _PAGE_PATH.sub("/", parts.path)
    return parts._replace(path=path, query=urlencode(kept), fragment="").geturl()


@lru_cache(maxsize=4096)
def kind_of(url: str) -> PageKind | None:
    """What the words of an address promise; None when they promise nothing."""
    path = unquote(urlsplit(url).path)
    if _NEWEST.search(path):
        return PageKind.LISTING
    if _THREAD.search(path):
        return PageKind.THREAD
    if _LISTING.search(path):
        return PageKind.LISTING
    return PageKind.ARTICLE if _ARTICLE.search(path) else None


@lru_cache(maxsize=4096)
def is_never(url: str) -> bool:
    """Whether an address is a person's, an action's, or another's copy: never asked for, whoever names it."""
    return _NEVER.search(url) is not None


def page_links(tree: Element, url: str, kind: PageKind) -> list[Link]:
    """Where a page of `kind` leads: further pages of itself; from a listing also threads and articles.

    `mark` of a thread is the number of replies that its row shows: a new reply makes it due again. Links
    under rel=nofollow, to persons and to actions are left out.
    """
    base, here = base_of(tree, url), thread_of(url)
    found: dict[str, Link] = {}
    counted: dict[Element, str] = {}
    for anchor in islice(tree.iter("a", "link"), _MAX_ANCHORS):
        relation = (anchor.get("rel") or "").lower().split()
        if anchor.tag == "link" and "next" not in relation:
            continue
        target = clean_url(base, anchor.get("href"))
        if target is None or "nofollow" in relation or "ugc" in relation or is_never(target):
            continue
        if thread_of(target) == here:
            if page_number(target) > 1 and target != url:
                found.setdefault(target, Link(target, kind))
            continue
        if kind is not PageKind.LISTING:
            continue  # threads and articles lead nowhere but to their own further pages
        promised = kind_of(target)
        if promised is None:
            continue
        mark = _replies(anchor, counted) if promised is PageKind.THREAD else ""
        if target not in found or (mark and not found[target].mark):
            found[target] = Link(target, promised, mark)
    return list(found.values())


def _replies(anchor: Element, counted: dict[Element, str]) -> str:
    """The number of replies in the row in which the link stands; "" when it shows none.

    `counted` holds the rows that were read: thousands of links may stand in one.
    """
    row = anchor
    for _ in range(6):
        row = row.getparent()
        if row is None or row.tag in ("body", "table", "tbody", "ul", "ol", "main"):
            return ""
        if row.get("data-replies"):
            return str(row.get("data-replies"))[:20]
        if row.tag in ("li", "tr", "article") or tokens(row) & {
            "row",
            "thread",
            "structitem",
            "topic",
            "discussion",
        }:
            if row not in counted:
                match = _COUNT.search(visible_text(row))
                counted[row] = match[1] if match else ""
            return counted[row]
    return ""
