"""Answers that stand in the post they answer, without a moment of their own: "Ban giám hiệu trả lời: …".

Such an answer begins a row, a cell or a block under the words of the post, or a line of it, with the page's own label:
who answers, in words of which one means answering, or a role of those who keep the page.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Final

from crawlers.boxes import Box
from crawlers.markup import BLOCKS, Element, has_text, region, tokens
from crawlers.naming import BODY_CLASSES, is_named_body

_MAX_LOOKED_AT: Final = 4_000  # elements of one post
_MAX_ANSWERS: Final = 3  # of one post
_MAX_LEAD: Final = 90  # characters
_ANSWERS: Final = r"(?:trả lời|phản hồi|hồi đáp|giải đáp|hồi âm)"
#: What may stand at the head of any block: within a line anybody can write so.
_LEAD: Final = re.compile(
    rf"\s*{_ANSWERS}\s+(?:của|từ|bởi)\s+(?P<of>[^\W\d][^.!?…:;\n]{{1,58}}?)\s*:?\s*", re.IGNORECASE
)
#: And what may stand in bold.
_BOLD_LEAD: Final = re.compile(
    rf"\s*(?P<who>[^\W\d][^.!?…:;\n]{{1,58}}?)\s+(?:đã\s+)?{_ANSWERS}\s*:\s*"
    r"|\s*(?P<role>admin|ad|mod|webmaster|quản trị(?: viên)?|quản trang|ban (?:giám hiệu|quản trị|biên tập|quản lý)"
    r"|bgh|bqt|bbt|nhà trường|to[àa] soạn|tòa soạn|shop|cửa hàng|người bán|nhà bán hàng)\s*:\s*",
    re.IGNORECASE,
)
_BOLD: Final = ("b", "strong", "th", "dt", "h3", "h4", "h5", "h6")
_LINES: Final = (*_BOLD, "span", "div", "p", "font", "label", "em", "i", "legend")
_BODY_NAMES: Final = frozenset(BODY_CLASSES)


def with_answers(boxes: list[Box]) -> list[Box]:
    """`boxes`, and after each those of the answers that stand in it; their elements are given the author's name."""
    found = []
    for box in boxes:
        answers = _answers(box)
        found.append(replace(box, inner=box.inner | set(answers)) if answers else box)
        found += [Box(element, frozenset(), False) for element in answers]
    return found


def _answers(box: Box) -> list[Element]:
    leads = []
    for node in islice(region(box.element, box.inner), _MAX_LOOKED_AT):
        if len(node) == 0 and node.tag in _LINES and node.text and len(node.text) <= _MAX_LEAD:
            is_head = node.tag in _BOLD or node.tag in BLOCKS or _begins_its_block(node)
            said = (_LEAD.fullmatch(node.text) if is_head else None) or (
                _BOLD_LEAD.fullmatch(node.text) if node.tag in _BOLD else None
            )
            if said is not None:
                leads.append((node, next(name for name in said.groups() if name)))
    answers: list[Element] = []
    for lead, who in leads[:_MAX_ANSWERS]:
        if (element := _element(box, lead)) is not None and element not in answers:
            element.set("data-author", " ".join(who.split()))
            lead.set("hidden", "")  # the page's word, and nobody's
            answers.append(element)
    return answers


def _begins_its_block(node: Element) -> bool:
    """Whether nothing stands before it in what holds it: within a person's lines anybody can write such words."""
    above = node.getparent()
    return node.getprevious() is None and above is not None and not (above.text or "").strip()


def _element(box: Box, lead: Element) -> Element | None:
    """What an answer begins in: as much of the post as holds nothing before the lead; None where that is no answer."""
    whole = lead
    while (above := whole.getparent()) is not None and above is not box.element:
        if is_named_body(above) or not tokens(above).isdisjoint(_BODY_NAMES):
            return None  # the words of who wrote the post
        if (above.text or "").strip() or any(_says(before) for before in whole.itersiblings(preceding=True)):
            break
        whole = above
    if above is None or not _has_words_before(box, whole):
        return None
    if whole.tag not in BLOCKS and not _is_beside(whole):
        if not _begins_a_line(whole):
            return None
        whole = _line_from(whole)
    return whole if has_text(whole, {lead}) and whole is not lead else None


def _says(node: Element) -> bool:
    return bool((node.tail or "").strip()) or has_text(node)


def _has_words_before(box: Box, whole: Element) -> bool:
    """Whether anything is said in the post before the answer."""
    return any(
        _says(before) for before in whole.itersiblings(preceding=True) if before not in box.inner
    ) or any(
        (above.text or "").strip() or any(_says(b) for b in above.itersiblings(preceding=True))
        for above in whole.iterancestors()
        if above is not box.element and box.element in above.iterancestors()
    )


def _is_beside(whole: Element) -> bool:
    """Whether all that it stands in is other blocks."""
    above = whole.getparent()
    return all(node.tag in BLOCKS for node in above) and not (above.text or "").strip()


def _begins_a_line(whole: Element) -> bool:
    before = whole.getprevious()
    return before is not None and not (before.tail or "").strip() and before.tag in ("br", *BLOCKS)


def _line_from(first: Element) -> Element:
    """A new element of what follows in the same block, where the lead begins a line of it."""
    whole = first.makeelement("div", {})
    following = [first, *first.itersiblings()]
    first.addprevious(whole)
    for node in following:
        whole.append(node)
    return whole
