"""A text as the words that `index.places` looks at, and where in it a place may be named at all.

Nearly every text names no place, and nearly every word begins none: both are left after a few look-ups.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from index.gazetteer import Gazetteer, canonical, gazetteer
from index.place_cues import CUE_PAIRS, CUES, HOME_PAIRS, HOMES, LETTERS, PLAIN_CUES, PLAIN_HOMES, UNIT_FORMS
from index.vietnamese import fold, words

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_HIDDEN: Final = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
GLUED: Final = re.compile(r"([qp])(\d{1,2})")
_KEPT_WORDS: Final = 100_000

_CUE_ENDS: Final = frozenset(
    (
        *CUES,
        *HOMES,
        *PLAIN_CUES,
        *PLAIN_HOMES,
        *(last for _, last in CUE_PAIRS),
        *(last for _, last in HOME_PAIRS),
    )
)
_CUE_ENDS_FOLDED: Final = _CUE_ENDS | frozenset(fold(last) for _, last in (*CUE_PAIRS, *HOME_PAIRS))


class Word(NamedTuple):
    """A word as the gazetteer spells it (`exact`), without accents (`folded`), and as it stands, in small letters
    (`lower`)."""

    folded: str
    exact: str
    lower: str
    plain: bool  # without accents
    capital: bool  # begins with one
    shouted: bool  # all in capitals
    begins: int  # 2: a name that may stand without a cue begins so; 1: some name does; 0: none
    unit: int  # 2: says the kind of what follows, or begins to; 1: a letter that may; 0: does not
    short: bool  # a short form, or "q10"
    cue: bool  # may be the end of a cue


class _Words(dict[str, Word]):
    """Words that were read before; a text has few others."""

    def __init__(self, known: Gazetteer) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, raw: str) -> Word:
        if len(self) >= _KEPT_WORDS:
            self.clear()
        lower = "".join(words(raw))
        exact = canonical(lower)
        folded = fold(exact)
        self[raw] = word = Word(
            folded,
            exact,
            lower,
            plain=lower.isascii(),
            capital=raw[0].isupper(),
            shouted=len(raw) > 1 and raw.isupper(),
            begins=2 if folded in self._known.firsts else int(folded in self._known.longest),
            unit=2 if lower in UNIT_FORMS else int(lower in LETTERS),
            short=lower in self._known.short or GLUED.fullmatch(lower) is not None,
            cue=lower in _CUE_ENDS_FOLDED,
        )
        return word


@lru_cache(maxsize=1)
def _memory() -> _Words:
    return _Words(gazetteer())


def read(text: str) -> tuple[list[Word], list[int]]:
    """The words of `text`, and which of them may begin a mention, in order."""
    memory, known = _memory(), gazetteer()
    found = [memory[raw] for raw in WORD.findall(text)]
    spots = []
    heads, last = known.heads, len(found) - 1
    cue = False
    for at, word in enumerate(found):
        if word.unit:
            # a letter says a kind where what follows is written like a name or a number
            if at < last and (word.unit == 2 or found[at + 1].capital or found[at + 1].lower.isdigit()):
                spots.append(at)
        elif word.short or (
            word.begins
            and (word.capital or cue or word.begins == 2)
            and (
                word.folded in known.alone or (at < last and f"{word.folded} {found[at + 1].folded}" in heads)
            )
        ):
            spots.append(at)
        cue = word.cue
    return found, spots


def joined(text: str) -> tuple[str, list[tuple[int, int]]] | None:
    """`text` in NFC without hidden signs, and the range of the given text behind each of its code points; None where
    it is so already."""
    if text.isascii() or (unicodedata.is_normalized("NFC", text) and not _HIDDEN.search(text)):
        return None
    pieces: list[str] = []
    offsets: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and (unicodedata.combining(text[end]) or _HIDDEN.match(text[end])):
            end += 1
        piece = unicodedata.normalize("NFC", _HIDDEN.sub("", text[at:end]))
        pieces.append(piece)
        offsets += [(at, end)] * len(piece)
        at = end
    return "".join(pieces), offsets
