"""Cut a passage around the first match and mark what matched, blind to tones and `đ`.

A term is a folded word, several with spaces for words side by side, `pod*` for any word that begins so, `danh~` for a
word with one letter's difference. With a reader, what stands behind chat spelling or a disguise is marked, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Final

from lachan.domain.privacy import MARKS, NAME_MARK
from lachan.pipeline.ports import Reader

_WORD: Final = re.compile(r"[^\W_]+")
#: What `lachan.domain.privacy.mask` puts in the place of a detail.
MASKED: Final = re.compile("|".join(re.escape(mark) for mark in sorted({NAME_MARK, *MARKS.values()})))

Range = tuple[int, int]


def fold(text: str) -> str:
    """Lower case, no diacritics, đ -> d. Not length-preserving for every script."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(mark for mark in plain if not unicodedata.combining(mark))


def slipped(one: str, other: str) -> bool:
    """Whether the words are the same but for one letter: left out, put in, changed, or swapped with its neighbour."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2] == other[at : at + 2][::-1]
    return one[at + 1 :] == other[at + 1 :] or (swapped and one[at + 2 :] == other[at + 2 :])


def _test(term: str) -> Callable[[str], bool]:
    if term.endswith("*"):
        return lambda word: word.startswith(term[:-1])
    if term.endswith("~"):
        return lambda word: slipped(word, term[:-1])
    return term.__eq__


def _found(text: str, terms: Collection[str]) -> list[Range]:
    words = [(fold(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]
    found = []
    for term in terms:
        tests = [_test(part) for part in term.split()]
        for at in range(len(words) - len(tests) + 1):
            if all(test(words[at + step][0]) for step, test in enumerate(tests)):
                found += [(start, end) for _, start, end in words[at : at + len(tests)]]
    return found


def matches(text: str, terms: Collection[str], reader: Reader | None = None) -> list[Range]:
    """The (start, end) of every match in a masked `text`, in order, without overlaps; never within a mask."""
    found = _found(text, terms)
    if reader is not None:
        reading = reader(text)
        found += [reading.given_span(start, end) for start, end in _found(reading.text, terms)]
    masked = [mask.span() for mask in MASKED.finditer(text)]
    kept: list[Range] = []
    for start, end in sorted(set(found), key=lambda span: (span[0], -span[1])):
        if (not kept or start >= kept[-1][1]) and not any(a < end and start < b for a, b in masked):
            kept.append((start, end))
    return kept


def snippet(
    text: str, terms: Collection[str], length: int, reader: Reader | None = None
) -> tuple[str, tuple[Range, ...]]:
    """At most about `length` code points of the masked `text` around the first of `terms`, and the (start, end) of
    every match within."""
    found = matches(text, terms, reader)
    centre = found[0][0] if found else 0
    start = max(0, centre - length // 3)
    end = min(len(text), start + length)
    if start > 0:  # do not begin or end inside a word
        start = text.rfind(" ", 0, start) + 1
    if end < len(text):
        cut = text.find(" ", end)
        end = cut if cut != -1 else len(text)
    head = "… " if start > 0 else ""
    tail = " …" if end < len(text) else ""
    shift = len(head) - start
    marks = tuple((a + shift, b + shift) for a, b in found if a >= start and b <= end)
    return f"{head}{text[start:end]}{tail}", marks
