"""Words in disguise: dotted, spaced, or with digits and signs for letters. Patterns and what they stand for.

Each pattern is bounded, so that no text makes it slow.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from classifiers.syllable import fold, is_syllable, syllables
from classifiers.tables import rows

_WORDS: Final = frozenset(row[0] for row in rows("words.txt"))

#: Letters and signs used as letters, in pieces of up to three, cut by single marks: "đ.á.n.h", "tr.ường".
DOTTED: Final = re.compile(r"(?<![\w@$])(?:[\w@$]{1,4}[.*_|~'`^/-]){1,40}[\w@$]{1,5}(?![\w@$])")
#: Single letters with spaces between: "m a t u y".
SPACED: Final = re.compile(r"(?<![\w@$])[^\W\d_](?: {1,3}[^\W_]){2,60}(?![\w@$])")
#: A word with a digit or sign inside, or a cluster of consonants with one behind, "v@pe", "th3"; or "@nh".
LEET: Final = re.compile(r"(?<![\w@$!])(?:[^\W\d_][\w@$!]{0,8}|@[^\W\d_]{1,3})(?![\w@])")

#: What must stand in a text for one of the patterns to change it: most texts have none of it, and are spared.
TYPED_SIGN: Final = re.compile(r"[\^*`'´?~]")
CUT_SIGN: Final = re.compile(r"[.*_|~'`^/-](?=[\w@$])")
LONE_LETTER: Final = re.compile(r" [^\W_] ")
LEET_SIGN: Final = re.compile(r"[0-9$@](?<=[^\W\d_].)|@(?=[^\W\d_])|!(?=[\w@$!])")

_CUTS: Final = re.compile(r"[.*_|~'`^/-]")
_LEET_LETTERS: Final = {
    "@": "a", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "$": "s", "!": "i", "7": "t", "8": "b", "9": "g",
}  # fmt: skip
_LEET_TABLE: Final = str.maketrans(_LEET_LETTERS)
_LEET_TABLE_L: Final = str.maketrans({**_LEET_LETTERS, "1": "l", "!": "l"})
#: A tone typed after the sign it stands on, "c@'i", "nh@~n": it goes, for such writers leave hats and horns out.
TYPED_TONE: Final = re.compile(
    r"(?<=[^\W\d_][@0134])['`´~^?]+(?![\s'`´~^?]|$)|(?<=[^\W\d_][@013])['`´~]+(?=\s|$)"
)
#: Marks typed after their vowel, as old keyboards had it: "tha^'y", "l0*'p", "thi'". At the end of a word
#: only the sharp and the falling tone stand alone: "nha~" and "vậy?" are chat, not spelling.
TYPED_MARK: Final = re.compile(
    r"(?<=[^\W\d_])(?:([aeiouy@0134])(?:([\^*])(?![\^_*])([`'´?~.]?)(?=[^\W\d_])|(\^)(?![\w^_.<>*']))"
    r"|([aeiouy])(?:([`'´?~])(?=[^\W\d_])|(['`´])(?![\w'`´])))"
)
_TYPED_SHAPES: Final = {"^": "\u0302", "*": "\u031b"}
_TYPED_TONES: Final = {
    "'": "\u0301", "´": "\u0301", "`": "\u0300", "?": "\u0309", "~": "\u0303", ".": "\u0323"
}  # fmt: skip
_RUN_BEFORE: Final = re.compile(r"[\w@.*^'`´~]*\Z")
_RUN_AFTER: Final = re.compile(r"[\w@.*^'`´~]*")
_QUOTED: Final = re.compile(r"(?:^|[\s(])['`´]")
#: Two pieces of one syllable, cut inside a vowel of two letters: "ti.ền", "gi.ấy"; but not "đi.ăn".
_CUT_VOWEL: Final = re.compile(r"(?:gi|qu)[^\W\d_]+|[^\W\d_]*(?:iê|yê|uô|ươ|uâ|uê|oă)[^\W\d_]*")
_TONES: Final = re.compile("[\u0300\u0301\u0309\u0303\u0323]")
_VOWELS: Final = frozenset("aeiouy")
#: Single letters that chat writes as whole words; a list of them is not a spelt word.
_NUMBERED: Final = re.compile(r"[^\W\d_]?\d{1,2}")
_CHAT_LETTERS: Final = frozenset("aebcdghjkmnrtvxz")


def _is_word(text: str) -> bool:
    return is_syllable(text) or fold(text) in _WORDS


def typed(match: re.Match[str]) -> str:
    """The vowel with the marks that were typed after it; as it stands where it cannot bear them, or where an
    apostrophe closes a quotation."""
    sign, shape = match[1] or match[5], match[2] or match[4] or ""
    tone = match[3] or match[6] or match[7] or ""
    if match[7] and _QUOTED.search(match.string, 0, match.start()):
        return match[0]
    marks = _TYPED_SHAPES.get(shape, "") + _TYPED_TONES.get(tone, "")
    vowel = unicodedata.normalize("NFC", _LEET_LETTERS.get(sign, sign) + marks)
    before = _RUN_BEFORE.search(match.string, max(0, match.start() - 10), match.start())
    after = _RUN_AFTER.match(match.string, match.end(), match.end() + 10)
    around = (before[0] if before else "") + vowel + (after[0] if after else "")
    letters = "".join(char for char in around.translate(_LEET_TABLE) if char.isalpha())
    return vowel if len(vowel) == 1 and is_syllable(letters) else match[0]


def undotted(match: re.Match[str]) -> str:
    """The word behind the dots; the text as it stands where it spells none ("đi học.mai", "24/7", "3.500")."""
    return _undotted(match[0])


@lru_cache(maxsize=20_000)
def _undotted(given: str) -> str:
    pieces = _CUTS.split(given)
    if any(not piece for piece in pieces) or not any(char.isalpha() for char in given):
        return given
    joined = "".join(pieces)
    plain = _unleet(joined)
    if len(pieces) >= 3 and max(map(len, pieces)) == 1:
        if plain.isalpha():
            return plain
        return given
    if len(pieces) == 2 and _cut_in_a_vowel(pieces[1], plain):
        return plain
    if (
        not plain.isalpha()
        or all(_is_word(piece) for piece in pieces)
        or any(p.isdigit() for p in pieces[1:-1])
    ):
        return _partly(pieces, given)
    return plain if _is_word(plain) else _partly(pieces, given)


def _cut_in_a_vowel(rest: str, joined: str) -> bool:
    if rest.isascii() or fold(rest[0]) not in _VOWELS or rest[0].isascii() or not is_syllable(joined):
        return False
    marks = unicodedata.normalize("NFD", joined)
    toneless = unicodedata.normalize("NFC", _TONES.sub("", marks))
    return len(_TONES.findall(marks)) <= 1 and _CUT_VOWEL.fullmatch(toneless) is not None


def _partly(pieces: list[str], given: str) -> str:
    """Words that run into each other through dots, "h.ọ.c.s.i.nh": cut into syllables, where they spell."""
    if len(pieces) < 3 or all(_is_word(piece) and len(piece) > 1 for piece in pieces):
        return given
    plain = "".join(_unleet(piece) for piece in pieces)
    if not plain.isalpha() or sum(len(piece) <= 2 for piece in pieces) < len(pieces) - 1:
        return given
    words = syllables(plain)
    return " ".join(words) if words else given


def unspaced(match: re.Match[str]) -> str:
    """The words behind single spaced letters; as it stands where they are chat letters or spell nothing."""
    return _unspaced(match[0])


@lru_cache(maxsize=5_000)
def _unspaced(given: str) -> str:
    letters = given.split()
    if len(letters) < 4 and _CHAT_LETTERS.issuperset(letters):
        return given
    words: list[str] = []
    for part in re.split(r" {2,}", given):
        joined = _unleet(part.replace(" ", ""))
        if joined in _WORDS:
            words.append(joined)
            continue
        if words and _NUMBERED.fullmatch(joined):  # "h ọ c  l ớ p  7", "h ọ c  s i n h  c 3"
            words.append(joined)
            continue
        cut = syllables(joined) if joined.isalpha() else None
        if cut is None or any(len(word) == 1 for word in cut):
            return given
        words.extend(cut)
    return " ".join(words)


def unleet(match: re.Match[str]) -> str:
    """Letters for the digits and signs inside a word; "8a3", "2k11", "h5n1", "c3" and "t7" stay."""
    word = match[0]
    return word if word.isalpha() else _unleet(word)


@lru_cache(maxsize=20_000)
def _unleet(word: str) -> str:
    if word.startswith("@") and word[1:].isalpha():
        plain = "a" + word[1:]
        return plain if len(word) <= 4 and is_syllable(plain) else word
    if word.isalpha() or not word[:1].isalpha():
        return word
    tail = ""
    while word and word[-1] == "!":
        word, tail = word[:-1], tail + "!"
    if word.isalpha() or not word:
        return word + tail
    signs = [at for at, char in enumerate(word) if char in _LEET_LETTERS]
    if len(signs) + sum(char.isalpha() for char in word) < len(word):
        return word + tail
    letters = [char for char in word if char.isalpha()]
    vowelless = not _VOWELS.intersection(fold("".join(letters)))
    inside = signs[0] < len(word) - 1 and word[-1].isalpha()
    trusted = (
        word[signs[-1]] in "@$" or inside or (vowelless and len(letters) >= 2 and not word[-2:].isdigit())
    )
    if not trusted:
        return word + tail
    for table in (_LEET_TABLE, _LEET_TABLE_L):
        plain = word.translate(table)
        if _is_word(plain):
            return plain + tail
    return word + tail
