"""Who and when where a page says it in words before the post's own: "Người gửi: An | Ngày gửi: 09/11/2026"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from crawlers.markup import Element, visible_text
from crawlers.times import is_mostly_a_time, parse_time

#: Not "họ tên": what somebody writes of a person, name first, is their post and no form.
_WHO: Final = re.compile(
    r"\s*(?:người (?:gửi|hỏi|viết|đăng|trả lời)|(?:gửi|đăng|viết) bởi)\s*:\s*", re.IGNORECASE
)
_WHEN: Final = re.compile(
    r"\s*(?:thời gian|ngày(?: (?:gửi|đăng|hỏi))?|(?:gửi|đăng|viết)? ?lúc)\s*:\s*", re.IGNORECASE
)
_BETWEEN: Final = re.compile(r"[|·•\n]")
_MAX_LINE: Final = 120  # characters
_MAX_ELEMENTS: Final = 300
_MAX_HEAD: Final = 10  # lines


def labelled_author(nodes: Sequence[Element]) -> tuple[Element | None, str | None]:
    """The name after "Người gửi:", and the element that holds it where one holds nothing else."""
    for node in islice(nodes, _MAX_ELEMENTS):
        if (found := _after(node.text, node[0] if len(node) else None)) is not None:
            return found
        if len(node) == 0 and node.text and _WHO.fullmatch(node.text):  # "<b>Người gửi:</b> An"
            if said := _first(node.tail or ""):
                return None, said
            following = node.getnext()
            return (following, _first(visible_text(following))) if following is not None else (None, None)
        for child in node:
            if (found := _after(child.tail, child.getnext())) is not None:
                return found
    return None, None


def _after(text: str | None, following: Element | None) -> tuple[Element | None, str] | None:
    label = _WHO.match(text or "")
    if label is None or text is None:
        return None
    if said := _first(text[label.end() :]):
        return None, said
    said = _first(visible_text(following)) if following is not None else ""
    return (following, said) if said else None


def _first(text: str) -> str:
    return _BETWEEN.split(text.strip(), maxsplit=1)[0].strip()


def without_head(text: str, author: str | None, published: datetime | None, now: datetime) -> str:
    """`text` without leading lines that say only who or when, and rules (`–`) left where those were taken out."""
    lines = text.split("\n")
    at = 0
    while at < min(len(lines) - 1, _MAX_HEAD) and _is_head(lines[at], author, published, now):
        at += 1
    return "\n".join(lines[at:])


def _is_head(line: str, author: str | None, published: datetime | None, now: datetime) -> bool:
    if len(line) > _MAX_LINE:
        return False
    if not any(letter.isalnum() for letter in line):
        return all(letter in "-–—|·•:, " for letter in line)
    if line == author:
        return True
    if (
        author is not None
        and (label := _WHO.match(line)) is not None
        and _first(line[label.end() :]) == author
    ):
        return True
    if published is None or (_WHEN.match(line) is None and not is_mostly_a_time(line)):
        return False
    return parse_time(_WHEN.sub("", line, count=1), now) == published
