"""Cut a passage around the first match and mark what matched, blind to tones and `đ`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Lower case, no diacritics, đ -> d. Not length-preserving for every script."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(mark for mark in plain if not unicodedata.combining(mark))


def snippet(text: str, terms: Collection[str], length: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """At most about `length` code points of `text` around the first of the folded `terms`, and the (start, end)
    of every match within."""
    wanted = set(terms)
    matches = [m.span() for m in _WORD.finditer(text) if fold(m.group()) in wanted]
    centre = matches[0][0] if matches else 0
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
    marks = tuple((a + shift, b + shift) for a, b in matches if a >= start and b <= end)
    return f"{head}{text[start:end]}{tail}", marks
