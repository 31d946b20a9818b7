"""Posts of a thread page: by microdata, by the class names forums use, else by repeated blocks with a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Final

from crawlers.links import page_number, thread_of
from crawlers.markup import Element, base_of, clean_url, has_text, region, tokens, visible_text
from crawlers.times import is_mostly_a_time, parse_time
from crawlers.words import is_apart
from lachan.domain.post import RawPost
from lachan.pipeline.intake import host_of

_POST_TYPES: Final = re.compile(
    r"schema\.org/(?:DiscussionForumPosting|SocialMediaPosting|Comment|UserComments|Answer|Question|Message)\b"
)
_POST_ID: Final = re.compile(
    r"(?:js-|li-|div-|tr[_-])?(?:post|comment|message|reply|msg|cmt|edit|p|c|binh-?luan|tra-?loi)"
    r"[-_]?(?:id|container)?[-_]?[a-z]{0,2}-?\d{1,12}",
    re.IGNORECASE,
)
_POST_CLASSES: Final = frozenset(
    {"post", "message", "comment", "comment-item", "comment_item", "reply", "postbit", "postcontainer", "post-item",
     "post-container", "forum-post", "topic-post", "crawler-post", "binh-luan", "bai-viet", "message--post",
     "isso-comment"}
)  # fmt: skip
_BODY_CLASSES: Final = (
    "bbwrapper", "messagetext", "post_body", "isso-text", "postcontent", "post-content", "post_content", "post-text",
    "post_message",
    "post-body", "comment-content", "comment-text", "comment_text", "comment-body", "entry-content", "noi-dung",
    "cooked", "message-content", "message-body", "content", "text", "body", "message",
)  # fmt: skip
_AUTHOR_CLASSES: Final = (
    "username", "bigusername", "author-name", "user-name", "user_name", "nickname", "nick", "fn", "tac-gia",
    "isso-author", "poster", "post-author", "comment-author", "author", "name",
)  # fmt: skip
_TIME_CLASSES: Final = frozenset(
    {"date", "time", "datetime", "posted", "published", "post-date", "post_date", "postdate", "timestamp", "ngay",
     "thoi-gian", "comment-date", "comment-time", "comment-meta", "meta", "author"}
)  # fmt: skip
_META_CLASSES: Final = _TIME_CLASSES | set(_AUTHOR_CLASSES)
_BODY_ID: Final = re.compile(r"(?:msg|message|post_message|pid|comment_text)_?\d{1,12}", re.IGNORECASE)
_BODY_PROPERTIES: Final = frozenset({"text", "articleBody", "commentText", "reviewBody"})
#: Within what a page calls the author, the name stands in one of these; titles and counts stand beside it.
_NAME_TAGS: Final = ("a", "b", "strong", "h3", "h4", "h5", "cite")
_LEAD: Final = re.compile(
    r"^(?:được\s+)?(?:viết\s+|đăng\s+|gửi\s+)?(?:bởi|by|tác giả)\s*:?\s+|\s*(?:viết|said|wrote)?\s*:$", re.I
)
_PERMALINK: Final = re.compile(r"#(?:post|p|comment|c|msg|cmt|reply|binh-?luan)[-_]?[\w\-]*\d", re.IGNORECASE)
_MAX_AUTHOR: Final = 80  # characters
_MAX_TIME: Final = 80
_MAX_ELEMENTS: Final = 60_000  # of a page that are looked at: a page made to cost time must not
_MAX_BOXES: Final = 1_500


@dataclass(frozen=True)
class _Box:
    """A post's element, and the posts that lie in it."""

    element: Element
    inner: frozenset[Element]
    is_item: bool  # by microdata


def thread_posts(tree: Element, url: str, now: datetime) -> list[RawPost]:
    """Every post of the page with its own words, quotes left out, in the page's order.

    The thread's title goes with its opening post.
    """
    base, thread = base_of(tree, url), thread_of(url)
    heading = next((visible_text(h) for h in tree.iter("h1")), "") or None
    posts: list[RawPost] = []
    bodies: set[Element] = set()
    shown: set[tuple[str | None, str, datetime | None]] = (
        set()
    )  # some pages hold their posts a second time, in noscript
    for box in _boxes(tree, now) or _repeated(tree, now):
        found = _post(box, base, url, now)
        if found is None:
            continue
        body, post, own_title = found
        if body in bodies or any(above in bodies for above in body.iterancestors()):
            continue
        bodies.add(body)
        if (post.author, post.text, post.published_at) in shown:
            continue
        shown.add((post.author, post.text, post.published_at))
        title = own_title
        if not posts and page_number(url) == 1:
            title = title or heading
        elif title is not None and heading is not None and title.casefold() == heading.casefold():
            title = None
        posts.append(RawPost(post.url, post.text, post.author, post.published_at, thread, title or None))
    return posts


# --- Finding the boxes -------------------------------------------------------------------------------------
def _boxes(tree: Element, now: datetime) -> list[_Box]:
    items: dict[Element, bool] = {}
    for element in islice(tree.iter("*"), _MAX_ELEMENTS):
        if len(items) >= _MAX_BOXES:
            break
        mark = element.get("id") or ""
        if (kind := element.get("itemtype")) is not None and _POST_TYPES.search(kind):
            items[element] = True
        elif mark and _BODY_ID.fullmatch(mark) and any(a in items for a in element.iterancestors()):
            continue  # the words of a post, numbered as the post is
        elif element.tag not in ("a", "span", "body", "form", "input") and (
            (mark and _POST_ID.fullmatch(mark)) or not _POST_CLASSES.isdisjoint(tokens(element))
        ):
            items[element] = False
    chosen = {element: is_item for element, is_item in items.items() if is_item or _has_meta(element, now)}
    inner: dict[Element, set[Element]] = {element: set() for element in chosen}
    for element in chosen:
        above = next((a for a in element.iterancestors() if a in chosen), None)
        if above is not None:
            inner[above].add(element)
    return [_Box(element, frozenset(inner[element]), is_item) for element, is_item in chosen.items()]


def _has_meta(element: Element, now: datetime) -> bool:
    """Whether it says who wrote it or when: what tells a post from a mere block."""
    if element.get("data-author"):
        return True
    for node in element.iter():
        if node.tag == "time" or node.get("itemprop") in ("author", "datePublished", "dateCreated"):
            return True
        if not isinstance(node.tag, str):
            continue
        if not _META_CLASSES.isdisjoint(tokens(node)) or _own_time(node, now) is not None:
            return True
    return False


def _repeated(tree: Element, now: datetime) -> list[_Box]:
    """Blocks alike under one parent, each with one time in it: how a page without class names shows posts."""
    times = [
        node
        for node in islice(tree.iter(), _MAX_ELEMENTS)
        if isinstance(node.tag, str) and _own_time(node, now) is not None
    ][:_MAX_BOXES]
    held: dict[Element, int] = {}
    for node in times:
        for above in (node, *node.iterancestors()):
            held[above] = held.get(above, 0) + 1
    blocks: dict[Element, list[Element]] = {}
    for node in times:
        block = node
        while (above := block.getparent()) is not None and held[above] == 1:
            block = above
        parent = block.getparent()
        if parent is not None and block is not node:
            blocks.setdefault(parent, []).append(block)
    best = max(blocks.values(), key=len, default=[])
    return [_Box(block, frozenset(), False) for block in best] if len(best) > 1 else []


def _own_time(node: Element, now: datetime) -> datetime | None:
    if (text := node.get("datetime")) and (moment := parse_time(text, now)) is not None:
        return moment
    if (
        (text := node.get("title"))
        and (moment := parse_time(text, now)) is not None
        and is_mostly_a_time(text)
    ):
        return moment
    pieces = [node.text or "", *(child.tail or "" for child in node)]
    for piece in pieces:
        if not 4 < len(piece.strip()) <= _MAX_TIME or not is_mostly_a_time(piece):  # which takes less to see
            continue
        if (moment := parse_time(piece, now)) is not None:
            return moment
    return None


# --- Reading a box -----------------------------------------------------------------------------------------
def _post(box: _Box, base: str, url: str, now: datetime) -> tuple[Element, RawPost, str | None] | None:
    nodes = list(region(box.element, box.inner))
    by_class = _by_class(nodes)
    author_node, author = _author(box, nodes, by_class, now)
    body = _body(box, nodes, by_class, author_node)
    if body is not None:
        said = list(region(body, box.inner))
        at = nodes.index(body)
        outside = nodes[:at] + nodes[at + len(said) :]  # what lies in the body stands together
        time_node, published = _time(box, outside, now)
    elif box.is_item and box.inner:
        return None  # a wrapper around posts
    else:  # no class names to go by: the time comes before the words, the words are what weighs most
        time_node, published = _time(box, nodes, now)
        apart_from = {node for node in (author_node, time_node) if node is not None} | box.inner
        body = _heaviest(box.element, apart_from)
        inside = set(region(body)) if body is not box.element else set()
        outside = [node for node in nodes if node not in inside]
        said = list(region(body, box.inner))
    apart = {node for node in said if node is not body and is_apart(node)}
    title_node = next(
        (n for n in outside if n.tag in ("h2", "h3", "h4") and not _names(n, author_node, author)), None
    )
    without = {
        *box.inner,
        *apart,
        *(n for n in (author_node, time_node, title_node) if n is not None),
    }
    text = visible_text(body, without - {body})
    if not text:
        return None
    title = visible_text(title_node) if title_node is not None else ""
    title = "" if title.casefold().startswith(("re:", "trả lời:", "ðề:", "đề:")) else title
    post = RawPost(_permalink(box, outside, base, url), text, author, published)
    return body, post, title or None


def _names(heading: Element, author_node: Element | None, author: str | None) -> bool:
    """Whether a heading is the author's name, as some forums print it."""
    near = author_node is not None and (heading is author_node or author_node in heading.iter())
    return (
        near
        or any(above is author_node for above in heading.iterancestors())
        or visible_text(heading) == author
    )


def _property(box: _Box, nodes: list[Element], *names: str) -> Element | None:
    """The element of the box's own that carries one of these microdata properties."""
    if not box.is_item:
        return None
    for name in names:
        for node in nodes:
            if name in (node.get("itemprop") or "").split() and _scope(node) is box.element:
                return node
    return None


def _scope(node: Element) -> Element | None:
    return next((above for above in node.iterancestors() if above.get("itemscope") is not None), None)


def _by_class(nodes: list[Element]) -> dict[str, list[Element]]:
    """The elements that carry each class name, in the page's order."""
    carriers: dict[str, list[Element]] = {}
    for node in nodes:
        for name in tokens(node):
            carriers.setdefault(name, []).append(node)
    return carriers


def _named(by_class: dict[str, list[Element]], names: tuple[str, ...]) -> Iterator[Element]:
    return (node for name in names for node in by_class.get(name, ()))


def _body(
    box: _Box, nodes: list[Element], by_class: dict[str, list[Element]], author: Element | None
) -> Element | None:
    item = _property(box, nodes, *_BODY_PROPERTIES)
    if item is not None and has_text(item, box.inner):
        return item
    said = (n for n in nodes[1:] if not box.is_item and n.get("itemprop") in _BODY_PROPERTIES)
    marked = (n for n in nodes[1:] if _BODY_ID.fullmatch(n.get("id") or ""))
    for node in chain(said, _named(by_class, _BODY_CLASSES), marked):
        if node is not author and node is not box.element and has_text(node, box.inner):
            return node
    return None


def _heaviest(element: Element, without: AbstractSet[Element]) -> Element:
    """Go down while one child holds nearly all of the text; not into one of several paragraphs."""
    while True:
        whole = len(visible_text(element, without))
        heavy = [
            c for c in element if isinstance(c.tag, str) and len(visible_text(c, without)) * 10 > whole * 6
        ]
        if len(heavy) == 1 and heavy[0].tag == "p" and sum(c.tag == "p" for c in element) > 1:
            return element
        if len(heavy) != 1 or heavy[0] in without or heavy[0].tag in ("a", "b", "i", "em", "strong", "span"):
            return element
        element = heavy[0]


def _author(
    box: _Box, nodes: list[Element], by_class: dict[str, list[Element]], now: datetime
) -> tuple[Element | None, str | None]:
    if named := _tidy_author(box.element.get("data-author") or ""):
        shown = next(_named(by_class, _AUTHOR_CLASSES[:4]), None)
        return shown, named
    item = _property(box, nodes, "author", "creator")
    if item is not None:
        inner = next((n for n in item.iter() if "name" in (n.get("itemprop") or "").split()), item)
        name = _tidy_author(inner.get("content") or visible_text(inner))
        if name:
            return item, name
    for node in _named(by_class, _AUTHOR_CLASSES):
        inner = (_tidy_author(visible_text(n)) for n in node.iter(*_NAME_TAGS) if n is not node)
        name = next((found for found in inner if found), None) or _tidy_author(visible_text(node))
        if name and parse_time(name, now) is None:
            return node, name
    for node in nodes:
        name = _tidy_author(visible_text(node)) if node.tag in ("b", "strong", "a", "cite", "th") else None
        if name and parse_time(name, now) is None:
            return node, name
    return None, None


def _tidy_author(text: str) -> str | None:
    name = _LEAD.sub("", " ".join(text.split())).strip(" :»·|-,")
    return name if 0 < len(name) <= _MAX_AUTHOR else None


def _time(box: _Box, nodes: list[Element], now: datetime) -> tuple[Element | None, datetime | None]:
    item = _property(box, nodes, "datePublished", "dateCreated", "uploadDate", "dateModified")
    ordered = chain(
        (item,) if item is not None else (),
        (n for n in nodes if n.tag == "time" or n.get("data-time") or n.get("data-timestamp")),
        (n for n in nodes if n.tag == "abbr" or not _TIME_CLASSES.isdisjoint(tokens(n))),
    )
    for node in ordered:
        values = (node.get(name) for name in ("datetime", "content", "data-time", "data-timestamp", "title"))
        for value in chain(values, (visible_text(n) for n in (node,))):  # the text where none of them says it
            if value and (moment := parse_time(value, now)) is not None:
                return (node if node is not box.element else None), moment
    for node in nodes:
        if node is not box.element and (moment := _own_time(node, now)) is not None:
            return node, moment
    own = _own_time(box.element, now)
    return None, own


def _permalink(box: _Box, nodes: list[Element], base: str, url: str) -> str:
    item = _property(box, nodes, "url", "mainEntityOfPage")
    anchors = [node for node in nodes if node.tag == "a"]
    links = chain(
        (item,) if item is not None else (),
        (n for n in anchors if "bookmark" in (n.get("rel") or "") or "permalink" in tokens(n)),
        (n for n in anchors if _PERMALINK.search(n.get("href") or "")),
    )
    for node in links:
        found = clean_url(base, node.get("href") or node.get("content"), fragment=True)
        if found is not None and host_of(found) == host_of(url):  # a signature may lead to others' posts
            return found
    named = next((n.get("name") for n in anchors if n.get("name")), None)
    mark = named or box.element.get("id")
    return f"{url.partition('#')[0]}#{mark}" if mark and len(mark) <= 100 and " " not in mark else url
