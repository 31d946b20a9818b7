"""One meaning, one spelling: a text freed of its dress, with every letter traceable to the given text.

characters (case, look-alikes, hidden marks, emoji words) -> accents -> elongation -> tone placement
-> dotted and spaced letters -> leet -> teencode -> spaces; repeated until nothing changes.

Pure, idempotent, linear in the length of the text. The same steps run on a plain string (fast, for scoring)
and on a string with offsets (for what is flagged), so the two cannot disagree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from classifiers import disguise
from classifiers.syllable import fold
from classifiers.tables import rows

#: Each pass undoes one layer of disguise; texts met so far need two.
_MOST_PASSES: Final = 12

Replace = Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class Normalised:
    """`text`, and for each of its code points the half-open range of the given text it stands for."""

    text: str
    offsets: tuple[tuple[int, int], ...]

    @property
    def folded(self) -> str:
        """`text` without diacritics; the same length and offsets."""
        return fold(self.text)

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the given text behind `text[start:end]`. Raises ValueError for an empty or outer range."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no span {start}..{end} in a text of {len(self.text)}")
        covered = self.offsets[start:end]
        return covered[0][0], max(stop for _, stop in covered)


class _CharacterTable(dict[int, str]):
    """What one code point becomes; worked out when first met."""

    def __init__(self) -> None:
        super().__init__()
        self._letters = {row[0]: row[1] for row in rows("characters.tsv")}
        self._words = {row[0]: f" {row[1]} " for row in rows("emoji.tsv")}

    def __missing__(self, code: int) -> str:
        char = chr(code)
        becomes = self._of(char)
        for _ in range(4):  # a mapped letter may itself have a lower or plainer form
            again = "".join(self._of(each) for each in becomes)
            if again == becomes:
                break
            becomes = again
        self[code] = becomes
        return becomes

    def _of(self, char: str) -> str:
        if char in self._letters:
            return self._letters[char]
        if char in self._words:
            return self._words[char]
        if char.isspace():
            return " "
        kind = unicodedata.category(char)
        if kind[0] == "C" or char in "\u3164\u115f\u1160\uffa0" or "\ufe00" <= char <= "\ufe0f":
            return ""
        if kind in ("So", "Sk") and not char.isascii():
            plain = unicodedata.normalize("NFKC", char)
            return plain if plain.isalnum() else " "
        if char.isascii():
            return char.lower()
        return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", char).lower())


_CHARACTERS: Final = _CharacterTable()
_TEENCODE: Final = {row[0]: row[1] for row in rows("teencode.tsv")}

_MARKS: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ACCENTED: Final = re.compile(f".?[{_MARKS}]+", re.DOTALL)
_LONG: Final = re.compile(r"([^\W\d_])\1{2,}|([aiuyáàảãạíìỉĩịúùủũụýỳỷỹỵ])\2(?!\w)|([!?.,;:~=)(*_-])\3{3,}")
_TONE_THEN_BASE: Final = re.compile(
    r"[áàảãạấầẩẫậắằẳẵặăâéèẻẽẹếềểễệêíìỉĩịóòỏõọốồổỗộớờởỡợôơúùủũụứừửữựưýỳỷỹỵ]"  # one set first: it is sought fast
    r"(?:(?<=[áàảãạấầẩẫậắằẳẵặăâ])a+|(?<=[éèẻẽẹếềểễệê])e+|(?<=[íìỉĩị])i+"
    r"|(?<=[óòỏõọốồổỗộớờởỡợôơ])o+|(?<=[úùủũụứừửữựư])u+|(?<=[ýỳỷỹỵ])y+)(?!\w)"
)
_NEW_TONE: Final = re.compile(r"(?<!q)([ou])([àáảãạèéẻẽẹỳýỷỹỵ])(?!\w)")
_LOST_TONE: Final = re.compile(r"(?<!q)([òóỏõọùúủũụ])([aeăâêy])(?=[cmnptiyu])")
_TONES: Final = "\u0300\u0301\u0309\u0303\u0323"
_SPACES: Final = re.compile(r" {2,}|^ +| +$")
_WORD: Final = re.compile(r"(?<![\w'])[^\W\d_]+[123]?(?![\w'])")


def _split_tone(char: str) -> tuple[str, str]:
    """A toned letter as (letter, tone)."""
    marks = unicodedata.normalize("NFD", char)
    tone = "".join(mark for mark in marks if mark in _TONES)
    return unicodedata.normalize("NFC", "".join(m for m in marks if m not in _TONES)), tone


def _compose(match: re.Match[str]) -> str:
    """Base and marks as one letter; marks that Vietnamese does not use there are dropped."""
    composed = unicodedata.normalize("NFC", match[0])
    if unicodedata.combining(composed[0]) or re.match(f"[{_MARKS}]", composed[0]):
        return ""
    return composed[0]


def _old_tone(match: re.Match[str]) -> str:
    """ "hoà" as "hòa"."""
    base, tone = _split_tone(match[2])
    return unicodedata.normalize("NFC", match[1] + tone) + base


def _right_tone(match: re.Match[str]) -> str:
    """ "tóan" as "toán"."""
    base, tone = _split_tone(match[1])
    return base + unicodedata.normalize("NFC", match[2] + tone)


def _shorten(match: re.Match[str]) -> str:
    return match[0][0]


def _nothing(match: re.Match[str]) -> str:
    return ""


def _squash(match: re.Match[str]) -> str:
    return " " if match.start() > 0 and match.end() < len(match.string) else ""


def _standard(match: re.Match[str]) -> str:
    """A chat spelling as the standard words. Units ("50 k", "8 h") and initials ("bạn T.") stay as they are."""
    word = match[0]
    standard = _TEENCODE.get(word)
    if standard is None:
        return word
    if len(word) == 1:
        text, start, end = match.string, match.start(), match.end()
        if start > 1 and text[start - 1] == " " and text[start - 2].isdigit() and word in "kmthcabe":
            return word
        if text[end : end + 1] == "." and word not in "krvjz":
            return word
    return standard


class _Editor(Protocol):
    @property
    def text(self) -> str: ...

    def translate(self, table: Mapping[int, str]) -> None: ...

    def sub(self, pattern: re.Pattern[str], replace: Replace) -> bool:
        """Replace every match; whether the text changed."""
        ...


class _Plain:
    """Edits a string."""

    def __init__(self, text: str) -> None:
        self.text = text

    def translate(self, table: Mapping[int, str]) -> None:
        self.text = self.text.translate(table)

    def sub(self, pattern: re.Pattern[str], replace: Replace) -> bool:
        before = self.text
        self.text = pattern.sub(replace, before)
        return self.text != before


class _Traced:
    """Edits a string and keeps where each code point came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.offsets = [(at, at + 1) for at in range(len(text))]

    def translate(self, table: Mapping[int, str]) -> None:
        pieces = [table[ord(char)] for char in self.text]
        self.offsets = [offset for piece, offset in zip(pieces, self.offsets, strict=True) for _ in piece]
        self.text = "".join(pieces)

    def sub(self, pattern: re.Pattern[str], replace: Replace) -> bool:
        before = self.text
        texts: list[str] = []
        offsets: list[tuple[int, int]] = []
        done = 0
        for match in pattern.finditer(before):
            texts.append(before[done : match.start()])
            offsets.extend(self.offsets[done : match.start()])
            new = replace(match)
            texts.append(new)
            offsets.extend(_aligned(match[0], new, self.offsets[match.start() : match.end()]))
            done = match.end()
        texts.append(before[done:])
        offsets.extend(self.offsets[done:])
        self.text, self.offsets = "".join(texts), offsets
        return self.text != before


def _aligned(old: str, new: str, offsets: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Offsets of `new`: letter by letter where it only leaves letters of `old` out, else the whole of `old`."""
    if not new:
        return []
    kept: list[tuple[int, int]] = []
    at = 0
    for char in new:
        found = old.find(char, at)
        if found < 0:
            break
        kept.append(offsets[found])
        at = found + 1
    else:
        return kept
    if len(old) == len(new):
        return offsets
    return [(offsets[0][0], max(end for _, end in offsets))] * len(new)


def _normalise(editor: _Editor) -> None:
    editor.translate(_CHARACTERS)
    for _ in range(_MOST_PASSES):
        again = False
        if not editor.text.isascii():
            editor.sub(_ACCENTED, _compose)
        again |= editor.sub(_LONG, _shorten)
        if not editor.text.isascii():
            again |= editor.sub(_TONE_THEN_BASE, _shorten)
            editor.sub(_NEW_TONE, _old_tone)
            editor.sub(_LOST_TONE, _right_tone)
        if disguise.TYPED_SIGN.search(editor.text):
            again |= editor.sub(disguise.TYPED_MARK, disguise.typed)
            again |= editor.sub(disguise.TYPED_TONE, _nothing)
        if disguise.CUT_SIGN.search(editor.text):
            again |= editor.sub(disguise.DOTTED, disguise.undotted)
        if disguise.LONE_LETTER.search(editor.text):
            again |= editor.sub(disguise.SPACED, disguise.unspaced)
        if disguise.LEET_SIGN.search(editor.text):
            again |= editor.sub(disguise.LEET, disguise.unleet)
        again |= editor.sub(_WORD, _standard)
        again |= editor.sub(_SPACES, _squash)
        if not again:
            return


def normalise_text(text: str) -> str:
    """The normalised text alone; several times faster than `normalise`."""
    editor = _Plain(text)
    _normalise(editor)
    return editor.text


def normalise(text: str) -> Normalised:
    """The normalised text with offsets (code points of `text`). Never raises on any string."""
    editor = _Traced(text)
    _normalise(editor)
    return Normalised(editor.text, tuple(editor.offsets))
