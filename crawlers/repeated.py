"""What posts of a page say again: a quote that no mark sets apart, found by the words of an earlier post."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice
from typing import Final

from crawlers.markup import BLOCKS, Element, visible_text
from lachan.domain.post import RawPost

_MIN_WORDS: Final = 4
_MAX_ELEMENTS: Final = 40  # of one post that are compared
_MAX_WORDS: Final = 1_000  # of one element
_MAX_DEPTH: Final = 8
_MAX_LEAD: Final = 40  # characters beside the name
_RULE: Final = re.compile(r"[_—–-]{2,}")
_MAX_SIGNED: Final = 6  # lines
_MAX_SIGNATURE: Final = 300  # characters


class Said:
    """What was said on a page so far, by runs of words: whose words an element's are is seen at once."""

    def __init__(self) -> None:
        self._posts: list[tuple[list[str], str]] = []
        self._runs: dict[tuple[str, ...], list[tuple[int, int]]] = {}

    def add(self, post: RawPost) -> None:
        """Keep a post's words."""
        words = post.text.split()
        self._posts.append((words, post.author or ""))
        for at in range(len(words) - _MIN_WORDS + 1):
            places = self._runs.setdefault(tuple(words[at : at + _MIN_WORDS]), [])
            if len(places) < _MIN_WORDS:  # a page may say one thing a thousand times
                places.append((len(self._posts) - 1, at))

    def quotes(self, nodes: Sequence[Element], apart: AbstractSet[Element]) -> Iterator[Element]:
        """Which of a post's elements, the first of them its whole, say no more than an earlier post did, and who."""
        if not self._posts:
            return
        found: set[Element] = set()
        for node in islice((n for n in nodes[1:] if n.tag in BLOCKS), _MAX_ELEMENTS):
            if not found.isdisjoint(islice(node.iterancestors(), _MAX_DEPTH)):
                continue
            who = self._who(visible_text(node, apart).split()[: _MAX_WORDS + 1])
            if who is not None:
                whole, leads = _with_lead(node, nodes[0], who, apart)
                found.add(whole)
                yield whole
                yield from leads

    def _who(self, words: list[str]) -> str | None:
        if not _MIN_WORDS <= len(words) <= _MAX_WORDS:
            return None
        for post, at in self._runs.get(tuple(words[:_MIN_WORDS]), ()):
            said, who = self._posts[post]
            if said[at : at + len(words)] == words:
                return who
        return None


def _with_lead(
    quote: Element, body: Element, who: str, apart: AbstractSet[Element]
) -> tuple[Element, list[Element]]:
    """All that holds but the quote and who said it; and an element before it that says only that."""
    for _ in range(_MAX_DEPTH):
        above = quote.getparent()
        if above is None or above is body or not is_lead(visible_text(above, apart | {quote}), who):
            break
        quote = above
    before = quote.getprevious()
    is_led = before is not None and isinstance(before.tag, str) and not (before.tail or "").strip()
    said = visible_text(before) if is_led and len(before) < _MAX_DEPTH else ""
    return quote, [before] if said and is_lead(said, who) else []


def without_signatures(posts: Sequence[RawPost]) -> list[RawPost]:
    """`posts` without what one author signs several of them with, under a rule: "_____", then the same lines.

    Their first post keeps it, and so does one that says all of an earlier one again: nothing is left unread.
    """
    signed: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    left = []
    for post in posts:
        said, under = _signature(post.text)
        before = signed[post.author, under]
        is_signed = bool(said and under and before) and said not in before
        before.add(said)
        left.append(replace(post, text=said) if is_signed else post)
    return left


def _signature(text: str) -> tuple[str, str]:
    """What stands over the last rule of a text and what under it; "" where there is none, or more than a signature."""
    lines = text.split("\n")
    for at in range(len(lines) - 1, max(len(lines) - _MAX_SIGNED, 0), -1):
        if _RULE.fullmatch(lines[at - 1]) is not None:
            under = "\n".join(lines[at:])
            return "\n".join(lines[: at - 1]), under if len(under) <= _MAX_SIGNATURE else ""
    return text, ""


def is_lead(text: str, who: str) -> bool:
    """Whether it says at most who spoke."""
    return not text or (bool(who) and who in text and len(text) <= len(who) + _MAX_LEAD)
