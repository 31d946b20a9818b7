"""What the posts of a page have in common: the page's words in them ("Trả lời", "214"), and where their own stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice, takewhile
from math import sqrt
from typing import Final

from crawlers.boxes import Box
from crawlers.markup import Element, has_text, region, tokens
from crawlers.times import is_mostly_a_time

_MAX_ELEMENTS: Final = 400  # of one post that are looked at
_MAX_QUOTES: Final = 20  # of one post
_MAX_ABOVE: Final = 30  # elements above one
_MAX_KINDS: Final = 6  # of posts on one page
_MAX_SAID: Final = 40  # characters of what a page says of every post
_MIN_BOXES: Final = 3  # fewer tell nothing
_MIN_SHARE: Final = 0.5  # of what posts say must stand in one place for it to be where they say it
_MAX_NAME: Final = 40
_NO_NAME: Final = re.compile(r"[.!?…]$|[:?!]")
_DIGITS: Final = re.compile(r"\d+")
_INITIALS: Final = re.compile(r"[^\W\d_]{1,2}")


def common_words(boxes: Collection[Box]) -> frozenset[str]:
    """What stands between two tags of every second post; of fewer than three posts nothing can be told."""
    if len(boxes) < _MIN_BOXES:
        return frozenset()
    counts: Counter[str] = Counter()
    for box in boxes:
        nodes = islice(region(box.element, box.inner), _MAX_ELEMENTS)
        # what is longer was written by somebody, even where most of a page's posts say the same
        counts.update({_shape_of(p) for node in nodes for p in _pieces(node) if len(p) <= _MAX_SAID})
    return frozenset(said for said, count in counts.items() if count >= _MIN_BOXES and count * 2 > len(boxes))


def is_common(node: Element, common: Collection[str]) -> bool:
    """Whether an element without others in it says nothing but what the page says of most posts."""
    return len(node) == 0 and node.tag != "p" and all(_shape_of(p) in common for p in _pieces(node) or ("-",))


def free_words(boxes: Collection[Box]) -> None:
    """Make blocks of the quotes that are none: at one place of most posts, and what they stand in says nothing else."""
    if len(boxes) < _MIN_BOXES:
        return
    places: dict[tuple[str, ...], list[Element]] = {}
    posts = {box.element for box in boxes}
    for box in boxes:
        seen = set()
        for quote in islice(box.element.iter("blockquote"), _MAX_QUOTES):
            above = list(takewhile(lambda node: node not in posts, islice(quote.iterancestors(), _MAX_ABOVE)))
            path = tuple(node.tag for node in above)
            whole = above[-1].getparent() if above else quote.getparent()
            if whole is box.element and path not in seen:
                seen.add(path)
                places.setdefault(path, []).append(quote)
    for quotes in places.values():
        alone = sum(not has_text(quote.getparent(), {quote}) for quote in quotes)
        if len(quotes) * 3 >= len(boxes) * 2 and alone * 3 >= len(boxes) * 2:
            for quote in quotes:
                quote.tag = "div"


def _pieces(node: Element) -> list[str]:
    """What an element says itself, between its parts."""
    own = (node.text, *(child.tail for child in node))
    return [piece for given in own if given and (piece := given.strip())]


def _shape_of(piece: str) -> str:
    """Counts and initials differ from post to post: as such."""
    if len(piece) > _MAX_SAID:
        return piece
    return "" if _INITIALS.fullmatch(piece) else _DIGITS.sub("#", piece.casefold())


@dataclass(frozen=True)
class Post:
    """A post to be read: its elements in their order, those that say who and when, and those that are the page's."""

    nodes: Sequence[Element]
    meta: AbstractSet[Element]
    pages: AbstractSet[Element]


def where_names_stand(posts: Sequence[Post]) -> list[Element | None]:
    """Of each post the element of who wrote it, where no mark tells: a short line at the same place of every post.

    Names differ, and something longer stands after them. None where there is no such place.
    """
    lines = [dict(_short_lines(post)) for post in posts]
    places = {mark: place for line in lines for mark, (place, _) in line.items()}
    for mark in sorted(places, key=lambda mark: places[mark]):
        here = [line[mark][1] for line in lines if mark in line]
        if len(here) == len(posts) > 1 and len({node.text for node in here}) > 1:
            return list(here)
    return [None] * len(posts)


def _short_lines(post: Post) -> Iterator[tuple[object, tuple[int, Element]]]:
    """By its place in the post: which of its elements is a line that may be a name."""
    for at, (node, path) in enumerate(_paths(post)):
        text = (node.text or "").strip()
        if len(node) or not 1 < len(text) <= _MAX_NAME or node in post.pages or node in post.meta:
            continue
        is_time = any(letter.isdecimal() for letter in text) and is_mostly_a_time(text)
        if not is_time and any(letter.isalpha() for letter in text) and _NO_NAME.search(text) is None:
            yield path, (at, node)


def where_words_stand(posts: Sequence[Post], common: Collection[str]) -> list[Element | None]:
    """Of each post the element of its words, found by what it has in common with those of others.

    An element that holds who or when as well is not it; nor one of several alike, which are a text's paragraphs.
    None where no place holds most of what the posts say.
    """
    found: list[Element | None] = [None] * len(posts)
    if len(posts) < _MIN_BOXES:
        return found
    read = [_places(post, common) for post in posts]
    left = set(range(len(posts)))
    for _ in range(_MAX_KINDS):
        worth: Counter[object] = Counter()
        for at in left:
            for mark, (node, weight) in read[at][0].items():
                worth[mark] += -sqrt(weight) if node is None else sqrt(weight)  # type: ignore[assignment]
        mark = max(worth, key=lambda mark: worth[mark], default=None)
        here = [at for at in left if read[at][0].get(mark, (None, 0))[0] is not None]
        share = sum(read[at][0][mark][1] for at in here)
        if len(here) < 2 or share < _MIN_SHARE * sum(read[at][1] for at in here):
            break
        for at in here:
            found[at] = read[at][0][mark][0]
        left.difference_update(here)
    return found


def _places(post: Post, common: Collection[str]) -> tuple[Mapping[object, tuple[Element | None, int]], int]:
    """Per mark the one element that has it and how many characters it shows (None: several have it); and all in all."""
    root = post.nodes[0]
    weights: dict[Element, int] = {}
    impure = {above for node in post.meta for above in (node, *node.iterancestors())}
    left_out: set[Element] = set()
    for node in post.nodes:
        if node in post.meta or node in post.pages or node.getparent() in left_out:
            left_out.add(node)
    for node in reversed(post.nodes):
        if node not in left_out:
            own = sum(len(piece) for piece in _pieces(node) if _shape_of(piece) not in common)
            weights[node] = weights.get(node, 0) + own
            if node is not root:
                parent = node.getparent()
                weights[parent] = weights.get(parent, 0) + weights[node]
    places: dict[object, tuple[Element | None, int]] = {}
    of_several: set[Element] = set()
    for node, path in _paths(post):
        if node in impure or node in left_out or not weights.get(node):
            continue
        if node.getparent() in of_several or _has_alike(node):
            of_several.add(node)
        for mark in (path, node.get("id"), *tokens(node)):
            if mark is not None:
                alone = mark not in places and node not in of_several
                places[mark] = (node, weights[node]) if alone else (None, weights[node])
    return places, weights.get(root, 0)


def _paths(post: Post) -> Iterator[tuple[Element, tuple[object, ...]]]:
    """The elements under a post's own, each with its way there: tags, and the how-manieth of its kind it is."""
    if not post.nodes:
        return  # its words begin where it begins: nothing stands before them
    paths: dict[Element, tuple[object, ...]] = {post.nodes[0]: ()}
    seen: Counter[object] = Counter()
    for node in post.nodes[1:]:
        parent = node.getparent()
        seen[parent, node.tag] += 1
        paths[node] = (*paths[parent], node.tag, seen[parent, node.tag])
        yield node, paths[node]


def _has_alike(node: Element) -> bool:
    """Whether an element beside it is marked as it is and holds as little but text: paragraphs of one text."""
    beside = (node.getprevious(), node.getnext())
    return any(
        other is not None
        and other.tag == node.tag
        and (node.tag == "p" or (len(other) == len(node) == 0 and dict(other.attrib) == dict(node.attrib)))
        for other in beside
    )
