"""The same text in another dress: how writers hide or shorten words. For training variants and evasion tests.

Every dress keeps the meaning, so the label must stay. Seeded; texts are ordinary given texts.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from classifiers.syllable import fold
from classifiers.tables import rows

_LEET: Final = {"a": "@4", "o": "0", "e": "3", "i": "1"}
_ALIKE: Final = {
    "a": "а",
    "e": "е",
    "o": "о",
    "c": "с",
    "p": "р",
    "x": "х",
    "y": "у",
    "h": "һ",
    "i": "і",
    "s": "ѕ",
}
_HIDDEN: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

Dress = Callable[[str, random.Random], str]


def _short_forms() -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for short, standard, *_ in rows("teencode.tsv"):
        forms.setdefault(standard, []).append(short)
    return forms


_SHORT: Final = _short_forms()


def _per_word(text: str, chance: float, draw: random.Random, change: Callable[[str], str]) -> str:
    words = text.split(" ")
    return " ".join(
        change(word) if word.isalpha() and len(word) > 1 and draw.random() < chance else word
        for word in words
    )


def no_diacritics(text: str, draw: random.Random) -> str:
    return fold(text)


def some_diacritics(text: str, draw: random.Random) -> str:
    return _per_word(text, 0.5, draw, fold)


def dots(text: str, draw: random.Random) -> str:
    return _per_word(text, 0.5, draw, ".".join)


def spaces(text: str, draw: random.Random) -> str:
    return _per_word(text, 0.3, draw, lambda word: "  " + " ".join(word) + "  " if len(word) > 2 else word)


def hidden_marks(text: str, draw: random.Random) -> str:
    return _per_word(text, 0.6, draw, lambda word: draw.choice(_HIDDEN).join(word))


def look_alikes(text: str, draw: random.Random) -> str:
    return _per_word(text, 0.6, draw, lambda word: "".join(_ALIKE.get(char, char) for char in word))


def leet(text: str, draw: random.Random) -> str:
    def change(word: str) -> str:
        inner = [at for at in range(1, len(word) - 1) if fold(word[at]) in _LEET]
        if not inner:
            return word
        at = draw.choice(inner)
        return word[:at] + draw.choice(_LEET[fold(word[at])]) + word[at + 1 :]

    return _per_word(text, 0.5, draw, change)


def teencode(text: str, draw: random.Random) -> str:
    words = text.split(" ")
    out: list[str] = []
    at = 0
    while at < len(words):
        pair = " ".join(words[at : at + 2]).lower()
        if pair in _SHORT and draw.random() < 0.8:
            out.append(draw.choice(_SHORT[pair]))
            at += 2
            continue
        single = words[at].lower()
        out.append(draw.choice(_SHORT[single]) if single in _SHORT and draw.random() < 0.8 else words[at])
        at += 1
    return " ".join(out)


def stretched(text: str, draw: random.Random) -> str:
    return _per_word(text, 0.3, draw, lambda word: word + word[-1] * 3)


def shouted(text: str, draw: random.Random) -> str:
    return text.upper()


#: Every dress by name; the evasion suite tries each.
DRESSES: Final[dict[str, Dress]] = {
    "no_diacritics": no_diacritics,
    "some_diacritics": some_diacritics,
    "dots": dots,
    "spaces": spaces,
    "hidden_marks": hidden_marks,
    "look_alikes": look_alikes,
    "leet": leet,
    "teencode": teencode,
    "stretched": stretched,
    "shouted": shouted,
}
