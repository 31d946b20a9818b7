"""Posts of a thread page: by microdata, by the class names forums use, else by repeated blocks with a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Final

from crawlers.answers import with_answers
from crawlers.boxes import BODY_ID, Box, find_boxes
from crawlers.labelled import labelled_author, without_head
from crawlers.links import page_number, thread_of
from crawlers.markup import Element, base_of, clean_url, has_text, region, tokens, visible_text
from crawlers.moments import is_day, own_time, stated_time, with_its_hour
from crawlers.naming import (
    AUTHOR_CLASSES,
    BODY_CLASSES,
    TIME_CLASSES,
    author_named_by,
    is_named_author,
    is_named_body,
    leads_to_a_person,
    properties,
)
from crawlers.repeated import Said, is_lead, without_signatures
from crawlers.settled import settle_times
from crawlers.template import Post, common_words, free_words, is_common, where_names_stand, where_words_stand
from crawlers.times import parse_time
from crawlers.words import is_action, is_apart, is_edit, is_taken_away, own_lines
from lachan.domain.post import RawPost
from lachan.pipeline.intake import host_of

_BODY_PROPERTIES: Final = frozenset({"text", "articleBody", "commentText", "reviewBody"})
#: Within what a page calls the author, the name stands in one of these; titles and counts stand beside it.
_NAME_TAGS: Final = ("a", "b", "strong", "h3", "h4", "h5", "cite")
_LEAD: Final = re.compile(
    r"^(?:được\s+)?(?:viết\s+|đăng\s+|gửi\s+)?(?:bởi|by|tác giả)\s*:?\s+"
    r"|\s*(?:(?:đã\s+)?(?:viết|nói|said|wrote|says)\s*(?::|\.\.\.|…)|:)$"
    r"|\s*\((?:chưa (?:được )?xác (?:minh|thực|nhận)|not verified)\)$",
    re.I,
)
_PERMALINK: Final = re.compile(r"#(?:post|p|comment|c|msg|cmt|reply|binh-?luan)[-_]?[\w\-]*\d", re.IGNORECASE)
_MAX_AUTHOR: Final = 80  # characters
_MIN_TITLE: Final = 8
_MAX_MENU: Final = 500
_MAX_DRESS: Final = 20  # elements that one time is dressed in
_MAX_TIME: Final = 100  # of an element that is no more than a time and its label
#: A handle after a name, and what stands in bold where a name might: a reply's title, "3 ngày".
_HANDLE: Final = re.compile(r"(?<=\S)(?:\s+@[\w.\-]+(?:@[\w.\-]+)?|@[\w.\-]+@[\w.\-]+)$")
_NO_NAME: Final = re.compile(
    r"(?:trả lời|re|đề|ðề)\s*[:#].*|\d+\s*(?:giây|phút|giờ|ngày|tuần|tháng|năm|[smhdwy])(?:\s+(?:trước|ago))?",
    re.IGNORECASE,
)
_AUTHOR_NAMES: Final = frozenset(AUTHOR_CLASSES)
_LATER: Final = timedelta(days=30)
_BOLD: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)


def thread_posts(tree: Element, url: str, now: datetime) -> list[RawPost]:
    """Every post of the page with its own words, quotes left out, in the page's order.

    The thread's title goes with its opening post.
    """
    settle_times(tree, now)
    base, thread = base_of(tree, url), thread_of(url)
    heading = next((visible_text(h) for h in tree.iter("h1")), "") or None
    posts: list[RawPost] = []
    bodies: set[Element] = set()
    free: set[Element] = set()  # posts within posts: no part of their words
    shown: set[tuple[str | None, str, datetime | None]] = (
        set()
    )  # some pages hold their posts a second time, in noscript
    said = Said()
    for one in _read(with_answers(find_boxes(tree, now)), now):
        box, found = one.box, _post(one, base, url, now, said, heading or "")
        if found is None:
            continue
        body, post, own_title = found
        free |= box.inner
        if _is_taken(body, bodies, free):
            continue
        bodies.add(body)
        said.add(post)
        if (post.author, post.text, post.published_at) in shown:
            continue
        shown.add((post.author, post.text, post.published_at))
        title = own_title
        if not posts and page_number(url) == 1:
            title = title or heading
        elif title is not None and heading is not None and title.casefold() == heading.casefold():
            title = None
        posts.append(RawPost(post.url, post.text, post.author, post.published_at, thread, title or None))
    return without_signatures(posts)


def _is_taken(body: Element, bodies: set[Element], free: set[Element]) -> bool:
    """Whether these words lie in those of a post that was read before."""
    for node in chain((body,), body.iterancestors()):
        if node in bodies:
            return True
        if node in free:
            return False
    return False


# --- Reading a box -----------------------------------------------------------------------------------------
@dataclass
class _Read:
    """What is read of a box: its elements, who wrote it, when, and the element of its words."""

    box: Box
    nodes: list[Element]
    author_node: Element | None
    author: str | None
    body: Element | None
    time_node: Element | None = None
    published: datetime | None = None
    is_named: bool = True
    pages: AbstractSet[Element] = frozenset()  # elements that are the page's words, not the post's


def _read(boxes: list[Box], now: datetime) -> list[_Read]:
    """Who, when and where of every box; the places of words that no name tells are learned from all of them."""
    free_words(boxes)
    common: AbstractSet[str] | None = None  # which takes long to find
    found, unnamed = [], []
    for box in boxes:
        nodes = list(
            region(box.element, box.inner | {n for n in region(box.element, box.inner) if is_edit(n)})
        )
        if not nodes:
            continue  # nobody sees it
        by_class = _by_class(nodes)
        author_node, author = _author(box, nodes, by_class, now)
        one = _Read(box, nodes, author_node, author, _body(box, nodes, by_class, author_node, author))
        found.append(one)
        if one.body is None and not (box.is_item and box.inner):  # which only stands around posts
            one.is_named = False
            common = common_words(boxes) if common is None else common
            one.pages = {n for n in nodes if n is not box.element and (is_apart(n) or is_common(n, common))}
            one.time_node, one.published = _time(box, nodes, now)
            unnamed.append(one)
    if len(found) > 1 and all(one.author is None for one in found):
        for one, node in zip(found, where_names_stand([_told(one) for one in found]), strict=True):
            one.author_node, one.author = node, _tidy_author(visible_text(node)) if node is not None else None
    places = where_words_stand([_told(one) for one in unnamed], common or frozenset())
    for one, place in zip(unnamed, places, strict=True):
        one.body = place if place is not None else _by_weight(one)
    return found


def _told(one: _Read) -> Post:
    nodes = one.nodes if one.body is None else one.nodes[: one.nodes.index(one.body)]
    return Post(nodes, {node for node in (one.author_node, one.time_node) if node is not None}, one.pages)


def _by_weight(one: _Read) -> Element:
    """Without names to go by, what weighs most is the words."""
    if one.time_node is not None and _is_more_than_a_time(one.time_node):
        one.time_node = None  # a line of the element that holds the words, too
    apart = {node for node in (one.author_node, one.time_node) if node is not None}
    return _heaviest(one.box.element, apart | one.box.inner | one.pages)


def _post(
    one: _Read, base: str, url: str, now: datetime, before: Said, heading: str
) -> tuple[Element, RawPost, str | None] | None:
    box, nodes, body = one.box, one.nodes, one.body
    author_node, author = one.author_node, one.author
    if body is None:
        return None
    said = list(region(body, box.inner))
    if one.is_named:
        at = nodes.index(body)
        outside = nodes[:at] + nodes[at + len(said) :]  # what lies in the body stands together
        one.time_node, one.published = _time(box, outside, now)
    else:
        inside = set(region(body)) if body is not box.element else set()
        outside = [node for node in nodes if node not in inside]
    if author_node is not None and _is_a_guess_after(author_node, body, nodes):
        author_node = author = None
    apart = {node for node in said if node is not body and (is_apart(node) or node in one.pages)}
    again = {node for node in before.quotes(said, apart | box.inner) if node is not body}
    if again:
        if has_text(body, {*box.inner, *apart, *again}):
            apart |= again
        elif one.published is None:
            return None  # what somebody quotes, whom an attribute names
    title_node = next(
        (n for n in outside if n.tag in ("h2", "h3", "h4") and not _names(n, author_node, author)), None
    )
    without = {
        *box.inner,
        *apart,
        *(n for n in (author_node, one.time_node, title_node) if n is not None),
    }
    text = without_head(visible_text(body, without - {body}), author, one.published, now)
    text = own_lines(text if one.is_named else _without_title(text, heading))
    if again and one.published is None and is_lead(text, author or ""):
        return None
    if box.inner and not box.is_item and author is None and one.published is None:
        return None  # stands around posts
    if not text or is_taken_away(text) or (not one.is_named and _is_menu(text, said)):
        return None
    title = visible_text(title_node) if title_node is not None else ""
    title = "" if title.casefold().startswith(("re:", "trả lời:", "ðề:", "đề:")) else title
    post = RawPost(_permalink(box, outside, base, url), text, author, one.published)
    return body, post, title or None


def _without_title(text: str, heading: str) -> str:
    """`text` without a first line that is the thread's title, as some pages print it over the first post or all."""
    line, _, rest = text.partition("\n")
    return rest if rest and len(line) >= _MIN_TITLE and heading.endswith(line) else text


def _is_more_than_a_time(node: Element) -> bool:
    said = visible_text(node)
    return len(said) > _MAX_TIME or "\n" in said


def _is_menu(text: str, said: list[Element]) -> bool:
    """Whether there are but links and the signs between them: a menu that happens to stand by a time."""
    if not re.search(r"\w", text):
        return re.search(r"[^\s|·•–—>»/-]", text) is None
    if len(text) > _MAX_MENU:
        return False
    links = [
        visible_text(node)
        for node in said
        if node.tag == "a" and not (node.get("href") or "").startswith("http")
    ]
    if len(links) < 3:
        return False
    for link in links:
        text = text.replace(link, "", 1)
    return re.search(r"\w", text) is None


def _names(heading: Element, author_node: Element | None, author: str | None) -> bool:
    """Whether a heading is the author's name, as some forums print it."""
    near = author_node is not None and (heading is author_node or author_node in heading.iter())
    return (
        near
        or any(above is author_node for above in heading.iterancestors())
        or visible_text(heading) == author
    )


def _property(box: Box, nodes: list[Element], *names: str) -> Element | None:
    """The element of the box's own that carries one of these microdata properties.

    They are the box's where it is the item itself, or lies in one: no other item stands between.
    """
    scopes: set[Element | None] | None = {box.element} if box.is_item else None
    found: dict[str, Element] = {}
    for node in nodes:
        for name in properties(node):
            if name in names and name not in found:
                scopes = scopes or {None, *box.element.iterancestors()}
                if _scope(node) in scopes:
                    found[name] = node
    return next((found[name] for name in names if name in found), None)


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
    box: Box,
    nodes: list[Element],
    by_class: dict[str, list[Element]],
    author: Element | None,
    name: str | None,
) -> Element | None:
    item = _property(box, nodes, *_BODY_PROPERTIES)
    if item is not None and has_text(item, box.inner):
        return item
    around = set(author.iterancestors()) if author is not None else set()
    said = (n for n in nodes[1:] if not box.is_item and not _BODY_PROPERTIES.isdisjoint(properties(n)))
    marked = (n for n in nodes[1:] if BODY_ID.fullmatch(n.get("id") or "") and n not in around)
    made = (n for n in nodes[1:] if is_named_body(n))
    for node in chain(said, _named(by_class, BODY_CLASSES), marked, made):
        if node is author or node is box.element or is_apart(node) or not has_text(node, box.inner):
            continue
        quotes = {quote for quote in node.iter("blockquote") if quote is not node}
        if quotes and not has_text(node, quotes):
            return None  # nothing but a quote: the markup closes too early
        if name is not None and visible_text(node) == name:
            continue
        if box.is_item and box.inner and not _stands_before(node, box):
            return None  # a wrapper around posts, and what stands under them
        return _innermost(node, box)
    return None


def _innermost(body: Element, box: Box) -> Element:
    """The words themselves, where what holds them and the buttons around them is called after them, too."""
    apart: set[Element] = set(box.inner)
    for node in list(region(body, box.inner)):
        if node.getparent() in apart or (node is not body and is_apart(node)):
            apart.add(node)
        elif node is not body and is_named_body(node) and has_text(node, box.inner):
            body = node
    return body


def _stands_before(node: Element, box: Box) -> bool:
    """Whether an element comes before the first post within the box."""
    return next((n for n in box.element.iter("*") if n is node or n in box.inner), None) is node


def _heaviest(element: Element, without: AbstractSet[Element]) -> Element:
    """Go down while one child holds nearly all of the text; not into one of several paragraphs."""
    weights = _weights(element, without)
    while True:
        whole = weights.get(element, 0)
        heavy = [child for child in element if weights.get(child, 0) * 10 > whole * 6]
        if len(heavy) == 1 and sum(_is_line_like(c, heavy[0]) for c in element) > 1:
            return element
        if len(heavy) != 1 or heavy[0].tag in ("a", "b", "i", "em", "strong", "span"):
            return element
        element = heavy[0]


def _weights(element: Element, without: AbstractSet[Element]) -> dict[Element, int]:
    """How many characters each element shows, counted once for all of them."""
    weights: dict[Element, int] = {}
    for node in reversed(list(region(element, without))):
        own = (node.text, *(child.tail for child in node))
        weights[node] = weights.get(node, 0) + sum(len(" ".join(piece.split())) for piece in own if piece)
        if node is not element:
            above = node.getparent()
            weights[above] = weights.get(above, 0) + weights[node]
    return weights


def _is_line_like(child: Element, line: Element) -> bool:
    """Whether both are paragraphs of one text: `p`, or elements marked alike that hold nothing but text."""
    if child.tag != line.tag or line.tag == "p":
        return bool(child.tag == line.tag)
    return len(line) == len(child) == 0 and dict(child.attrib) == dict(line.attrib)


def _author(
    box: Box, nodes: list[Element], by_class: dict[str, list[Element]], now: datetime
) -> tuple[Element | None, str | None]:
    if named := _tidy_author(author_named_by(box.element) or ""):
        shown = next(_named(by_class, AUTHOR_CLASSES[:4]), None)
        return shown, named
    item = _property(box, nodes, "author", "creator")
    if item is not None:
        inner = next((n for n in item.iter() if "name" in (n.get("itemprop") or "").split()), item)
        name = _tidy_author(inner.get("content") or visible_text(inner))
        if name:
            return item, name
    for node in _named(by_class, AUTHOR_CLASSES):
        inner = (_tidy_author(visible_text(n)) for n in node.iter(*_NAME_TAGS) if n is not node)
        name = next((found for found in inner if found), None) or _tidy_author(visible_text(node))
        if name and parse_time(name, now) is None:
            return node, name
    if name := _pressed_author(box):
        return None, name
    persons = [node for node in nodes if leads_to_a_person(node)]
    node, name = (None, None) if persons else labelled_author(nodes)
    if name and (name := _tidy_author(name)):
        return node, name
    made = [node for node in nodes if is_named_author(node)]
    around = {above for node in made for above in node.iterancestors()}
    made = [node for node in made if node not in around]
    links = chain(made, persons)
    for node in chain(links, (node for node in nodes if _stands_out(node))):
        name = None if is_action(node) else _tidy_author(visible_text(node).partition("\n")[0])
        if name and len(name) > 1 and not name.startswith("@") and parse_time(name, now) is None:
            return node, name
    return None, None


def _is_a_guess_after(node: Element, body: Element, nodes: list[Element]) -> bool:
    """Whether a link that leads to nobody was taken for a name, and stands under the words: a button."""
    if node.tag != "a" or is_named_author(node) or leads_to_a_person(node) or node not in nodes:
        return False
    if not _AUTHOR_NAMES.isdisjoint(tokens(node)) or "author" in properties(node):
        return False
    last = body
    while len(last):
        last = last[-1]
    return last in nodes and nodes.index(node) > nodes.index(last)


def _stands_out(node: Element) -> bool:
    return (
        node.tag in ("b", "strong", "a", "cite", "th", "address")
        or _BOLD.search(node.get("style") or "") is not None
    )


def _pressed_author(box: Box) -> str | None:
    """The name on a button that opens who wrote: what is on buttons is no text of the page else."""
    for node in box.element.iter("button"):
        if not tokens(node).isdisjoint(AUTHOR_CLASSES) and not any(
            n in box.inner for n in node.iterancestors()
        ):
            return _tidy_author("".join(node.itertext()))
    return None


def _tidy_author(text: str) -> str | None:
    name = _HANDLE.sub("", _LEAD.sub("", " ".join(text.split()))).strip(" :»·|-–,")
    is_name = 0 < len(name) <= _MAX_AUTHOR and any(letter.isalpha() for letter in name)
    return name if is_name and _NO_NAME.fullmatch(name) is None else None


def _time(box: Box, nodes: list[Element], now: datetime) -> tuple[Element | None, datetime | None]:
    item = _property(box, nodes, "datePublished", "dateCreated", "uploadDate", "dateModified")
    ordered = chain(
        (item,) if item is not None else (),
        (n for n in nodes if n.tag == "time" or n.get("data-time") or n.get("data-timestamp")),
        (n for n in nodes if n.tag == "abbr" or not TIME_CLASSES.isdisjoint(tokens(n))),
    )
    for node in ordered:
        moment = stated_time(islice(node.iter("*"), _MAX_DRESS), now) or next(
            (m for value in (node.get("content"), visible_text(node)) if (m := parse_time(value or "", now))),
            None,
        )
        if moment is not None:
            return (node if node is not box.element else None), with_its_hour(node, moment, nodes, now)
    day: tuple[Element, datetime] | None = None
    for node in nodes:
        if node is box.element or (moment := own_time(node, now)) is None:
            continue
        exact = with_its_hour(node, moment, nodes, now)
        if day is None and is_day(exact):
            day = node, exact  # which may be a person's: an hour much later is the post's
        elif day is None or (not is_day(exact) and exact - day[1] > _LATER):
            return node, exact
    if day is not None:
        return day
    own = own_time(box.element, now)
    return None, own


def _permalink(box: Box, nodes: list[Element], base: str, url: str) -> str:
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
