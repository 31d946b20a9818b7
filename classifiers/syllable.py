"""The shape of a Vietnamese syllable without its marks: enough to tell letters that spell from letters that list.

Used to decide whether "tr.ường" or "m a t u y" is a word in disguise. No dictionary: a grammar of onset,
nucleus and coda, so that new slang is not lost.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from classifiers.tables import rows

_ONSET: Final = "ngh|ng|nh|ch|gh|gi|kh|ph|th|tr|qu|[bcdghklmnprstvx]"
_NUCLEUS: Final = (
    "uye|uya|uyu|uoi|uou|oai|oay|oeo|ieu|yeu|uay|uai|"
    "ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|ua|ue|ui|uo|uu|uy|ye|a|e|i|o|u|y"
)
_SYLLABLE: Final = re.compile(f"({_ONSET})?({_NUCLEUS})(ch|ng|nh|[cmnpt])?")
_LONGEST: Final = 7
_TONES: Final = re.compile("[\u0300\u0301\u0309\u0303\u0323]")
_BORROWED: Final = frozenset(row[0] for row in rows("looks_bare.txt"))
_STOPS: Final = ("c", "ch", "p", "t")
_LOST: Final = re.compile(r"[iy]e(?:ch|[nm]g?|nh|[uctp])|uo[nmictpu]|ưo|uơ[nmictpu]")


class _FoldTable(dict[int, str]):
    """One letter in, one letter out: marks dropped, đ to d; filled as letters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0]
        folded = base if base.isascii() and base.isalpha() else char
        self[code] = folded
        return folded


_FOLD: Final = _FoldTable({ord("đ"): "d", ord("Đ"): "D"})


def fold(text: str) -> str:
    """`text` without diacritics, of the same length, so that offsets stay."""
    return text if text.isascii() else text.translate(_FOLD)


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether `word`, with or without marks, could be one Vietnamese syllable."""
    return len(word) <= _LONGEST and _SYLLABLE.fullmatch(fold(word)) is not None


@lru_cache(maxsize=20_000)
def lost_marks(word: str) -> bool:
    """Whether `word` is a syllable that Vietnamese does not write so: "hoc" and "khac" want a tone, "tieu" a hat,
    "mưoi" a horn. Borrowed words that look alike ("hot", "chat") do not count."""
    if not is_syllable(word) or word in _BORROWED:
        return False
    marks = unicodedata.normalize("NFD", word)
    toneless = unicodedata.normalize("NFC", _TONES.sub("", marks))
    if toneless.endswith(_STOPS) and not _TONES.search(marks):
        return True
    return _LOST.search(toneless) is not None


@lru_cache(maxsize=50_000)
def is_worn(given: str, form: str) -> bool:
    """Whether `given`, which has the letters of `form`, bears no mark that `form` has not, letter by letter."""
    return all(
        mine == theirs or set(unicodedata.normalize("NFD", mine)) <= _bearing(theirs)
        for mine, theirs in zip(given, form, strict=True)
    )


@lru_cache(maxsize=500)
def _bearing(letter: str) -> frozenset[str]:
    return frozenset((*unicodedata.normalize("NFD", letter), fold(letter)))


@lru_cache(maxsize=5_000)
def syllables(letters: str) -> tuple[str, ...] | None:
    """`letters` cut into the fewest syllables, each with an onset where it can; None where it spells nothing.

    At most 40 letters are tried.
    """
    if not letters or len(letters) > 40:
        return None
    best: list[tuple[int, int, tuple[str, ...]] | None] = [(0, 0, ())] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before = best[start]
            piece = letters[start:end]
            if before is None or not is_syllable(piece):
                continue
            bare = 0 if fold(piece[0]) not in "aeiouy" else 1
            found = (before[0] + 1, before[1] + bare, (*before[2], piece))
            current = best[end]
            if current is None or found[:2] < current[:2]:
                best[end] = found
    last = best[-1]
    return last[2] if last else None
