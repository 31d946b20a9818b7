"""Vietnamese text as words, the same way for documents and queries.

    text -> no hidden marks, NFKC, lower case, one tone placement -> words (exact) -> fold -> words (folded)

Done here and not by the engine's tokenisers: those split letters from unusual marks and do not fold `đ`. The
engine only cuts at spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from lachan.pipeline.snippet import MASKED
from lachan.pipeline.snippet import fold as fold_text

#: Stands where a personal detail was masked: keeps phrases from joining over it; no query can name it.
GAP: Final = "\ue000"

_WORD: Final = re.compile(r"[^\W_]+")
_WORD_OR_GAP: Final = re.compile(rf"[^\W_]+|{GAP}")

_KEPT: Final = 100_000  # pieces in each memory: Vietnamese has some 7,000 syllables, chat a few times more
_KEPT_LENGTH: Final = 40  # code points; whatever is longer hardly comes again


class _Dropped(dict[int, str | None]):
    """A `str.translate` table that drops code points of some Unicode categories; filled as they are met."""

    def __init__(self, *categories: str) -> None:
        super().__init__()
        self._categories = categories

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        self[code] = None if unicodedata.category(char) in self._categories else char
        return self[code]


class _Memory(dict[str, str]):
    """`read(piece)`, remembered: the same few thousand pieces come again and again."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, piece: str) -> str:
        answer = self._read(piece)
        if len(piece) <= _KEPT_LENGTH:
            if len(self) >= _KEPT:
                self.clear()
            self[piece] = answer
        return answer


_HIDDEN: Final = _Dropped("Cf")  # zero-width signs, soft hyphens: between letter and mark they hinder NFKC
_LOOSE_MARKS: Final = _Dropped("Mn", "Me")  # what NFKC could not join to a letter
#: Latin letters but `İ` and common punctuation: with nothing else in a text, nothing is hidden or loose in it.
_USUAL: Final = re.compile(
    r"[\x00-\x7f\xa0\xab\xbb\xc0-\u012f\u0131-\u024f\u1ea0-\u1ef9\u2013\u2014\u2018-\u201d\u2026]*"
)

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_FLAT: Final = "aăâeêioôơuưy"
_TONED: Final = {
    unicodedata.normalize("NFC", letter + tone): (letter, tone) for letter in _FLAT for tone in _TONES
}


def _toned(letters: str) -> str:
    """`letters` with every tone, for a character class."""
    return "".join(toned for toned, (letter, _) in _TONED.items() if letter in letters)


#: Tones off their place in the spelling that schools teach since 1984: `hoà`, `thuý` (new style, at the end of
#: a syllable), `tóan` (old style, where a final follows) and `qúa`.
_MISPLACED: Final = re.compile(
    rf"(?<!q)([ou])([{_toned('aeyâ')}])(?![^\W\d_])"
    rf"|(?<!q)([{_toned('ou')}])([aăâeêy])(?=[cmnptiyu])"
    rf"|(?<=q)([{_toned('u')}])([aăâeêioơy])"
)


def _placed(match: re.Match[str]) -> str:
    first, second = (group for group in match.groups() if group is not None)
    if second in _TONED:
        flat, tone = _TONED[second]
        return unicodedata.normalize("NFC", first + tone) + flat
    flat, tone = _TONED[first]
    return flat + unicodedata.normalize("NFC", second + tone)


def _place_tone(word: str) -> str:
    return word if word.isascii() else _MISPLACED.sub(_placed, word)


def _plain(text: str) -> str:
    """Lower case, NFKC (so `ｐｏｄ` is `pod`), nothing hidden."""
    if text.isascii():
        return text.lower()
    if _USUAL.fullmatch(text):
        return unicodedata.normalize("NFKC", text).lower()
    return unicodedata.normalize("NFKC", text.translate(_HIDDEN)).lower().translate(_LOOSE_MARKS)


def words(text: str) -> list[str]:
    """The words of a query: exact spelling, in order. Punctuation, emoji and `_` only separate."""
    return [_place_tone(word) for word in _WORD.findall(_plain(text))]


def _exact(piece: str) -> str:
    return "".join(f"{_place_tone(word)} " for word in _WORD_OR_GAP.findall(_plain(piece)))


_EXACT: Final = _Memory(_exact)
_FOLDED: Final = _Memory(lambda piece: fold_text(_EXACT[piece]))
_FOLDED_WORDS: Final = _Memory(fold_text)
_PAIRED: Final = _Memory(lambda word: f"{word} {word}_")


def masked(text: str) -> tuple[str, str]:
    """The words of a masked document, exact and folded, with a space between; every mask is a `GAP`, so that `trường`
    does not find `[trường]`.

    Read from one white space to the next, and each piece once: no word and no letter reaches over white space.
    """
    if "[" in text:
        text = MASKED.sub(f" {GAP} ", text)
    pieces = text.split()
    return (
        "".join(map(_EXACT.__getitem__, pieces)).removesuffix(" "),
        "".join(map(_FOLDED.__getitem__, pieces)).removesuffix(" "),
    )


def pairs(folded: str) -> str:
    """Every word of `folded` with the next one, as `pair` writes them: "a b c" gives "a_b b_c". The first word alone
    and the last one's `_` stay at the ends, which no query can name."""
    return "".join(map(_PAIRED.__getitem__, folded.split(" ")))


def pair(first: str, second: str) -> str:
    """Two neighbours as one word; no word has a `_`."""
    return f"{first}_{second}"


def fold(word: str) -> str:
    """No diacritics, `đ` as `d`; what `lachan.pipeline.snippet` compares with."""
    return _FOLDED_WORDS[word]
