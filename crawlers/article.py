"""The article of a page: structured data first, trafilatura where there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from lxml import etree

from crawlers.links import page_number
from crawlers.markup import Element, base_of, clean_url, is_hidden, region, tokens, visible_text
from crawlers.moments import own_time
from crawlers.times import is_mostly_a_time, parse_time
from crawlers.words import is_ad
from lachan.domain.post import RawPost

_ARTICLE_TYPES: Final = re.compile(r"(?:News|Blog|Report|Scholarly)?(?:Article|Posting)$|^WebPage$")
_BODY_CLASSES: Final = frozenset(
    {"article-body", "article-content", "detail-content", "entry-content", "post-content", "noi-dung", "content-detail",
     "fck_detail", "singular-content", "story-body", "news-content", "noi_dung_bai", "noi-dung-bai", "noidung-bai",
     "noi-dung-bai-viet", "chi-tiet-bai", "field--name-body"}
)  # fmt: skip
_COMMENT: Final = re.compile(r"(?<![a-z])(?:comment|reply|disqus|binh-?luan)", re.IGNORECASE)
_ASIDE_TAGS: Final = ("div", "p", "section", "ul", "table", "blockquote", "li", "h2", "h3", "h4")
_MAX_ASIDE: Final = 60  # elements of a list of other articles
_RELATED: Final = re.compile(
    r"(?:(?:tin|bài(?: viết)?|chủ đề)\s+(?:liên quan|cùng chuyên mục|đáng chú ý)|(?:xem|đọc)\s+(?:thêm|tiếp)"
    r"|có thể bạn quan tâm|mời (?:bạn|quý (?:vị|độc giả|bạn đọc)) (?:xem|đọc)(?: thêm)?|>>+|»"
    r"|related|read (?:more|also))"
    r"\s*:?",
    re.IGNORECASE,
)
_MAX_ELEMENTS: Final = 60_000
_NEAR: Final = 20  # elements before and after a title
_MAX_HEAD: Final = 10  # lines before an article's words
_MIN_BODY: Final = 80  # characters; less is a teaser
_MAX_FOR_TRAFILATURA: Final = 1_000_000  # characters; its time grows faster than the page
_TIME_METAS: Final = (
    "article:published_time",
    "datepublished",
    "pubdate",
    "date",
    "dc.date",
    "og:published_time",
)


def article_post(tree: Element, url: str, now: datetime) -> RawPost | None:
    """The article with its title, author and time; None where the page has none. Comments are not part of it."""
    records = [record for record in json_ld(tree) if _is_article(record)]
    record = records[0] if records else {}
    if _asks_for_a_password(tree):
        return None
    text, signed = _structured_body(tree)
    title = _text(record.get("headline")) or _heading(tree)
    author = (
        _person(record.get("author")) or _meta(tree, ("author", "article:author")) or _byline(tree) or signed
    )
    when = _moment(tree, record, now)
    if len(text) < _MIN_BODY and len(body := _text(record.get("articleBody"))) > len(text):
        text = body
    if len(text) < _MIN_BODY:
        text = max(text, _without_head(_by_trafilatura(tree, url), title, author, now), key=len)
    if not text:
        return None
    canonical = next(
        (link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"),
        None,
    )
    permalink = clean_url(base_of(tree, url), canonical) if page_number(url) == 1 else None
    same_host = permalink is not None and permalink.split("/")[2] == url.split("/")[2]
    return RawPost(permalink if permalink and same_host else url, text, author, when, None, title or None)


def _asks_for_a_password(tree: Element) -> bool:
    """Whether the page, or what stands where its article should, is a form to log in with."""
    fields = [field for field in tree.iter("input") if (field.get("type") or "").lower() == "password"]
    inside = ("article", "main")
    return any(
        above.tag in inside or _BODY_CLASSES & tokens(above) for f in fields for above in f.iterancestors()
    )


def json_ld(tree: Element) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD, graphs and lists opened; broken ones left out."""
    for script in tree.iter("script"):
        if (script.get("type") or "").lower().strip() != "application/ld+json" or not script.text:
            continue
        try:
            pending = [json.loads(script.text, strict=False)]
        except (ValueError, RecursionError):
            continue
        for _ in range(200):  # objects a page; more is not an article
            if not pending:
                break
            value = pending.pop(0)
            if isinstance(value, list):
                pending += value
            elif isinstance(value, dict):
                yield value
                pending += [value[key] for key in ("@graph", "mainEntity") if key in value]


def _is_article(record: dict[str, Any]) -> bool:
    kinds = record.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and _ARTICLE_TYPES.search(name) for name in names)


def _structured_body(tree: Element) -> tuple[str, str | None]:
    """The text of the article's body, and the name under which it is signed, which is not part of it."""
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.get("itemprop") == "articleBody" or _BODY_CLASSES & tokens(element):
            apart = {
                node
                for node in region(element)
                if node.tag in ("aside", "figure", "nav")
                or node.get("itemprop") in ("headline", "author")
                or is_ad(node)
                or _is_related(node)
                or tokens(node)
                & {"related", "share", "tags", "author", "tin-lien-quan", "comments", "breadcrumb"}
            }
            signature = _signature(element)
            text = visible_text(element, apart | ({signature} if signature is not None else set()))
            if text:
                return text, " ".join(visible_text(signature).split()) if signature is not None else None
    return "", None


def _is_related(node: Element) -> bool:
    """Whether it leads to other articles: a word for that, then nothing but links."""
    if node.tag not in _ASIDE_TAGS or len(list(islice(node.iter("*"), _MAX_ASIDE))) == _MAX_ASIDE:
        return False
    first = next((piece for piece in islice(node.itertext(), 6) if not piece.isspace()), "").lstrip()
    if not first or _RELATED.match(first) is None:
        return False
    links = set(node.iter("a"))
    rest = _RELATED.sub("", visible_text(node, links), count=1)
    return bool(links) and re.search(r"\w", rest) is None


def _signature(body: Element) -> Element | None:
    """The last paragraph where it is a name in bold and nothing else, as Vietnamese papers sign."""
    last = next((p for p in reversed(list(body.iter("p"))) if visible_text(p)), None)
    if last is None:
        return None
    text = visible_text(last)
    bold = next((node for node in last.iter("strong", "b")), None)
    is_name = len(text) <= 40 and not re.search(r"[.!?:…\d]", text) and text[0].isupper()
    return last if bold is not None and is_name and visible_text(bold) == text else None


def _by_trafilatura(tree: Element, url: str) -> str:
    import trafilatura  # two thirds of a second that most crawls never need

    html = etree.tostring(tree, encoding="unicode", method="html")
    if len(html) > _MAX_FOR_TRAFILATURA:
        return ""
    try:
        found = trafilatura.extract(html, include_comments=False, include_tables=False, favor_precision=True)
    except Exception:
        return ""
    return found or ""


def _without_head(text: str, title: str, author: str | None, now: datetime) -> str:
    """Without the title and the line of who and when that trafilatura may leave before the article's words."""
    lines = text.split("\n")
    at = 0
    while at < min(len(lines) - 1, _MAX_HEAD) and (
        lines[at].strip() in (title, author) or _is_dateline(lines[at], author, now)
    ):
        at += 1
    return "\n".join(lines[at:])


def _is_dateline(line: str, author: str | None, now: datetime) -> bool:
    rest = line.replace(author, "", 1) if author else line
    return len(line) <= 100 and parse_time(rest, now) is not None and is_mostly_a_time(rest)


def _heading(tree: Element) -> str:
    for element in tree.iter("h1"):
        if text := visible_text(element):
            return text
    return _meta(tree, ("og:title",)) or ""


def _byline(tree: Element) -> str | None:
    for element in tree.iter("a", "span", "p", "div", "address", "strong"):
        if _is_of_a_comment(element):
            continue
        named = element.get("itemprop") == "author" or element.get("rel") == "author"
        if named or tokens(element) & {"author", "tac-gia", "byline", "author-name", "username"}:
            text = " ".join(visible_text(element).split())
            text = re.sub(r"^(?:bởi|by|tác giả)\s*:?\s+", "", text, flags=re.IGNORECASE)
            if 0 < len(text) <= 80:
                return text
    return None


def _moment(tree: Element, record: dict[str, Any], now: datetime) -> datetime | None:
    values = [_text(record.get("datePublished")), _text(record.get("dateCreated"))]
    values += [_meta(tree, (name,)) or "" for name in _TIME_METAS]
    called: list[str] = []  # after what is marked as a time: papers print today's date in the page's head
    for element in tree.iter("time", "span", "p", "div", "meta", "abbr"):
        if _is_of_a_comment(element):
            continue
        if element.tag == "time" or element.get("itemprop") in ("datePublished", "dateCreated"):
            values += [element.get(name) or "" for name in ("datetime", "content", "title")]
            values.append(visible_text(element))
        elif tokens(element) & {"date", "time", "published", "ngay", "post-date", "datetime"}:
            called.append(visible_text(element))
    said = next((moment for value in values + called if (moment := parse_time(value, now)) is not None), None)
    return said or _beside_the_heading(tree, now)


def _beside_the_heading(tree: Element, now: datetime) -> datetime | None:
    """The time that stands nearest to the title: papers print today's date in the page's head, too."""
    nodes = list(islice(tree.iter("*"), _MAX_ELEMENTS))
    at = next((place for place, node in enumerate(nodes) if node.tag == "h1"), None)
    if at is None:
        return None
    near = sorted(
        enumerate(nodes[max(at - _NEAR, 0) : at + _NEAR], max(at - _NEAR, 0)), key=lambda n: abs(n[0] - at)
    )
    times = (own_time(node, now) for _, node in near if not is_hidden(node) and not _is_of_a_comment(node))
    return next((moment for moment in times if moment is not None), None)


def _is_of_a_comment(element: Element) -> bool:
    """Whether it, or what it stands in, is a comment under the article."""
    return any(
        _COMMENT.search(f"{e.get('class')} {e.get('id')}")
        for e in (element, *element.iterancestors("*"))
        if e.tag != "body"
    )


def _meta(tree: Element, names: tuple[str, ...]) -> str | None:
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower() in names:
            value = " ".join((meta.get("content") or "").split())
            if value and len(value) <= 300 and not value.startswith("http"):
                return value
    return None


def _person(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    return " ".join(value.split())[:80] or None if isinstance(value, str) else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
