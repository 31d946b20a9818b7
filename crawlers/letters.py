"""Posts that are letters in preformatted text, as archives of mailing lists keep them: head lines, then the words.

A head is lines of "Name: value" that follow each other, one of them who wrote ("From:") and one of them when, or both
in one ("From: An @ 2026-11-14 12:03 UTC"). The words go on to the next head; quotes, what is signed under "-- " and
what the archive writes under every letter are no part of them, and lines that a mailer broke are joined again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from crawlers.markup import Element, is_hidden, preformatted
from crawlers.moments import own_time
from crawlers.remade import Remade, put_back
from crawlers.times import is_mostly_a_time, parse_time
from crawlers.words import is_quote

_MAX_BLOCKS: Final = 1_500
_MAX_LINES: Final = 60_000
_MAX_HEAD: Final = 40  # lines
_MAX_LINE: Final = 400  # characters of a line that is looked at
_MAX_NAME: Final = 80
_MIN_WIDTH: Final = 64  # characters: a line that the next word would make longer was broken by a mailer
_OFTEN: Final = 3  # letters that end alike
_MAX_FOOT: Final = 8  # lines under a letter
_MAX_ABOVE: Final = 60  # elements above a block
_FIELD: Final = re.compile(r"\s{0,3}(?P<name>[^\W\d_][\w-]*(?: [\w-]+){0,2}):(?:\s+(?P<value>\S.*)|\s*)$")
_WHO: Final = frozenset({"from", "từ", "người gửi", "tác giả", "author", "sender"})
_WHEN: Final = frozenset({"date", "ngày", "ngày gửi", "thời gian", "gửi lúc", "sent", "posted"})
_BOTH: Final = re.compile(r"(?P<who>[^@]{2,80}?)\s+@\s+(?P<when>\d{4}-\d\d-\d\d.{0,12}?)(?:\s*\(.*)?$")
_ADDRESS: Final = re.compile(r"\s*<[^<>]*>\s*$|\s*\[mailto:[^\]]*\]\s*$")
_ADDRESS_FIRST: Final = re.compile(r"\S+(?:@|\s(?:at|vòng|a còng)\s)\S+\s+\((?P<name>[^()]{2,80})\)\s*$")
_RULE: Final = re.compile(r"\s*(?:[-_=*~]\s?){8,}\s*$")
_FOOT_RULE: Final = re.compile(r"_{20,}\s*$")  # of lists, over their own address
_SIGNED: Final = re.compile(r"--\s?$")
_NUMBER: Final = re.compile(r"\s*(?:message|thư)\s*[:#]?\s*\d+\s*$", re.IGNORECASE)
_QUOTED: Final = re.compile(r"\s{0,3}(?:>|\|\s)")
_LEADS_TO_A_QUOTE: Final = re.compile(
    r".{0,200}\b(?:wrote|writes|said|viết|nói|schrieb)\s?:\s*$", re.IGNORECASE
)
_BEGINS_A_LEAD: Final = re.compile(r"\s*(?:on|vào|ngày|lúc|trong|at)\b.{0,120}\d.{0,200}$", re.IGNORECASE)
_LIST_ITEM: Final = re.compile(r"\s|[-*•+]\s|\d{1,2}[.)]\s")
_DIGITS: Final = re.compile(r"\d+")


def gather_letters(tree: Element, now: datetime) -> list[Element]:
    """New elements for the letters in the page's preformatted text; none where none has a head."""
    letters: list[tuple[str | None, datetime, list[str], str]] = []
    lines_left = _MAX_LINES
    for block in islice(tree.iter("pre"), _MAX_BLOCKS):
        if next(block.iterancestors("pre"), None) is not None or _is_unseen(block):
            continue
        lines = preformatted(block).split("\n")[:lines_left]
        lines_left -= len(lines)
        mark = block.get("id") or next(
            (given for a in islice(block.iter("a"), 3) if (given := a.get("id"))), ""
        )
        found = _letters(lines, now)
        letters += [(who, when, said, mark if len(found) == 1 else "") for who, when, said in found]
    if not letters:
        return _one_letter(tree, now)
    common = _feet([said for _, _, said, _ in letters])
    posts = [
        Remade(who, when, words, mark)
        for who, when, said, mark in letters
        if (words := _own_words(said, common))
    ]
    return put_back(next(tree.iter("body"), tree), posts)


def _is_unseen(block: Element) -> bool:
    """Whether it is hidden, or a quote."""
    return any(
        is_hidden(above) or is_quote(above) for above in (block, *islice(block.iterancestors(), _MAX_ABOVE))
    )


def _one_letter(tree: Element, now: datetime) -> list[Element]:
    """The page of one letter whose head stands above its text: a name in bold, a mail address to click, a moment."""
    blocks = list(islice(tree.iter("pre"), 2))
    if len(blocks) != 1:
        return []
    before = list(islice(blocks[0].itersiblings(preceding=True), _MAX_HEAD))
    nodes = [node for one in reversed(before) for node in islice(one.iter("*"), _MAX_HEAD)]
    name = next((node for node in nodes if node.tag in ("b", "strong")), None)
    is_mail = any(node.tag == "a" and (node.get("href") or "").startswith("mailto:") for node in nodes)
    when = next((moment for node in nodes if (moment := own_time(node, now)) is not None), None)
    who = _name("".join(name.itertext())) if name is not None else None
    words = _own_words(preformatted(blocks[0]).split("\n")[:_MAX_LINES], frozenset())
    if not is_mail or when is None or who is None or not words:
        return []
    return put_back(next(tree.iter("body"), tree), [Remade(who, when, words)])


def _letters(lines: Sequence[str], now: datetime) -> list[tuple[str | None, datetime, list[str]]]:
    """The letters of one block: who, when and every line under the head."""
    heads: list[tuple[int, int, str | None, datetime]] = []
    at = 0
    while at < len(lines):
        end = _head_end(lines, at)
        head = _head(lines[at:end], now) if end > at else None
        if head is not None:
            heads.append((at, end, *head))
        at = max(end, at + 1)
    found = []
    for place, (_, end, who, when) in enumerate(heads):
        until = heads[place + 1][0] if place + 1 < len(heads) else len(lines)
        found.append((who, when, _without_rule(lines[end:until])))
    return found


def _head_end(lines: Sequence[str], at: int) -> int:
    """Where lines of "Name: value" that begin at `at` end; `at` itself where there are none."""
    end = at
    while end < min(len(lines), at + _MAX_HEAD):
        line = lines[end][:_MAX_LINE]
        is_more = end > at and line[:1] in (" ", "\t") and bool(line.strip())
        if not is_more and _FIELD.match(line) is None:
            break
        end += 1
    return end


def _head(lines: Sequence[str], now: datetime) -> tuple[str | None, datetime] | None:
    who: str | None = None
    when: datetime | None = None
    for line in lines:
        if (field := _FIELD.match(line[:_MAX_LINE])) is None or not field["value"]:
            continue
        name, value = field["name"].lower(), field["value"]
        if name in _WHO and who is None:
            if (both := _BOTH.match(value)) is not None:
                value, when = both["who"], parse_time(both["when"], now)
            who = _name(value)
        elif name in _WHEN and when is None and is_mostly_a_time(value):
            when = parse_time(value, now)
    return (who, when) if who is not None and when is not None else None


def _name(value: str) -> str | None:
    said = " ".join(value.split())
    named = _ADDRESS_FIRST.match(said)
    said = named["name"] if named is not None else _ADDRESS.sub("", said) or said
    said = said.strip(" \"'")
    return said if 0 < len(said) <= _MAX_NAME and any(letter.isalpha() for letter in said) else None


def _without_rule(lines: Sequence[str]) -> list[str]:
    """Without the rule and the number that stand before the head of the next letter, and what a list adds."""
    for at, line in enumerate(lines):
        if _FOOT_RULE.match(line):
            lines = lines[:at]
            break
    end = len(lines)
    while end and (
        not lines[end - 1].strip() or _NUMBER.match(lines[end - 1]) or _RULE.match(lines[end - 1])
    ):
        end -= 1
    return list(lines[:end])


def _feet(letters: Sequence[Sequence[str]]) -> frozenset[str]:
    """The lines that most letters end with, figures aside: the archive's own."""
    counts: Counter[str] = Counter()
    for lines in letters:
        counts.update({_shape(line) for line in [one for one in lines if one.strip()][-_MAX_FOOT:]})
    often = max(_OFTEN, len(letters) // 2 + 1)
    return frozenset(shape for shape, count in counts.items() if count >= often)


def _shape(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.split()))


def _own_words(lines: Sequence[str], common: frozenset[str]) -> list[str]:
    """The lines of a letter that are its author's, each paragraph in one where a mailer broke it."""
    kept: list[str] = []
    has_words = False
    for line in lines:
        if _SIGNED.match(line) or _FOOT_RULE.match(line):
            break
        if _QUOTED.match(line):
            _drop_lead(kept)
            kept.append("")
        elif has_words and line.strip() and _shape(line) in common:  # not all that somebody wrote
            kept.append("")
        else:
            kept.append(line)
            has_words = has_words or bool(line.strip())
    return _joined(kept)


def _drop_lead(kept: list[str]) -> None:
    """Take away "An wrote:" that leads over to a quote; it may be broken into two lines."""
    while kept and not kept[-1].strip():
        kept.pop()
    if kept and len(kept[-1]) <= _MAX_LINE and _LEADS_TO_A_QUOTE.match(kept[-1]):
        kept.pop()
        if kept and _BEGINS_A_LEAD.match(kept[-1]):
            kept.pop()


def _joined(lines: Sequence[str]) -> list[str]:
    whole: list[list[str]] = []
    last = ""  # as it stood
    for line in lines:
        said = " ".join(line.split())
        words = said.split(" ", 1)[0]
        is_broken = len(last.rstrip()) + 1 + len(words) > _MIN_WIDTH
        if said and last.strip() and is_broken and not _LIST_ITEM.match(line) and not last[:1].isspace():
            whole[-1].append(said)
        elif said:
            whole.append([said])
        last = line
    return [" ".join(one) for one in whole]
