"""Where the posts of a page stand: by microdata, by names, else by repeated blocks with a time in each."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import Final

from crawlers.letters import gather_letters
from crawlers.markup import Element, region
from crawlers.moments import own_time
from crawlers.naming import (
    AUTHOR_CLASSES,
    BODY_CLASSES,
    META_CLASSES,
    is_called,
    is_named_author,
    is_named_body,
    is_named_post,
    leads_to_a_person,
    names_its_author,
    properties,
)
from crawlers.records import Page, fit, learned, look_at
from crawlers.runs import gather_runs
from crawlers.signed import gather_signed
from crawlers.words import is_ad, is_quote

_POST_TYPES: Final = re.compile(
    r"schema\.org/(?:DiscussionForumPosting|SocialMediaPosting|Comment|UserComments|Answer|Question|Message)\b"
)
_POST_ID: Final = re.compile(
    r"(?:js-|li-|div-|tr[_-]|el)?(?:post|comment|message|reply|answer|msg|cmt|discussion|edit|cid|p|c|binh-?luan|tra-?loi)"
    r"[-_]?(?:id|container)?[-_]?[a-z]{0,2}-?\d{1,12}|[qa]\d{1,12}",
    re.IGNORECASE,
)
BODY_ID: Final = re.compile(r"(?:msg|message|post_?message|pid|comment_text)_?\d{1,12}", re.IGNORECASE)
_BODY_NAMES: Final = frozenset(BODY_CLASSES)
_AUTHOR_NAMES: Final = frozenset(AUTHOR_CLASSES)
_META_PROPERTIES: Final = frozenset({"author", "datePublished", "dateCreated"})
_MAX_ELEMENTS: Final = 60_000  # of a page that are looked at: a page made to cost time must not
_ENOUGH: Final = 3  # boxes that have names
_MUCH: Final = 1.5  # times better must what is learned explain a page than what it names
_MAX_BOXES: Final = 1_500
_MAX_LOOKED_AT: Final = 2_000  # elements of one box, where two boxes are compared


@dataclass(frozen=True)
class Box:
    """A post's element, and the posts that lie in it."""

    element: Element
    inner: frozenset[Element]
    is_item: bool  # by microdata


def find_boxes(tree: Element, now: datetime) -> list[Box]:
    """The elements that are posts, in the page's order. Lists of `dt` and `dd` are regrouped in `tree`."""
    _gather_terms(tree)
    named = _boxes(tree, now)
    if len(named) >= _ENOUGH and _leave_little(tree, named, now):
        return named
    if len(letters := gather_letters(tree, now)) > len(named):
        return _unnamed(letters)
    if len(signed := gather_signed(tree, now)) > len(named):
        return _unnamed(signed)
    page = look_at(tree, now)
    if not named and gather_runs(page):
        page = look_at(tree, now)
    elements, worth = learned(page)
    if not elements or (named and not _is_better(page, elements, worth, {box.element for box in named})):
        return named
    return _unnamed(elements)


def _leave_little(tree: Element, named: list[Box], now: datetime) -> bool:
    """Whether far fewer moments stand outside of the boxes than there are boxes: the page names its posts."""
    outside = region(tree, {box.element for box in named})
    times = (node for node in islice(outside, _MAX_ELEMENTS) if own_time(node, now) is not None)
    return sum(1 for _ in islice(times, len(named))) * 2 < len(named)


def _is_better(page: Page, elements: list[Element], worth: float, named: set[Element]) -> bool:
    """Whether what was learned explains much more of a page than what it names, and is no finer cut of the same."""
    is_finer = all(e in named or not named.isdisjoint(e.iterancestors()) for e in elements)
    return worth > _MUCH * fit(page, named) and not (is_finer and len(named) * 2 >= len(elements))


def _boxes(tree: Element, now: datetime) -> list[Box]:
    items: dict[Element, bool] = {}
    for element in islice(tree.iter("*"), _MAX_ELEMENTS):
        if len(items) >= _MAX_BOXES:
            break
        mark = element.get("id") or ""
        if (kind := element.get("itemtype")) is not None and _POST_TYPES.search(kind):
            items[element] = True
        elif mark and BODY_ID.fullmatch(mark) and any(a in items for a in element.iterancestors()):
            continue  # the words of a post, numbered as the post is
        elif element.tag not in ("a", "span", "body", "form", "input") and (
            (mark and _POST_ID.fullmatch(mark))
            or is_named_post(element)
            or (names_its_author(element) and not is_quote(element))
        ):
            items[element] = False
    items = {element: is_item for element, is_item in items.items() if not is_ad(element)}
    for element in list(items):
        if (whole := _split(element, items)) is not None:
            items.pop(element, None)
            items.setdefault(whole, False)
    order = {element: place for place, element in enumerate(tree.iter("*"))} if items else {}
    items = dict(sorted(items.items(), key=lambda item: order[item[0]]))
    chosen = {element: is_item for element, is_item in items.items() if is_item or _has_meta(element, now)}
    inner: dict[Element, set[Element]] = {element: set() for element in chosen}
    for element in chosen:
        above = next((a for a in element.iterancestors() if a in chosen), None)
        if above is not None:
            inner[above].add(element)
    for element, within in list(inner.items()):
        if len(within) == 1 and (only := next(iter(within))) in inner and _is_part(element, only, items, now):
            inner[element] = inner.pop(only)
        elif len(within) > 1 and (head := _head(element, within)) is not None:
            inner.pop(head, None)
            within.remove(head)
    for element in [e for e, within in inner.items() if within and not chosen[e]]:
        is_list = len(inner[element]) > 1 and not _has_meta(element, now, inner[element])
        if is_list or _is_around(element, inner):
            within = inner.pop(element)
            above = next((a for a in element.iterancestors() if a in inner), None)
            if above is not None:
                inner[above].discard(element)
                inner[above] |= within
    chosen = {element: is_item for element, is_item in chosen.items() if element in inner}
    return [Box(element, frozenset(inner[element]), is_item) for element, is_item in chosen.items()]


def _split(head: Element, items: dict[Element, bool]) -> Element | None:
    """What holds a post that is in two pieces side by side: a head with the time, then who and the words."""
    whole, rest = head.getparent(), head.getnext()
    if whole is None or rest is None or items[head] or len(whole) != 2 or whole[0] is not head:
        return None
    if any(is_named_body(n) or _says_who(n) for n in islice(head.iter("*"), _MAX_LOOKED_AT)):
        return None
    if not any(is_named_body(node) for node in islice(rest.iter("*"), _MAX_LOOKED_AT)):
        return None
    items.pop(rest, None)
    return whole


def _is_around(element: Element, inner: dict[Element, set[Element]]) -> bool:
    """Whether a box only stands around the post that has its number, too."""
    mark = element.get("id")
    return mark is not None and any(
        mark in (node.get("id"), *(child.get("id") for child in node)) for node in inner[element]
    )


def _gather_terms(tree: Element) -> None:
    """In a list of `dt` (who) and `dd` (what, when) that are posts, put each `dt` and its `dd`s into one element."""
    for term in [term for term in tree.iter("dt") if _POST_ID.fullmatch(term.get("id") or "")][:_MAX_BOXES]:
        whole = term.makeelement("div", {"class": "comment", "id": term.get("id")})
        del term.attrib["id"]
        term.addprevious(whole)
        following = list(islice(term.itersiblings(), 8))
        whole.append(term)
        for node in following:
            if node.tag != "dd":
                break
            whole.append(node)


def _has_meta(element: Element, now: datetime, without: AbstractSet[Element] = frozenset()) -> bool:
    """Whether it says, outside of `without`, who wrote it or when: what tells a post from a mere block."""
    if names_its_author(element):
        return True
    quotes: set[Element] = set()
    for node in region(element, without) if without else element.iter():
        if not isinstance(node.tag, str):
            continue
        if node.getparent() in quotes or (node is not element and is_quote(node)):
            quotes.add(node)  # says when the other one wrote
            continue
        if node.tag == "time" or not _META_PROPERTIES.isdisjoint(properties(node)):
            return True
        if is_called(node, META_CLASSES) or is_named_author(node) or own_time(node, now) is not None:
            return True
    return False


def _is_part(outer: Element, inner: Element, items: dict[Element, bool], now: datetime) -> bool:
    """Whether the only box in a box is a part of the same post: the author or the time stands outside it."""
    if items[outer] or items[inner] or names_its_author(inner):
        return False
    inside = list(islice(region(inner), _MAX_LOOKED_AT))
    around = list(islice(region(outer, {inner}), _MAX_LOOKED_AT))
    if not any(_says_who(node) for node in around):
        return False
    if any(_has_body_name(node) for node in inside[1:]) and any(_has_body_name(node) for node in around[1:]):
        return False
    within = next((moment for node in inside if (moment := own_time(node, now)) is not None), None)
    if within is None:
        return True
    own = next((moment for node in around if (moment := own_time(node, now)) is not None), None)
    return own == within or (own is None and not any(_says_who(node) for node in inside))


def _head(outer: Element, within: set[Element]) -> Element | None:
    """The first box in a box, where it is but the head of a post whose words stand right after it."""
    own = islice(region(outer, within), _MAX_LOOKED_AT)
    body = next((node for node in own if is_named_body(node)), None)
    if body is None or outer.get("itemtype"):
        return None
    before = list(islice(takewhile(lambda node: node is not body, outer.iter("*")), _MAX_LOOKED_AT))
    heads = [node for node in before if node in within]
    if (
        len(heads) != 1
        or body in heads[0].iter("*")
        or any(is_named_body(node) for node in heads[0].iter("*"))
    ):
        return None
    return heads[0]


def _has_body_name(node: Element) -> bool:
    return is_named_body(node) or is_called(node, _BODY_NAMES)


def _says_who(node: Element) -> bool:
    return (
        leads_to_a_person(node)
        or is_called(node, _AUTHOR_NAMES)
        or is_named_author(node)
        or "author" in properties(node)
    )


def _unnamed(elements: list[Element]) -> list[Box]:
    """Boxes of elements that are posts by what they hold."""
    chosen = set(elements)
    inner: dict[Element, set[Element]] = {element: set() for element in elements}
    for element in elements:
        above = next((a for a in element.iterancestors() if a in chosen), None)
        if above is not None:
            inner[above].add(element)
    return [Box(element, frozenset(inner[element]), False) for element in elements]
