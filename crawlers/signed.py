"""Posts in running text that are signed at their end: "words. Name (talk) 10:20, 3 November 2026", as wikis keep them.

A signature is a person's name, by a link or after a dash, and a moment, with nothing behind but buttons; the words
before it, back to the signature before or to a heading, are the post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crawlers.markup import BLOCKS, Element, is_hidden
from crawlers.moments import stated_time
from crawlers.naming import leads_to_a_person
from crawlers.records import ASIDE_ROLES
from crawlers.remade import Remade, put_back
from crawlers.times import is_mostly_a_time, parse_time
from crawlers.words import is_apart

_MIN_SIGNED: Final = 2
_MAX_SIGNED: Final = 1_500
_MAX_PIECES: Final = 60_000
_MAX_LINE: Final = 20_000  # characters of one line
_MAX_PERSONS: Final = 8  # of one line, from its end
_MAX_SIGNATURE: Final = 160  # characters behind the name
_MIN_WORDS: Final = 2
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NO_WORDS: Final = frozenset({"table", "aside", "footer", "header", "figure", "pre"})
_ASIDE: Final = re.compile(r"\((?!utc|gmt)[^()\d]{0,60}\)", re.IGNORECASE)  # "(thảo luận · đóng góp)"
_BEHIND: Final = re.compile(r"(?:\[[^\[\]\d]{0,30}\]|[\s|·.])*$")
_TIME: Final = re.compile(r"(?:(?:lúc|vào|ngày|thứ|hôm|chủ nhật|at|on)\b|\d|[a-z]{3,9}\.? \d)", re.IGNORECASE)
_DASHED: Final = re.compile(
    r"(?:^|(?<=[\s.!?…]))(?:—|–|--|~)\s*(?P<name>[^\W\d][^—–\n\d,:()]{1,40}?)\s*(?:\([^()\d]{0,60}\)|,|\s)\s*"
    r"(?P<time>(?:(?:lúc|vào|ngày|thứ|hôm)\s.{0,20})?\d{1,4}(?:[:/.\-h]\d|\s(?:giờ|phút|ngày|tháng)).{1,70})$",
    re.IGNORECASE,
)
_HAS_DASHES: Final = "count(//text()[contains(., '— ') or contains(., '– ') or contains(., '-- ')]) > 1"
_ENDS: Final = " \t—–-~·"


@dataclass
class _Line:
    """What stands between two ends of lines: its text, where links to persons lie in it, elements behind each."""

    text: str = ""
    nodes: list[tuple[int, Element]] = field(default_factory=list)
    persons: list[tuple[int, int]] = field(default_factory=list)
    linked: int = 0  # characters in links

    def add(self, text: str, node: Element, is_linked: bool) -> None:
        if len(self.text) < _MAX_LINE:
            self.nodes.append((len(self.text), node))
            self.text += text
            self.linked += len(text) if is_linked else 0


def gather_signed(tree: Element, now: datetime) -> list[Element]:
    """New elements for the posts that are signed in the page's running text; none of a page without two of them."""
    if not _may_be_signed(tree):
        return []
    posts: list[Remade] = []
    inline = 0
    lines: list[str] = []
    mark = ""
    for line in _lines(tree):
        if line is None:
            lines, mark = [], ""
            continue
        mark = mark or next((given for _, node in line.nodes if (given := node.get("id"))), "")
        signed = _signed(line, now)
        if signed is None:
            lines.append(_flat(line.text))
            continue
        at, author, moment = signed
        said = _flat(line.text[:at]).rstrip(_ENDS)
        inline += len(said.split()) >= _MIN_WORDS and line.linked * 2 < len(line.text)
        if words := [one for one in (*lines, said) if one]:
            posts.append(Remade(author, moment, words, mark))
        lines, mark = [], ""
        if len(posts) >= _MAX_SIGNED:
            break
    if len(posts) < _MIN_SIGNED or inline * 2 < len(posts):
        return []
    return put_back(next(tree.iter("body"), tree), posts)


def _may_be_signed(tree: Element) -> bool:
    """Whether some words go over into a link to a person or a dash, which takes less to see."""
    found = 0
    for link in tree.iter("a"):
        before, above = link.getprevious(), link.getparent()
        led = before.tail if before is not None else above.text if above is not None else None
        if led and not led.isspace() and leads_to_a_person(link):
            found += 1
            if found >= _MIN_SIGNED:
                return True
    return bool(tree.xpath(_HAS_DASHES))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _signed(line: _Line, now: datetime) -> tuple[int, str, datetime] | None:
    """Where a line's signature begins, and who and when it says; None where it has none at its end."""
    if not line.persons and "—" not in line.text and "–" not in line.text and "--" not in line.text:
        return None
    text = line.text[: -len(_BEHIND.search(line.text[-200:])[0]) or None]  # type: ignore[index]
    found = None
    for start, end in reversed(line.persons[-_MAX_PERSONS:]):
        rest = _ASIDE.sub(" ", text[end : end + 2 * _MAX_SIGNATURE]).strip(" \t,·|–—-()")
        if len(text) - end > _MAX_SIGNATURE or _TIME.match(rest) is None or not is_mostly_a_time(rest):
            continue
        behind = (node for at, node in line.nodes if at >= end)
        moment = stated_time(behind, now) or parse_time(rest, now)
        if moment is not None and (name := _flat(text[start:end])):
            found = start, name, moment
    before, last = text[:-_MAX_SIGNATURE], _flat(text[-_MAX_SIGNATURE:])  # rows of spaces would cost time
    if found is None and (dashed := _DASHED.search(last)) is not None:
        moment = parse_time(dashed["time"], now) if is_mostly_a_time(dashed["time"]) else None
        if moment is not None:
            line.text = text = f"{before}{' ' if text[-_MAX_SIGNATURE:][:1].isspace() else ''}{last}"
            found = len(text) - len(last) + dashed.start(), _flat(dashed["name"]), moment
    return found


def _lines(tree: Element) -> Iterator[_Line | None]:
    """The lines of the page in their order; None where a new part of it begins."""
    line = _Line()
    person: Element | None = None
    began = 0
    stack: list[tuple[str, Element, bool]] = [("in", tree, False)]
    for _ in range(_MAX_PIECES):
        if not stack:
            break
        step, node, is_linked = stack.pop()
        if step == "tail":
            line.add(node.tail.replace("\n", " "), node, is_linked)
            continue
        if step == "out":
            if node is person:
                line.persons.append((began, len(line.text)))
                person = None
            if node.tag in BLOCKS or node.tag == "br":
                yield line
                line, person = _Line(), None
            if node.tag in _HEADINGS or any(child.tag in _HEADINGS for child in node[:3]):
                yield None
            continue
        if isinstance(node.tag, str) and node.tag in _NO_WORDS:
            yield None
        if is_hidden(node) or node.tag in _NO_WORDS or node.get("role") in ASIDE_ROLES or is_apart(node):
            continue
        if node.tag in BLOCKS:
            yield line
            line, person = _Line(), None
        is_linked = is_linked or node.tag == "a"
        if person is None and leads_to_a_person(node):
            person, began = node, len(line.text)
        line.add((node.text or "").replace("\n", " "), node, is_linked)
        stack.append(("out", node, False))
        following: list[tuple[str, Element, bool]] = []
        for child in node:
            following.append(("in", child, is_linked))
            if child.tail:
                following.append(("tail", child, is_linked))
        stack.extend(reversed(following))
    yield line
