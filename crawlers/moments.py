"""The moment that an element of a page says: behind it in an attribute, or in a line that says little else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from crawlers.markup import Element
from crawlers.times import HANOI, is_mostly_a_time, parse_age, parse_time

#: Where a moment that the page as a whole tells is written down (`settled.py`).
SETTLED: Final = "data-settled-time"
_LINES: Final = ("a", "span", "small", "p", "div", "td", "li", "font")
_MAX_TIME: Final = 80  # characters
_PARTS: Final = "|·•"
_BETWEEN_PARTS: Final = re.compile(r"\s*[|·•]\s*")
_MAX_PARTS: Final = 4
_NEAR: Final = 10  # elements before and after a day
_MAX_CLOCK: Final = 14  # characters
_CLOCK: Final = re.compile(
    r"(?:lúc\s)?\d{1,2}\s?[:h]\s?\d{2}(?::\d{2})?(?:\s?(?:sa|ch|am|pm))?", re.IGNORECASE
)
_MAX_STATED: Final = 160
_NOT_SAID: Final = frozenset({"class", "id", "href", "src", "style", "name", "content", "value", "alt"})
#: Where a bare number counts seconds since 1970.
_STAMP: Final = re.compile(
    r"(?:[\w-]*-)?(?:[a-z]*time|[a-z]*date|[a-z]*stamp|utc|unix|created|posted|epoch|ts)(?:-[\w-]*|[a-z]*)"
)


def own_time(node: Element, now: datetime) -> datetime | None:
    """The moment that an element names itself; behind it stands the whole of what it shows shortened."""
    return stated_time((node,), now) or shown_time(node, now)


def stated_time(nodes: Iterable[Element], now: datetime) -> datetime | None:
    """The first moment that stands in an attribute: `datetime`, `title`, `aria-label`, any `data-`."""
    for node in nodes:
        if (settled := node.get(SETTLED)) is not None:
            return parse_time(settled, now)
        for name, value in node.items():
            if name in _NOT_SAID or not 4 < len(value) <= _MAX_STATED:
                continue
            if value.isdecimal() and _STAMP.fullmatch(name) is None:
                continue  # a number of the page's own
            if (name == "datetime" or is_mostly_a_time(value)) and (
                moment := parse_time(value, now)
            ) is not None:
                return moment
    return None


def shown_time(node: Element, now: datetime) -> datetime | None:
    """The moment that an element's own words say."""
    pieces = [node.text or "", *(child.tail or "" for child in node)]
    is_mixed = (
        0 < len(node) <= 3 and node.tag in _LINES and any(not piece.isspace() for piece in pieces if piece)
    )
    if is_mixed and all(_is_plain(child) for child in node):
        pieces.append(" ".join(islice(node.itertext(), 8)))  # "<b>Hôm qua</b> lúc 21:05"
    for piece in pieces:
        if not 4 < len(piece.strip()) <= _MAX_TIME or not is_mostly_a_time(piece):  # which takes less to see
            continue
        if (moment := parse_time(piece, now)) is not None:
            return moment
    if (moment := _parted_time(pieces[0], now)) is not None:
        return moment
    if len(node) == 0 and node.text and (node.tag == "a" or _is_alone_in_a_link(node)):
        return parse_age(
            node.text, now
        )  # "3 ngày" leads to the post; elsewhere it may be how long a thing lasts
    return None


def is_day(moment: datetime) -> bool:
    """Whether no hour is said, only the day."""
    day = moment.astimezone(HANOI)
    return (day.hour, day.minute) == (0, 0)


def with_its_hour(node: Element, moment: datetime, nodes: Sequence[Element], now: datetime) -> datetime:
    """`moment` itself, or, where `node` names but its day, the hour of that day that stands close to it in `nodes`."""
    if not is_day(moment) or node not in nodes:
        return moment
    day = moment.astimezone(HANOI)
    at = nodes.index(node)
    for near in nodes[max(at - _NEAR, 0) : at + _NEAR]:
        said = (near.text or "").strip()
        if len(said) <= _MAX_CLOCK and _CLOCK.fullmatch(said) is not None:
            exact = own_time(near, now) or parse_time(f"{day:%d/%m/%Y} {said}", now)
            if exact is not None and exact.astimezone(HANOI).date() == day.date():
                return exact
    return moment


def _parted_time(text: str, now: datetime) -> datetime | None:
    """The moment that is a part of a line: "2026-11-12 21:44 | Phân loại hàng: Xanh"."""
    if len(text) > _MAX_STATED or not any(sign in text for sign in _PARTS):
        return None
    for part in _BETWEEN_PARTS.split(text)[:_MAX_PARTS]:
        if not 4 < len(part) <= _MAX_TIME or not any(letter.isdecimal() for letter in part):
            continue
        if is_mostly_a_time(part) and (moment := parse_time(part, now)) is not None:
            return moment
    return None


def _is_alone_in_a_link(node: Element) -> bool:
    above = node.getparent()
    return above is not None and above.tag == "a" and node.getprevious() is None and node.getnext() is None


def _is_plain(child: Element) -> bool:
    """Whether it only dresses a word of a line."""
    return (
        len(child) == 0 and child.tag in ("b", "strong", "i", "em", "span", "font") and not child.get("title")
    )
